"""When are two values alike, when does one say nothing, and when is it a list?"""

from __future__ import annotations


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
