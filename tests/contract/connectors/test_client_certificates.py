"""Mutual TLS against a service that demands a client certificate."""

from __future__ import annotations

import logging
import ssl
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from key_effects import loaded, shows_effect_of
from one_source import Keys, opened
from tls_service import Authority, client_name, demanding

from screenpop.config.check import check
from screenpop.connector import SourceTls, TlsOptions, Unavailable, Unloadable
from screenpop.connector.expiry import DAY_US
from screenpop.connector.registry import Registry
from screenpop.lookup.source_states import SourceStates, problems_of
from screenpop.lookup.sources import make_sources
from screenpop.node.gauges import show_sources
from screenpop.support.clock import SystemClock
from screenpop.support.metrics import Metrics

BOOK = """<multistatus xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav"><response>
<href>/book/</href><propstat><prop><resourcetype><C:addressbook/></resourcetype></prop>
<status>HTTP/1.1 200 OK</status></propstat></response></multistatus>"""
LOOKUPS: dict[str, Keys] = {
    "http_json": {"path": "/a"},
    "graphql": {"query": "{ who }"},
    "odata": {"entity": "A"},
    "json_rpc": {"call": "who"},
    "carddav": {},
}
PASSWORD = "pass-word-of-the-key"


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    authority = Authority(tmp_path)
    authority.issue("screenpop", days=20, password=PASSWORD)
    return authority


MINE: Keys = {
    "client_cert_file": "screenpop.pem",
    "client_key_file": "screenpop.key",
    "client_key_password": PASSWORD,
}


class Service:
    def __init__(self) -> None:
        self.clients: list[str] = []

    async def handle(self, request: web.Request) -> web.Response:
        self.clients.append(client_name(request))
        if request.method == "PROPFIND":
            return web.Response(text=BOOK, status=207, content_type="application/xml")
        return web.json_response({"result": {"found": 1}})


def keys_of(name: str, url: str, **more: Any) -> Keys:
    place = {"url": f"{url}/book/"} if name == "carddav" else {"base_url": url}
    return {"connector": name, **place, "ca_file": "ca.pem", **more}


@shows_effect_of(
    "http_json: sources.NAME.ca_file",
    "http_json: sources.NAME.client_cert_file",
    "http_json: sources.NAME.client_key_file",
    "http_json: sources.NAME.client_key_password",
    "carddav: sources.NAME.ca_file",
    "carddav: sources.NAME.client_cert_file",
    "carddav: sources.NAME.client_key_file",
    "carddav: sources.NAME.client_key_password",
)
@pytest.mark.parametrize("name", LOOKUPS)
async def test_a_service_that_demands_a_certificate_gets_it(
    tmp_path: Path, authority: Authority, name: str
) -> None:
    service = Service()
    async with demanding(authority, service.handle) as url:
        keys = keys_of(name, url)
        async with opened(tmp_path, keys | MINE, LOOKUPS[name]) as crm:
            await crm.connector.ping()
        assert set(service.clients) == {"screenpop"}
        async with opened(tmp_path, keys, LOOKUPS[name]) as crm:
            with pytest.raises(Unavailable, match="client_cert_file"):
                await crm.connector.ping()
        stranger = tmp_path / "elsewhere"
        stranger.mkdir()
        Authority(stranger, "Another").issue("screenpop")
        theirs = {"client_cert_file": "elsewhere/screenpop.pem",
                  "client_key_file": "elsewhere/screenpop.key"}  # fmt: skip
        async with opened(tmp_path, keys | theirs, LOOKUPS[name]) as crm:
            with pytest.raises(Unavailable, match="client_cert_file"):
                await crm.connector.ping()
    assert set(service.clients) == {"screenpop"}


async def test_certificate_and_key_may_be_one_file(
    tmp_path: Path, authority: Authority
) -> None:
    cert, key = authority.issue("both")
    cert.write_bytes(cert.read_bytes() + key.read_bytes())
    service = Service()
    async with demanding(authority, service.handle) as url:
        keys = keys_of("http_json", url, client_cert_file="both.pem")
        async with opened(tmp_path, keys, {"path": "/a"}) as crm:
            await crm.ask()
    assert service.clients == ["both"]


WRONG: list[tuple[str, Keys, str, str]] = [
    ("ca_file", {"ca_file": "none.pem"}, "none.pem: no such file", "PEM file"),
    ("client_cert_file", {"client_cert_file": "none.pem"}, "no such file", "path"),
    ("client_key_file", {"client_key_file": "none.key"}, "no such file", "path"),
    ("client_cert_file", {"client_cert_file": "."}, "is a directory", "path"),
    ("client_key_password", {"client_key_password": "no"}, "does not open", "Correct"),
    ("client_key_file", {"client_key_password": None}, "encrypted", "client_key_pass"),
    ("client_key_password", {"client_key_file": "free.key"}, "not encrypted", "Remove"),
    ("client_key_file", {"client_key_file": "other.key"}, "is not the key", "request"),
    ("client_cert_file", {"client_cert_file": "it.p12"}, "not a PEM", "openssl pkcs12"),
    ("client_cert_file", {"client_cert_file": "other.key"}, "no certificate", "Name"),
    ("client_key_file", {"client_key_file": "ca.pem"}, "no private key", "Name"),
    ("client_key_file", {"client_cert_file": None}, "no client_cert_file", "remove"),
    ("client_cert_file", {"base_url": "http://crm"}, "begins with http://", "https://"),
]  # fmt: skip


