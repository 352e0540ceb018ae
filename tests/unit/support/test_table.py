from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from typing import Any

import pytest
from pyarrow import parquet

from screenpop.support.table import (
    ROW_GROUP,
    TableColumn,
    columns,
    csv_bytes,
    parquet_bytes,
)

SHAPE = [
    TableColumn(name="at", kind="moment"), TableColumn(name="name"),
    TableColumn(name="calls", kind="count"), TableColumn(name="share", kind="number"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, ""), (0.5, "0.5"), (-3, "-3"), ("a,b", "a,b"), ('say "hi"', 'say "hi"'),
        ("=1+1", "'=1+1"), ("@SUM(A1)", "'@SUM(A1)"), ("-2+3", "'-2+3"),
        ("+442079460100", "+442079460100"), ("\ud800", "?"),
    ],
)  # fmt: skip
def test_a_cell_is_what_it_was_and_never_a_formula(value: object, cell: str) -> None:
    text = csv_bytes(columns("text", "a"), [{"a": value}]).decode()
    found = list(csv.reader(io.StringIO(text)))
    assert found in ([["a"], [cell]], [["a"], []])


def rows_of(file: bytes) -> list[dict[str, Any]]:
    return parquet.read_table(io.BytesIO(file)).to_pylist()  # type: ignore[no-any-return]


def test_a_parquet_column_has_its_type_and_null_is_not_zero() -> None:
    rows: list[dict[str, object]] = [
        {"at": "2026-10-25T02:30:00+02:00", "name": "مبيعات", "calls": 0, "share": 0.0},
        {"at": "2026-10-25T02:30:00+01:00", "name": "\ud800", "calls": 7, "share": 1},
        {"at": None, "name": "=1+1"},
    ]
    file = parquet_bytes(SHAPE, rows)
    schema = parquet.read_schema(io.BytesIO(file))
    assert [str(kind) for kind in schema.types] == [
        "timestamp[us, tz=UTC]", "string", "int64", "double",
    ]  # fmt: skip
    assert rows_of(file) == [
        {
            "at": datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "name": "مبيعات",
            "calls": 0, "share": 0.0,
        },
        {
            "at": datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "name": "?",
            "calls": 7, "share": 1.0,
        },
        {"at": None, "name": "=1+1", "calls": None, "share": None},
    ]  # fmt: skip


def test_a_long_parquet_file_is_written_in_row_groups() -> None:
    """Rows are taken one by one: never more than a group of them is in memory."""
    taken, written = 0, 2 * ROW_GROUP + 1

    def rows() -> Any:
        nonlocal taken
        for taken in range(1, written + 1):
            yield {"calls": taken}

    file = parquet_bytes(SHAPE, rows())
    facts = parquet.read_metadata(io.BytesIO(file))
    groups = [facts.row_group(n).num_rows for n in range(facts.num_row_groups)]
    assert groups == [ROW_GROUP, ROW_GROUP, 1]
    assert sum(row["calls"] for row in rows_of(file)) == written * (written + 1) // 2


def test_a_list_without_rows_still_has_its_columns() -> None:
    assert rows_of(parquet_bytes(SHAPE, [])) == []
    assert csv_bytes(SHAPE, []) == b"at,name,calls,share\r\n"
