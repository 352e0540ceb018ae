"""Which Redis servers does `journal.url` name, and how are they spoken to?

redis://user:password@host:6379/0            one server, or any node of a cluster
rediss://...                                 the same with TLS
redis+sentinel://host:26379,host/master/0    the master that Sentinels name
rediss+sentinel://...                        the same with TLS, to both
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from redis.asyncio.connection import Connection, SSLConnection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from screenpop.domain.errors import ConfigError

REDIS_PORT = 6379
SENTINEL_PORT = 26379
SCHEMES = ("redis", "rediss", "redis+sentinel", "rediss+sentinel")
FORMS = (
    "Use redis://HOST:PORT/DB, rediss://HOST:PORT/DB or"
    " redis+sentinel://HOST:PORT,HOST:PORT/MASTER/DB."
)

Host = tuple[str, int]
Login = tuple[str | None, str | None]
"""User and password; None: none."""


@dataclass(frozen=True, kw_only=True)
class RedisAddress:
    """What the URL says. Its password is in no `repr` and no message."""

    hosts: tuple[Host, ...]
    master: str | None = None  # its name at the Sentinels; None: no Sentinels
    db: int = 0
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    sentinel_login: Login = field(default=(None, None), repr=False)
    tls: bool = False
    ca_file: Path | None = None

    def __str__(self) -> str:
        hosts = ",".join(f"{host}:{port}" for host, port in self.hosts)
        return f"{hosts} (master {self.master})" if self.master else hosts

    def connection(self, to: Host, timeout_s: float, name: str) -> Connection:
        """Not connected yet. It repeats nothing by itself: see redis_link.py."""
        return self._made(
            to, timeout_s, db=self.db, client_name=name,
            **_given(self.username, self.password),
        )  # fmt: skip

    def sentinel(self, to: Host, timeout_s: float) -> Connection:
        """To a Sentinel: it has users of its own, and neither databases nor names."""
        return self._made(to, timeout_s, **_given(*self.sentinel_login))

    def _made(self, to: Host, timeout_s: float, **more: str | int) -> Connection:
        options: dict[str, object] = {
            "host": to[0],
            "port": to[1],
            "socket_timeout": None,  # redis_link.py has its own
            "socket_connect_timeout": timeout_s,
            "retry": Retry(NoBackoff(), 0),
            "protocol": 2,
            **more,
        }
        if not self.tls:
            return Connection(**options)  # type: ignore[arg-type]
        if self.ca_file is not None:
            options["ssl_ca_certs"] = str(self.ca_file)
        return SSLConnection(**options)  # type: ignore[arg-type]


def _given(username: str | None, password: str | None) -> dict[str, str]:
    given = {"username": username, "password": password}
    return {name: text for name, text in given.items() if text}


def _split(url: str) -> tuple[SplitResult, str]:
    """The URL without its hosts, and these: `urlsplit` takes one host, not a list.

    Some versions refuse a list with an IPv6 address in it.
    """
    scheme, found, rest = url.partition("://")
    netloc = re.split(r"[/?#]", rest, maxsplit=1)[0]
    return urlsplit(f"{scheme}{found}{rest[len(netloc) :]}"), netloc


def parse_address(
    url: str, ca_file: Path | None = None, sentinel_login: Login = (None, None)
) -> RedisAddress:
    """Raises `ConfigError` without quoting the URL: it may hold a password."""
    parts, netloc = _split(url)
    if parts.scheme not in SCHEMES:
        raise ConfigError(
            f"journal.url: {parts.scheme or 'no scheme'} is not a supported scheme."
            f" {FORMS}"
        )
    if parts.query or parts.fragment:
        raise ConfigError(
            "journal.url: it has options after the path. Remove them; a CA file is"
            " journal.ca_file, times are journal.timeout_s and journal.patience_s."
        )
    sentinel = parts.scheme.endswith("+sentinel")
    credentials, _, hosts = netloc.rpartition("@")
    username, _, password = credentials.partition(":")
    master, db = _path(parts, sentinel)
    tls = parts.scheme.startswith("rediss")
    if ca_file is not None and not tls:
        raise ConfigError(
            "journal.ca_file: it is given, and journal.url does not use TLS. Use"
            " rediss:// or rediss+sentinel://, or remove journal.ca_file."
        )
    if any(sentinel_login) and not sentinel:
        raise ConfigError(
            "journal.sentinel_password: it is given, and journal.url names no"
            " Sentinels. Use redis+sentinel://, or remove journal.sentinel_user and"
            " journal.sentinel_password."
        )
    return RedisAddress(
        hosts=_hosts(hosts, SENTINEL_PORT if sentinel else REDIS_PORT, sentinel),
        master=master,
        db=db,
        username=unquote(username) or None,
        password=unquote(password) or None,
        tls=tls,
        ca_file=ca_file,
        sentinel_login=sentinel_login,
    )


def _hosts(text: str, port: int, several: bool) -> tuple[Host, ...]:
    hosts = tuple(_host(each, port) for each in text.split(","))
    if len(hosts) > 1 and not several:
        raise ConfigError(
            f"journal.url: {len(hosts)} hosts are given, redis:// takes one. For"
            " Sentinels use redis+sentinel://; of a cluster name any node."
        )
    return hosts


def _host(text: str, port: int) -> Host:
    try:
        parts = urlsplit(f"//{text}")
        host, given = parts.hostname, parts.port
    except ValueError:
        host, given = None, None
    if not host:
        raise ConfigError(f"journal.url: a host or port is missing or wrong. {FORMS}")
    return host, given or port


def _path(parts: SplitResult, sentinel: bool) -> tuple[str | None, int]:
    given: Sequence[str] = [unquote(x) for x in parts.path.split("/") if x]
    master: str | None = None
    if sentinel:
        if not given:
            raise ConfigError(
                "journal.url: the name of the master is missing after the hosts, e.g."
                " redis+sentinel://HOST:26379/mymaster/0."
            )
        master, *given = given
    if len(given) > 1 or not all(x.isascii() and x.isdigit() for x in given):
        raise ConfigError(
            f"journal.url: the database must be one whole number, e.g. /0. {FORMS}"
        )
    return master, int(given[0]) if given else 0
