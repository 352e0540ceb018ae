"""Who is at the other end, and under which name did they reach us?

`X-Forwarded-For` and `Forwarded` (RFC 7239) are believed only from
`server.trusted_proxies`: the client is then the rightmost address that is not such a
proxy. All lines of a header count, in order: a proxy may add a line of its own behind
the client's. Where both headers are there and disagree, one of them is the client's
own word, and the address is the proxy's.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from typing import Protocol
from urllib.parse import urlsplit

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class HeaderLines(Protocol):
    """Headers that may come in several lines, as aiohttp gives them."""

    def getall(self, key: str, default: list[str], /) -> list[str]: ...


class Proxies:
    """The networks whose word on the client's address counts."""

    def __init__(self, networks: Sequence[str]):
        self._networks: tuple[Network, ...] = tuple(
            ipaddress.ip_network(network, strict=False) for network in networks
        )

    def client(self, peer: str, headers: HeaderLines) -> str:
        """The client's address: `peer` unless that is a trusted proxy."""
        if not self._networks or not self.trusts(peer):
            return peer
        named = {
            self._nearest(peer, hops(lines))
            for name, hops in (("X-Forwarded-For", _hops), ("Forwarded", _for))
            if (lines := headers.getall(name, []))
        }
        return named.pop() if len(named) == 1 else peer

    def _nearest(self, peer: str, hops: Sequence[str]) -> str:
        client = peer
        for hop in reversed(hops):
            address = _address(hop)
            if address is None:
                break
            client = address
            if not self.trusts(address):
                break
        return client

    def trusts(self, address: str) -> bool:
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(parsed in network for network in self._networks)


def _hops(lines: Sequence[str]) -> list[str]:
    return ",".join(lines).split(",")


def _for(lines: Sequence[str]) -> list[str]:
    """The `for` of each element; "" where there is none."""
    return [_for_of(element) for element in _hops(lines)]


def _for_of(element: str) -> str:
    for pair in element.split(";"):
        name, _, value = pair.partition("=")
        if name.strip().lower() == "for":
            return value.strip().strip('"')
    return ""


def place_of(address: str) -> str:
    """What counts as one place: an IPv4 address, a household's /64 of IPv6."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, 64), strict=False))


def _address(hop: str) -> str | None:
    """The bare address of `1.2.3.4`, `1.2.3.4:567`, `[::1]:567` or `::1`."""
    text = hop.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return None


FORWARDING = ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via")


def is_this_machine(peer: str, headers: Mapping[str, str]) -> bool:
    """Is it a program of this machine, and no proxy on it speaking for others?"""
    if any(name in headers for name in FORWARDING):
        return False
    try:
        return ipaddress.ip_address(peer).is_loopback
    except ValueError:
        return False


class Origins:
    """Which pages may speak for our user: those that came from this service."""

    def __init__(self, public_url: str | None):
        self._public = _origin(public_url) if public_url else None
        self.https = public_url is not None and public_url.startswith("https:")

    def allows(self, origin: str, host: str | None) -> bool:
        """Same host and port as asked for, or the origin of `server.public_url`.

        The scheme does not count for the former: a proxy may end TLS before us.
        """
        given = _origin(origin)
        if given is None:
            return False
        return given == self._public or (
            host is not None and given[1] == host.strip().lower()
        )


def _origin(text: str) -> tuple[str, str] | None:
    try:
        parts = urlsplit(text.strip())
        default_port = {"http": 80, "https": 443}.get(parts.scheme)
        if default_port is None or not parts.hostname or "@" in parts.netloc:
            return None
        netloc = parts.netloc.lower()
        return parts.scheme, netloc.removesuffix(f":{default_port}")
    except ValueError:
        return None
