"""Which database URLs can be used, and what do errors show of them?"""

from __future__ import annotations

import socket

import pytest

from screenpop.domain.errors import ConfigError
from screenpop.support.postgres_url import is_unknown_host, parsed, shown_host

WRONG = [
    ("postgresql://reader:a@b:c7secret@127.0.0.1:18330/erp", "port is not a number"),
    ("postgresql://reader:secret@127.0.0.1:1833x/erp", "port is not a number"),
    ("postgresql://reader:secret@127.0.0.1:99999/erp", "not between 1 and 65535"),
    ("postgresql://reader:ab@secret@127.0.0.1:18330/erp", "there is an @ behind"),
    ("postgresql://reader:ab@cd/secret@127.0.0.1/erp", "there is an @ behind"),
    ("postgresql://reader:ab@cd?secret@127.0.0.1/erp", "there is an @ behind"),
    ("postgresql://reader:ab@cd?secret=7@127.0.0.1/erp", "there is an @ behind"),
    ("erp and secret", "not a database URL"),
]


@pytest.mark.parametrize(("url", "said"), WRONG)
def test_a_url_that_cannot_be_used_is_said_without_a_part_of_it(
    url: str, said: str
) -> None:
    with pytest.raises(ConfigError, match=f"^url: .*{said}") as caught:
        parsed(url)
    error, shown = caught.value, str(caught.value)
    assert "secret" not in shown
    assert "127.0.0.1" not in shown
    assert error.__cause__ is None
    assert error.__context__ is None or error.__suppress_context__
    assert "not a database URL" in said or "percent-encode" in shown


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("postgresql://reader:p%40ss@db.example/erp", "db.example"),
        ("postgresql://reader@server:pw@db.example:5433/erp", "db.example:5433"),
        ("postgresql://u:p@db.example/erp?application_name=a@b", "db.example"),
        ("postgresql://u:p@db.example/a%40b", "db.example"),
        ("sqlite:////data/a@b.sqlite", "its usual place"),
    ],
)
def test_a_url_that_can_be_used_names_its_host(url: str, host: str) -> None:
    assert shown_host(parsed(url)) == host


def test_a_name_without_an_address_is_recognised() -> None:
    assert is_unknown_host(socket.gaierror(-2, "Name or service not known"))
    assert is_unknown_host("[Errno -3] Temporary failure in name resolution")
    assert not is_unknown_host("connection refused")
