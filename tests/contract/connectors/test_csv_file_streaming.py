"""Are the rows of a long file the same, read in parts?"""

from __future__ import annotations

from pathlib import Path

import pytest

from screenpop.connector import FeedReading, Row
from screenpop_connectors.csv_file.options import CsvSource
from screenpop_connectors.csv_file.reader import read_file
from screenpop_connectors.csv_file.streaming import PART_BYTES, feed_batches

HEAD = "who;no;what\n"
NAMES = {"customer": "who", "order": "no", "item": "what"}
PLAIN = "C-1;o1;Tyre\n"
FILLED = PLAIN * (PART_BYTES // len(PLAIN) - 2)
"""Ends shortly before the first part does."""


def read(folder: Path, data: bytes) -> tuple[list[Row], list[int], FeedReading]:
    """Rows and places; they are those that reading the whole file gives."""
    path, reading = folder / "sales.csv", FeedReading()
    path.write_bytes(data)
    options = CsvSource(path=path, rows_max=10**6)
    batches = list(feed_batches(path, options, NAMES, reading))
    rows = [row for batch in batches for row in batch.rows]
    places = [place for batch in batches for place in batch.places]
    whole = read_file(path, options)
    assert rows == [{n: row[c] for n, c in NAMES.items()} for row in whole.rows]
    assert places == list(whole.places)
    assert max(len(batch.rows) for batch in batches) <= 1000
    return rows, places, reading


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le"]
)
def test_a_file_of_many_parts_is_read_whole(tmp_path: Path, encoding: str) -> None:
    text = HEAD + FILLED + PLAIN * 5 + "C-2;o2;Räder für Jürgen\n" * 3
    rows, _, _ = read(tmp_path, text.encode(encoding))
    assert rows[-1] == {"customer": "C-2", "order": "o2", "item": "Räder für Jürgen"}


def test_a_cell_of_several_lines_is_not_cut(tmp_path: Path) -> None:
    cell = 'C-2;o2;"a\nlong\ncell\nof\nlines"\n'
    rows, _, _ = read(tmp_path, (HEAD + FILLED + cell * 3 + PLAIN * 9).encode())
    assert sum("long" in str(row["item"]) for row in rows) == 3


def test_a_mark_that_nothing_closes_costs_its_row_at_most(tmp_path: Path) -> None:
    stray = 'C-2;o2;a 28" wheel\nC-3;"o3;Tube\n'
    text = HEAD + PLAIN * 1000 + stray + FILLED + PLAIN * 1000
    rows, _, reading = read(tmp_path, text.encode())
    assert {row["customer"] for row in rows} >= {"C-1", "C-2"}
    assert reading.odd.first[0].place in ("row 1002", "row 1003")


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_lines_may_end_as_they_like(tmp_path: Path, end: str) -> None:
    text = (HEAD + FILLED + PLAIN * 9).replace("\n", end)
    rows, _, _ = read(tmp_path, text.encode())
    assert len(rows) == text.count(end) - 1


def test_a_file_with_only_its_names_has_no_orders(tmp_path: Path) -> None:
    path = tmp_path / "sales.csv"
    path.write_text(HEAD)
    assert list(feed_batches(path, CsvSource(path=path), NAMES, FeedReading())) == []
