"""Whatever is odd in a source, healthy rows are found and odd ones are named once.

Files in several encodings and dialects, workbooks, SQL rows and JSON answers, with odd
rows among healthy ones, go through the real connectors into the real number index.
"""

from __future__ import annotations

import asyncio
import csv
import io
import json
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Literal, NamedTuple

import pytest
from aiohttp import web
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from screenpop.connector import Connector, ConnectorContext, ContactsReading
from screenpop.lookup.number_index import NumberIndex
from screenpop.support.number_fields import NUMBERS_MAX, read_field
from screenpop_connectors.csv_file import CsvFileConnector
from screenpop_connectors.csv_file.options import CsvSource
from screenpop_connectors.http_json import HttpJsonConnector
from screenpop_connectors.http_json.options import HttpSource
from screenpop_connectors.sql import SqlConnector
from screenpop_connectors.sql.options import SqlSource

WITHIN_S = 20.0
SOURCE = "tested"
LETTERS = "abcdefghijklmnopqrstuvwxyzäöüßéñ"


class Customer(NamedTuple):
    """A row: `number` is found where it is healthy; an `odd` one is named."""

    key: str
    name: str
    written: str
    country: str
    number: str | None
    odd: bool


def written_in_ways(digits: str) -> list[str]:
    """A London number as people and exports write it."""
    national, whole = f"0{digits}", f"44{digits}"
    return [
        f"+44 {digits[:2]} {digits[2:6]} {digits[6:]}", f"'{national}", f"{whole}.0",
        f"{digits}.0", f"{digits[0]}.{digits[1:]}E+9", f'="00{whole}"',
        f"Tel.: {national} (mobile)", f"{national} ext 12", f"tel:+{whole};ext=12",
        f"{national} ::: +49 30 23125124",
        f"sip:{national};phone-context=+44@ims.example",
        f"\u202a+44\u00a0{digits}\u202c", f"Ms Hahn {national}",
    ]  # fmt: skip


ODD_NUMBERS = (
    "4.42079E+11", "see notes", "12", "1" * 30, "+999 1", "1-800-FLOWERS",
    "#1 on the list", "x" * 1200,
)  # fmt: skip
PLAIN_NAMES = st.text(LETTERS + " ", min_size=1, max_size=12).map(
    lambda text: f"N {text}".strip()
)


@st.composite
def customers(draw: st.DrawFn) -> list[Customer]:
    count = draw(st.integers(1, 12))
    found = []
    for n in range(count):
        key, name = f"C-{n}", draw(PLAIN_NAMES)
        digits = f"20794600{n:02d}"
        kind = draw(st.sampled_from(("healthy", "healthy", "number", "country")))
        if kind == "number":
            odd = draw(st.sampled_from(ODD_NUMBERS))
            found.append(Customer(key, name, odd, "", None, odd=True))
        elif kind == "country":
            local = f"0{digits}"
            found.append(Customer(key, name, local, "Narnia", None, odd=True))
        else:
            way = draw(st.sampled_from(written_in_ways(digits)))
            land = draw(st.sampled_from(("", "GB", "GBR", "Grossbritannien", "n/a")))
            found.append(Customer(key, name, way, land, f"+44{digits}", odd=False))
    return found


@contextmanager
def index_of() -> Iterator[NumberIndex]:
    made = NumberIndex("GB")
    try:
        yield made
    finally:
        made.close()


async def read(connector: Connector[Any, Any], index: NumberIndex) -> ContactsReading:
    """As the service reads a source's customers."""
    contacts = connector.contacts()
    assert contacts is not None
    async with asyncio.timeout(WITHIN_S):
        loading = index.begin(SOURCE, 0)
        async for contact in contacts:
            loading.add([contact])
        loading.finish()
    await connector.close()
    reading = connector.reading
    assert reading is not None
    reading.odd.take(loading.odd)
    return reading


def assert_found(index: NumberIndex, rows: Sequence[Customer]) -> None:
    for row in rows:
        if row.number is not None:
            evidence = index.find(row.number, "GB")
            found = [(e.candidate.ref.key, e.candidate.confidence) for e in evidence]
            assert found == [(row.key, 0.95)], (row, found)


def assert_named(reading: ContactsReading, rows: Sequence[Customer]) -> None:
    named = sorted(odd.place for odd in reading.odd.first)
    assert named == sorted(f"customer {row.key}" for row in rows if row.odd)
    assert len(reading.odd) == len(named)


def context(folder: str) -> ConnectorContext:
    return ConnectorContext(source=SOURCE, folder=Path(folder), country="GB")


def ran(work: Any) -> None:
    asyncio.run(work)


