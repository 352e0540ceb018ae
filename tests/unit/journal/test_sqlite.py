"""What does the embedded journal do when its file or disk misbehaves?"""

from __future__ import annotations

import asyncio
import logging
import os
import resource
import signal
import sqlite3
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from unit.journal.journal_records import rang

from screenpop.domain.errors import BadInput, ConfigError, Unavailable
from screenpop.journal.base import START, Entry, Offset
from screenpop.journal.sqlite import SqliteJournal
from screenpop.journal.sqlite_file import SCHEMA_VERSION, Synchronous
from screenpop.journal.sqlite_reader import SqliteReader
from screenpop.support.tasks import TaskOwner


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "journal.sqlite"


@pytest.fixture
async def journal(path: Path) -> AsyncIterator[SqliteJournal]:
    journal = SqliteJournal(path, busy_s=0)
    await journal.open()
    yield journal
    await journal.close()


@contextmanager
def no_file_grows_beyond(size: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


async def keys(journal: SqliteJournal) -> list[str]:
    return [entry.record.key for entry in await journal.read(START)]


async def test_entries_are_there_after_a_restart(path: Path) -> None:
    first = SqliteJournal(path)
    await first.open()
    (before,) = await first.append([rang("a")])
    await first.close()
    again = SqliteJournal(path)
    await again.open()
    (repeated, fresh) = await again.append([rang("a"), rang("b")])
    await again.close()
    assert (repeated.offset, repeated.fresh) == (before.offset, False)
    assert fresh.offset > before.offset


async def test_a_full_disk_is_said_once_with_a_remedy_and_ends_by_itself(
    journal: SqliteJournal, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await journal.append([rang("before")])
    wal = path.with_name(path.name + "-wal")
    with no_file_grows_beyond(wal.stat().st_size + 100):
        for attempt in range(3):
            with pytest.raises(Unavailable, match="Check that disk"):
                await journal.append([rang(f"refused {attempt}")])
        assert "Check that disk" in (journal.health.trouble or "")
    (receipt,) = await journal.append([rang("after")])
    assert receipt.fresh
    assert journal.health.trouble is None
    assert await keys(journal) == ["before", "after"]
    told = [r for r in caplog.records if r.name == "screenpop.journal.sqlite"]
    assert [record.levelno for record in told] == [logging.ERROR, logging.WARNING]
    assert "3 failures" in told[1].getMessage()


async def test_all_records_of_an_append_are_stored_or_none(
    journal: SqliteJournal, path: Path
) -> None:
    await journal.append([rang("before")])
    wal = path.with_name(path.name + "-wal")
    with no_file_grows_beyond(wal.stat().st_size + 40_000), pytest.raises(Unavailable):
        await journal.append([rang(f"e{i}") for i in range(500)])
    assert await keys(journal) == ["before"]
    assert journal.health.pending == 0


async def test_a_file_locked_by_another_program_refuses_until_it_lets_go(
    journal: SqliteJournal, path: Path
) -> None:
    shell = sqlite3.connect(path, isolation_level=None)
    shell.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable, match="Another program writes"):
        await journal.append([rang("a")])
    shell.execute("ROLLBACK")
    shell.close()
    assert (await journal.append([rang("a")]))[0].fresh


async def test_a_file_held_for_a_moment_does_not_hold_up_the_event_loop(
    path: Path,
) -> None:
    journal = SqliteJournal(path, busy_s=30)
    await journal.open()
    shell = sqlite3.connect(path, isolation_level=None)
    shell.execute("BEGIN IMMEDIATE")
    began_s = time.perf_counter()
    waiting = journal.submit([rang("a")])
    for _ in range(10):  # the group is handed over long before
        await asyncio.sleep(0)
    assert not waiting.done()
    assert time.perf_counter() - began_s < 10  # a loop that waited lost 30
    shell.execute("ROLLBACK")
    shell.close()
    assert (await waiting)[0].fresh
    assert (await journal.append([rang("b")]))[0].fresh
    assert await keys(journal) == ["a", "b"]
    await journal.close()


async def test_the_thread_goes_on_after_the_loop_without_a_gap_or_a_repetition(
    path: Path,
) -> None:
    journal = SqliteJournal(path, busy_s=30)
    await journal.open()
    tail = journal.tail(START)
    shell = sqlite3.connect(path, isolation_level=None)
    receipts = await journal.append([rang("here")])
    shell.execute("BEGIN IMMEDIATE")  # from here on the thread writes
    waiting = [journal.submit([rang("there")]), journal.submit([rang("here")])]
    await asyncio.sleep(0)
    shell.execute("ROLLBACK")
    shell.close()
    receipts += [receipt for done in waiting for receipt in await done]
    assert [(r.offset, r.fresh) for r in receipts] == [(1, True), (2, True), (1, False)]
    seen = await anext(tail)
    if len(seen) == 1:
        seen += await anext(tail)
    assert [entry.record.key for entry in seen] == ["here", "there"]
    await journal.close()


@pytest.mark.parametrize("synchronous", ["normal", "full"])
async def test_a_spoilt_record_among_many_keeps_no_later_one_from_who_follows(
    path: Path, synchronous: Synchronous
) -> None:
    journal = SqliteJournal(path, synchronous)
    await journal.open()
    tasks, heard = TaskOwner("followers"), list[str]()

    def take(entries: list[Entry]) -> None:
        heard.extend(entry.record.key for entry in entries)

    tasks.spawn(journal.follow(START, take), name="follower")
    await asyncio.sleep(0)
    for start in range(0, 4000, 100):
        waiting = [journal.submit([rang(f"e{start + i}")]) for i in range(100)]
        spoilt = journal.submit([rang(f"bad {start}", at_us=2**63)])
        while not waiting[0].done():  # appends go on while the rest is settled
            if len(waiting) < 2000:
                waiting.append(journal.submit([rang(f"m{start} {len(waiting)}")]))
            await asyncio.sleep(0)
        await asyncio.gather(*waiting)
        with pytest.raises(BadInput):
            await spoilt
    stored: list[Entry] = []
    while more := await journal.read(stored[-1].offset if stored else START):
        stored += more
    assert heard == [entry.record.key for entry in stored]
    await journal.close()
    await tasks.close()


async def test_a_tail_misses_nothing_of_an_outage(journal: SqliteJournal) -> None:
    tail = journal.tail(START)
    await journal.append([rang("a")])
    assert [e.record.key for e in await anext(tail)] == ["a"]
    shell = sqlite3.connect(journal.path, isolation_level=None)
    shell.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable):
        await journal.append([rang("b")])
    # what the journal wrote though it could not tell anybody: as after a failure
    # between the commit and the report
    shell.execute(
        'INSERT INTO entries (at_us, stream, "key", kind, body)'
        " SELECT at_us, stream, 'unreported', kind, body FROM entries"
    )
    shell.execute("COMMIT")
    shell.close()
    await journal.append([rang("c")])
    seen = await anext(tail)
    if len(seen) == 1:
        seen += await anext(tail)
    assert [entry.offset for entry in seen] == [2, 3]


