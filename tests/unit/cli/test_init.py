"""`screenpop init`: a configuration that finds callers without being edited."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest
import yaml

from screenpop.cli import main
from screenpop.node.asking import explained, load_checked

MESSY = (
    "020 7946 {:04d}",
    "(020) 7946-{:04d}",
    "+44 20 7946 {:04d}",
    "0044207946{:04d}",
)
CALLERS = {f"+44207946{n:04d}": str(n) for n in range(1, 21)}


def typed(n: int) -> str:
    return MESSY[n % len(MESSY)].format(n)


IMPORTER = """
create table [Customers] ([CustomerID] TEXT PRIMARY KEY, [CompanyName] TEXT,
  [ContactName] TEXT, [City] TEXT, [Country] TEXT, [Phone] TEXT, [Fax] TEXT);
create table [Employees] ([EmployeeID] INTEGER PRIMARY KEY, [LastName] TEXT,
  [FirstName] TEXT, [HomePhone] TEXT);
create table [Shippers] ([ShipperID] INTEGER PRIMARY KEY, [CompanyName] TEXT,
  [Phone] TEXT);
create table [Orders] ([OrderID] INTEGER PRIMARY KEY, [CustomerID] TEXT
  references [Customers] ([CustomerID]), [OrderDate] DATETIME, [ShippedDate] DATETIME);
create table [Order Details] ([OrderID] INTEGER references [Orders] ([OrderID]),
  [ProductID] INTEGER, [UnitPrice] NUMERIC, [Quantity] INTEGER);
"""
MODELS = """
create table customers (customerNumber integer primary key, customerName text,
  contactLastName text, contactFirstName text, phone text, addressLine1 text,
  city text, country text, salesRepEmployeeNumber integer, creditLimit numeric);
create table employees (employeeNumber integer primary key, lastName text,
  firstName text, extension text, email text);
create table offices (officeCode text primary key, city text, phone text);
create table orders (orderNumber integer primary key, orderDate date, status text,
  customerNumber integer references customers (customerNumber));
create table orderdetails (orderNumber integer references orders (orderNumber),
  productCode text, quantityOrdered integer, priceEach numeric);
create table payments (customerNumber integer, checkNumber text, amount numeric);
"""
PARTIES = """
create table party_party (id integer primary key, name text, code text, active bool);
create table party_contact_mechanism (id integer primary key, party integer
  references party_party (id), type text, value text, value_compact text);
create table sale_sale (id integer primary key, party integer
  references party_party (id), number text, sale_date date, state text);
create table sale_line (id integer primary key, sale integer
  references sale_sale (id), quantity numeric, unit_price numeric);
