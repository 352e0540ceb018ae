"""Does docs/sources.md say what the connectors really understand?"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path

import pytest
import yaml
from aiohttp import web

from screenpop.config.sources import LookupSettings, Source
from screenpop.connector import ConnectorContext, FeedReading
from screenpop.connector.base import FAMILIES, PARAMETERS
from screenpop.connector.order_rows import ItemRows, OrderRows
from screenpop.connector.registry import Registry

Serve = Callable[
    [Callable[[web.Request], Awaitable[web.StreamResponse]]], Awaitable[str]
]
DOCS = Path(__file__).parents[3] / "docs"
PAGE = (DOCS / "sources.md").read_text()
EXAMPLES = [yaml.safe_load(x) for x in re.findall(r"```yaml\n(.*?)```", PAGE, re.S)]
FORMS = ("graphql", "json_rpc", "odata")  # of http_json: their own keys only are listed
SERVICE_KEYS = {*Source.model_fields, *LookupSettings.model_fields}


def between(name: str) -> str:
    found = re.search(rf"<!-- {name}[^>]*-->\n(.*)<!-- end {name} -->", PAGE, re.S)
    assert found is not None
    return found[1].strip()


def test_each_key_of_a_form_is_in_its_table() -> None:
    base = Registry().find("http_json")
    page = (DOCS / "connectors" / "http_json.md").read_text()
    for name in FORMS:
        (table,) = re.findall(rf"\n\| `{name}` \|(.*)\n", page)
        form = Registry().find(name)
        own = form.lookup_options.model_fields.keys() - base.lookup_options.model_fields
        assert set(re.findall(r"`(\w+)`", table)) >= own


def test_the_table_of_parameters_is_that_of_the_code() -> None:
    rows = [
        f"| `{name}` | {text} |" for name, text in {**PARAMETERS, **FAMILIES}.items()
    ]
    head = ["| parameter | value |", "| --- | --- |"]
    assert between("parameters") == "\n".join([*head, *rows])


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: next(iter(e["sources"])))
def test_each_example_is_accepted(
    example: dict[str, dict[str, dict[str, object]]],
) -> None:
    check(example)


@pytest.mark.parametrize("name", FORMS)
def test_the_examples_that_the_connectors_show_are_accepted(name: str) -> None:
    check(yaml.safe_load(Registry().find(name).example))


def check(example: dict[str, dict[str, dict[str, object]]]) -> None:
    """As `check-config` does: models, then the connector and its lookups, no I/O."""
    made = {}
    for name, keys in example["sources"].items():
        kind = Registry().find(str(keys["connector"]))
        options = kind.source_options.model_validate(own(keys))
        made[name] = kind(options, ConnectorContext(source=name, folder=Path()))
    for name, keys in example.get("lookups", {}).items():
        connector = made[str(keys["source"])]
        asked = connector.lookup_options.model_validate(own(keys))
        assert connector.lookup(name, asked).needs


def own(keys: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in keys.items() if name not in SERVICE_KEYS}


# -- the examples of orders, run ---------------------------------------------------

ERP = """
create table order_head (id, customer_id, ordered_at, currency, state, changed_at);
create table order_line (order_id, line_no, item_id, quantity, amount);
create table item (id, name, category, price, stock, active);
insert into order_head values ('o1', 41, '2026-10-01', 'EUR', 'done', '2026-10-02');
insert into order_line values ('o1', 1, 'A', 2, '5.00');
insert into item values ('A', 'Tyre', 'Tyres', '2.50', 12, 'y');
"""
SHOP: dict[str, object] = {
    "/api/order-lines": {
        "lines": [
            {"customer": {"id": 41}, "order": "o1", "at": "2026-10-01", "sku": "A",
             "qty": 2, "total": "5.00", "pos": 1, "changed": "2026-10-02"}
        ]
    },
    "/api/products": {
        "products": [{"sku": "A", "title": "Tyre", "price": 2.5, "stock": {"free": 12}}]
    },
}  # fmt: skip
SALES = (
    "Customer,Invoice,Date,Article,Description,Pieces,Price\n"
    "41,o1,10/01/2026,A,Tyre,2,2.50\n"
)


async def shop(request: web.Request) -> web.Response:
    return web.json_response(SHOP[request.path])


@pytest.mark.parametrize("name", ["erp", "shop", "sales_export"])
async def test_each_example_of_orders_gives_an_order_and_an_item(
    tmp_path: Path, serve: Serve, name: str
) -> None:
    [example] = [x for x in EXAMPLES if "orders" in x["sources"].get(name, {})]
    keys = dict(example["sources"][name])
    with closing(sqlite3.connect(tmp_path / "erp.sqlite")) as database:
        database.executescript(ERP)
    (tmp_path / "sales.csv").write_text(SALES)
    if "base_url" in keys:
        keys["base_url"] = f"{await serve(shop)}/api"
    kind = Registry().find(str(keys["connector"]))
    options = kind.source_options.model_validate(own(keys))
    connector = kind(options, ConnectorContext(source=name, folder=tmp_path))
    await connector.open()
    orders, items = FeedReading(), FeedReading()
    lines = OrderRows(orders, connector.options.orders)
    batches = connector.orders(connector.first_since, orders)
    assert batches is not None
    [line] = [line async for batch in batches for line in lines.lines(batch)]
    assert (line.customer, line.order, line.item) == ("41", "o1", "A")
    assert (line.quantity, line.amount) == (2, 5)
    batches = connector.items(items)
    assert batches is not None
    found = [x async for batch in batches for x in ItemRows(items).items(batch)]
    assert [(item.key, item.name, item.price) for item in found] == [("A", "Tyre", 2.5)]
    await connector.close()
