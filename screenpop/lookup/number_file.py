"""Where is one source's part of the number index kept, and how is it changed?

One SQLite file (WAL) for each source: `contacts` as the source gave them, `numbers`
by which they are found. The event loop reads it through one connection; a thread
writes through another, so readers see the old state until a commit. A contact that
is as it was is recognised by its digest and costs no reading of its numbers.
See docs/decisions/number-index.md.
"""

from __future__ import annotations

import contextlib
import logging
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from screenpop.connector.reading import ODD_KEPT_MAX
from screenpop.domain.errors import Unavailable

log = logging.getLogger(__name__)

APPLICATION_ID = 0x53504E49  # "SPNI" in the file's header
FORMAT = 1
SHARING_MAX = 200  # contacts found at most by one number
READER_CACHE_KIB = 8_192
WRITER_CACHE_KIB = 65_536
FIRST_COMMIT = 1_000  # contacts; then after as many again as are visible
BUSY_S = 5.0
BESIDE = ("", "-wal", "-shm", "-journal")
EMPTY = "is empty"
FOREIGN = "is a database of another program"

_SCHEMA = f"""
CREATE TABLE contacts (
    id INTEGER PRIMARY KEY, written INTEGER NOT NULL, digest INTEGER NOT NULL,
    keys TEXT NOT NULL, body BLOB NOT NULL
);
CREATE INDEX contacts_as_written ON contacts (written, digest);
CREATE TABLE numbers (
    "key" TEXT NOT NULL, contact INTEGER NOT NULL, PRIMARY KEY ("key", contact)
) WITHOUT ROWID;
CREATE TABLE about (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {FORMAT};
"""
_SHARED = (
    "SELECT body FROM numbers JOIN contacts ON id = contact"
    ' WHERE "key" = ? ORDER BY contact LIMIT ?'
)
_ONE_OF_SEVERAL = (
    "SELECT * FROM"
    ' (SELECT ?, contact FROM numbers WHERE "key" = ? ORDER BY contact LIMIT ?)'
)

_ODD_COUNTS = (
    """SELECT substr("key", 2, instr("key", char(9)) - 2), count(*) FROM numbers"""
    """ WHERE "key" >= ? AND "key" < ? GROUP BY 1"""
)
_ODD_FIRST = (
    'SELECT "key", body FROM numbers JOIN contacts ON id = contact'
    ' WHERE "key" >= ? AND "key" < ? ORDER BY contact LIMIT ?'
)


class Filed(NamedTuple):
    """A contact as it is kept. `written` names its numbers, `digest` all of it."""

    written: int
    digest: int
    body: bytes


