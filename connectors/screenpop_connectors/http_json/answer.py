"""How does a JSON answer become rows?"""

from __future__ import annotations

import codecs
import contextlib
import json
import re
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from difflib import get_close_matches
from functools import partial
from typing import Any, Protocol

import jmespath

from screenpop.connector import ConfigError, Row, Scalar, as_scalar, from_bytes
from screenpop.connector.keys import KEY_COLUMNS, as_key
from screenpop_connectors.http_json.functions import (
    FUNCTION_NAMES,
    OPTIONS,
    ExactFloat,
)

BLANK = b" \t\r\n"
GZIP = b"\x1f\x8b"
MEMBERS_SHOWN = 8
MEMBER_CHARS_MAX = 40


_PLAIN = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*\Z")
Odd = Callable[[int, str, str], None]
"""(row, field, why): one value that could not be read."""


class Expression(Protocol):
    def search(self, value: object, options: object = None) -> object: ...


class _ExtendedExpression:
    """JMESPath with the functions of this connector."""

    def __init__(self, expression: Expression):
        self._expression = expression

    def search(self, value: object, options: object = None) -> object:
        return self._expression.search(value, options or OPTIONS)


def compiled(expression: str, *, key: str) -> Expression:
    """Raises `ConfigError` with JMESPath's own explanation."""
    try:
        found = jmespath.compile(expression)
    except jmespath.exceptions.JMESPathError as error:
        reason = " ".join(str(error).split())
        raise ConfigError(f"{key}: not a JMESPath expression: {reason}.") from error
    for name in _functions(found.parsed):
        if name not in FUNCTION_NAMES:
            near = get_close_matches(name, FUNCTION_NAMES, n=1)
            hint = f" Did you mean {near[0]}()?" if near else ""
            raise ConfigError(
                f"{key}: there is no function {name}() in JMESPath.{hint}"
            )
    return _ExtendedExpression(found)


def _functions(node: Mapping[str, Any]) -> Iterator[str]:
    if node["type"] == "function_expression":
        yield str(node["value"])
    for child in node.get("children", ()):
        if isinstance(child, Mapping):
            yield from _functions(child)


def parsed(body: bytes, charset: str | None = None) -> object:
    """Raises ValueError for what is not a JSON text.

    It is UTF-8 (or UTF-16, UTF-32) as JSON is; bytes that are not are read by the
    `charset` that the service names, else as cp1252: a name never loses a customer.
    """
    try:
        return json.loads(
            _text(body, charset), parse_float=ExactFloat, parse_constant=lambda _: None
        )
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _text(body: bytes, charset: str | None) -> str:
    encoding = json.detect_encoding(body)
    try:
        return body.decode(encoding, "surrogatepass")
    except UnicodeDecodeError:
        plain = body.removeprefix(codecs.BOM_UTF8).lstrip(BLANK)
        if not encoding.startswith("utf-8") or plain[:1] not in (b"{", b"[", b'"'):
            raise
    with contextlib.suppress(LookupError, UnicodeDecodeError):
        if charset and charset.lower() not in ("utf-8", "utf8"):
            return plain.decode(charset)
    return from_bytes(plain)


def unpacked(body: bytes, limit: int) -> bytes:
    """A body that is packed by gzip though no header says so; raises ValueError."""
    if not body.startswith(GZIP):
        return body
    unpacking = zlib.decompressobj(wbits=31)
    try:
        plain = unpacking.decompress(body, limit + 1)
    except zlib.error as error:
        raise ValueError("packed by gzip, and cannot be unpacked") from error
    if len(plain) > limit:
        raise ValueError(f"packed by gzip, more than {limit} bytes")
    return plain


class AnswerReading:
    """Takes rows out of an answer: `select` finds them, `fields` their values."""

    def __init__(
        self, select: str | None, fields: Mapping[str, str] | None, *, key: str = ""
    ):
        self._select = compiled(select or "@", key=f"{key}select")
        self._members = (select or "").split(".") if _PLAIN.match(select or "") else []
        self._fields = {
            name: compiled(expression, key=f"{key}fields.{name}")
            for name, expression in (fields or {}).items()
        }

    def rows(self, answer: object, odd: Odd | None = None) -> Sequence[Row]:
        """Raises ValueError when the expressions do not fit the answer.

        With `odd` a value that a field's expression cannot take costs only that
        value: its row (from 1), its field and why are reported there.
        """
        try:
            items = _items(self._select.search(answer))
            rows = [self._row(item, n, odd) for n, item in enumerate(items, 1)]
        except jmespath.exceptions.JMESPathError as error:
            raise ValueError(" ".join(str(error).split())) from error
        filled = [any(v is not None for v in row.values()) for row in rows]
        for number, has_any in enumerate(filled, 1):
            if odd is not None and not has_any:
                odd(number, "item", "an item without any of the fields")
        return [row for row, has_any in zip(rows, filled, strict=True) if has_any]

    def lacks_select(self, answer: object, *, of_xml: bool = False) -> bool:
        """Is there no such path in an answer that is not empty?

        A member that is there and null is an empty list to many services. In XML an
        empty list is an element without any of its items.
        """
        if answer in (None, False, "", [], {}):
            return False
        try:
            if self._select.search(answer) is not None:
                return False
        except jmespath.exceptions.JMESPathError:
            return False  # `rows` says what does not fit
        found = answer
        for member in self._members[:-1] if of_xml else self._members:
            if not isinstance(found, Mapping) or member not in found:
                return True
            found = found[member]
        return not self._members

    def _value(
        self,
        name: str,
        expression: Expression,
        item: object,
        report: Callable[[str], None] | None,
    ) -> Scalar:
        try:
            return scalar(expression.search(item), name)
        except jmespath.exceptions.JMESPathError as error:
            if nothing_there(error):
                return None
            if report is None:
                raise
            report("a value that its expression cannot take")
            return None

    def _row(self, item: object, number: int, odd: Odd | None) -> Row:
        if self._fields:
            found = {}
            for name, expression in self._fields.items():
                report = partial(odd, number, name) if odd else None
                found[name] = self._value(name, expression, item, report)
            return found
        if isinstance(item, Mapping):
            return {
                str(name): scalar(value, str(name))
                for name, value in item.items()
                if not isinstance(value, Mapping | list)
            }
        return {"value": scalar(item, "value")}


def members_of(answer: object) -> str:
    """What an answer has at its top, in words that are never long."""
    if isinstance(answer, list):
        return "a list"
    if not isinstance(answer, Mapping):
        return "a single value"
    names = [str(name)[:MEMBER_CHARS_MAX] for name in list(answer)[:MEMBERS_SHOWN]]
    more = ", …" if len(answer) > MEMBERS_SHOWN else ""
    return f"an object with {', '.join(names)}{more}"


def nothing_there(error: Exception) -> bool:
    """Did a function get null, because the answer has no such value?"""
    kinds = ("null", "NoneType")
    return getattr(error, "actual_type", None) in kinds


def scalar(value: object, name: str = "") -> Scalar:
    if isinstance(value, ExactFloat):
        number = Decimal(value.text)
        return as_key(number) if name.lower() in KEY_COLUMNS else as_scalar(number)
    return as_scalar(value)


def _items(found: object) -> Sequence[object]:
    if found is None or found is False:
        return ()
    return found if isinstance(found, list) else (found,)
