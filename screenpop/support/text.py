"""Can this text be written as UTF-8?

Text from outside may hold half a surrogate pair: what is left of an emoji that was
cut in the middle, or a byte that some decoder could not read. No journal, database
or browser takes it. Whatever brings text in passes it through `sound`.
"""

from __future__ import annotations

REPLACEMENT = "\ufffd"


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
