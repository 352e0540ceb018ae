"""`screenpop compare`: a figure of another tool against the store."""

from __future__ import annotations

import asyncio
import json
import random
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from unit.history.simulated_day import SimulatedDay
from unit.history.test_recount import archive

from screenpop.cli import main
from screenpop.history.engine import Database, sqlite_url

ZONE = "Europe/London"
RANGE = ("--from", "2026-10-24", "--to", "2026-10-26")
CONFIG = f"version: 1\nserver:\n  data_dir: data\n  time_zone: {ZONE}\n"


@pytest.fixture(scope="module")
def day() -> SimulatedDay:
    return SimulatedDay(random.Random(5)).callers(80)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory, day: SimulatedDay) -> Path:
    """The configuration of a store with the night of 24 October in it."""
    file = tmp_path_factory.mktemp("compare") / "screenpop.yaml"
    file.write_text(CONFIG)
    with pytest.raises(SystemExit):
        main(["db", "upgrade", "--config", str(file)])

    async def fill() -> None:
        database = Database(sqlite_url(file.parent / "data" / "store.sqlite"))
        await database.open()
        try:
            await archive(database, [day.told()])
        finally:
            await database.close()

    asyncio.run(fill())
    return file


def run(
    capsys: pytest.CaptureFixture[str], file: Path, *words: str
) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(["compare", "--config", str(file), *words])
    out = capsys.readouterr()
    return int(ended.value.code or 0), out.out, out.err


def test_calls_that_count_once_explain_a_smaller_figure(
    file: Path, day: SimulatedDay, capsys: pytest.CaptureFixture[str]
) -> None:
    totals = day.totals()
    words = ("--figure", f"offered={totals['calls']}", *RANGE, "--json")
    code, out, _ = run(capsys, file, *words)
    assert code == 0
    own, nearest, *_ = json.loads(out)
    assert (own["value"], own["changes"]) == (totals["offered"], [])
    assert (nearest["value"], nearest["is_equal"]) == (totals["calls"], True)
    assert nearest["changes"] == ["each call once, in its first queue"]
    again = sum(each["own"] - each["other"] for each in nearest["calls"])
    assert again == totals["offered"] - totals["calls"] > 0
    arrived = datetime.fromisoformat(nearest["calls"][0]["arrived"])
    assert arrived.utcoffset() == arrived.astimezone(ZoneInfo(ZONE)).utcoffset()


def test_the_text_shows_the_own_way_first_and_calls_without_numbers(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(capsys, file, "--figure", "service_level=0.5", *RANGE)
    assert code == 0
    assert "As this centre counts" in out.splitlines()[0]
    assert "calls count differently" in out
    assert "+44" not in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--figure", "offered", *RANGE], "'offered' is not a number with its value"),
        (["--figure", "joy=1", *RANGE], "'joy' is not a number of the past"),
        (
            ["--figure", "offered=1", "--from", "soon", "--to", "2026-10-26"],
            "--from: 'soon' is not a date or time",
        ),
        (
            ["--figure", "offered=1", "--from", "2026-10-26", "--to", "2026-10-26"],
            "--to: 2026-10-26 is not after --from 2026-10-26",
        ),
    ],
)
def test_a_wrong_option_is_named_with_what_to_write(
    file: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    code, out, err = run(capsys, file, *words)
    assert (code, out) == (1, "")
    assert said in err
    assert err.count("\n") == 1