@pytest.mark.parametrize(("key", "more", "said", "remedy"), WRONG)
def test_check_config_says_what_is_wrong_with_a_certificate(
    tmp_path: Path, authority: Authority, key: str, more: Keys, said: str, remedy: str
) -> None:
    authority.issue("free")
    authority.issue("other", password=PASSWORD)
    (tmp_path / "it.p12").write_bytes(b"\x30\x82\x01\x00")
    keys = keys_of("http_json", "https://crm.example.net", **MINE) | more
    keys = {name: value for name, value in keys.items() if value is not None}
    [problem] = check(loaded(tmp_path, sources={"crm": keys}))
    assert problem.key == f"sources.crm.{key}"
    assert said in problem.sentence
    assert remedy in problem.remedy
    assert not problem.stops  # the other sources still work
    assert PASSWORD not in f"{problem.sentence} {problem.remedy}"
    assert problem.line > 1


def test_the_certificates_days_are_in_the_radar(
    tmp_path: Path, authority: Authority
) -> None:
    authority.issue("short", days=3.5, password=PASSWORD)
    keys = keys_of("http_json", "https://crm.example.net", **MINE)
    short = {"client_cert_file": "short.pem", "client_key_file": "short.key"}
    book = keys_of("carddav", "https://crm.example.net", **MINE)
    found = loaded(tmp_path, sources={"crm": keys, "soon": keys | short, "book": book})
    [warning] = check(found)
    assert warning.key == "sources.soon"
    assert "client certificate (`client_cert_file`) expires in 3 days" in str(warning)
    sources = make_sources(found.config, tmp_path, Registry().find, SystemClock())
    shown = {
        x.source: x.key_days_left for x in SourceStates(found, sources, str).shown()
    }
    assert shown == {"crm": 19, "soon": 3, "book": 19}
    metrics = Metrics()
    show_sources(metrics, sources)
    [family] = metrics.key_days_left.collect()
    days = {x.labels["source"]: x.value for x in family.samples}
    assert days == {"crm": 19, "soon": 3, "book": 19}


async def test_the_days_of_the_services_own_certificate_are_in_the_radar(
    tmp_path: Path, authority: Authority
) -> None:
    """Read by a connection apart, trusted as lookups trust; kept while it is away."""
    config = loaded(tmp_path, sources={})
    for name in LOOKUPS:
        async with demanding(authority, Service().handle, days=9.5) as url:
            keys = keys_of(name, url) | MINE
            config = loaded(tmp_path, sources={"crm": keys})
            sources = make_sources(
                config.config, tmp_path, Registry().find, SystemClock()
            )
            tls = tls_of(sources.connectors["crm"])
            await tls.look_at_server()
        with pytest.raises(ConnectionRefusedError):
            await tls.look_at_server()
        [shown] = SourceStates(config, sources, str).shown()
        seen = {each.kind: each.days_left for each in shown.expiring}
        assert seen == {"client_certificate": 19, "server_certificate": 9}
        assert shown.key_days_left == 9
        warned = [x.message for x in problems_of(sources)]
        assert warned == [
            "the certificate of the service at 127.0.0.1 expires in 9 days"
        ]


def tls_of(connector: Any) -> SourceTls:
    client = getattr(connector, "client", None) or connector._client
    found: SourceTls = client.tls
    return found


async def test_a_server_certificate_that_is_not_trusted_is_not_read(
    tmp_path: Path, authority: Authority
) -> None:
    async with demanding(authority, Service().handle) as url:
        tls = SourceTls(TlsOptions(), tmp_path, source="crm", url=url)
        with pytest.raises(ssl.SSLCertVerificationError):
            await tls.look_at_server()
    assert tls.expiring() == []


async def asked(url: str, tls: SourceTls) -> None:
    """By a connection of its own."""
    assert tls.context is not None
    async with aiohttp.ClientSession() as session, session.get(url, ssl=tls.context):
        pass


class TestRenewal:
    """Of one certificate, by the looks that the service takes at its files."""

    @pytest.fixture
    def tls(self, tmp_path: Path, authority: Authority) -> SourceTls:
        options = TlsOptions.model_validate({**MINE, "ca_file": "ca.pem"})
        return SourceTls(options, tmp_path, source="crm", url="https://crm.example.net")

    async def test_a_renewed_certificate_is_used(
        self, authority: Authority, tls: SourceTls
    ) -> None:
        [before] = tls.expiring()
        cert, key = authority.issue("next", days=50, password=PASSWORD)
        cert.replace(cert.with_name("screenpop.pem"))
        key.replace(key.with_name("screenpop.key"))
        service = Service()
        async with demanding(authority, service.handle) as url:
            await tls.look()
            await asked(url, tls)
            assert tls.expiring() == [before]  # it may still be written
            await tls.look()
            await asked(url, tls)
        assert service.clients == ["screenpop", "next"]
        [after] = tls.expiring()
        assert after.at_us - before.at_us > 29 * DAY_US

    async def test_one_that_cannot_be_used_is_logged_once_and_the_old_one_stays(
        self,
        tmp_path: Path,
        authority: Authority,
        tls: SourceTls,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        before = tls.expiring()
        (tmp_path / "screenpop.pem").write_text("nothing")
        with caplog.at_level(logging.INFO):
            for _ in range(5):
                await tls.look()
        assert [x.levelname for x in caplog.records] == ["ERROR"]
        assert "not a PEM file" in caplog.text
        assert tls.expiring() == before
        authority.issue("screenpop", days=50, password=PASSWORD)
        for _ in range(3):
            await tls.look()
        assert tls.expiring() != before


def test_a_file_that_is_much_too_large_is_not_read(
    tmp_path: Path, authority: Authority
) -> None:
    (tmp_path / "screenpop.pem").write_bytes(b"x" * 1_048_577)
    options = TlsOptions.model_validate(MINE)
    with pytest.raises(Unloadable, match="larger than 1048576 bytes"):
        SourceTls(options, tmp_path, source="crm", url="https://crm.example.net")
