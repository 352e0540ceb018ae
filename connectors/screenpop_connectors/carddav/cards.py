"""How does a vCard of 2.1, 3.0 or 4.0 become a row?"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from screenpop.connector import Row, Scalar, as_scalar
from screenpop.support.spare_time import Breath
from screenpop_connectors.carddav.multistatus import DavResource

CARD_CHARS_MAX = 2 * 2**20
"""A longer card is not read; it holds large pictures."""
NUMBERS_MAX = 20
VALUES_MAX = 20
"""Numbers, and values of another property, that are read of one card."""

KINDS = ("cell", "fax", "pager", "work", "home")
"""Types of a number, the one that names its column first."""
MOBILE = {"cell": "mobile"}
TEXTS = {
    "title": "title", "role": "role", "email": "email", "note": "note",
    "bday": "birthday", "uid": "uid", "categories": "categories", "url": "website",
}  # fmt: skip
ADDRESS = {
    "street": "street", "city": "city", "region": "region", "code": "postcode",
    "country": "country",
}  # fmt: skip
_URI = re.compile(r"tel:([^;]*)(.*)", re.IGNORECASE | re.DOTALL)
_EXTENSION = re.compile(r";ext=([0-9]+)", re.IGNORECASE)


@cache
def library() -> Any:
    """vobject, imported when a source needs it."""
    import vobject

    # It logs the whole line that it cannot read: a caller's number, a customer's name.
    logging.getLogger("vobject.base").disabled = True
    return vobject


def rows_of(resources: Iterable[DavResource]) -> list[Row]:
    """One row for each card that can be read; for a thread: 0.3 ms each."""
    breath, rows = Breath(), list[Row]()
    for resource in resources:
        breath.take()
        row = row_of(resource)
        if row is not None:
            rows.append(row)
    return rows


def row_of(resource: DavResource) -> Row | None:
    """Its columns, `key` is the card's name in the address book; None: unreadable.

    Numbers are `phone`, `phone_mobile`, `phone_work`, `phone_work_2`, … by their type.
    """
    text = resource.card
    if text is None or len(text) > CARD_CHARS_MAX:
        return None
    vobject = library()
    try:
        card = vobject.readOne(text, allowQP=True, ignoreUnreadable=True)
        properties = card.contents if card.name == "VCARD" else {}
        values = _columns(properties)
    except (vobject.base.VObjectError, ValueError, StopIteration, LookupError,
            AttributeError, TypeError):  # fmt: skip
        return None  # what the library cannot read: this card alone is left out
    return {"key": resource.name, **values} if properties else None


def _columns(properties: Mapping[str, Sequence[Any]]) -> dict[str, Scalar]:
    company = _joined(_flat(each.value) for each in properties.get("org", ())[:1])
    row: dict[str, Scalar] = {
        "name": _name(properties) or company,
        "company": company,
        **_numbers(properties.get("tel", ())),
    }
    for name, column in TEXTS.items():
        found = properties.get(name, ())[:VALUES_MAX]
        if text := _joined(_flat(each.value) for each in found):
            row[column] = text
    for address in properties.get("adr", ())[:1]:
        for part, column in ADDRESS.items():
            if text := _flat(getattr(address.value, part, "")):
                row[column] = text
    return row


def _name(properties: Mapping[str, Sequence[Any]]) -> str | None:
    """FN, else the parts of N in the order they are spoken."""
    for each in properties.get("fn", ()):
        if text := _flat(each.value):
            return text
    for each in properties.get("n", ()):
        parts = ("prefix", "given", "additional", "family", "suffix")
        spoken = (_flat(getattr(each.value, part, "")) for part in parts)
        if text := " ".join(filter(None, spoken)):
            return text
    return None


def _numbers(found: Sequence[Any]) -> dict[str, Scalar]:
    row: dict[str, Scalar] = {}
    for each in found[:NUMBERS_MAX]:
        text = _number(_flat(each.value))
        if not text:
            continue
        column, at = _column(each), 1
        while (name := column if at == 1 else f"{column}_{at}") in row:
            at += 1
        row[name] = text
    return row


def _column(line: Any) -> str:
    """`TYPE=cell`, `TYPE="cell,voice"` and vCard 2.1's `TEL;CELL` are one type."""
    given = [*line.params.get("TYPE", ()), *line.singletonparams]
    types = {part.strip().lower() for text in given for part in text.split(",")}
    kind = next((kind for kind in KINDS if kind in types), None)
    return f"phone_{MOBILE.get(kind, kind)}" if kind else "phone"


def _number(text: str) -> str:
    """vCard 4.0 writes `tel:+44-20-7946-0958;ext=102`."""
    uri = _URI.fullmatch(text)
    if uri is None:
        return text
    extension = _EXTENSION.search(uri[2])
    return f"{uri[1]} ext. {extension[1]}" if extension else uri[1]


def _joined(texts: Iterable[str]) -> str | None:
    return ", ".join(filter(None, texts)) or None


def _flat(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(filter(None, map(_flat, value[:VALUES_MAX])))
    return str(as_scalar(value) or "").strip()
