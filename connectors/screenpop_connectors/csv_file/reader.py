"""How do the bytes of a CSV or XLSX file become columns and rows?

Everything here blocks: it runs in a thread. A row or cell that is not as it should be
costs itself and is named in `Content.odd`; the others are read.
"""

from __future__ import annotations

import re
import time as clock
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, time
from pathlib import Path
from typing import NamedTuple

from screenpop.connector import (
    OddItems,
    Row,
    Scalar,
    Unavailable,
    as_scalar,
    told,
)
from screenpop_connectors.csv_file.decoding import decoded, mended
from screenpop_connectors.csv_file.delimited import STRAY, Delimited
from screenpop_connectors.csv_file.names import names_shown
from screenpop_connectors.csv_file.options import CsvSource
from screenpop_connectors.csv_file.workbook import (
    COLUMNS_MAX,
    NO_VALUE,
    Merged,
    Sheet,
    SheetTooLarge,
)

ROWS_BETWEEN_PAUSES = 50
SHEET_ERRORS = frozenset(
    {"#N/A", "#NV", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!",
     "#GETTING_DATA", "#SPILL!", "#CALC!", "#BEZUG!", "#WERT!", "#ZAHL!"}
)  # fmt: skip
_AS_TEXT = re.compile(r'=\s*"((?:[^"]|"")*)"\Z')
"""`="0001"`: how exports keep a spreadsheet from making a number of a text."""
SHEET_ERROR = "holds a spreadsheet's error instead of a value"
MORE_CELLS = "has more cells than there are columns; these are cut off"
NOT_SPLIT = f"{STRAY}; its cells cannot be separated, the row is left out"
_NOT_TABLES = (
    (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "an old Excel file (.xls), or has a password",
    ),
    (b"%PDF", "a PDF document"),
    (b"<!doctype html", "a web page (HTML)"),
    (b"<html", "a web page (HTML)"),
    (b"<table", "a web page (HTML)"),
    (b"{\\rtf", "a text document (RTF)"),
    (b"sqlite format 3\x00", "a SQLite database; the sql connector reads it"),
)


