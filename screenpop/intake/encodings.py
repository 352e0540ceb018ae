"""How are bytes written as text in headers and tokens?"""

from __future__ import annotations

import base64
import binascii
from urllib.parse import quote

import msgspec


def unbase64(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def unbase64url(text: str) -> bytes | None:
    try:
        padded = text + "=" * (-len(text) % 4)
        return base64.b64decode(padded, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None


def json_object(raw: bytes | None) -> dict[str, object] | None:
    try:
        value = msgspec.json.decode(raw or b"")
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def component_encoded(text: str) -> str:
    """As JavaScript's encodeURIComponent writes it."""
    return quote(text, safe="-_.!~*'()")
