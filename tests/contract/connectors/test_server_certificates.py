"""The end of a server's own certificate is known, whichever protocol it speaks."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from key_effects import loaded
from real_servers import certify, mariadb_server, slapd_server
from unit.history.postgres_server import binary, postgres

from screenpop.connector.expiry import Expiry
from screenpop.connector.registry import Registry
from screenpop.lookup.sources import make_sources
from screenpop.support.clock import SystemClock
from screenpop_connectors.ldap.connector import LdapConnector
from screenpop_connectors.sql.connector import SqlConnector

LDIF = "dn: dc=example,dc=net\nobjectClass: domain\ndc: example\n"


async def read(folder: Path, **source: object) -> list[Expiry]:
    """What the source says after its first look; nothing: it does not look."""
    config = loaded(folder, sources={"crm": source})
    sources = make_sources(config.config, folder, Registry().find, SystemClock())
    connector = sources.connectors["crm"]
    assert isinstance(connector, LdapConnector | SqlConnector)
    try:
        if (certificate := connector._certificate.certificate) is not None:
            await certificate.look()
        return sources.expiries("crm")
    finally:
        await connector.close()


def is_of_a_day(found: list[Expiry]) -> bool:
    """As `certify` makes it: the days that are left, and the life."""
    [expiry] = found
    assert expiry.kind == "server_certificate"
    assert expiry.life_us is not None
    assert expiry.days_left(SystemClock().now_us()) == 0
    return expiry.life_us == 25 * 3_600_000_000


async def test_a_directory_shows_it_with_ldaps_and_with_starttls(
    tmp_path: Path,
) -> None:
    with slapd_server(LDIF) as slapd:
        trusting = {"connector": "ldap", "base": "dc=example,dc=net"}
        trusting["ca_file"] = str(slapd.ca_file)
        for url in (slapd.ldaps, slapd.ldap):
            assert is_of_a_day(await read(tmp_path, url=url, **trusting))
        assert not await read(tmp_path, url=slapd.ldap, start_tls=False, **trusting)


async def test_postgresql_shows_it_where_it_is_checked(tmp_path: Path) -> None:
    if binary("initdb") is None and not os.environ.get("CI"):
        pytest.skip("no PostgreSQL on this machine: install postgresql")
    certify(tmp_path)
    served = tmp_path / "served"
    served.mkdir()
    for name, file in (("ca.pem", "server.pem"), ("key.pem", "server.key")):
        (served / name).write_bytes((tmp_path / file).read_bytes())
    with postgres(served) as url:
        source = {"connector": "sql", "url": url}
        checked = f"?sslmode=verify-full&sslrootcert={tmp_path / 'ca.pem'}"
        assert is_of_a_day(await read(tmp_path, **source | {"url": url + checked}))
        assert not await read(tmp_path, **source | {"url": f"{url}?sslmode=require"})
        assert not await read(tmp_path, **source)


async def test_mariadb_shows_it_where_it_is_checked(tmp_path: Path) -> None:
    with mariadb_server(tls=True) as mariadb:
        plain = mariadb.url("mysql")
        url = f"{plain}&ssl_ca={mariadb.ca_file}&ssl_check_hostname=true"
        assert is_of_a_day(await read(tmp_path, connector="sql", url=url))
        assert not await read(tmp_path, connector="sql", url=plain)
