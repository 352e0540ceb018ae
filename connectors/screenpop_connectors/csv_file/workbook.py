"""Which cells does a sheet of an XLSX workbook hold?

What the file claims about itself is not believed: the sheet's dimensions, the sizes in
the archive, rows and cells that have a style and no content (a million of them are
common). The sheet's XML is streamed once without those into a workbook in memory,
which openpyxl then reads.
"""

from __future__ import annotations

import io
import posixpath
import re
import time
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, NamedTuple
from xml.etree import ElementTree

COLUMNS_MAX = 1000
ROWS_IN_A_SHEET = 1_048_576
CHUNK_BYTES = 32_768  # a thread holds the interpreter for so many at a time
PART_BYTES_MAX = 4_194_304  # of the workbook's lists of sheets
RAW_TIMES_MAX = 4  # a sheet may be as many times `bytes_max` before it is cleaned
MERGED_MAX = 10_000  # merged ranges that are filled
FORMULAS_NAMED_MAX = 200

NO_VALUE = "has a formula without a stored value"
_SKIPPED = (
    "xl/media/", "xl/drawings/", "xl/charts/", "xl/embeddings/", "xl/externalLinks/",
    "xl/printerSettings/", "xl/pivot", "xl/vbaProject", "customXml/",
)  # fmt: skip
_EMPTY_SHEET = (
    b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    b"<sheetData/></worksheet>"
)

_CELL = re.compile(
    rb"<c(?:\s[^<>]*)?(?:/>|(?<!/)>\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>)"
    rb"|<\w+:c(?:\s[^<>]*)?(?:/>|(?<!/)>\s*(?:<\w+:v\s*/>|<\w+:v>\s*</\w+:v>)?\s*</\w+:c>)"
)
_ROW = re.compile(
    rb"<row(?:\s[^<>]*)?(?:/>|(?<!/)>\s*</row>)"
    rb"|<\w+:row(?:\s[^<>]*)?(?:/>|(?<!/)>\s*</\w+:row>)"
)
_DIMENSION = re.compile(rb"<(?:\w+:)?dimension\s[^<>]*/>")
_FORMULA = re.compile(
    rb'<((?:\w+:)?c)\s[^<>]*?r="([A-Z]{1,3}\d{1,7})"[^<>]*>\s*'
    rb"<((?:\w+:)?f)(?:\s[^<>]*)?(?:/>|>[^<]*</\3>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<((?:\w+:)?v)>\s*</\4>)?\s*</\1>"
)
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^<>]*?ref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')


class SheetTooLarge(Exception):
    """The sheet is beyond the limit; the text says how large it is at least."""


class SheetRow(NamedTuple):
    number: int  # as the sheet counts, from 1
    cells: Sequence[object]


