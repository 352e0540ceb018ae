"""How do the bytes of a CSV or XLSX file become columns and rows?

Everything here blocks: it runs in a thread.
"""

from __future__ import annotations

import codecs
import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from typing import TypeAlias

from screenpop.connector import Row, Scalar, Unavailable, as_scalar, told
from screenpop_connectors.csv_file.options import CsvSource

DELIMITERS = ",;\t|"
COLUMNS_MAX = 1000
CELL_CHARS_MAX = 131_072
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
Cells: TypeAlias = Sequence[object]


@dataclass(frozen=True, slots=True)
class Content:
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    said: tuple[str, ...] = ()  # what the operator should know


def read_file(path: Path, options: CsvSource) -> Content:
    """Raises `Unavailable` when it cannot be read or is beyond a limit."""
    try:
        if path.stat().st_size > options.bytes_max:
            raise _beyond(path, f"{path.stat().st_size} bytes", "bytes_max", options)
        if path.suffix.lower() in (".xlsx", ".xlsm"):
            return _content(path, _sheet(path, options), options)
        text, said = _decoded(path.read_bytes(), options.encoding)
        return _content(path, _lines(text, options.delimiter), options, said)
    except FileNotFoundError as error:
        raise Unavailable(
            f"cannot read {path}: no such file. Put the export back, or set"
            " `enabled: false` for this source."
        ) from error
    except Unavailable:
        raise
    except Exception as error:
        raise Unavailable(
            f"cannot read {path}: {told(error)}. Export it again, or correct"
            " encoding, delimiter or sheet."
        ) from error


def _decoded(data: bytes, encoding: str | None) -> tuple[str, tuple[str, ...]]:
    marked = next((name for mark, name in MARKS if data.startswith(mark)), None)
    if encoding is not None or marked is not None:
        return data.decode(encoding or marked or "utf-8"), ()
    try:
        return data.decode("utf-8"), ()
    except UnicodeDecodeError as error:
        said = f"is not UTF-8 (byte {error.start}) and is read as cp1252"
        return data.decode("cp1252", errors="replace"), (said,)


def _lines(text: str, delimiter: str | None) -> Iterator[Cells]:
    csv.field_size_limit(CELL_CHARS_MAX)
    first = text.partition("\n")[0]
    if first.lower().startswith("sep=") and len(first.strip()) == 5:  # Excel's hint
        delimiter = delimiter or first[4]
        text = text.partition("\n")[2]
    sniffed = delimiter or _likeliest(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=sniffed, strict=True)
    try:
        yield from reader
    except csv.Error as error:
        raise ValueError(f"line {reader.line_num}: {error}") from error


def _likeliest(text: str) -> str:
    """The delimiter that the first line has most often outside of quotes."""
    header = text.lstrip("\r\n").partition("\n")[0]
    outside = "".join(header.split('"')[::2])
    return max(DELIMITERS, key=outside.count)


def _sheet(path: Path, options: CsvSource) -> Iterator[Cells]:
    from openpyxl import load_workbook  # not needed for CSV; 0.2 s, 12 MB

    with zipfile.ZipFile(path) as archive:
        unpacked = sum(info.file_size for info in archive.infolist())
    if unpacked > options.bytes_max:
        raise _beyond(path, f"{unpacked} bytes unpacked", "bytes_max", options)
    book = load_workbook(path, read_only=True, data_only=True)
    try:
        if options.sheet is not None and options.sheet not in book.sheetnames:
            raise ValueError(
                f"no sheet {options.sheet}; there are {', '.join(book.sheetnames)}"
            )
        sheet = book[options.sheet or book.sheetnames[0]]
        yield from sheet.iter_rows(values_only=True, max_col=COLUMNS_MAX)
    finally:
        book.close()


def _content(
    path: Path,
    lines: Iterable[Cells],
    options: CsvSource,
    said: tuple[str, ...] = (),
) -> Content:
    filled = (line for line in lines if any(_cell(value) is not None for value in line))
    columns = _columns(next(iter(filled), ()))
    if not columns:
        raise ValueError("it has no first line with the columns' names")
    rows: list[Row] = []
    longer = 0
    for line in filled:
        if len(rows) == options.rows_max:
            raise _beyond(path, f"over {options.rows_max} rows", "rows_max", options)
        longer += len(line) > len(columns)
        cells = [_cell(value) for value in line[: len(columns)]]
        cells += [None] * (len(columns) - len(cells))
        rows.append(dict(zip(columns, cells, strict=True)))
    if longer:
        said += (f"has {longer} rows with more cells than columns; these were cut",)
    return Content(columns, tuple(rows), said)


def _columns(line: Cells) -> tuple[str, ...]:
    """Each column gets a name of its own."""
    cells = [_cell(value) for value in line]
    while cells and cells[-1] is None:
        cells.pop()
    names: list[str] = []
    for position, cell in enumerate(cells[:COLUMNS_MAX], start=1):
        name = f"column_{position}" if cell is None else str(cell)
        names.append(f"{name}_{position}" if name in names else name)
    return tuple(names)


def _cell(value: object) -> Scalar:
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, datetime) and value.time() == time.min:
        return value.date().isoformat()  # a sheet's date is a date at midnight
    return as_scalar(value)


def _beyond(path: Path, found: str, key: str, options: CsvSource) -> Unavailable:
    limit = options.rows_max if key == "rows_max" else options.bytes_max
    return Unavailable(
        f"{path} has {found}, more than {key} = {limit}. Raise {key}, or put the"
        " data into a database and use the sql connector."
    )
