"""What does a failed request mean, and what can be done about it?"""

from __future__ import annotations

import math
import ssl
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Literal, TypeAlias

import aiohttp
from yarl import URL

from screenpop_connectors.http_json.answer import compiled, members_of, parsed
from screenpop_connectors.http_json.xml_answer import (
    AT_ONCE_BYTES_MAX,
    fault_of,
    parsed_xml,
)

Format: TypeAlias = Literal["JSON", "XML"]
EXCERPT_BYTES = 1000
_SAID = compiled(
    "type(@) == 'string' && @"
    " || type(@) == 'array' && (@[0].message || @[0].detail)"
    " || type(@) == 'object' && (message || error_description || error.message.value"
    " || error.message || errors[0].message || errors[0].detail || Detail"
    " || Message || detail || Fault.Error[0].Message || title || exc_type"
    " || description || (type(error) == 'string' && error)"
    " || (type(errors) == 'string' && errors)"
    " || code)",
    key="error text",
)
"""Where the services of this world put the sentence that says what is wrong."""
LOG_IN_WORDS = (b"log in", b"login", b"sign in", b"signin", b"anmelde")
PAGE_BYTES = 4000  # looked through for the words of a log-in page


def is_of_tls(error: Exception, url: URL) -> bool:
    """Did the handshake fail, behind a connection that could be made?

    A server without TLS answers it with a text, or closes the connection: then the
    error has no number of the system, or says that the connection was reset.
    """
    if url.scheme != "https" or not isinstance(error, aiohttp.ClientConnectorError):
        return False
    cause = error.os_error
    reset = isinstance(cause, ConnectionResetError | ConnectionAbortedError)
    return isinstance(cause, ssl.SSLError) or reset or cause.errno is None


def remedy_of(error: Exception, url: URL) -> str:
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return "Name the certificate to trust under ca_file, or correct base_url."
    cut_off = (aiohttp.ServerDisconnectedError, aiohttp.ClientResponseError)
    ends_without_a_word = url.scheme == "https" and isinstance(error, cut_off)
    if _is_alert(error) or ends_without_a_word:  # with TLS 1.3 it ends like that
        return (
            "If the service asks for a client certificate, name one that it accepts"
            " under client_cert_file; else look into the log of the service."
        )
    if is_of_tls(error, url):
        return (
            "Does this port speak TLS? Write http:// in base_url for a service that"
            " speaks plain HTTP, or correct the port."
        )
    if url.scheme == "http" and isinstance(error, cut_off):
        return "Does this port expect TLS? Write https:// in base_url if it does."
    return "Is the service running, and may this machine reach it?"


def _is_alert(error: Exception) -> bool:
    """Did the other side say why it does not want to speak TLS with us?"""
    cause = getattr(error, "os_error", error)
    return isinstance(cause, ssl.SSLError) and "ALERT" in (cause.reason or "")


def what_it_is(status: int, body: bytes, wanted: Format = "JSON") -> str:
    """In words behind the status: an answer that should have been JSON or XML."""
    start = body[:PAGE_BYTES].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
        log_in = any(word in start for word in LOG_IN_WORDS)
        return f", a {'log-in' if log_in else 'web'} page, no {wanted}"
    if wanted == "XML":
        return ", no XML that can be read" if status < 300 else ""
    if start.startswith(b"<?xml") or start.startswith((b"<soap", b"<feed")):
        return ", XML, no JSON"
    return ", no JSON" if status < 300 else ""


def excerpt_of(body: bytes, wanted: Format = "JSON") -> str:
    """What an answer says is wrong; never a traceback, which services put into it."""
    try:
        answer = _parsed(body, wanted)
    except ValueError:
        text = " ".join(body[:EXCERPT_BYTES].decode(errors="replace").split())
        return "a traceback, not repeated" if "Traceback (" in text else text
    said = fault_of(answer) or _SAID.search(answer)
    if isinstance(said, str) and said.strip():
        text = " ".join(said.split())
        return text.partition("Traceback (")[0] or "a traceback, not repeated"
    return members_of(answer)


def _parsed(body: bytes, wanted: Format) -> object:
    if wanted == "JSON":
        return parsed(body)
    if len(body) > AT_ONCE_BYTES_MAX:
        raise ValueError("too long for an excerpt")
    return parsed_xml(body)


def remedy_of_status(status: int, what: str) -> str:
    if "log-in page" in what and status < 300:
        return "Check the credentials under auth, and base_url and path."
    if "XML, no JSON" in what and status < 300:
        return (
            "Use the connector `xml`, or ask for JSON as the service documents it, e.g."
            " `headers: {Accept: application/json}`."
        )
    if "web page" in what and status < 300:
        return "Check base_url and path: this is not the service's API."
    return {
        401: "Check the credentials under auth.",
        403: "Check the credentials under auth and the rights of their user.",
        404: "Check base_url and path.",
        429: "It asks to be asked less: lower concurrency, raise cache_s, set pace.",
    }.get(status, "Look at the service, or try the address by hand.")


def retry_after_s(headers: Mapping[str, str], now_s: float) -> float | None:
    """`Retry-After` in seconds or as a date, by the clock of who sent it."""
    text = headers.get("Retry-After", "").strip()
    if not text:
        return None
    try:
        return max(0.0, float(text)) if math.isfinite(float(text)) else None
    except ValueError:
        until_s = _moment_s(text)
    if until_s is None:
        return None
    sent_s = _moment_s(headers.get("Date", ""))
    return max(0.0, until_s - (now_s if sent_s is None else sent_s))


def _moment_s(text: str) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp()
    except ValueError:
        return None
