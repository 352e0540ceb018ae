"""The connector `xml`: XML and SOAP in and out, and what must not be possible."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from aiohttp import web
from hypothesis import example, given
from hypothesis import strategies as st
from key_effects import shows_effect_of
from one_source import Keys, opened

from screenpop.connector import ConnectorContext, Scalar, Unavailable
from screenpop.connector.testing import INJECTIONS, ConnectorContract
from screenpop_connectors.http_json.xml import XmlConnector, XmlLookup
from screenpop_connectors.http_json.xml_answer import parsed_xml
from screenpop_connectors.http_json.xml_body import written_xml

Serve = Callable[
    [Callable[[web.Request], Awaitable[web.StreamResponse]]], Awaitable[str]
]
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
NUMBER = "+442079460958"
ENVELOPE = """
<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">
  <!-- as the service's sample has it -->
  <s:Body><Find xmlns="urn:erp" mode="{ivr.account}"><Phone>{number}</Phone>
  <Page>{page}</Page></Find></s:Body>
</s:Envelope>"""
PEOPLE = [(4711 + n, f"N{n} & Söhne", f"+4420794609{n:02}") for n in range(5)]


def people(found: list[tuple[int, str, str]], cursor: str = "") -> str:
    rows = "".join(
        f'<c:Customer id="{key}"><c:Name><![CDATA[{name}]]></c:Name>'
        f"<c:Phone>{phone}</c:Phone><c:Credit cur='EUR'>12.50</c:Credit></c:Customer>"
        for key, name, phone in found
    )
    return (
        f'<s:Envelope xmlns:s="{SOAP}" xmlns:c="urn:erp"><s:Body><c:Found>'
        f"<c:Next>{cursor}</c:Next><c:List>{rows}</c:List></c:Found></s:Body>"
        "</s:Envelope>"
    )


async def erp(request: web.Request) -> web.Response:
    """Two customers a page, by page or by cursor; one of them by number."""
    text = await request.text()
    if not text:
        return xml(people(PEOPLE[:1]))
    root = ElementTree.fromstring(text)
    asked = {each.tag.rpartition("}")[2]: each.text or "" for each in root.iter()}
    if asked.get("Phone"):
        return xml(people([x for x in PEOPLE if x[2] == asked["Phone"]]))
    at = int(asked["After"] or 0) if "After" in asked else 2 * int(asked["Page"]) - 2
    more = str(at + 2) if "After" in asked and at + 2 < len(PEOPLE) else ""
    return xml(people(PEOPLE[at : at + 2], more))


def xml(text: str, status: int = 200) -> web.Response:
    return web.Response(text=text, content_type="text/xml", status=status)


SELECT = "Envelope.Body.Found.List.Customer"
FIELDS = {"key": "id", "name": "Name", "phone": "Phone", "credit": "Credit.text"}
CONTACTS: Keys = {
    "xml": "<Find><Page>{page}</Page></Find>", "select": SELECT, "fields": FIELDS
}  # fmt: skip


class TestXml(ConnectorContract):
    connector = XmlConnector

    @pytest.fixture
    async def source(self, serve: Serve) -> Keys:
        return {"base_url": await serve(erp), "contacts": CONTACTS}

    @pytest.fixture
    def lookup(self) -> Keys:
        return {
            "xml": "<Find><Phone>{number}</Phone></Find>",
            "select": SELECT,
            "fields": FIELDS,
        }

    @pytest.fixture
    def params(self) -> Mapping[str, Scalar]:
        return {"number": PEOPLE[1][2]}

    @pytest.fixture
    def source_when_down(self) -> Keys:
        return {"base_url": "http://127.0.0.1:1", "connect_timeout_ms": 60_000}

    @pytest.fixture
    def lookup_with_unknown_parameter(self) -> Keys:
        return {"xml": "<Find>{numbr}</Find>"}


@pytest.mark.parametrize(
    "paging",
    [
        {"xml": "<Find><Page>{page}</Page></Find>"},
        {
            "xml": "<Find><After>{cursor}</After></Find>",
            "next": "Envelope.Body.Found.Next",
        },
    ],
)
async def test_contacts_are_read_page_by_page(
    tmp_path: Path, serve: Serve, paging: Keys
) -> None:
    source = {"connector": "xml", "base_url": await serve(erp)}
    async with opened(tmp_path, source | {"contacts": CONTACTS | paging}) as crm:
        found = await crm.people()
    assert [(x.key, x.name, x.numbers) for x in found] == [
        (str(key), name, (phone,)) for key, name, phone in PEOPLE
    ]
    assert found[0].fields["credit"] == "12.50"


# -- The shape of an answer


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("<a/>", {"a": None}),
        ("<a> x </a>", {"a": "x"}),
        ("<a><b/><b>1</b></a>", {"a": {"b": [None, "1"]}}),
        ("<p:a xmlns:p='urn:p' xmlns='urn:q'><b>1</b></p:a>", {"a": {"b": "1"}}),
        ("<a id='7'>x</a>", {"a": {"id": "7", "text": "x"}}),
        ("<a>x<b>1</b>y</a>", {"a": {"b": "1", "text": "xy"}}),
        (
            "<a xmlns:i='http://www.w3.org/2001/XMLSchema-instance'><b i:nil='true'/>"
            "<c i:type='x'>1</c></a>",
            {"a": {"b": None, "c": "1"}},
        ),
        ("<a><![CDATA[<!DOCTYPE html> &lt;]]></a>", {"a": "<!DOCTYPE html> &lt;"}),
    ],
)
def test_xml_has_the_shape_that_json_has(text: str, shape: object) -> None:
    assert parsed_xml(text.encode()) == shape


@pytest.mark.parametrize(
    ("body", "charset"),
    [
        ("<a>Jürgen €</a>".encode(), None),
        ("<a>Jürgen €</a>".encode("utf-16"), None),
        ("<a>Jürgen €</a>".encode("cp1252"), None),
        ("<a>Jürgen €</a>".encode("cp1252"), "windows-1252"),
        ("<?xml version='1.0' encoding='windows-1252'?><a>Jürgen €</a>"
         .encode("cp1252"), None),
        ("<?xml version='1.0' encoding='hex'?><a>Jürgen €</a>".encode(), None),
    ],
)  # fmt: skip
def test_its_encoding_is_found(body: bytes, charset: str | None) -> None:
    assert parsed_xml(body, charset) == {"a": "Jürgen €"}


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
HOSTILE_XML = {
    "billion laughs": f'<!DOCTYPE a [<!ENTITY l0 "ha">{LAUGHS}]><a>&l9;</a>',
    "a file": '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
    "behind a comment": '<?xml version="1.0"?><!-- c --><!DOCTYPE a SYSTEM "u"><a/>',
    "an unknown entity": "<a>&nowhere;</a>",
    "too deep": "<a>" * 5000 + "</a>" * 5000,
    "cut off": "<a><b>",
}


@pytest.mark.parametrize("name", HOSTILE_XML)
async def test_hostile_xml_is_refused(tmp_path: Path, serve: Serve, name: str) -> None:
    async def answer(_: web.Request) -> web.Response:
        return xml(HOSTILE_XML[name])

    async with asking(tmp_path, await serve(answer), {"path": "/a"}) as crm:
        with pytest.raises(Unavailable, match="no XML that can be read") as caught:
            await crm.ask()
    assert caught.value.brief == "failed: its answer cannot be read"
    assert "root:" not in str(caught.value)


def asking(folder: Path, url: str, lookup: Keys, **source: Any) -> Any:
    return opened(folder, {"connector": "xml", "base_url": url, **source}, lookup)


async def test_the_limit_of_an_answer_holds(tmp_path: Path, serve: Serve) -> None:
    url = await serve(erp)
    async with asking(tmp_path, url, {"path": "/"}, response_bytes_max=100) as crm:
        with pytest.raises(Unavailable, match="more than 100 bytes"):
            await crm.ask()


# -- Errors


FAULT = (
    f'<s:Envelope xmlns:s="{SOAP}"><s:Body><s:Fault><faultcode>s:Client</faultcode>'
    "<faultstring xml:lang='en'>No such\n customer</faultstring>"
    "<detail>at erp.Dao(Dao.java:7) t0psecret</detail></s:Fault></s:Body></s:Envelope>"
)
FAULT_1_2 = (
    "<e:Envelope xmlns:e='http://www.w3.org/2003/05/soap-envelope'><e:Body><e:Fault>"
    "<e:Code><e:Value>e:Sender</e:Value></e:Code><e:Reason><e:Text xml:lang='en'>"
    "No such customer</e:Text><e:Text xml:lang='de'>Kein Kunde</e:Text></e:Reason>"
    "<e:Detail>t0psecret</e:Detail></e:Fault></e:Body></e:Envelope>"
)


@pytest.mark.parametrize("status", [200, 500])
@pytest.mark.parametrize("fault", [FAULT, FAULT_1_2])
async def test_a_soap_fault_is_an_error_in_words(
    tmp_path: Path, serve: Serve, fault: str, status: int
) -> None:
    async def answer(_: web.Request) -> web.Response:
        return xml(fault, status)

    async with asking(tmp_path, await serve(answer), {"path": "/a"}) as crm:
        with pytest.raises(Unavailable, match="No such customer") as caught:
            await crm.ask()
    assert "t0psecret" not in str(caught.value)


async def test_json_and_web_pages_are_recognised(tmp_path: Path, serve: Serve) -> None:
    answers = {"/json": '{"a": 1}', "/page": "<html><body>Please log in</body></html>"}

    async def answer(request: web.Request) -> web.Response:
        return web.Response(text=answers[request.path])

    url = await serve(answer)
    async with asking(tmp_path, url, {"path": "/json"}) as crm:
        with pytest.raises(Unavailable, match="no XML that can be read"):
            await crm.ask()
    page = "<!doctype html><p>Please log in"
    answers["/page"] = page
    async with asking(tmp_path, url, {"path": "/page"}) as crm:
        with pytest.raises(Unavailable, match="a log-in page, no XML"):
            await crm.ask()


# -- What is sent


@shows_effect_of("xml: lookups.NAME.xml")
@pytest.mark.parametrize(
    ("envelope", "kind"),
    [(ENVELOPE, "text/xml"),
     (ENVELOPE.replace(SOAP, "http://www.w3.org/2003/05/soap-envelope"),
      "application/soap+xml")],
)  # fmt: skip
async def test_the_envelope_is_sent_as_written(
    tmp_path: Path, serve: Serve, envelope: str, kind: str
) -> None:
    seen: list[web.Request] = []
    texts: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        seen.append(request)
        texts.append(await request.text())
        return xml("<a><b>1</b></a>")

    lookup = {
        "xml": envelope.replace("{page}", "1"),
        "headers": {"SOAPAction": '"urn:erp:Find"'},
        "select": "a",
    }
    async with asking(tmp_path, await serve(answer), lookup) as crm:
        assert await crm.ask(number=NUMBER, ivr__account="A&B") == [{"b": "1"}]
    [request] = seen
    assert (request.method, request.content_type) == ("POST", kind)
    assert request.headers["SOAPAction"] == '"urn:erp:Find"'
    assert "application/xml" in request.headers["Accept"]
    assert 'mode="A&amp;B"' in texts[0]
    find = next(x for x in ElementTree.fromstring(texts[0]).iter() if "Phone" in x.tag)
    assert (find.tag, find.text) == ("{urn:erp}Phone", NUMBER)


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"xml": "<a><b></a>"}, "xml: it is not XML"),
        ({"xml": "<{number}/>"}, "xml: it is not XML"),
        ({"xml": "<!DOCTYPE a><a/>"}, "xml: it holds a document type"),
        ({"xml": "<a/>", "method": "GET"}, "method is POST"),
        ({"body": "<a/>"}, "takes xml, not body"),
    ],
)
def test_a_template_that_cannot_work_is_refused(keys: Keys, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        XmlLookup.model_validate({"path": "/", **keys})


HOSTILE = [
    *INJECTIONS,
    "</Phone><Admin>true</Admin><Phone>",
    '" admin="true',
    "]]>",
    "<![CDATA[x",
    "&lt;&amp;&#60;&nowhere;",
    "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>",
    "{number}{secret.key}",
    "\u0000\ud800\ufffe",
    "{{7*7}} ${x}",
]


def written(value: str) -> bytes:
    options = XmlConnector.source_options.model_validate(
        {"base_url": "http://crm", "secrets": {"key": "s3cr3t-9"}}
    )
    crm = XmlConnector(options, ConnectorContext(source="crm"))
    keys = {"xml": ENVELOPE.replace("{page}", "x {number} y")}
    lookup = crm.lookup("who", XmlLookup.model_validate(keys))
    request = lookup._request({"number": value, "ivr.account": value})
    return written_xml(request.body)


def shape(element: ElementTree.Element) -> object:
    return (element.tag, sorted(element.attrib), [shape(x) for x in element])


BLAND = shape(ElementTree.fromstring(written("7")))


@given(st.one_of(st.sampled_from(HOSTILE), st.text(max_size=40)))
@example("</Phone><Admin>true</Admin><Phone>")
@example('" admin="true')
def test_a_callers_data_is_only_text_in_xml(value: str) -> None:
    """A reader of XML finds the same elements, and the very text at its place."""
    document = written(value)
    assert b"s3cr3t-9" not in document
    root = ElementTree.fromstring(document)
    assert shape(root) == BLAND
    found = root[0][0]
    expected = "".join(x if is_of_xml(x) else "\ufffd" for x in value)
    assert found.attrib["mode"] == expected
    assert (found[0].text or "") == expected


def is_of_xml(letter: str) -> bool:
    code = ord(letter)
    return letter in "\t\n\r" or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or (
        code >= 0x10000
    )  # fmt: skip
