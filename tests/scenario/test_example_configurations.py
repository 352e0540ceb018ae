"""The example configurations find the callers of databases of others' making.

The tables are those of the real databases, the customers are invented: one for each way
in which a real number is written.
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

EXAMPLES = Path(__file__).parents[2] / "config" / "examples"
NORTHWIND = """
create table Customers (CustomerID text primary key, CompanyName text,
  ContactName text, City text, Country text, Phone text, Fax text);
create table Orders (OrderID integer primary key, CustomerID text,
  OrderDate datetime, ShippedDate datetime);
create table "Order Details" (OrderID integer, ProductID integer, UnitPrice numeric,
  Quantity integer, Discount real);
create table Products (ProductID integer primary key, ProductName text);
insert into Customers values
  ('BERLI', 'Berliner Käse', 'Eva Kühn', 'Berlin', 'Germany', '030-0074399', null),
  ('OREGO', 'Oregon Foods', 'Al Ray', 'Eugene', 'USA', '(503) 555-0142', null),
  ('MILAN', 'Torino Vini', 'Pia Re', 'Torino', 'Italy', '011-4988299', '011-4988298'),
  ('STRAS', 'Strasbourg Vins', 'Guy Roy', 'Strasbourg', 'France', '88.60.15.99', null),
  ('MEXIC', 'México Dulces', 'Ana Paz', 'México D.F.', 'Mexico', '(5) 555-0142', null),
  ('NOBOD', 'Never Called', 'No One', 'Nowhere', 'Sweden', '', '');
insert into Products values (1, 'Chai'), (2, 'Tofu');
insert into Orders values (10, 'BERLI', '1998-01-02', '1998-01-05'),
  (11, 'BERLI', '1998-04-09', null), (12, 'MEXIC', '1997-05-06', '1997-05-07');
insert into "Order Details" values (10, 1, 10.01, 1, 0.5), (10, 2, 2, 3, 0),
  (11, 1, 4.99, 10, 0.25), (12, 2, 1, 1, 0);
"""
CHINOOK = """
create table Customer (CustomerId integer primary key, FirstName text, LastName text,
  Company text, City text, Country text, Phone text, Fax text, Email text);
create table Invoice (InvoiceId integer primary key, CustomerId integer,
  InvoiceDate datetime, Total numeric(10,2));
create table InvoiceLine (InvoiceLineId integer primary key, InvoiceId integer,
  TrackId integer, UnitPrice numeric(10,2), Quantity integer);
create table Track (TrackId integer primary key, Name text, AlbumId integer);
create table Album (AlbumId integer primary key, Title text, ArtistId integer);
create table Artist (ArtistId integer primary key, Name text);
insert into Customer values
  (1, 'Ute', 'Köhn', null, 'Stuttgart', 'Germany', '+49 0711 2842299', null, 'u@x.de'),
  (2, 'Lia', 'Moro', null, 'Roma', 'Italy', '+39 06 39733499', null, 'l@x.it'),
  (3, 'Bo', 'Niel', null, 'Copenhagen', 'Denmark', '+453 3331 9999', null, 'b@x.dk');
insert into Artist values (1, 'Queen'), (2, 'Abba');
insert into Album values (1, 'A', 1), (2, 'B', 2);
insert into Track values (1, 'One', 1), (2, 'Two', 2), (3, 'Three', 2);
insert into Invoice values (7, 1, '2025-08-07 00:00:00', 2.97);
insert into InvoiceLine values (1, 7, 1, .99, 1), (2, 7, 2, .99, 1), (3, 7, 3, .99, 1);
"""
CALLERS: list[tuple[str, str, str | None, float, list[Any]]] = [
    ("northwind", "+49300074399", "Berliner Käse", 48.44, [11, 37.43, 10, 11.01]),
    ("northwind", "+15035550142", "Oregon Foods", 0, []),
    ("northwind", "+390114988298", "Torino Vini", 0, []),
    ("northwind", "+33388601599", "Strasbourg Vins", 0, []),
    ("northwind", "+525555550142", "México Dulces", 1, [12, 1]),
    ("northwind", "+493099999999", None, 0, []),
    ("chinook", "+497112842299", "Ute Köhn", 2.97, [7, 2.97]),
    ("chinook", "+390639733499", "Lia Moro", 0, []),
    ("chinook", "+4533319999", "Bo Niel", 0, []),
]


def explained(example: str, number: str, folder: Path) -> dict[str, Any]:
    """The facets that `screenpop explain` finds in a database of that form."""
    file = EXAMPLES / f"{example}.yaml"
    assert len(file.read_text("utf-8").splitlines()) <= 60
    told = asked(example, folder, "explain", number, "--json", "--config", str(file))
    facets: dict[str, Any] = told["facets"]
    return facets


def asked(example: str, folder: Path, *words: str) -> dict[str, Any]:
    """What a verb prints, with a database of that form."""
    database = folder / "company.sqlite"
    with closing(sqlite3.connect(database)) as made, made:
        made.executescript(NORTHWIND if example == "northwind" else CHINOOK)
    done = subprocess.run(
        [sys.executable, "-m", "screenpop", *words],
        env={
            **os.environ,
            "SCREENPOP_DB": str(database),
            "SCREENPOP_DATA": str(folder / "data"),
        },
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    printed: dict[str, Any] = json.loads(done.stdout)
    return printed


@pytest.mark.parametrize("example", ["northwind", "chinook"])
def test_every_query_of_an_example_returns_what_its_card_expects(
    example: str, tmp_path: Path
) -> None:
    file = str(EXAMPLES / f"{example}.yaml")
    told = asked(example, tmp_path, "check-config", file, "--connect", "--json")
    assert (told["ok"], told["problems"], told["warnings"]) == (True, [], [])
    (source,) = told["sources"].values()
    assert len(source["queries"]) == 4
    assert all(query["columns"] for query in source["queries"].values())


@pytest.mark.parametrize(("example", "number", "name", "total", "orders"), CALLERS)
def test_an_example_finds_each_caller_and_their_figures(
    example: str,
    number: str,
    name: str | None,
    total: float,
    orders: list[Any],
    tmp_path: Path,
) -> None:
    facets = explained(example, number, tmp_path)
    fields = facets["identity"]["fields"]
    assert (fields["name"]["value"] if fields else None) == name
    sums = facets["sales"]["fields"]
    found = sums["total"]["value"] if "total" in sums else None
    assert float(found or 0) == total
    rows = facets["sales_history"]["rows"]
    assert [float(row[x]) for row in rows for x in ("order", "total")] == orders


def test_most_bought_comes_first(tmp_path: Path) -> None:
    facets = explained("chinook", "+497112842299", tmp_path)
    rows = facets["frequent_items"]["rows"]
    assert [(row["product"], row["quantity"]) for row in rows] == [
        ("Abba", 2),
        ("Queen", 1),
    ]
