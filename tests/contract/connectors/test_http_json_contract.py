"""Does the `http_json` connector keep the contract?"""

from collections.abc import Awaitable, Callable, Mapping

import pytest
from aiohttp import web

from screenpop.connector import Scalar
from screenpop.connector.testing import ConnectorContract, Keys
from screenpop_connectors.http_json import HttpJsonConnector

Serve = Callable[
    [Callable[[web.Request], Awaitable[web.StreamResponse]]], Awaitable[str]
]
CUSTOMERS = {
    "4711": {"id": 4711, "name": "Ada", "phone": "+442079460958", "limit": 12.50},
    "4712": {"id": 4712, "name": "Ben", "phone": "+4930231250", "limit": None},
}


LINES = [
    {"who": 4711, "no": f"o{n}", "at": f"2026-10-0{n}T09:00:00Z", "sku": "A", "rev": n}
    for n in range(1, 6)
]


async def credit_department(request: web.Request) -> web.Response:
    if request.path == "/api/lines":
        first = int(request.query["from"])
        found = [line for line in LINES if line["rev"] >= first]  # type: ignore[operator]
        page = int(request.query["page"])
        return web.json_response(found[2 * page - 2 : 2 * page])
    if request.path == "/api/skus":
        return web.json_response([{"sku": "A", "name": "Tyre", "price": 12.50}])
    if request.path == "/api/customers":
        page, first = int(request.query["page"]), int(request.query["from"])
        changed = [each for each in CUSTOMERS.values() if each["id"] >= first]  # type: ignore[operator]
        return web.json_response({"items": changed[page - 1 : page]})
    customer = CUSTOMERS.get(request.path.removeprefix("/api/customers/"))
    if customer is None or request.query.get("phone") != customer["phone"]:
        raise web.HTTPNotFound(text="<html>no such customer</html>")
    return web.json_response({"customer": customer})


class TestHttpJson(ConnectorContract):
    connector = HttpJsonConnector

    @pytest.fixture
    async def source(self, serve: Serve) -> Keys:
        return {
            "base_url": f"{await serve(credit_department)}/api",
            "contacts": {
                "path": "/customers?from={since}",
                "since": 0,
                "select": "items",
                "fields": {
                    "key": "id", "name": "name", "phone": "phone", "changed": "id",
                },
                "page_param": "page",
            },
            "orders": {
                "path": "/lines?from={since}",
                "since": 0,
                "fields": {
                    "customer": "who", "order": "no", "date": "at", "item": "sku",
                    "changed": "rev",
                },
                "page_param": "page",
            },
            "items": {
                "path": "/skus",
                "fields": {"key": "sku", "name": "name", "price": "price"},
            },
        }  # fmt: skip

    @pytest.fixture
    def lookup(self) -> Keys:
        return {
            "path": "/customers/{customer.key}?phone={number}",
            "select": "customer",
            "fields": {"name": "name", "limit": "limit", "all": "@"},
        }

    @pytest.fixture
    def params(self) -> Mapping[str, Scalar]:
        return {"number": "+442079460958", "customer.key": "4711"}

    @pytest.fixture
    def source_when_down(self) -> Keys:
        return {"base_url": "http://127.0.0.1:1", "connect_timeout_ms": 60_000}

    @pytest.fixture
    def lookup_with_unknown_parameter(self) -> Keys:
        return {"path": "/customers/{numbr}"}
