"""Which text do the bytes of a file hold, and which of them are wrong?

A byte that does not fit costs no more than its field: it is read as cp1252 says, and
the cell can be named afterwards (`mended`).
"""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple

from screenpop.support.text import WRONG_BYTE, unescaped

SAMPLE_BYTES = 4096
NULS_OF_UTF_16 = 0.3  # share of NUL bytes in every other place

MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins like UTF-16: before it
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
NUL = "has a NUL character, which is left out"
_ODD = re.compile("[\x00\ufffd\udc80-\udcff]")
_ESCAPED = re.compile("[\udc80-\udcff]+")


class Decoded(NamedTuple):
    text: str
    said: tuple[str, ...] = ()  # what the operator should know of the whole file
    has_odd: bool = False  # some cell needs `mended`


def decoded(data: bytes, encoding: str | None) -> Decoded:
    """The text, without its byte order mark. `encoding` None: find it out."""
    name = encoding or known_encoding(data)
    if name is not None:
        text = data.decode(name, _errors(name))
        return _checked(text.removeprefix("\ufeff"))
    try:
        return _checked(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        text = data.decode("utf-8", "surrogateescape")
        if any(not char.isascii() for char in _ESCAPED.sub("", text)):
            return _checked(text)  # UTF-8 for the most part: its cells are named
        line = data.count(b"\n", 0, error.start) + 1
        said = (
            f"is not UTF-8 (byte {error.start}) and is read as cp1252"
            f" from line {line} on"
        )
        return _checked(data.decode("cp1252", "replace"), said)


def known_encoding(data: bytes) -> str | None:
    """What the first bytes of a file say of its encoding; None: nothing."""
    marked = next((name for mark, name in MARKS if data.startswith(mark)), None)
    return marked or _without_mark(data)


def mended(cell: str) -> tuple[str, str | None]:
    """The cell as it can be shown, and what was wrong with it; None: nothing."""
    if _ODD.search(cell) is None:
        return cell, None
    reason = NUL if "\x00" in cell else WRONG_BYTE
    return unescaped(cell.replace("\x00", "")), reason


def _checked(text: str, *said: str) -> Decoded:
    return Decoded(text, said, _ODD.search(text) is not None)


def _errors(name: str) -> str:
    """Only where bytes stand for themselves can a wrong one be kept and read again."""
    try:
        ascii_based = b"a\xff".decode(name, "surrogateescape") == "a\udcff"
    except (UnicodeError, LookupError):
        ascii_based = False
    return "surrogateescape" if ascii_based else "replace"


def _without_mark(data: bytes) -> str | None:
    """UTF-16 without its mark: every other byte of a table is NUL."""
    sample = data[:SAMPLE_BYTES]
    half = max(1, len(sample) // 2)
    if sample[1::2].count(0) / half > NULS_OF_UTF_16 > sample[0::2].count(0) / half:
        return "utf-16-le"
    if sample[0::2].count(0) / half > NULS_OF_UTF_16 > sample[1::2].count(0) / half:
        return "utf-16-be"
    return None
