"""Does one command bring a store up to date, whatever it was?"""

from __future__ import annotations

from pathlib import Path

import pytest

from screenpop.cli import main
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
