"""The counts of today outlive a restart, and no day that is over."""

from __future__ import annotations

from pathlib import Path

import pytest

from screenpop.intake.shown import NAME, LineToday, TodayFile

MAIN = LineToday(day_end_us=86_400_000_000, requests=3, accepted=2, refused=1)


async def test_what_was_saved_comes_back_and_nobody_else_may_read_it(
    tmp_path: Path,
) -> None:
    await TodayFile(tmp_path, lambda: {"main": MAIN}).save()
    assert TodayFile(tmp_path, dict).load() == {"main": MAIN}
    assert (tmp_path / NAME).stat().st_mode & 0o777 == 0o600


async def test_nothing_is_written_while_nothing_changes(tmp_path: Path) -> None:
    file = TodayFile(tmp_path, lambda: {"main": MAIN})
    await file.save()
    (tmp_path / NAME).unlink()
    await file.save()
    assert not (tmp_path / NAME).exists()


@pytest.mark.parametrize("text", ["", "{", '{"main": {"requests": "x"}}'])
def test_a_file_that_cannot_be_read_begins_again(
    tmp_path: Path, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / NAME).write_text(text)
    assert TodayFile(tmp_path, dict).load() == {}
    assert NAME in caplog.text


def test_no_file_is_no_trouble(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert TodayFile(tmp_path, dict).load() == {}
    assert caplog.text == ""
