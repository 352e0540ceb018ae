"""Which reports are refused, and why?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from key_effects import loaded

from screenpop.config.reports import FIGURES
from screenpop.domain.errors import ConfigError
from screenpop.domain.service_level import ServiceLevelRules
from screenpop.wallboard.past import of_the_past

FOLDER = {"to_folder": "out"}


@pytest.mark.parametrize(
    ("report", "says"),
    [
        ({}, "needs `to_folder` or `to`"),
        ({**FOLDER, "at": "24:00"}, "must be a time of day"),
        ({**FOLDER, "at": "6:30"}, "must be a time of day"),
        ({**FOLDER, "at": 10}, "at"),
        ({**FOLDER, "days": []}, "at least 1"),
        ({**FOLDER, "days": ["monday"]}, "days"),
        ({**FOLDER, "range": "today"}, "range"),
        ({**FOLDER, "what": {"figures": ["waiting"]}}, "'waiting' is not one of"),
        ({**FOLDER, "what": {"group": "agent"}}, "group"),
        ({"to": ["sue"]}, "must be an e-mail address"),
    ],
)
def test_a_report_that_cannot_work_is_refused(
    tmp_path: Path, report: dict[str, Any], says: str
) -> None:
    with pytest.raises(ConfigError, match=says):
        loaded(tmp_path, reports={"daily": report})


@pytest.mark.parametrize(("at", "minute"), [("06:30", 390), (630, 630), ("00:00", 0)])
def test_a_time_of_day_may_stand_without_quotes(
    tmp_path: Path, at: object, minute: int
) -> None:
    """YAML reads 10:30 as 630."""
    config = loaded(tmp_path, reports={"daily": {**FOLDER, "at": at}}).config
    assert config.reports["daily"].minute == minute


def test_the_figures_are_the_numbers_of_the_past() -> None:
    known = [each.name for each in of_the_past(ServiceLevelRules())]
    assert sorted(FIGURES) == sorted(known)
