"""Checkpoints end when they are told to, whatever they are doing."""

from __future__ import annotations

import sqlite3
import threading
import time
from pathlib import Path

from screenpop.journal.sqlite_file import open_writer
from screenpop.journal.sqlite_writer import PAGES_BETWEEN, Checkpoints


class Interrupted(Checkpoints):
    """The stop always comes while pages are being moved."""

    def _pass(self, connection: sqlite3.Connection) -> None:
        while not self._stopping:
            time.sleep(0)
        time.sleep(0.05)  # until `stop` has said all that it says
        super()._pass(connection)


def test_a_stop_while_pages_are_moved_is_heard(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    writing = open_writer(path, "normal", 0)
    checkpoints = Interrupted(path, writing)
    checkpoints.wrote(PAGES_BETWEEN)
    stopping = threading.Thread(target=checkpoints.stop, daemon=True)
    stopping.start()
    stopping.join(timeout=20)
    assert not stopping.is_alive()
    writing.close()