slow = settings(
    deadline=None,
    max_examples=30,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
HEADER = ("Account", "Name", "Phone", "Country")


def csv_lines(
    rows: Sequence[Customer], delimiter: str = ",", *, all_quoted: bool = False
) -> list[str]:
    """The file's lines, its header first; quoted cells may hold line ends and marks."""
    quoting: Literal[0, 1] = csv.QUOTE_ALL if all_quoted else csv.QUOTE_MINIMAL
    lines = []
    for cells in (HEADER, *((r.key, r.name, r.written, r.country) for r in rows)):
        out = io.StringIO()
        writer = csv.writer(
            out, delimiter=delimiter, quoting=quoting, lineterminator="\n"
        )
        writer.writerow(cells)
        lines.append(out.getvalue())
    return lines


@slow
@given(
    customers(),
    st.sampled_from((",", ";", "\t", "|")),
    st.booleans(),
    st.sampled_from(("\n", "\r\n")),
    st.sampled_from(("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32")),
)
def test_a_csv_file_in_any_dialect(
    rows: list[Customer], delimiter: str, all_quoted: bool, end: str, encoding: str
) -> None:
    text = "".join(csv_lines(rows, delimiter, all_quoted=all_quoted))
    text = text.replace("\n", end)
    with tempfile.TemporaryDirectory() as folder, index_of() as index:
        (Path(folder) / "cards.csv").write_bytes(text.encode(encoding))
        reading = asyncio.run(read(csv_connector(folder), index))
        assert_found(index, rows)
        assert_named(reading, rows)
        assert reading.rows == len(rows)


STRAY_ROWS = (
    'S-1,"Stray,,GB\n', '"S-2,Stray,,GB\n', 'S-3,"St" ray,,GB\n', 'S-4,"a "b" c",,GB\n',
    'S-5,Stray,"\n', 'S-6,"one,two" three,,GB\n',
)  # fmt: skip
BYTE_ROWS = (b"B-1,M\xfcller,,GB\n", b"B-2,Nul\x00,,GB\n", b"B-3,\x81\xff,,GB\n")
OTHER_ROWS = (b"O-1,a,b,c,d,e\n", b"O-2,#N/A,,GB\n", b",keyless,020 7946 0999,GB\n")


@slow
@given(
    customers(),
    st.lists(
        st.one_of(
            st.sampled_from(STRAY_ROWS).map(str.encode),
            st.sampled_from(BYTE_ROWS),
            st.sampled_from(OTHER_ROWS),
        ),
        max_size=6,
    ),
    st.randoms(use_true_random=False),
)
def test_broken_rows_in_a_csv_file_cost_no_other(
    rows: list[Customer], broken: list[bytes], random: Any
) -> None:
    sound = [line.encode() for line in csv_lines(rows)[1:]]
    lines = [(line, False) for line in sound] + [(line, True) for line in broken]
    random.shuffle(lines)
    head = "Account,Name,Phone,Country,Größe\n".encode()
    data = head + b"".join(line for line, _ in lines)
    expected = sorted(f"row {n}" for n, (_, bad) in enumerate(lines, 2) if bad)
    expected += [f"customer {row.key}" for row in rows if row.odd]
    with tempfile.TemporaryDirectory() as folder, index_of() as index:
        (Path(folder) / "cards.csv").write_bytes(data)
        reading = asyncio.run(read(csv_connector(folder), index))
        assert_found(index, rows)
        places = [odd.place for odd in reading.odd.first]
        assert sorted(places) == sorted(expected)


def csv_connector(folder: str, name: str = "cards.csv") -> CsvFileConnector:
    options = CsvSource.model_validate(
        {"path": name, "contacts": {"key": "Account", "name": "Name"}}
    )
    return CsvFileConnector(options, context(folder))


@slow
@given(customers(), st.integers(0, 40), st.booleans())
def test_a_workbook(rows: list[Customer], blank: int, as_numbers: bool) -> None:
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.append(HEADER)
    for row in rows:
        for _ in range(blank if row.odd else 0):
            sheet.append([])
        cell: str | float = row.written
        if as_numbers and row.written.replace(".", "", 1).isdigit():
            cell = float(row.written)
        sheet.append([row.key, row.name, cell, row.country])
        if isinstance(cell, str):
            sheet.cell(sheet.max_row, 3).data_type = "s"  # no formula
    with tempfile.TemporaryDirectory() as folder, index_of() as index:
        made.save(Path(folder) / "cards.xlsx")
        reading = asyncio.run(read(csv_connector(folder, "cards.xlsx"), index))
        assert_found(index, rows)
        assert_named(reading, rows)


@slow
@given(customers(), st.sets(st.integers(0, 11), max_size=3))
def test_rows_of_a_sqlite_database(rows: list[Customer], wrong: set[int]) -> None:
    with tempfile.TemporaryDirectory() as folder, index_of() as index:
        made = sqlite3.connect(Path(folder) / "crm.sqlite")
        made.execute("create table customer (id text, name text, phone, land text)")
        for n, row in enumerate(rows):
            name = f"{row.name} \xe9".encode(
                "latin-1" if n in wrong else "utf-8", "replace"
            )
            made.execute(
                "insert into customer values (?, cast(? as text), ?, ?)",
                (row.key, name, row.written, row.country),
            )
        made.execute("insert into customer values (null, 'keyless', '020', null)")
        made.commit()
        made.close()
        query = "select id as key, name, phone, land as country from customer"
        options = SqlSource.model_validate(
            {"url": "sqlite:///crm.sqlite", "contacts": {"query": query}}
        )
        reading = asyncio.run(read(SqlConnector(options, context(folder)), index))
        assert_found(index, rows)
        named = sorted((odd.place, odd.column or "") for odd in reading.odd.first)
        expected = [(f"customer {row.key}", "") for row in rows if row.odd]
        expected += [
            (f"customer {rows[n].key}", "name") for n in wrong if n < len(rows)
        ]
        assert named == sorted([*expected, (f"row {len(rows) + 1}", "")])


@asynccontextmanager
async def answering(body: bytes) -> AsyncIterator[str]:
    """A service on the loopback that answers with this JSON."""

    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=body, content_type="application/json")

    app = web.Application()
    app.router.add_get("/people", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


ODD_ITEMS: tuple[object, ...] = (
    {}, None, "text", 7, {"id": None, "tel": "020 7946 0999"},
    {"id": "", "name": "x", "tel": "020"},
)  # fmt: skip


def has_fields(item: object) -> bool:
    return isinstance(item, dict) and bool(item)


@slow
@given(customers(), st.lists(st.sampled_from(ODD_ITEMS), max_size=3), st.booleans())
def test_the_answer_of_a_service(
    rows: list[Customer], more: list[object], half: bool
) -> None:
    name = "half \ud83d" if half else "whole"
    people: list[object] = [
        {"id": r.key, "name": f"{r.name} {name}", "tel": r.written, "land": r.country}
        for r in rows
    ]
    body = json.dumps([*people, *more]).encode()

    async def reading_of(folder: str, index: NumberIndex) -> ContactsReading:
        async with answering(body) as base:
            fields = {"key": "id", "name": "name", "phone": "tel", "country": "land"}
            options = HttpSource.model_validate(
                {"base_url": base, "contacts": {"path": "/people", "fields": fields}}
            )
            connector = HttpJsonConnector(options, context(folder))
            await connector.open()
            return await read(connector, index)

    with tempfile.TemporaryDirectory() as folder, index_of() as index:
        reading = asyncio.run(reading_of(folder, index))
        assert_found(index, rows)
        named = sorted(odd.place for odd in reading.odd.first)
        # An item of which nothing is left has its place on the page as its name.
        empty = [
            n for n, item in enumerate(more, len(rows) + 1) if not has_fields(item)
        ]
        keyless = range(len(rows) + 1, len(rows) + 1 + len(more) - len(empty))
        places = [f"page 1, row {n}" for n in empty] + [f"row {n}" for n in keyless]
        odd = [f"customer {row.key}" for row in rows if row.odd]
        assert named == sorted([*odd, *places])


@settings(deadline=2000, max_examples=300)
@given(st.binary(max_size=3000))
def test_no_bytes_at_all_break_a_reading(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "cards.csv").write_bytes(b"Account,Name,Phone\n" + data)
        connector = csv_connector(folder)

        async def keys() -> list[str]:
            contacts = connector.contacts()
            assert contacts is not None
            found = [contact.key async for contact in contacts]
            await connector.close()
            return found

        asyncio.run(keys())


telephonic = st.text(
    "0123456789+ ()-./;:,&|@x#<>'\"=eE\next=sipoder\u00a0٣", max_size=300
)
countries = st.sampled_from(
    (None, "GB", "DE", "US", "IT", "AR", "MX", "BR", "CI", "ZZ")
)


@given(st.one_of(st.text(max_size=300), telephonic), countries)
def test_reading_a_field_never_raises_and_its_output_is_bounded(
    text: str, country: str | None
) -> None:
    reading = read_field(text, country=country)
    assert len(reading.numbers) <= NUMBERS_MAX
    for number in reading.numbers:
        assert not set(number.possible) & {number.e164}
        for one in (number.e164, *number.possible):
            if one is not None:
                assert read_field(one, country=None).sure == (one,)
                assert read_field(one, country="GB").sure == (one,)


@given(telephonic, st.sampled_from(("GB", "DE", "US", "FR", "IT")))
def test_what_is_sure_without_a_plus_is_of_the_told_country_or_written_out(
    text: str, country: str
) -> None:
    if "+" in text or "00" in text.replace(" ", ""):
        return
    codes = {"GB": "+44", "DE": "+49", "US": "+1", "FR": "+33", "IT": "+39"}
    for sure in read_field(text, country=country).sure:
        assert sure.startswith(codes[country])


@pytest.mark.parametrize(
    "unit", ["1", "0", " ", "(", "1 ", "1/", "+", ";", "'", "x1", "1-0/"]
)
def test_long_fields_are_cut_and_said(unit: str) -> None:
    reading = read_field(unit * 20_000, country="DE")
    assert len(reading.numbers) <= NUMBERS_MAX
