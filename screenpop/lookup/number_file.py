"""Where is one source's part of the number index kept, and how is it changed?

One SQLite file (WAL) for each source: `contacts` as the source gave them, `numbers`
by which they are found. The event loop reads it through one connection; a thread
writes through another (`number_filing.py`), so readers see the old state until a
commit. See docs/decisions/number-index.md.
"""

from __future__ import annotations

import contextlib
import logging
import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path

import msgspec

from screenpop.domain.errors import Unavailable
from screenpop.domain.profile import Scalar

log = logging.getLogger(__name__)

APPLICATION_ID = 0x53504E49  # "SPNI" in the file's header
FORMAT = 2
SHARING_MAX = 200  # contacts found at most by one number
READER_CACHE_KIB = 8_192
WRITER_CACHE_KIB = 65_536
BUSY_S = 5.0
BESIDE = ("", "-wal", "-shm", "-journal")
EMPTY = "is empty"
FOREIGN = "is a database of another program"

_SCHEMA = f"""
CREATE TABLE contacts (
    id INTEGER PRIMARY KEY, who INTEGER NOT NULL, written INTEGER NOT NULL,
    digest INTEGER NOT NULL, keys TEXT NOT NULL, body BLOB NOT NULL
);
CREATE INDEX contacts_by_who ON contacts (who);
CREATE TABLE numbers (
    "key" TEXT NOT NULL, contact INTEGER NOT NULL, PRIMARY KEY ("key", contact)
) WITHOUT ROWID;
CREATE TABLE about (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {FORMAT};
"""
_SHARED = (
    "SELECT body FROM numbers JOIN contacts ON id = contact"
    ' WHERE "key" = ? ORDER BY contact LIMIT ?'
)
_OF_KEY = "SELECT body FROM contacts WHERE who = ? ORDER BY id LIMIT ?"
_ONE_OF_SEVERAL = (
    "SELECT * FROM"
    ' (SELECT ?, contact FROM numbers WHERE "key" = ? ORDER BY contact LIMIT ?)'
)


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What a file says of itself: how much is in it, and from where to read on.

    `whole`: all contacts were read at least once. `since`: what changed before this
    value is in it; None: the source cannot say. `made_by` names the configuration and
    the code that filled it. `clean`: the first reading found it empty.
    """

    contacts: int = 0
    whole: bool = False
    since: Scalar = None
    made_by: str = ""
    version: str | None = None
    clean: bool = False
    full_us: int = 0  # when all contacts were last read
    read_us: int = 0  # when it was last up to date
    reading: str | None = None  # what became of the rows, `kept_reading.py`
    counts: str | None = None  # of its numbers, `number_report.py`


class NumberFile:
    """The reading side: for the event loop, a few microseconds a question."""

    def __init__(self, path: Path):
        """Open what is there, or make the file. Raises `Unavailable`."""
        self.path = path
        self._lock = threading.Lock()
        self._connection = self._opened()
        self.about = about(self._connection)

    @property
    def count(self) -> int:
        return self.about.contacts

    @property
    def whole(self) -> bool:
        return self.about.whole

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

    def of_key(self, who: int) -> list[bytes]:
        """The bodies of the contacts of one key of the source, by its digest."""
        with self._lock:
            rows = self._connection.execute(_OF_KEY, (who, SHARING_MAX)).fetchall()
        return [body for (body,) in rows]

    def look_again(self) -> None:
        """After a commit: how many are there now?"""
        with self._lock:
            self.about = about(self._connection)

    def writer(self) -> sqlite3.Connection:
        """Another connection, to change the file in a thread. Raises `Unavailable`."""
        try:
            return _connect(self.path, WRITER_CACHE_KIB)
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
                problem = problem_of(connection)
                if problem is None:
                    about(connection)
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


def about(connection: sqlite3.Connection) -> About:
    found = dict(connection.execute("SELECT name, value FROM about").fetchall())
    kept = {name: found[name] for name in About.__struct_fields__ if name in found}
    for name in ("whole", "clean"):
        kept[name] = bool(kept.get(name))
    return About(**kept)


def problem_of(connection: sqlite3.Connection) -> str | None:
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
