"""How fast does the embedded journal take appends and give them back?

    python tests/load/journal.py [--seconds 10] [--rate 1000] [--full]

Prints: latency of single appends that arrive at random times (open loop: from the
moment an append was due), how late a timer of the same loop runs meanwhile, the
rate of appends when 500 callers append as fast as they can, and replay speed.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import random
import tempfile
import time
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Literal

from screenpop.domain.call import AgentId, CallEvent, CallId, EventType, LineId
from screenpop.domain.profile import Answer, CandidateRef, LookupOutcome
from screenpop.journal.base import START, Journal
from screenpop.journal.records import AnswersRecord, EventRecord, Record
from screenpop.journal.sqlite import SqliteJournal
from screenpop.support.tasks import TaskOwner


def rang(index: int) -> Record:
    now_us = time.time_ns() // 1000
    return EventRecord(
        event=CallEvent(
            type=EventType.ALERTING,
            line=LineId("main"),
            call_id=CallId(f"call-{index // 4}"),
            event_id=f"event-{index}",
            at_us=now_us,
            received_us=now_us,
            caller="+442079460958",
            dialled="+442079460100",
            queue="sales",
            agents=(AgentId("1001"), AgentId("1002")),
            attributes={"account": "4711"},
        )
    )


def looked_up(index: int) -> Record:
    rows = tuple(
        {"number": f"INV-{n}", "due": "2026-11-01", "open": "1250.00", "text": "x" * 60}
        for n in range(15)
    )
    return AnswersRecord(
        line="main",
        call_id=CallId(f"call-{index}"),
        round="r1",
        part=index,
        at_us=time.time_ns() // 1000,
        answers=(
            Answer(
                lookup="balance",
                source="erp",
                facet="balance",
                outcome=LookupOutcome.OK,
                rows=rows,
                subject=CandidateRef(source="erp", key=str(index)),
            ),
        ),
    )


def record(index: int) -> Record:
    """Every fifth is an answer of about 2 KB, the others are events."""
    return looked_up(index) if index % 5 == 0 else rang(index)


def percentile(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def told(name: str, values_s: Sequence[float]) -> None:
    shares = {"p50": 0.5, "p99": 0.99, "p99.9": 0.999, "max": 1.0}
    texts = [f"{k} {percentile(values_s, v) * 1000:.2f} ms" for k, v in shares.items()]
    print(f"{name}: {', '.join(texts)} (n={len(values_s)})")


async def at_rate(journal: Journal, rate: float, seconds: float) -> None:
    owner = TaskOwner("load")
    from_due: list[float] = []
    from_call: list[float] = []
    late: list[float] = []
    chance = random.Random(1)
    start = due = time.perf_counter()
    appends: list[asyncio.Task[None]] = []
    owner.spawn(timer(late), name="timer")

    async def one(index: int, due_s: float) -> None:
        given = record(index)
        start_s = time.perf_counter()
        await journal.append([given])
        end_s = time.perf_counter()
        from_call.append(end_s - start_s)
        from_due.append(end_s - due_s)

    index = 0
    while due < start + seconds:
        if (wait := due - time.perf_counter()) > 0:
            await asyncio.sleep(wait)
        appends.append(owner.spawn(one(index, due), name="append"))
        index += 1
        due += chance.expovariate(rate)
    await asyncio.gather(*appends)
    await owner.close()
    told(f"append at {rate:.0f}/s, from the call", from_call)
    told(f"append at {rate:.0f}/s, from when it was due", from_due)
    told("a 5 ms timer is late by", late)


async def timer(late: list[float]) -> None:
    while True:
        due = time.perf_counter() + 0.005
        await asyncio.sleep(0.005)
        late.append(time.perf_counter() - due)


async def flat_out(journal: Journal, callers: int, each: int) -> None:
    async def caller(name: int) -> None:
        for i in range(each):
            await journal.append([record(10_000_000 + name * each + i)])

    start = time.perf_counter()
    await asyncio.gather(*(caller(name) for name in range(callers)))
    took = time.perf_counter() - start
    print(f"{callers} callers flat out: {callers * each / took:,.0f} appends/s")


async def replay(journal: Journal) -> None:
    start, count, after = time.perf_counter(), 0, START
    while entries := await journal.read(after):
        count += len(entries)
        after = entries[-1].offset
    took = time.perf_counter() - start
    print(f"replay: {count:,} records in {took:.2f} s, {count / took:,.0f}/s")


async def main(options: argparse.Namespace, folder: Path) -> None:
    synchronous: Literal["full", "normal"] = "full" if options.full else "normal"
    journal = SqliteJournal(folder / "journal.sqlite", synchronous)
    await journal.open()
    print(f"synchronous={synchronous}, loop {type(asyncio.get_running_loop())}")
    await at_rate(journal, options.rate, options.seconds)
    await flat_out(journal, 500, 100)
    await replay(journal)
    await journal.close()


def run(main: Callable[[], Coroutine[None, None, None]], uvloop: bool) -> None:
    if uvloop:
        import uvloop as fast

        fast.run(main())
    else:
        asyncio.run(main())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--rate", type=float, default=1000)
    parser.add_argument("--full", action="store_true", help="synchronous=full")
    parser.add_argument("--uvloop", action="store_true")
    given = parser.parse_args()
    gc.set_threshold(100_000, 50, 1000)  # as the service sets it
    with tempfile.TemporaryDirectory() as folder:
        run(lambda: main(given, Path(folder)), given.uvloop)