create table company_employee (id integer primary key, party integer);
"""


def importer(made: sqlite3.Connection) -> None:
    made.executescript(IMPORTER)
    for n in CALLERS.values():
        row = (n, f"Firm {n}", "Ada", "London", "UK", typed(int(n)), "")
        made.execute("insert into Customers values (?, ?, ?, ?, ?, ?, ?)", row)
    made.execute("insert into Orders values (1, '7', '1998-01-02', null)")
    made.execute("insert into [Order Details] values (1, 1, 2.5, 4)")


def models(made: sqlite3.Connection) -> None:
    made.executescript(MODELS)
    for n in map(int, CALLERS.values()):
        row = (n, f"Firm {n}", "B", "A", typed(n), "x", "London", "UK", None, 500)
        made.execute("insert into customers values (?,?,?,?,?,?,?,?,?,?)", row)
    made.execute("insert into orders values (1, '2004-01-02', 'Shipped', 7)")
    made.execute("insert into orderdetails values (1, 'S10', 4, 2.5)")


def parties(made: sqlite3.Connection) -> None:
    made.executescript(PARTIES)
    for n in map(int, CALLERS.values()):
        made.execute("insert into party_party values (?, ?, ?, 1)", (n, f"Firm {n}", n))
        kind = ("phone", "mobile")[n % 2]
        for what, value in ((kind, typed(n)), ("email", f"a{n}@example.net")):
            row = (n, what, value)
            into = "party_contact_mechanism (party, type, value)"
            made.execute(f"insert into {into} values (?, ?, ?)", row)
    made.execute("insert into sale_sale values (1, 7, 'S1', '2026-01-02', 'done')")
    made.execute("insert into sale_line values (1, 1, 4, 2.5)")


def init(folder: Path, *more: str) -> None:
    """Raises `SystemExit` where it fails."""
    output = str(folder / "out.yaml")
    words = ["--url", "sqlite:///company.sqlite", "--country", "GB", "--output", output]
    try:
        main(["init", *words, *more])
    except SystemExit as ended:
        if ended.code:
            raise


@pytest.mark.parametrize(
    ("fill", "table", "total"),
    [
        (importer, "Customers", 10),
        (models, "customers", 10),
        (parties, "party_party", 10),
    ],
)
def test_at_least_nine_of_ten_callers_are_found_without_an_edit(
    tmp_path: Path,
    fill: object,
    table: str,
    total: int,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with closing(sqlite3.connect(tmp_path / "company.sqlite")) as made, made:
        fill(made)  # type: ignore[operator]
    init(tmp_path)
    said = capsys.readouterr().out
    assert f"- {table} has the customers" in said
    assert "last_orders: order, date" in said
    assert "tried with the first customer's number: Firm 1" in said
    loaded = load_checked(tmp_path / "out.yaml")

    async def found() -> Mapping[str, bool]:
        seen = {}
        for number, key in CALLERS.items():
            told = await explained(loaded, number, reads_customers=True)
            seen[number] = [x.ref.key for x in told.profile.candidates] == [key]
            if key == "7":
                (order,) = told.profile.facets["sales_history"].rows
                assert float(str(order["total"])) == total
        return seen

    seen = asyncio.run(found())
    assert sum(seen.values()) >= 0.9 * len(seen), seen


def test_a_customer_card_becomes_a_lookup_with_a_bound_parameter(
    tmp_path: Path,
) -> None:
    with closing(sqlite3.connect(tmp_path / "company.sqlite")) as made, made:
        models(made)
    card = tmp_path / "card.sql"
    card.write_text(
        "SELECT customerName FROM customers WHERE replace(phone, ' ', '')"
        " LIKE '%$NUMBER%';"
    )
    init(tmp_path, "--card", str(card))
    query = yaml.safe_load((tmp_path / "out.yaml").read_text())["lookups"][
        "customer_card"
    ]
    assert query["query"].endswith("LIKE '%' || :suffix8 || '%'")
    loaded = load_checked(tmp_path / "out.yaml")
    told = asyncio.run(explained(loaded, "+442079460002", reads_customers=True))
    assert told.profile.facets["customer_card"].rows == ({"customerName": "Firm 2"},)


@pytest.mark.parametrize(
    ("schema", "more", "said"),
    [
        ("create table notes (id integer primary key, text text)", (), "no table has"),
        (MODELS, ("--table", "offices"), "has no key, no name or no numbers"),
        (MODELS, ("--table", "kunden"), "there is no table 'kunden'"),
        (MODELS, ("--card", "card.sql"), "no place for the number"),
    ],
)
def test_what_cannot_be_proposed_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, schema: str, more: tuple[str, ...],
    said: str, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    (tmp_path / "card.sql").write_text("select 1")
    with closing(sqlite3.connect(tmp_path / "company.sqlite")) as made, made:
        made.executescript(schema)
    with pytest.raises(SystemExit):
        init(tmp_path, *more)
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out.yaml").exists()


def test_nothing_is_made_or_replaced(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        init(tmp_path)
    assert "no such file" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "out.yaml").write_text("mine")
    with pytest.raises(SystemExit):
        init(tmp_path)
    assert (tmp_path / "out.yaml").read_text() == "mine"
