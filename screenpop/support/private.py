"""Can other users of this machine read what the service keeps?

Journal, store and number index hold numbers, notes and customers: their folder is
0700, their files 0600, whatever the umask. What an older version or a copy left open
is closed, with a line in the log. SQLite gives its `-wal` and `-shm` the mode and the
owner of the file they belong to. What root makes, e.g. with `screenpop users add`
before the first start, belongs to the owner of its folder: else the service could not
read it.
"""

from __future__ import annotations

import logging
import os
import stat
from pathlib import Path

log = logging.getLogger(__name__)

UMASK = 0o077
OTHERS = 0o077
BESIDE = ("", "-wal", "-shm", "-journal", ".lock", ".lock-journal")


def be_private() -> None:
    """What this process makes from now on is for its user alone."""
    os.umask(UMASK)


def private_folder(folder: Path, *, tighten: bool = True) -> None:
    """Make it for the owner alone. Raises `OSError`.

    One that is there already is closed to others, unless `tighten` is False: it is
    shared.
    """
    if not folder.is_dir():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        give_to_owner(folder)
    if tighten:
        close_to_others(folder)


def private_database(path: Path) -> None:
    """Close a SQLite file and what lies next to it; made by root, give it away."""
    for suffix in BESIDE:
        private_file(path.with_name(path.name + suffix))


def private_file(path: Path) -> None:
    give_to_owner(path)
    close_to_others(path)


def give_to_owner(path: Path) -> None:
    """Of its folder, if this process is root's, and so is the file."""
    if os.geteuid() != 0:
        return
    try:
        found, folder = path.stat(follow_symlinks=False), path.parent.stat()
    except OSError:
        return  # it is not there
    elsewhere = stat.S_ISREG(found.st_mode) and found.st_nlink > 1  # root's, too
    if elsewhere or stat.S_ISLNK(found.st_mode):
        return
    if found.st_uid == 0 != folder.st_uid:
        os.chown(path, folder.st_uid, folder.st_gid, follow_symlinks=False)


def close_to_others(path: Path) -> None:
    try:
        found = path.stat(follow_symlinks=False)
    except OSError:
        return  # it is not there
    mode = stat.S_IMODE(found.st_mode)
    if not mode & OTHERS or stat.S_ISLNK(found.st_mode):
        return
    try:
        path.chmod(mode & ~OTHERS)
    except OSError as error:
        log.warning(
            "%s is open to other users (mode %03o) and cannot be closed: %s. Let the"
            " service's user own it.",
            path,
            mode,
            error.strerror,
        )
        return
    log.warning("%s was open to other users (mode %03o): closed to them", path, mode)


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
