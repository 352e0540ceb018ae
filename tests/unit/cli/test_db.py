"""Does one command bring a store up to date, whatever it was?"""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import pytest
from unit.history.simulated_day import SimulatedDay
from unit.history.test_counted import table
from unit.history.test_recount import archive

from screenpop.cli import main
from screenpop.history.engine import Database, sqlite_url
from screenpop.history.migrate import HEAD


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "screenpop.yaml"
    file.write_text("version: 1\nserver:\n  data_dir: data\n")
    return file


def upgrade(file: Path) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["db", "upgrade", "--config", str(file)])
    return int(ended.value.code or 0)


def test_an_empty_store_is_made_and_a_second_time_changes_nothing(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert upgrade(file) == 0
    assert f"schema {HEAD}, was empty" in capsys.readouterr().out
    assert (file.parent / "data" / "store.sqlite").exists()
    assert upgrade(file) == 0
    assert f"schema {HEAD} already" in capsys.readouterr().out


def test_a_database_that_is_away_is_told_in_one_line_without_its_password(
    file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DB_PASSWORD", "geheimnis")
    file.write_text(
        "version: 1\nstore:\n"
        "  url: postgresql+asyncpg://pop:${DB_PASSWORD}@127.0.0.1:1/screenpop\n"
    )
    assert upgrade(file) == 1
    err = capsys.readouterr().err
    assert err.startswith("screenpop: the store postgresql+asyncpg://pop:***@")
    assert err.count("\n") == 1
    assert "geheimnis" not in err


def in_time(file: Path, day: SimulatedDay | None = None) -> int:
    """Calls answered in time as the store has it; those of `day` are written first."""

    async def ask() -> int:
        database = Database(sqlite_url(file.parent / "data" / "store.sqlite"))
        await database.open()
        try:
            if day is not None:
                await archive(database, [day.told()])
            sums = (await table(database)).values()
            return sum(each.get("sl_answered_within", 0) for each in sums)
        finally:
            await database.close()

    return asyncio.run(ask())


def test_stored_calls_are_counted_again_by_the_rules_of_now(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert upgrade(file) == 0
    day = SimulatedDay(random.Random(3)).callers(40)
    assert in_time(file, day) == day.totals()["sl_answered_within"] > 0
    text = file.read_text()
    for target_s, wanted in ((0.5, 0), (20, day.totals()["sl_answered_within"])):
        file.write_text(f"{text}service_level: {{target_s: {target_s}}}\n")
        with pytest.raises(SystemExit) as ended:
            main(["db", "rebuild-stats", "--config", str(file)])
        assert not ended.value.code
        assert "40 calls counted again" in capsys.readouterr().out
        assert in_time(file) == wanted
