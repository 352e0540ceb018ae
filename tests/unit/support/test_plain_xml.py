from __future__ import annotations

import pytest

from screenpop.support.plain_xml import DEPTH_MAX, read_xml, xml_text


class Seen:
    def __init__(self) -> None:
        self.names: list[str] = []
        self.text = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.names.append(name)

    def end(self, name: str) -> None:
        pass

    def data(self, text: str) -> None:
        self.text += text


def read(text: str, *, namespaces: bool = True) -> Seen:
    seen = Seen()
    read_xml(text, seen, namespaces=namespaces)
    return seen


def test_names_come_with_their_namespace_or_as_written() -> None:
    text = "<p:a xmlns:p='urn:p'>x</p:a>"
    assert read(text).names == ["urn:p}a"]
    assert read(text, namespaces=False).names == ["p:a"]


@pytest.mark.parametrize(
    "text",
    ["<!DOCTYPE a><a/>", "<?xml version='1.0'?>\n<!-- - --> <!doctype a><a/>"],
)
def test_a_document_type_is_refused_before_it_is_parsed(text: str) -> None:
    seen = Seen()
    with pytest.raises(ValueError, match="document type"):
        read_xml(text, seen)
    assert seen.names == []


def test_inside_of_a_text_it_is_only_text() -> None:
    assert read("<a><![CDATA[<!DOCTYPE a>]]></a>").text == "<!DOCTYPE a>"


def test_elements_are_nested_to_a_limit() -> None:
    read("<a>" * DEPTH_MAX + "</a>" * DEPTH_MAX)
    with pytest.raises(ValueError, match="nested deeper"):
        read("<a>" * (DEPTH_MAX + 1))


@pytest.mark.parametrize("text", ["", "{}", "<a>", "<a>\x00</a>", "<a>\ud800</a>"])
def test_what_is_not_xml_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match="not XML"):
        read(text)


def test_text_is_read_by_the_encoding_that_is_told() -> None:
    assert xml_text(b"\xef\xbb\xbf<a>\xc3\xbc</a>") == "<a>ü</a>"
    assert xml_text(b"<a>\xfc</a>", "iso-8859-1") == "<a>ü</a>"
    assert xml_text(b"<a>\xfc</a>", "utf-7") == "<a>ü</a>"  # not one of XML's
