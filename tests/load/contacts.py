"""Millions of customers in a running service: does their reading delay a call?

    PYTHONPATH=tests python -m load.contacts --customers 6700000

The service as the bench starts it, without and with a source of so many customers in
a SQLite file, written as people type numbers (`number_index.customer`). Calls come
before, while the customers are read for the first time, and when they are all there.
Then kill -9: how long until the service is ready, and are all known? Memory is the
resident set of the process, looked at every second.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from statistics import median

import msgspec
from load.figures import Step
from load.measure import POSTERS, Bench, Plan, running, told
from load.number_index import customer, finds
from load.process import Command, cores
from load.service import ServiceTarget
from load.targets import Setting

from screenpop.lookup.number_file import About, about
from screenpop.lookup.number_index import NumberIndex
from screenpop.support.tasks import TaskOwner

QUERY = """select id as key, name, company, country, phone, phone_2, city, changed
    from customer where changed >= :since order by changed"""
SEEN_EVERY_S = 1.0
ROUNDS = 3


def source(path: Path, customers: int) -> int:
    """Write the company's database; returns how many numbers are in it."""
    numbers = 0

    def rows() -> Iterator[tuple[object, ...]]:
        nonlocal numbers
        for n in range(customers):
            one = customer(n)
            numbers += len(one.numbers)
            yield (
                one.key, one.name, one.company, one.country, one.numbers[0],
                " ; ".join(one.numbers[1:]) or None, one.fields["city"], n,
            )  # fmt: skip

    with closing(sqlite3.connect(path)) as company:
        company.execute(
            "create table customer"
            " (id, name, company, country, phone, phone_2, city, changed integer)"
        )
        company.executemany("insert into customer values (?,?,?,?,?,?,?,?)", rows())
        company.execute("create index customer_changed on customer (changed)")
        company.commit()
    return numbers


class WithContacts(ServiceTarget):
    """The bench's service and a source of customers."""

    def __init__(self, setting: Setting, company: Path, at_most: int):
        super().__init__(setting)
        self._company = company
        self._at_most = at_most
        self._bench_folder = setting.folder

    def command(self, port: int) -> Command:
        made = super().command(port)
        path = self._bench_folder / "bench.yaml"
        config = json.loads(path.read_text())
        config["sources"]["crm"] = {
            "connector": "sql",
            "url": f"sqlite:///{self._company}",
            "statement_timeout_ms": 3_600_000,
            "contacts": {
                "query": QUERY, "since": 0, "contacts_max": self._at_most,
            },
        }  # fmt: skip
        path.write_text(json.dumps(config))
        return made


class Watched:
    """The size of the process and of its index, while something is done."""

    def __init__(self, bench: Bench, folder: Path):
        self._bench = bench
        self._index = folder / "data" / "numbers"
        self.rss_mb_max = 0.0
        self.disk_mb_max = 0.0
        self.began_s = time.perf_counter()

    @property
    def about(self) -> About:
        path = self._index / "crm.sqlite"
        if not path.exists():
            return About()
        with closing(sqlite3.connect(path)) as file:
            try:
                return about(file)
            except sqlite3.OperationalError:  # it is just being made
                return About()

    def disk_mb(self) -> float:
        sizes = [each.stat().st_size for each in self._index.glob("*")]
        return sum(sizes) / 1e6

    async def watch(self) -> None:
        while True:
            self.rss_mb_max = max(self.rss_mb_max, self._bench.server.rss_kb() / 1024)
            with contextlib.suppress(OSError):  # a file has just gone
                self.disk_mb_max = max(self.disk_mb_max, self.disk_mb())
            await asyncio.sleep(SEEN_EVERY_S)


def shown(step: Step) -> dict[str, float]:
    return {
        "rate": step.rate,
        "pop_p50_ms": round(step.opened.p50, 2),
        "pop_p99_ms": round(step.opened.p99, 2),
        "pop_max_ms": round(step.opened.max, 2),
        "complete_p99_ms": round(step.complete.p99, 2),
        "stall_ms": round(step.stall_ms, 1),
        "server_busy": round(step.server_busy, 2),
        "server_waited": round(step.server_waited, 2),
        "lost": step.lost,
    }


