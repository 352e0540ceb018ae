"""How does a filter get its values, and an entry become a row?"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from screenpop.connector import (
    ConfigError,
    Row,
    Scalar,
    as_scalar,
    checked,
    from_bytes,
)
from screenpop.connector.base import NAME_PATTERN
from screenpop.connector.records import holds_numbers

VALUES_MAX = 50
"""Values read of one attribute; further ones are left out."""

_PIECE = re.compile(r"\{\{|\}\}|\{(" + NAME_PATTERN + r")\}|[{}]")
_SPECIAL = re.compile(r"[\\*()\x00]")
_TIME = re.compile(r"(\d{14})(?:\.\d+)?Z")

Entry = Mapping[str, Sequence[bytes]]


class Filter:
    """A search filter with parameters; raises `ConfigError` for unknown ones."""

    def __init__(self, text: str):
        self._text = text
        self.needs = frozenset(
            checked(found[1]) for found in _PIECE.finditer(text) if found[1]
        )
        stray = [m[0] for m in _PIECE.finditer(text) if m[0] in ("{", "}")]
        if stray:
            raise ConfigError(
                f"filter: {stray[0]} is neither part of a parameter nor doubled."
                " Write {number}, or {{ for a brace."
            )

    def filled(self, params: Mapping[str, Scalar]) -> str:
        """With the values, escaped as RFC 4515 says: none can end its comparison."""

        def value(found: re.Match[str]) -> str:
            if found[1] is None:
                return found[0][0]
            return escaped(str(params[found[1]]))

        return _PIECE.sub(value, self._text)


def escaped(text: str) -> str:
    return _SPECIAL.sub(lambda found: f"\\{ord(found[0]):02x}", text)


def row_of(dn: str, entry: Entry, fields: Mapping[str, str]) -> Row:
    """Each column's attribute: numbers in columns of their own, others joined."""
    values = {name.lower(): given for name, given in entry.items()}
    row: dict[str, Scalar] = {}
    for column, attribute in fields.items():
        if attribute.lower() == "dn":
            row[column] = dn
            continue
        given = [_value(raw) for raw in values.get(attribute.lower(), ())[:VALUES_MAX]]
        if holds_numbers(column):
            row |= {
                column if at == 1 else f"{column}_{at}": value
                for at, value in enumerate(given or [None], start=1)
            }
        else:
            row[column] = _joined(given)
    return row


def _joined(values: Sequence[Scalar]) -> Scalar:
    if len(values) <= 1:
        return values[0] if values else None
    return ", ".join(map(str, values))


def _value(raw: bytes) -> Scalar:
    """Text, a moment as ISO 8601, yes or no; other bytes as `as_scalar` shows them."""
    try:
        raw.decode()
    except UnicodeDecodeError:
        return as_scalar(raw)
    text = from_bytes(raw)
    if text in ("TRUE", "FALSE"):
        return text == "TRUE"
    if moment := _TIME.fullmatch(text):
        try:
            at = datetime.strptime(moment[1], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        except ValueError:
            return text
        return at.isoformat()
    return text


def changed_of(entry: Entry, attribute: str) -> Scalar:
    """The mark of the last change as the directory compares it; None: it has none."""
    values = {name.lower(): given for name, given in entry.items()}
    (text,) = [from_bytes(raw) for raw in values.get(attribute.lower(), ())[:1]] or [""]
    if text.isdigit():
        return int(text)
    return text or None