class NumberFile:
    """The reading side: for the event loop, a few microseconds a question."""

    def __init__(self, path: Path):
        """Open what is there, or make the file. Raises `Unavailable`."""
        self.path = path
        self._lock = threading.Lock()
        self._connection = self._opened()
        self.count, self.whole = _about(self._connection)

    def exactly(self, key: str) -> list[bytes]:
        """The bodies of the contacts filed under a key, in the source's order."""
        with self._lock:
            rows = self._connection.execute(_SHARED, (key, SHARING_MAX)).fetchall()
        return [body for (body,) in rows]

    def first_of(self, keys: Sequence[str]) -> tuple[int, list[int]]:
        """The first of these keys that has contacts, and their ids; (-1, [])."""
        statement = " UNION ALL ".join([_ONE_OF_SEVERAL] * len(keys))
        asked = [
            value for way, key in enumerate(keys) for value in (way, key, SHARING_MAX)
        ]
        with self._lock:
            rows = self._connection.execute(statement, asked).fetchall()
        first = min((way for way, _ in rows), default=-1)
        return first, [contact for way, contact in rows if way == first]

    def bodies(self, contacts: Sequence[int]) -> list[bytes]:
        """Those that are still there."""
        with self._lock:
            found = (
                self._connection.execute(
                    "SELECT body FROM contacts WHERE id = ?", (contact,)
                ).fetchone()
                for contact in contacts
            )
            return [row[0] for row in found if row is not None]

    def look_again(self) -> None:
        """After a commit: how many are there now?"""
        with self._lock:
            self.count, self.whole = _about(self._connection)

    def begin(self) -> Filing:
        """A change of this file, for a thread. Raises `Unavailable`."""
        try:
            connection = _connect(self.path, WRITER_CACHE_KIB)
            return Filing(connection, whole=self.whole, there=self.count)
        except sqlite3.Error as error:
            raise refused(error, self.path) from error

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def remove(self) -> None:
        """Close it and delete it."""
        self.close()
        remove(self.path)

    def _opened(self) -> sqlite3.Connection:
        """What is there; a file that is of no use is replaced, with a note."""
        fresh = not self.path.exists()
        try:
            connection = _connect(self.path, READER_CACHE_KIB)
            try:
                problem = _problem_of(connection)
                if problem is None:
                    _about(connection)
                    return connection
            except sqlite3.DatabaseError:
                connection.close()
                raise
            connection.close()
        except sqlite3.OperationalError as error:
            raise refused(error, self.path) from error
        except sqlite3.DatabaseError as error:
            problem = f"is damaged ({error})"
        if problem == FOREIGN:
            aside = self.path.with_name(f"{self.path.name}.foreign")
            self._note(f"{problem}; it is moved to {aside.name}")
            _move(self.path, aside)
        else:
            if not fresh and problem != EMPTY:
                self._note(problem)
            remove(self.path)
        return self._made()

    def _note(self, problem: str) -> None:
        log.warning(
            "the number index %s %s. It is made again from the source; until then"
            " callers of this source are not known by number.",
            self.path,
            problem,
        )

    def _made(self) -> sqlite3.Connection:
        try:
            connection = _connect(self.path, READER_CACHE_KIB)
            connection.executescript(f"BEGIN; {_SCHEMA} COMMIT;")
        except sqlite3.Error as error:
            raise refused(error, self.path) from error
        return connection


