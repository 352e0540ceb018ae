"""How long does a start take after a million events, and what does saving cost?

    PYTHONPATH=tests python tests/load/start.py --calls 250000 --hours 10 [--redis]

Fills a journal (four events, two answers and a receipt for each call), then starts
the service in a process of its own: first without a saved state, then with the one
that the stop before has saved, then after a kill. Prints seconds until it is ready,
processor time, memory, and how late the event loop ran while the state was saved at
50 calls a second.

With `--folder` what was filled and saved stays there, and a second run measures only
the starts with a saved state. With `--redis` the journal is in a Redis.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml
from redis_server import RedisServer, redis_server

from screenpop.config.load import Loaded
from screenpop.domain.call import AgentId, CallEvent, CallId, EventType, LineId, Scope
from screenpop.domain.profile import Answer, Candidate, CandidateRef, LookupOutcome
from screenpop.journal.base import Journal
from screenpop.journal.records import (
    ActionRecord,
    AnswersRecord,
    EventRecord,
    Record,
)
from screenpop.node.asking import load_checked
from screenpop.node.build import build
from screenpop.node.gauges import spare_the_loop
from screenpop.node.node import Service
from screenpop.node.parts import journal_of
from screenpop.support.clock import SystemClock

AGENTS = 500
BATCH = 700
STEPS = (
    (EventType.QUEUED, 0.0),
    (EventType.ALERTING, 3.0),
    (EventType.ANSWERED, 8.0),
    (EventType.ENDED, 90.0),
)


def events(call: int, began_us: int) -> Iterator[CallEvent]:
    for kind, after_s in STEPS:
        at_us = began_us + round(after_s * 1e6)
        ends_or_waits = kind in (EventType.QUEUED, EventType.ENDED)
        yield CallEvent(
            type=kind,
            line=LineId("main"),
            call_id=CallId(f"call-{call}"),
            event_id=f"{call}-{kind.value}",
            at_us=at_us,
            received_us=at_us,
            scope=Scope.CALL,
            caller=f"+4420{call % 10**8:08}",
            dialled="+442079460100",
            queue=f"q{call % 20}",
            agents=() if ends_or_waits else (AgentId(str(1000 + call % AGENTS)),),
            occurrence=began_us // 1000,
        )


def answers(call: int, began_us: int, part: int) -> AnswersRecord:
    ref = CandidateRef(source="crm", key=f"C-{call % 90_000}")
    rows = tuple({"number": f"INV-{n}", "open": "1250.00"} for n in range(6))
    return AnswersRecord(
        line="main",
        call_id=CallId(f"call-{call}"),
        occurrence=began_us // 1000,
        round=f"r{began_us}",
        part=part,
        at_us=began_us + 3_100_000,
        answers=(
            Answer(
                lookup=f"lookup{part}",
                source="crm",
                facet="sales_history",
                outcome=LookupOutcome.OK,
                rows=rows,
                fetched_us=began_us,
            ),
        ),
        candidates=(Candidate(ref=ref, name="Ada", confidence=0.9, why="hers"),),
        chosen=ref,
    )


def records(call: int, began_us: int) -> Iterator[Record]:
    for number, event in enumerate(events(call, began_us)):
        yield EventRecord(event=event)
        if number == 1:
            yield answers(call, began_us, 0)
            yield answers(call, began_us, 1)
            yield ActionRecord(
                action="receipt",
                action_id=f"receipt-{call}",
                at_us=began_us + 3_200_000,
                user=f"u{call % AGENTS}",
                agent=AgentId(str(1000 + call % AGENTS)),
                line="main",
                call_id=CallId(f"call-{call}"),
                occurrence=began_us // 1000,
                data={"ms": "12"},
            )


async def fill(journal: Journal, calls: int, hours: float) -> None:
    await journal.open()
    now_us = time.time_ns() // 1000
    every_us = hours * 3.6e9 / calls
    batch: list[Record] = []
    for call in range(calls):
        batch += records(call, round(now_us - (calls - call) * every_us - 100e6))
        if len(batch) >= BATCH or call == calls - 1:
            await journal.append(batch)
            batch = []
    await journal.close()


def rss_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return round(pages * resource.getpagesize() / 1e6, 1)


async def late_ms(service: Service, seconds: float, *, saving: bool) -> dict[str, Any]:
    """How late does the loop run at 50 calls a second?"""
    late: list[float] = []
    saved: list[float] = []
    task: asyncio.Future[None] | None = None
    began = due = time.perf_counter()
    call = int(began * 1000)
    while time.perf_counter() - began < seconds:
        due += 0.02
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        late.append((time.perf_counter() - due) * 1000)
        due = max(due, time.perf_counter() - 0.02)
        call += 1
        now_us = time.time_ns() // 1000
        await service.events.keep(
            [EventRecord(event=e) for e in events(call + 10**9, now_us)]
        )
        if saving and (task is None or task.done()):
            cpu = time.process_time()
            task = asyncio.get_running_loop().create_task(
                service.snapshots.save(service.journal, service.spare.turn)
            )
            task.add_done_callback(
                lambda _, cpu=cpu: saved.append(time.process_time() - cpu)  # type: ignore[misc]
            )
    if task is not None:
        await task
    late.sort()
    told = {"p50": late[len(late) // 2], "p99": late[int(len(late) * 0.99)]}
    told |= {"max": late[-1]}
    return {name: round(value, 1) for name, value in told.items()} | {
        "snapshots": len(saved)
    }


async def start(folder: Path, *, measure: bool, kill: bool) -> dict[str, Any]:
    spare_the_loop()
    wall, cpu = time.perf_counter(), time.process_time()
    service = await build(load_checked(folder / "start.yaml"), SystemClock(), None)
    vars(service)["_keep_running"] = lambda: None  # the start alone
    await service.begin()
    told: dict[str, Any] = {
        "ready_wall_s": round(time.perf_counter() - wall, 1),
        "ready_cpu_s": round(time.process_time() - cpu, 1),
        "rss_mb": rss_mb(),
        "calls_followed": len(service.follower.book),
        "offset": service.follower.offset,
    }
    if measure:
        service.follower.live = service.follower.placing.live = True
        following = asyncio.get_running_loop().create_task(service._follow())
        told["late_ms_without"] = await late_ms(service, 15, saving=False)
        told["late_ms_while_saved"] = await late_ms(service, 15, saving=True)
        following.cancel()
    wall, cpu = time.perf_counter(), time.process_time()
    if kill:
        print(json.dumps(told), flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
    await service.end()
    told["stop_wall_s"] = round(time.perf_counter() - wall, 1)
    told["stop_cpu_s"] = round(time.process_time() - cpu, 1)
    told["rss_peak_mb"] = round(
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1
    )
    for saved in (folder / "data").glob("*.snapshot"):
        told["snapshot_mb"] = round(saved.stat().st_size / 1e6, 2)
    return told


def write(folder: Path, redis: RedisServer | None) -> None:
    (folder / "data").mkdir(parents=True, exist_ok=True)
    config: dict[str, Any] = {
        "version": 1,
        "server": {"port": 0, "country": "GB", "data_dir": "data"},
        "lines": {
            "main": {"dialect": "generic", "settings": {"token": "x" * 24}},
        },
    }
    if redis is not None:
        config["journal"] = {"engine": "redis", "url": redis.url}
    (folder / "start.yaml").write_text(yaml.safe_dump(config))


def run(folder: Path, *more: str) -> None:
    command = [sys.executable, __file__, "--start", str(folder), *more]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    print(" ".join(more) or "start", done.stdout.strip() or done.stderr[-2000:])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=25_000)
    parser.add_argument("--hours", type=float, default=10)
    parser.add_argument("--start", type=Path)
    parser.add_argument("--measure", action="store_true")
    parser.add_argument("--kill", action="store_true")
    parser.add_argument("--redis", action="store_true")
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    if options.start is not None:
        told = asyncio.run(
            start(options.start, measure=options.measure, kill=options.kill)
        )
        print(json.dumps(told))
        return
    with ExitStack() as held:
        folder = options.folder
        if folder is None:
            folder = Path(held.enter_context(tempfile.TemporaryDirectory()))
        redis = held.enter_context(redis_in(folder)) if options.redis else None
        is_new = not (folder / "start.yaml").exists()
        write(folder, redis)
        if is_new:
            whole = replace_pending(load_checked(folder / "start.yaml"))
            journal = journal_of(whole, SystemClock())
            asyncio.run(fill(journal, options.calls, options.hours))
            run(folder)
        if is_new and options.folder is not None:
            return
        run(folder, "--kill")
        run(folder, *([] if options.redis else ["--measure"]))


@contextmanager
def redis_in(folder: Path) -> Iterator[RedisServer]:
    """With its files in the folder; waits until they are loaded."""
    place = folder / "redis"
    place.mkdir(parents=True, exist_ok=True)
    with redis_server("--appendonly", "yes", "--dir", str(place)) as server:
        while "loading:1" in server.command("INFO", "persistence"):
            time.sleep(0.1)
        yield server


def replace_pending(loaded: Loaded) -> Loaded:
    """Appends wait for no one here."""
    journal = loaded.config.journal.model_copy(update={"pending_max": 100_000})
    config = loaded.config.model_copy(update={"journal": journal})
    return replace(loaded, config=config)


if __name__ == "__main__":
    main()
