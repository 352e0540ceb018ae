"""What does `csv_file` make of real exports, and of files that change and break?"""

import asyncio
import logging
import os
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from screenpop.connector import (
    ConfigError,
    ConnectorContext,
    ContactRecord,
    Row,
    Scalar,
    Unavailable,
)
from screenpop.support.clock import FakeClock
from screenpop_connectors.csv_file import CsvFileConnector
from screenpop_connectors.csv_file.options import CsvLookup, CsvSource


class Box:
    """A box of index cards: a file, the connector on it, and its clock."""

    def __init__(self, folder: Path, name: str = "cards.csv"):
        self.path = folder / name
        self.clock = FakeClock()
        self._writes = 0

    def write(self, data: str | bytes) -> None:
        self.path.write_bytes(data if isinstance(data, bytes) else data.encode())
        self._writes += 1  # the file system's clock may be too coarse for us
        os.utime(self.path, ns=(self._writes * 10**9, self._writes * 10**9))

    def open(self, **keys: object) -> CsvFileConnector:
        options = CsvSource.model_validate(
            {"path": self.path.name, "reload_wait_ms": 100_000, **keys}
        )
        context = ConnectorContext(
            source="cards", folder=self.path.parent, clock=self.clock
        )
        return CsvFileConnector(options, context)


@pytest.fixture
def box(tmp_path: Path) -> Box:
    return Box(tmp_path)


async def ask(
    cards: CsvFileConnector, keys: Mapping[str, object] | None = None, **params: Scalar
) -> list[Row]:
    options = CsvLookup.model_validate(dict(keys or {}))
    return list(await cards.lookup("asked", options).fetch(params))


async def all_rows(cards: CsvFileConnector) -> list[Row]:
    return list((await cards.file.current()).rows)


@pytest.mark.parametrize(
    ("data", "keys"),
    [
        ("name,phone\nMüller,1\n".encode(), {}),
        ("name;phone\r\nMüller;1\r\n".encode("utf-8-sig"), {}),
        ("name\tphone\nMüller\t1".encode("utf-16"), {}),
        ("name|phone\nMüller|1\n".encode("cp1252"), {}),
        ("name#phone\nMüller#1\n".encode("cp850"), (
            {"encoding": "cp850", "delimiter": "#"}
        )),
        (b'sep=;\n"name";"phone"\n"M\xc3\xbcller";"1"\n', {}),
        ('\n"name";" phone "\n;\n"Müller"; 1\n\n'.encode(), {}),
        ('"name";"phone"\n"Müller";"1"'.encode(), {}),
    ],
)  # fmt: skip
async def test_a_file_is_read_as_people_export_it(
    box: Box, data: bytes, keys: dict[str, object]
) -> None:
    box.write(data)
    cards = box.open(**keys)
    assert await all_rows(cards) == [{"name": "Müller", "phone": "1"}]
    await cards.close()


async def test_another_encoding_than_utf_8_is_said(
    box: Box, caplog: pytest.LogCaptureFixture
) -> None:
    box.write("name\nMüller\n".encode("cp1252"))
    cards = box.open()
    await all_rows(cards)
    assert "is not UTF-8 (byte 6) and is read as cp1252" in caplog.text
    await cards.close()


async def test_ragged_rows_and_odd_headers_are_made_straight(
    box: Box, caplog: pytest.LogCaptureFixture
) -> None:
    box.write('a,,a,"b, c"\n1\n1,2,3,"4\n5",6\n')
    cards = box.open()
    assert await all_rows(cards) == [
        {"a": "1", "column_2": None, "a_3": None, "b, c": None},
        {"a": "1", "column_2": "2", "a_3": "3", "b, c": "4\n5"},
    ]
    assert "1 x has more cells than there are columns; these are cut off: row 3" in (
        caplog.text
    )
    await cards.close()


