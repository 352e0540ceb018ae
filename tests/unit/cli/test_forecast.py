"""`screenpop forecast`: the contract that programs outside rely on."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from screenpop.cli import main

MONDAY = datetime.fromisoformat("2025-01-06")
FIVE = timedelta(minutes=5)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Six weeks of five-minute rows on weekdays, 9:00 to 12:00."""
    random = np.random.default_rng(3)
    lines = ["start_local,calls"]
    for day in (day for day in range(42) if day % 7 < 5):
        for place in range(36):
            start = MONDAY + timedelta(days=day, hours=9) + place * FIVE
            lines.append(f"{start:%Y-%m-%dT%H:%M},{random.poisson(8 + day % 7)}")
    path = tmp_path / "calls.csv"
    path.write_text("\n".join(lines))
    return path


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = 0
    try:
        main(["forecast", *words])
    except SystemExit as ended:
        code = int(ended.code or 0)
    out = capsys.readouterr()
    return code, out.out, out.err


def test_the_json_has_a_plan_for_each_as_of_time(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    times = "2025-02-10T00:00", "2025-02-03T00:00"
    words = [word for time in times for word in ("--as-of", time)]
    code, out, _ = run(
        capsys, str(file), *words, "--days", "7", "--interval", "30", "--json"
    )
    assert code == 0
    plans: list[dict[str, Any]] = json.loads(out)
    assert [plan["as_of"] for plan in plans] == list(times)
    rows = plans[0]["rows"]
    assert len(rows) == 7 * 48
    assert rows[18]["start"] == "2025-02-10T09:00"
    assert rows[18].keys() == {"start", "expected", "low", "high"}
    assert rows[18]["low"] < rows[18]["expected"] < rows[18]["high"]
    assert rows[18]["expected"] == pytest.approx(48, abs=8)
    assert isinstance(plans[0]["method"], str)


def test_without_json_the_errors_stand_next_to_the_baselines(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(capsys, str(file))
    assert code == 0
    assert "As of 2025-02-15T00:00" in out
    assert "same weekday last week (baseline)" in out
    assert "Poisson floor" in out
    assert "2025-02-17T09:00" in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--as-of", "2025-01-20"], "only 14 days of calls before 2025-01-20T00:00"),
        (["--as-of", "soon"], "--as-of: 'soon' is not a time"),
        (["--interval", "7"], "--interval: must be one of"),
        (["--country", "XX"], "--country: there is no calendar for 'XX'"),
        (["--closed", "christmas"], "--closed: 'christmas' is not a day"),
    ],
)
def test_a_wrong_option_is_named_with_a_remedy(
    file: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    code, out, err = run(capsys, str(file), *words)
    assert (code, out) == (1, "")
    assert said in err
    assert err.count("\n") == 1


def test_neither_file_nor_configuration_is_said(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, _, err = run(capsys)
    assert code == 1
    assert "Give a file, or --config FILE" in err


def test_a_history_without_calls_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "screenpop.yaml"
    config.write_text("version: 1\nserver:\n  data_dir: data\n")
    with pytest.raises(SystemExit):
        main(["db", "upgrade", "--config", str(config)])
    code, _, err = run(capsys, "--config", str(config))
    assert code == 1
    assert "the history has no inbound calls" in err
    assert "four weeks" in err
