"""`screenpop init` with the servers that companies have, not only with a file."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import yaml
from real_servers import MariaDB
from unit.cli.test_init import CALLERS, typed

from screenpop.cli import main
from screenpop.config.load import Loaded
from screenpop.node.asking import explained, load_checked

CARD = (
    "SELECT customerName AS name FROM customers"
    " WHERE replace(phone, ' ', '') LIKE '%$NUMBER%';"
)
LOWER = """
create table customers (customerNumber integer primary key, customerName varchar(50),
  contactLastName varchar(50), contactFirstName varchar(50), phone varchar(50),
  city varchar(50), country varchar(50), creditLimit decimal(10,2));
create table orders (orderNumber integer primary key, orderDate date,
  status varchar(15), customerNumber integer,
  foreign key (customerNumber) references customers (customerNumber));
create table orderdetails (orderNumber integer, productCode varchar(15),
  quantityOrdered integer, priceEach decimal(10,2),
  foreign key (orderNumber) references orders (orderNumber));
"""
QUOTED = """
create table "Customers" ("CustomerID" varchar(5) primary key,
  "CompanyName" varchar(40), "ContactName" varchar(30), "Country" varchar(15),
  "Phone" varchar(24), "Fax" varchar(24));
create table "Orders" ("OrderID" integer primary key, "CustomerID" varchar(5)
  references "Customers" ("CustomerID"), "OrderDate" timestamp);
create table "Order Details" ("OrderID" integer references "Orders" ("OrderID"),
  "ProductID" integer, "UnitPrice" real, "Quantity" smallint);
"""


def lower() -> str:
    rows = ",".join(
        f"({n}, 'Firm {n}', 'B', 'A', '{typed(int(n))}', 'London', 'UK', 500)"
        for n in CALLERS.values()
    )
    return f"""{LOWER}
        insert into customers values {rows};
        insert into orders values (1, '2004-01-02', 'Shipped', 7);
        insert into orderdetails values (1, 'S10', 4, 2.5);"""


def quoted() -> str:
    rows = ",".join(
        f"('{n}', 'Firm {n}', 'Ada', 'UK', '{typed(int(n))}', '')"
        for n in CALLERS.values()
    )
    return f"""{QUOTED}
        insert into "Customers" values {rows};
        insert into "Orders" values (1, '7', '1998-01-02');
        insert into "Order Details" values (1, 1, 2.5, 4);"""


def init(url: str, folder: Path, *more: str) -> Loaded:
    output = folder / "out.yaml"
    words = ["--url", url, "--country", "GB", "--output", str(output)]
    with suppress(SystemExit):  # of a failure, too: then there is no file
        main(["init", *words, *more])
    return load_checked(output)


def on_postgresql(url: str, database: str, statements: str) -> str:
    async def made() -> None:
        server = await asyncpg.connect(url)
        await server.execute(f"create database {database}")
        await server.close()
        inside = await asyncpg.connect(url.replace("/postgres", f"/{database}"))
        await inside.execute(statements)
        await inside.close()

    asyncio.run(made())
    return url.replace("/postgres", f"/{database}")


def finds_callers(loaded: Loaded) -> None:
    async def found() -> Mapping[str, list[str]]:
        return {
            number: [
                x.ref.key
                for x in (
                    await explained(loaded, number, reads_customers=True)
                ).profile.candidates
            ]
            for number in CALLERS
        }

    assert asyncio.run(found()) == {number: [key] for number, key in CALLERS.items()}


def shows_an_order(loaded: Loaded) -> None:
    told = asyncio.run(explained(loaded, "+442079460007", reads_customers=True))
    (order,) = told.profile.facets["sales_history"].rows
    assert float(str(order["total"])) == 10


@pytest.mark.parametrize("schema", [lower, quoted])
def test_postgresql_customers_are_found_without_an_edit(
    tmp_path: Path,
    postgresql: str,
    schema: Callable[[], str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    url = on_postgresql(postgresql, f"init_{schema.__name__}", schema())
    loaded = init(url, tmp_path)
    said = capsys.readouterr().out
    assert "has the customers" in said
    assert "last_orders: order, date" in said
    assert "tried with the first customer's number: Firm" in said
    finds_callers(loaded)
    shows_an_order(loaded)


def test_a_password_of_mariadb_stays_out_of_the_file(
    tmp_path: Path,
    mariadb: MariaDB,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    mariadb.run(f"create database init_lower; use init_lower; {lower()}")
    url = mariadb.url("init_lower").replace("mysql+asyncmy", "mysql")
    monkeypatch.setenv("SCREENPOP_DB", url)
    loaded = init(url, tmp_path)
    said = capsys.readouterr().out
    assert "last_orders: order, date" in said
    assert "Set SCREENPOP_DB" in said
    assert "field-only" not in said + (tmp_path / "out.yaml").read_text()
    finds_callers(loaded)
    shows_an_order(loaded)


def test_a_customer_card_is_bound_on_each_server(
    tmp_path: Path,
    postgresql: str,
    mariadb: MariaDB,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    card = tmp_path / "card.sql"
    card.write_text(CARD)
    mariadb.run(f"create database init_card; use init_card; {lower()}")
    urls = {
        "postgresql": on_postgresql(postgresql, "init_card", lower()),
        "mariadb": mariadb.url("init_card").replace("mysql+asyncmy", "mysql"),
    }
    for name, url in urls.items():
        monkeypatch.setenv("SCREENPOP_DB", url)
        folder = tmp_path / name
        folder.mkdir()
        loaded = init(url, folder, "--card", str(card))
        written: Any = yaml.safe_load((folder / "out.yaml").read_text())
        assert ":suffix8" in written["lookups"]["customer_card"]["query"]
        told = asyncio.run(explained(loaded, "+442079460002", reads_customers=True))
        assert told.profile.facets["customer_card"].rows == ({"name": "Firm 2"},)
