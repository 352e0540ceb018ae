"""Can a caller's data be more than a value: in SQL, OData, SOQL, JSON, URLs, templates?

What is sent is read by a reader of that language, written here: it must find one value
at its place, the very text of the caller, and nothing else changed.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from key_effects import shows_effect_of

from screenpop.connector import ConnectorContext, Scalar
from screenpop.connector.testing import INJECTIONS
from screenpop_connectors.http_json import HttpJsonConnector
from screenpop_connectors.http_json.exchange import HttpRequest
from screenpop_connectors.http_json.graphql import GraphqlConnector, GraphqlLookup
from screenpop_connectors.http_json.json_rpc import JsonRpcConnector, JsonRpcLookup
from screenpop_connectors.http_json.odata import OdataConnector, OdataLookup
from screenpop_connectors.http_json.options import HttpLookup
from screenpop_connectors.http_json.template import Unsuitable
from screenpop_connectors.sql import SqlConnector

HOSTILE = [
    *INJECTIONS,
    "\\' OR Id != null OR Name = \\'",
    "\\",
    "'",
    "''",
    "x') or contains(Name,'",
    "7 or 1 eq 1",
    "}} RETURNING User(Password) {{",
    "* OR *",
    '"]],["1","=","1',
    '", "admin": true, "x": "',
    "a&$filter=1 eq 1#",
    "{secret.key}",
    "{{7*7}} ${jndi:ldap://x} %(x)s",
    "+44\u0000",
]
TEXTS = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=40))
SECRET_KEY = "s3cr3t-9"

Sent = Callable[[str], HttpRequest]


def sending(kind: type[Any], model: type[Any], keys: Any, **source: Any) -> Sent:
    """The request that a value would be sent with, without sending it."""
    options = kind.source_options.model_validate(
        {"base_url": "http://crm/api", "secrets": {"key": SECRET_KEY}, **source}
    )
    crm = kind(options, ConnectorContext(source="crm"))
    lookup = crm.lookup("who", model.model_validate(keys))
    made: Callable[[dict[str, Scalar]], HttpRequest] = lookup._request
    return lambda value: made({"ivr.account": value})


def query_of(request: HttpRequest) -> dict[str, str]:
    parts = urlsplit(str(request.url))
    assert (parts.scheme, parts.netloc, parts.fragment) == ("http", "crm", "")
    pairs = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=True)
    assert len(pairs) == len(dict(pairs))
    return dict(pairs)


def literals(text: str, *, backslash: bool) -> Iterator[str]:
    """The text with each quoted literal as `<…>`: a reader of SOQL or OData."""
    at, inside, value = 0, False, ""
    while at < len(text):
        letter = text[at]
        if not inside:
            inside = letter == "'"
            value = ""
            if not inside:
                yield letter
        elif backslash and letter == "\\":
            at += 1
            value += text[at]
        elif letter == "'":
            if not backslash and text[at + 1 : at + 2] == "'":
                at += 1
                value += "'"
            else:
                inside = False
                yield f"<{value}>"
        else:
            value += letter
        at += 1
    assert not inside, "a literal without an end"


def sent_or_none(sent: Sent, value: str) -> HttpRequest | None:
    try:
        return sent(value)
    except Unsuitable:
        return None


SOQL = sending(
    HttpJsonConnector,
    HttpLookup,
    {"path": "/query?q=SELECT Id FROM Contact WHERE Account = '{ivr.account}' LIMIT 8"},
    quotes="backslash",
)
ODATA = sending(
    OdataConnector,
    OdataLookup,
    {"entity": "People", "filter": "Account eq '{ivr.account}'", "top": 8},
)
ODATA_KEY = sending(
    OdataConnector, OdataLookup, {"entity": "People('{ivr.account}')", "columns": ["A"]}
)


@shows_effect_of("http_json: sources.NAME.quotes")
@given(TEXTS)
@example("\\' OR Id != null OR Name = \\'")
def test_soql(value: str) -> None:
    request = sent_or_none(SOQL, value)
    if request is not None:
        (name, query), *others = query_of(request).items()
        assert (name, others) == ("q", [])
        read = "".join(literals(query, backslash=True))
        assert read == f"SELECT Id FROM Contact WHERE Account = <{value}> LIMIT 8"


@given(TEXTS)
def test_odata(value: str) -> None:
    request = sent_or_none(ODATA, value)
    if request is not None:
        query = query_of(request)
        assert query.keys() == {"$filter", "$top"}
        read = "".join(literals(query["$filter"], backslash=False))
        assert read == f"Account eq <{value}>"


@given(TEXTS)
def test_a_key_in_an_odata_path(value: str) -> None:
    request = sent_or_none(ODATA_KEY, value)
    if request is not None:
        assert query_of(request) == {"$select": "A"}
        assert len(request.url.raw_path.split("/")) == 3
        segment = unquote(request.url.raw_path.rpartition("/")[2])
        assert "".join(literals(segment, backslash=False)) == f"People(<{value}>)"


@pytest.mark.parametrize(
    ("kind", "model", "keys", "source"),
    [
        (
            OdataConnector,
            OdataLookup,
            {"entity": "A", "filter": "id eq {ivr.account}"},
            {},
        ),
        (OdataConnector, OdataLookup, {"entity": "A({ivr.account})"}, {}),
        (
            HttpJsonConnector,
            HttpLookup,
            {"path": "/search?q=FIND {{{ivr.account}}} IN PHONE FIELDS"},
            {"quotes": "backslash"},
        ),
    ],
)
def test_outside_of_quotes_a_value_is_one_word_or_the_lookup_is_not_asked(
    kind: type[Any], model: type[Any], keys: Any, source: Any
) -> None:
    sent = sending(kind, model, keys, **source)
    for value in HOSTILE:
        with pytest.raises(Unsuitable):
            sent(value)
    for value in ("7", "4aa5d8d3-0001", "2000-01-01T00:00:00Z", "+442079460958"):
        assert value in unquote(str(sent(value).url))


JSON_IN_QUERY = sending(
    HttpJsonConnector,
    HttpLookup,
    {"path": '/r?filters=[["customer","=","{ivr.account}"],["docstatus","=",1]]'},
)


@given(TEXTS)
def test_json_in_a_query(value: str) -> None:
    request = sent_or_none(JSON_IN_QUERY, value)
    if request is not None:
        query = query_of(request)
        assert query.keys() == {"filters"}
        found = json.loads(query["filters"])
        assert found == [["customer", "=", value], ["docstatus", "=", 1]]


BODY = {"filter": [{"a": "{ivr.account}"}, "x {ivr.account} y"], "limit": 8}
BODIES: list[tuple[Sent, Callable[[str], Any]]] = [
    (
        sending(
            HttpJsonConnector, HttpLookup, {"path": "/", "method": "POST", "body": BODY}
        ),
        lambda v: {"filter": [{"a": v}, f"x {v} y"], "limit": 8},
    ),
    (
        sending(
            GraphqlConnector,
            GraphqlLookup,
            {"query": "query ($a: ID) { c(id: $a) { n } }",
             "variables": {"a": "{ivr.account}"}},
        ),
        lambda v: {
            "query": "query ($a: ID) { c(id: $a) { n } }", "variables": {"a": v}
        },
    ),
    (
        sending(
            JsonRpcConnector,
            JsonRpcLookup,
            {"call": "find", "params": [[["ref", "=", "{ivr.account}"]]]},
        ),
        lambda v: {
            "jsonrpc": "2.0", "id": 1, "method": "find", "params": [[["ref", "=", v]]]
        },
    ),
]  # fmt: skip


@shows_effect_of(
    "graphql: lookups.NAME.query",
    "graphql: lookups.NAME.variables",
    "json_rpc: lookups.NAME.call",
    "json_rpc: lookups.NAME.params",
)
@given(TEXTS)
def test_json_bodies_of_http_json_graphql_and_json_rpc(value: str) -> None:
    for sent, expected in BODIES:
        body = sent(value).body
        assert json.loads(json.dumps(body)) == expected(value)


FORM = sending(
    HttpJsonConnector,
    HttpLookup,
    {"path": "/", "method": "POST", "form": {"n": "{ivr.account}", "limit": "8"}},
)
HEADER = sending(
    HttpJsonConnector, HttpLookup, {"path": "/", "headers": {"X-Who": "{ivr.account}"}}
)


@given(TEXTS)
def test_forms_and_headers(value: str) -> None:
    assert FORM(value).form == {"n": value, "limit": "8"}
    request = sent_or_none(HEADER, value)
    if request is not None:
        assert request.headers == {"X-Who": value}
        assert not any(c in value for c in "\r\n\0")


@given(TEXTS)
def test_a_value_is_no_template(value: str) -> None:
    """Neither a secret nor another parameter can be asked for by a caller."""
    hostile = f"{value}{{secret.key}}{{number}}"
    for sent in (SOQL, ODATA, JSON_IN_QUERY, FORM, HEADER, *(s for s, _ in BODIES)):
        request = sent_or_none(sent, hostile)
        if request is not None:
            everything = (
                f"{request.url} {request.headers} {request.body} {request.form}"
            )
            assert SECRET_KEY not in everything


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(TEXTS)
async def test_sql(tmp_path: Path, value: str) -> None:
    path = tmp_path / "crm.sqlite"
    if not path.exists():
        with closing(sqlite3.connect(path)) as database:
            database.executescript(
                "create table c (id, account); insert into c values (1, 'A-1');"
            )
    options = SqlConnector.source_options.model_validate({"url": f"sqlite:///{path}"})
    crm = SqlConnector(options, ConnectorContext(source="crm", folder=tmp_path))
    await crm.open()
    keys = {
        "query": "select id, :ivr.account as given from c where account = :ivr.account"
    }
    asked = SqlConnector.lookup_options.model_validate(keys)
    rows = await crm.lookup("who", asked).fetch({"ivr.account": value})
    assert len(rows) == (value == "A-1")
    await crm.close()
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("select count(*) from c").fetchone() == (1,)
