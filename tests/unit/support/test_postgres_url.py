"""The words of PostgreSQL URLs, as providers hand them out."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from screenpop.domain.errors import ConfigError, Unloadable
from screenpop.support.postgres_url import translated


@pytest.mark.parametrize("mode", ["disable", "allow", "prefer"])
def test_modes_without_a_must_go_to_the_driver_as_they_are(mode: str) -> None:
    assert translated({"sslmode": mode}).connect == {"ssl": mode}


@pytest.mark.parametrize(
    ("query", "verify", "hostname"),
    [
        ({"sslmode": "require"}, ssl.CERT_NONE, False),
        ({"ssl": "true"}, ssl.CERT_NONE, False),
        ({"ssl": "verify-full"}, ssl.CERT_REQUIRED, True),
        ({"sslmode": "verify-ca"}, ssl.CERT_REQUIRED, False),
        ({"sslmode": "verify-full"}, ssl.CERT_REQUIRED, True),
        ({"sslmode": "require", "sslrootcert": "system"}, ssl.CERT_REQUIRED, True),
    ],
)
def test_encryption_that_must_be_is_checked_as_far_as_libpq_does(
    query: dict[str, str], verify: ssl.VerifyMode, hostname: bool
) -> None:
    context = translated(query).connect["ssl"]
    assert isinstance(context, ssl.SSLContext)
    assert (context.verify_mode, context.check_hostname) == (verify, hostname)


def test_words_that_are_settings_of_the_session_become_settings() -> None:
    found = translated(
        {"application_name": "pop", "options": "-c search_path=crm", "schema": "x"}
    )
    assert found.settings == {
        "application_name": "pop",
        "options": "-c search_path=crm",
        "search_path": "x",
    }
    assert found.connect == {}


def test_words_of_the_driver_become_its_arguments() -> None:
    found = translated(
        {
            "connect_timeout": "7",
            "target_session_attrs": "read-only",
            "statement_cache_size": "0",
        }
    )
    assert found.connect == {
        "timeout": 7.0,
        "target_session_attrs": "read-only",
        "statement_cache_size": 0,
    }


def test_no_limit_is_no_timeout_of_nothing() -> None:
    assert translated({"connect_timeout": "0"}).connect == {}


def test_parts_of_the_url_may_stand_behind_the_mark_too() -> None:
    found = translated({"user": "ana", "dbname": "crm", "host": ("a:1", "b:2")})
    assert found.parts == {"username": "ana", "database": "crm"}
    assert found.query == {"host": ("a:1", "b:2")}


def test_a_pooler_gets_no_prepared_statements() -> None:
    found = translated({"pgbouncer": "true"})
    assert found.connect == {"statement_cache_size": 0}
    assert found.query == {"prepared_statement_cache_size": "0"}


def test_words_that_change_nothing_are_accepted() -> None:
    found = translated({"gssencmode": "disable", "client_encoding": "UTF8"})
    assert (found.connect, found.settings, found.query) == ({}, {}, {})


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"sslmod": "require"}, "Did you mean sslmode?"),
        ({"sslMode": "require"}, "Did you mean sslmode?"),
        ({"ssl-mode": "require"}, "Did you mean sslmode?"),
        ({"applicationName": "x"}, "Did you mean application_name?"),
        ({"connectTimeout": "3"}, "Did you mean connect_timeout?"),
        ({"sslmode": "required"}, "one of disable, allow, prefer, require"),
        ({"channel_binding": "require"}, "use sslmode=verify-full"),
        ({"service": "crm"}, "Write host, user and database into the url"),
        ({"connection_limit": "1"}, "Remove it"),
        ({"connect_timeout": "soon"}, "is not a number"),
        ({"options": "-c 'x"}, "options"),
        ({"wholly_unknown_word": "1"}, "is not an option of PostgreSQL"),
    ],
)
def test_what_cannot_be_translated_is_refused_with_the_right_spelling(
    query: dict[str, str], said: str
) -> None:
    with pytest.raises(ConfigError, match=r"^url: ") as refused:
        translated(query)
    assert said in str(refused.value)


@pytest.mark.parametrize("word", ["sslrootcert", "sslcert", "sslcrl"])
def test_a_file_that_is_not_there_costs_only_this_source(
    word: str, tmp_path: Path
) -> None:
    with pytest.raises(Unloadable, match=word):
        translated({"sslmode": "require", word: "missing.pem"}, tmp_path)
