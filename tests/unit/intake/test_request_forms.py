"""Whatever form a request has, its event is read: charsets, multipart, wrong types."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Mapping

import pytest

from screenpop.domain.call import LineId
from screenpop.domain.errors import BadInput, Unauthenticated
from screenpop.intake.dialect import BoundDialect, dialect_from_text, load_dialect
from screenpop.intake.encodings import text_of
from screenpop.intake.facts import PARTS_MAX, multipart_pairs, parameters_of
from screenpop.intake.request import Request, origin_form

OPEN = {"allow_unauthenticated": True}
EVENT = {
    "type": "alerting",
    "call_id": "c-1",
    "agents": ["1001"],
    "from": "+442079460391",
}
NAME = "Jörg Müller"
FORMS = dialect_from_text(
    """
dialect: forms
title: Forms
settings: {key: {type: secret, help: x}}
authenticate: [{scheme: query_secret, secret: key, parameter: key}]
fields: {call_id: "id || r.id", caller_name: "name || r.name", from: from}
events: [{type: alerting, agents: =1001}]
"""
)


def line(name: str = "generic", **settings: object) -> BoundDialect:
    dialect = FORMS if name == "forms" else load_dialect(name)
    return dialect.bind(
        line=LineId("main"), country="DE", settings=settings or OPEN,
        public_url="https://pop.example.net",
    )  # fmt: skip


def post(
    body: bytes, kind: str | None = None, path: str = "/v1/telephony/main"
) -> Request:
    headers = () if kind is None else (("Content-Type", kind),)
    return Request(
        method="POST", path=path, headers=headers, body=body, received_us=1_000_000
    )


def named(name: str) -> str:
    return json.dumps({**EVENT, "caller_name": name}, ensure_ascii=False)


JSON = "application/json"
BODIES: Mapping[str, tuple[bytes, str | None]] = {
    "utf-8": (named(NAME).encode(), JSON),
    "utf-8 declared": (named(NAME).encode(), f"{JSON}; charset=UTF-8"),
    "utf-8 with a mark": (named(NAME).encode("utf-8-sig"), JSON),
    "latin-1 undeclared": (named(NAME).encode("latin-1"), JSON),
    "latin-1, said utf-8": (named(NAME).encode("latin-1"), f"{JSON}; charset=utf-8"),
    "latin-1 declared": (named(NAME).encode("latin-1"), f'{JSON};charset="ISO-8859-1"'),
    "utf-8 declared as latin-1": (named(NAME).encode(), f"{JSON}; charset=iso-8859-1"),
    "cp1252": (named(NAME).encode("cp1252"), f"{JSON}; charset=windows-1252"),
    "utf-16 with a mark": (named(NAME).encode("utf-16"), f"{JSON}; charset=utf-16"),
    "utf-16 undeclared": (named(NAME).encode("utf-16"), JSON),
    "utf-16 without a mark": (named(NAME).encode("utf-16-le"), None),
    "utf-16 big end": (named(NAME).encode("utf-16-be"), f"{JSON}; charset=utf-16be"),
    "utf-32": (named(NAME).encode("utf-32"), JSON),
    "ebcdic": (named(NAME).encode("cp500"), f"{JSON}; charset=cp500"),
    "no such charset": (named(NAME).encode("latin-1"), f"{JSON}; charset=klingon"),
    "not a charset": (named(NAME).encode("latin-1"), f"{JSON}; charset=hex"),
    "declared as text": (named(NAME).encode(), "text/plain"),
    "declared as text, latin-1": (named(NAME).encode("latin-1"), "text/plain"),
    "not declared": (named(NAME).encode(), None),
    "declared as a form": (named(NAME).encode(), "application/x-www-form-urlencoded"),
    "declared as xml": (named(NAME).encode(), "text/xml"),
    "declared badly": (named(NAME).encode(), ";;;charset"),
}  # fmt: skip


@pytest.mark.parametrize("dialect", ["generic", "forms"])
@pytest.mark.parametrize("case", BODIES)
def test_json_is_read_in_any_charset_and_under_any_type(
    case: str, dialect: str
) -> None:
    body, kind = BODIES[case]
    if dialect == "forms":
        body = body.replace(b"call_id", b"id").replace(b"caller_name", b"name")
        if b"\x00" in body or "cp500" in (kind or ""):
            return  # the names are only replaced in bytes of ASCII
    (event,) = line(dialect).receive(post(body, kind)).events
    assert (event.call_id, event.caller_name) == ("c-1", NAME)


def test_another_alphabet_is_read_as_it_is_declared() -> None:
    body = named("Юрий").encode("cp1251")
    (event,) = line().receive(post(body, f"{JSON}; charset=windows-1251")).events
    assert event.caller_name == "Юрий"
    body = named("田中").encode("shift_jis")
    (event,) = line().receive(post(body, f"{JSON}; charset=Shift_JIS")).events
    assert event.caller_name == "田中"


@pytest.mark.parametrize(
    ("name", "read"),
    [
        (rb'"J\ud83drg"', "J\ufffdrg"),
        (b'"J\xc3rg \xc3\xb6"', "JÃrg ö"),
        (b'"J\x81rg"', "J\ufffdrg"),
        (b'"a\tb\nc"', "a\tb\nc"),
        (rb'"\ud83d\ude00"', "\N{GRINNING FACE}"),
    ],
)
def test_a_name_with_a_wrong_byte_never_loses_a_call(name: bytes, read: str) -> None:
    body = (
        b'{"type":"alerting","call_id":"c-1","agents":["1001"],"caller_name":%b}' % name
    )
    (event,) = line().receive(post(body, JSON)).events
    assert (event.call_id, event.caller_name) == ("c-1", read)
    read.encode()


@pytest.mark.parametrize(
    "body",
    [b"", b"nonsense", b"{", b'{"a": NaN}', b"[" * 100_000, b"\xff\xfe", b"\x00"],
)
def test_what_is_not_json_is_refused_in_words(body: bytes) -> None:
    with pytest.raises(BadInput):
        line().receive(post(body, JSON))


XML = '<?xml version="1.0"{}?><r><id>c-1</id><name>{}</name></r>'


@pytest.mark.parametrize(
    ("body", "kind", "name"),
    [
        (XML.format("", NAME).encode(), "text/xml", NAME),
        (XML.format("", NAME).encode("latin-1"), "text/xml", NAME),
        (XML.format("", NAME).encode("latin-1"), "text/xml; charset=iso-8859-1", NAME),
        (
            XML.format(' encoding="ISO-8859-1"', NAME).encode("latin-1"),
            "text/xml",
            NAME,
        ),
        (XML.format(' encoding="windows-1252"', NAME).encode("cp1252"), None, NAME),
        (XML.format(' encoding="UTF-8"', NAME).encode("latin-1"), "text/xml", NAME),
        (XML.format("", NAME).encode("utf-16"), "application/xml", NAME),
        (XML.format("", "a\x01b").encode(), "text/xml", "a\ufffdb"),
        (XML.format("", NAME).encode("utf-8-sig"), "text/plain", NAME),
    ],
)
def test_xml_is_read_in_any_charset(body: bytes, kind: str | None, name: str) -> None:
    (event,) = line("forms").receive(post(body, kind)).events
    assert (event.call_id, event.caller_name) == ("c-1", name)


@pytest.mark.parametrize("head", ["<!DOCTYPE r [<!ENTITY a 'b'>]>", "<!DOCTYPE r>"])
def test_a_document_type_is_refused_also_with_a_wrong_byte(head: str) -> None:
    body = f"{head}<r><id>1</id><name>ö</name></r>".encode("latin-1")
    with pytest.raises(BadInput, match="document type"):
        line("forms").receive(post(body, "text/xml"))


FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"id=c-1&name=J%C3%B6rg+M%C3%BCller", FORM),
        (b"id=c-1&name=J%F6rg+M%FCller", FORM),
        (b"id=c-1&name=J%F6rg+M%FCller", f"{FORM}; charset=ISO-8859-1"),
        (named(NAME) and "id=c-1&name=Jörg+Müller".encode("latin-1"), FORM),
        ("id=c-1&name=Jörg+Müller".encode(), FORM),
        ("id=c-1&name=Jörg+Müller".encode("utf-16"), f"{FORM}; charset=utf-16"),
        (b"id=c-1&name=J%F6rg+M%FCller", "text/plain"),
        (b"id=c-1&name=J%F6rg+M%FCller", None),
        (b"id=c-1&name=J%F6rg+M%FCller", JSON),
    ],
)
def test_a_form_is_read_in_any_charset_and_under_any_type(
    body: bytes, kind: str | None
) -> None:
    (event,) = line("forms").receive(post(body, kind)).events
    assert (event.call_id, event.caller_name) == ("c-1", NAME)


def part(name: str, value: bytes, more: str = "") -> bytes:
    head = f'Content-Disposition: form-data; name="{name}"{more}\r\n\r\n'
    return b"--B\r\n" + head.encode() + value + b"\r\n"


MULTIPART = "multipart/form-data; boundary=B"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (part("id", b"c-1") + part("name", NAME.encode()) + b"--B--\r\n", MULTIPART),
        (part("id", b"c-1") + part("name", b"J\xf6rg M\xfcller") + b"--B--", MULTIPART),
        (part("id", b"c-1") + part("name", NAME.encode()), MULTIPART),  # cut off
        (b"preamble\r\n" + part("id", b"c-1") + part("name", NAME.encode()) + b"--B--x",
         'Multipart/Form-Data; charset=utf-8; boundary="B"'),
        (part("id", b"c-1") + part("f", b"\x00\xff", '; filename="a.wav"')
         + part("name", NAME.encode()) + b"--B--\r\n", MULTIPART),
        (part("id", b"c-1").replace(b"\r\n", b"\n") + part("name", NAME.encode())
         + b"--B--\n", MULTIPART),
        (part("id", b"c-1")
         + part("name", NAME.encode("cp850"), "\r\nContent-Type: text/x; charset=cp850")
         + b"--B--\r\n", MULTIPART),
        (part("_charset_", b"cp850") + part("id", b"c-1")
         + part("name", NAME.encode("cp850")) + b"--B--\r\n", MULTIPART),
    ],
)  # fmt: skip
def test_multipart_forms_are_read(body: bytes, kind: str) -> None:
    (event,) = line("forms").receive(post(body, kind)).events
    assert (event.call_id, event.caller_name) == ("c-1", NAME)


def test_values_of_several_lines_and_with_the_boundary_in_them_stay_whole() -> None:
    body = part("a", b"x\r\ny --B z\r\n") + part("b[]", b"") + b"--B--\r\n"
    assert multipart_pairs(body, "B", None) == [("a", "x\r\ny --B z\r\n"), ("b[]", "")]


@pytest.mark.parametrize(
    ("body", "kind", "why"),
    [
        (b"--B--", "multipart/form-data", "no boundary"),
        (b"id=1", MULTIPART, "no such boundary"),
        (part("a", b"") * (PARTS_MAX + 1), MULTIPART, "more than 2000 parts"),
        (part("a" * 9000, b""), MULTIPART, "headers of a part"),
    ],
)
def test_a_broken_multipart_form_is_refused_in_words(
    body: bytes, kind: str, why: str
) -> None:
    with pytest.raises(BadInput, match=why):
        line("forms").receive(post(body, kind))


def test_the_status_callback_of_exotel_ends_its_call() -> None:
    fields = {"CallSid": "ex-77", "EventType": "terminal", "Status": "completed",
              "DateUpdated": "2026-03-10 19:35:00", "From": "09820012345"}  # fmt: skip
    body = b"".join(part(name, value.encode()) for name, value in fields.items())
    request = post(body + b"--B--\r\n", MULTIPART, "/v1/telephony/main?key=k")
    bound = line("exotel", query_name="key", query_value="k")
    (event,) = bound.receive(request).events
    assert (event.type, event.call_id) == ("ended", "ex-77")
    with pytest.raises(Unauthenticated):
        bound.receive(post(body, MULTIPART, "/v1/telephony/main?key=other"))


def test_a_signature_is_checked_on_the_bytes_whatever_the_text() -> None:
    body = named(NAME).encode("latin-1")
    code = hmac.new(b"s3cret", b"1." + body, hashlib.sha256).hexdigest()
    headers = (("X-Screenpop-Signature", f"t=1,v1={code}"), ("Content-Type", JSON))
    request = Request(
        method="POST", path="/", headers=headers, body=body, received_us=1_000_000
    )
    secret = next(
        each.secret
        for each in load_dialect("generic").own_schemes
        if each.name == "hmac"
    )
    bound = line("generic", **{secret: "s3cret"})
    (event,) = bound.receive(request).events
    assert event.caller_name == NAME


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("/v1/telephony/main", "/v1/telephony/main"),
        ("http://pop.example.net/v1/telephony/main?a=b", "/v1/telephony/main?a=b"),
        ("HTTPS://host:8443/x/", "/x/"),
        ("http://host", "/"),
        ("http://host?a=b", "/?a=b"),
        ("*", "*"),
        ("ftp://host/x", "ftp://host/x"),
    ],
)
def test_an_absolute_target_asks_for_its_path(target: str, path: str) -> None:
    assert origin_form(target) == path


@pytest.mark.parametrize(
    "raw", [b"\xff", b"\xff\xfe\x00", b"\x00\xd8", bytes(range(256))]
)
@pytest.mark.parametrize(
    "charset", [None, "utf-8", "utf-16", "cp1252", "gbk", "x", "hex"]
)
def test_no_bytes_make_the_reading_of_text_fail(
    raw: bytes, charset: str | None
) -> None:
    text_of(raw, charset).encode()


@pytest.mark.parametrize(
    "header",
    [
        'multipart/form-data; x="' + '\\";x="' * 40_000,
        "multipart/form-data" + ";x=" * 100_000,
        "multipart/form-data;" + "x" * 300_000,
        "multipart/form-data;" + " " * 300_000,
        "multipart/form-data; boundary=" + " " * 300_000,
    ],
)
def test_parameters_are_read_in_linear_time(header: str) -> None:
    began = time.process_time()
    for _ in range(50):
        parameters_of(header)
    assert time.process_time() - began < 1


def test_parameters_of_a_header() -> None:
    text = 'form-data; name="a\\"b"; FileName=x.txt ; charset = "utf-8" ;odd; y="open'
    assert parameters_of(text) == {
        "name": 'a"b',
        "filename": "x.txt",
        "charset": "utf-8",
        "y": "open",
    }
