from __future__ import annotations

import pytest
from multidict import CIMultiDict

from screenpop.web.remote import Origins, Proxies, is_this_machine


def forwarded(value: str) -> CIMultiDict[str]:
    return CIMultiDict({"X-Forwarded-For": value})


def test_a_stranger_cannot_name_its_own_address() -> None:
    proxies = Proxies(("10.0.0.0/8",))
    assert proxies.client("192.0.2.1", forwarded("198.51.100.7")) == "192.0.2.1"


@pytest.mark.parametrize(
    ("header", "client"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("203.0.113.9, 198.51.100.7", "198.51.100.7"),  # the left one is hearsay
        ("198.51.100.7, 10.0.0.9", "198.51.100.7"),
        ("198.51.100.7:5060", "198.51.100.7"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ("2001:db8::1", "2001:db8::1"),
        ("nonsense", "10.0.0.1"),
        ("", "10.0.0.1"),
        ("198.51.100.7, nonsense, 10.0.0.9", "10.0.0.9"),
    ],
)
def test_behind_a_trusted_proxy_the_nearest_stranger_counts(
    header: str, client: str
) -> None:
    proxies = Proxies(("10.0.0.0/8",))
    assert proxies.client("10.0.0.1", forwarded(header)) == client


@pytest.mark.parametrize(
    ("origin", "host", "allowed"),
    [
        ("http://pop.test:8080", "pop.test:8080", True),
        ("https://pop.test", "pop.test", True),  # a proxy ended TLS
        ("http://POP.test", "pop.TEST", True),
        ("https://pop.test:443", "pop.test", True),
        ("https://public.test", "127.0.0.1:8080", True),
        ("http://public.test", "127.0.0.1:8080", False),
        ("https://evil.test", "pop.test", False),
        ("https://pop.test.evil.test", "pop.test", False),
        ("https://pop.test@evil.test", "pop.test", False),
        ("null", "pop.test", False),
        ("", "", False),
        ("https://[broken", "pop.test", False),
        ("file://pop.test", "pop.test", False),
        ("https://evil.test", None, False),
    ],
)
def test_only_our_own_pages_may_speak(
    origin: str, host: str | None, allowed: bool
) -> None:
    assert Origins("https://public.test/x").allows(origin, host) is allowed


def test_a_proxy_on_this_machine_is_not_this_machine() -> None:
    assert is_this_machine("127.0.0.1", CIMultiDict())
    assert is_this_machine("::1", CIMultiDict())
    assert not is_this_machine("127.0.0.1", forwarded("198.51.100.7"))
    assert not is_this_machine("192.0.2.1", CIMultiDict())
    assert not is_this_machine("", CIMultiDict())


@pytest.mark.parametrize(
    ("lines", "client"),
    [
        # HAProxy adds a line of its own behind the client's
        ([("X-Forwarded-For", "6.6.6.6"), ("X-Forwarded-For", "198.51.100.7")],
         "198.51.100.7"),
        ([("X-Forwarded-For", "6.6.6.6, 10.0.0.9"),
          ("x-forwarded-for", "198.51.100.7, 10.0.0.8")], "198.51.100.7"),
        ([("Forwarded", 'for=6.6.6.6, for="[2001:db8::1]:47";proto=http')],
         "2001:db8::1"),
        ([("Forwarded", "for=6.6.6.6"), ("Forwarded", "By=x; FOR=198.51.100.7:1")],
         "198.51.100.7"),
        ([("Forwarded", "for=6.6.6.6, proto=https")], "10.0.0.1"),
        ([("Forwarded", "for=unknown")], "10.0.0.1"),
        # one of the two is the client's own word
        ([("Forwarded", "for=6.6.6.6"), ("X-Forwarded-For", "198.51.100.7")],
         "10.0.0.1"),
        ([("Forwarded", "for=198.51.100.7"), ("X-Forwarded-For", "198.51.100.7")],
         "198.51.100.7"),
    ],
)  # fmt: skip
def test_all_lines_of_both_headers_count(
    lines: list[tuple[str, str]], client: str
) -> None:
    proxies = Proxies(("10.0.0.0/8",))
    assert proxies.client("10.0.0.1", CIMultiDict(lines)) == client
    assert proxies.client("192.0.2.1", CIMultiDict(lines)) == "192.0.2.1"
