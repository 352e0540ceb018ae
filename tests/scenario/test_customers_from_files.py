"""Who is calling? From a file as people and programs export it to the card."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from pathlib import Path

import pytest
from openpyxl import Workbook

from screenpop.connector.registry import Registry
from screenpop.lookup.explain import Explanation
from screenpop.lookup.sources import WARMING, Sources, make_sources
from screenpop.node.asking import explained, load_checked
from screenpop.support.clock import FakeClock

CONFIGURATION = """
version: 1
server: {{company: Larks, country: GB, time_zone: Europe/London}}
lines:
  main: {{dialect: generic, country: GB, settings: {{token: abcdefgh}}}}
sources:
  people:
    connector: csv_file
    path: {path}
    contacts: {{key: Account, name: {name}}}
lookups:
  remark:
    source: people
    facet: notes
    match: {{Account: customer.key}}
    fields: {{text: Remark}}
"""
HEAD = "Account,Name,Phone,Country,Remark\n"


def house(folder: Path, path: str = "cards.csv", name: str = "Name") -> Path:
    file = folder / "screenpop.yaml"
    file.write_text(CONFIGURATION.format(path=path, name=name))
    return file


def cards(folder: Path, *rows: str) -> Path:
    (folder / "cards.csv").write_text(HEAD + "".join(f"{row}\n" for row in rows))
    return house(folder)


async def asked(file: Path, number: str) -> Explanation:
    return await explained(load_checked(file), number)


def found(told: Explanation) -> list[tuple[str, float]]:
    return [(c.ref.key, c.confidence) for c in told.profile.candidates]


@pytest.mark.parametrize(
    ("written", "country", "number"),
    [
        ("442079460411.0", "", "+442079460411"),
        ("2079460413.0", "", "+442079460413"),
        ("4.42079460414E+11", "", "+442079460414"),
        ("'020 7946 0443", "", "+442079460443"),
        ('"=""+442079460444"""', "", "+442079460444"),
        ("+44 20 7946 0424 ::: +44 7700 900424", "", "+447700900424"),
        ("tel:02079460491;phone-context=+44", "DE", "+442079460491"),
        ("030 12345-10/11", "Deutschland", "+49301234511"),
        ("01 42 68 54 00", "FRA", "+33142685400"),
        ("01 234568", "Autriche", "+431234568"),
        ("03-1234-5678", "日本", "+81312345678"),
        ("+54 9 11 2345-6799", "AR", "+541123456799"),
        ("+54 11 2345-6798", "AR", "+5491123456798"),
        ("0343 15-555-1213", "ARG", "+543435551213"),
        ("55 1234 5679", "MX", "+5215512345679"),
        ("(21) 8765-4321", "Brasil", "+5521987654321"),
        ("+39 06 69812345", "", "+39669812345"),
        ("97 12 34 57", "BJ", "+2290197123457"),
        ("07 12 34 57", "CIV", "+2250707123457"),
    ],
)
async def test_a_customer_is_chosen_by_a_number_however_the_cell_has_it(
    tmp_path: Path, written: str, country: str, number: str
) -> None:
    cell = written if written.startswith('"') else f'"{written}"'
    file = cards(
        tmp_path, f"C-1,Ada,{cell},{country},tea", "C-2,Bob,020 7946 0999,,cake"
    )
    told = await asked(file, number)
    assert found(told) == [("C-1", 0.95)]
    assert told.profile.chosen is not None
    assert told.profile.facets["notes"].rows[0]["text"] == "tea"


@pytest.mark.parametrize(
    ("written", "country", "number"),
    [
        ("2031234567", "", "+2031234567"),  # Alexandria, were its + missing
        ("20794603130", "", "+20794603130"),
        ("020 7946 0451", "Narnia", "+442079460451"),
        ("4.42079E+11", "", "+442079000000"),
    ],
)
async def test_nobody_is_found_by_a_guess_across_a_border(
    tmp_path: Path, written: str, country: str, number: str
) -> None:
    told = await asked(cards(tmp_path, f"C-1,Ada,{written},{country},x"), number)
    assert all(confidence < 0.8 for _, confidence in found(told))
    assert told.profile.chosen is None


