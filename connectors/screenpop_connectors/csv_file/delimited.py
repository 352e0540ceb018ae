"""How does a text with delimiters become lines of cells, quotes and all?

A quotation mark that nothing closes, or that stands where none may, costs its own
line at most: a reader of CSV that goes on to the next mark would lose the rows between.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

DELIMITERS = ",;\t|"
CELL_CHARS_MAX = 131_072
LINE_CHARS_MAX = 20_000  # a longer line with a stray mark is only split
SEARCHES = 20  # lengths of the text that looking for closing marks may read again
SHORT_CELL_CHARS = 2_000  # a cell's limit when those are used up

STRAY = "has a stray quotation mark"


class CsvLine(NamedTuple):
    number: int  # of the line in the file that it begins with, from 1
    cells: list[str]
    is_stray: bool = False  # a quotation mark in it is wrong: read by itself


class Delimited:
    """The lines of a text; `columns_expected` helps to read one with a stray mark."""

    def __init__(self, text: str, delimiter: str | None):
        if "\r" in text:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        first, _, rest = text.partition("\n")
        self._skipped = 0
        hint = first.strip().strip('"')
        if len(hint) == 5 and hint.lower().startswith("sep="):  # Excel's hint
            delimiter, text, self._skipped = delimiter or hint[4], rest, 1
        self._text = text
        self.delimiter = delimiter or _likeliest(text)
        self.columns_expected: int | None = None
        mark = re.escape(self.delimiter)
        self._bare = re.compile(rf"[^{mark}\n]*+")
        self._quoted = re.compile(r' *+"([^"]*+(?:""[^"]*+)*+)" *+')
        self._by_itself = re.compile(rf' *"(.*?)" *(?={mark}|\Z)')
        self._budget = SEARCHES * (len(text) + 1)

    def __iter__(self) -> Iterator[CsvLine]:
        text, place, number = self._text, 0, self._skipped + 1
        while place < len(text):
            end = text.find("\n", place)
            end = len(text) if end < 0 else end
            if text.find('"', place, end) < 0:
                yield CsvLine(number, text[place:end].split(self.delimiter))
            else:
                cells, after = self._record(place)
                if cells is None:
                    alone = self._alone(text[place:end])
                    yield CsvLine(number, alone, is_stray=True)
                else:
                    yield CsvLine(number, cells)
                    number += text.count("\n", place, after)
                    end = after
            place, number = end + 1, number + 1

    def _record(self, place: int) -> tuple[list[str] | None, int]:
        """The cells of a record and where it ends; None: a mark in it is wrong."""
        text, cells, begin = self._text, list[str](), place
        while True:
            cell = self._cell(place)
            if cell is None:
                return None, place
            cells.append(cell[0])
            place = cell[1]
            if text[place : place + 1] != self.delimiter:
                whole = self._is_one_record(text[begin:place], len(cells))
                return (cells if whole else None), place
            place += 1

    def _is_one_record(self, record: str, cells: int) -> bool:
        """Is it not two rows with a stray mark each, and those between as one cell?

        Such a cell has lines that are rows, and the record has another number of cells
        than there are columns.
        """
        expected = self.columns_expected
        if expected is None or cells == expected or "\n" not in record:
            return True
        delimiters = (line.count(self.delimiter) for line in record.split("\n")[1:-1])
        return cells > expected and all(n < expected - 1 for n in delimiters)

    def _cell(self, place: int) -> tuple[str, int] | None:
        text = self._text
        bare = self._bare.match(text, place)
        assert bare is not None
        content = bare[0].lstrip(" ")
        if content.startswith('="'):
            return self._as_text(bare.end() - len(content), bare)
        if not content.startswith('"'):
            return bare[0], bare.end()
        limit = CELL_CHARS_MAX if self._budget > 0 else SHORT_CELL_CHARS
        found = self._quoted.match(text, place, place + limit)
        if found is not None:
            following = text[found.end() : found.end() + 1]
            if following in ("", "\n", self.delimiter):
                return found[1].replace('""', '"'), found.end()
            self._budget -= found.end() - place
        else:
            self._budget -= limit
        return None

    def _as_text(self, place: int, bare: re.Match[str]) -> tuple[str, int]:
        """`="Ann, Lee"`: a delimiter within is part of it; a line end is not."""
        found = self._quoted.match(self._text, place + 1, place + SHORT_CELL_CHARS)
        if found is None or "\n" in found[0]:
            return bare[0], bare.end()
        if self._text[found.end() : found.end() + 1] not in ("", "\n", self.delimiter):
            return bare[0], bare.end()
        return f"={found[0]}", found.end()

    def _alone(self, line: str) -> list[str]:
        """A line with a stray mark, read in the way that gives as many cells as it
        should have."""
        plain = [cell.strip().strip('"') for cell in line.split(self.delimiter)]
        if len(line) > LINE_CHARS_MAX or len(plain) == self.columns_expected:
            return plain
        cells: list[str] = []
        place = 0
        while place <= len(line):
            found = self._by_itself.match(line, place)
            end = found.end() if found is not None else line.find(self.delimiter, place)
            end = len(line) if end < 0 else end
            cell = found[1] if found is not None else line[place:end].strip().strip('"')
            cells.append(cell.replace('""', '"'))
            place = end + 1
        return cells


def _likeliest(text: str) -> str:
    """The delimiter that the first line has most often outside of quotes."""
    header = text.lstrip("\n").partition("\n")[0]
    outside = "".join(header.split('"')[::2])
    return max(DELIMITERS, key=outside.count)
