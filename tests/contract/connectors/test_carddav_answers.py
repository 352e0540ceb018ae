"""What does the `carddav` connector make of cards and answers of every kind?"""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from aiohttp import web

from screenpop.connector import (
    ConnectorContext,
    ContactsBatch,
    NoRows,
    Row,
    Scalar,
    Unavailable,
)
from screenpop.support.plain_xml import DEPTH_MAX
from screenpop_connectors.carddav import CarddavConnector
from screenpop_connectors.carddav.cards import CARD_CHARS_MAX, NUMBERS_MAX, row_of
from screenpop_connectors.carddav.multistatus import DavResource, parsed
from screenpop_connectors.carddav.spellings import spellings

Serve = Callable[
    [Callable[[web.Request], Awaitable[web.StreamResponse]]], Awaitable[str]
]
NAMESPACES = 'xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav"'


def row(*lines: str, version: str = "3.0") -> Row | None:
    text = "\r\n".join(["BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", ""])
    return row_of(DavResource(href="/book/a%20b.vcf", card=text))


def test_a_card_of_version_2_1() -> None:
    assert row(
        "N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;J=C3=B6rg;;Dr.;",
        "ORG;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:B=C3=A4ckerei=",
        " S=C3=BCd",
        "TEL;WORK;VOICE:030 123456",
        "TEL;CELL:0171 1234567",
        "TEL;WORK;FAX:030 123457",
        version="2.1",
    ) == {
        "key": "a b.vcf",
        "name": "Dr. Jörg Müller",
        "company": "Bäckerei Süd",
        "phone_work": "030 123456",
        "phone_mobile": "0171 1234567",
        "phone_fax": "030 123457",
    }


def test_a_card_of_version_3_0() -> None:
    assert row(
        "ORG:Engines\\, Ltd.;Sales",
        "item1.TEL;TYPE=WORK,VOICE;TYPE=PREF:020 79",
        " 46 0958",
        "item1.X-ABLabel:Desk",
        "TEL;TYPE=WORK:020 7946 0959",
        "TEL:020 7946 0960",
        "ADR;TYPE=WORK:;;1 Dock St;London;;E1 8JP;GB",
        "BDAY:1815-12-10",
    ) == {
        "key": "a b.vcf",
        "name": "Engines, Ltd., Sales",
        "company": "Engines, Ltd., Sales",
        "phone_work": "020 7946 0958",
        "phone_work_2": "020 7946 0959",
        "phone": "020 7946 0960",
        "street": "1 Dock St",
        "city": "London",
        "postcode": "E1 8JP",
        "country": "GB",
        "birthday": "1815-12-10",
    }


def test_a_card_of_version_4_0() -> None:
    assert row(
        "FN:Ada",
        'TEL;VALUE=uri;PREF=1;TYPE="voice,cell":tel:+44-7700-900123',
        "TEL;VALUE=uri;TYPE=home:tel:+44-20-7946-0958;ext=102",
        version="4.0",
    ) == {
        "key": "a b.vcf",
        "name": "Ada",
        "company": None,
        "phone_mobile": "+44-7700-900123",
        "phone_home": "+44-20-7946-0958 ext. 102",
    }


def test_a_card_that_cannot_be_read_is_left_out_and_is_in_no_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    assert row_of(DavResource(href="/a.vcf", card="BEGIN:VCARD\r\nTEL:+44")) is None
    assert row_of(DavResource(href="/a.vcf", card="x" * (CARD_CHARS_MAX + 1))) is None
    assert row_of(DavResource(href="/a.vcf")) is None
    found = row("FN:Ada", "no colon +442079460958", "TEL:+442079460958")
    assert found is not None
    assert found["phone"] == "+442079460958"
    assert "9460958" not in caplog.text


def test_of_very_many_numbers_the_first_are_read() -> None:
    found = row("FN:A", *(f"TEL:020 7946 {n:04}" for n in range(NUMBERS_MAX + 5)))
    assert found is not None
    assert sum(name.startswith("phone") for name in found) == NUMBERS_MAX


def test_a_number_is_asked_for_as_people_write_it() -> None:
    assert spellings("+33145678901") == (
        "8901",
        "+33 1 45 67 89 01",
        "01 45 67 89 01",
        "+33-1-45-67-89-01",
    )
    assert spellings("*") == spellings("+1") == spellings("") == ()


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE a [<!ENTITY b "bb">]><a>&b;</a>',
        '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        "<a>" * (DEPTH_MAX + 1) + "</a>" * (DEPTH_MAX + 1),
        "<a>&b;</a>",
        "<a>",
        "",
    ],
)
def test_only_plain_xml_is_read(text: str) -> None:
    with pytest.raises(ValueError, match=r"document type|deeper|not XML"):
        parsed(text.encode())


# -- Servers that do less than Radicale


