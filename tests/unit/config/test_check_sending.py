"""What no server takes, or no library writes, is found before the service starts."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from key_effects import loaded

from screenpop.config.check import check
from screenpop.domain.errors import ConfigError

TO = {"to": ["sue@example.com"]}


@pytest.mark.parametrize(
    "config", [{"alerts": {"email": TO}}, {"reports": {"daily": TO}}]
)
def test_mail_without_a_server_is_refused(
    tmp_path: Path, config: dict[str, Any]
) -> None:
    with pytest.raises(ConfigError, match="there is no mail server"):
        loaded(tmp_path, **config)


def test_parquet_without_its_extra_is_reported_and_keeps_nothing_from_running(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    daily = {"daily": {"to_folder": "out", "format": "parquet"}}
    assert check(loaded(tmp_path, reports=daily)) == []
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    (problem,) = check(loaded(tmp_path, reports=daily))
    assert (problem.key, problem.stops) == ("reports.daily.format", False)
    assert "pip install 'screenpop[parquet]'" in problem.remedy
