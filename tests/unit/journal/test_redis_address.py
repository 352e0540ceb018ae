"""Which servers does a URL name, and what is said of a wrong one?"""

from __future__ import annotations

from pathlib import Path

import pytest

from screenpop.domain.errors import ConfigError
from screenpop.journal.redis_address import parse_address


def test_a_plain_url() -> None:
    address = parse_address("redis://pop:p%40ss@db.example.net/3")
    assert address.hosts == (("db.example.net", 6379),)
    assert (address.username, address.password) == ("pop", "p@ss")
    assert (address.db, address.tls, address.master) == (3, False, None)


def test_sentinels_with_and_without_ports() -> None:
    address = parse_address("rediss+sentinel://:pw@s1,s2:7000,[::1]:7001/main/2")
    assert address.hosts == (("s1", 26379), ("s2", 7000), ("::1", 7001))
    assert (address.master, address.db, address.tls) == ("main", 2, True)
    assert (address.username, address.password) == (None, "pw")


def test_the_password_is_in_no_text_of_an_address() -> None:
    address = parse_address("redis://pop:hush-hush@h:1/0")
    assert "hush" not in f"{address} {address!r}"


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://h:1/0", "http is not a supported scheme"),
        ("localhost:6379", "not a supported scheme"),
        ("redis://", "host or port is missing"),
        ("redis://h:port/0", "host or port is missing"),
        ("redis://a,b/0", "takes one"),
        ("redis://h/first", "one whole number"),
        ("redis://h/1/2", "one whole number"),
        ("redis://h/0?ssl=yes", "options after the path"),
        ("redis+sentinel://h", "name of the master is missing"),
    ],
)
def test_a_wrong_url_is_named_with_a_remedy(url: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words) as caught:
        parse_address(url.replace("://", "://u:hush-hush@", 1))
    assert "hush" not in str(caught.value)


def test_a_ca_file_without_tls_is_a_mistake() -> None:
    with pytest.raises(ConfigError, match="does not use TLS"):
        parse_address("redis://h", Path("ca.pem"))