async def test_a_caller_without_a_plus_is_offered_and_never_sure(
    tmp_path: Path,
) -> None:
    file = cards(tmp_path, "C-1,Ada,+49 30 23125124,DE,tea")
    told = await asked(file, "493023125124")
    assert told.who.ani.number is None
    assert found(told) == [("C-1", 0.6)]
    assert "if its + was left out" in told.profile.candidates[0].why
    assert told.profile.chosen is None


async def test_a_workbook_that_claims_one_cell_is_read_whole(tmp_path: Path) -> None:
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    for row in (["Account", "First", "Last", "Phone", "Remark"],
                ["C-1", "Ada", "Lark", 2079460301.0, "tea"]):  # fmt: skip
        sheet.append(row)
    made.save(tmp_path / "cards.xlsx")
    file = house(tmp_path, "cards.xlsx", '"{First} {Last}"')
    told = await asked(file, "+442079460301")
    assert [c.name for c in told.profile.candidates] == ["Ada Lark"]


BY_NUMBER = """
version: 1
server: {company: Larks, country: AR}
lines:
  main: {dialect: generic, country: AR, settings: {token: abcdefgh}}
sources:
  crm: {connector: sql, url: "sqlite:///crm.sqlite"}
lookups:
  who:
    source: crm
    facet: identity
    kind: identity
    query: select id as key, name from person where phone in (:number, :number_also)
"""


@pytest.mark.parametrize("number", ["+541123456789", "+5491123456789"])
async def test_a_database_is_asked_for_both_spellings(
    tmp_path: Path, number: str
) -> None:
    with sqlite3.connect(tmp_path / "crm.sqlite") as crm:
        crm.execute("create table person (id text, name text, phone text)")
        crm.execute("insert into person values ('P-1', 'Ada', '+5491123456789')")
    crm.close()
    file = tmp_path / "screenpop.yaml"
    file.write_text(BY_NUMBER)
    assert [key for key, _ in found(await asked(file, number))] == ["P-1"]


async def read_once(file: Path) -> Sources:
    """The sources of a service that has read its customers."""
    loaded = load_checked(file)
    sources = make_sources(loaded.config, loaded.folder, Registry().find, FakeClock())
    await sources.open()
    sources.keep_index()
    async with asyncio.timeout(20):
        while sources.unread.get("people") == WARMING:
            await asyncio.sleep(0)
    return sources


async def test_what_is_odd_in_a_file_is_logged_once_with_its_place(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = cards(
        tmp_path,
        "C-1,Ada,020 7946 0301,,tea",
        'C-2,"Bob,020 7946 0302,,cake',
        "C-3,Cyd,4.42079E+11,,jam",
        "C-4,Dee,020 7946 0304,Narnia,bun",
        ",Eve,020 7946 0305,,pie",
        "C-6,Fay,,,ale",
    )
    with caplog.at_level(logging.INFO):
        sources = await read_once(file)
    await sources.close()
    warnings = [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING]
    assert sorted(warnings) == [
        "source people: 1 x digits were lost (scientific notation): customer C-3"
        " (4.42…9E+11)",
        "source people: 1 x has a stray quotation mark: row 3",
        "source people: 1 x names a country that is not known; national numbers are not"
        " read: customer C-4 (Narnia)",
        "source people: 1 x no key, the row is left out: row 6",
    ]
    assert (
        "4 contacts indexed of 6 rows; left out: 1 no key, 1 no number" in caplog.text
    )
    assert sources.unread == {}


async def test_a_file_with_rows_and_without_a_contact_is_a_warning(
    tmp_path: Path,
) -> None:
    sources = await read_once(cards(tmp_path, ",Ada,020 7946 0301,,x", "C-2,Bob,,,y"))
    assert "2 rows were read and none of them is a contact" in sources.unread["people"]
    await sources.close()
