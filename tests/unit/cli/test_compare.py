"""`screenpop compare`: a figure or list of another tool against the store."""

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
from screenpop.domain.call_fold import CallFold
from screenpop.history.engine import Database, sqlite_url
from screenpop.wallboard.matching import stays_of

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
    answer = json.loads(out)
    own, nearest, *_ = answer["readings"]
    assert answer["list"] is None
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


def listed(day: SimulatedDay, *, zone: str = ZONE, short_s: float = 5) -> str:
    """What a tool lists that counts short abandons by another limit, in that zone."""
    folds: dict[str, CallFold] = {}
    for event in day.told():
        key = (event.line, event.call_id, event.occurrence)
        folds.setdefault(event.call_id, CallFold(*key)).add(event)
    lines = ["Anruf-ID;Beginn;Warteschlange;Status"]
    for fold in folds.values():
        for stay in stays_of(fold.call()):
            at = datetime.fromtimestamp(stay.at_us / 1e6, ZoneInfo(zone))
            status = stay.status(short_s)
            said = status if status in ("answered", "abandoned") else ""
            said = "short abandon" if status == "short abandon" else said
            written = at.strftime("%d.%m.%Y %H:%M:%S")
            lines.append(f"{stay.call.call_id};{written};{stay.queue};{said}")
    return "\n".join(lines)


def test_a_list_that_counts_short_abandons_differently_is_explained(
    file: Path, day: SimulatedDay, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    theirs = tmp_path / "theirs.csv"
    theirs.write_text(listed(day, zone="UTC", short_s=20))
    totals = day.totals()
    words = ("--calls", str(theirs), *RANGE)
    code, out, _ = run(capsys, file, *words, "--json", "--examples", "2")
    found = json.loads(out)["list"]
    assert code == 0
    assert found["rows"] == found["matched"] == totals["offered"] + totals["direct"]
    assert found["matched_by_id"] == found["rows"]
    assert found["times"]["zone"] == "UTC"
    rules = {each["rule"]: each for each in found["groups"]}
    short = rules["short abandon there, abandoned here"]
    assert short["kind"] == "both"
    assert short["count"] > len(short["some"]) == 2
    settings = {each["change"]: each["explains"] for each in found["settings"]}
    assert settings["short abandon < 20 s"] == short["count"]
    assert settings["range in UTC and its days"] == rules["another day"]["count"]
    code, out, _ = run(capsys, file, *words, "--figure", "offered=7")
    assert code == 0
    assert "As this centre counts" in out.splitlines()[0]
    count = short["count"]
    assert f"{count}  in both: short abandon there, abandoned here" in out
    assert f"{count} of them are gone with: short abandon < 20 s" in out
    assert "Times read in UTC" in out


def test_columns_are_named_on_the_command_line(
    file: Path, day: SimulatedDay, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    theirs = tmp_path / "theirs.csv"
    theirs.write_text(listed(day).replace("Anruf-ID;Beginn", "Was;Wann"))
    words = ("--calls", str(theirs), *RANGE, "--json")
    code, out, err = run(capsys, file, *words)
    assert (code, out) == (1, "")
    assert f"{theirs}:1: there is no column for the start of a call, found: Was," in err
    code, out, _ = run(capsys, file, *words, "--columns", "id=Was,start=Wann")
    found = json.loads(out)["list"]
    assert (code, found["matched"]) == (0, found["rows"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([*RANGE], "neither a figure nor a list of calls is given"),
        (["--calls", "/no/such.csv", *RANGE], "cannot read /no/such.csv: No such file"),
        (
            ["--figure", "offered=1", "--columns", "start", *RANGE],
            "--columns: 'start' is not a name with its header",
        ),
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
