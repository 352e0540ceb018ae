"""What does the number index cost at real sizes, and does it stop the event loop?

    python tests/load/number_index.py --customers 1000000
    python tests/load/number_index.py --customers 6650000 --file-only

Customers have one number or two, as people type them. They are read as the service
reads a source: made in the event loop, filed by a thread. Meanwhile a call comes
every 10 ms and asks for a number. Processor time is that of this process; a stall is
how much later than due the event loop ran (it also holds the machine's other work).
`--file-only` leaves out the reading of the texts (`phonenumbers`, most of the time):
what remains is the file with the same keys.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import json
import os
import random
import resource
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

from screenpop.connector import ContactRecord
from screenpop.connector.reading import shortened_text
from screenpop.lookup.number_index import NumberIndex
from screenpop.lookup.number_report import report_of
from screenpop.node.gauges import spare_the_loop
from screenpop.support.number_fields import NO_DIGITS
from screenpop.support.number_text import DIGITS_LOST
from screenpop.support.spellings import subscriber
from screenpop.support.tasks import TaskOwner

CALL_EVERY_S = 0.01
BATCH = 500
FINDS = 50_000
SAY_EVERY_S = 30
TYPED: dict[str, str] = {}  # of the batch under way: the number of each text


def number_of(n: int) -> tuple[str, str, str]:
    """Country, number as typed, E.164: the n-th customer's."""
    kind, serial = n % 8, n // 8
    seven, eight = f"{serial % 10**7:07}", f"{7 * 10**7 + serial % 10**7:08}"
    us = f"{2_000_000 + serial % 7_999_999:07}"
    pairs = " ".join(eight[at : at + 2] for at in range(0, 8, 2))
    writings = (
        ("GB", f"020 {eight[:4]} {eight[4:]}", f"+4420{eight}"),
        ("DE", f"030/{eight[:2]} {eight[2:5]} {eight[5:]}", f"+4930{eight}"),
        ("US", f"(212) {us[:3]}-{us[3:]} x{n % 90 + 10}", f"+1212{us}"),
        ("FR", f"+33 6 {pairs}", f"+336{eight}"),
        ("DE", f"040-{eight} / Fr. Hahn", f"+4940{eight}"),
        ("GB", f"Tel. +44 (0)20 8{eight[1:4]} {eight[4:]}", f"+44208{eight[1:]}"),
        ("Spain", f"0034 91{seven[:1]} {seven[1:4]} {seven[4:]}", f"+3491{seven}"),
        ("Germany", f"069 90009-901 / 0171 {seven}", f"+49171{seven}"),
    )
    return writings[kind]


def customer(n: int) -> ContactRecord:
    """Every second one has two numbers; one of 200 nothing that can be read, too."""
    country, typed, _ = number_of(n)
    numbers = [typed]
    if n % 2:
        numbers.append(f"+44 7{400 + n % 500} {n // 500 % 10**6:06}")
    if n % 200 == 0:
        numbers.append("4.42079E+11" if n % 400 else "see notes")
    return ContactRecord(
        key=f"C-{n:08}",
        numbers=tuple(numbers),
        name=f"Customer number {n}",
        company=f"Company {n % 5000} Ltd",
        country=country,
        fields={"city": f"Town {n % 900}", "segment": "ABC"[n % 3]},
    )


