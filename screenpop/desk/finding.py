"""How does a browser search for a customer, and which of them may it attach?

Each connection has one search at most: the next one ends it. What was found is kept
for the connection until it closes, so that a choice names a customer by source and
key. A page that came to another node says by which text it was found: that node
searches again and takes only who is found.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from functools import partial

from screenpop.desk import frames
from screenpop.desk.session import Session
from screenpop.domain.agent import UserId
from screenpop.domain.errors import BadInput
from screenpop.domain.profile import Candidate, CandidateRef
from screenpop.domain.search import (
    SEARCH_CHARS_MAX,
    SEARCH_CHARS_MIN,
    OpenSearch,
    Searching,
    SearchResult,
)
from screenpop.support.clock import Clock

FOUND_MAX = 200  # customers kept for one connection
FIND_AGAIN_S = 5.0
WINDOW_S = 60.0
USERS_MAX = 20_000


class _SearchPlace:
    """What one connection searches and has found."""

    def __init__(self) -> None:
        self.search: OpenSearch | None = None
        self.found: OrderedDict[CandidateRef, Candidate] = OrderedDict()

    def keep(self, result: SearchResult) -> None:
        for candidate in result.candidates:
            self.found[candidate.ref] = candidate
            self.found.move_to_end(candidate.ref)
        while len(self.found) > FOUND_MAX:
            self.found.popitem(last=False)

    def close(self) -> None:
        if self.search is not None:
            self.search.close()
        self.search = None


class CustomerFinder:
    """The searches of all browsers of a node."""

    def __init__(self, search: Searching | None, clock: Clock, per_minute: int = 60):
        """`per_minute`: searches of one person, `limits.searches_per_minute`."""
        self._search = search
        self._clock = clock
        self.per_minute = per_minute
        self._places: dict[Session, _SearchPlace] = {}
        self._windows: OrderedDict[UserId, tuple[float, int]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._places)

    def find(self, session: Session, frame: frames.Find, offset: int) -> None:
        """Begin a search; its results go to the browser. Raises `BadInput`."""
        text = _checked(frame.text)
        self._count(session.username)
        place = self._places.setdefault(session, _SearchPlace())
        place.close()
        tell = partial(self._tell, session, place, frame, offset)
        place.search = self._begin(text, tell)

    async def candidate(
        self, session: Session, frame: frames.Choose
    ) -> Candidate | None:
        """The customer whom a choice names, if a search of this person found them."""
        if frame.source is None or frame.key is None:
            return None
        ref = CandidateRef(source=frame.source, key=frame.key)
        place = self._places.get(session)
        known = place.found.get(ref) if place is not None else None
        if known is not None or frame.found_by is None:
            return known
        self._count(session.username)
        return await self._found_again(_checked(frame.found_by), ref)

    def leave(self, session: Session) -> None:
        place = self._places.pop(session, None)
        if place is not None:
            place.close()

    async def _found_again(self, text: str, ref: CandidateRef) -> Candidate | None:
        found: asyncio.Future[Candidate | None]
        found = asyncio.get_running_loop().create_future()

        def take(result: SearchResult) -> None:
            known = {each.ref: each for each in result.candidates}
            if not found.done() and (ref in known or result.is_whole):
                found.set_result(known.get(ref))

        search = self._begin(text, take)
        try:
            async with asyncio.timeout(FIND_AGAIN_S):
                return await found
        except TimeoutError:
            return None
        finally:
            search.close()

    def _begin(self, text: str, tell: Callable[[SearchResult], None]) -> OpenSearch:
        if self._search is None:
            raise BadInput("customers cannot be searched here", code="no_search")
        return self._search(text, tell)

    def _tell(
        self,
        session: Session,
        place: _SearchPlace,
        frame: frames.Find,
        offset: int,
        result: SearchResult,
    ) -> None:
        place.keep(result)
        told = frames.CustomersFound(
            offset=offset,
            reply_to=frame.id,
            text=frame.text,
            customers=list(result.customers),
            sources=list(result.sources),
            more=result.more,
        )
        session.write(frames.encode(told))

    def _count(self, user: UserId) -> None:
        now_s = self._clock.monotonic_s()
        began_s, count = self._windows.get(user, (now_s, 0))
        if now_s - began_s >= WINDOW_S:
            began_s, count = now_s, 0
        if count >= self.per_minute:
            raise BadInput(
                f"{count} searches within a minute, limits.searches_per_minute",
                code="too_many_searches",
                remedy=f"Try again in {began_s + WINDOW_S - now_s:.0f} s.",
            )
        self._windows[user] = (began_s, count + 1)
        self._windows.move_to_end(user)
        if len(self._windows) > USERS_MAX:
            self._windows.popitem(last=False)


def _checked(text: str) -> str:
    words = " ".join(text.split())
    if not SEARCH_CHARS_MIN <= len(words) <= SEARCH_CHARS_MAX or "\0" in words:
        raise BadInput(
            f"text: {len(words)} characters, must be {SEARCH_CHARS_MIN} to"
            f" {SEARCH_CHARS_MAX}",
            code="bad_search",
            remedy="Type an account, a name or a number.",
        )
    return words
