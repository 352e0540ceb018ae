"""How do rows become a CSV or Parquet file that other programs read without harm?

CSV is RFC 4180: commas, CRLF, quotes where needed, a row of names first; UTF-8.
Parquet has typed columns: null is none, moments are UTC. Writing it needs pyarrow, the
extra `parquet`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from itertools import islice
from typing import Any, Literal

from screenpop.domain.errors import Unloadable

TableFormat = Literal["csv", "parquet"]
Kind = Literal["text", "count", "number", "moment"]
Row = Mapping[str, object]

ROW_GROUP = 5000  # rows of a Parquet file that are in memory as Python objects at once
INSTALL = "pip install 'screenpop[parquet]'"
_FORMULA = ("=", "@", "+", "-", "\t", "\r")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableColumn:
    """A moment is ISO 8601 text with an offset."""

    name: str
    kind: Kind = "text"
    label: str = ""  # how people call it

    @property
    def heading(self) -> str:
        """`Service level (service_level)`; the name where there is no label."""
        return f"{self.label} ({self.name})" if self.label else self.name


def columns(kind: Kind, *names: str) -> list[TableColumn]:
    return [TableColumn(name=name, kind=kind) for name in names]


def csv_bytes(
    of: Sequence[TableColumn], rows: Iterable[Row], *, labelled: bool = False
) -> bytes:
    """Values in the order of the columns; None is an empty cell.

    `labelled`: the headings are for people, who see the label before the name.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    heads = [each.heading if labelled else each.name for each in of]
    writer.writerow([_cell(head) for head in heads])
    for row in rows:
        writer.writerow([_cell(row.get(column.name)) for column in of])
    return text.getvalue().encode("utf-8", "replace")


def parquet_bytes(of: Sequence[TableColumn], rows: Iterable[Row]) -> bytes:
    """Row groups of at most `ROW_GROUP` rows. Raises `Unloadable` without pyarrow."""
    arrow, parquet = _pyarrow()
    kinds = {
        "text": arrow.string(),
        "count": arrow.int64(),
        "number": arrow.float64(),
        "moment": arrow.timestamp("us", tz="UTC"),
    }
    schema = arrow.schema([(column.name, kinds[column.kind]) for column in of])
    file, waiting = io.BytesIO(), iter(rows)
    with parquet.ParquetWriter(file, schema) as writer:
        while group := list(islice(waiting, ROW_GROUP)):
            writer.write_batch(
                arrow.RecordBatch.from_arrays(
                    [
                        arrow.array(
                            [
                                _typed(column.kind, row.get(column.name))
                                for row in group
                            ],
                            kinds[column.kind],
                        )
                        for column in of
                    ],
                    schema=schema,
                )
            )
    return file.getvalue()


def has_parquet() -> bool:
    """Can Parquet files be written here?"""
    return find_spec("pyarrow") is not None


def _pyarrow() -> tuple[Any, Any]:
    """Imported when first needed: it takes 0.2 s and 40 MB."""
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        raise Unloadable(
            f"Parquet needs pyarrow, which is not installed. Install it: {INSTALL}."
        ) from error
    return pyarrow, parquet


def _cell(value: object) -> object:
    """A text that a spreadsheet would compute gets an apostrophe; numbers stay."""
    if not isinstance(value, str) or not value.startswith(_FORMULA):
        return value
    return value if value[1:].isdigit() and value[0] in "+-" else f"'{value}"


def _typed(kind: Kind, value: object) -> object:
    if not isinstance(value, str):
        return value
    if kind == "moment":
        return (datetime.fromisoformat(value) - _EPOCH) // _MICROSECOND
    return value.encode("utf-8", "replace").decode()  # a lone surrogate is not UTF-8
