"""What does a file that is not as it should be cost? Its odd rows, and no others."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from screenpop.connector import ConnectorContext, ContactRecord, Unavailable
from screenpop.support.tasks import spawn
from screenpop_connectors.csv_file import CsvFileConnector
from screenpop_connectors.csv_file.connector import ROWS_BETWEEN_PAUSES
from screenpop_connectors.csv_file.options import CsvSource

CONTACTS: dict[str, object] = {"contacts": {"key": "key", "name": "name"}}


class File:
    """A file of customers, and what a reading of it says."""

    def __init__(self, path: Path, keys: dict[str, object]):
        options = CsvSource.model_validate({"path": path.name, **CONTACTS, **keys})
        context = ConnectorContext(source="cards", folder=path.parent, country="GB")
        self.connector = CsvFileConnector(options, context)

    async def contacts(self) -> list[ContactRecord]:
        found = self.connector.contacts()
        assert found is not None
        try:
            return [contact async for contact in found]
        finally:
            await self.connector.close()

    async def keys(self) -> list[str]:
        return [contact.key for contact in await self.contacts()]

    @property
    def odd(self) -> list[tuple[str, str | None]]:
        assert self.connector.reading is not None
        return [(odd.place, odd.column) for odd in self.connector.reading.odd.first]


def written(folder: Path, data: bytes | str, **keys: object) -> File:
    path = folder / "cards.csv"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return File(path, keys)


async def test_a_cell_that_is_wrapped_to_stay_text_is_its_text(
    tmp_path: Path,
) -> None:
    file = written(
        tmp_path,
        '="key",="name",phone,="limit",note\n'
        '="0001",="Ann, Lee",="020 7946 0301","=""1.234,50""",="say ""hi"""\n'
        '0002, ="Ben" ,020 7946 0302,="",=A1+"x"\n'
        '0003,="Cleo,020 7946 0303,7,8\n',
    )
    contacts = await file.contacts()
    assert [(each.key, each.name) for each in contacts] == [
        ("0001", "Ann, Lee"),
        ("0002", "Ben"),
        ("0003", '="Cleo'),
    ]
    assert contacts[0].fields == {"limit": "1.234,50", "note": 'say "hi"'}
    assert contacts[1].fields["note"] == '=A1+"x"'


async def test_a_wrong_encoding_is_a_cause_and_no_message_shows_the_file(
    tmp_path: Path,
) -> None:
    rows = "".join(f"{n},Customer {n},020 7946 {n:04}\n" for n in range(1000))
    file = written(tmp_path, f"key,name,phone\n{rows}", encoding="utf-16")
    with pytest.raises(Unavailable, match="correct `encoding`") as caught:
        await file.contacts()
    assert len(str(caught.value)) < 200


async def test_many_and_long_names_of_columns_are_shown_shortened(
    tmp_path: Path,
) -> None:
    head = ",".join(f"{'long' * 50}{n}" for n in range(100))
    file = written(tmp_path, f"{head}\n1,2,3\n")
    with pytest.raises(Unavailable, match=r"no column key\. It has long.*…") as caught:
        await file.contacts()
    assert len(str(caught.value)) < 600
    assert "encoding" not in str(caught.value)


async def test_a_folder_in_place_of_the_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "cards.csv").mkdir()
    with pytest.raises(Unavailable, match=r"it is a folder\. Name a file under `path`"):
        await File(tmp_path / "cards.csv", {}).contacts()


HEAD = "key,name,phone\n"
FIRST, LAST = "1,Ada,020 7946 0301\n", '9,"Zoe, Ltd",020 7946 0309\n'


@pytest.mark.parametrize(
    ("odd", "kept"),
    [
        ('2,"Bob,020 7946 0302\n', ["2"]),
        ('2,"Bob" x,020 7946 0302\n', ["2"]),
        ('"2,Bob,020 7946 0302\n', ["2"]),
        ('2,"Joe "The Fish, Jr" Smith",020 7946 0302\n', ["2"]),
        ('2,Bob,"020 7946 0302\n', ["2"]),
        ('2,"Bob, Jr,020 7946 0302\n', []),
    ],
)
async def test_a_stray_quotation_mark_costs_its_row_at_most(
    tmp_path: Path, odd: str, kept: list[str]
) -> None:
    file = written(tmp_path, HEAD + FIRST + odd + LAST)
    assert await file.keys() == ["1", *kept, "9"]
    assert file.odd == [("row 3", None)]


async def test_rows_between_two_stray_marks_are_not_taken_for_one_cell(
    tmp_path: Path,
) -> None:
    data = f'{HEAD}2,"Bob,020 7946 0302\n{FIRST}3,Cyd,"\n{LAST}'
    file = written(tmp_path, data)
    assert await file.keys() == ["2", "1", "9"]
    assert file.odd == [("row 2", None), ("row 4", None)]


async def test_many_stray_marks_are_each_named(tmp_path: Path) -> None:
    rows = [f'{n},"Bob {n},020 7946 0{n}\n' for n in range(100, 160)]
    file = written(tmp_path, HEAD + "".join(rows))
    assert await file.keys() == [str(n) for n in range(100, 160)]
    assert file.odd == [(f"row {n}", None) for n in range(2, 62)]


@pytest.mark.parametrize(
    "cell", ['5" disk', 'The "Fish"', '"say ""hi"""', '"two\nlines"', ' "blank before"']
)
async def test_a_mark_where_it_may_stand_is_nothing_odd(
    tmp_path: Path, cell: str
) -> None:
    file = written(tmp_path, f"{HEAD}1,{cell},020 7946 0301\n{LAST}")
    assert await file.keys() == ["1", "9"]
    assert file.odd == []


