"""A damaged journal is noticed before it is used, and what can be read is kept."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from unit.journal.journal_records import rang

from screenpop.domain.errors import Unavailable
from screenpop.journal.base import START, Entry
from screenpop.journal.sqlite import SqliteJournal
from screenpop.journal.sqlite_damage import damage_mark, damage_of, salvaged

PAGE = 4096
ENTRIES = 3000


async def written(path: Path, entries: int = ENTRIES) -> list[Entry]:
    """A journal that was closed well; what is in it."""
    journal = SqliteJournal(path)
    await journal.open()
    for start in range(0, entries, 500):
        await journal.append([rang(str(n)) for n in range(start, start + 500)])
    found = await journal.read(START, entries + 1)
    await journal.close()
    return found


def leaves(path: Path, table: str) -> list[int]:
    """The numbers of the pages that hold the rows of a table or index."""
    connection = sqlite3.connect(path)
    (root,) = connection.execute(
        "SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)
    ).fetchone()
    connection.close()
    data = path.read_bytes()
    page = data[(root - 1) * PAGE : root * PAGE]
    assert page[0] in (2, 5), "an interior page"
    cells = int.from_bytes(page[3:5], "big")
    starts = [
        int.from_bytes(page[12 + 2 * n : 14 + 2 * n], "big") for n in range(cells)
    ]
    return [int.from_bytes(page[start : start + 4], "big") for start in starts]


def overwrite(path: Path, *pages: int, with_: bytes = b"\xa5") -> None:
    data = bytearray(path.read_bytes())
    for page in pages:
        data[(page - 1) * PAGE : page * PAGE] = with_ * PAGE
    path.write_bytes(data)


def kept_aside(folder: Path) -> bool:
    [aside] = folder.glob("journal.sqlite.damaged-*[0-9]")
    return aside.stat().st_size > 0


async def opened(path: Path) -> SqliteJournal:
    journal = SqliteJournal(path)
    await journal.open()
    return journal


async def test_a_page_in_the_middle_costs_its_entries_and_no_other(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "journal.sqlite"
    before = await written(path)
    pages = leaves(path, "entries")
    overwrite(path, pages[len(pages) // 2], pages[len(pages) // 4])
    journal = await opened(path)
    after = await journal.read(START, ENTRIES + 1)
    assert 0 < len(before) - len(after) < 200
    assert [x for x in before if x in after] == after
    notice = journal.health.notice or ""
    assert f"{len(after)} entries were saved, those after " in notice
    assert "is damaged" in caplog.text
    assert kept_aside(tmp_path)
    (repeated, fresh) = await journal.append([before[0].record, rang("new")])
    assert (repeated.offset, repeated.fresh) == (before[0].offset, False)
    assert fresh.offset > before[-1].offset
    identity = journal.identity
    await journal.close()
    again = await opened(path)
    assert again.health.notice is None
    assert again.identity == identity
    await again.close()


async def test_a_damaged_index_costs_no_entry(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    before = await written(path)
    overwrite(path, *leaves(path, "entries_identity")[:3])
    journal = await opened(path)
    assert await journal.read(START, ENTRIES + 1) == before
    assert "none is missing" in (journal.health.notice or "")
    await journal.close()


@pytest.mark.parametrize("noise", [b"\x00", b"\xff", b"\x0d"])
async def test_whatever_stands_in_the_damaged_pages(
    tmp_path: Path, noise: bytes
) -> None:
    path = tmp_path / "journal.sqlite"
    before = await written(path)
    overwrite(path, *leaves(path, "entries")[3:9], with_=noise)
    journal = await opened(path)
    after = await journal.read(START, ENTRIES + 1)
    assert ENTRIES // 2 < len(after) < ENTRIES
    assert [x for x in before if x in after] == after
    await journal.close()


async def test_a_file_that_is_cut_keeps_what_is_in_its_first_part(
    tmp_path: Path,
) -> None:
    path = tmp_path / "journal.sqlite"
    before = await written(path)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // PAGE // 2 * PAGE])
    journal = await opened(path)
    after = await journal.read(START, ENTRIES + 1)
    assert after
    assert [x for x in before if x in after] == after
    (receipt,) = await journal.append([rang("new")])
    assert receipt.offset > before[-1].offset
    await journal.close()


async def test_a_text_that_is_no_utf_8_hides_only_its_own_entry(
    tmp_path: Path,
) -> None:
    path = tmp_path / "journal.sqlite"
    before = await written(path, 500)
    connection = sqlite3.connect(path)
    connection.execute(
        "UPDATE entries SET kind = CAST(x'ff' AS TEXT), body = x'ff00' WHERE offset = 7"
    )
    connection.commit()
    connection.close()
    journal = await opened(path)
    after = await journal.read(START, ENTRIES)
    assert [x.offset for x in before if x not in after] == [7]
    await journal.close()


async def test_damage_that_is_met_while_it_runs_is_passed_over_and_said(
    tmp_path: Path,
) -> None:
    path = tmp_path / "journal.sqlite"
    before = await written(path)
    journal = await opened(path)
    overwrite(path, leaves(path, "entries")[5])
    after = await journal.read(START, ENTRIES + 1)
    while more := await journal.read(after[-1].offset, ENTRIES + 1):
        after += more
    assert ENTRIES - 200 < len(after) < ENTRIES
    assert [x for x in before if x in after] == after
    assert "Restart the service" in (journal.health.notice or "")
    assert damage_mark(path).exists()
    await journal.close()
    again = await opened(path)
    assert "is repaired" in (again.health.notice or "")
    assert not damage_mark(path).exists()
    await again.close()


async def test_a_repair_that_was_interrupted_is_ended_at_the_next_start(
    tmp_path: Path,
) -> None:
    path = tmp_path / "journal.sqlite"
    before = await written(path, 500)
    path.rename(salvaged(path))
    path.with_name("journal.sqlite-wal").write_bytes(b"of the damaged file")
    journal = await opened(path)
    assert await journal.read(START) == before
    await journal.close()


async def test_a_check_ends_when_its_time_is_over(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "journal.sqlite"
    await written(path)
    connection = sqlite3.connect(path)
    assert damage_of(connection, -1) is None
    assert "not checked to its end" in caplog.text
    connection.close()


async def test_a_header_that_is_gone_is_said_with_a_remedy(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    await written(path, 500)
    overwrite(path, 1)
    with pytest.raises(Unavailable, match="Move the file aside"):
        await opened(path)
