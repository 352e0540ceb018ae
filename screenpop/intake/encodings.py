"""How are bytes written as text in headers and tokens?"""

from __future__ import annotations

import base64
import binascii
import codecs
from functools import lru_cache
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


_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, which begins alike
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_LATIN_1 = frozenset({"ascii", "iso8859-1"})  # WHATWG: they mean Windows-1252
_SEVERAL_BYTES = (
    "utf-16", "utf-32", "utf-7", "shift", "gb", "big5", "euc", "iso2022", "hz", "johab",
    "cp932", "cp936", "cp949", "cp950",
)  # fmt: skip
BY_BYTES = "screenpop-by-bytes"
BYTE_CHARSET = "cp1252"


def _by_bytes(error: UnicodeError) -> tuple[str, int]:
    """What is not UTF-8 is Windows-1252, so a stray `\\xf6` is `ö`."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = error.object[error.start : error.end]
    return wrong.decode(BYTE_CHARSET, "replace"), error.end


codecs.register_error(BY_BYTES, _by_bytes)


def text_of(raw: bytes, charset: str | None = None) -> str:
    """Never raises; what no charset knows becomes U+FFFD."""
    if charset is None or charset.lower() == "utf-8":
        text = _strictly(raw, "utf-8")  # as nearly all is
        if text is not None and b"\0" not in raw[:4]:
            return text.removeprefix("\ufeff")
    for bom, name in _BOMS:
        if raw.startswith(bom):
            return raw[len(bom) :].decode(name, "replace")
    declared = charset_named(charset or "")
    wide = _wide(raw)
    if wide is not None and not (declared or "").startswith(("utf-16", "utf-32")):
        return raw.decode(wide, "replace")
    if declared is None or declared == "utf-8":
        return raw.decode("utf-8", BY_BYTES)
    if declared.startswith(_SEVERAL_BYTES):
        return _strictly(raw, declared) or raw.decode("utf-8", BY_BYTES)
    text = _strictly(raw, "utf-8")  # often declared as something else
    return raw.decode(declared, "replace") if text is None else text


def _strictly(raw: bytes, charset: str) -> str | None:
    try:
        return raw.decode(charset)
    except (UnicodeError, LookupError):
        return None


def _wide(raw: bytes) -> str | None:
    """UTF-16 or UTF-32 without a mark: the first characters are ASCII."""
    zeros = "".join("0" if byte == 0 else "x" for byte in raw[:4])
    return _WIDE.get(zeros)


_WIDE = {
    "x0x0": "utf-16-le",
    "0x0x": "utf-16-be",
    "x000": "utf-32-le",
    "000x": "utf-32-be",
}


@lru_cache(maxsize=256)
def charset_named(name: str) -> str | None:
    """Python's name of a charset; None where there is no such one for text."""
    try:
        known = codecs.lookup(name.strip().strip("\"'")[:40]).name
        b"aaaa".decode(known)  # some of its codecs are not charsets
    except UnicodeError:
        pass  # a charset in which that is no text
    except (LookupError, ValueError, TypeError):
        return None
    if known in _NOT_CHARSETS:
        return None
    return BYTE_CHARSET if known in _LATIN_1 else known


_NOT_CHARSETS = frozenset(
    {"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined"}
)