@dataclass
class Calls:
    """Calls that come in meanwhile: how late was the loop, how long took a find?"""

    index: NumberIndex
    customers: int
    late_ms: list[float] = field(default_factory=list)
    find_us: list[float] = field(default_factory=list)

    async def come(self) -> None:
        chance = random.Random(1)
        due = time.perf_counter()
        while True:
            due += CALL_EVERY_S
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            began = time.perf_counter()
            self.late_ms.append((began - due) * 1000)
            country, _, number = number_of(chance.randrange(self.customers))
            self.index.find(number, alpha2(country))
            self.find_us.append((time.perf_counter() - began) * 1e6)
            due = max(due, time.perf_counter() - CALL_EVERY_S)

    def take(self) -> dict[str, float]:
        late, find = sorted(self.late_ms), sorted(self.find_us)
        self.late_ms, self.find_us = [], []
        return {
            "calls": len(late),
            "late_p50_ms": round(late[len(late) // 2], 2),
            "late_p99_ms": round(late[int(len(late) * 0.99)], 2),
            "late_max_ms": round(late[-1], 2),
            "find_p50_us": round(find[len(find) // 2], 1),
            "find_p99_us": round(find[int(len(find) * 0.99)], 1),
            "find_max_us": round(find[-1], 1),
        }


def known_keys(numbers: tuple[str, ...], country: str | None) -> tuple[str, ...]:
    """What `keys_of_contact` gives for a `customer`, without reading its numbers."""
    keys = [f"={TYPED[numbers[0]]}"]
    for text in numbers[1:]:
        if text.startswith("+44"):
            keys.append("=" + text.replace(" ", ""))
        else:
            reason = NO_DIGITS if text == "see notes" else DIGITS_LOST
            keys.append(f"!{reason}\t{shortened_text(text)}")
    if " x" in numbers[0]:
        keys.append(f"x{TYPED[numbers[0]]}")
    if numbers[0].startswith("069 90009-901 / "):
        keys.append("=+496990009901")
    return tuple(keys)


async def customers(count: int) -> AsyncIterator[list[ContactRecord]]:
    for first in range(0, count, BATCH):
        some = range(first, min(first + BATCH, count))
        TYPED.clear()
        TYPED.update((number_of(n)[1], subscriber(number_of(n)[2])) for n in some)
        yield [customer(n) for n in some]


async def read(index: NumberIndex, count: int) -> dict[str, float]:
    cpu, wall = time.process_time(), time.perf_counter()
    loading = await asyncio.to_thread(index.begin, "erp", 0)
    async for batch in customers(count):
        await asyncio.to_thread(loading.add, batch)
    found = await asyncio.to_thread(loading.finish)
    assert found == count
    return {
        "cpu_s": round(time.process_time() - cpu, 2),
        "wall_s": round(time.perf_counter() - wall, 2),
    }


def rss_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return round(pages * resource.getpagesize() / 1e6, 1)


def finds(index: NumberIndex, count: int) -> dict[str, float]:
    """Each number once: nothing comes from the answers kept.

    Processor time is that of the find; the time by the clock holds, on a busy machine,
    the times in which other programs had the core.
    """
    chance = random.Random(2)
    some = [number_of(n) for n in chance.sample(range(count), min(FINDS, count))]
    asked = [(number, alpha2(country)) for country, _, number in some]
    figures: dict[str, float] = {}
    for what, numbers in (
        ("hit", asked),
        ("miss", [(f"+4989{n:08}", "DE") for n in range(len(some))]),
    ):
        took, ran = [], []
        for number, country in numbers:
            began, cpu = time.perf_counter(), time.thread_time()
            evidence = index.find(number, country)
            ran.append((time.thread_time() - cpu) * 1e6)
            took.append((time.perf_counter() - began) * 1e6)
            assert bool(evidence) is (what == "hit"), number
        for of, times in (("cpu", sorted(ran)), ("wall", sorted(took))):
            for name, share in (("p50", 0.5), ("p99", 0.99), ("p999", 0.999)):
                at = int(len(times) * share)
                figures[f"{what}_{of}_{name}_us"] = round(times[at], 1)
            figures[f"{what}_{of}_max_us"] = round(times[-1], 1)
    return figures


def alpha2(country: str) -> str:
    return {"Spain": "ES", "Germany": "DE"}.get(country, country)


def disk_mb(folder: Path) -> float:
    return sum(each.stat().st_size for each in folder.glob("erp*")) / 1e6


async def say(index: NumberIndex, folder: Path, largest: dict[str, float]) -> None:
    """How far it is; `largest` gets the most disk space that was used."""
    began = time.perf_counter()
    while True:
        with contextlib.suppress(OSError):  # a file has just gone
            used = disk_mb(folder)
            largest["disk_mb"] = max(largest["disk_mb"], round(used, 1))
        print(
            f"{time.perf_counter() - began:.0f} s, {time.process_time():.0f} s of cpu,"
            f" {len(index)} visible, rss {rss_mb()} MB, disk {largest['disk_mb']} MB,"
            f" load {os.getloadavg()[0]:.1f}",
            file=sys.stderr,
            flush=True,
        )
        await asyncio.sleep(SAY_EVERY_S)


async def measure(
    count: int, folder: Path, *, file_only: bool, refresh: bool
) -> dict[str, object]:
    told: dict[str, object] = {"customers": count, "rss_empty_mb": rss_mb()}
    told["load"] = os.getloadavg()
    index, largest = NumberIndex("GB", folder), {"disk_mb": 0.0}
    if file_only:
        index._keys = known_keys  # type: ignore[assignment]
    calls, tasks = Calls(index, count), TaskOwner("load")
    coming = tasks.spawn(calls.come(), name="calls")
    tasks.spawn(say(index, folder, largest), name="say")
    await asyncio.sleep(1)
    told["quiet"] = calls.take()
    told["first"] = await read(index, count) | calls.take() | {"rss_mb": rss_mb()}
    if refresh:
        told["refresh"] = await read(index, count) | calls.take() | {"rss_mb": rss_mb()}
    began = time.thread_time()
    gc.collect()
    told["full_collection_ms"] = round((time.thread_time() - began) * 1000, 1)
    coming.cancel()
    told["disk_max_mb"] = largest["disk_mb"]
    told["find"] = finds(index, count)
    index.close()
    began, cpu = time.perf_counter(), time.process_time()
    index = NumberIndex("GB", folder)
    index.open(["erp"])
    assert len(index) == count
    assert index.find(number_of(count // 2)[2], alpha2(number_of(count // 2)[0]))
    told["restart"] = {
        "cpu_s": round(time.process_time() - cpu, 3),
        "wall_s": round(time.perf_counter() - began, 3),
    }
    began = time.perf_counter()
    report = report_of({"erp": folder / "erp.sqlite"}).sources[0].numbers
    told["report_s"] = round(time.perf_counter() - began, 1)
    told["numbers"], told["shared"] = report.exact, report.shared
    await tasks.close()
    told["file_mb"] = round((folder / "erp.sqlite").stat().st_size / 1e6, 1)
    told["rss_peak_mb"] = round(
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1
    )
    return told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--file-only", action="store_true")
    parser.add_argument("--once", action="store_true", help="do not read them again")
    options = parser.parse_args()
    spare_the_loop()
    with tempfile.TemporaryDirectory() as folder:
        where = options.folder or Path(folder)
        told = asyncio.run(
            measure(
                options.customers,
                where,
                file_only=options.file_only,
                refresh=not options.once,
            )
        )
    print(json.dumps(told | {"python": sys.version.split()[0], "pid": os.getpid()}))


if __name__ == "__main__":
    main()
