"""How is XML of strangers read, so that it can do nothing but be read?

By expat. A document type is refused before the parser sees it: no entity is declared,
expanded or fetched. Elements are nested no deeper than `DEPTH_MAX`; the length is
limited by who fetched the document.
"""

from __future__ import annotations

import codecs
import contextlib
import re
from collections.abc import Callable
from typing import NoReturn, Protocol
from xml.parsers.expat import ExpatError, ParserCreate

from screenpop.support.text import from_bytes

DEPTH_MAX = 40
_PROLOG = re.compile(r"(?:\s|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)
_DOCTYPE = "<!doctype"
_DECLARED = re.compile(
    rb"""<\?xml[^>]{0,100}?\sencoding\s*=\s*["']([\w.:-]{1,40})["']"""
)
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_OF_TEXT = ("utf-8", "utf-16", "iso8859", "cp", "ascii", "koi8", "mac", "gb", "big5",
            "euc", "shift_jis")  # fmt: skip
"""How Python's names begin of the encodings that XML is written in."""


class XmlEvents(Protocol):
    """Takes what is read; a name in a namespace is `namespace}name`."""

    def start(self, name: str, attributes: dict[str, str]) -> object: ...

    def end(self, name: str) -> object: ...

    def data(self, text: str) -> object: ...


def xml_text(body: bytes, charset: str | None = None) -> str:
    """The document as text: by its mark, the `charset` of its sender, its own word.

    Bytes that do not fit are read as cp1252: a name never loses a customer.
    """
    if body.startswith(_UTF_16):
        return body.decode("utf-16", "replace")
    body = body.removeprefix(codecs.BOM_UTF8)
    declared = _DECLARED.match(body.lstrip()[:200])
    named = charset or (declared[1].decode() if declared else "utf-8")
    with contextlib.suppress(LookupError, UnicodeDecodeError):
        if codecs.lookup(named).name.startswith(_OF_TEXT):
            return body.decode(named)
    return from_bytes(body)


def read_xml(text: str, events: XmlEvents, *, namespaces: bool = True) -> None:
    """Raises `ValueError` for what is not plain XML.

    Without `namespaces` names and declarations are given as they are written.
    """
    _refuse_doctype(text)
    parser = ParserCreate(namespace_separator="}" if namespaces else None)
    depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEPTH_MAX:
            raise ValueError(f"elements are nested deeper than {DEPTH_MAX}")
        events.start(name, attributes)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        events.end(name)

    refused: Callable[..., NoReturn] = _refused
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = refused
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = events.data
    try:
        parser.Parse(text, True)
    except ExpatError as error:
        raise ValueError(f"it is not XML ({error})") from error
    except UnicodeEncodeError as error:
        raise ValueError("it is not XML (half a surrogate pair)") from error


def _refuse_doctype(text: str) -> None:
    """It can only stand before the first element."""
    prolog = _PROLOG.match(text)
    at = prolog.end() if prolog else 0
    if text[at : at + len(_DOCTYPE)].lower() == _DOCTYPE:
        _refused()


def _refused(*_given: object) -> NoReturn:
    raise ValueError("it holds a document type, which is not read")
