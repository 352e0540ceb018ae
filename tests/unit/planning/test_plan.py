from __future__ import annotations

import numpy as np
from unit.planning.made_calls import MadeCalls, start_of

from screenpop.planning.forecast import Forecaster
from screenpop.planning.plan import StaffingPlan
from screenpop.planning.staffing import StaffingGoals


def test_each_interval_gets_the_agents_for_its_calls_and_for_its_band() -> None:
    counts = MadeCalls(weeks=6, a_interval=80).counts()
    made = Forecaster(counts=counts, interval_min=30).forecast(start_of(42, 0), 2)
    rows = StaffingPlan(goals=StaffingGoals(shrinkage=0.3)).needed(
        made, np.full((7, 48), 180.0)
    )
    assert len(rows) == len(made.rows)
    for row in rows:
        assert row.expected.agents <= row.high.agents
        assert row.expected.headcount >= row.expected.agents
        assert (row.expected.agents == 0) == (row.calls.expected < 0.05)
        assert row.expected.waiting.served_within >= 0.8
    busiest = max(rows, key=lambda row: row.calls.expected)
    assert busiest.expected.agents > busiest.calls.expected * 180 / 1800
