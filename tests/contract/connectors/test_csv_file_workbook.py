"""Is a workbook read as it is, whatever it claims to be?"""

from __future__ import annotations

import contextlib
import io
import zipfile
from pathlib import Path
from typing import TypeAlias

import pytest
from openpyxl import Workbook

from screenpop.connector import Row, Unavailable
from screenpop_connectors.csv_file.options import CsvSource
from screenpop_connectors.csv_file.reader import Content, read_file

Rows: TypeAlias = list[list[str | int | None]]
HEAD = ["Account", "Name", "Phone"]
ROWS: Rows = [[*HEAD], ["C-1", "Ada", "020 7946 0301"], ["C-2", "Bob", 2079460302]]
EXPECTED: list[Row] = [
    {"Account": "C-1", "Name": "Ada", "Phone": "020 7946 0301"},
    {"Account": "C-2", "Name": "Bob", "Phone": 2079460302},
]
NS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def sheet_xml(inside: str, before: str = "", after: str = "") -> str:
    return f"<worksheet {NS}>{before}<sheetData>{inside}</sheetData>{after}</worksheet>"


def row_xml(number: int, *cells: str) -> str:
    texts = "".join(
        f'<c r="{chr(65 + at)}{number}" t="inlineStr"><is><t>{cell}</t></is></c>'
        for at, cell in enumerate(cells)
    )
    return f'<row r="{number}">{texts}</row>'


TWO_ROWS = row_xml(1, *HEAD) + row_xml(2, "C-1", "Ada", "020 7946 0301")