@dataclass(frozen=True, slots=True)
class Content:
    """`places` are the numbers of the rows as the file counts them."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    places: tuple[int, ...] = ()
    said: tuple[str, ...] = ()  # what the operator should know of the whole file
    odd: OddItems = field(default_factory=OddItems)
    left_out: int = 0  # rows that could not be read at all


class FileLine(NamedTuple):
    number: int
    cells: Sequence[object]
    is_stray: bool = False


def read_file(path: Path, options: CsvSource) -> Content:
    """Raises `Unavailable` when it cannot be read or is beyond a limit."""
    with explained(path, options):
        if path.stat().st_size > options.bytes_max:
            raise _beyond(path, f"{path.stat().st_size} bytes", "bytes_max", options)
        if is_workbook(path):
            return _workbook(path, options)
        return _text(path, options)


def is_workbook(path: Path) -> bool:
    """XLSX, not text? Raises ValueError for what is neither."""
    with path.open("rb") as file:
        begin = file.read(512)
    _refuse_other_formats(begin)
    return begin.startswith(b"PK\x03\x04")


@contextmanager
def explained(path: Path, options: CsvSource) -> Iterator[None]:
    """Whatever keeps the file from being read is `Unavailable`, with a remedy."""
    try:
        yield
    except FileNotFoundError as error:
        raise Unavailable(
            f"cannot read {path}: no such file. Put the export back, or set"
            " `enabled: false` for this source."
        ) from error
    except IsADirectoryError as error:
        raise Unavailable(
            f"cannot read {path}: it is a folder. Name a file under `path`."
        ) from error
    except PermissionError as error:
        raise Unavailable(
            f"cannot read {path}: no permission. Give the service's user the right to"
            " read it."
        ) from error
    except SheetTooLarge as error:
        raise _beyond(path, str(error), "bytes_max", options) from error
    except Unavailable:
        raise
    except Exception as error:
        raise Unavailable(
            f"cannot read {path}: {told(error)}. Export it again, or correct"
            " encoding, delimiter or sheet."
        ) from error


def _refuse_other_formats(begin: bytes) -> None:
    plain = begin.lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    for mark, what in _NOT_TABLES:
        if begin.startswith(mark) or plain.startswith(mark):
            raise ValueError(f"it is {what}. Save it as .xlsx or CSV")
    if plain.startswith(b"<?xml"):
        raise ValueError("it is an XML file. Save it as .xlsx or CSV")


# -- the two kinds of files -----------------------------------------------------------


def _text(path: Path, options: CsvSource) -> Content:
    found = decoded(path.read_bytes(), options.encoding)
    lines = Delimited(found.text, options.delimiter)
    rows = RowMaker(path, options, found.said, has_odd_text=found.has_odd)

    def all_lines() -> Iterator[FileLine]:
        for line in lines:
            yield FileLine(*line)
            lines.columns_expected = len(rows.columns) or None

    return rows.read(all_lines())


def _workbook(path: Path, options: CsvSource) -> Content:
    sheet = Sheet(path, options.sheet, options.bytes_max)
    rows = RowMaker(path, options, sheet.said, merged=sheet.merged)
    content = rows.read(FileLine(*row) for row in sheet.rows())
    for place in sheet.formulas:
        letters = place.rstrip("0123456789")
        content.odd.add(f"row {place[len(letters) :]}", letters, NO_VALUE)
    return content


class RowMaker:
    """Makes rows of lines: the first one with content names the columns."""

    def __init__(
        self,
        path: Path,
        options: CsvSource,
        said: tuple[str, ...],
        *,
        has_odd_text: bool = False,
        merged: Iterable[Merged] = (),
    ):
        self.columns: tuple[str, ...] = ()
        self._path = path
        self._options = options
        self.said = said
        self.has_odd_text = has_odd_text
        self._merged = merged
        self.odd = OddItems()
        self.left_out = 0  # rows that could not be read at all

    def read(self, lines: Iterable[FileLine]) -> Content:
        rows: list[Row] = []
        places: list[int] = []
        limit = self._options.rows_max
        for place, row in self.each(lines):
            if len(rows) == limit:
                raise _beyond(
                    self._path, f"over {limit} rows", "rows_max", self._options
                )
            rows.append(row)
            places.append(place)
        self.need_columns()
        return Content(
            self.columns,
            tuple(rows),
            tuple(places),
            self.said,
            self.odd,
            self.left_out,
        )

    def each(self, lines: Iterable[FileLine]) -> Iterator[tuple[int, Row]]:
        """The rows, each with the number of its line."""
        for line in lines:
            if line.number % ROWS_BETWEEN_PAUSES == 0:
                clock.sleep(0)  # lets the event loop's thread run at once
            if not self.columns:
                self._name_columns(line)
            elif (row := self._row(line)) is not None:
                yield line.number, row

    def need_columns(self) -> None:
        if not any(char.isalnum() for name in self.columns for char in name):
            raise ValueError("it has no first line with the columns' names")

    def _row(self, line: FileLine) -> Row | None:
        cells = [_cell(value) for value in line.cells]
        if all(cell is None for cell in cells):
            return None
        width, place = len(self.columns), f"row {line.number}"
        while len(cells) > width and cells[-1] is None:
            cells.pop()
        if line.is_stray and len(cells) != width:
            self.left_out += 1
            self.odd.add(place, None, NOT_SPLIT)
            return None
        if line.is_stray:
            self.odd.add(place, None, STRAY)
        if len(cells) > width:
            self.odd.add(place, None, MORE_CELLS)
        cells += [None] * (width - len(cells))
        row: dict[str, Scalar] = dict(zip(self.columns, cells, strict=False))
        return self._checked(row, place)

    def _checked(self, row: dict[str, Scalar], place: str) -> Row:
        """Without what is no value, each named by its column."""
        for column, cell in row.items():
            if not isinstance(cell, str):
                continue
            if cell[:1] == "#" and cell.upper() in SHEET_ERRORS:
                self.odd.add(place, column, SHEET_ERROR, cell)
                row[column] = None
            elif self.has_odd_text:
                whole, reason = mended(cell)
                if reason is not None:
                    self.odd.add(place, column, reason)
                    row[column] = whole.strip() or None
        return row

    def _name_columns(self, line: FileLine) -> None:
        cells = [_cell(value) for value in line.cells]
        for merged in self._merged:
            if merged.first_row == line.number == merged.last_row:
                _spread(cells, merged)
        while cells and cells[-1] is None:
            cells.pop()
        if len(cells) > COLUMNS_MAX:
            more = len(cells) - COLUMNS_MAX
            self.said += (
                f"has {more} columns beyond {COLUMNS_MAX}; they are not read",
            )
        self.columns, doubled = _named(cells[:COLUMNS_MAX])
        if doubled:
            self.said += (f"has columns of the same name: {names_shown(doubled, 5)}",)


def _spread(cells: list[Scalar], merged: Merged) -> None:
    """A name over several columns is the name of each."""
    first, last = merged.first_column - 1, min(merged.last_column, COLUMNS_MAX)
    if first < len(cells):
        cells += [None] * (last - len(cells))
        cells[first:last] = [cells[first]] * (last - first)


def _named(cells: Sequence[Scalar]) -> tuple[tuple[str, ...], list[str]]:
    """Each column gets a name of its own, whatever the case; and which were doubled."""
    names: list[str] = []
    taken: set[str] = set()
    doubled: list[str] = []
    for position, cell in enumerate(cells, start=1):
        plain = "" if cell is None else " ".join(mended(str(cell))[0].split())
        name = plain or f"column_{position}"
        if name.casefold() in taken:
            base, name = name, f"{name}_{position}"
            while name.casefold() in taken:
                name += "_"
            doubled.append(f"{base} (now {name})")
        taken.add(name.casefold())
        names.append(name)
    return tuple(names), doubled


def _cell(value: object) -> Scalar:
    if isinstance(value, str):
        text = value.strip()
        if text.startswith("=") and (wrapped := _AS_TEXT.match(text)) is not None:
            text = wrapped[1].replace('""', '"').strip()
        return text or None
    if isinstance(value, datetime) and value.time() == time.min:
        return value.date().isoformat()  # a sheet's date is a date at midnight
    if isinstance(value, float) and value.is_integer():
        return as_scalar(int(value))  # a sheet's numbers are floats
    return as_scalar(value)


def _beyond(path: Path, found: str, key: str, options: CsvSource) -> Unavailable:
    limit = options.rows_max if key == "rows_max" else options.bytes_max
    return Unavailable(
        f"{path} has {found}, more than {key} = {limit}. Raise {key}, or put the"
        " data into a database and use the sql connector."
    )
