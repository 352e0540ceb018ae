"""What does the body say, as plain values: JSON, a form, a query, XML, a token?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from xml.parsers import expat

import msgspec

from screenpop.domain.errors import BadInput
from screenpop.intake.facts import Facts, fields_of
from screenpop.intake.yaml_nodes import Node

XML_DEPTH_MAX = 32
XML_ELEMENTS_MAX = 5000

BODY_KINDS: Final = ("auto", "json", "form", "query", "xml", "jwt")


def read_json(raw: bytes, place: str = "the body") -> object:
    """Raises `BadInput` for anything that is no JSON text of sane depth."""
    try:
        return msgspec.json.decode(raw.removeprefix(b"\xef\xbb\xbf"))
    except RecursionError as error:
        raise BadInput(
            f"{place} is nested too deep", code="bad_json", remedy="Send flat JSON."
        ) from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BadInput(
            f"{place} is not JSON: {error}",
            code="bad_json",
            remedy="Send one JSON text in UTF-8.",
        ) from error


def read_body(kind: str, facts: Facts) -> object:
    """The payload of a request. An empty body leaves the query to speak."""
    if not facts.request.body.strip() and kind != "jwt":
        return dict(facts.query)
    return _READERS[_kind_of(facts) if kind == "auto" else kind](facts)


def _kind_of(facts: Facts) -> str:
    start = facts.request.body.lstrip()[:1]
    if "json" in facts.content_type:
        return "json"
    if "xml" in facts.content_type:
        return "xml"
    if start in (b"{", b"["):
        return "json"
    return "xml" if start == b"<" else "form"


def _json(facts: Facts) -> object:
    return read_json(facts.request.body)


def _form(facts: Facts) -> object:
    if facts.content_type not in ("application/x-www-form-urlencoded", ""):
        raise BadInput(
            f"the body is {facts.content_type}, not a form",
            code="bad_form",
            remedy="Send application/x-www-form-urlencoded.",
        )
    return fields_of(facts.form_pairs)


def _query(facts: Facts) -> object:
    return dict(facts.query)


def _jwt(facts: Facts) -> object:
    """Claims that were verified; a plain JSON body where no token is used."""
    return facts.claims if facts.claims is not None else _json(facts)


def _xml(facts: Facts) -> object:
    return read_xml(facts.request.body)


_READERS: dict[str, Callable[[Facts], object]] = {
    "json": _json,
    "form": _form,
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

    def read(self, raw: bytes) -> object:
        parser = expat.ParserCreate(namespace_separator=None)
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


def read_xml(raw: bytes) -> object:
    """`{root: {child: …}}`. Raises `BadInput`."""
    try:
        return _XmlReader().read(raw)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise BadInput(
            f"the body is not acceptable XML: {error}",
            code="bad_xml",
            remedy="Send well-formed XML without a document type.",
        ) from error
