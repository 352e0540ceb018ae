"""Does the `ldap` connector keep the contract, against a real OpenLDAP?"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from key_effects import shows_effect_of
from real_servers import Slapd, missing, slapd_server

from screenpop.connector import (
    ConfigError,
    ConnectorContext,
    Row,
    Scalar,
    TimedOut,
    Unavailable,
)
from screenpop.connector.testing import ConnectorContract, Keys
from screenpop_connectors.ldap import LdapConnector
from screenpop_connectors.ldap.entries import Filter, row_of

PEOPLE = 30
BASE = "dc=example,dc=net"
LDIF = f"""dn: {BASE}
objectClass: dcObject
objectClass: organization
dc: example
o: Example

dn: cn=reader,{BASE}
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: reader
userPassword: field-only

dn: uid=ada,{BASE}
objectClass: inetOrgPerson
uid: ada
cn: Ada Lovelace
sn: Lovelace
o: Analytical Engines
telephoneNumber: +44 20 7946 0958
telephoneNumber: 020 7946 0959
mobile: +44 7700 900123
mail: ada@example.net
mail: lovelace@example.net
description:: SsO2cmcgKGFkbWluKSpc
jpegPhoto:: /9j/4AAQ
""" + "".join(
    f"""
dn: uid=p{n},{BASE}
objectClass: inetOrgPerson
uid: p{n}
cn: Person {n}
sn: {n}
telephoneNumber: +44 20 7946 {n:04}
"""
    for n in range(PEOPLE)
)
FIELDS = {
    "key": "uid", "name": "cn", "company": "o", "phone": "telephoneNumber",
    "phone_mobile": "mobile", "email": "mail",
}  # fmt: skip


@pytest.fixture(scope="module")
def slapd() -> Iterator[Slapd]:
    if find_spec("ldap") is None:
        missing("python-ldap", "screenpop[ldap]")
    with slapd_server(LDIF) as server:
        yield server


def keys_of(slapd: Slapd, **more: object) -> dict[str, object]:
    return {
        "url": slapd.ldap,
        "base": BASE,
        "user": f"cn=reader,{BASE}",
        "password": "field-only",
        "ca_file": str(slapd.ca_file),
        "page_size": 7,
        "contacts": {"fields": FIELDS, "changed": "modifyTimestamp"},
        **more,
    }


class TestLdap(ConnectorContract):
    connector = LdapConnector

    @pytest.fixture
    def source(self, slapd: Slapd) -> Keys:
        return keys_of(slapd)

    @pytest.fixture
    def source_when_down(self) -> Keys:
        return {"url": "ldap://127.0.0.1:1", "base": BASE, "start_tls": False}

    @pytest.fixture
    def lookup(self) -> Keys:
        return {
            "filter": "(|(telephoneNumber={number})(mobile={number}))",
            "fields": {"name": "cn", "at": "modifyTimestamp", "phone": "mobile"},
        }

    @pytest.fixture
    def lookup_with_unknown_parameter(self) -> Keys:
        return {"filter": "(mobile={numbr})", "fields": {"name": "cn"}}

    @pytest.fixture
    def params(self) -> Mapping[str, Scalar]:
        return {"number": "+442079460958"}


@pytest.fixture
async def opened(slapd: Slapd, tmp_path: Path) -> AsyncIterator[LdapConnector]:
    made = connector(tmp_path, keys_of(slapd))
    yield made
    await made.close()


def connector(folder: Path, keys: Keys) -> LdapConnector:
    options = LdapConnector.source_options.model_validate(dict(keys))
    return LdapConnector(options, ConnectorContext(source="staff", folder=folder))


async def ask(made: LdapConnector, filter_: str, **params: Scalar) -> list[Row]:
    keys = {"filter": filter_, "fields": {"key": "uid", "dn": "dn", **FIELDS}}
    options = LdapConnector.lookup_options.model_validate(keys)
    return list(await made.lookup("asked", options).fetch(params))


@shows_effect_of(
    "ldap: lookups.NAME.fields",
    "ldap: sources.NAME.contacts.fields",
)
async def test_a_person_has_all_numbers_and_the_other_values_joined(
    opened: LdapConnector,
) -> None:
    (row,) = await ask(opened, "(uid={number})", number="ada")
    assert row == {
        "key": "ada",
        "dn": f"uid=ada,{BASE}",
        "name": "Ada Lovelace",
        "company": "Analytical Engines",
        "phone": "+44 20 7946 0958",
        "phone_2": "020 7946 0959",
        "phone_mobile": "+44 7700 900123",
        "email": "ada@example.net, lovelace@example.net",
    }


@shows_effect_of(
    "ldap: sources.NAME.page_size",
    "ldap: sources.NAME.contacts.changed",
)
async def test_a_reading_takes_all_pages_and_goes_on_from_its_last_change(
    opened: LdapConnector,
) -> None:
    batches = [b async for b in opened.contacts_from("19700101000000Z") or ()]  # type: ignore[union-attr]
    assert [len(batch.contacts) for batch in batches] == [7, 7, 7, 7, 3]
    assert [batch.since is None for batch in batches] == [True] * 4 + [False]
    assert re.fullmatch(r"\d{14}Z", str(batches[-1].since))
    later = [b async for b in opened.contacts_from("29990101000000Z") or ()]  # type: ignore[union-attr]
    assert [len(batch.contacts) for batch in later] == [0]
    assert later[0].since == "29990101000000Z"
    ada = next(c for batch in batches for c in batch.contacts if c.key == "ada")
    assert len(ada.numbers) == 3


@shows_effect_of(
    "ldap: lookups.NAME.filter",
)
async def test_a_special_value_is_found_as_it_is(opened: LdapConnector) -> None:
    (row,) = await ask(opened, "(description={number})", number="Jörg (admin)*\\")
    assert row["key"] == "ada"
    assert await ask(opened, "(uid={number})", number="*") == []
    assert await ask(opened, "(uid={number})", number="x)(uid=*") == []


@shows_effect_of(
    "ldap: sources.NAME.url",
    "ldap: sources.NAME.ca_file",
)
@pytest.mark.parametrize("secure", ["start_tls", "ldaps"])
async def test_the_password_goes_through_tls_only(
    slapd: Slapd, tmp_path: Path, secure: str
) -> None:
    url = slapd.ldaps if secure == "ldaps" else slapd.ldap
    made = connector(tmp_path, keys_of(slapd, url=url))
    await made.ping()
    await made.close()
    (tmp_path / "other.pem").write_bytes(slapd.ca_file.read_bytes())
    strange = connector(tmp_path, keys_of(slapd, url=url, ca_file=None))
    with pytest.raises(Unavailable, match="authority in ca_file"):
        await strange.ping()
    await strange.close()


@shows_effect_of(
    "ldap: sources.NAME.start_tls",
)
async def test_without_tls_it_must_be_asked_for(slapd: Slapd, tmp_path: Path) -> None:
    made = connector(tmp_path, keys_of(slapd, start_tls=False, ca_file=None))
    await made.ping()
    await made.close()


@shows_effect_of(
    "ldap: sources.NAME.password",
    "ldap: sources.NAME.base",
)
@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"password": "wrong-one"}, "Invalid credentials. Check user and password"),
        ({"base": "dc=nowhere"}, "Correct base"),
    ],
)
async def test_what_the_directory_refuses_is_said(
    slapd: Slapd, tmp_path: Path, keys: dict[str, object], said: str
) -> None:
    made = connector(tmp_path, keys_of(slapd, **keys))
    with pytest.raises(Unavailable, match=said) as caught:
        await ask(made, "(uid={number})", number="ada")
    assert "wrong-one" not in str(caught.value)
    await made.close()


@shows_effect_of(
    "ldap: sources.NAME.timeout_ms",
)
@pytest.mark.usefixtures("slapd")
async def test_a_directory_that_does_not_answer_is_given_up(tmp_path: Path) -> None:
    async def keep(reader: asyncio.StreamReader, writer: Any) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(keep, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    keys = {"url": f"ldap://127.0.0.1:{port}", "base": BASE, "start_tls": False}
    made = connector(tmp_path, {**keys, "timeout_ms": 100})
    with pytest.raises((TimedOut, Unavailable), match=r"did not answer|cannot connect"):
        await made.ping()
    await made.close()
    server.close()


def test_braces_are_parameters_or_doubled() -> None:
    with pytest.raises(ConfigError, match="neither part of a parameter nor doubled"):
        Filter("(cn={)")
    assert Filter("(cn={{{number}}})").filled({"number": "(1)"}) == "(cn={\\281\\29})"


def test_moments_flags_and_bytes_of_an_entry() -> None:
    entry = {
        "whenCreated": [b"20261121090000.0Z"],
        "enabled": [b"TRUE"],
        "photo": [b"\xff\xd8\xff"],
        "cn": [],
    }
    fields = {"at": "whencreated", "on": "enabled", "photo": "photo", "phone": "cn"}
    assert row_of("cn=a", entry, fields) == {
        "at": "2026-11-21T09:00:00+00:00",
        "on": True,
        "photo": "(binary, 3 bytes)",
        "phone": None,
    }


@shows_effect_of("ldap: sources.NAME.user")
async def test_without_a_user_it_is_not_bound_as_one(
    slapd: Slapd, tmp_path: Path
) -> None:
    made = connector(tmp_path, keys_of(slapd, user="", password=""))
    with pytest.raises(Unavailable, match="Let the user read"):
        await ask(made, "(uid={number})", number="ada")
    await made.close()


@shows_effect_of("ldap: lookups.NAME.base", "ldap: lookups.NAME.rows_max")
async def test_a_lookup_has_a_base_and_a_limit_of_its_own(
    opened: LdapConnector,
) -> None:
    async def found(**keys: object) -> list[str]:
        given = {"filter": "(sn=*)", "fields": {"key": "uid"}, **keys}
        options = LdapConnector.lookup_options.model_validate(given)
        rows = await opened.lookup("asked", options).fetch({})
        return [str(row["key"]) for row in rows]

    assert len(await found()) == PEOPLE + 1
    assert await found(base=f"uid=ada,{BASE}") == ["ada"]
    assert len(await found(rows_max=3)) == 3


@shows_effect_of("ldap: sources.NAME.contacts.filter")
async def test_entries_of_the_filter_are_customers(
    slapd: Slapd, tmp_path: Path
) -> None:
    contacts = {"fields": FIELDS, "filter": "(mobile=*)"}
    made = connector(tmp_path, keys_of(slapd, contacts=contacts))
    assert [c.key async for c in made.contacts() or ()] == ["ada"]  # type: ignore[union-attr]
    await made.close()


@shows_effect_of("ldap: sources.NAME.connections_max")
async def test_one_of_the_threads_is_kept_for_reading_contacts(
    slapd: Slapd, tmp_path: Path
) -> None:
    for contacts, at_once in ((None, 3), ({"fields": FIELDS}, 2)):
        keys = keys_of(slapd, connections_max=3, contacts=contacts)
        made = connector(tmp_path, keys)
        assert made.at_once_max == at_once
        await made.close()
