"""What do the options behind the `?` of a PostgreSQL URL mean for our driver?

Providers hand out URLs in the words of libpq (`sslmode=require`), JDBC and others.
The driver (asyncpg) takes arguments instead, and raises `TypeError` for words it does
not know. Here each word is translated, or refused with the right spelling.
"""

from __future__ import annotations

import re
import shlex
import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import TypeVar

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from screenpop.domain.errors import ConfigError, Unloadable

T = TypeVar("T")
Given = str | tuple[str, ...]
MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
_ON, _OFF = ("true", "1", "on", "yes"), ("false", "0", "off", "no")
_PARTS = {"user": "username", "dbname": "database"}
_PARTS |= dict.fromkeys(("password", "database"), "")
_TLS_FILES = ("sslrootcert", "sslcert", "sslkey", "sslcrl")
_TLS = (*_TLS_FILES, "sslmode", "ssl", "sslpassword", "sslnegotiation")
_AS_THEY_ARE = ("target_session_attrs", "passfile", "krbsrvname", "gsslib")
_NUMBERS = ("statement_cache_size", "max_cached_statement_lifetime",
            "max_cacheable_statement_size")  # fmt: skip
_SETTINGS = {
    "application_name": "application_name",
    "fallback_application_name": "application_name",
    "options": "options",
    "search_path": "search_path",
    "currentSchema": "search_path",
    "schema": "search_path",
    "timezone": "TimeZone",
    "TimeZone": "TimeZone",
    "lock_timeout": "lock_timeout",
    "idle_in_transaction_session_timeout": "idle_in_transaction_session_timeout",
}
_HARMLESS = {
    "gssencmode": ("disable", "prefer"),
    "channel_binding": ("disable", "prefer"),
    "sslsni": ("1", "0"),
    "sslcompression": ("0",),
    "client_encoding": ("utf8", "utf-8", "auto", "unicode"),
}
"""Words with a value that changes nothing for us."""
_SQLALCHEMY = ("host", "port", "prepared_statement_cache_size",
               "prepared_statement_name_func")  # fmt: skip
_REMEDIES = {
    "service": "Write host, user and database into the url.",
    "servicefile": "Write host, user and database into the url.",
    "hostaddr": "Write the address as the url's host.",
    "channel_binding": "The driver has none: remove it, and use sslmode=verify-full.",
    "client_encoding": "Values travel as UTF-8: remove it.",
    "connection_limit": "Remove it; connections are limited by the service's own keys.",
    "statement_timeout": "Remove it; the service has a key of its own for that.",
    "gssencmode": "The driver has no GSS encryption: remove it.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresOptions:
    """`query` stays in the URL, `parts` replace parts of the URL (`username` …).

    `connect` are arguments of `asyncpg.connect`, `settings` are server settings of
    the session.
    """

    query: dict[str, Given] = field(default_factory=dict)
    parts: dict[str, str] = field(default_factory=dict)
    connect: dict[str, object] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)


def translated(
    query: Mapping[str, Given], folder: Path | None = None
) -> PostgresOptions:
    """Raises `ConfigError` for what cannot be, `Unloadable` for a file not there.

    `folder` is where relative paths of certificates begin.
    """
    words, found = _words(query), PostgresOptions()
    for word, value in words.items():
        if word in _SQLALCHEMY:
            found.query[word] = query[word]
        elif word not in _TLS:
            _translate(word, value, found)
    _encrypt(words, found, folder or Path())
    return found


def _words(query: Mapping[str, Given]) -> dict[str, str]:
    """The last one of each counts, as with libpq."""
    words = {}
    for word, given in query.items():
        if word not in _KNOWN:
            raise _unknown(word)
        words[word] = given[-1] if isinstance(given, tuple) else given
    return words


def _translate(word: str, value: str, into: PostgresOptions) -> None:
    if word in _PARTS:
        into.parts[_PARTS[word] or word] = value
    elif word in _SETTINGS:
        into.settings[_SETTINGS[word]] = (
            _checked_options(value) if word == "options" else value
        )
    elif word in _AS_THEY_ARE:
        into.connect[word] = value
    elif word in _NUMBERS:
        into.connect[word] = _number(word, value, int)
    elif word in ("connect_timeout", "command_timeout"):
        seconds = _number(word, value, float)
        if seconds > 0:  # 0 is libpq's word for: no limit
            into.connect["timeout" if word == "connect_timeout" else word] = seconds
    elif word == "pgbouncer":
        if value.lower() in _ON:
            into.connect["statement_cache_size"] = 0
            into.query["prepared_statement_cache_size"] = "0"
    elif word in _HARMLESS and value.lower() in _HARMLESS[word]:
        return
    else:
        raise _refused(word, value)


def _encrypt(words: Mapping[str, str], into: PostgresOptions, folder: Path) -> None:
    mode = _mode(words)
    if words.get("sslnegotiation") == "direct":
        into.connect["direct_tls"] = True
    elif words.get("sslnegotiation") not in (None, "postgres"):
        raise _refused("sslnegotiation", words["sslnegotiation"])
    if mode in (None, "disable", "allow", "prefer"):
        if mode is not None:
            into.connect["ssl"] = mode
        return
    into.connect["ssl"] = _context(str(mode), words, folder)


def _mode(words: Mapping[str, str]) -> str | None:
    word = "sslmode" if "sslmode" in words else "ssl"
    value = words.get(word)
    if value is None:
        return "prefer" if any(name in words for name in _TLS_FILES) else None
    lower = value.lower()
    if word == "ssl" and lower in (*_ON, *_OFF):
        return "require" if lower in _ON else "disable"
    if lower not in MODES:
        raise ConfigError(
            f"url: {word}={value} is not a mode of encryption. Use sslmode= with one"
            f" of {', '.join(MODES)}."
        )
    return lower


