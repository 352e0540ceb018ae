"""What does a CSV file of calls by interval say?

Columns `start_local` (ISO 8601, the centre's wall clock) and `calls`, in any order
and next to any other columns; comma, semicolon or tab. An offset such as `-05:00` is
accepted and the wall clock is kept. Rows of one start, e.g. of several queues or of
the hour that a DST change repeats, are added up.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TextIO

from screenpop.domain.errors import BadInput
from screenpop.planning.counts import CallCounts, counts_of

START, CALLS = "start_local", "calls"
ROWS_MAX = 2_000_000
CALLS_MAX = 1e7  # of one row
_DELIMITERS = ",;\t"


def read_csv_counts(path: Path) -> CallCounts:
    """All rows of a file. Raises `BadInput` with file, line, cause and remedy."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return counts_of(_rows(path, file))
    except OSError as error:
        raise BadInput(
            f"cannot read {path}: {error.strerror}.", remedy="Check the path."
        ) from error
    except UnicodeDecodeError as error:
        raise BadInput(
            f"{path}: is not text in UTF-8.", remedy="Save it as CSV in UTF-8."
        ) from error
    except csv.Error as error:
        raise BadInput(f"{path}: {error}.", remedy="Save the file again.") from error
    except BadInput as error:
        if str(error).startswith(str(path)):
            raise
        raise BadInput(f"{path}: {error}", remedy=error.remedy) from error


def _rows(path: Path, file: TextIO) -> Iterator[tuple[datetime, float]]:
    head = file.readline()
    delimiter = max(_DELIMITERS, key=head.count)
    names = [name.strip() for name in next(csv.reader([head], delimiter=delimiter), [])]
    start, calls = _column(path, names, START), _column(path, names, CALLS)
    for count, row in enumerate(csv.reader(file, delimiter=delimiter)):
        line = count + 2
        if not any(row):
            continue
        if count >= ROWS_MAX:
            raise BadInput(
                f"{path}:{line}: more than {ROWS_MAX:,} rows.",
                remedy="Leave old rows out, or add up the intervals before.",
            )
        if len(row) <= max(start, calls):
            raise BadInput(
                f"{path}:{line}: has {len(row)} columns, the header has {len(names)}.",
                remedy="Complete the row or delete it.",
            )
        yield _moment(path, line, row[start]), _number(path, line, row[calls])


def _column(path: Path, names: list[str], wanted: str) -> int:
    if wanted not in names:
        found = ", ".join(name for name in names if name) or "none"
        raise BadInput(
            f"{path}:1: there is no column {wanted}, found: {found}.",
            remedy=f"The first line must name {START} and {CALLS}.",
        )
    return names.index(wanted)


def _moment(path: Path, line: int, text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise BadInput(
            f"{path}:{line}: {START}: {text!r} is not a time.",
            remedy="Write it as 2003-09-22T07:30.",
        ) from error
    if text.rstrip().endswith(("Z", "z")):
        raise BadInput(
            f"{path}:{line}: {START}: {text!r} is UTC, not the centre's wall clock.",
            remedy="Write local times, e.g. 2003-09-22T07:30.",
        )
    return at.replace(tzinfo=None, second=0, microsecond=0)


def _number(path: Path, line: int, text: str) -> float:
    try:
        calls = float(text)
    except ValueError:
        calls = -1.0
    if not 0 <= calls <= CALLS_MAX:
        raise BadInput(
            f"{path}:{line}: {CALLS}: must be a number from 0 to {CALLS_MAX:,.0f},"
            f" is {text!r}.",
            remedy="Write the calls of the interval, e.g. 17.",
        )
    return calls
