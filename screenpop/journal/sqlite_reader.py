"""What is stored in a journal file, read next to its writer?

Has its own connection and thread, so that a long read delays neither the event
loop nor the writer.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from screenpop.domain.errors import Unavailable
from screenpop.journal.base import START, Entry, Offset
from screenpop.journal.sealing import PLAIN, RecordCodec
from screenpop.journal.sqlite_damage import Lost, damage_mark, read_around, said
from screenpop.journal.sqlite_file import explained, open_reader
from screenpop.journal.sqlite_writer import (
    Gap,
    newest_given,
    stored_gaps,
    stored_skip,
)
from screenpop.support.sqlite_threads import SqliteThreads

log = logging.getLogger(__name__)
T = TypeVar("T")


class SqliteReader:
    """Reads a journal file; also one that a running service writes."""

    def __init__(self, path: Path, codec: RecordCodec = PLAIN):
        self.path = path
        self._codec = codec
        self._threads: SqliteThreads | None = None
        self.damage: str | None = None  # that was met in reading, in words

    async def open(self) -> None:
        """Raises `Unavailable` or `ConfigError` as `Journal.open` does."""
        self._threads = SqliteThreads(partial(open_reader, self.path), "journal-reader")
        await self._threads.submit(lambda _: None)

    async def close(self) -> None:
        threads, self._threads = self._threads, None
        if threads is not None:
            await threads.close()

    async def read(self, after: Offset, limit: int = 1000) -> list[Entry]:
        return await self._do(lambda connection: self._read(connection, after, limit))

    async def bounds(self) -> tuple[Offset, Offset]:
        return await self._do(_bounds)

    async def identity(self) -> str:
        return await self._do(_identity)

    async def last_to_trim(self, before_us: int, now_us: int) -> Offset | None:
        """The newest offset that `Journal.trim` may forget."""
        return await self._do(lambda connection: _cut(connection, before_us, now_us))

    async def entry_at(self, offset: Offset) -> tuple[str, str] | None:
        """Stream and key of an entry; None: there is none."""
        return await self._do(lambda connection: _entry_at(connection, offset))

    async def gaps(self) -> list[Gap]:
        """Numbers that entries had which are gone."""
        return await self._do(stored_gaps)

    async def skip(self) -> Offset:
        """Up to which offset no number may be given, as an earlier start knew it."""
        return await self._do(stored_skip)

    def _read(
        self, connection: sqlite3.Connection, after: Offset, limit: int
    ) -> list[Entry]:
        """Passes over what cannot be read; empty only when nothing else is left."""

        def ask(after: Offset, limit: int) -> list[tuple[Any, ...]]:
            return connection.execute(_READ, (after, limit)).fetchall()

        while True:
            rows, lost = read_around(ask, after, limit, newest_given(connection))
            if lost is not None:
                self._met(lost)
            entries = _decoded(rows, self._codec)
            if entries or not rows:
                return entries
            after = Offset(rows[-1][0])

    def _met(self, lost: Lost) -> None:
        """Damage: reported once; the next start checks the whole file."""
        if self.damage is not None:
            return
        self.damage = (
            f"the journal is damaged: entries {said([lost])} cannot be read. Restart"
            " the service: it saves what can be read and keeps the damaged file."
        )
        log.error("%s", self.damage)
        try:
            damage_mark(self.path).touch()
        except OSError as error:
            log.warning("%s: %s", damage_mark(self.path), error.strerror)

    async def _do(self, ask: Callable[[sqlite3.Connection], T]) -> T:
        if self._threads is None:
            raise Unavailable(f"the journal {self.path} is not open. Open it first.")
        try:
            return await self._threads.submit(ask)
        except sqlite3.Error as error:
            raise Unavailable(explained(error, self.path)) from error


def _decoded(rows: list[tuple[Any, ...]], codec: RecordCodec) -> list[Entry]:
    entries: list[Entry] = []
    failures: list[str] = []
    for offset, kind, body in rows:
        try:
            entries.append(Entry(Offset(offset), codec.decode(kind, body)))
        except (msgspec.MsgspecError, KeyError, ValueError) as error:
            failures.append(f"offset {offset} ({kind}): {type(error).__name__}")
    if failures:
        log.error(
            "%d journal entries cannot be read and are left out, the first at %s",
            len(failures),
            failures[0],
        )
    return entries


def _bounds(connection: sqlite3.Connection) -> tuple[Offset, Offset]:
    newest = newest_given(connection)
    if not newest:
        return START, START
    (oldest,) = connection.execute('SELECT min("offset") FROM entries').fetchone()
    return Offset(newest + 1 if oldest is None else oldest), newest


def _identity(connection: sqlite3.Connection) -> str:
    found = connection.execute("SELECT value FROM about WHERE name = 'identity'")
    return str(found.fetchone()[0])


def _cut(connection: sqlite3.Connection, before_us: int, now_us: int) -> Offset | None:
    stop = connection.execute(_FIRST_TO_KEEP, (before_us, now_us)).fetchone()
    last = connection.execute(
        _LAST_OLD, (stop[0] if stop else newest_given(connection) + 1, before_us)
    ).fetchone()
    return Offset(last[0]) if last else None


def _entry_at(connection: sqlite3.Connection, offset: Offset) -> tuple[str, str] | None:
    found: tuple[str, str] | None = connection.execute(
        'SELECT stream, "key" FROM entries WHERE "offset" = ?', (offset,)
    ).fetchone()
    return found


_READ = (
    'SELECT "offset", kind, body FROM entries'
    ' WHERE "offset" > ? ORDER BY "offset" LIMIT ?'
)
_FIRST_TO_KEEP = (
    'SELECT "offset" FROM entries WHERE at_us BETWEEN ? AND ? ORDER BY "offset" LIMIT 1'
)
_LAST_OLD = (
    'SELECT "offset" FROM entries WHERE "offset" < ? AND at_us < ?'
    ' ORDER BY "offset" DESC LIMIT 1'
)
