"""`screenpop replay`: exactly the planted differences, and nothing is written."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import yaml

from screenpop.cli import main
from screenpop.history import migrate
from screenpop.history.engine import Database, sqlite_url
from screenpop.history.tables import calls

CUSTOMERS = 40
CALLS = 120
FAR = "2000-01-01"


def number(n: int) -> str:
    return f"+4420794609{n:02d}"


def lookup(query: str, **more: object) -> dict[str, object]:
    return {"source": "erp", "query": query, **more}


OWED = "select open as open from customers where id = :customer.key"
CITY = "select city as city from customers where id = :customer.key"


def written(folder: Path, name: str, lookups: Mapping[str, Any], **more: Any) -> Path:
    config = {
        "version": 1,
        "server": {"country": "GB", "data_dir": "data"},
        "lines": {"main": {"settings": {"signing_secret": "a" * 20}, "country": "GB"}},
        "sources": {
            "erp": {
                "connector": "sql",
                "url": "sqlite+aiosqlite:///erp.db",
                "contacts": {"query": "select id as key, name, phone from customers"},
            }
        },
        "lookups": dict(lookups),
        **more,
    }
    path = folder / name
    path.write_text(yaml.safe_dump(config))
    return path


def company(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "erp.db")) as made, made:
        made.execute("create table customers (id, name, phone, open, city)")
        made.executemany(
            "insert into customers values (?, ?, ?, ?, ?)",
            [(n, f"Customer {n}", number(n), n, "Ayr") for n in range(CUSTOMERS)],
        )


async def past(folder: Path) -> None:
    """Three calls of each customer, one of a stranger, one withheld."""
    (folder / "data").mkdir()
    database = Database(sqlite_url(folder / "data" / "store.sqlite"))
    await database.open()
    await migrate.ensure(database)
    row = {
        "line": "main", "occurrence": 0, "phase": "ended", "direction": "inbound",
        "withheld": False, "chosen_by_agent": False, "attributes": "{}",
    }  # fmt: skip
    rows = [
        {
            **row,
            "call_id": f"c{n}",
            "number": number(n % CUSTOMERS),
            "arrived_us": 10**15 + n,
        }
        for n in range(CALLS)
    ]
    rows.append(
        {**row, "call_id": "s", "number": "+442079461999", "arrived_us": 10**15}
    )
    rows.append(
        {**row, "call_id": "w", "number": None, "arrived_us": 10**15, "withheld": True}
    )
    async with database.write() as connection:
        for each in rows:
            await connection.execute(calls.insert().values(each))
    await database.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    company(tmp_path)
    asyncio.run(past(tmp_path))
    written(tmp_path, "old.yaml", {"owed": lookup(OWED, facet="balance")})
    return tmp_path


def run(folder: Path, capsys: pytest.CaptureFixture[str], *more: str) -> Any:
    words = [
        "--config",
        str(folder / "new.yaml"),
        "--against",
        str(folder / "old.yaml"),
    ]
    code = 0
    try:
        main(["replay", *words, "--rate", "10000", "--json", *more])
    except SystemExit as ended:
        code = int(ended.code or 0)
    out = capsys.readouterr().out
    return code, json.loads(out) if out.startswith("{") else out


def test_exactly_the_planted_differences_are_found(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    planted = (
        "select case when id in (3, 5) then open + 1000 when id = 7 then null"
        " else open end as open from customers where id = :customer.key"
    )
    city = f"{CITY} and id < 10"
    written(
        folder,
        "new.yaml",
        {
            "owed": lookup(planted, facet="balance"),
            "where": lookup(city, facet="place", kind="fields"),
        },
        facets={"place": {"label": "Place", "fields": {"city": {"label": "City"}}}},
    )
    before = {x: x.stat().st_mtime_ns for x in folder.rglob("*") if x.is_file()}
    code, found = run(folder, capsys, "--since", FAR)
    assert code == 0
    assert (found["calls"], found["callers"]) == (CALLS + 1, CUSTOMERS + 1)
    assert found["differing"] == 30
    fields = {x["field"]: (x["new"], x["gone"], x["changed"]) for x in found["fields"]}
    assert fields == {"place.city": (30, 0, 0), "balance.open": (0, 3, 6)}
    for each in next(x for x in found["fields"] if x["field"] == "balance.open")[
        "examples"
    ]:
        assert each["number"].startswith("+4420…"), each
    after = {x: x.stat().st_mtime_ns for x in folder.rglob("*") if x.is_file()}
    new = {x.name for x in after.keys() - before.keys()}
    assert new <= {"store.sqlite-wal", "store.sqlite-shm"}
    assert {x for x in before if before[x] != after.get(x)} <= {
        folder / "data" / "store.sqlite"
    }


def test_the_same_configuration_differs_in_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(folder, "new.yaml", {"owed": lookup(OWED, facet="balance")})
    code, found = run(folder, capsys, "--since", FAR)
    assert (code, found["differing"], found["fields"]) == (0, 0, [])
    code, found = run(folder, capsys)
    assert (code, found["calls"]) == (0, 0)  # of the last days there are none


def test_other_customers_are_other_callers(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new = written(folder, "new.yaml", {"owed": lookup(OWED, facet="balance")})
    config = yaml.safe_load(new.read_text())
    config["sources"]["erp"]["contacts"]["query"] += " where id <> 4"
    new.write_text(yaml.safe_dump(config))
    numbers = folder / "numbers.csv"
    numbers.write_text(f"number\n{number(4)}\n{number(6)}\n")
    code, found = run(folder, capsys, "--numbers", str(numbers), "--show-numbers")
    assert code == 0
    by_name = {x["field"]: x["examples"] for x in found["fields"]}
    assert by_name["caller"] == [
        {
            "number": number(4), "call": "row 1", "old": "Customer 4 (erp 4)",
            "new": "nobody",
        }
    ]  # fmt: skip
    assert "balance.open" in by_name


def test_a_source_that_fails_is_said_and_ends_with_1(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = OWED.replace("customers", "customer")
    written(folder, "new.yaml", {"owed": lookup(broken, facet="balance")})
    numbers = folder / "numbers.csv"
    numbers.write_text(f"{number(4)}\n")
    code, found = run(folder, capsys, "--numbers", str(numbers))
    assert code == 1
    assert found["failed"] == {"new: owed": 1}
