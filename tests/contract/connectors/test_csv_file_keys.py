"""A key of any type finds its rows in a file's texts and in a workbook's numbers."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from openpyxl import Workbook

from screenpop.connector import ConnectorContext, Row, Scalar, Unavailable
from screenpop_connectors.csv_file import CsvFileConnector
from screenpop_connectors.http_json.answer import AnswerReading, parsed

UUID = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"
FOUND = [{"open": "150"}]


async def asked(
    folder: Path, cell: object, key: Scalar, by: str = "customer.key"
) -> list[Row]:
    """What the key finds in a CSV file if the cell is a text, else in a workbook."""
    if isinstance(cell, str):
        (folder / "k.csv").write_text(f"customer,open\n{cell},150\nX,7\n")
        path = "k.csv"
    else:
        book = Workbook()
        assert book.active is not None
        for row in (["customer", "open"], [cell, "150"], ["X", "7"]):
            book.active.append(row)
        book.save(folder / "k.xlsx")
        path = "k.xlsx"
    context = ConnectorContext(source="erp", folder=folder, log=logging.getLogger())
    options = CsvFileConnector.source_options.model_validate({"path": path})
    files = CsvFileConnector(options, context)
    lookup = CsvFileConnector.lookup_options.model_validate(
        {"match": {"customer": by}, "fields": {"open": "open"}}
    )
    try:
        return list(await files.lookup("asked", lookup).fetch({by: key}))
    finally:
        await files.close()


@pytest.mark.parametrize(
    ("cell", "key"),
    [
        *[
            (cell, key)
            for cell in ("41", "41.0", "41.00", 41, 41.0)
            for key in (41, 41.0)
        ],
        *[(cell, key) for cell in ("41.5", "41.50", 41.5) for key in (41.5,)],
        *[(41, key) for key in ("41", "41.0", "41.00", " 41 ")],
        (41.5, "41.50"),
        ("a1", "A1  "),
        (UUID, UUID.upper()),
        (UUID.replace("-", "").upper(), UUID),
        ("true", True),
        (True, True),
    ],
)
async def test_an_equal_key_finds_its_rows(
    cell: object, key: Scalar, tmp_path: Path
) -> None:
    assert await asked(tmp_path, cell, key) == FOUND


@pytest.mark.parametrize(
    ("cell", "key"),
    [
        ("41", "041"),
        ("041", "41"),
        ("041", 41),
        (41, "041"),
        ("41.00", "41"),
        (1, True),
    ],
)
async def test_another_key_finds_nothing(
    cell: object, key: Scalar, tmp_path: Path
) -> None:
    assert await asked(tmp_path, cell, key) == []


async def test_what_may_be_a_decimal_or_a_text_is_a_failure_if_that_matters(
    tmp_path: Path,
) -> None:
    with pytest.raises(Unavailable, match="Cast both to one type") as caught:
        await asked(tmp_path, "41", "41.00", by="order.account")
    assert not caught.value.blames_source
    assert await asked(tmp_path, "41.00", "41.00", by="order.account") == FOUND
    assert await asked(tmp_path, "41", "42.00", by="order.account") == []
    assert await asked(tmp_path, "41", "41.00", by="ivr.account") == []


def test_a_key_of_an_http_service_is_a_number_and_an_amount_stays_as_sent() -> None:
    answer = parsed(b'[{"id": 41.00, "total": 41.00}]')
    assert AnswerReading(None, {}).rows(answer) == [{"id": 41, "total": "41.00"}]
    fields = {"key": "id", "total": "total"}
    assert AnswerReading(None, fields).rows(answer) == [{"key": 41, "total": "41.00"}]
