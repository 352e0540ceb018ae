"""The example configurations against the real sample databases, on three servers.

The databases are not part of this repository. `SCREENPOP_SAMPLES` names a folder with
`northwind/northwind.sqlite`, `chinook/chinook.sqlite` and for each an `expected.json`:

    SCREENPOP_SAMPLES=… pytest tests/scenario/test_sample_databases.py
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from real_servers import mariadb_server, postgresql_server

from screenpop.lookup.explain import Explanation
from screenpop.node.asking import explained, load_checked

EXAMPLES = Path(__file__).parents[2] / "config" / "examples"
SAMPLES = Path(os.environ.get("SCREENPOP_SAMPLES", ""))
TABLES = {
    "northwind": ("Customers", "Orders", "Order Details", "Products"),
    "chinook": ("Customer", "Invoice", "InvoiceLine", "Track", "Album", "Artist"),
}
ANSI = "&init_command=set%20sql_mode%3D'ANSI'"

pytestmark = pytest.mark.skipif(
    "SCREENPOP_SAMPLES" not in os.environ,
    reason="SCREENPOP_SAMPLES names no folder with the sample databases",
)


def expected(name: str) -> list[dict[str, Any]]:
    told = json.loads((SAMPLES / name / "expected.json").read_text())
    callers: list[dict[str, Any]] = told["callers"]
    return callers


def statements(name: str, quote: str) -> Iterator[str]:
    """The tables of a SQLite file, with their rows, in the words of a server."""
    file = SAMPLES / name / f"{name}.sqlite"
    with closing(sqlite3.connect(f"file:{file}?immutable=1", uri=True)) as database:
        for table in TABLES[name]:
            shown = f"{quote}{table}{quote}" if " " in table else table
            columns = database.execute(f'pragma table_info("{table}")').fetchall()
            written = [f"{column} {of_server(type_, key)}"
                       for _, column, type_, _, _, key in columns]  # fmt: skip
            keys = ", ".join(column for _, column, *_, key in columns if key)
            yield f"create table {shown} ({', '.join(written)}, primary key ({keys}))"
            for row in database.execute(f'select * from "{table}"'):
                yield f"insert into {shown} values ({', '.join(map(literal, row))})"


def of_server(declared: str, key: int) -> str:
    if "INT" in declared:
        return "integer"
    if declared == "DATETIME":
        return "timestamp null"
    if declared.startswith(("NUMERIC", "REAL")):
        return "numeric(12, 4)"
    return "varchar(40)" if key else "text"


def literal(value: object) -> str:
    if value is None:
        return "null"
    return str(value) if isinstance(value, int | float) else quoted(str(value))


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


@asynccontextmanager
async def database_of(name: str, server: str) -> AsyncIterator[str]:
    if server == "sqlite":
        yield f"sqlite:///{SAMPLES}/{name}/{name}.sqlite"
    elif server == "mariadb":
        with mariadb_server() as mariadb:
            made = ";\n".join(statements(name, "`"))
            mariadb.run(f"create database shop character set utf8mb4; use shop; {made}")
            yield mariadb.url("shop") + ANSI
    else:
        with postgresql_server() as url:
            connection = await asyncpg.connect(url)
            await connection.execute(";\n".join(statements(name, '"')))
            await connection.close()
            yield url


@pytest.mark.parametrize("server", ["sqlite", "postgresql", "mariadb"])
@pytest.mark.parametrize("name", sorted(TABLES))
async def test_every_caller_is_found_with_name_and_figures(
    name: str, server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCREENPOP_DATA", str(tmp_path / "data"))
    async with database_of(name, server) as url:
        text = (EXAMPLES / f"{name}.yaml").read_text("utf-8")
        file = tmp_path / "screenpop.yaml"
        file.write_text(text.replace("sqlite:///${SCREENPOP_DB}", f'"{url}"'))
        found = load_checked(file)
        wrong = [
            difference
            for caller in expected(name)
            for difference in differences(
                caller, await explained(found, caller["caller"])
            )
        ]
    assert wrong == []


def differences(caller: dict[str, Any], told: Explanation) -> Iterator[str]:
    """What is not as `expected.json` says."""
    facets = told.profile.facets
    number, customers = caller["caller"], caller["customers"]
    fields = facets["identity"].fields if "identity" in facets else {}
    name = fields["name"].value if "name" in fields else None
    if not customers:
        if name is not None:
            yield f"{number}: found {name}, expected nobody"
        return
    (wanted,) = customers
    if name != wanted["name"]:
        yield f"{number}: {name} instead of {wanted['name']}"
        return
    total = facets["sales"].fields["total"].value
    if abs(figure(total) - wanted["total"]) > 0.011:
        yield f"{number}: total {total}"
    orders = [
        (figure(row["order"]), row["date"], figure(row["total"]))
        for row in facets["sales_history"].rows[:3]
    ]
    if orders != [(o["id"], o["date"], o["total"]) for o in wanted["last_orders"]]:
        yield f"{number}: orders {orders}"
    bought = [
        (row["product"], figure(row["quantity"]))
        for row in facets["frequent_items"].rows[:3]
    ]
    most = [
        (item["name"], item.get("quantity", item.get("tracks")))
        for item in wanted["most_bought"]
    ]
    if bought != most:
        yield f"{number}: bought {bought}, not {most}"


def figure(value: object) -> float:
    return float(str(value))
