"""Is the file that a process has open still the one of that name?

A file that is removed or replaced while it is open takes everything that is written
to it, and nothing of it is there after a restart.
"""

from __future__ import annotations

from pathlib import Path


class SameFile:
    """Remembers which file a path named; made while it is open."""

    def __init__(self, path: Path):
        self._path = path
        self._mark = _mark(path)

    def problem(self) -> str | None:
        """What became of it, in words with a remedy; None: it is the same."""
        now = _mark(self._path)
        if now == self._mark:
            return None
        what = "removed" if now is None else "replaced"
        return (
            f"the file {self._path} was {what} while it was in use. What is written now"
            " is gone with the next restart: put the right file in place and restart."
        )


def _mark(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
