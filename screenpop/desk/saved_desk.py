"""What of the desks does a snapshot keep, and how is it put back?"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping

from screenpop.desk.case import Case, Pop, SavedCase
from screenpop.desk.desk import Desk
from screenpop.domain.agent import UserId
from screenpop.domain.call import CallKey


class SavedDesk:
    """A desk, case by case."""

    def __init__(self, desk: Desk):
        self._desk = desk

    @property
    def touched(self) -> set[CallKey]:
        return self._desk.touched

    def order(self) -> list[CallKey]:
        """All cases, in the order in which their calls came."""
        return list(self._desk.cases)

    def saved(self, key: CallKey) -> SavedCase | None:
        case = self._desk.cases.get(key)
        return None if case is None else case.saved()

    def restore(self, cases: Iterable[SavedCase], floors: Mapping[UserId, int]) -> None:
        """Take up what was saved of another desk; this one is empty."""
        desk, pops = self._desk, list[Pop]()
        for saved in cases:
            case = Case.of(saved, desk.shown_of(saved.call))
            desk.cases[case.call.key] = case
            pops += case.pops.values()
        for pop in sorted(pops, key=lambda pop: pop.opened):
            desk.pops.setdefault(pop.user, OrderedDict())[pop.key] = pop
            if not pop.closed:
                desk.open_pops.setdefault(pop.user, {})[pop.key] = pop
        desk.floors = dict(floors)
