"""Does the `carddav` connector keep the contract, against a real Radicale?"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path

import aiohttp
import pytest
from key_effects import shows_effect_of
from one_source import silent
from pydantic import ValidationError
from radicale_server import PASSWORD, Radicale, radicale_server

from screenpop.connector import (
    ConnectorContext,
    ContactsBatch,
    Row,
    Scalar,
    TimedOut,
    Unavailable,
)
from screenpop.connector.testing import ConnectorContract, Keys
from screenpop_connectors.carddav import CarddavConnector

PEOPLE = 12
ADA = """BEGIN:VCARD
VERSION:4.0
UID:urn:uuid:ada
FN:Ada Lovelace
N:Lovelace;Ada;;;
ORG:Analytical Engines;Sales
TEL;VALUE=uri;TYPE="voice,work":tel:+44-20-7946-0958;ext=102
TEL;TYPE=cell:07700 900123
EMAIL:ada@example.net
NOTE:Pays\\, always
END:VCARD
"""
CARDS = {
    "ada.vcf": ADA,
    "grace h@example.vcf": """BEGIN:VCARD
VERSION:3.0
UID:grace
FN:Grace <Hopper> & Co
N:Hopper;Grace;;;
TEL;TYPE=HOME:(020) 7946-0959
END:VCARD
""",
    "silent.vcf": "BEGIN:VCARD\nVERSION:3.0\nUID:s\nFN:Silent\nN:S;;;;\nEND:VCARD\n",
} | {
    f"p{n}.vcf": f"BEGIN:VCARD\nVERSION:3.0\nUID:p{n}\nFN:Person {n}\nN:{n};;;;\n"
    f"TEL:+44 20 7946 1{n:03}\nEND:VCARD\n"
    for n in range(PEOPLE)
}


@pytest.fixture(scope="module")
def server() -> Iterator[Radicale]:
    with radicale_server(CARDS) as running:
        yield running


def keys_of(server: Radicale, **more: object) -> dict[str, object]:
    return {
        "url": server.url,
        "user": "reader",
        "password": PASSWORD,
        "ca_file": str(server.ca_file),
        "country": "GB",
        "page_size": 5,
        **more,
    }


class CarddavContract(ConnectorContract):
    connector = CarddavConnector

    @pytest.fixture
    def source(self, server: Radicale) -> Keys:
        return keys_of(server)

    @pytest.fixture
    def source_when_down(self) -> Keys:
        return {"url": "http://127.0.0.1:1/book/", "plain_http": True}


class TestCarddavByNumber(CarddavContract):
    @pytest.fixture
    def lookup(self) -> Keys:
        return {"fields": {"name": "name", "text": "note"}}

    @pytest.fixture
    def params(self) -> Mapping[str, Scalar]:
        return {"number": "+442079460958"}


class TestCarddavByKey(CarddavContract):
    @pytest.fixture
    def lookup(self) -> Keys:
        return {"key": "{customer.key}"}

    @pytest.fixture
    def lookup_with_unknown_parameter(self) -> Keys:
        return {"key": "{numbr}.vcf"}

    @pytest.fixture
    def params(self) -> Mapping[str, Scalar]:
        return {"customer.key": "grace h@example.vcf"}


@pytest.fixture
async def opened(server: Radicale) -> AsyncIterator[CarddavConnector]:
    made = connector(keys_of(server))
    await made.open()
    yield made
    await made.close()


def connector(keys: Keys) -> CarddavConnector:
    options = CarddavConnector.source_options.model_validate(dict(keys))
    return CarddavConnector(options, ConnectorContext(source="book", folder=Path()))


async def by_number(made: CarddavConnector, number: str) -> list[Row]:
    options = CarddavConnector.lookup_options()
    return list(await made.lookup("asked", options).fetch({"number": number}))


async def changes(made: CarddavConnector, since: Scalar) -> list[ContactsBatch]:
    return [batch async for batch in made.contacts_from(since) or ()]  # type: ignore[union-attr]


async def test_a_card_has_its_numbers_by_type_and_its_texts(
    opened: CarddavConnector,
) -> None:
    (row,) = await by_number(opened, "+442079460958")
    assert row == {
        "key": "ada.vcf",
        "name": "Ada Lovelace",
        "company": "Analytical Engines, Sales",
        "phone_work": "+44-20-7946-0958 ext. 102",
        "phone_mobile": "07700 900123",
        "email": "ada@example.net",
        "note": "Pays, always",
        "uid": "urn:uuid:ada",
    }


@pytest.mark.parametrize(
    ("number", "found"),
    [
        ("+447700900123", ["ada.vcf"]),
        ("+442079460959", ["grace h@example.vcf"]),
        ("+442079461007", ["p7.vcf"]),
        ("+442079460007", []),  # the server finds nothing
        ("+4930461007", []),  # it finds Person 7 by the last digits: another number
    ],
)
async def test_a_number_is_found_in_whichever_way_it_is_written(
    opened: CarddavConnector, number: str, found: list[str]
) -> None:
    assert [row["key"] for row in await by_number(opened, number)] == found


@shows_effect_of(
    "carddav: sources.NAME.page_size",
)
async def test_all_are_read_in_pages_then_only_what_changed_and_who_is_gone(
    server: Radicale,
) -> None:
    made = connector(keys_of(server))
    await made.open()
    batches = await changes(made, made.first_contacts_since)
    read = {contact.key for batch in batches for contact in batch.contacts}
    assert read == CARDS.keys() - {"silent.vcf"}
    assert max(len(batch.contacts) for batch in batches) == 5
    assert made.reading is not None
    assert made.reading.left_out == {"no number": 1}
    token, version = batches[-1].since, await made.contacts_version()
    assert [batch.since for batch in batches[:-1]] == [None] * (len(batches) - 1)
    await change(server, "PUT", "new.vcf", ADA.replace("uuid:ada", "uuid:new"))
    later = await changes(made, token)
    assert [c.key for batch in later for c in batch.contacts] == ["new.vcf"]
    assert await made.contacts_version() != version
    await change(server, "DELETE", "new.vcf")
    last = await changes(made, later[-1].since)
    assert [key for batch in last for key in batch.gone] == ["new.vcf"]
    assert not any(batch.contacts for batch in last)
    await made.close()


async def change(server: Radicale, method: str, name: str, card: str = "") -> None:
    tls = ssl.create_default_context(cafile=server.ca_file)
    async with (
        aiohttp.ClientSession() as session,
        session.request(
            method,
            f"{server.url}{name}",
            data=card.replace("\n", "\r\n").encode(),
            headers={
                "Content-Type": "text/vcard",
                "Authorization": aiohttp.encode_basic_auth("reader", PASSWORD),
            },
            ssl=tls,
        ) as response,
    ):
        assert response.status < 300, await response.text()


async def test_after_a_token_that_the_server_forgot_all_are_read(
    opened: CarddavConnector,
) -> None:
    forgotten = f"http://radicale.org/ns/sync/{'0' * 64}"
    batches = await changes(opened, forgotten)
    assert sum(len(batch.contacts) for batch in batches) == PEOPLE + 2
    assert batches[-1].since not in (None, forgotten)


@shows_effect_of(
    "carddav: sources.NAME.password",
    "carddav: sources.NAME.ca_file",
    "carddav: sources.NAME.response_bytes_max",
    "carddav: sources.NAME.contacts_max",
)
@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"password": "wrong-one"}, "answered 401. Check user and password"),
        ({"ca_file": None}, "signed by the authority in ca_file"),
        ({"response_bytes_max": 100}, "more than 100 bytes"),
        ({"contacts_max": 3}, "more than 3 cards. Raise contacts_max"),
    ],
)
async def test_what_cannot_be_read_is_said(
    server: Radicale, keys: dict[str, object], said: str
) -> None:
    made = connector(keys_of(server, **keys))
    await made.open()
    with pytest.raises(Unavailable, match=said) as caught:
        await changes(made, "")
    assert "wrong-one" not in str(caught.value)
    await made.close()


@shows_effect_of(
    "carddav: sources.NAME.url",
)
async def test_a_folder_of_address_books_is_not_an_address_book(
    server: Radicale,
) -> None:
    made = connector(keys_of(server, url=server.home))
    await made.open()
    with pytest.raises(Unavailable, match="is not an address book"):
        await made.ping()
    await made.close()


@shows_effect_of(
    "carddav: sources.NAME.plain_http",
)
def test_a_password_is_not_sent_readable_unless_it_is_asked_for() -> None:
    with pytest.raises(ValidationError, match="sends the password readable"):
        connector({"url": "http://dav.example.net/book/", "password": "p"})


@shows_effect_of("carddav: sources.NAME.user")
async def test_without_a_user_no_password_is_sent(server: Radicale) -> None:
    made = connector(keys_of(server, user=""))
    await made.open()
    with pytest.raises(Unavailable, match="answered 401"):
        await made.ping()
    await made.close()


@shows_effect_of("carddav: sources.NAME.country")
@pytest.mark.parametrize(("country", "found"), [("GB", 1), ("US", 0)])
async def test_national_numbers_are_read_as_the_sources_country_writes_them(
    server: Radicale, country: str, found: int
) -> None:
    made = connector(keys_of(server, country=country))
    await made.open()
    assert len(await by_number(made, "+447700900123")) == found
    batches = await changes(made, "")
    assert {c.country for batch in batches for c in batch.contacts} == {country}
    await made.close()


@shows_effect_of("carddav: lookups.NAME.key", "carddav: lookups.NAME.fields")
async def test_a_card_is_read_by_its_key_and_its_columns_are_renamed(
    opened: CarddavConnector,
) -> None:
    options = CarddavConnector.lookup_options(
        key="{customer.key}.vcf", fields={"text": "note", "none": "absent"}
    )
    lookup = opened.lookup("asked", options)
    assert await lookup.fetch({"customer.key": "ada"}) == [
        {"text": "Pays, always", "none": None}
    ]
    assert await lookup.fetch({"customer.key": "eve"}) == []


@shows_effect_of(
    "carddav: sources.NAME.contacts", "carddav: sources.NAME.connections_max"
)
def test_a_source_of_lookups_alone_has_all_connections_for_them() -> None:
    keys = {"url": "https://127.0.0.1:1/book/", "connections_max": 3}
    assert connector(keys).at_once_max == 2
    alone = connector({**keys, "contacts": False})
    assert alone.at_once_max == 3
    assert alone.contacts() is None
    assert alone.contacts_from("") is None
    assert alone.first_contacts_since is None


@shows_effect_of("carddav: sources.NAME.timeout_ms")
async def test_a_server_that_does_not_answer_is_given_up() -> None:
    async with silent() as port:
        url = f"http://127.0.0.1:{port}/book/"
        made = connector({"url": url, "plain_http": True, "timeout_ms": 20})
        await made.open()
        with pytest.raises(TimedOut, match="did not answer within 20 ms"):
            await made.ping()
        await made.close()
