"""Can this text be written as UTF-8?

Text from outside may hold half a surrogate pair: what is left of an emoji that was
cut in the middle, or a byte that some decoder could not read. No journal, database
or browser takes it. Whatever brings text in passes it through `sound`.
"""

from __future__ import annotations

import re

WRONG_BYTE = "has a byte that does not fit the encoding"
_ESCAPED = re.compile("[\udc80-\udcff]+")


class Mended(str):
    """A text some of whose bytes did not fit; they were read as cp1252 says.

    Most such bytes come from a program that writes cp1252 or Latin-1 into a database
    or file of UTF-8: `M\\xfcller` becomes `Müller`. The reader of rows reports it.
    """

    __slots__ = ()


def from_bytes(data: bytes) -> str:
    """UTF-8; a `Mended` text where a byte does not fit. Never fails."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return Mended(unescaped(data.decode("utf-8", "surrogateescape")))


def unescaped(text: str) -> str:
    """Bytes that `surrogateescape` kept, read as cp1252."""
    return _ESCAPED.sub(_as_cp1252, text)


def _as_cp1252(found: re.Match[str]) -> str:
    return found[0].encode("utf-8", "surrogateescape").decode("cp1252", "replace")


def sound(text: str) -> str:
    """The text itself; a lone surrogate becomes U+FFFD, two that fit become one."""
    if text.isascii():
        return text if type(text) is str else str(text)
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text if type(text) is str else str(text)


def is_sound(text: str) -> bool:
    return text.isascii() or sound(text) is text


def sound_json(value: object) -> object:
    """A JSON value in which every text, and every name, is sound."""
    if isinstance(value, str):
        return sound(value)
    if isinstance(value, list):
        return [sound_json(each) for each in value]
    if isinstance(value, dict):
        return {sound(str(name)): sound_json(each) for name, each in value.items()}
    return value
