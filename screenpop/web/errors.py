"""What does a client get when something goes wrong?

One shape for all: `{"error": {"code", "message", "remedy", "request_id"}}`. `code`
is a stable machine word, `remedy` a sentence or "". What we did not foresee becomes
`internal` with the request id, under which the log has the whole story.
"""

from __future__ import annotations

import html
import logging
from http import HTTPStatus

import msgspec

from screenpop.domain.errors import (
    BadInput,
    Forbidden,
    NotFound,
    Overloaded,
    ScreenpopError,
    TimedOut,
    TooLarge,
    Unauthenticated,
    Unavailable,
)

log = logging.getLogger(__name__)


class MethodNotAllowed(BadInput):
    """The path exists, not with this method."""

    status = 405

    def __init__(self, method: str, allowed: tuple[str, ...]):
        super().__init__(
            f"{shown(method)} is not possible here.",
            code="method_not_allowed",
            remedy=f"Use {' or '.join(allowed)}.",
        )
        self.allowed = allowed


class Unsupported(BadInput):
    """A content type or encoding that we do not read."""

    status = 415


class NotAcceptable(BadInput):
    """An `Accept` header that asks for what this service cannot write."""

    status = 406


class BodyTooSlow(BadInput):
    """A body that did not arrive within `server.body_read_s`."""

    status = 408


class HeaderTooLarge(BadInput):
    """More header bytes than are read before the sender is known."""

    status = 431

    def __init__(self, bytes_max: int):
        super().__init__(
            f"the header is larger than {bytes_max} bytes.",
            code="header_too_large",
            remedy="Send fewer or shorter fields, or raise limits.header_bytes_max.",
        )


class Misdirected(BadInput):
    """A question about one process, at a port that several share."""

    status = 421

    def __init__(self, own_port: int):
        super().__init__(
            "this port is shared by several workers, and each has metrics of its own.",
            code="shared_port",
            remedy=f"Ask each worker at its own port; this one has {own_port}.",
        )


class TooMany(Overloaded):
    """One client asks too often or holds too much: 429, where others get on."""

    def __init__(self, message: str, *, code: str, retry_after_s: float = 1.0):
        super().__init__(message, retry_after_s=retry_after_s)
        self.code = code


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """The inside of the one error shape."""

    code: str
    message: str
    remedy: str = ""
    request_id: str


class FaultAnswer(msgspec.Struct, frozen=True, kw_only=True):
    error: Fault


class ErrorAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An error as it leaves: status, extra headers, the inside of the shape."""

    status: int
    headers: tuple[tuple[str, str], ...]
    fault: Fault

    def json(self) -> bytes:
        return msgspec.json.encode(FaultAnswer(error=self.fault))


_CODES: dict[type[BadInput], str] = {
    Unauthenticated: "unauthenticated",
    Forbidden: "forbidden",
    NotFound: "not_found",
    TooLarge: "too_large",
    Unsupported: "unsupported_media_type",
    BodyTooSlow: "too_slow",
}


def answer_for(error: Exception, request_id: str) -> ErrorAnswer:
    """Turn any exception into an answer; logs what nobody foresaw."""
    match error:
        case BadInput():
            return _bad_input(error, request_id)
        case Overloaded():
            return _overloaded(error, request_id)
        case TimedOut():
            return _plain(504, "timed_out", _AGAIN, error, request_id)
        case Unavailable():
            return _plain(503, "unavailable", _AGAIN, error, request_id)
        case _:
            return _internal(error, request_id)


_AGAIN = "Try again; if it stays, look at /readyz."


def _bad_input(error: BadInput, request_id: str) -> ErrorAnswer:
    code = error.code
    if code == "bad_input":
        code = _CODES.get(type(error), code)
    headers: tuple[tuple[str, str], ...] = ()
    if isinstance(error, MethodNotAllowed):
        headers = (("Allow", ", ".join(error.allowed)),)
    elif isinstance(error, Unauthenticated):
        headers = (("WWW-Authenticate", "Bearer"),)
    fault = Fault(
        code=code, message=str(error), remedy=error.remedy, request_id=request_id
    )
    return ErrorAnswer(status=error.status, headers=headers, fault=fault)


def _overloaded(error: Overloaded, request_id: str) -> ErrorAnswer:
    wait_s = max(1, round(error.retry_after_s + 0.5))
    many = isinstance(error, TooMany)
    return ErrorAnswer(
        status=429 if many else 503,
        headers=(("Retry-After", str(wait_s)),),
        fault=Fault(
            code=error.code if isinstance(error, TooMany) else "overloaded",
            message=str(error),
            remedy=f"Try again in {wait_s} s.",
            request_id=request_id,
        ),
    )


def _plain(
    status: int, code: str, remedy: str, error: ScreenpopError, request_id: str
) -> ErrorAnswer:
    fault = Fault(code=code, message=str(error), remedy=remedy, request_id=request_id)
    return ErrorAnswer(status=status, headers=(), fault=fault)


def _internal(error: Exception, request_id: str) -> ErrorAnswer:
    log.error("request %s failed", request_id, exc_info=error)
    fault = Fault(
        code="internal",
        message="Internal error.",
        remedy=f"Give the administrator the request id {request_id}; the log has it.",
        request_id=request_id,
    )
    return ErrorAnswer(status=500, headers=(), fault=fault)


def shown(text: str, chars_max: int = 40) -> str:
    """Text from outside, fit to be repeated in an answer or a log."""
    clean = "".join(c if c.isprintable() and c.isascii() else "?" for c in text)
    return clean if len(clean) <= chars_max else f"{clean[: chars_max - 1]}~"


_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>
<body><h1>{title}</h1><p>{message}</p><p>{remedy}</p><p><small>{request_id}</small></p>
</body></html>
"""


def page(status: int, fault: Fault) -> bytes:
    """The same for a person: plain HTML without style or script."""
    title = f"{status} {HTTPStatus(status).phrase}"
    return _PAGE.format(
        title=title,
        message=html.escape(fault.message),
        remedy=html.escape(fault.remedy),
        request_id=html.escape(fault.request_id),
    ).encode()
