"""What does one request hold, read only as far as somebody asks?"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from urllib.parse import unquote, unquote_to_bytes, urlsplit

from screenpop.domain.errors import BadInput
from screenpop.intake.encodings import text_of
from screenpop.intake.legs import CallOfLeg
from screenpop.intake.multipart import multipart_pairs, parameters_of
from screenpop.intake.normal import LineContext
from screenpop.intake.request import Request

T = TypeVar("T")

FORM_FIELDS_MAX = 2000

Settings = Mapping[str, tuple[str, ...]]
"""Every setting as the texts it holds: several for secrets under rotation."""


def pairs_of(
    text: str, what: str, unescape: Callable[[str], str] | None = None
) -> list[tuple[str, str]]:
    """Form or query text as names with values, in order.

    `unescape` reads escaped bytes that are not UTF-8; without it they are U+FFFD.

    The same as `urllib.parse.parse_qsl` makes of it, in a third of the time: most
    values of a webhook hold nothing to decode.
    """
    fields = text.count("&") + 1
    if fields > FORM_FIELDS_MAX:
        raise BadInput(
            f"the {what} has {fields} fields, at most {FORM_FIELDS_MAX} are read",
            code="bad_form",
            remedy=f"Send at most {FORM_FIELDS_MAX} fields.",
        )
    parts = (each.partition("=") for each in text.split("&") if each)
    read = unescape or _unescaped
    return [(_unquoted(name, read), _unquoted(value, read)) for name, _, value in parts]


def _unquoted(text: str, unescape: Callable[[str], str]) -> str:
    if "+" in text:
        text = text.replace("+", " ")
    return unescape(text) if "%" in text else text


def _unescaped(text: str) -> str:
    return unquote(text, errors="replace")


def unescape_in(charset: str | None) -> Callable[[str], str]:
    """Escaped bytes are UTF-8, else of this charset, else read byte by byte."""

    def unescape(text: str) -> str:
        try:
            return unquote(text, errors="strict")
        except UnicodeDecodeError:
            return text_of(unquote_to_bytes(text), charset)

    return unescape


def fields_of(pairs: list[tuple[str, str]]) -> dict[str, object]:
    """Names with values; a repeated name or one with `[]` holds a list."""
    fields: dict[str, object] = {}
    for name, value in pairs:
        key = name.removesuffix("[]")
        if name != key or isinstance(fields.get(key), list):
            known = fields.setdefault(key, [])
            if isinstance(known, list):
                known.append(value)
        elif key in fields:
            fields[key] = [fields[key], value]
        else:
            fields[key] = value
    return fields


class lazy(Generic[T]):  # noqa: N801
    """A property that is computed once: `cached_property` without its lock."""

    def __init__(self, compute: Callable[[Any], T]):
        self._compute = compute
        self.__doc__ = compute.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, instance: object, owner: type | None = None) -> T:
        value = self._compute(instance)
        instance.__dict__[self._name] = value
        return value


@dataclass
class Facts:
    """One request with its lazily read parts."""

    request: Request
    line: LineContext
    settings: Settings
    public_url: str | None
    events_max: int = 500
    call_of_leg: CallOfLeg = lambda leg: None
    explain: bool = False  # somebody reads it: say also what came to nothing
    claims: dict[str, object] | None = None  # of a verified token
    decode: Callable[[Facts], object] = field(default=lambda facts: None)

    @lazy
    def payload(self) -> object:
        """The decoded body. Raises `BadInput`."""
        return self.decode(self)

    @lazy
    def url(self) -> str:
        """The URL that the sender called, as it knows it."""
        return f"{(self.public_url or '').rstrip('/')}{self.request.path}"

    @lazy
    def headers(self) -> dict[str, str]:
        """By lower-case name; the first of a repeated one."""
        headers: dict[str, str] = {}
        for name, value in self.request.headers:
            headers.setdefault(name.lower(), value)
        return headers

    @lazy
    def query_pairs(self) -> list[tuple[str, str]]:
        query = urlsplit(f"http://host{self.request.path}").query
        return pairs_of(query, "query", unescape_in(self.charset))

    @lazy
    def query(self) -> dict[str, object]:
        return fields_of(self.query_pairs)

    @lazy
    def content_type(self) -> str:
        kind = self.headers.get("content-type", "")
        return kind.partition(";")[0].strip().lower()

    @lazy
    def charset(self) -> str | None:
        """As the Content-Type declares it."""
        kind = self.headers.get("content-type", "")
        return parameters_of(kind).get("charset") if ";" in kind else None

    @lazy
    def body_text(self) -> str:
        """The body in its charset, byte by byte where it is in none."""
        return text_of(self.request.body, self.charset)

    @lazy
    def body_kind(self) -> str:
        """`json`, `xml`, `form` or `multipart`: declared, unless it looks different."""
        declared, looks = self.content_type, self._looks
        if declared == "multipart/form-data":
            return "multipart"
        if "json" in declared:
            return "json" if looks != "fields" else "form"
        if "xml" in declared:
            return "xml" if looks != "json" else "json"
        return "form" if looks in ("", "fields") else looks

    @property
    def _looks(self) -> str:
        """`json`, `xml`, `fields` (`name=value`), or nothing that is known."""
        start = self.body_text[:LOOK_CHARS].lstrip()
        if start[:1] in ("{", "["):
            return "json"
        if start[:1] == "<":
            return "xml"
        return "fields" if _FIELDS.match(start) else ""

    @lazy
    def form_pairs(self) -> list[tuple[str, str]]:
        """The fields of a form body; nothing when the body is not a form."""
        if self.body_kind == "multipart":
            content_type = self.headers.get("content-type", "")
            boundary = parameters_of(content_type).get("boundary", "")
            return multipart_pairs(self.request.body, boundary, self.charset)
        if self.body_kind != "form":
            return []
        return pairs_of(self.body_text, "form", unescape_in(self.charset))


LOOK_CHARS = 1024
_FIELDS = re.compile(r"[\w.\[\]%+~-]{1,200}=")


def splits(path: str) -> bool:
    """Can this be the path and query of a URL?"""
    try:
        urlsplit(f"http://host{path}")
    except ValueError:
        return False
    return path.startswith("/")
