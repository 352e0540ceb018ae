"""Do `graphql`, `odata` and `json_rpc` keep the contract, and ask as they should?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import parse_qs

import pytest
import virtual_time
from aiohttp import web
from key_effects import shows_effect_of
from one_source import serving
from virtual_time import LoopClock

from screenpop.connector import ConnectorContext, Scalar, Unavailable
from screenpop.connector.testing import ConnectorContract, Keys
from screenpop_connectors.http_json.graphql import GraphqlConnector, GraphqlLookup
from screenpop_connectors.http_json.json_rpc import JsonRpcConnector, JsonRpcLookup
from screenpop_connectors.http_json.odata import OdataConnector, OdataLookup

Serve = Callable[
    [Callable[[web.Request], Awaitable[web.StreamResponse]]], Awaitable[str]
]
PEOPLE: list[dict[str, Any]] = [
    {"id": 7, "name": "O'Hara", "phone": "+442079460958"},
    {"id": 8, "name": "Ben", "phone": "+4930231250"},
    {"id": 9, "name": "Cleo", "phone": "+33142685300"},
]
BY_KEY = {"key": "id", "name": "name", "phone": "phone"}


def of(name: object, value: object) -> list[dict[str, Any]]:
    return [each for each in PEOPLE if each[str(name)] == value]


class FormContract(ConnectorContract):
    """A lookup by number; customers on two pages."""

    @pytest.fixture
    def params(self) -> Mapping[str, Scalar]:
        return {"number": "+442079460958"}

    @pytest.fixture
    def source_when_down(self) -> Keys:
        return {"base_url": "http://127.0.0.1:1", "connect_timeout_ms": 60_000}


# -- GraphQL

CUSTOMERS = """
query ($after: Int) {
  customers(first: 2, after: $after) { nodes { id name } pageInfo { endCursor } }
}
"""
ONE = "query ($phone: String!) { customer(phone: $phone) { id name } }"


async def graphql_service(request: web.Request) -> web.Response:
    if request.method != "POST":
        raise web.HTTPMethodNotAllowed(request.method, ["POST"])
    body = await request.json()
    if body["query"] == CUSTOMERS:
        after = body["variables"]["after"] or 0
        more = {"hasNextPage": after + 2 < len(PEOPLE), "endCursor": after + 2}
        found = {"nodes": PEOPLE[after : after + 2], "pageInfo": more}
        return web.json_response({"data": {"customers": found}})
    if body["query"] == ONE:
        found_one = of("phone", body["variables"]["phone"])
        return web.json_response({"data": {"customer": found_one}})
    return web.json_response({"errors": [{"message": "no such query"}]})


class TestGraphql(FormContract):
    connector = GraphqlConnector

    @pytest.fixture
    async def source(self, serve: Serve) -> Keys:
        return {
            "base_url": f"{await serve(graphql_service)}/graphql",
            "contacts": {
                "query": CUSTOMERS,
                "variables": {"after": None},
                "select": "data.customers.nodes",
                "fields": BY_KEY,
                "next": "data.customers.pageInfo | (hasNextPage && endCursor)",
                "next_param": "body.variables.after",
            },
        }

    @pytest.fixture
    def lookup(self) -> Keys:
        return {
            "query": ONE,
            "variables": {"phone": "{number}"},
            "select": "data.customer",
        }

    @pytest.fixture
    def lookup_with_unknown_parameter(self) -> Keys:
        return {"query": ONE, "variables": {"phone": "{numbr}"}}


# -- OData


async def odata_service(request: web.Request) -> web.Response:
    query = {name: values[0] for name, values in parse_qs(request.query_string).items()}
    if request.path.endswith("/metadata"):
        return web.json_response({})
    if "$filter" in query:
        name, _, literal = query["$filter"].partition(" eq ")
        text = literal[1:-1].replace("''", "'")
        assert literal[:1] == literal[-1:] == "'"
        assert "'" not in literal[1:-1].replace("''", "")
        return web.json_response({"value": of(name, text)})
    start = int(query.get("$skiptoken", 0))
    answer: dict[str, Any] = {"value": PEOPLE[start : start + 2]}
    if start + 2 < len(PEOPLE):
        answer["@odata.nextLink"] = f"People?$skiptoken={start + 2}"
    return web.json_response(answer)


class TestOdata(FormContract):
    connector = OdataConnector

    @pytest.fixture
    async def source(self, serve: Serve) -> Keys:
        return {
            "base_url": f"{await serve(odata_service)}/odata/v4",
            "contacts": {"entity": "People", "fields": BY_KEY},
        }

    @pytest.fixture
    def lookup(self) -> Keys:
        return {"entity": "People", "filter": "phone eq '{number}'"}

    @pytest.fixture
    def lookup_with_unknown_parameter(self) -> Keys:
        return {"entity": "People", "filter": "phone eq '{numbr}'"}


# -- JSON-RPC


async def rpc_service(request: web.Request) -> web.Response:
    if request.method != "POST":
        raise web.HTTPMethodNotAllowed(request.method, ["POST"])
    body = await request.json()
    assert body["jsonrpc"] == "2.0"
    match body["method"], body["params"]:
        case "people.read", [_, offset, limit]:
            result = PEOPLE[offset : offset + limit]
        case "people.find", {"phone": phone}:
            result = of("phone", phone)
        case _:
            error = {"code": 200, "message": "no such method", "data": {"debug": "Tr"}}
            return web.json_response({"id": 1, "error": error})
    return web.json_response({"id": 1, "result": result})


class TestJsonRpc(FormContract):
    connector = JsonRpcConnector

    @pytest.fixture
    async def source(self, serve: Serve) -> Keys:
        return {
            "base_url": f"{await serve(rpc_service)}/rpc",
            "contacts": {
                "call": "people.read",
                "params": [[], 0, 2],
                "fields": BY_KEY,
                "page_param": "body.params.1",
                "page_start": 0,
                "page_step": 2,
            },
        }

    @pytest.fixture
    def lookup(self) -> Keys:
        return {"call": "people.find", "params": {"phone": "{number}"}}

    @pytest.fixture
    def lookup_with_unknown_parameter(self) -> Keys:
        return {"call": "people.find", "params": {"phone": "{numbr}"}}


# -- what they ask, and what is refused


@shows_effect_of(
    "odata: lookups.NAME.entity",
    "odata: lookups.NAME.filter",
    "odata: lookups.NAME.columns",
    "odata: lookups.NAME.expand",
    "odata: lookups.NAME.order_by",
    "odata: lookups.NAME.top",
    "odata: lookups.NAME.count",
)
@pytest.mark.parametrize(
    ("keys", "path"),
    [
        ({"entity": "Customers('{customer.key}')"}, "/Customers('O''Hara')"),
        (
            {"entity": "Orders", "filter": "c eq '{customer.key}'", "count": True},
            "/Orders?$filter=c eq 'O''Hara'&$count=true",
        ),
        (
            {"entity": "Orders", "filter": "c eq '{customer.key}'",
             "columns": ["ID", "total"], "expand": "lines", "order_by": "at desc",
             "top": 8},
            "/Orders?$filter=c eq 'O''Hara'&$select=ID,total&$expand=lines"
            "&$orderby=at desc&$top=8",
        ),
    ],
)  # fmt: skip
async def test_odata_makes_the_path_of_its_parts(keys: Keys, path: str) -> None:
    asked: list[str] = []

    async def echo(request: web.Request) -> web.Response:
        asked.append(request.path_qs.replace("%20", " ").replace("%27", "'"))
        return web.json_response({"ID": 1})

    async with serving(echo) as url:
        options = OdataConnector.source_options.model_validate({"base_url": url})
        crm = OdataConnector(options, ConnectorContext(source="crm"))
        await crm.open()
        lookup = crm.lookup("x", OdataLookup.model_validate(keys))
        assert list(await lookup.fetch({"customer.key": "O'Hara"})) == [{"ID": 1}]
        await crm.close()
    assert asked == [path]


@pytest.mark.parametrize(
    ("answer", "count"),
    [
        ({"value": [{"a": 1}, {"a": 2}]}, 2),
        ({"value": []}, 0),
        ({"d": {"results": [{"a": 1}]}}, 1),
        ({"d": [{"a": 1}, {"a": 2}, {"a": 3}]}, 3),
        ({"d": {"a": 1}}, 1),
        ({"@odata.context": "x", "a": 1}, 1),
    ],
)
async def test_odata_finds_the_rows_of_each_version(
    answer: Mapping[str, object], count: int
) -> None:
    async def tell(request: web.Request) -> web.Response:
        return web.json_response(answer)

    async with serving(tell) as url:
        options = OdataConnector.source_options.model_validate({"base_url": url})
        crm = OdataConnector(options, ConnectorContext(source="crm"))
        await crm.open()
        asked = OdataLookup.model_validate({"entity": "X", "fields": {"a": "a"}})
        assert len(await crm.lookup("x", asked).fetch({})) == count
        await crm.close()


@pytest.mark.parametrize(
    ("model", "keys", "said"),
    [
        (GraphqlLookup, {"query": "# x\nmutation { a }"}, "must only read"),
        (GraphqlLookup, {"query": "subscription { a }"}, "must only read"),
        (GraphqlLookup, {"query": "{ a }", "body": {}}, "query and variables"),
        (GraphqlLookup, {}, "query"),
        (OdataLookup, {"entity": "A", "path": "/B"}, "entity and filter"),
        (JsonRpcLookup, {"call": "a", "method": "POST"}, "call and params"),
    ],
)
def test_what_a_form_does_not_take_is_said(model: Any, keys: Keys, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        model.model_validate(keys)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ({"message": "Odoo Server Error",
          "data": {"message": "Access Denied", "debug": "Traceback: pa55word"}},
         "Access Denied"),
        ({"code": -32601, "message": "not found", "data": "Traceback"}, "not found"),
        (["UserError", ["no right", ""]], "no right"),
        ({"data": {"debug": "Traceback (most recent call last)"}}, "without a message"),
    ],
)  # fmt: skip
async def test_an_error_of_json_rpc_is_told_without_its_traceback(
    error: object, said: str
) -> None:
    async def tell(request: web.Request) -> web.Response:
        return web.json_response({"jsonrpc": "2.0", "id": 1, "error": error})

    async with serving(tell) as url:
        options = JsonRpcConnector.source_options.model_validate({"base_url": url})
        crm = JsonRpcConnector(options, ConnectorContext(source="crm"))
        await crm.open()
        lookup = crm.lookup("x", JsonRpcLookup.model_validate({"call": "a"}))
        with pytest.raises(Unavailable, match=said) as caught:
            await lookup.fetch({})
        assert "Traceback" not in str(caught.value)
        await crm.close()


THROTTLED = {
    "errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}],
    "wait": 7,
}


@shows_effect_of("http_json: sources.NAME.busy")
@pytest.mark.parametrize(
    ("busy", "after_s"),
    [("errors[?extensions.code=='THROTTLED'] | [0]", 1), ("wait", 7)],
)
def test_an_answer_200_may_ask_to_wait(busy: str, after_s: float) -> None:
    asked = 0

    async def tell(request: web.Request) -> web.Response:
        nonlocal asked
        asked += 1
        if asked % 2:
            return web.json_response(THROTTLED)
        return web.json_response({"data": PEOPLE if asked == 4 else []})

    async def story() -> None:
        async with serving(tell) as url:
            contacts = {"query": "{ a }", "select": "data", "fields": BY_KEY}
            source = {"base_url": url, "busy": busy, "contacts": contacts}
            options = GraphqlConnector.source_options.model_validate(source)
            clock = LoopClock()
            crm = GraphqlConnector(
                options,
                ConnectorContext(source="crm", clock=clock),
            )
            await crm.open()
            lookup = crm.lookup("x", GraphqlLookup.model_validate({"query": "{ a }"}))
            with pytest.raises(Unavailable, match="asked too often") as caught:
                await lookup.fetch({})
            assert caught.value.retry_after_s == after_s
            await lookup.fetch({})
            began_s = clock.monotonic_s()
            found = crm.contacts()
            assert found is not None
            assert len([each async for each in found]) == 3
            assert after_s <= clock.monotonic_s() - began_s < after_s + 1
            await crm.close()

    virtual_time.run(story())


@shows_effect_of("json_rpc: lookups.NAME.version")
def test_version_one_of_json_rpc_has_no_member_that_says_so() -> None:
    one = JsonRpcLookup.model_validate({"call": "a", "version": "1.0"})
    assert one.body == {"id": 1, "method": "a", "params": []}
