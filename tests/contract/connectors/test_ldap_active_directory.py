"""Does the `ldap` connector read a real Active Directory, made by Samba?"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from active_directory import AD_PASSWORD, ActiveDirectory, active_directory
from real_servers import missing

from screenpop.connector import ConnectorContext, Unavailable
from screenpop_connectors.ldap import LdapConnector

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

FIELDS = {
    "key": "sAMAccountName", "name": "displayName", "phone": "telephoneNumber",
    "phone_mobile": "mobile", "phone_other": "otherTelephone", "at": "whenChanged",
}  # fmt: skip
PEOPLE = """
dn: CN=Ada (Lovelace),CN=Users,DC=example,DC=test
objectClass: user
sAMAccountName: ada
displayName: Ada Lovelace
telephoneNumber: +44 20 7946 0958
mobile: +44 7700 900123
otherTelephone: +44 20 7946 0959
otherTelephone: +44 20 7946 0960
""" + "".join(
    f"""
dn: CN=Person {n},CN=Users,DC=example,DC=test
objectClass: user
sAMAccountName: p{n}
displayName: Person {n}
telephoneNumber: +44 20 7946 {n:04}
"""
    for n in range(9)
)


@pytest.fixture(scope="module")
def directory() -> Iterator[ActiveDirectory]:
    if find_spec("ldap") is None:
        missing("python-ldap", "screenpop[ldap]")
    with active_directory() as running:
        running.add(PEOPLE)
        yield running


@pytest.fixture
async def staff(directory: ActiveDirectory) -> AsyncIterator[LdapConnector]:
    made = connector(directory)
    yield made
    await made.close()


def connector(directory: ActiveDirectory, **keys: object) -> LdapConnector:
    options = LdapConnector.source_options.model_validate(
        {
            "url": directory.url,
            "base": "dc=example,dc=test",
            "user": "administrator@example.test",
            "password": AD_PASSWORD,
            "ca_file": str(directory.ca_file),
            "page_size": 4,
            "timeout_ms": 10_000,
            "contacts": {"fields": FIELDS, "changed": "uSNChanged"},
            **keys,
        }
    )
    return LdapConnector(options, ConnectorContext(source="staff", folder=Path()))


async def test_contacts_are_read_by_pages_and_then_only_what_changed(
    staff: LdapConnector, directory: ActiveDirectory
) -> None:
    assert staff.first_contacts_since == 0
    whole = [batch async for batch in staff.contacts_from(0) or ()]  # type: ignore[union-attr]
    assert [len(batch.contacts) for batch in whole] == [4, 4, 2]
    people = {one.key: one for batch in whole for one in batch.contacts}
    assert people["ada"].name == "Ada Lovelace"
    assert len(people["ada"].numbers) == 4
    assert str(people["ada"].fields["at"]).startswith("20")
    since = whole[-1].since
    assert isinstance(since, int)
    directory.modify("CN=Person 3,CN=Users,DC=example,DC=test", mobile="+447700900124")
    later = [batch async for batch in staff.contacts_from(since) or ()]  # type: ignore[union-attr]
    assert "p3" in [one.key for batch in later for one in batch.contacts]
    assert sum(len(batch.contacts) for batch in later) <= 2  # `>=`: the last one again


async def test_a_lookup_escapes_what_a_name_may_hold(staff: LdapConnector) -> None:
    options = LdapConnector.lookup_options(filter="(cn={number})", fields=FIELDS)
    lookup = staff.lookup("asked", options)
    (row,) = await lookup.fetch({"number": "Ada (Lovelace)"})
    assert row["key"] == "ada"
    assert list(await lookup.fetch({"number": "*"})) == []


async def test_a_password_without_tls_is_refused(directory: ActiveDirectory) -> None:
    made = connector(directory, start_tls=False, ca_file=None)
    with pytest.raises(Unavailable, match="Use ldaps:// or start_tls: true"):
        await made.ping()
    await made.close()


async def test_a_wrong_password_names_the_user(directory: ActiveDirectory) -> None:
    made = connector(directory, password="wrong-one")
    with pytest.raises(Unavailable, match="Check user and password") as caught:
        await made.ping()
    assert "wrong-one" not in str(caught.value)
    await made.close()
