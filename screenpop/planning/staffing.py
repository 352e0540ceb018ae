"""How many agents does an interval need, and what if some are away?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from screenpop.domain.errors import BadInput
from screenpop.planning.erlang import AGENTS_MAX, Load, WaitFigures, waiting


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffingGoals:
    """Limits that hold together; shares are between 0 and 1."""

    service_level: float = 0.8  # answered within `within_s` / all callers
    within_s: float = 20.0
    occupancy_max: float = 0.85
    abandon_max: float = 1.0
    shrinkage: float = 0.0  # of paid time: breaks, training, illness

    def __post_init__(self) -> None:
        for name in ("service_level", "occupancy_max", "abandon_max", "shrinkage"):
            share = getattr(self, name)
            if not 0 <= share <= 1 or (name == "shrinkage" and share == 1):
                raise BadInput(
                    f"{name}: must be a share from 0 to 1, is {share}.",
                    remedy="Write 80 % as 0.8.",
                )
        if self.service_level == 1 or self.occupancy_max == 0:
            raise BadInput(
                "no number of agents reaches a service level of 1 or occupancy of 0.",
                remedy="Use a service level below 1, e.g. 0.8, and occupancy above 0.",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Staffing:
    agents: int  # at their telephones
    headcount: int  # on the schedule, with shrinkage
    waiting: WaitFigures  # what these agents lead to


def meets(result: WaitFigures | None, goals: StaffingGoals) -> bool:
    return (
        result is not None
        and result.served_within >= goals.service_level
        and result.occupancy <= goals.occupancy_max
        and result.abandon_share <= goals.abandon_max
    )


def staffing(load: Load, goals: StaffingGoals) -> Staffing:
    """The smallest number of agents that meets all goals.

    Each figure improves with every further agent, so that halving finds it.
    Raises `BadInput` where more than `AGENTS_MAX` would be needed.
    """
    if load.calls == 0:
        none = waiting(load, 0, goals.within_s)
        assert none is not None
        return Staffing(agents=0, headcount=0, waiting=none)
    low, high = 0, max(1, math.ceil(load.erlang))
    while not meets(waiting(load, high, goals.within_s), goals):
        low, high = high, high * 2
        if high > AGENTS_MAX:
            raise BadInput(
                f"more than {AGENTS_MAX:,} agents would be needed.",
                remedy="Check calls and handle time.",
            )
    while high - low > 1:
        middle = (low + high) // 2
        if meets(waiting(load, middle, goals.within_s), goals):
            high = middle
        else:
            low = middle
    found = waiting(load, high, goals.within_s)
    assert found is not None
    return Staffing(agents=high, headcount=heads(high, goals.shrinkage), waiting=found)


def heads(agents: int, shrinkage: float) -> int:
    """Agents / (1 - shrinkage), rounded up; 20 for 14 with 30 %."""
    return math.ceil(round(agents / (1 - shrinkage), 9))


def level_with_fewer(
    loads: Sequence[Load],
    staffed: Sequence[int],
    away: int,
    within_s: float,
    answered: tuple[float, float] = (0.0, 0.0),
) -> float | None:
    """Service level from the day so far to the end of `loads` if `away` agents leave.

    `answered`: calls of the day so far, and those of them answered in time. An
    interval whose load has no steady state counts as not answered in time. None
    without any call.
    """
    *_, last = levels_with_fewer(loads, staffed, away, within_s, answered)
    return last


def levels_with_fewer(
    loads: Sequence[Load],
    staffed: Sequence[int],
    away: int,
    within_s: float,
    answered: tuple[float, float] = (0.0, 0.0),
) -> list[float | None]:
    """`level_with_fewer` before the first load and after each: one more than loads."""
    calls, in_time = answered
    levels = [in_time / calls if calls else None]
    for load, agents in zip(loads, staffed, strict=True):
        result = waiting(load, max(agents - away, 0), within_s)
        calls += load.calls
        in_time += load.calls * (result.served_within if result is not None else 0.0)
        levels.append(in_time / calls if calls else None)
    return levels