async def test_a_row_is_found_by_any_of_its_numbers_as_typed(box: Box) -> None:
    box.write(
        "name,Phone,Phone (mobile),Country\n"
        "Ada,020 7946 0958,07700 900123,UK\n"
        "Bert,+49 (0)30 231250,,Germany\n"
        "Cyd,030 231250 ext. 12,,DE\n"
        "Dee,12,anonymous,\n"
    )
    cards = box.open(country="GB")
    fields = {"fields": {"who": "NAME"}}
    assert await ask(cards, fields, number="+447700900123") == [{"who": "Ada"}]
    found = await ask(cards, fields, number="+4930231250")
    assert found == [{"who": "Bert"}, {"who": "Cyd"}]
    assert await ask(cards, fields, number="+12025550101") == []
    await cards.close()


async def test_only_listed_columns_hold_numbers(box: Box) -> None:
    box.write("name,tel,phone\nAda,+442079460958,+442079460100\n")
    cards = box.open(numbers=["Tel"])
    assert len(await ask(cards, number="+442079460958")) == 1
    assert await ask(cards, number="+442079460100") == []
    await cards.close()


async def test_a_sheet_is_read_with_its_numbers_and_dates(tmp_path: Path) -> None:
    box = Box(tmp_path, "cards.xlsx")
    book = Workbook()
    sheet = book.create_sheet("People")
    sheet.append(["Name", "Phone", "Since", "Seen", "Owed", None])
    seen = datetime(2026, 11, 20, 14, 30)  # noqa: DTZ001 - sheets have no zone
    sheet.append(["Ada", 442079460958, date(2020, 2, 3), seen, 12.5])
    book.save(box.path)
    cards = box.open(sheet="People", country="GB")
    assert await all_rows(cards) == [
        {
            "Name": "Ada", "Phone": 442079460958, "Since": "2020-02-03",
            "Seen": "2026-11-20T14:30:00", "Owed": 12.5,
        }
    ]  # fmt: skip
    assert len(await ask(cards, number="+442079460958")) == 1
    await cards.close()
    cards = box.open(sheet="Nobody")
    with pytest.raises(Unavailable, match="no sheet Nobody; there are Sheet, People"):
        await all_rows(cards)
    await cards.close()


async def test_a_changed_file_is_read_again_but_looked_at_once_a_second(
    box: Box,
) -> None:
    box.write("name,phone\nAda,+442079460958\n")
    cards = box.open()
    assert len(await all_rows(cards)) == 1
    version = await cards.contacts_version()
    box.write("name,phone\nAda,+442079460958\nBen,+442079460959\n")
    box.clock.advance(0.9)
    assert len(await all_rows(cards)) == 1
    box.clock.advance(0.1)
    assert len(await all_rows(cards)) == 2
    assert await cards.contacts_version() != version
    await cards.close()


@pytest.mark.parametrize("broken", [b"", b"\n;;\n", b"\xff\xfe\x00", None])
async def test_the_last_good_content_answers_while_the_file_is_broken(
    box: Box, caplog: pytest.LogCaptureFixture, broken: bytes | None
) -> None:
    box.write("name,phone\nAda,+442079460958\n")
    cards = box.open()
    await all_rows(cards)
    if broken is None:
        box.path.unlink()
    else:
        box.write(broken)
    for _ in range(3):
        box.clock.advance(1)
        assert len(await ask(cards, number="+442079460958")) == 1
    assert caplog.text.count("The earlier content is used.") == 1
    with pytest.raises(Unavailable):
        await cards.ping()
    box.write("name,phone\nAda,1\nBen,2\n")
    box.clock.advance(1)
    with caplog.at_level(logging.INFO):
        assert len(await all_rows(cards)) == 2
    assert "2 rows read again" in caplog.text
    await cards.ping()
    await cards.close()


async def test_a_file_that_comes_later_is_found(box: Box) -> None:
    cards = box.open()
    await cards.open()
    with pytest.raises(Unavailable, match="no such file"):
        await ask(cards, number="+442079460958")
    box.write("name,phone\nAda,+442079460958\n")
    box.clock.advance(1)
    assert len(await ask(cards, number="+442079460958")) == 1
    await cards.close()