async def calls(bench: Bench, what: str, seconds: float) -> dict[str, object]:
    """By rate: the median of the rounds for each figure, and p99 of each round."""
    found: dict[str, object] = {}
    for rate in bench.plan.rates:
        steps = []
        for _ in range(ROUNDS):
            step = await bench.step(rate, seconds)
            print(what, told("service", step), flush=True)
            steps.append(shown(step))
        found[f"{rate:g}/s"] = {
            name: median(one[name] for one in steps) for name in steps[0]
        } | {"p99s_ms": [one["pop_p99_ms"] for one in steps]}
    return found


async def measure(folder: Path, customers: int, seconds: float) -> dict[str, object]:
    plan = Plan(agents=200, rates=(50, 200), search=False)
    company = folder / "crm.sqlite"
    result: dict[str, object] = {"customers": customers, "load": os.getloadavg()}
    result["numbers"] = numbers = source(company, customers)
    result["source_mb"] = round(company.stat().st_size / 1e6)
    without = Setting(folder=folder / "without", agents=plan.agents)
    async with running(ServiceTarget, without, plan, print) as bench:
        await bench.step(50, 2)
        result["rss_mb_without"] = round(bench.server.rss_kb() / 1024)
        result["calls_without"] = await calls(bench, "without", seconds)
        result["rss_mb_without_after_calls"] = round(bench.server.rss_kb() / 1024)
    given = Setting(folder=folder / "with", agents=plan.agents)
    async with running(
        lambda setting: WithContacts(setting, company, 2 * customers),
        given,
        plan,
        print,
    ) as bench:
        watched, tasks = Watched(bench, given.folder), TaskOwner("bench")
        tasks.spawn(watched.watch(), name="watch")
        result["ready_at_first_s"] = round(bench.server.start_s, 2)
        await bench.step(50, 2)
        result["calls_while_read"] = await calls(bench, "read", seconds)
        while not watched.about.whole:
            await asyncio.sleep(SEEN_EVERY_S)
            assert watched.about.contacts <= customers
            if round(time.perf_counter() - watched.began_s) % 60 == 0:
                print(watched.about.contacts, watched.rss_mb_max, flush=True)
        read_s = time.perf_counter() - watched.began_s
        result["read_s"] = round(read_s)
        result["numbers_per_s"] = round(numbers / read_s)
        result["rss_mb_max"] = round(watched.rss_mb_max)
        result["rss_mb_after"] = round(bench.server.rss_kb() / 1024)
        result["disk_mb_max"] = round(watched.disk_mb_max)
        result["disk_mb"] = round(watched.disk_mb())
        bench.generator.posters.close()  # the server ended connections without requests
        await bench.generator.posters.open(POSTERS)
        result["calls_after"] = await calls(bench, "after", seconds)
        assert watched.about.contacts == customers
        bench.generator.posters.close()
        bench.browsers.close()
        bench.server.kill()
        bench.server.start()
        result["ready_after_kill_s"] = round(bench.server.start_s, 2)
        result["rss_mb_after_restart"] = round(bench.server.rss_kb() / 1024)
        await tasks.close()
    index = NumberIndex("GB", given.folder / "data" / "numbers")
    index.open(["crm"])
    result["find"] = finds(index, customers)
    index.close()
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=8, help="a round (8)")
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    _, load = cores()
    os.sched_setaffinity(0, load)
    with tempfile.TemporaryDirectory() as folder:
        where = options.folder or Path(folder)
        where.mkdir(exist_ok=True)
        result = asyncio.run(measure(where, options.customers, options.seconds))
    print(msgspec.json.format(msgspec.json.encode(result)).decode())


if __name__ == "__main__":
    main()
