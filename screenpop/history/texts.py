"""Does this text fit its column in every database?"""

from __future__ import annotations

import hashlib

from screenpop.history.tables import ID_CHARS, NAME_CHARS


def fit(text: str, chars: int = NAME_CHARS) -> str:
    """Cut to the column; PostgreSQL refuses NUL and half of a surrogate pair."""
    if text.isascii() and len(text) <= chars and "\x00" not in text:
        return text
    return text.encode("utf-8", "replace").decode().replace("\x00", "\ufffd")[:chars]


def one_line(text: str, chars_max: int) -> bool:
    """Is it what a person may type as a name: short, visible, storable?"""
    return 0 < len(text.strip()) <= len(text) <= chars_max and not any(
        char < " " or char == "\x7f" or "\ud800" <= char <= "\udfff" for char in text
    )


def fit_or_none(text: str | None, chars: int = NAME_CHARS) -> str | None:
    return None if text is None else fit(text, chars)


def fit_id(text: str, size: int = ID_CHARS) -> str:
    """As `fit`, but two different ids stay different: a cut one ends in its hash.

    `size` counts bytes: PostgreSQL refuses index entries beyond 2,700 of them.
    """
    if text.isascii() and len(text) <= size and "\x00" not in text:
        return text
    data = text.encode("utf-8", "surrogatepass")
    if len(data) <= size and fit(text, size) == text:
        return text
    digest = hashlib.sha256(data).hexdigest()
    head = data[: size - len(digest) - 1].decode("utf-8", "ignore")
    return f"{fit(head)}#{digest}"