class Filing:
    """One reading of all contacts of a source into its file.

    The first time what is filed becomes visible step by step; later all changes
    become visible at once in `finish`. Use it in one thread at a time.
    """

    def __init__(self, connection: sqlite3.Connection, *, whole: bool, there: int):
        """`whole`: the file holds a complete reading, which stays until `finish`.

        `there` contacts are in it.
        """
        self._connection = connection
        self._whole = whole
        self._there = there
        self.count = 0  # contacts of this reading
        self._committed = 0
        self._ended = False
        connection.execute("CREATE TEMP TABLE seen (id INTEGER PRIMARY KEY)")
        connection.execute("BEGIN IMMEDIATE")

    def knows(self, filed: Filed) -> bool:
        """Is this contact there as it is? Then it stays."""
        row = self._connection.execute(
            "SELECT id FROM contacts WHERE written = ? AND digest = ?",
            (filed.written, filed.digest),
        ).fetchone()
        if row is not None:
            self._see(row[0])
        return row is not None

    def keys_of(self, written: int) -> list[str] | None:
        """Under which keys are these numbers filed? None: they were not read yet."""
        row = self._connection.execute(
            "SELECT keys FROM contacts WHERE written = ? LIMIT 1", (written,)
        ).fetchone()
        return None if row is None else row[0].split("\n")

    def add(self, filed: Filed, keys: Sequence[str]) -> None:
        done = self._connection.execute(
            "INSERT INTO contacts (written, digest, keys, body) VALUES (?, ?, ?, ?)",
            (filed.written, filed.digest, "\n".join(keys), filed.body),
        )
        contact = done.lastrowid
        assert contact is not None
        self._connection.executemany(
            "INSERT OR IGNORE INTO numbers VALUES (?, ?)",
            [(key, contact) for key in keys if key],
        )
        self._see(contact)

    def step(self) -> bool:
        """Between contacts: make them visible now and then; True when it did.

        After as many again as are visible: the file is written a few times in all,
        not once for each thousand contacts.
        """
        if self._whole or self.count < max(FIRST_COMMIT, 2 * self._committed):
            return False
        self._committed = self.count
        self._tell(whole=False)
        self._connection.execute("COMMIT")
        self._connection.execute("BEGIN IMMEDIATE")
        return True

    def finish(self) -> None:
        """Contacts that did not come are gone; all of it becomes visible."""
        for contact, keys in self._unseen():
            self._connection.executemany(
                'DELETE FROM numbers WHERE "key" = ? AND contact = ?',
                [(key, contact) for key in keys.split("\n")],
            )
            self._connection.execute("DELETE FROM contacts WHERE id = ?", (contact,))
        self._tell(whole=True)
        self._connection.execute("COMMIT")
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._ended = True

    def odd(self, mark: str) -> tuple[dict[str, int], list[tuple[str, bytes]]]:
        """Keys that begin with `mark`: how many by what is before their tab, and the
        first ones with their contacts' bodies."""
        bounds = (mark, chr(ord(mark) + 1))
        counts = dict(self._connection.execute(_ODD_COUNTS, bounds).fetchall())
        first = self._connection.execute(_ODD_FIRST, (*bounds, ODD_KEPT_MAX))
        return counts, first.fetchall()

    def close(self) -> None:
        """After `finish`, when nothing more is asked."""
        self._connection.close()

    def abandon(self) -> bool:
        """The source failed in the middle: a complete reading stays as it was.

        False when it had ended before.
        """
        if self._ended:
            return False
        self._ended = True
        try:
            if self._connection.in_transaction and not self._whole:
                self._tell(whole=False)
                self._connection.execute("COMMIT")
        finally:
            self._connection.close()
        return True

    def _see(self, contact: int) -> None:
        done = self._connection.execute(
            "INSERT OR IGNORE INTO seen VALUES (?)", (contact,)
        )
        self.count += done.rowcount

    def _unseen(self) -> Iterator[tuple[int, str]]:
        gone = "SELECT id FROM contacts EXCEPT SELECT id FROM seen"
        self._connection.execute(f"CREATE TEMP TABLE gone AS {gone}")
        for (contact,) in self._connection.execute("SELECT id FROM gone"):
            keys = "SELECT keys FROM contacts WHERE id = ?"
            yield contact, self._connection.execute(keys, (contact,)).fetchone()[0]

    def _tell(self, *, whole: bool) -> None:
        count = self.count if whole else max(self.count, self._there)
        self._connection.executemany(
            "INSERT OR REPLACE INTO about VALUES (?, ?)",
            [("contacts", count), ("whole", whole)],
        )


def refused(error: sqlite3.Error, path: Path) -> Unavailable:
    """What failed, where, and what to do."""
    name: str = getattr(error, "sqlite_errorname", "sqlite")
    return Unavailable(
        f"the number index {path} cannot be used: {error} ({name}). Check that disk"
        " (space, rights, health); it is made again from the source."
    )


def _connect(path: Path, cache_kib: int) -> sqlite3.Connection:
    path.touch(mode=0o600)  # names and numbers of customers
    connection = sqlite3.connect(
        path,
        timeout=BUSY_S,
        isolation_level=None,
        check_same_thread=False,
    )
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(f"PRAGMA cache_size = -{cache_kib}")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _about(connection: sqlite3.Connection) -> tuple[int, bool]:
    """How many contacts there are, and whether they are all."""
    about = dict(connection.execute("SELECT name, value FROM about").fetchall())
    return about.get("contacts", 0), bool(about.get("whole"))


def _problem_of(connection: sqlite3.Connection) -> str | None:
    """Why this file is not a number index of this version; None: it is one."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application == APPLICATION_ID:
        return None if version == FORMAT else f"has format {version}, not {FORMAT}"
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    return FOREIGN if tables else EMPTY


def _move(path: Path, aside: Path) -> None:
    remove(aside)
    for end in BESIDE:
        with contextlib.suppress(FileNotFoundError):
            path.with_name(path.name + end).replace(aside.with_name(aside.name + end))


def remove(path: Path) -> None:
    """Delete the file with all that SQLite keeps next to it."""
    for end in BESIDE:
        path.with_name(path.name + end).unlink(missing_ok=True)
