"""Counts outlive a restart; a file that cannot be read costs only them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from screenpop.support.small_file import SmallFile

NAME = "counts.json"
COUNTS = {"main": 3}


def file(folder: Path, now: Mapping[str, int] = COUNTS) -> SmallFile[dict[str, int]]:
    return SmallFile(folder / NAME, dict[str, int], lambda: dict(now))


async def test_what_was_saved_comes_back_and_no_other_user_may_read_it(
    tmp_path: Path,
) -> None:
    await file(tmp_path).save()
    assert file(tmp_path, {}).load() == COUNTS
    assert (tmp_path / NAME).stat().st_mode & 0o777 == 0o600


async def test_nothing_is_written_while_nothing_changes(tmp_path: Path) -> None:
    one = file(tmp_path)
    await one.save()
    (tmp_path / NAME).unlink()
    await one.save()
    assert not (tmp_path / NAME).exists()


@pytest.mark.parametrize("text", ["", "{", '{"main": {"requests": "x"}}'])
def test_a_file_that_cannot_be_read_begins_again(
    tmp_path: Path, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / NAME).write_text(text)
    assert file(tmp_path).load() is None
    assert NAME in caplog.text


def test_no_file_is_no_trouble(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert file(tmp_path).load() is None
    assert caplog.text == ""
