"""How is a SQLite file copied while a service writes to it?"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

BUSY_S = 5.0


def copy_live(source: Path, target: Path) -> str | None:
    """Write one consistent state of a database to a new file; it blocks.

    All pages go in one step of SQLite's online backup: with several steps a busy
    writer would make it begin again for ever. In WAL mode others write meanwhile;
    their log grows until the copy is done. Returns what is wrong with the copy, in
    SQLite's words; None: it is whole. Raises `sqlite3.Error`.
    """
    with closing(_opened(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)
        new.execute("PRAGMA journal_mode = DELETE")  # one file, without a log
        return damage_in(new)


def _opened(path: Path) -> sqlite3.Connection:
    """An existing file, for reading; nothing is created."""
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=BUSY_S
    )
    connection.execute("PRAGMA query_only = ON")
    return connection


def damage_in(connection: sqlite3.Connection) -> str | None:
    """What is wrong with a file, in SQLite's words; None: it is whole.

    Reads all of it: about half a second for each gigabyte. Raises `sqlite3.Error`.
    """
    try:
        (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        if not error.sqlite_errorname.startswith("SQLITE_CORRUPT"):
            raise
        return str(error)
    return None if found == "ok" else str(found).splitlines()[-1]