async def test_a_wrong_byte_costs_its_field_and_is_named_with_its_row(
    tmp_path: Path,
) -> None:
    data = f"{HEAD}1,Jürgen,020 7946 0301\n".encode()
    data += b"2,M\xfcller,020 7946 0302\n3,B\x81d,020 7946 0303\n"
    file = written(tmp_path, data + LAST.encode())
    names = [contact.name for contact in await file.contacts()]
    assert names == ["Jürgen", "Müller", "B�d", "Zoe, Ltd"]
    assert file.odd == [("row 3", "name"), ("row 4", "name")]


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16", "gbk"])
async def test_a_wrong_byte_costs_its_field_in_a_named_encoding_too(
    tmp_path: Path, encoding: str
) -> None:
    wrong = {"utf-16": b"\x00\xdc"}.get(
        encoding, b"\x81" if "12" in encoding else b"\xff"
    )
    head, last = HEAD.encode(encoding), LAST.encode(encoding)
    mark = len("".encode(encoding))
    odd = "2,Bob,020 7946 0302\n".encode(encoding)[mark:]
    place = odd.index("B".encode(encoding)[mark:])
    data = head + odd[:place] + wrong + odd[place:] + last[mark:]
    file = written(tmp_path, data, encoding=encoding)
    assert "9" in await file.keys()
    assert file.odd == [("row 2", "name")]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32", "utf-8-sig"])
async def test_an_encoding_is_found_out(tmp_path: Path, encoding: str) -> None:
    file = written(tmp_path, (HEAD + FIRST + LAST).encode(encoding))
    assert await file.keys() == ["1", "9"]
    assert file.odd == []


async def test_a_nul_is_left_out_and_named(tmp_path: Path) -> None:
    file = written(tmp_path, HEAD + "1,A\0da,020 7946 0301\n" + LAST)
    assert [contact.name for contact in await file.contacts()] == ["Ada", "Zoe, Ltd"]
    assert file.odd == [("row 2", "name")]


async def test_errors_of_a_spreadsheet_are_no_values(tmp_path: Path) -> None:
    file = written(tmp_path, HEAD + "1,#N/A,020 7946 0301\n2,Bob,#REF!\n" + LAST)
    assert [contact.name for contact in await file.contacts()] == ["1", "Zoe, Ltd"]
    assert file.odd == [("row 2", "name"), ("row 3", "phone")]


async def test_rows_are_counted_by_what_became_of_them(tmp_path: Path) -> None:
    rows = ',Bob,020 7946 0302\n3,Cyd,\n1,Ada,020 7946 0304\n2,"x,y,020 7946 0305\n'
    file = written(tmp_path, HEAD + FIRST + rows)
    assert await file.keys() == ["1", "1"]
    reading = file.connector.reading
    assert reading is not None
    assert (reading.rows, reading.contacts, reading.repeated_keys) == (5, 2, 1)
    assert reading.left_out == {"no key": 1, "no number": 1, "cannot be read": 1}
    assert sorted(file.odd) == [("row 3", None), ("row 6", None)]


async def test_rows_that_end_in_empty_cells_or_early_are_sound(tmp_path: Path) -> None:
    file = written(
        tmp_path, "key,phone,name,note\n1,020 7946 0301,,,,\n2,020 7946 0302\n"
    )
    assert await file.keys() == ["1", "2"]
    assert file.odd == []


@pytest.mark.parametrize(
    ("template", "name"),
    [
        ("{First Name} {Last Name}", "Greta Holm"),
        ("{last name}, {first name}", "Holm, Greta"),
        ("Last Name", "Holm"),
        ("{Middle  Name} {Last Name}", "Holm"),
        ("{Middle Name}", "Holm Timber"),
    ],
)
async def test_a_name_is_made_of_several_columns(
    tmp_path: Path, template: str, name: str
) -> None:
    data = (
        "First Name,Middle Name,Last Name,Firm,Phone 1 - Label,Phone 1 - Value,Id\n"
        "Greta,,Holm,Holm Timber,* Work,+44 20 7946 0324 ::: +44 7700 900324,7\n"
    )
    contacts = {"key": "Id", "name": template, "company": "Firm"}
    file = written(tmp_path, data, contacts=contacts)
    (contact,) = await file.contacts()
    assert contact.name == name
    assert contact.numbers == ("+44 20 7946 0324 ::: +44 7700 900324",)


async def test_a_name_of_a_column_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    file = written(tmp_path, HEAD, contacts={"key": "key", "name": "{Vorname} {name}"})
    with pytest.raises(Unavailable, match="no column Vorname"):
        await file.contacts()


@pytest.mark.parametrize(
    ("begin", "what"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel file"),
        (b"%PDF-1.4", "a PDF document"),
        (b"\xef\xbb\xbf<html><table>", "a web page"),
        (b"<?xml version='1.0'?><Workbook/>", "an XML file"),
        (b"SQLite format 3\x00", "a SQLite database"),
    ],
)
async def test_another_format_is_named(tmp_path: Path, begin: bytes, what: str) -> None:
    file = written(tmp_path, begin + b"\x00" * 600)
    with pytest.raises(Unavailable, match=f"it is {what}.*Save it as .xlsx or CSV"):
        await file.contacts()


async def test_reading_many_contacts_lets_the_event_loop_turn(tmp_path: Path) -> None:
    rows = "".join(f"{n},Ada,020 7946 0301\n" for n in range(2000))
    file = written(tmp_path, HEAD + rows)
    await file.connector.file.current()  # in memory: from here on nothing waits
    turns = 0

    async def turn() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    turning = spawn(turn(), name="turns of the loop")
    await file.contacts()
    turning.cancel()
    assert turns >= 2000 / ROWS_BETWEEN_PAUSES
