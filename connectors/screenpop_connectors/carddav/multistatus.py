"""What do the XML answers of a WebDAV server say (RFC 4918, RFC 6578, RFC 6352)?

A document type is refused, so no entity is ever expanded and nothing is fetched.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit
from xml.etree.ElementTree import Element, TreeBuilder
from xml.sax.saxutils import escape

from screenpop.support.plain_xml import read_xml, xml_text

DAV, CARD, CALENDAR_SERVER = (
    "DAV:",
    "urn:ietf:params:xml:ns:carddav",
    "http://calendarserver.org/ns/",
)
D, C, S = (f"{{{space}}}" for space in (DAV, CARD, CALENDAR_SERVER))
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_STATUS = re.compile(r"HTTP/\S+\s+(\d{3})")
_HEAD = '<?xml version="1.0" encoding="utf-8"?>\n'
_SPACES = f'xmlns="{DAV}" xmlns:C="{CARD}" xmlns:S="{CALENDAR_SERVER}"'
_CARD_DATA = "<prop><getetag/><C:address-data/></prop>"


@dataclass(frozen=True, slots=True, kw_only=True)
class DavResource:
    """One `response`: `card` is the vCard's text where it was asked for."""

    href: str
    status: int = 200
    card: str | None = None

    @property
    def name(self) -> str:
        """The last part of its path, decoded; empty for the address book itself."""
        return unquote(urlsplit(self.href).path.rpartition("/")[2])


@dataclass(frozen=True, slots=True, kw_only=True)
class Multistatus:
    """`token` continues a sync-collection; `mark` changes with the address book.

    `of_book`: it describes an address book.
    """

    resources: Sequence[DavResource]
    of_book: bool = False
    reports: frozenset[str] = frozenset()
    token: str | None = None
    mark: str | None = None


class _Elements(TreeBuilder):
    """Names as ElementTree writes them: `{namespace}name`."""

    def start(self, name: str, attributes: dict[str, str]) -> Element:
        return super().start(_qualified(name), attributes)

    def end(self, name: str) -> Element:
        return super().end(_qualified(name))


def parsed(body: bytes) -> Element:
    """The root of a document. Raises `ValueError` for what is not plain XML."""
    elements = _Elements()
    read_xml(xml_text(body), elements)
    return elements.close()


def _qualified(name: str) -> str:
    return f"{{{name}" if "}" in name else name


def multistatus(body: bytes) -> Multistatus:
    """Raises `ValueError` for another document."""
    root = parsed(body)
    if root.tag != f"{D}multistatus":
        raise ValueError("it is not a multistatus document")
    reports = (
        kind.tag
        for report in root.iter(f"{D}supported-report")
        for kind in report.iterfind(f"{D}report/*")
    )
    tokens = [e.text for e in root.findall(f"{D}sync-token") if e.text]
    marks = [
        found.text
        for tag in (f"{D}sync-token", f"{S}getctag")
        for found in root.iter(tag)
        if found.text
    ]
    return Multistatus(
        resources=[_resource(each) for each in root.iterfind(f"{D}response")],
        of_book=next(root.iter(f"{C}addressbook"), None) is not None,
        reports=frozenset(reports),
        token=tokens[0] if tokens else None,
        mark=marks[0] if marks else None,
    )


def _resource(response: Element) -> DavResource:
    cards = (found.text for found in response.iter(f"{C}address-data"))
    return DavResource(
        href=(response.findtext(f"{D}href") or "").strip(),
        status=_status(response.findtext(f"{D}status")),
        card=next((text for text in cards if text), None),
    )


def _status(line: str | None) -> int:
    found = _STATUS.match((line or "").strip())
    return int(found[1]) if found else 200


def is_invalid_token(body: bytes) -> bool:
    """Does an error say that a sync token is too old (RFC 6578, 3.2)?"""
    return b"valid-sync-token" in body


# -- Questions


def asks_for_marks() -> bytes:
    return _document(
        "propfind",
        "<prop><resourcetype/><supported-report-set/><sync-token/><S:getctag/></prop>",
    )


def asks_for_names() -> bytes:
    return _document("propfind", "<prop><getetag/></prop>")


def asks_for_changes(token: str) -> bytes:
    return _document(
        "sync-collection",
        f"<sync-token>{_text(token)}</sync-token><sync-level>1</sync-level>"
        "<prop><getetag/></prop>",
    )


def asks_for_cards(hrefs: Iterable[str]) -> bytes:
    listed = "".join(f"<href>{_text(href)}</href>" for href in hrefs)
    return _document("C:addressbook-multiget", f"{_CARD_DATA}{listed}")


def asks_by_number(spellings: Iterable[str], cards_max: int) -> bytes:
    """Cards with a TEL that contains one of these texts."""
    filters = "".join(
        '<C:prop-filter name="TEL"><C:text-match collation="i;unicode-casemap"'
        f' match-type="contains">{_text(each)}</C:text-match></C:prop-filter>'
        for each in spellings
    )
    return _document(
        "C:addressbook-query",
        f'{_CARD_DATA}<C:filter test="anyof">{filters}</C:filter>'
        f"<C:limit><C:nresults>{cards_max}</C:nresults></C:limit>",
    )


def _document(name: str, inner: str) -> bytes:
    return f"{_HEAD}<{name} {_SPACES}>{inner}</{name}>".encode()


def _text(text: str) -> str:
    return escape(_NO_XML.sub("\N{REPLACEMENT CHARACTER}", text))