async def test_a_damaged_workbook_says_so(tmp_path: Path) -> None:
    box = Box(tmp_path, "cards.xlsx")
    box.write("PK\x03\x04 not a workbook")
    cards = box.open()
    with pytest.raises(Unavailable, match="Export it again"):
        await all_rows(cards)
    await cards.close()


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"rows_max": 2}, "over 2 rows, more than rows_max = 2"),
        ({"bytes_max": 20}, "more than bytes_max = 20"),
        ({"numbers": ["Fax"]}, "no column Fax. It has name, phone"),
        ({"country_column": "Land"}, "no column Land"),
    ],
)
async def test_limits_and_wrong_columns_are_told(
    box: Box, keys: dict[str, object], said: str
) -> None:
    box.write("name,phone\nA,1\nB,2\nC,3\n")
    cards = box.open(**keys)
    with pytest.raises(Unavailable, match=said):
        await all_rows(cards)
    await cards.close()


async def test_a_quotation_mark_left_open_costs_no_other_row(
    box: Box, caplog: pytest.LogCaptureFixture
) -> None:
    box.write('name,fax\nA,1\n"B,2\nC,3\n')
    cards = box.open()
    rows = await all_rows(cards)
    assert [row["name"] for row in rows] == ["A", "B", "C"]
    assert "1 x has a stray quotation mark: row 3" in caplog.text
    await cards.close()


async def test_a_match_on_a_column_that_is_not_there_is_told(box: Box) -> None:
    box.write("name,phone\nA,1\n")
    cards = box.open()
    lookup = cards.lookup("asked", CsvLookup(match={"account": "customer.key"}))
    with pytest.raises(Unavailable, match=r"no column account\. It has name, phone"):
        await lookup.fetch({"customer.key": "1"})
    await cards.close()


async def test_a_file_without_a_column_of_numbers_is_told(box: Box) -> None:
    box.write("account,name,tel\n1,Ada,020 7946 0958\n")
    cards = box.open(contacts={"key": "account", "name": "name"})
    said = "no column of numbers.*List them under `numbers`. It has account, name, tel"
    contacts = cards.contacts()
    assert contacts is not None
    with pytest.raises(Unavailable, match=said):
        [contact async for contact in contacts]
    with pytest.raises(Unavailable, match=said):
        await ask(cards, number="+442079460958")
    assert await ask(
        cards, {"match": {"account": "customer.key"}}, **{"customer.key": "1"}
    )
    await cards.close()


async def test_contacts_take_their_columns_by_the_files_names(box: Box) -> None:
    box.write(
        "No,Name,Firm,Phone,Country,Remark\n"
        "7,Ada,Larks,020 7946 0958,,likes tea\n8,Ben,,,GB,x\n"
    )
    keys = {"key": "no", "name": "name", "company": "firm"}
    cards = box.open(country="GB", contacts=keys)
    contacts = cards.contacts()
    assert contacts is not None
    assert [contact async for contact in contacts] == [
        ContactRecord(
            key="7",
            numbers=("020 7946 0958",),
            name="Ada",
            company="Larks",
            country="GB",
            fields={"Remark": "likes tea"},
        )
    ]
    await cards.close()


async def test_lookups_that_wait_for_the_first_content_may_be_cancelled(
    box: Box,
) -> None:
    box.write("name,phone\n" + "Ada,+442079460958\n" * 2000)
    cards = box.open()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await ask(cards, number="+442079460958")
    assert len(await ask(cards, number="+442079460958")) == 200
    await cards.close()


def test_wrong_keys_are_errors_of_the_configuration(box: Box) -> None:
    with pytest.raises(ConfigError, match="encoding klingon is unknown"):
        box.open(encoding="klingon")
    with pytest.raises(ConfigError, match="match is empty"):
        box.open().lookup("asked", CsvLookup(match={}))
