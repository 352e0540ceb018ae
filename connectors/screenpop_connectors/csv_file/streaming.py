"""How are the rows of a long CSV file read without holding all of it?

Everything here blocks: it runs in a thread. The file is cut at line ends, outside of
quotes, and each part is read as a short file would be.
"""

from __future__ import annotations

import codecs
from collections.abc import Generator, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from screenpop.connector import FeedBatch, FeedReading, Row, Scalar, Unavailable
from screenpop.connector.reading import UNREADABLE
from screenpop_connectors.csv_file.decoding import Decoded, decoded, known_encoding
from screenpop_connectors.csv_file.delimited import CELL_CHARS_MAX, Delimited
from screenpop_connectors.csv_file.names import encoding_hint, names_shown
from screenpop_connectors.csv_file.options import CsvSource
from screenpop_connectors.csv_file.reader import (
    FileLine,
    RowMaker,
    explained,
    is_workbook,
    read_file,
)

PART_BYTES = 1_048_576
BATCH_ROWS = 1000
CODE_LENGTH = 3  # of a currency in ISO 4217


def feed_batches(
    path: Path,
    options: CsvSource,
    wanted: Mapping[str, str | None],
    reading: FeedReading,
) -> Generator[FeedBatch, None, None]:
    """The columns wanted, under the names wanted; raises `Unavailable`.

    `wanted` maps `customer`, `order` and so on to the file's columns.
    """
    with explained(path, options):
        if is_workbook(path):
            content = read_file(path, options)
            reading.odd.take(content.odd)
            lines = zip(content.places, content.rows, strict=True)
            yield from _batches(iter(lines), _Columns(content.columns, wanted))
            return
        maker = RowMaker(path, options, ())
        rows = maker.each(_lines(path, options, maker))
        first = next(rows, None)
        maker.need_columns()
        if first is None:
            return
        columns = _Columns(maker.columns, wanted)
        yield from _batches(_with_first(first, rows), columns)
        reading.odd.take(maker.odd)
        if maker.left_out:
            reading.rows += maker.left_out
            reading.left_out[UNREADABLE] += maker.left_out


class _Columns:
    """Where the file keeps what is wanted."""

    def __init__(self, columns: Sequence[str], wanted: Mapping[str, str | None]):
        """Raises `Unavailable` for a column that the file does not have."""
        known = {column.casefold(): column for column in columns}
        self._taken: dict[str, str] = {}
        self._fixed: dict[str, Scalar] = {}
        for name, written in wanted.items():
            if written is None:
                continue
            column = known.get(" ".join(written.split()).casefold())
            if column is not None:
                self._taken[name] = column
            elif name == "currency" and _is_code(written):
                self._fixed[name] = written
            else:
                raise Unavailable(
                    f"the file has no column {written}. It has {names_shown(columns)}."
                    f"{encoding_hint(columns)}"
                )

    def row(self, row: Row) -> Row:
        return {name: row[c] for name, c in self._taken.items()} | self._fixed


def _batches(rows: Iterator[tuple[int, Row]], columns: _Columns) -> Iterator[FeedBatch]:
    while some := list(islice(rows, BATCH_ROWS)):
        places, found = zip(*some, strict=True)
        yield FeedBatch(rows=[columns.row(row) for row in found], places=places)


def _with_first(
    first: tuple[int, Row], rows: Iterator[tuple[int, Row]]
) -> Iterator[tuple[int, Row]]:
    yield first
    yield from rows


def _lines(path: Path, options: CsvSource, maker: RowMaker) -> Iterator[FileLine]:
    before, delimiter = 0, options.delimiter
    for part in _parts(path, options.encoding):
        text = part.text.replace("\r\n", "\n").replace("\r", "\n")
        lines = Delimited(text, delimiter)
        delimiter, maker.has_odd_text = lines.delimiter, part.has_odd
        for line in lines:
            yield FileLine(line.number + before, line.cells, line.is_stray)
            lines.columns_expected = len(maker.columns) or None
        before += text.count("\n")


def _parts(path: Path, encoding: str | None) -> Iterator[Decoded]:
    with path.open("rb") as file:
        sample = file.read(PART_BYTES)
        name = encoding or known_encoding(sample)
        file.seek(0)
        if name is not None and name.replace("_", "-").startswith(("utf-16", "utf-32")):
            yield from _wide_parts(file, name)
            return
        rest = b""
        while data := file.read(PART_BYTES):
            whole, rest = _cut(rest + data)
            if whole:
                yield decoded(whole, name)
        if rest:
            yield decoded(rest, name)


def _wide_parts(file: BinaryIO, name: str) -> Iterator[Decoded]:
    """UTF-16 and UTF-32: a byte 10 may be half a letter, so decode before cutting."""
    decoder, rest = codecs.getincrementaldecoder(name)("replace"), ""
    while data := file.read(PART_BYTES):
        text = rest + decoder.decode(data)
        place = text.rfind("\n") + 1
        yield Decoded(text[:place].removeprefix("\ufeff"), has_odd="\ufffd" in text)
        rest = text[place:]
    yield Decoded(rest + decoder.decode(b"", final=True))


def _cut(data: bytes) -> tuple[bytes, bytes]:
    """At the last line end outside of quotes.

    A mark that nothing closes would make all the rest one cell: where no such line end
    is near, the last one is taken.
    """
    end = b"\n" if b"\n" in data else b"\r"
    last = data.rfind(end) + 1
    if not last:
        return (b"", data) if len(data) < 2 * PART_BYTES else (data, b"")
    place, marks = last, data.count(b'"', 0, last)
    while marks % 2 and last - place <= CELL_CHARS_MAX:
        before = data.rfind(end, 0, place - 1) + 1
        if not before:
            break
        marks -= data.count(b'"', before, place)
        place = before
    place = last if marks % 2 else place
    return data[:place], data[place:]


def _is_code(text: str) -> bool:
    return len(text) == CODE_LENGTH and text.isalpha() and text.isupper()
