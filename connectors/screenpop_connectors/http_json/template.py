"""What stands in the braces, and how is a value put there safely?"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias
from urllib.parse import quote

from pydantic import JsonValue

from screenpop.connector import ConfigError, Scalar, checked

_PIECE = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_URL_SAFE = "%/?[]@!$&'()*+,;=:-._~"
Quotes: TypeAlias = Literal["doubled", "odata", "backslash"]
"""How a quotation mark inside of `'…'` is written; `odata` doubles it, too."""
_TOKEN = re.compile(r"[\w+-][\w.:+@-]{0,199}", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


class Unsuitable(Exception):
    """A value that can never be part of this request: nothing can be found by it."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A place for a value; `quote` is the quotation mark on both sides of it."""

    name: str
    quote: str = ""
    quotes: Quotes = "doubled"

    def text(self, params: Mapping[str, Scalar]) -> str:
        """The value as text; within quotes so that it cannot end them."""
        text = as_text(params[self.name])
        if self.quote == "'" and self.quotes == "backslash":
            return text.replace("\\", "\\\\").replace("'", "\\'")
        if self.quote == "'":
            return text.replace("'", "''")  # OData, SQL
        if self.quote == '"':
            return json.dumps(text)[1:-1]
        if self.quotes != "doubled" and not _TOKEN.fullmatch(text):
            raise Unsuitable("a value without quotes would change the query")
        return text


@dataclass(frozen=True, slots=True)
class Template:
    pieces: tuple[str | Parameter, ...]

    @property
    def names(self) -> frozenset[str]:
        return frozenset(p.name for p in self.pieces if isinstance(p, Parameter))

    def filled(
        self,
        params: Mapping[str, Scalar],
        *,
        value: Callable[[str], str] = str,
        literal: Callable[[str], str] = str,
    ) -> str:
        """The text with each value, and all other text, encoded as told."""
        return "".join(
            value(piece.text(params))
            if isinstance(piece, Parameter)
            else literal(piece)
            for piece in self.pieces
        )


Body: TypeAlias = "Template | Parameter | dict[str, Body] | list[Body] | JsonValue"
"""A JSON value with templates in the place of texts."""


def as_text(value: Scalar) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def parse(
    text: str, known: Callable[[str], str] = checked, quotes: Quotes = "doubled"
) -> Template:
    """`{number}` is a parameter, `{{` and `}}` are braces; raises `ConfigError`.

    `known` raises it for a parameter that cannot exist. With other `quotes` than
    `doubled` the text is in a query language: a value outside of quotation marks must
    be one word of it.
    """
    pieces = _joined(_pieces(text, known))
    return Template(tuple(_with_quotes(pieces, quotes)))


def escaped(text: str) -> str:
    """A text that has no parameters, as `parse` takes it."""
    return text.replace("{", "{{").replace("}", "}}")


def path_of(
    text: str, known: Callable[[str], str] = checked, quotes: Quotes = "doubled"
) -> Template:
    """A path with its query, behind `base_url`; raises `ConfigError`."""
    if text and not text.startswith(("/", "?")):
        raise ConfigError(
            f"path must start with / or ?, is {text!r}. The host stands in base_url."
        )
    return parse(text, known, quotes)


def parse_body(value: JsonValue, known: Callable[[str], str] = checked) -> Body:
    if isinstance(value, str):
        template = parse(value, known)
        first = template.pieces[0] if len(template.pieces) == 1 else None
        return first if isinstance(first, Parameter) else template
    if isinstance(value, list):
        return [parse_body(item, known) for item in value]
    if isinstance(value, dict):
        return {name: parse_body(item, known) for name, item in value.items()}
    return value


def body_names(body: Body) -> frozenset[str]:
    if isinstance(body, Parameter):
        return frozenset({body.name})
    if isinstance(body, Template):
        return body.names
    items = body.values() if isinstance(body, dict) else body
    if isinstance(items, str | int | float | None):
        return frozenset()
    return frozenset().union(*(body_names(item) for item in items))


def filled_body(body: Body, params: Mapping[str, Scalar]) -> JsonValue:
    """A text that is nothing but a parameter becomes its value, type and all."""
    if isinstance(body, Parameter):
        return params[body.name]
    if isinstance(body, Template):
        return body.filled(params)
    if isinstance(body, list):
        return [filled_body(item, params) for item in body]
    if isinstance(body, dict):
        return {name: filled_body(item, params) for name, item in body.items()}
    return body


def filled_url(template: Template, params: Mapping[str, Scalar]) -> str:
    """A path and query in which no value can be more than a part of its place.

    Raises `Unsuitable` when a value would be a path segment `.` or `..`: servers
    resolve these even when they are percent-encoded.
    """
    try:
        url = template.filled(
            params,
            value=lambda text: quote(text, safe=""),
            literal=lambda text: quote(text, safe=_URL_SAFE),
        )
    except UnicodeEncodeError as error:
        raise Unsuitable("a value holds half a surrogate pair") from error
    path = url.partition("?")[0]
    if any(segment in {".", ".."} for segment in path.split("/")):
        raise Unsuitable("a value would climb the path")
    return url


def filled_header(template: Template, params: Mapping[str, Scalar]) -> str:
    """A header's value; raises `Unsuitable` for line ends and other controls."""
    text = template.filled(params)
    if _CONTROL.search(text):
        raise Unsuitable("a value holds control characters or half a surrogate pair")
    return text


def _pieces(text: str, known: Callable[[str], str]) -> Iterator[str | Parameter]:
    end = 0
    for match in _PIECE.finditer(text):
        yield text[end : match.start()]
        end = match.end()
        if match.group() in ("{{", "}}"):
            yield match.group()[0]
        elif match.group(1) is not None:
            yield Parameter(known(match.group(1).strip()))
        else:
            raise ConfigError(
                f"a lone {match.group()} in {text!r}. Write it twice if it is meant so."
            )
    yield text[end:]


def _joined(pieces: Iterator[str | Parameter]) -> list[str | Parameter]:
    joined: list[str | Parameter] = []
    for piece in pieces:
        last = joined[-1] if joined else None
        if isinstance(piece, str) and isinstance(last, str):
            joined[-1] = last + piece
        elif piece != "":
            joined.append(piece)
    return joined


def _with_quotes(
    pieces: list[str | Parameter], quotes: Quotes
) -> Iterator[str | Parameter]:
    for before, piece, after in zip(
        ["", *pieces], pieces, [*pieces[1:], ""], strict=False
    ):
        if isinstance(piece, Parameter):
            yield Parameter(piece.name, _quote_around(before, after), quotes)
        else:
            yield piece


def _quote_around(before: str | Parameter, after: str | Parameter) -> str:
    """The mark if the value stands in quotes, even with other text beside it."""
    for mark in ("'", '"'):
        opened = isinstance(before, str) and before.count(mark) % 2 == 1
        if opened and isinstance(after, str) and mark in after:
            return mark
    return ""
