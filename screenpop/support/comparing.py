"""Does a value pass a test: is it one of these, does it begin so, is it above?

The tests of the conditions in dialects and in the sales policy: each function takes
what was written and returns a `Test`. A test is false for a value that says nothing,
except where null is one of the values wanted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

MATCHED_CHARS_MAX = 512
"""A pattern sees so many characters of a text."""

Test = Callable[[object], bool]


def empty(value: object) -> bool:
    """Says nothing: null, empty text, empty list or mapping. 0 and false do speak."""
    return value is None or value == "" or value == [] or value == {}


def listed(value: object, *, texts: bool = False) -> list[object] | None:
    """A list, or the only one of its elements: XML has no other lists.

    `texts`: a text is such an element too.
    """
    if isinstance(value, list):
        return value
    single = isinstance(value, dict) or (texts and isinstance(value, str) and value)
    return [value] if single else None


def alike(value: object, wanted: object) -> bool:
    """Equal as people compare: text without case, numbers with their text."""
    if value == wanted and type(value) is type(wanted):
        return True
    if isinstance(value, bool) or isinstance(wanted, bool):
        return _flag(value) is _flag(wanted) is not None
    if value is None or wanted is None:
        return value is wanted
    if isinstance(value, str | int | float) and isinstance(wanted, str | int | float):
        return _folded(value) == _folded(wanted)
    return False


def _folded(value: str | int | float) -> str:
    return str(value).casefold() if isinstance(value, str) else str(value)


def _flag(value: object) -> bool | None:
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.lower())
    return None


def as_text(value: object) -> str | None:
    """A text for what has one; integers unharmed, whole floats without `.0`."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value) if abs(value) < 10**40 else None
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return None


def one_of(wanted: Sequence[object]) -> Test:
    """Is the value one of these? Texts, the usual case, are one set look-up."""
    nothing = any(empty(each) for each in wanted)
    texts = frozenset(each.casefold() for each in wanted if isinstance(each, str))
    others = [each for each in wanted if not isinstance(each, str) and each is not None]

    def test(value: object) -> bool:
        if type(value) is str:
            if value.casefold() in texts:
                return True
        elif isinstance(value, list):
            return nothing if not value else any(test(each) for each in value)
        elif type(value) is int and str(value) in texts:
            return True
        if empty(value):
            return nothing
        return any(alike(value, each) for each in others) or (
            isinstance(value, bool) and str(value).lower() in texts
        )

    return test


def none_of(unwanted: Sequence[object]) -> Test:
    test = one_of(unwanted)
    return lambda value: not test(value)


def begins_with(wanted: Sequence[str]) -> Test:
    starts = tuple(each.casefold() for each in wanted)
    return lambda value: (as_text(value) or "").casefold().startswith(starts)


def matches(text: str) -> Test:
    """Raises `re.error` for a text that is not a pattern."""
    pattern = re.compile(text, re.IGNORECASE)

    def test(value: object) -> bool:
        return pattern.search((as_text(value) or "")[:MATCHED_CHARS_MAX]) is not None

    return test


def above(limit: float) -> Test:
    return lambda value: (number := number_of(value)) is not None and number > limit


def below(limit: float) -> Test:
    return lambda value: (number := number_of(value)) is not None and number < limit


def present(wanted: bool) -> Test:
    return lambda value: (not empty(value)) is wanted


def number_of(value: object) -> float | None:
    """A number, or the text of one."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value) if abs(value) < 1e18 else None
    try:
        return float(value) if isinstance(value, str) and len(value) < 32 else None
    except ValueError:
        return None
