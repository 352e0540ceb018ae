"""Which state did each person name last, at a desk or by their telephone system?

What is named at a desk counts in the order of the journal: our clock may go back.
Words of a telephone system may arrive late, so they count by its own times.
"""

from __future__ import annotations

from typing import NamedTuple

from screenpop.domain.agent import AgentState, SaidBy, UserId


class Said(NamedTuple):
    """The state a person is in; `since_us` is 0 while none was named."""

    state: AgentState = AgentState.OFFLINE
    since_us: int = 0
    by: SaidBy = "desk"


SavedStates = tuple[dict[UserId, Said], dict[UserId, tuple[int, str]]]
"""What each person is in, and their telephone system's newest word."""


class AgentStates:
    """A fold of the journal."""

    def __init__(self) -> None:
        self._said: dict[UserId, Said] = {}
        self._telephone_us: dict[UserId, tuple[int, str]] = {}

    def get(self, user: UserId) -> Said:
        return self._said.get(user, _UNSAID)

    def say(self, user: UserId, state: AgentState, at_us: int, by: SaidBy) -> bool:
        """True when it is the newest word."""
        if by == "telephone":
            if (at_us, state) <= self._telephone_us.get(user, (0, "")):
                return False
            self._telephone_us[user] = (at_us, state)
        self._said[user] = Said(state, at_us, by)
        return True

    def saved(self) -> SavedStates:
        return dict(self._said), dict(self._telephone_us)

    def restore(self, saved: SavedStates) -> None:
        self._said, self._telephone_us = saved


_UNSAID = Said()
