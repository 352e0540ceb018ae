"""What does the body say, as plain values: JSON, a form, a query, XML, a token?"""

from __future__ import annotations

import codecs
import json
import math
import re
from collections.abc import Callable
from typing import Final
from xml.parsers import expat

import msgspec

from screenpop.domain.errors import BadInput
from screenpop.intake.encodings import text_of
from screenpop.intake.facts import Facts, fields_of
from screenpop.intake.yaml_nodes import Node
from screenpop.support.text import sound_json

XML_DEPTH_MAX = 32
XML_ELEMENTS_MAX = 5000

BODY_KINDS: Final = ("auto", "json", "form", "query", "xml", "jwt")
"""`form` reads `multipart/form-data` too."""


def read_json(
    raw: bytes, place: str = "the body", charset: str | None = None
) -> object:
    """Raises `BadInput` for anything that is not a JSON text of sane depth.

    In any charset. Half a surrogate pair, or a bare control character within a text,
    does not lose the rest.
    """
    try:
        if charset is None or charset.strip("\"'").lower() in _UTF_8:
            return msgspec.json.decode(raw.removeprefix(codecs.BOM_UTF8))
    except RecursionError as error:
        raise _too_deep(place) from error
    except (msgspec.MsgspecError, UnicodeDecodeError):
        pass
    return _read_lenient(text_of(raw, charset), place)


_UTF_8 = frozenset({"utf-8", "utf8"})


def _read_lenient(text: str, place: str) -> object:
    try:
        value = json.loads(
            text, strict=False, parse_constant=_not_json, parse_float=_finite
        )
        return sound_json(value) if _HALF.search(text) else value
    except RecursionError as error:
        raise _too_deep(place) from error
    except ValueError as error:
        raise BadInput(
            f"{place} is not JSON: {error}",
            code="bad_json",
            remedy="Send one JSON text, best in UTF-8.",
        ) from error


_HALF = re.compile(r"\\u[dD][89a-fA-F]|[\ud800-\udfff]")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"`{text[:40]}` is out of range")
    return number


def _not_json(constant: str) -> object:
    raise ValueError(f"`{constant}` is not a JSON value")


def _too_deep(place: str) -> BadInput:
    return BadInput(
        f"{place} is nested too deep", code="bad_json", remedy="Send flat JSON."
    )


def read_body(kind: str, facts: Facts) -> object:
    """The payload of a request. An empty body leaves the query to speak."""
    if not facts.request.body.strip() and kind != "jwt":
        return dict(facts.query)
    return _READERS[facts.body_kind if kind == "auto" else kind](facts)


def _json(facts: Facts) -> object:
    return read_json(facts.request.body, charset=facts.charset)


def _form(facts: Facts) -> object:
    if facts.body_kind not in ("form", "multipart"):
        raise BadInput(
            f"the body is {facts.body_kind}, not a form",
            code="bad_form",
            remedy="Send application/x-www-form-urlencoded or multipart/form-data.",
        )
    return fields_of(facts.form_pairs)


def _query(facts: Facts) -> object:
    return dict(facts.query)


def _jwt(facts: Facts) -> object:
    """Claims that were verified; a plain JSON body where no token is used."""
    return facts.claims if facts.claims is not None else _json(facts)


def _xml(facts: Facts) -> object:
    return read_xml(facts.request.body, facts.charset)


_READERS: dict[str, Callable[[Facts], object]] = {
    "json": _json,
    "form": _form,
    "multipart": _form,
    "query": _query,
    "jwt": _jwt,
    "xml": _xml,
}


def body_kind(node: Node | None) -> str:
    return "auto" if node is None else node.choice(*BODY_KINDS)


class _XmlReader:
    """Elements as mappings, attributes as `@name`, text of a mapping as `#text`.

    Document types are refused, and with them every entity of the sender's own.
    """

    def __init__(self) -> None:
        self._stack: list[tuple[str, dict[str, object], list[str]]] = []
        self._count = 0
        self.root: object = None

    def read(self, raw: bytes, encoding: str | None = None) -> object:
        parser = expat.ParserCreate(encoding, namespace_separator=None)
        parser.StartDoctypeDeclHandler = self._refuse
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.Parse(raw, True)
        return self.root

    def _refuse(self, *_: object) -> None:
        raise ValueError("it declares a document type, which is not accepted")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if len(self._stack) >= XML_DEPTH_MAX or self._count > XML_ELEMENTS_MAX:
            raise ValueError("it has too many elements or too deep ones")
        own: dict[str, object] = {f"@{key}": text for key, text in attributes.items()}
        self._stack.append((name.rpartition(":")[2], own, []))

    def _text(self, text: str) -> None:
        if self._stack:
            self._stack[-1][2].append(text)

    def _end(self, _: str) -> None:
        name, fields, texts = self._stack.pop()
        text = "".join(texts).strip()
        value: object = fields or text
        if fields and text:
            fields["#text"] = text
        if not self._stack:
            self.root = {name: value}
            return
        above = self._stack[-1][1]
        if name not in above:
            above[name] = value
        elif isinstance(known := above[name], list):
            known.append(value)
        else:
            above[name] = [known, value]


def read_xml(raw: bytes, charset: str | None = None) -> object:
    """`{root: {child: …}}`. Raises `BadInput`.

    What is not XML by its bytes is read once more as text of its charset, without the
    characters that XML forbids: a wrong byte in a name does not lose the call.
    """
    try:
        return _XmlReader().read(raw)
    except (expat.ExpatError, ValueError, LookupError) as error:
        own = _XML_ENCODING.match(raw)
        text = text_of(raw, charset or (own[1].decode("ascii") if own else None))
        clean = _XML_FORBIDDEN.sub("\ufffd", text)
        try:
            return _XmlReader().read(clean.lstrip().encode(), "utf-8")
        except (expat.ExpatError, ValueError):
            pass  # the first error names the place in what was sent
        raise BadInput(
            f"the body is not acceptable XML: {error}",
            code="bad_xml",
            remedy="Send well-formed XML without a document type.",
        ) from error


_XML_ENCODING = re.compile(rb"\s*<\?xml[^>]{0,80}encoding=[\"']([\w.-]{1,40})[\"']")
_XML_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
