"""Does the ERP database hold the company, and does it add up?"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
import yaml

from screenpop.connector import ConnectorContext, FeedReading, OrdersOptions
from screenpop.connector.order_rows import ItemRows, OrderRows
from screenpop.demo import erp
from screenpop.demo.company import Company, found_company
from screenpop.demo.erp import write_erp
from screenpop_connectors.sql import SqlConnector

TODAY = date(2026, 11, 21)


@pytest.fixture(scope="module")
def db(
    company: Company, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[sqlite3.Connection]:
    path = tmp_path_factory.mktemp("erp") / "erp.sqlite"
    write_erp(company, path)
    with closing(sqlite3.connect(path)) as connection:
        yield connection


def number(db: sqlite3.Connection, query: str) -> int:
    return int(db.execute(query).fetchone()[0])


def test_all_rows_are_written(db: sqlite3.Connection, company: Company) -> None:
    assert number(db, "SELECT count(*) FROM CUSTMAST") == len(company.customers)
    assert number(db, "SELECT count(*) FROM SOHEAD") == len(company.orders)
    assert number(db, "SELECT count(*) FROM ARINV") == len(company.invoices)


def test_an_order_is_worth_what_its_lines_are(db: sqlite3.Connection) -> None:
    wrong = """SELECT count(*) FROM SOHEAD h WHERE NET_CT !=
        (SELECT sum(QTY * PRICE_CT) FROM SOLINE l WHERE l.SONO = h.SONO)"""
    assert number(db, wrong) == 0


def test_nobody_paid_more_than_was_due(db: sqlite3.Connection) -> None:
    wrong = """SELECT count(*) FROM ARINV i WHERE GROSS_CT <
        (SELECT coalesce(sum(AMT_CT), 0) FROM ARPAY p WHERE p.INVNO = i.INVNO)"""
    assert number(db, wrong) == 0


def test_the_open_amount_is_the_company_s(
    db: sqlite3.Connection, company: Company
) -> None:
    paid = number(db, "SELECT sum(AMT_CT) FROM ARPAY")
    owed = number(db, "SELECT sum(GROSS_CT) FROM ARINV") - paid
    assert owed == sum(i.open_cents for i in company.invoices)


def test_two_writings_of_one_company_are_the_same_bytes(
    company: Company, tmp_path: Path
) -> None:
    write_erp(company, tmp_path / "a.sqlite")
    write_erp(found_company(7, TODAY), tmp_path / "b.sqlite")
    a, b = (tmp_path / name for name in ("a.sqlite", "b.sqlite"))
    assert a.read_bytes() == b.read_bytes()
    assert not list(tmp_path.glob("*.draft"))


async def test_its_orders_and_items_are_read_as_the_demo_declares_them(
    company: Company, tmp_path: Path
) -> None:
    write_erp(company, tmp_path / "erp.sqlite")
    text = (Path(erp.__file__).parent / "screenpop.demo.yaml").read_text()
    declared = yaml.safe_load(re.sub("@[A-Z_]+@", "1", text))["sources"]["erp"]
    keys = {name: declared[name] for name in ("url", "orders", "items")}
    options = SqlConnector.source_options.model_validate(keys)
    source = SqlConnector(options, ConnectorContext(source="erp", folder=tmp_path))
    orders, items = FeedReading(), FeedReading()
    batches, more = source.orders(None, orders), source.items(items)
    assert batches is not None
    assert more is not None
    rows = OrderRows(orders, options.orders or OrdersOptions())
    lines = [line async for batch in batches for line in rows.lines(batch)]
    found = [x async for batch in more for x in ItemRows(items).items(batch)]
    await source.close()
    assert len(lines) == sum(len(order.lines) for order in company.orders)
    assert not orders.left_out
    worth = {order.number: order.net_cents for order in company.orders}
    first = [line for line in lines if line.order == lines[0].order]
    cents = round(100 * sum(line.amount or 0 for line in first))
    assert cents == worth[int(lines[0].order)]
    assert {line.customer for line in lines} <= company.by_account().keys()
    assert {line.item for line in lines} <= {item.key for item in found}
    assert {item.category for item in found if not item.active} == {"Services"}
