"""A journal that lost its end: is no number given twice, and is it said?

The power failure is imitated as far as files go: the process dies (its files are
copied while it runs), then its write-ahead log is cut.
"""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from unit.journal.journal_records import rang

from screenpop.journal.base import START, Offset
from screenpop.journal.sqlite import SqliteJournal
from screenpop.journal.sqlite_writer import GAPS_MAX, SKIPPED


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[SqliteJournal]:
    journal = SqliteJournal(tmp_path / "running" / "journal.sqlite")
    await journal.open()
    yield journal
    await journal.close()


def after_a_power_failure(journal: SqliteJournal, to: Path, keep: float) -> Path:
    """Its files as they are now, with so much of the write-ahead log."""
    to.mkdir()
    path = to / "journal.sqlite"
    shutil.copy(journal.path, path)
    log = (journal.path.parent / "journal.sqlite-wal").read_bytes()
    (to / "journal.sqlite-wal").write_bytes(log[: round(len(log) * keep)])
    return path


async def keys(journal: SqliteJournal) -> list[str]:
    return [entry.record.key for entry in await journal.read(START)]


async def test_numbers_of_entries_that_are_gone_are_never_given_again(
    running: SqliteJournal, tmp_path: Path
) -> None:
    given = [(await running.append([rang(str(n))]))[0].offset for n in range(400)]
    path = after_a_power_failure(running, tmp_path / "after", 0.5)
    journal = SqliteJournal(path)
    await journal.open()
    oldest, newest = await journal.bounds()
    assert (oldest, newest) == (1, len(await keys(journal)))
    assert 0 < newest < given[-1]  # it did lose its end
    assert not journal.lost(newest)
    assert journal.lost(newest + 1)
    assert journal.lost(given[-1])
    (receipt,) = await journal.append([rang("new")])
    assert receipt.fresh
    assert receipt.offset == newest + SKIPPED + 1
    assert journal.lost(given[-1])
    assert not journal.lost(receipt.offset)
    assert [e.offset for e in await journal.read(newest)] == [receipt.offset]
    await journal.close()
    again = SqliteJournal(path)
    await again.open()
    (receipt,) = await again.append([rang("newer")])
    assert receipt.offset == newest + SKIPPED + 2  # it was closed well
    assert again.lost(given[-1])
    assert not again.lost(newest)
    await again.close()


async def test_those_who_follow_go_on_over_the_gap(
    running: SqliteJournal, tmp_path: Path
) -> None:
    for number in range(20):
        await running.append([rang(str(number))])
    path = after_a_power_failure(running, tmp_path / "after", 0.5)
    journal = SqliteJournal(path)
    await journal.open()
    await journal.skip_to(Offset(5_000_000))  # the history knows more than is lost
    tail = journal.tail(Offset(5_000_000))
    (receipt,) = await journal.append([rang("new")])
    assert receipt.offset == 5_000_001
    assert [entry.offset for entry in await anext(tail)] == [5_000_001]
    assert journal.lost(4_999_999)
    await journal.close()


async def test_a_journal_that_was_closed_well_passes_no_number_over(
    tmp_path: Path,
) -> None:
    path = tmp_path / "journal.sqlite"
    for expected in (1, 2, 3):
        journal = SqliteJournal(path)
        await journal.open()
        (receipt,) = await journal.append([rang(str(expected))])
        assert receipt.offset == expected
        assert not journal.lost(expected)
        await journal.close()


async def test_a_bounded_number_of_gaps_is_remembered(
    running: SqliteJournal, tmp_path: Path
) -> None:
    await running.append([rang("first")])
    path = after_a_power_failure(running, tmp_path / "after", 1)
    for number in range(GAPS_MAX + 5):
        journal = SqliteJournal(path)
        await journal.open()
        await journal.skip_to(Offset(1000 * (number + 1)))
        await journal.append([rang(str(number))])
        await journal.close()
    journal = SqliteJournal(path)
    await journal.open()
    assert journal.lost(999)
    assert journal.lost(SKIPPED)
    assert len(await keys(journal)) == GAPS_MAX + 6
    assert START not in [entry.offset for entry in await journal.read(START)]
    await journal.close()


async def test_a_start_that_adds_nothing_does_not_forget_the_skipped_numbers(
    running: SqliteJournal, tmp_path: Path
) -> None:
    await running.append([rang(str(n)) for n in range(100)])
    path = after_a_power_failure(running, tmp_path / "after", 1)
    idle = SqliteJournal(path)
    await idle.open()
    await idle.close()  # well, and without an entry
    again = SqliteJournal(path)
    await again.open()
    assert again.lost(101)
    assert (await again.bounds())[1] == 100  # there is nothing to wait for
    (receipt,) = await again.append([rang("new")])
    assert receipt.offset == 100 + SKIPPED + 1
    await again.close()
