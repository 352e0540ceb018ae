"""What may stand under `forecast`?"""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from screenpop.config.forecast import ForecastSettings


@pytest.mark.parametrize(
    "keys",
    [
        {"service_level": 1},
        {"service_level": 0},
        {"occupancy_max": 0},
        {"shrinkage": 1},
        {"patience_s": 0},
        {"country": "Germany"},
        {"closed_days": ["2026-02-30"]},
        {"keep_s": 0},
    ],
)
def test_goals_that_no_plan_reaches_are_refused(keys: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ForecastSettings(**keys)


def test_a_region_has_its_own_holidays() -> None:
    assert ForecastSettings(country="DE-BY").country == "DE-BY"
    assert ForecastSettings(country="US-NY").country == "US-NY"
