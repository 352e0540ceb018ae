"""How are the names of a file's columns shown in a message?

A file that is read with a wrong encoding or delimiter has one name: all of its text.
"""

from __future__ import annotations

from collections.abc import Sequence

NAMES_SHOWN = 30
NAME_CHARS_MAX = 40
CHARS_MAX = 400  # of all names of one message
FIRST_UNLIKELY = "\u2000"  # from here on letters are not of an alphabet
UNLIKELY_SHARE = 0.5


def names_shown(names: Sequence[str], names_max: int = NAMES_SHOWN) -> str:
    """`account, name, tel, …`: never long, whatever the file holds."""
    shown: list[str] = []
    for name in names[:names_max]:
        short = name if len(name) <= NAME_CHARS_MAX else f"{name[:NAME_CHARS_MAX]}…"
        if sum(map(len, shown)) + len(short) > CHARS_MAX:
            break
        shown.append(short)
    more = ", …" if len(shown) < len(names) else ""
    return f"{', '.join(shown)}{more}"


def encoding_hint(names: Sequence[str]) -> str:
    """What to say where the names look like text read with a wrong encoding."""
    text = "".join(names)
    unlikely = sum(char >= FIRST_UNLIKELY or not char.isprintable() for char in text)
    wrong = "\ufffd" in text or unlikely > len(text) * UNLIKELY_SHARE
    return " If these names are not readable, correct `encoding`." if wrong else ""
