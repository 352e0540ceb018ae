"""Where does the file of a report lie, and which older ones go?

A file is there whole or not at all, and for the service's user alone.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import get_args

from screenpop.config.reports import ReportFormat
from screenpop.support.private import private_folder

_ENDINGS = "|".join(get_args(ReportFormat))


def file_name(name: str, first: date, form: ReportFormat) -> str:
    return f"{name}-{first}.{form}"


def write_report(folder: Path, file: str, body: bytes) -> None:
    """Replace the file. Raises `OSError`."""
    private_folder(folder, tighten=False)
    new = folder / f".{file}.{os.getpid()}"
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
    try:
        with open(os.open(new, flags, 0o600), "wb") as to:
            to.write(body)
            to.flush()
            os.fsync(to.fileno())
        new.replace(folder / file)
    except OSError:
        with suppress(OSError):
            new.unlink()
        raise
    place = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(place)
    finally:
        os.close(place)


def remove_old(folder: Path, name: str, keep: int) -> int:
    """Leave the newest `keep` files of this report. Returns how many went.

    Raises `OSError`.
    """
    pattern = re.compile(rf"{re.escape(name)}-\d{{4}}-\d\d-\d\d\.({_ENDINGS})")
    found = sorted(
        (each for each in folder.iterdir() if pattern.fullmatch(each.name)),
        key=lambda each: each.name.partition("-")[2],
    )
    old = found[:-keep]
    for each in old:
        each.unlink(missing_ok=True)
    return len(old)