class LeanServer:
    """Has cards by name, and the reports that it is given."""

    def __init__(self, *reports: str):
        self.reports = reports
        self.asked: list[tuple[str, str]] = []
        self.parts: list[str] = []

    async def answer(self, request: web.Request) -> web.Response:
        body = await request.text()
        found = re.search(r"<(?:C:)?([a-z-]+) xmlns", body)
        assert found is not None
        depth = request.headers["Depth"]
        self.asked.append((found[1], depth))
        if found[1] == "sync-collection":
            return multistatus(self.parts.pop(0))
        if found[1] == "addressbook-multiget":
            hrefs = re.findall(r"<href>([^<]*)</href>", body)
            return multistatus("".join(map(card_of, hrefs)))
        if depth == "1":
            return multistatus(
                listed("/book/") + listed("/book/ada.vcf") + listed("/book/ben.vcf")
            )
        reports = "".join(
            f"<supported-report><report><{name}/></report></supported-report>"
            for name in self.reports
        )
        return multistatus(
            "<response><href>/book/</href><propstat><prop><resourcetype><collection/>"
            f"<C:addressbook/></resourcetype><supported-report-set>{reports}"
            "</supported-report-set></prop></propstat></response>"
        )


def multistatus(inner: str) -> web.Response:
    text = f"<multistatus {NAMESPACES}>{inner}</multistatus>"
    return web.Response(status=207, text=text, content_type="application/xml")


def listed(href: str, status: int = 200) -> str:
    return (
        f"<response><href>{href}</href><status>HTTP/1.1 {status} X</status></response>"
    )


def card_of(href: str) -> str:
    number = "020 7946 0958" if "ada" in href else "020 7946 0959"
    return (
        f"<response><href>{href}</href><propstat><prop><C:address-data>BEGIN:VCARD\n"
        f"VERSION:3.0\nFN:{href}\nTEL:{number}\nEND:VCARD\n</C:address-data></prop>"
        "<status>HTTP/1.1 200 OK</status></propstat></response>"
    )


async def connected(url: str) -> CarddavConnector:
    options = CarddavConnector.source_options(url=f"{url}/book/", plain_http=True)
    made = CarddavConnector(options, ConnectorContext(source="book", folder=Path()))
    await made.open()
    return made


async def changes(made: CarddavConnector, since: Scalar) -> list[ContactsBatch]:
    batches = made.contacts_from(since)
    assert batches is not None
    return [batch async for batch in batches]


def keys_in(batches: list[ContactsBatch]) -> list[str]:
    return [contact.key for batch in batches for contact in batch.contacts]


async def test_without_sync_all_cards_are_listed_and_read_each_time(
    serve: Serve,
) -> None:
    server = LeanServer("C:addressbook-multiget")
    made = await connected(await serve(server.answer))
    batches = await changes(made, "")
    assert keys_in(batches) == ["ada.vcf", "ben.vcf"]
    assert all(batch.since is None for batch in batches)
    assert server.asked[1:] == [("propfind", "1"), ("addressbook-multiget", "1")]
    await made.close()


async def test_without_a_search_a_lookup_by_number_says_so(serve: Serve) -> None:
    made = await connected(await serve(LeanServer("C:addressbook-multiget").answer))
    lookup = made.lookup("asked", CarddavConnector.lookup_options())
    found = await lookup.fetch({"number": "+442079460958"})
    assert isinstance(found, NoRows)
    assert found.message == "This address book cannot be searched by number."
    await made.close()


async def test_changes_that_come_in_parts_are_each_a_place_to_go_on_from(
    serve: Serve,
) -> None:
    server = LeanServer("sync-collection", "C:addressbook-multiget")
    server.parts = [
        f"{listed('/book/', 507)}{listed('/book/ada.vcf')}<sync-token>1</sync-token>",
        f"{listed('/book/ben.vcf')}{listed('/book/old.vcf', 404)}"
        "<sync-token>2</sync-token>",
    ]
    made = await connected(await serve(server.answer))
    batches = await changes(made, "0")
    assert keys_in(batches) == ["ada.vcf", "ben.vcf"]
    assert [key for batch in batches for key in batch.gone] == ["old.vcf"]
    assert [batch.since for batch in batches if batch.since] == ["1", "2"]
    await made.close()


async def test_a_redirect_is_said_and_never_followed(serve: Serve) -> None:
    async def elsewhere(_: web.Request) -> web.Response:
        raise web.HTTPMovedPermanently("https://other.example.net/dav/")

    made = await connected(await serve(elsewhere))
    with pytest.raises(Unavailable, match=r"redirects to https://other\.example\.net"):
        await made.ping()
    await made.close()


async def test_an_answer_with_a_document_type_is_said_and_not_read(
    serve: Serve,
) -> None:
    async def hostile(_: web.Request) -> web.Response:
        text = '<!DOCTYPE a [<!ENTITY b "b">]><a>&b;</a>'
        return web.Response(status=207, text=text, content_type="application/xml")

    made = await connected(await serve(hostile))
    with pytest.raises(Unavailable, match="document type, which is not read"):
        await made.ping()
    await made.close()
