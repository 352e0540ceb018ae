from __future__ import annotations

import pytest

from screenpop.domain.errors import BadInput
from screenpop.planning.erlang import Load, waiting
from screenpop.planning.staffing import (
    StaffingGoals,
    heads,
    level_with_fewer,
    meets,
    staffing,
)

HALF_HOUR = Load(calls=100, interval_s=1800, handle_s=180)
PATIENT = Load(calls=100, interval_s=1800, handle_s=180, patience_s=300)


def test_eighty_twenty_takes_fourteen_agents_and_twenty_heads() -> None:
    found = staffing(HALF_HOUR, StaffingGoals(shrinkage=0.3))
    assert (found.agents, found.headcount) == (14, 20)
    assert found.waiting.served_within == pytest.approx(0.88835, abs=1e-5)


@pytest.mark.parametrize(
    "goals",
    [
        StaffingGoals(),
        StaffingGoals(service_level=0.95, within_s=10),
        StaffingGoals(service_level=0.1, occupancy_max=0.6),
        StaffingGoals(service_level=0.1, occupancy_max=1, abandon_max=0.01),
    ],
)
@pytest.mark.parametrize("load", [HALF_HOUR, PATIENT])
def test_one_agent_fewer_would_miss_a_goal(load: Load, goals: StaffingGoals) -> None:
    agents = staffing(load, goals).agents
    assert meets(waiting(load, agents, goals.within_s), goals)
    assert not meets(waiting(load, agents - 1, goals.within_s), goals)


def test_an_interval_without_calls_needs_nobody() -> None:
    empty = Load(calls=0, interval_s=1800, handle_s=180)
    assert staffing(empty, StaffingGoals()).headcount == 0


def test_whole_heads_are_not_rounded_up_by_a_float() -> None:
    assert heads(7, 0.3) == 10
    assert heads(7, 0) == 7


def test_two_at_lunch_lower_the_level_by_what_the_formula_says() -> None:
    loads, staffed = [PATIENT, PATIENT], [14, 14]
    whole = level_with_fewer(loads, staffed, 0, 20)
    fewer = level_with_fewer(loads, staffed, 1, 20)
    assert whole == pytest.approx(0.916792, abs=1e-6)
    assert fewer == pytest.approx(0.858178, abs=1e-6)
    so_far = level_with_fewer(loads, staffed, 1, 20, answered=(200, 200))
    assert so_far == pytest.approx((200 + 200 * 0.858178) / 400, abs=1e-6)


def test_an_overloaded_interval_counts_as_not_in_time() -> None:
    assert level_with_fewer([HALF_HOUR], [11], 1, 20) == 0
    assert level_with_fewer([], [], 1, 20) is None


def test_goals_that_nobody_can_reach_are_refused() -> None:
    with pytest.raises(BadInput, match="service_level: must be a share"):
        StaffingGoals(service_level=80)
    with pytest.raises(BadInput, match="no number of agents"):
        StaffingGoals(service_level=1)