def _context(mode: str, words: Mapping[str, str], folder: Path) -> ssl.SSLContext:
    """As libpq: `require` checks no certificate, unless one to trust is given."""
    roots = words.get("sslrootcert", "")
    if roots in ("", "system"):
        context = ssl.create_default_context()
        mode = "verify-full" if roots else mode
    else:
        context = _with("sslrootcert", roots, folder, _trusting)
        mode = "verify-ca" if mode == "require" else mode
    context.check_hostname = mode == "verify-full"
    context.verify_mode = ssl.CERT_NONE if mode == "require" else ssl.CERT_REQUIRED
    if crl := words.get("sslcrl"):
        _with("sslcrl", crl, folder, context.load_verify_locations)
        context.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF
    if certificate := words.get("sslcert"):
        key = str(_path(words["sslkey"], folder)) if "sslkey" in words else None
        password = words.get("sslpassword", "")

        def load(path: str) -> None:
            context.load_cert_chain(path, key, lambda: password)

        _with("sslcert", certificate, folder, load)
    return context


def _trusting(path: str) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=path)


def _path(text: str, folder: Path) -> Path:
    return folder / Path(text).expanduser()


def _with(word: str, text: str, folder: Path, load: Callable[[str], T]) -> T:
    place = _path(text, folder)
    try:
        return load(str(place))
    except (OSError, ssl.SSLError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise Unloadable(
            f"url: {word}: cannot use {place}: {reason}. Give a PEM file that the"
            " service may read."
        ) from error


def _number(word: str, value: str, kind: type[float] | type[int]) -> float:
    try:
        return kind(value)
    except ValueError as error:
        raise ConfigError(
            f"url: {word}={value} is not a number. Correct it."
        ) from error


def _checked_options(value: str) -> str:
    """`-c name=value`, as the server's command line takes it."""
    try:
        shlex.split(value)
    except ValueError as error:
        raise ConfigError(
            f"url: options: {error}. Write it like options=-c%20search_path%3Dcrm."
        ) from error
    return value


def _refused(word: str, value: str) -> ConfigError:
    remedy = _REMEDIES.get(word, "Remove it.")
    return ConfigError(f"url: {word}={value} cannot be used. {remedy}")


def _unknown(word: str) -> ConfigError:
    if word in _REMEDIES:
        return ConfigError(f"url: {word} cannot be used. {_REMEDIES[word]}")
    plain = word.lower().replace("-", "").replace("_", "")
    same = [known for known in _KNOWN if known.replace("_", "") == plain]
    near = same or get_close_matches(word.lower(), _KNOWN, n=1)
    remedy = f"Did you mean {near[0]}?" if near else "Remove it."
    return ConfigError(f"url: ?{word} is not an option of PostgreSQL. {remedy}")


_KNOWN = (
    *_SQLALCHEMY, *_PARTS, *_TLS, *_SETTINGS, *_AS_THEY_ARE, *_NUMBERS, *_HARMLESS,
    "connect_timeout", "command_timeout", "pgbouncer",
)  # fmt: skip


# -- Can this text be used as the URL of a database, and what does it hold?
# A password whose special characters are not percent-encoded moves the limits of
# all parts behind it: a part of it becomes the host, the port or an option. No
# message here shows a part of the URL behind its user.

PORT_MAX = 65_535
ENCODE = (
    "If the password contains @ : / ? # or %, percent-encode these characters,"
    " e.g. %40 for @."
)

_NO_NAME = ("name or service not known", "getaddrinfo", "nodename nor servname",
            "name resolution")  # fmt: skip
_CREDENTIALS = re.compile(r"\A[^:/]*:[^@]*@")  # where SQLAlchemy ends them


def parsed(text: str) -> URL:
    """Raises `ConfigError`, whose text begins with `url: `."""
    try:
        url = make_url(text)
    except ArgumentError:
        raise ConfigError(
            "url: not a database URL (its text is not shown, it may hold a"
            " password). Write it like postgresql://user:${PASSWORD}@host/database."
        ) from None  # the cause quotes the text
    except ValueError:
        raise ConfigError(
            "url: the port is not a number (it is not shown, it may be a part of the"
            f" password). Correct it. {ENCODE}"
        ) from None
    if url.port is not None and not 0 < url.port <= PORT_MAX:
        raise ConfigError(
            f"url: the port is not between 1 and {PORT_MAX}. Correct it. {ENCODE}"
        )
    if url.password is not None and _is_misread(url, text):
        raise ConfigError(
            f"url: there is an @ behind the one before the host. {ENCODE}"
        )
    return url


def shown_host(url: URL) -> str:
    """`db.example.net:5432`, as much of the URL as an error may name."""
    port = "" if url.port is None else f":{url.port}"
    return f"{url.host}{port}" if url.host else "its usual place"


def is_unknown_host(error: object) -> bool:
    """Is it that the host's name has no address?"""
    words = str(error).lower()
    return isinstance(error, socket.gaierror) or any(w in words for w in _NO_NAME)


def _is_misread(url: URL, text: str) -> bool:
    """A second `@` where none can be, unless it is an option's value."""
    place, has_options, options = text.partition("://")[2].partition("?")
    if "@" in _CREDENTIALS.sub("", place):
        return True
    words = (option.partition("=")[0] for option in options.split("&"))
    if any("@" in word for word in words):
        return True
    return bool(has_options) and not url.database and "@" in options
