"""How is XML sent, in which a caller's data can only be text?

The template is read as XML when the configuration is. Parameters stand in texts and
attributes only; what they become is escaped when the document is written.
"""

from __future__ import annotations

import re
from xml.sax.saxutils import escape, quoteattr

from pydantic import JsonValue

from screenpop.connector import Scalar
from screenpop.support.plain_xml import read_xml
from screenpop_connectors.http_json.template import as_text

TREE = "#xml"
"""The only member of a body that is sent as XML: `[name, attributes, children]`."""
SOAP_1_2 = "http://www.w3.org/2003/05/soap-envelope"
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_HEAD = '<?xml version="1.0" encoding="utf-8"?>\n'


class _Tree:
    def __init__(self) -> None:
        self.open: list[list[JsonValue]] = [[]]

    def start(self, name: str, attributes: dict[str, str]) -> None:
        children: list[JsonValue] = []
        self.open[-1].append([name, {**attributes}, children])
        self.open.append(children)

    def end(self, name: str) -> None:
        self.open.pop()

    def data(self, text: str) -> None:
        if text.strip():
            self.open[-1].append(text)


def xml_template(text: str) -> JsonValue:
    """A body, as `parse_body` takes it. Raises `ValueError` for other than XML."""
    tree = _Tree()
    read_xml(text.strip(), tree, namespaces=False)
    return {TREE: tree.open[0][0]}


def is_xml(body: JsonValue) -> bool:
    return isinstance(body, dict) and TREE in body


def written_xml(body: JsonValue) -> bytes:
    """The document of a body whose parameters are filled in."""
    assert isinstance(body, dict)
    return f"{_HEAD}{_element(body[TREE])}".encode()


def content_type(body: JsonValue) -> str:
    """SOAP 1.2 has its own."""
    soap_1_2 = SOAP_1_2 in str(body)
    return f"{'application/soap+xml' if soap_1_2 else 'text/xml'}; charset=utf-8"


def _element(node: JsonValue) -> str:
    if not isinstance(node, list):
        return escape(_sound(node), {"\r": "&#13;"})
    name, attributes, children = node
    assert isinstance(attributes, dict)
    assert isinstance(children, list)
    told = "".join(f" {n}={quoteattr(_sound(x))}" for n, x in attributes.items())
    return f"<{name}{told}>{''.join(map(_element, children))}</{name}>"


def _sound(value: JsonValue) -> str:
    """As text, without characters that no XML can hold."""
    assert not isinstance(value, list | dict)
    scalar: Scalar = value
    text = "" if scalar is None else as_text(scalar)
    return _NO_XML.sub("\N{REPLACEMENT CHARACTER}", text)
