"""Who has a desk open, who left the last one, and in which state is each person?

A page that is loaded again or a laptop that sleeps for a moment is not an absence:
only after `grace_s` without any desk it is journalled. The journal keeps who is
there, so that a restart finds those who never came back.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from screenpop.domain.agent import AgentState, SaidBy, UserId
from screenpop.journal.records import ActionRecord
from screenpop.support.clock import Clock

DESK = "desk"  # the action; its `open` is `yes` or `no`
DESK_GRACE_S = 60.0
RETRY_S = 5.0


class Presence:
    """A fold of the journal, and the grace times of those without a desk."""

    def __init__(self, clock: Clock, grace_s: float = DESK_GRACE_S):
        self._clock = clock
        self._grace_s = grace_s
        self._there: set[UserId] = set()  # as the journal says
        self._opening: dict[UserId, float] = {}  # since when it is being journalled
        self._without_since_s: dict[UserId, float] = {}

    def take(self, user: UserId, *, is_open: bool) -> None:
        """The journal says that a person opened a desk, or has none any more."""
        self._opening.pop(user, None)
        if is_open:
            self._there.add(user)
        else:
            self._there.discard(user)
            self._without_since_s.pop(user, None)

    def named_a_state(self, user: UserId) -> None:
        """Only a desk can name one: so there is one, or there was."""
        self._there.add(user)

    def saved(self) -> list[UserId]:
        """Who has a desk open, as the journal says."""
        return sorted(self._there)

    def restore(self, there: Iterable[UserId]) -> None:
        self._there = set(there)

    def came(self, user: UserId) -> ActionRecord | None:
        """A desk opened; what to journal when the journal does not know it."""
        self._without_since_s.pop(user, None)
        if user in self._there or user in self._opening:
            return None
        self._opening[user] = self._clock.monotonic_s()
        return self._record(user, "yes")

    def due(self, at_a_desk: AbstractSet[UserId]) -> list[ActionRecord]:
        """What to journal now: who has had no desk for the grace time, and who has one.

        Each is told again while the journal does not know it: a record may be lost
        in an outage, and somebody may come back while their leaving is written.
        """
        return [*self._absent(at_a_desk), *self._present(at_a_desk)]

    def _present(self, at_a_desk: AbstractSet[UserId]) -> list[ActionRecord]:
        now_s = self._clock.monotonic_s()
        for user in self._opening.keys() - at_a_desk:
            del self._opening[user]
        unknown = at_a_desk - self._there
        late = [u for u in unknown if now_s >= self._opening.get(u, now_s) + RETRY_S]
        for user in unknown:
            if user in late or user not in self._opening:
                self._opening[user] = now_s
        return [self._record(user, "yes") for user in late]

    def _absent(self, at_a_desk: AbstractSet[UserId]) -> list[ActionRecord]:
        now_s = self._clock.monotonic_s()
        gone = []
        for user in self._without_since_s.keys() & at_a_desk:
            del self._without_since_s[user]
        for user in self._there - at_a_desk:
            since_s = self._without_since_s.setdefault(user, now_s)
            if now_s - since_s >= self._grace_s:
                gone.append(self._record(user, "no"))
                self._without_since_s[user] = now_s
        return gone

    def _record(self, user: UserId, is_open: str) -> ActionRecord:
        return ActionRecord(
            action=DESK,
            action_id=uuid.uuid4().hex,
            at_us=self._clock.now_us(),
            user=user,
            data={"open": is_open},
        )


# -- Which state did each person name last, at a desk or by their telephone system?
# What is named at a desk counts in the order of the journal: our clock may go back.
# Words of a telephone system may arrive late, so they count by its own times.


class Said(NamedTuple):
    """The state a person is in; `since_us` is 0 while none was named."""

    state: AgentState = AgentState.OFFLINE
    since_us: int = 0
    by: SaidBy = "desk"
    reason: str = ""  # of a break


SavedStates = tuple[dict[UserId, Said], dict[UserId, tuple[int, str]]]
"""What each person is in, and their telephone system's newest word."""


class AgentStates:
    """A fold of the journal."""

    def __init__(self) -> None:
        self._said: dict[UserId, Said] = {}
        self._telephone_us: dict[UserId, tuple[int, str]] = {}

    def get(self, user: UserId) -> Said:
        return self._said.get(user, _UNSAID)

    def say(self, user: UserId, said: Said) -> bool:
        """True when it is the newest word."""
        if said.by == "telephone":
            word = (said.since_us, said.state)
            if word <= self._telephone_us.get(user, (0, "")):
                return False
            self._telephone_us[user] = word
        self._said[user] = said
        return True

    def saved(self) -> SavedStates:
        return dict(self._said), dict(self._telephone_us)

    def restore(self, saved: SavedStates) -> None:
        self._said, self._telephone_us = saved


_UNSAID = Said()
