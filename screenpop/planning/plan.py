"""How many agents does each interval of a forecast need?"""

from __future__ import annotations

from dataclasses import dataclass, field

from screenpop.planning.counts import Floats
from screenpop.planning.erlang import Load
from screenpop.planning.forecast import Forecast, ForecastRow
from screenpop.planning.staffing import Staffing, StaffingGoals, staffing


@dataclass(frozen=True, slots=True, kw_only=True)
class NeededRow:
    calls: ForecastRow
    handle_s: float
    expected: Staffing  # for the expected calls
    high: Staffing  # for the upper end of the band


@dataclass(slots=True, kw_only=True)
class StaffingPlan:
    """Needed agents by interval; equal loads are computed once."""

    goals: StaffingGoals
    patience_s: float | None = None
    _known: dict[Load, Staffing] = field(default_factory=dict)

    def needed(self, made: Forecast, handle_s: Floats) -> list[NeededRow]:
        """`handle_s`: (7, intervals) seconds a call by weekday, Monday first."""
        return [self._row(made, row, handle_s) for row in made.rows]

    def _row(self, made: Forecast, row: ForecastRow, handle_s: Floats) -> NeededRow:
        minute = row.start.hour * 60 + row.start.minute
        seconds = float(handle_s[row.start.weekday(), minute // made.interval_min])
        return NeededRow(
            calls=row,
            handle_s=seconds,
            expected=self._staffing(made, row.expected, seconds),
            high=self._staffing(made, row.high, seconds),
        )

    def _staffing(self, made: Forecast, calls: float, handle_s: float) -> Staffing:
        load = Load(
            calls=round(calls, 1),
            interval_s=60.0 * made.interval_min,
            handle_s=round(handle_s, 0) or 1.0,
            patience_s=self.patience_s,
        )
        if load not in self._known:
            self._known[load] = staffing(load, self.goals)
        return self._known[load]