async def test_a_journal_in_use_cannot_be_opened_again(
    journal: SqliteJournal, path: Path
) -> None:
    second = SqliteJournal(path)
    with pytest.raises(ConfigError, match=r"in use by another process.*data_dir"):
        await second.open()
    await journal.append([rang("a")])
    await journal.close()
    await second.open()
    assert await keys(second) == ["a"]
    await second.close()


async def test_a_newer_journal_is_refused_with_a_remedy(path: Path) -> None:
    await _make_and_alter(path, f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    with pytest.raises(ConfigError, match="newer Screenpop"):
        await SqliteJournal(path).open()


async def test_another_programs_database_is_refused(path: Path) -> None:
    await _make_and_alter(path, "PRAGMA application_id = 5")
    with pytest.raises(ConfigError, match="database of another program"):
        await SqliteJournal(path).open()


async def test_a_file_that_is_no_database_is_refused_and_left_alone(path: Path) -> None:
    _write(path, diary := "my diary, not a journal of calls. " * 50)
    with pytest.raises(Unavailable, match="Move the file aside"):
        await SqliteJournal(path).open()
    assert _text(path) == diary


async def test_a_refused_opening_lets_go_of_the_lock(path: Path) -> None:
    _write(path, "not a database " * 100)
    for _ in range(2):
        with pytest.raises(Unavailable):
            await SqliteJournal(path).open()
    _write(path, "")
    journal = SqliteJournal(path)
    await journal.open()
    await journal.close()


async def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable, match="cannot create the folder"):
        await SqliteJournal(tmp_path / "file" / "journal.sqlite").open()


