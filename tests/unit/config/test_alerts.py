"""Which rules for alerts are refused, and why?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from key_effects import loaded

from screenpop.domain.errors import ConfigError


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ({"number": "longest_wait"}, "use one of"),
        ({"number": "waiting"}, "needs `warning` or `critical`"),
        ({"number": "waiting", "warning": 9, "critical": 3}, "must not be below"),
        ({"number": "service_level", "warning": 0.7, "critical": 0.8}, "not be above"),
        ({"number": "match_rate", "warning": 0.7, "of": ["sales"]}, "leave out `of`"),
    ],
)
def test_a_rule_that_cannot_work_is_refused(
    tmp_path: Path, rule: dict[str, Any], says: str
) -> None:
    with pytest.raises(ConfigError, match=says):
        loaded(tmp_path, alerts={"rules": {"wait": rule}})
