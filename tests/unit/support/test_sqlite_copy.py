"""Is a copy of a database one state, whoever writes meanwhile?"""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from screenpop.support.sqlite_copy import copy_live

ROWS = 20_000


def write_pairs(path: Path, stop: threading.Event) -> None:
    """Each transaction adds the same number to two tables."""
    with closing(sqlite3.connect(path, isolation_level=None, timeout=5)) as connection:
        number = ROWS
        while not stop.is_set():
            number += 1
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("INSERT INTO a VALUES (?, randomblob(200))", (number,))
            connection.execute("INSERT INTO b VALUES (?)", (number,))
            connection.execute("COMMIT")


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "it's 100% live.sqlite"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE a (n INTEGER PRIMARY KEY, filling BLOB)")
        connection.execute("CREATE TABLE b (n INTEGER PRIMARY KEY)")
        connection.execute("BEGIN")
        for number in range(ROWS):
            connection.execute("INSERT INTO a VALUES (?, randomblob(200))", (number,))
            connection.execute("INSERT INTO b VALUES (?)", (number,))
        connection.execute("COMMIT")
    return path


def test_a_copy_holds_whole_transactions_while_others_write(
    database: Path, tmp_path: Path
) -> None:
    stop = threading.Event()
    writing = threading.Thread(target=write_pairs, args=(database, stop))
    writing.start()
    try:
        for copy in (tmp_path / "1", tmp_path / "2"):
            assert copy_live(database, copy) is None
            with closing(sqlite3.connect(copy)) as connection:
                in_a, in_b = (
                    connection.execute(f"SELECT count(*), max(n) FROM {t}").fetchone()
                    for t in "ab"
                )
            assert in_a == in_b
            assert in_a[0] >= ROWS
    finally:
        stop.set()
        writing.join()
    assert sorted(p.name for p in tmp_path.glob("1*")) == ["1"]  # without a log


def test_damage_is_copied_and_said(database: Path, tmp_path: Path) -> None:
    with database.open("r+b") as file:
        file.seek(4096 * 50)
        file.write(b"\xff" * 4096)
    assert copy_live(database, tmp_path / "copy") is not None


def test_a_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError):
        copy_live(tmp_path / "none.sqlite", tmp_path / "copy")
    assert not (tmp_path / "none.sqlite").exists()