def book(folder: Path, xml: str | None = None, rows: Rows | None = None) -> Path:
    """A workbook as openpyxl writes it, its sheet replaced by `xml` if there is one."""
    made = Workbook()
    assert made.active is not None
    for row in rows or ROWS:
        made.active.append(row)
    path = folder / "cards.xlsx"
    if xml is None:
        made.save(path)
        return path
    plain = io.BytesIO()
    made.save(plain)
    with (
        zipfile.ZipFile(plain) as old,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            mine = name.endswith("sheet1.xml")
            new.writestr(name, xml if mine else old.read(name))
    return path


def read(path: Path, **keys: object) -> Content:
    return read_file(path, CsvSource.model_validate({"path": path, **keys}))


@pytest.mark.parametrize(
    "claim",
    ["", '<dimension ref="A1"/>', '<dimension ref="A1:B2"/>',
     '<dimension ref="A1:XFD9"/>', '<dimension ref="nonsense"/>',
     '<dimension ref="D7:E9"/>'],
)  # fmt: skip
def test_a_sheets_dimension_is_not_believed(tmp_path: Path, claim: str) -> None:
    content = read(book(tmp_path, sheet_xml(TWO_ROWS, claim)))
    assert list(content.rows) == EXPECTED[:1]
    assert (content.said, len(content.odd)) == ((), 0)


def test_a_sound_sheet_says_nothing(tmp_path: Path) -> None:
    content = read(book(tmp_path))
    assert list(content.rows) == EXPECTED
    assert (content.said, len(content.odd)) == ((), 0)
    assert content.places == (2, 3)


def test_a_tail_of_styles_without_content_costs_little(tmp_path: Path) -> None:
    tail = "".join(
        f'<row r="{n}" spans="1:3" s="4" customFormat="1"><c r="A{n}" s="4"/>'
        f'<c r="B{n}" s="4"></c><c r="C{n}" s="4"><v/></c></row>'
        for n in range(3, 100_000)
    )
    last = row_xml(100_000, "C-9", "Zoe", "020 7946 0309")
    path = book(tmp_path, sheet_xml(TWO_ROWS + tail + last))
    content = read(path, bytes_max=4_000_000)  # a third of what is unpacked
    assert [row["Account"] for row in content.rows] == ["C-1", "C-9"]
    assert content.places == (2, 100_000)


def test_a_sheet_larger_than_it_may_be_is_refused_whatever_it_claims(
    tmp_path: Path,
) -> None:
    rows = "".join(row_xml(n, "C", "Ada", "020 7946 0301") for n in range(1, 5_000))
    path = book(tmp_path, sheet_xml(rows))
    with pytest.raises(Unavailable, match="more than bytes_max = 100000"):
        read(path, bytes_max=100_000)


@pytest.mark.parametrize("number", ["99999999999", "1048577", "-5", "x"])
def test_a_row_where_no_sheet_has_one_is_an_error_soon(
    tmp_path: Path, number: str
) -> None:
    last = row_xml(3, "C-9", "Zoe", "1").replace('r="3"', f'r="{number}"', 1)
    path = book(tmp_path, sheet_xml(TWO_ROWS + last))
    with contextlib.suppress(Unavailable):
        assert read(path).rows[0] == EXPECTED[0]


def test_the_first_visible_sheet_is_read_and_hidden_ones_are_named(
    tmp_path: Path,
) -> None:
    made = Workbook()
    assert made.active is not None
    made.active.title, made.active.sheet_state = "Old", "hidden"
    made.active.append(["nothing"])
    for row in ROWS:
        made.create_sheet("People") if "People" not in made.sheetnames else None
        made["People"].append(row)
    path = tmp_path / "cards.xlsx"
    made.save(path)
    content = read(path)
    assert list(content.rows) == EXPECTED
    assert "has hidden sheets (Old); People is read" in content.said[0]
    assert read(path, sheet="Old").columns == ("nothing",)


def test_merged_cells_repeat_their_value_downwards(tmp_path: Path) -> None:
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    for row in (
        ["Account", "Firm", "Phone", None],
        ["1", "Larks", "a", "b"],
        ["2", None, "c", "d"],
        ["Section", None, None, None],
        ["3", None, "e", "f"],
    ):
        sheet.append(row)
    for area in ("C1:D1", "B2:B3", "A4:D4"):
        sheet.merge_cells(area)
    path = tmp_path / "cards.xlsx"
    made.save(path)
    content = read(path)
    assert content.columns == ("Account", "Firm", "Phone", "Phone_4")
    assert [row["Firm"] for row in content.rows] == ["Larks", "Larks", None, None]


def test_formulas_without_a_value_and_errors_are_named(tmp_path: Path) -> None:
    odd = (
        '<row r="3"><c r="A3" t="inlineStr"><is><t>C-2</t></is></c>'
        '<c r="B3" t="str"><f>UPPER("x")</f></c><c r="C3"><f>1+1</f><v/></c></row>'
        '<row r="4"><c r="A4" t="inlineStr"><is><t>C-3</t></is></c>'
        '<c r="B4" t="e"><v>#N/A</v></c><c r="C4" t="str"><f>"1"</f><v>12</v></c></row>'
    )
    content = read(book(tmp_path, sheet_xml(TWO_ROWS + odd)))
    assert [row["Account"] for row in content.rows] == ["C-1", "C-2", "C-3"]
    named = {(odd.place, odd.column) for odd in content.odd.first}
    assert named == {("row 3", "B"), ("row 3", "C"), ("row 4", "Name")}
    assert content.rows[2]["Name"] is None


def test_doubled_and_blank_headers_get_names_of_their_own(tmp_path: Path) -> None:
    rows: Rows = [
        ["Phone", "phone ", None, "Phone\n mobile", "Phone_2"],
        [1, 2, 3, 4, 5],
    ]
    content = read(book(tmp_path, rows=rows))
    assert content.columns == (
        "Phone",
        "phone_2",
        "column_3",
        "Phone mobile",
        "Phone_2_5",
    )
    assert "columns of the same name: phone (now phone_2)" in content.said[0]


def test_a_workbook_under_another_name_is_read_as_what_it_is(tmp_path: Path) -> None:
    path = book(tmp_path).rename(tmp_path / "cards.csv")
    assert list(read(path).rows) == EXPECTED
    text = tmp_path / "text.xlsx"
    text.write_text("Account,Name,Phone\nC-1,Ada,020 7946 0301\n")
    assert list(read(text).rows) == EXPECTED[:1]


def test_another_archive_is_no_workbook(tmp_path: Path) -> None:
    path = tmp_path / "cards.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("content.xml", "<office/>")
    with pytest.raises(Unavailable, match="no Excel workbook"):
        read(path)
