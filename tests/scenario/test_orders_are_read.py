"""Orders are read whatever happens meanwhile: kill -9, a source that is away, calls."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, suppress
from pathlib import Path

import yaml
from call_centre import open_call_centre, write_config
from key_effects import built

from screenpop.insight.order_reader import OrderReader

ROOT = Path(__file__).parents[2]
LINES = 60_000
QUERY = """select id % 500 as customer, id / 4 as "order", '2026-10-01' as date,
    id % 300 as item, id as line, id as changed
    from sale where id >= :since order by id"""
FOR_EVER = """with recursive n(i) as (select 1 union all select i + 1 from n)
    select i as customer, 1 as "order", 1 as date, 1 as item from n where i < 0"""
RETAIL = """InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID
536365,85123A,HEART HOLDER,6,2010-12-01 08:26,2.55,17850
536365,71053,LANTERN,6,2010-12-01 08:26,3.39,17850
C536379,71053,LANTERN,-1,2010-12-02 09:41,3.39,17850
536380,POST,POSTAGE,1,2010-12-03 09:41,18.00,12346
536381,22961,JAM MAKING SET,24,2010-12-03 10:01,1.45,
"""


def sales(folder: Path, lines: int = LINES) -> None:
    with closing(sqlite3.connect(folder / "erp.sqlite")) as made, made:
        made.execute("create table sale (id integer primary key)")
        numbers = ((n,) for n in range(1, lines + 1))
        made.executemany("insert into sale values (?)", numbers)


def source(**more: object) -> dict[str, object]:
    orders = {"query": QUERY, "since": 0}
    return {"connector": "sql", "url": "sqlite:///erp.sqlite", "orders": orders, **more}


def training(file: Path, *words: str, **environ: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "screenpop", "insight", "train"]
    return subprocess.Popen(
        [*command, "--config", str(file), *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **environ},
    )


def progress(folder: Path) -> int:
    """The last line that is durable; 0: none yet."""
    with suppress(sqlite3.Error):
        path = folder / "data" / "orders.sqlite"
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as store:
            found = store.execute("select progress from sources").fetchone()
            return int(json.loads(found[0]) or 0) if found else 0
    return 0


def test_a_reading_that_is_killed_goes_on_where_it_was(tmp_path: Path) -> None:
    sales(tmp_path)
    file = write_config(tmp_path, sources={"crm": source()})
    first = training(file)
    within = time.monotonic() + 60
    while not 0 < progress(tmp_path) < LINES and time.monotonic() < within:
        assert first.poll() is None, first.communicate()
    first.send_signal(signal.SIGKILL)
    first.communicate()
    done = progress(tmp_path)
    assert 0 < done < LINES
    out, err = training(file, "--json").communicate()
    told = json.loads(out)
    assert err == ""
    assert told["lines"] == LINES
    assert told["sources"]["crm"]["orders"]["rows"] == LINES - done + 1
    with OrderReader(tmp_path / "data") as reader:
        assert reader.is_whole
        assert len(reader.orders().line_item) == LINES


async def test_a_source_that_is_away_is_shown(tmp_path: Path) -> None:
    async with built(tmp_path, sources={"crm": source()}) as service:
        await service.lookups.sources.open()
        service.orders.keep_read()
        async with asyncio.timeout(10):
            while not service.orders.progress["crm"].trouble:
                await asyncio.sleep(0.01)
        [problem] = service.orders.problems()
        assert problem.part == "source crm"
        assert "no such file" in problem.message
        assert not problem.fatal


async def test_a_card_opens_while_orders_are_read_for_ever(tmp_path: Path) -> None:
    sales(tmp_path, lines=1)
    crm = source(orders={"query": FOR_EVER, "timeout_ms": 3_600_000})
    async with open_call_centre(tmp_path, sources={"crm": crm}) as centre:
        feed = centre.service.orders.progress
        async with asyncio.timeout(10):
            while feed["crm"].phase != "orders":
                await asyncio.sleep(0.01)
        ana = await centre.sign_in("ana")
        await centre.ring("ana")
        assert await ana.next_pop()
        assert feed["crm"].phase == "orders"


def test_the_example_of_the_wholesaler_reads_its_data(tmp_path: Path) -> None:
    rows = [line.split(",") for line in RETAIL.splitlines()]
    names = ", ".join(f"{name} text" for name in rows[0])
    with closing(sqlite3.connect(tmp_path / "online_retail.sqlite")) as made, made:
        made.execute(f"create table line ({names}, Country text)")
        made.executemany(
            "insert into line values (?, ?, ?, ?, ?, ?, ?, 'United Kingdom')", rows[1:]
        )
    example = ROOT / "config" / "examples" / "online_retail.yaml"
    folder = {"ONLINE_RETAIL": str(tmp_path)}
    out, err = training(example, "--json", **folder).communicate()
    assert err == ""
    told = json.loads(out)
    found = [told[name] for name in ("lines", "orders", "customers", "items")]
    assert found == [3, 2, 2, 4]
    with OrderReader(tmp_path / "screenpop-data") as reader:
        orders = reader.orders()
        sold = {item.key: item.active for item in reader.items()}
        assert reader.currency() == "GBP"
    assert orders.customer_keys == ["12346", "17850"]
    assert sold == {"85123A": True, "71053": True, "POST": False, "22961": True}
    command = [sys.executable, "-m", "screenpop", "explain", "+441184960850", "--json"]
    shown = subprocess.run(
        [*command, "--config", str(example)],
        capture_output=True, text=True, env={**os.environ, **folder}, check=True,
    )  # fmt: skip
    explained = json.loads(shown.stdout)
    assert [one["name"] for one in explained["candidates"]] == ["Customer 17850"]
    assert explained["facets"]["sales_history"]["rows"][0]["total"] == 35.64


def test_the_example_says_how_its_data_are_unpacked() -> None:
    text = (ROOT / "config" / "examples" / "online_retail.yaml").read_text()
    assert "xz -dc online_retail.csv.xz" in text
    assert yaml.safe_load(text)["sources"]["retail"]["orders"]
