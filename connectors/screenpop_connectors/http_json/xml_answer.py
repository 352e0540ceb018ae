"""How does an XML answer become the shape that a JSON answer has?

An element is an object of its attributes and elements by their names, without prefix
and namespace; several of one name are a list. An element with neither is its text,
null where that is blank or `xsi:nil` is set; text next to others is under `text`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from screenpop.support.plain_xml import read_xml, xml_text

TEXT = "text"
AT_ONCE_BYTES_MAX = 16_384  # about 3 ms
XSI = "http://www.w3.org/2001/XMLSchema-instance}"
Nested: TypeAlias = "str | dict[str, Nested] | list[Nested] | None"


@dataclass(slots=True)
class _Open:
    """An element that has not ended."""

    members: dict[str, Nested] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    several: set[str] = field(default_factory=set)
    nil: bool = False

    def add(self, name: str, value: Nested) -> None:
        if name not in self.members:
            self.members[name] = value
        elif name in self.several:
            self.members[name].append(value)  # type: ignore[union-attr]
        else:
            self.several.add(name)
            self.members[name] = [self.members[name], value]

    def value(self) -> Nested:
        text = "".join(self.texts).strip()
        if self.nil or not self.members:
            return None if self.nil else text or None
        if text:
            self.add(TEXT, text)
        return self.members


class _Nesting:
    def __init__(self) -> None:
        self.open = [_Open()]

    def start(self, name: str, attributes: dict[str, str]) -> None:
        element = _Open()
        for attribute, value in attributes.items():
            if not attribute.startswith(XSI):
                element.add(_local(attribute), value)
            elif _local(attribute) == "nil":
                element.nil = value.strip() in ("true", "1")
        self.open.append(element)

    def end(self, name: str) -> None:
        element = self.open.pop()
        self.open[-1].add(_local(name), element.value())

    def data(self, text: str) -> None:
        self.open[-1].texts.append(text)


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def parsed_xml(body: bytes, charset: str | None = None) -> object:
    """An object with the document's root. Raises `ValueError` for other than XML."""
    nesting = _Nesting()
    read_xml(xml_text(body, charset), nesting)
    return nesting.open[0].members


async def parsed_apart(body: bytes, charset: str | None = None) -> object:
    """`parsed_xml`, in a thread where it takes long. Raises `ValueError`."""
    if len(body) <= AT_ONCE_BYTES_MAX:
        return parsed_xml(body, charset)
    return await asyncio.to_thread(parsed_xml, body, charset)


def fault_of(answer: object) -> str | None:
    """The sentence of a SOAP Fault, 1.1 or 1.2; never its `detail`."""
    fault = _inside(answer, "Envelope", "Body", "Fault")
    if not isinstance(fault, Mapping):
        return None
    reason = _inside(fault, "Reason", "Text")
    told = reason[0] if isinstance(reason, list) and reason else reason
    for said in (fault.get("faultstring"), told, fault.get("faultcode")):
        text = said.get(TEXT) if isinstance(said, Mapping) else said
        if isinstance(text, str):
            return " ".join(text.split())
    return "a SOAP Fault without a text"


def _inside(found: object, *names: str) -> object:
    for name in names:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found