class Merged(NamedTuple):
    """A merged range, by its first and last row and column, from 1."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int


class Sheet:
    """One sheet, cleaned; `formulas` are cells whose value was never stored."""

    def __init__(self, path: Path, wanted: str | None, bytes_max: int):
        """Raises `ValueError` for no workbook or sheet, and `TooLarge`."""
        self.formulas: list[str] = []
        self.merged: list[Merged] = []
        self.said: tuple[str, ...] = ()
        self._bytes_max = bytes_max
        with zipfile.ZipFile(path) as archive:
            sheets = _sheets(archive)
            self.name = self._chosen(sheets, wanted)
            self._book = self._cleaned(archive, sheets)

    def rows(self) -> Iterator[SheetRow]:
        """Rows with content; a merged column of cells repeats its value downwards."""
        from openpyxl import load_workbook  # not needed for CSV; 0.2 s, 12 MB

        book = load_workbook(
            self._book, read_only=True, data_only=True, keep_links=False
        )
        try:
            sheet = book[self.name]
            sheet.reset_dimensions()
            filler = _Filler(self.merged)
            lines = sheet.iter_rows(values_only=True)
            for number, cells in enumerate(lines, start=1):
                if number > ROWS_IN_A_SHEET:
                    raise ValueError("a row has a number that no sheet has")
                if cells:
                    yield SheetRow(number, filler.filled(number, cells[:COLUMNS_MAX]))
        finally:
            book.close()

    def _chosen(self, sheets: Sequence[_Listed], wanted: str | None) -> str:
        names = [sheet.name for sheet in sheets]
        if wanted is not None:
            if wanted not in names:
                raise ValueError(f"no sheet {wanted}; there are {', '.join(names)}")
            return wanted
        visible = [sheet.name for sheet in sheets if not sheet.hidden]
        chosen = (visible or names)[0]
        if chosen != names[0]:
            skipped = names[: names.index(chosen)]
            self.said += (
                f"has hidden sheets ({', '.join(skipped)}); {chosen} is read."
                " Name another one with `sheet`",
            )
        return chosen

    def _cleaned(
        self, archive: zipfile.ZipFile, sheets: Sequence[_Listed]
    ) -> io.BytesIO:
        book = io.BytesIO()
        by_path = {sheet.path: sheet for sheet in sheets}
        left = self._bytes_max
        with zipfile.ZipFile(book, "w") as made:
            for name in dict.fromkeys(archive.namelist()):
                sheet = by_path.get(name)
                if name.startswith(_SKIPPED) or name.endswith("/"):
                    continue
                if sheet is None:
                    left -= _copied(archive, made, name, left)
                elif sheet.name != self.name:
                    made.writestr(name, _EMPTY_SHEET)
                else:
                    with archive.open(name) as raw, made.open(name, "w") as out:
                        left -= self._clean(raw, out, left)
        book.seek(0)
        return book

    def _clean(self, raw: IO[bytes], out: IO[bytes], limit: int) -> int:
        """Write the sheet without what is empty; returns its size."""
        read = written = 0
        kept = b""
        while chunk := raw.read(CHUNK_BYTES):
            read += len(chunk)
            if read > RAW_TIMES_MAX * self._bytes_max:
                raise SheetTooLarge(f"over {read} bytes unpacked")
            whole, kept = _whole_rows(kept + chunk)
            written += out.write(self._without_empty(whole))
            if written > limit:
                raise SheetTooLarge(f"over {written} bytes unpacked")
        return written + out.write(self._without_empty(kept))

    def _without_empty(self, xml: bytes) -> bytes:
        time.sleep(0)  # lets the event loop's thread run at once
        if b"<f" in xml or b":f" in xml:
            for found in _FORMULA.finditer(xml):
                if len(self.formulas) < FORMULAS_NAMED_MAX:
                    self.formulas.append(found[2].decode())
        if b"mergeCell" in xml:
            for found in _MERGED.finditer(xml):
                if len(self.merged) < MERGED_MAX:
                    self.merged.append(_merged(found))
        return _ROW.sub(b"", _CELL.sub(b"", _DIMENSION.sub(b"", xml)))


class _Listed(NamedTuple):
    name: str
    path: str
    hidden: bool


def _sheets(archive: zipfile.ZipFile) -> list[_Listed]:
    """The worksheets of the workbook, in its order."""
    names = set(archive.namelist())
    if "xl/workbook.bin" in names:
        raise ValueError("it is a binary workbook (.xlsb). Save it as .xlsx")
    if "xl/workbook.xml" not in names:
        raise ValueError("it is an archive, but no Excel workbook (.xlsx)")
    relations = {
        each.get("Id", ""): each for each in _xml(archive, "xl/_rels/workbook.xml.rels")
    }
    found: list[_Listed] = []
    for element in _xml(archive, "xl/workbook.xml").iter():
        if element.tag.rpartition("}")[2] != "sheet":
            continue
        ids = [v for k, v in element.items() if k.rpartition("}")[2] == "id"]
        relation = relations.get(ids[0]) if ids else None
        if relation is None or not relation.get("Type", "").endswith("/worksheet"):
            continue
        path = posixpath.normpath(posixpath.join("/xl", relation.get("Target", "")))
        hidden = element.get("state", "visible") != "visible"
        found.append(_Listed(element.get("name", ""), path.lstrip("/"), hidden))
    if not found:
        raise ValueError("the workbook has no sheet with cells")
    return found


def _xml(archive: zipfile.ZipFile, name: str) -> ElementTree.Element:
    with archive.open(name) as part:
        data = part.read(PART_BYTES_MAX + 1)
    if len(data) > PART_BYTES_MAX:
        raise SheetTooLarge(f"over {len(data)} bytes in {name}")
    return ElementTree.fromstring(data)  # noqa: S314 - bounded; expat limits entities


def _copied(
    archive: zipfile.ZipFile, made: zipfile.ZipFile, name: str, limit: int
) -> int:
    size = 0
    with archive.open(name) as raw, made.open(name, "w") as out:
        while chunk := raw.read(CHUNK_BYTES):
            size += out.write(chunk)
            if size > limit:
                raise SheetTooLarge(f"over {size} bytes unpacked")
    return size


def _whole_rows(xml: bytes) -> tuple[bytes, bytes]:
    """Up to the end of a row, and what follows; a row without end is cut anywhere."""
    end = xml.rfind(b"row>") + 4
    if end < 4:
        end = xml.rfind(b"/>") + 2
    if end < 2:
        end = len(xml) if len(xml) > 16 * CHUNK_BYTES else 0
    return xml[:end], xml[end:]


def _merged(found: re.Match[bytes]) -> Merged:
    first, first_row, last, last_row = (part.decode() for part in found.groups())
    return Merged(int(first_row), _column(first), int(last_row), _column(last))


def _column(letters: str) -> int:
    number = 0
    for letter in letters[:3]:
        number = number * 26 + ord(letter) - 64
    return number


class _Filler:
    """Gives cells of a merged column the value of the first one."""

    def __init__(self, merged: Sequence[Merged]):
        self._coming = sorted(
            (m for m in merged if m.last_row > m.first_row), reverse=True
        )
        self._open: list[tuple[Merged, object]] = []

    def filled(self, number: int, cells: Sequence[object]) -> Sequence[object]:
        self._open = [each for each in self._open if each[0].last_row >= number]
        while self._coming and self._coming[-1].first_row <= number:
            merged = self._coming.pop()
            place = merged.first_column - 1
            if merged.first_row == number and place < len(cells):
                self._open.append((merged, cells[place]))
        below = [each for each in self._open if each[0].first_row < number]
        if not below or all(cell is None for cell in cells):
            return cells
        filled = list(cells)
        for merged, value in below:
            place = merged.first_column - 1
            filled += [None] * (place + 1 - len(filled))
            if filled[place] is None:
                filled[place] = value
        return filled
