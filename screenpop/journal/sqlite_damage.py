"""Is the journal's file whole, and what is saved when it is not?

The file is checked before anything is accepted. Damage is repaired at once: every
entry that can be read goes, with its offset, into a new file; the damaged file stays
next to it under another name. A new file that is whole is put in place by `finish`,
also at the next start if the process dies in between.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from screenpop.domain.errors import Unavailable
from screenpop.journal.base import Offset
from screenpop.journal.sqlite_file import explained, open_existing, open_writer

log = logging.getLogger(__name__)

CHECK_S = 5.0  # at most before a start goes on: some GB that the system has cached
STEPS_BETWEEN_LOOKS = 1_000  # of SQLite's virtual machine
ROWS_PER_READ = 500
STRIDE_MAX = 100_000  # offsets passed over at once where nothing can be read
LOST_NAMED_MAX = 10
FILE_BYTES_MAX = 1 << 40  # a header that asks for more is damaged itself
HEADER_BYTES = 32  # as much of it as is read here

Row = tuple[Any, ...]
Ask = Callable[[Offset, int], list[Row]]

_ROWS = (
    'SELECT "offset", at_us, stream, "key", kind, body FROM entries'
    ' WHERE "offset" > ? ORDER BY "offset" LIMIT ?'
)
_COPY = "INSERT OR IGNORE INTO entries VALUES (?, ?, ?, ?, ?, ?)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """Entries between these two, themselves readable, cannot be read."""

    after: Offset
    before: Offset | None  # None: to the end


def damage_of(connection: sqlite3.Connection, within_s: float | None) -> str | None:
    """What is wrong with the file, in SQLite's words; None: nothing was found.

    Looks at the structure of every page. Stops when `within_s` is over.
    """
    stop_s = None if within_s is None else time.monotonic() + within_s

    def look() -> bool:
        return stop_s is not None and time.monotonic() > stop_s

    connection.set_progress_handler(look, STEPS_BETWEEN_LOOKS)
    # One step of the machine checks a whole table: only an interrupt ends it early.
    timer = threading.Timer(max(0.0, within_s or 0.0), connection.interrupt)
    if within_s is not None:
        timer.start()
    try:
        (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.OperationalError as error:
        if "interrupted" not in str(error):
            raise
        log.warning(
            "the journal was not checked to its end within %.0f s: damage in the rest"
            " is found when it is read, and repaired at the next start",
            within_s,
        )
        return None
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
        return str(error)
    finally:
        timer.cancel()
        connection.set_progress_handler(None, 0)
    return None if found == "ok" else str(found).splitlines()[-1]


def is_damage(error: BaseException) -> bool:
    return getattr(error, "sqlite_errorname", "").startswith("SQLITE_CORRUPT")


def read_around(
    ask: Ask, after: Offset, limit: int, newest: Offset
) -> tuple[list[Row], Lost | None]:
    """At most `limit` rows after an offset, and what before them cannot be read.

    `ask` reads rows (the first value is their offset) and raises as SQLite does.
    Where a page is damaged all its entries are passed over, and no more.
    """
    try:
        return ask(after, limit), None
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
    while limit > 1:  # those before the damage
        limit //= 2
        rows = _tried(ask, after, limit)
        if rows:
            return rows, None
    bad, stride = after, 1
    while bad < newest:
        good = Offset(min(bad + stride, newest))
        rows = _tried(ask, good, 1)
        if rows:
            rows = _first_readable(ask, bad, good)
            return rows, Lost(after=after, before=Offset(rows[0][0]))
        if rows is not None:
            break  # the end
        bad, stride = good, min(stride * 2, STRIDE_MAX)
    return [], Lost(after=after, before=None)


def _first_readable(ask: Ask, bad: Offset, good: Offset) -> list[Row]:
    """Between an offset after which nothing can be read and one that is fine."""
    while good - bad > 1:
        middle = Offset((bad + good) // 2)
        if _tried(ask, middle, 1):
            good = middle
        else:
            bad = middle
    return ask(good, 1)


def _tried(ask: Ask, after: Offset, limit: int) -> list[Row] | None:
    """The rows; None where they cannot be read."""
    try:
        return ask(after, limit)
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
        return None


def make_whole(path: Path) -> str | None:
    """Check a journal's file, and repair it if need be, before it is used.

    Returns what was wrong and what was saved, in words. Raises `ConfigError` for a
    file of another program, `Unavailable` for one in which nothing can be read.
    """
    finish(path)
    if not path.exists() or not path.stat().st_size:
        return None
    mark = damage_mark(path)
    _fill_up(path)
    try:
        with closing(open_existing(path)) as connection:
            damage = damage_of(connection, None if mark.exists() else CHECK_S)
            if damage is None:
                mark.unlink(missing_ok=True)
                return None
            log.error("the journal %s is damaged: %s", path, damage)
            found = _repaired(path, connection)
        aside = finish(path)
    except sqlite3.Error as error:
        raise Unavailable(explained(error, path)) from error
    mark.unlink(missing_ok=True)
    text = (
        f"the journal was damaged ({damage}) and is repaired: {found}. The damaged file"
        f" is kept as {aside.name if aside else 'before'} in its folder."
    )
    log.error("%s", text)
    return text


def damage_mark(path: Path) -> Path:
    """A file that says: damage was met while the service ran, check all of it."""
    return path.with_name(path.name + ".check")


def _fill_up(path: Path) -> None:
    """Give a file that was cut its length back: else SQLite reads nothing of it.

    SQLite's file format, 1.3: page size at byte 16 (1 is 65,536), pages at byte 28.
    """
    with path.open("r+b") as file:
        header = file.read(HEADER_BYTES)
        if len(header) < HEADER_BYTES or not header.startswith(b"SQLite format 3"):
            return
        page_bytes = int.from_bytes(header[16:18], "big")
        page_bytes = 65_536 if page_bytes == 1 else page_bytes
        length = page_bytes * int.from_bytes(header[28:32], "big")
        if path.stat().st_size < length <= FILE_BYTES_MAX:
            log.error("the journal %s is shorter than its header says", path)
            file.truncate(length)


def _repaired(path: Path, old: sqlite3.Connection) -> str:
    """Make the new file; when it bears its last name, it is whole."""
    unfinished = path.with_name(path.name + ".new")
    for ending in ("", "-wal", "-shm"):
        unfinished.with_name(unfinished.name + ending).unlink(missing_ok=True)
    with closing(open_writer(unfinished, "full", 1)) as new:
        count, lost = salvage(old, new)
        new.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        new.execute("PRAGMA journal_mode = DELETE")
    unfinished.rename(salvaged(path))
    missing = f"those {said(lost)} cannot be read" if lost else "none is missing"
    return f"{count} entries were saved, {missing}"


def salvage(old: sqlite3.Connection, new: sqlite3.Connection) -> tuple[int, list[Lost]]:
    """Copy what can be read; `new` has the schema. Returns how many, and what not."""
    identity = _one(old, "SELECT value FROM about WHERE name = 'identity'")
    newest = _one(old, "SELECT seq FROM sqlite_sequence WHERE name = 'entries'")
    new.execute("BEGIN IMMEDIATE")
    if identity is not None:
        new.execute("UPDATE about SET value = ? WHERE name = 'identity'", (identity,))
    lost: list[Lost] = []
    count = last = 0
    for rows, missing in _all_rows(old, Offset(newest or _last(old))):
        if missing is not None:
            lost.append(missing)
        if rows:
            new.executemany(_COPY, rows)
            count, last = count + len(rows), rows[-1][0]
    # the flag of an unclean end makes the next start skip numbers
    new.execute("INSERT OR IGNORE INTO about VALUES ('open', '1')")
    new.execute("DELETE FROM sqlite_sequence WHERE name = 'entries'")
    new.execute("INSERT INTO sqlite_sequence VALUES ('entries', ?)", (newest or last,))
    new.execute("COMMIT")
    return count, lost


def _all_rows(
    old: sqlite3.Connection, newest: Offset
) -> Iterator[tuple[list[Row], Lost | None]]:
    def ask(after: Offset, limit: int) -> list[Row]:
        return old.execute(_ROWS, (after, limit)).fetchall()

    after = Offset(0)
    while True:
        rows, lost = read_around(ask, after, ROWS_PER_READ, newest)
        yield rows, lost
        if not rows:
            return
        after = Offset(rows[-1][0])


def _one(connection: sqlite3.Connection, question: str) -> Any:
    try:
        row = connection.execute(question).fetchone()
    except sqlite3.DatabaseError:
        return None
    return None if row is None else row[0]


def _last(connection: sqlite3.Connection) -> int:
    return _one(connection, 'SELECT max("offset") FROM entries') or 0


def salvaged(path: Path) -> Path:
    """Where a new file waits that is whole."""
    return path.with_name(path.name + ".salvaged")


def finish(path: Path) -> Path | None:
    """Put a salvaged file in the journal's place; where the damaged one is now.

    None: there is none. It may have been interrupted before: each step is done once.
    """
    new = salvaged(path)
    if not new.exists():
        return None
    aside = path.with_name(f"{path.name}.damaged-{time.strftime('%Y%m%dT%H%M%S')}")
    try:
        for ending in ("", "-wal", "-shm"):
            part = path.with_name(path.name + ending)
            if part.exists():
                part.rename(aside.with_name(aside.name + ending))
        new.rename(path)
    except OSError as error:
        raise Unavailable(
            f"the repaired journal {new} cannot be put in place: {error.strerror}. Let"
            " the service's user rename files in that folder, and start again."
        ) from error
    return aside


def said(lost: list[Lost]) -> str:
    """Which entries are missing, for people."""
    named = [
        f"after {x.after}" + (f" and before {x.before}" if x.before else "")
        for x in lost[:LOST_NAMED_MAX]
    ]
    more = len(lost) - len(named)
    return ", ".join(named) + (f" and {more} more places" if more > 0 else "")
