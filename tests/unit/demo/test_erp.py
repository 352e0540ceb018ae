"""Does the ERP database hold the company, and does it add up?"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from screenpop.demo.company import Company, found_company
from screenpop.demo.erp import write_erp

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
