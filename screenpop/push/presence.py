"""Who has a desk open, and who closed the last one and did not come back?

A page that is loaded again or a laptop that sleeps for a moment is not an absence:
only after `grace_s` without any desk it is journalled. The journal keeps who is
there, so that a restart finds those who never came back.
"""

from __future__ import annotations

import uuid
from collections.abc import Container, Iterable

from screenpop.domain.agent import UserId
from screenpop.journal.records import ActionRecord
from screenpop.support.clock import Clock

DESK = "desk"  # the action; its `open` is `yes` or `no`
DESK_GRACE_S = 60.0


class Presence:
    """A fold of the journal, and the grace times of those without a desk."""

    def __init__(self, clock: Clock, grace_s: float = DESK_GRACE_S):
        self._clock = clock
        self._grace_s = grace_s
        self._there: set[UserId] = set()  # as the journal says
        self._opening: set[UserId] = set()  # journalled soon
        self._without_since_s: dict[UserId, float] = {}

    def take(self, user: UserId, *, is_open: bool) -> None:
        """The journal says that a person opened a desk, or has none any more."""
        self._opening.discard(user)
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
        self._opening.add(user)
        return self._record(user, "yes")

    def absent(self, at_a_desk: Container[UserId]) -> list[ActionRecord]:
        """Who has had no desk for the grace time; told again when it is not kept."""
        now_s = self._clock.monotonic_s()
        gone = []
        for user in self._there:
            if user in at_a_desk:
                self._without_since_s.pop(user, None)
                continue
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
