"""What does one request hold, read only as far as somebody asks?"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from urllib.parse import unquote, unquote_to_bytes, urlsplit

from screenpop.domain.errors import BadInput
from screenpop.intake.encodings import BY_BYTES, text_of
from screenpop.intake.normal import LineContext
from screenpop.intake.placing import CallOfLeg
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


# -- Which fields does a `multipart/form-data` body hold (RFC 7578)?
# Only what a web hook sends: fields of text, each in its part. Files are passed
# over. The size of the body is limited by who read it; here the number of parts and
# the size of their headers are.

PARTS_MAX = 2000
PART_HEAD_BYTES_MAX = 8192

Pairs = list[tuple[str, str]]

# Linear: nothing is tried twice, and a quote that does not end takes the rest.
_PARAMETER = re.compile(
    r';\s*+([\w*!#$&+.^`|~-]++)\s*+=\s*+(?:"((?:[^"\\]|\\.)*+)"?|([^;"]*+))'
)


def parameters_of(header: str) -> dict[str, str]:
    """`; name="a\\"b"; charset=x` behind the first word; names in lower case."""
    found: dict[str, str] = {}
    for name, quoted, plain in _PARAMETER.findall(header[:PART_HEAD_BYTES_MAX]):
        text = re.sub(r"\\(.)", r"\1", quoted) if quoted else plain.strip()
        found.setdefault(name.lower(), text)
    return found


def multipart_pairs(body: bytes, boundary: str, charset: str | None) -> Pairs:
    """Names with values, in order. Raises `BadInput`."""
    if not boundary or len(boundary) > 200:
        raise _bad("its Content-Type names no boundary")
    pairs: Pairs = []
    for head, value in _parts(body, b"--" + boundary.encode("latin-1", "replace")):
        disposition = parameters_of(head.get("content-disposition", ""))
        name = disposition.get("name")
        if name is None or "filename" in disposition or "filename*" in disposition:
            continue
        own = parameters_of(head.get("content-type", "")).get("charset")
        if name == "_charset_":
            charset = value.decode("ascii", "replace")
            continue
        pairs.append((_name(name), text_of(value, own or charset)))
    return pairs


def _name(text: str) -> str:
    """As browsers write it: bytes of UTF-8, and `%22` for a quote."""
    return text.replace("%22", '"').replace("%0D", "\r").replace("%0A", "\n")


def _parts(body: bytes, mark: bytes) -> Iterator[tuple[dict[str, str], bytes]]:
    """Headers and content of each part; what stands before the first is passed over."""
    start = _line_start(body, mark, 0)
    if start < 0:
        raise _bad("it holds no such boundary")
    for _ in range(PARTS_MAX):
        at = start + len(mark)
        if body[at : at + 2] == b"--":
            return
        end = _line_start(body, mark, at)
        part = body[at : end if end >= 0 else len(body)]
        yield _split(part)
        if end < 0:  # the last boundary is missing
            return
        start = end
    raise _bad(f"it has more than {PARTS_MAX} parts")


def _line_start(body: bytes, mark: bytes, at: int) -> int:
    """The next boundary, which stands at the beginning of a line."""
    while (at := body.find(mark, at)) > 0 and body[at - 1 : at] != b"\n":
        at += len(mark)
    return at


def _split(part: bytes) -> tuple[dict[str, str], bytes]:
    line_end = part.find(b"\n")
    content = part[line_end + 1 :] if line_end >= 0 else b""
    if content.startswith((b"\r\n", b"\n")):  # no headers at all
        head, value = b"", content.partition(b"\n")[2]
    else:
        ends = [(content.find(end), end) for end in (b"\r\n\r\n", b"\n\n")]
        at, end = min((e for e in ends if e[0] >= 0), default=(len(content), b""))
        head, value = content[:at], content[at + len(end) :]
    if len(head) > PART_HEAD_BYTES_MAX:
        raise _bad(f"the headers of a part have over {PART_HEAD_BYTES_MAX} bytes")
    lines = head.decode("utf-8", BY_BYTES).splitlines()
    pairs = (line.partition(":") for line in lines)
    headers = {name.strip().lower(): text.strip() for name, _, text in pairs}
    return headers, value.removesuffix(b"\n").removesuffix(b"\r")


def _bad(why: str) -> BadInput:
    return BadInput(
        f"the body is not readable as multipart/form-data: {why}",
        code="bad_form",
        remedy="Send parts that are divided by the boundary of the Content-Type.",
    )
