"""Sources of customers that agents search, in a test."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

CUSTOMERS = [
    ("41", "Ada Byron", "Analytical Engines", "London", "A-41", "2026-10-01"),
    ("42", "Ada Lovell", None, "Leeds", "A-42", None),
    ("43", "Charles Babbage", "100% Cogs", "London", "A-43", "2026-11-02"),
    ("44", "Adam_West", None, "York", "A-44", None),
]
QUERY = (
    "select id as key, name, company, city, account, last_order from customer"
    " where account = :search.text or name like :search.contains escape '!'"
    " or company like :search.contains escape '!' order by id"
)


def erp(folder: Path, **search: Any) -> dict[str, Any]:
    """A database with four customers and what they owe, searched by `search:`."""
    path = folder / "erp.sqlite"
    if not path.exists():
        with sqlite3.connect(path) as base:
            base.execute(
                "create table customer"
                " (id text, name text, company text, city text, account text,"
                " last_order text)"
            )
            base.executemany("insert into customer values (?,?,?,?,?,?)", CUSTOMERS)
            base.execute("create table owes (customer text, open text)")
            base.executemany(
                "insert into owes values (?,?)",
                [(key, f"{key}.00") for key, *_ in CUSTOMERS],
            )
        base.close()
    return {
        "connector": "sql",
        "label": "ERP",
        "url": "sqlite:///erp.sqlite",
        "search": {"query": QUERY, **search},
    }


OWES = {
    "source": "erp",
    "facet": "balance",
    "query": "select open from owes where customer = :customer.key",
    "customer_of": ["erp"],
}


def company(folder: Path, **more: Any) -> dict[str, Any]:
    """`sources` and `lookups` of a service."""
    return {"sources": {"erp": erp(folder), **more}, "lookups": {"owes": OWES}}
