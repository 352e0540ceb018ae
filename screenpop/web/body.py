"""What did the client send: a body, small and soon enough, and which query?"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TypeVar

import msgspec
from aiohttp import StreamReader, web
from aiohttp.web_protocol import RequestPayloadError

from screenpop.domain.errors import BadInput, TooLarge
from screenpop.web.errors import BodyTooSlow, Unsupported, shown

T = TypeVar("T", bound=msgspec.Struct)


async def read_body(
    request: web.BaseRequest,
    bytes_max: int,
    within_s: float,
    remedy: str = "Send less at once.",
) -> bytes:
    """The body. A short one is here already: then nothing waits and no timer runs.

    Raises `TooLarge` with `remedy`, before reading when the length is announced,
    `TooSlow`, `Unsupported` for a compressed body, `BadInput` for a broken one.
    """
    if "Content-Encoding" in request.headers:
        _refuse_encoding(request.headers["Content-Encoding"])
    content = request.content
    if content.is_eof() and content.exception() is None:
        body = content.read_nowait()
        if len(body) > bytes_max:
            raise _too_large(bytes_max, remedy)
        return body
    if (request.content_length or 0) > bytes_max:
        raise _too_large(bytes_max, remedy)
    if "Expect" in request.headers:
        await _invite(request)
    return await _read_slowly(content, bytes_max, within_s, remedy)


async def _read_slowly(
    content: StreamReader, bytes_max: int, within_s: float, remedy: str
) -> bytes:
    body = bytearray()
    try:
        async with asyncio.timeout(within_s):
            while chunk := await content.readany():
                body += chunk
                if len(body) > bytes_max:
                    raise _too_large(bytes_max, remedy)
    except TimeoutError:
        raise BodyTooSlow(
            f"the body did not arrive within {within_s:g} s; {len(body)} bytes came.",
            remedy="Send it at once.",
        ) from None
    except (RequestPayloadError, ConnectionError) as error:
        raise BadInput(
            "the body is broken off or wrongly framed.",
            code="bad_body",
            remedy="Send as many bytes as Content-Length says, or right chunks.",
        ) from error
    return bytes(body)


async def _invite(request: web.BaseRequest) -> None:
    if request.headers["Expect"].lower() != "100-continue":
        raise BadInput(
            f"Expect: {shown(request.headers['Expect'])} is not known.",
            code="bad_expect",
        )
    await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    request.writer.output_size = 0  # the answer itself has not begun


def _refuse_encoding(encoding: str) -> None:
    if encoding.strip().lower() not in ("", "identity"):
        raise Unsupported(
            f"Content-Encoding {shown(encoding)} is not read.",
            remedy="Send the body uncompressed.",
        )


def _too_large(bytes_max: int, remedy: str) -> TooLarge:
    return TooLarge(f"the body is larger than {bytes_max} bytes.", remedy=remedy)


def decoded(body: bytes, kind: type[T]) -> T:
    """A JSON body as the struct it must be; raises `BadInput`."""
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        names = ", ".join(field.encode_name for field in msgspec.structs.fields(kind))
        raise BadInput(
            f"the body cannot be used: {shown(str(error), 200)}.",
            code="bad_json",
            remedy=f"Send a JSON object with {names}.",
        ) from error


def require_json(request: web.BaseRequest) -> None:
    """A page of another site cannot send this type without asking first."""
    if request.content_type != "application/json":
        raise Unsupported(
            f"the body is {shown(request.content_type)}.",
            remedy="Send it with Content-Type: application/json.",
        )


# -- What does the query string ask for?


def text(query: Mapping[str, str], name: str, chars_max: int) -> str | None:
    """A parameter; None when absent or empty. Raises `BadInput`."""
    value = query.get(name, "")
    if len(value) > chars_max:
        raise BadInput(
            f"{name} has {len(value)} characters, at most {chars_max} are read.",
            code="bad_query",
        )
    return value or None


def required(query: Mapping[str, str], name: str, chars_max: int) -> str:
    value = text(query, name, chars_max)
    if value is None:
        raise BadInput(f"{name} is missing.", code="bad_query", remedy=f"Add ?{name}=…")
    return value


def whole_number(
    query: Mapping[str, str], name: str, default: int, least: int, most: int
) -> int:
    value = text(query, name, 20)
    if value is None:
        return default
    if not (value.isascii() and value.isdigit() and least <= int(value) <= most):
        raise BadInput(
            f"{name} must be a whole number from {least} to {most},"
            f" is {shown(value)!r}.",
            code="bad_query",
        )
    return int(value)
