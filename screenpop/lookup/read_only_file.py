"""How is a number index read that a running service keeps?"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from urllib.parse import quote

from screenpop.domain.errors import Unavailable
from screenpop.lookup.number_file import BUSY_S, NumberFile, problem_of, refused


class ReadOnlyFile(NumberFile):
    """A file of another process: it is neither made nor repaired nor changed."""

    def _opened(self) -> sqlite3.Connection:
        address = f"file:{quote(str(self.path.absolute()))}?mode=ro"
        try:
            connection = sqlite3.connect(
                address,
                uri=True,
                timeout=BUSY_S,
                isolation_level=None,
                check_same_thread=False,
            )
            problem = problem_of(connection)
        except sqlite3.Error as error:
            raise refused(error, self.path) from error
        if problem is not None:
            connection.close()
            raise Unavailable(f"the number index {self.path} {problem}. Read it again.")
        return connection

    def remove(self) -> None:
        """It stays."""
        self.close()


def borrowed(path: Path, made_by: str) -> ReadOnlyFile | None:
    """The file, if it has all customers as `made_by` would read them."""
    if not path.is_file():
        return None
    try:
        file = ReadOnlyFile(path)
    except (Unavailable, sqlite3.Error):
        return None
    if file.about.whole and file.about.made_by == made_by:
        return file
    file.close()
    return None
