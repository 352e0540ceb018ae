"""When do entries move from the write-ahead log into the file, at whose cost?

A checkpoint of some thousand pages costs many milliseconds of disk time. It is made
by a thread of its own while the writer goes on; the writing thread then only adds the
few pages that came meanwhile, so that the log can start again from its beginning. Each
makes the disk wait twice, and whoever writes meanwhile with it: so there are few.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from pathlib import Path

from screenpop.journal.sqlite_file import explained

log = logging.getLogger(__name__)

PAGES_BETWEEN = 16_000  # 64 MB of log
PAGES_PER_GROUP = 4  # table, index and their parents, at least


class Checkpoints:
    """Belongs to whoever writes; owns one more thread and its connection.

    `rest_due` asks for the writing thread: the last pages of a long log, and the first
    group of the next, wait for the disk.
    """

    def __init__(self, path: Path, writing: sqlite3.Connection):
        self._path = path
        self._writing = writing
        writing.execute("PRAGMA wal_autocheckpoint = 0")
        self._own = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._pages = 0
        self._wanted = threading.Event()
        self.rest_due = False
        self._stopping = False
        self._thread = threading.Thread(
            target=self._run, name="journal-checkpoint", daemon=True
        )
        self._thread.start()

    def rest(self) -> None:
        """Called by the writing thread before each group."""
        if self.rest_due:
            self.rest_due = False
            self._pages = 0
            self._pass(self._writing)

    def wrote(self, rows: int) -> None:
        """Called after each group."""
        self._pages += PAGES_PER_GROUP + rows
        if self._pages >= PAGES_BETWEEN and not self.rest_due:
            self._wanted.set()

    def stop(self) -> None:
        self._stopping = True
        self._wanted.set()
        self._thread.join()
        self._own.close()

    def _run(self) -> None:
        while not self._stopping and self._wanted.wait() and not self._stopping:
            self._pass(self._own)
            self.rest_due = True
            self._wanted.clear()

    def _pass(self, connection: sqlite3.Connection) -> None:
        """Moves what it can without making anybody wait for a lock."""
        try:
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        except sqlite3.Error as error:  # the next one tries again; nothing is lost
            log.warning("no checkpoint now: %s", explained(error, self._path))
        except Exception:  # a thread that ended would leave appends waiting
            log.exception("no checkpoint now")
