"""A store without people, files that vanish: said on `/readyz`, and in the log."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from call_centre import CallCentre, open_call_centre


async def problems(centre: CallCentre) -> dict[str, bool]:
    """What is wrong, and whether it is fatal."""
    found = await centre.service.problems()
    return {problem.message: problem.fatal for problem in found}


def move_aside(folder: Path, name: str) -> None:
    (folder / "data" / name).rename(folder / name)


async def test_a_file_that_vanishes_in_use_is_said(tmp_path: Path) -> None:
    async with open_call_centre(tmp_path) as centre:
        assert await problems(centre) == {}
        move_aside(tmp_path, "store.sqlite")
        [(message, fatal)] = (await problems(centre)).items()
        assert "store.sqlite was removed while it was in use" in message
        assert not fatal
        move_aside(tmp_path, "journal.sqlite")
        fatal_ones = [text for text, f in (await problems(centre)).items() if f]
        assert ["journal.sqlite was removed" in text for text in fatal_ones] == [True]


async def test_a_store_without_people_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with open_call_centre(tmp_path) as centre:
        with closing(sqlite3.connect(tmp_path / "data" / "store.sqlite")) as store:
            store.execute("DELETE FROM users")
            store.commit()
        await centre.service.past.people.cache.reload()
        [(message, fatal)] = (await problems(centre)).items()
        assert message.startswith("no users: no one can log in")
        assert not fatal
