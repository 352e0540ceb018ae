"""Can this text be used as the URL of a database, and what does it hold?

A password whose special characters are not percent-encoded moves the limits of all
parts behind it: a part of it becomes the host, the port or an option. No message here
shows a part of the URL behind its user.
"""

from __future__ import annotations

import re
import socket

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from screenpop.domain.errors import ConfigError

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
