"""Would somebody guess this password early?

A list of passwords that many people use, and what people do to them: digits around
them, letters written as digits, the same thing again, rows of the keyboard, their own
name. No rule on kinds of characters: long and unusual is what helps.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

LIST = Path(__file__).with_name("common_passwords.txt")
"""Lower case, the most frequent first; where it is from: docs/security.md."""

DISTINCT_MIN = 5
SEQUENCE_SHARE = 0.75
BESIDE_NAME_MIN = 8
_AS_LETTERS = str.maketrans("01345789@$!", "oleastbgasi")
_ROWS = ("1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "azertyuiop")


def weakness(password: str, username: str) -> str | None:
    """Why it is weak, in words that go on after "the password"; None if it is not."""
    text = unicodedata.normalize("NFKC", password).casefold()
    if len(set(text)) < DISTINCT_MIN:
        return f"has fewer than {DISTINCT_MIN} different characters"
    if _unit(text) != text:
        return "is the same thing again and again"
    if _sequence(text):
        return "follows the alphabet, the digits or the keyboard"
    if _beside(text, username.casefold()) < BESIDE_NAME_MIN:
        return "is hardly more than the user name"
    core = text.strip("0123456789 .,;:!?+-*/_#@$%&=()[]'\"")
    if not core:
        return "has digits and signs only"
    if any(_known(form) for form in (text, core, _unit(core))):
        return "is one of the most common ones, or one with digits around it"
    return None


def _known(text: str) -> bool:
    """In the list, also letter by letter disguised, or two of the list in a row."""
    common = _common()
    return any(
        form in common
        or any(form[:cut] in common and form[cut:] in common for cut in _cuts(form))
        for form in (text, text.translate(_AS_LETTERS))
    )


def _cuts(text: str) -> range:
    return range(4, len(text) - 3)


def _unit(text: str) -> str:
    """The part of which the text is a repetition; the text itself if it is none."""
    for size in range(1, len(text) // 2 + 1):
        if (text[:size] * (len(text) // size + 1))[: len(text)] == text:
            return text[:size]
    return text


def _sequence(text: str) -> bool:
    steps = [_follows(a, b) for a, b in pairwise(text)]
    return bool(steps) and sum(steps) / len(steps) >= SEQUENCE_SHARE


def _follows(one: str, next_: str) -> bool:
    return abs(ord(one) - ord(next_)) <= 1 or any(
        one + next_ in row or next_ + one in row for row in _ROWS
    )


def _beside(text: str, username: str) -> int:
    names = {username, username.partition("@")[0]}
    rest = text
    for name in sorted(names, key=len, reverse=True):
        rest = rest.replace(name, "") if len(name) >= 3 else rest
    return len(rest)


@lru_cache(maxsize=1)
def _common() -> frozenset[str]:
    return frozenset(LIST.read_text("utf-8").split())