async def test_an_entry_that_cannot_be_decoded_is_left_out_and_told(
    journal: SqliteJournal, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await journal.append([rang("a"), rang("b")])
    shell = sqlite3.connect(path)
    shell.execute("UPDATE entries SET body = '{}' WHERE \"key\" = 'a'")
    shell.commit()
    shell.close()
    assert await keys(journal) == ["b"]
    assert [e.record.key for e in await journal.read(START, limit=1)] == ["b"]
    assert "1 journal entries cannot be read" in caplog.text


async def test_a_journal_in_use_can_be_read_by_another_program(
    journal: SqliteJournal, path: Path
) -> None:
    await journal.append([rang("a")])
    reader = SqliteReader(path)
    await reader.open()
    assert [entry.record.key for entry in await reader.read(START)] == ["a"]
    assert await reader.bounds() == (Offset(1), Offset(1))
    await reader.close()


async def test_reading_a_journal_that_is_not_there_creates_nothing(path: Path) -> None:
    with pytest.raises(Unavailable, match="no such file"):
        await SqliteReader(path).open()
    assert _folder(path) == []


async def test_trimming_lets_appends_pass_between_its_steps(
    journal: SqliteJournal,
) -> None:
    for start in range(0, 5_000, 500):
        await journal.append([rang(f"e{start + i}") for i in range(500)])
    trimming = asyncio.ensure_future(journal.trim(2_000))  # noqa: TID251
    passed = 0
    while not trimming.done():
        await journal.append([rang(f"new {passed}", at_us=10**15)])
        passed += 1
    assert await trimming == 5_000
    assert passed > 2  # 10 steps: more than one append found its way between
    assert len(await keys(journal)) == min(passed, 1000)


PROGRAM = """
import asyncio, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from unit.journal.journal_records import rang
from screenpop.journal.sqlite import SqliteJournal

async def one(journal, name):
    for i in range(1_000_000):
        (receipt,) = await journal.append([rang(f"{name}-{i}")])
        print(receipt.offset, f"{name}-{i}", flush=True)

async def main():
    journal = SqliteJournal(Path(sys.argv[1]))
    await journal.open()
    await asyncio.gather(*(one(journal, f"w{n}") for n in range(20)))

asyncio.run(main())
"""


async def test_every_receipt_given_before_a_kill_is_kept(path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PROGRAM, str(path), str(Path(__file__).parents[2]),
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    lines = [await process.stdout.readline() for _ in range(2_000)]
    os.kill(process.pid, signal.SIGKILL)
    rest = await process.stdout.read()
    lines += [line for line in rest.splitlines(keepends=True) if line.endswith(b"\n")]
    assert await process.wait() == -signal.SIGKILL
    promised = dict(line.decode().split() for line in lines)
    journal = SqliteJournal(path)
    await journal.open()
    stored: dict[str, str] = {}
    after = START
    while entries := await journal.read(after):
        stored |= {str(entry.offset): entry.record.key for entry in entries}
        after = entries[-1].offset
    await journal.close()
    assert len(promised) >= 2_000
    assert promised.items() <= stored.items()


async def _make_and_alter(path: Path, statement: str) -> None:
    journal = SqliteJournal(path)
    await journal.open()
    await journal.close()
    shell = sqlite3.connect(path)
    shell.execute(statement)
    shell.commit()
    shell.close()


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)


def _text(path: Path) -> str:
    return path.read_text()


def _folder(path: Path) -> list[Path]:
    return list(path.parent.iterdir()) if path.parent.exists() else []
