"""Who looked at figures or names of single agents? Written down before they are shown.

Only where the configuration lets supervisors see them. Pages ask again every few
seconds: a look of one person at one page is written once in `LOOK_S`.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable

from screenpop.domain.agent import AgentPrivacy, Role, User
from screenpop.support.clock import Clock

LOOK_S = 900
LOOKS_MAX = 10_000  # people and pages that are remembered
SEEN = "agents.seen"


class Looks:
    def __init__(
        self,
        privacy: AgentPrivacy,
        audit: Callable[[str, str, str], Awaitable[None]],
        clock: Clock,
    ):
        self.privacy = privacy
        self._audit = audit
        self._clock = clock
        self._last: OrderedDict[tuple[str, str], int] = OrderedDict()

    async def live(self, user: User, page: str) -> None:
        """This person is about to see what others do now."""
        await self._note(user, page, self.privacy.names_live(user.role))

    async def past(self, user: User, page: str) -> None:
        """This person is about to see what others did."""
        await self._note(user, page, self.privacy.names_past(user.role))

    async def _note(self, user: User, page: str, named: bool) -> None:
        """Raises `Unavailable`: what cannot be written down is not shown."""
        if not named or not user.role.includes(Role.SUPERVISOR):
            return
        key, now_us = (user.username, page), self._clock.now_us()
        last = self._last.get(key)
        if last is not None and 0 <= now_us - last < LOOK_S * 1_000_000:
            return
        await self._audit(user.username, SEEN, page)
        self._last[key] = now_us
        self._last.move_to_end(key)
        if len(self._last) > LOOKS_MAX:
            self._last.popitem(last=False)
