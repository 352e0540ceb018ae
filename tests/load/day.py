"""A day of calls through the real webhook, killed in the middle: does all agree?

`PYTHONPATH=tests python -m load.day --callers 10000 --kills 3`

The day has a midnight and the end of summer time of London, ring-all, transfers,
overflow, callbacks, calls of ours, late and repeated events. The service runs in a
process of its own whose clock is that of the calls; SIGKILL ends it some times, and
what was not acknowledged is sent again, as a telephone system does. Then the journal
is put into a new service in random order. After each the wallboard (its socket, change
by change, and a new one), `/v1/stats` of now and by quarter of an hour, its CSV and
Parquet, the lists behind the numbers and the recall list are held against a model that
knows nothing of the product.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import io
import json
import mmap
import random
import struct
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
from call_centre import PASSWORD, let_everybody_in, write_config
from pyarrow.parquet import read_table
from unit.history.simulated_day import S, SimulatedDay
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from screenpop.domain.call import CallEvent
from screenpop.domain.call_counts import NUMBERS
from screenpop.journal.base import START as FIRST
from screenpop.journal.records import Record
from screenpop.node.asking import load_checked
from screenpop.node.build import running
from screenpop.support.clock import FakeClock, iso_from_us
from screenpop.support.tasks import TaskOwner, spawn
from screenpop.web.table_answer import CSV, PARQUET

LONDON = ZoneInfo("Europe/London")
START = datetime(2026, 10, 24, 13, 0, tzinfo=UTC)
LENGTH_S = 22 * 3600  # until noon of a Sunday of 25 hours
DAYS = "from=2026-10-24&to=2026-10-26"
TODAY = 25  # of October
QUARTERS = 96 + 100
TOKEN = "a-line-token-of-the-simulated-day"
LATE_S = (*[0] * 16, 7, 21, 35, 49)  # the same twice in a row would be a clock
AGREES_WITHIN_S = 60
APPENDED_AT_ONCE = 500

Values = dict[str, int]


def day_of(callers: int, seed: int) -> SimulatedDay:
    numbers = min(900, max(2, callers // 4))
    return SimulatedDay(
        random.Random(seed),
        lines=("main",),
        late_s=LATE_S,
        start_us=round(START.timestamp()) * S,
        length_s=LENGTH_S,
        telephones=40,
        numbers=numbers,
        called_back=0.1,
    ).callers(callers)


def configured(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    return write_config(
        folder,
        lines={
            "main": {
                "dialect": "generic", "country": "GB", "settings": {"token": TOKEN},
            }
        },
        server={
            "port": 0, "country": "GB", "data_dir": "data", "time_zone": LONDON.key,
        },
    )  # fmt: skip


def sent(event: CallEvent) -> dict[str, Any]:
    """The event as our own webhook takes it."""
    known = {
        "type": event.type.value,
        "call_id": event.call_id,
        "event_id": event.event_id,
        "from": event.caller,
        "to": event.dialled,
        "direction": event.direction.value if event.direction else None,
        "at": iso_from_us(event.at_us),
        "agents": list(event.agents),
        "from_agent": event.from_agent,
        "queue": event.queue,
        "outcome": event.outcome,
    }
    return {name: value for name, value in known.items() if value}


# -- The service, and who looks at it


class SharedClock:
    """The time of the day, in a file that the service reads."""

    def __init__(self, file: Path, at_us: int):
        file.write_bytes(struct.pack("<q", at_us))
        with file.open("r+b") as opened:
            self._shared = mmap.mmap(opened.fileno(), 8)
        self.file, self.at_us = file, at_us

    def reach(self, at_us: int) -> None:
        self.at_us = max(self.at_us, at_us)
        self._shared[:8] = struct.pack("<q", self.at_us)


class Killable:
    """The service in a process of its own."""

    def __init__(self, config: Path, clock: SharedClock):
        self._command = [
            sys.executable, "-m", "load.day_serve", str(config), str(clock.file),
        ]  # fmt: skip
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> str:
        """Returns its address."""
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            cwd=Path(__file__).parents[1],
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        assert self._process.stdout is not None
        address = await self._process.stdout.readline()
        assert address, "the service did not start"
        return address.decode().strip()

    async def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        await self._process.wait()


@dataclass
class Supervisor:
    """One who looks at the wallboard all day, and at the past in the evening."""

    http: aiohttp.ClientSession
    url: str = ""
    board: dict[str, Values] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    async def log_in(self, url: str) -> None:
        self.url = url
        async with self.http.post(
            f"{url}/v1/session",
            json={"username": "sue", "password": PASSWORD},
            headers={"Origin": url},
        ) as answer:
            assert answer.status == 200, await answer.text()
            cookie = answer.cookies["screenpop_session"].value
        self.headers = {"Cookie": f"screenpop_session={cookie}"}

    async def watch(self) -> None:
        """As long as the service is there: the snapshot, then each change."""
        self.board.clear()
        try:
            async with connect(
                f"{self.url.replace('http', 'ws', 1)}/v1/wallboard",
                subprotocols=["screenpop.v1"],  # type: ignore[list-item]
                additional_headers={**self.headers, "Origin": self.url},
                proxy=None,
            ) as socket:
                await socket.send(json.dumps({"frame": "resume", "after": 0}))
                async for text in socket:
                    self._take(json.loads(text))
        except (ConnectionClosed, OSError):
            pass

    def _take(self, frame: dict[str, Any]) -> None:
        if frame["frame"] == "wallboard.snapshot":
            self.board.clear()
        for row in frame.get("queues") or ():
            self.board[row["queue"]] = row["values"]

    async def get(self, path: str) -> dict[str, Any]:
        async with self.http.get(self.url + path, headers=self.headers) as answer:
            assert answer.status == 200, await answer.text()
            read: dict[str, Any] = await answer.json()
            return read

    async def csv(self, path: str) -> list[dict[str, str]]:
        text = (await self.file(path, CSV)).decode()
        return list(csv.DictReader(io.StringIO(text, newline="")))

    async def file(self, path: str, kind: str) -> bytes:
        headers = {**self.headers, "Accept": kind}
        async with self.http.get(self.url + path, headers=headers) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.read()


# -- The day


@dataclass
class Lived:
    posted: int = 0
    again: int = 0
    kills: int = 0
    starts_s: list[float] = field(default_factory=list)


async def live_through(
    day: SimulatedDay,
    service: Killable,
    clock: SharedClock,
    sue: Supervisor,
    kills: int,
) -> Lived:
    """All events, each at its time; what got no answer is sent again."""
    events, lived = day.timed(), Lived()
    at_kill = {len(events) * (n + 1) // (kills + 1) for n in range(kills)}
    tasks = TaskOwner("the day")
    tasks.spawn(sue.watch(), name="wallboard")
    for place, (at_us, event) in enumerate(events):
        clock.reach(at_us)
        if place in at_kill:
            body = json.dumps(sent(event))
            posting = spawn(_post(sue, body), name="a request at the kill")
            await asyncio.sleep(0)
            await service.kill()
            lived.kills += 1
            lived.again += not await posting
            begun = time.monotonic()
            await sue.log_in(await service.start())
            lived.starts_s.append(time.monotonic() - begun)
            tasks.spawn(sue.watch(), name="wallboard")
        assert await _post(sue, json.dumps(sent(event)))
        lived.posted += 1
    return lived


async def _post(sue: Supervisor, body: str) -> bool:
    """False: the service was gone before it answered."""
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    try:
        async with sue.http.post(
            f"{sue.url}/v1/telephony/main", data=body, headers=headers
        ) as answer:
            assert answer.status == 200, await answer.text()
            return True
    except aiohttp.ClientError:
        return False


# -- Does all agree?


async def differences(day: SimulatedDay, sue: Supervisor) -> dict[str, int]:
    """Where one looked, and how many values differed there when all had settled."""
    await sue.log_in(sue.url)  # the day was longer than a session
    found = {"": 1}
    begun = time.monotonic()
    while any(found.values()) and time.monotonic() - begun < AGREES_WITHIN_S:
        await asyncio.sleep(0.5)  # the archiver may be at work still
        found = await _differences(day, sue)
    return found


async def _differences(day: SimulatedDay, sue: Supervisor) -> dict[str, int]:
    by_quarter, by_queue = _wanted(day, 0), _wanted(day, 1, today=True)
    found = {
        "by quarter, JSON": _unlike(await _quarters(sue), by_quarter),
        "by quarter, CSV": _unlike(await _quarters_csv(sue), by_quarter),
        "by quarter, Parquet": _unlike(await _quarters_parquet(sue), by_quarter),
        "by queue today, history": _unlike(await _queues_past(sue), by_queue),
        "by queue today, /v1/stats": _unlike(await _queues_live(sue), by_queue),
        "by queue today, wallboard": _unlike(_queues_of(sue.board), by_queue),
        "recall list": await _recalls(day, sue),
    }
    if not any(found.values()):
        totals = {"": _counted(day.totals())}
        found["opened numbers"] = _unlike(await _opened(sue), totals)
    return found


def _counted(values: Mapping[str, Any]) -> Values:
    return {name: int(values[name]) for name in NUMBERS if int(values.get(name) or 0)}


def _wanted(day: SimulatedDay, place: int, *, today: bool = False) -> dict[Any, Values]:
    """The model's plain numbers by part `place` of their places."""
    found: dict[Any, Counter[str]] = defaultdict(Counter)
    for at, sums in day.wanted.items():
        if today and datetime.fromtimestamp(at[0] / 1e6, LONDON).day != TODAY:
            continue
        found[at[place]].update(sums)
    return {key: counted for key, sums in found.items() if (counted := _counted(sums))}


def _unlike(found: Mapping[Any, Values], wanted: Mapping[Any, Values]) -> int:
    return sum(
        found.get(key, {}).get(name, 0) != wanted.get(key, {}).get(name, 0)
        for key in {*found, *wanted}
        for name in NUMBERS
    )


def _by_start(rows: Sequence[tuple[str, Mapping[str, Any]]]) -> dict[Any, Values]:
    assert len(rows) == QUARTERS
    return {
        round(datetime.fromisoformat(start).timestamp()) * S: numbers
        for start, values in rows
        if (numbers := _counted(values))
    }


async def _quarters(sue: Supervisor) -> dict[Any, Values]:
    past = await sue.get(f"/v1/stats?{DAYS}&by=15m")
    return _by_start([(row["start"], row["values"]) for row in past["rows"]])


async def _quarters_csv(sue: Supervisor) -> dict[Any, Values]:
    rows = await sue.csv(f"/v1/stats?{DAYS}&by=15m")
    return _by_start([(row["start"], row) for row in rows])


async def _quarters_parquet(sue: Supervisor) -> dict[Any, Values]:
    """Times are moments there, numbers are numbers, and none is null."""
    file = io.BytesIO(await sue.file(f"/v1/stats?{DAYS}&by=15m", PARQUET))
    rows = read_table(file).to_pylist()
    return _by_start([(row["start"].isoformat(), row) for row in rows])


async def _queues_past(sue: Supervisor) -> dict[Any, Values]:
    past = await sue.get("/v1/stats?from=2026-10-25&to=2026-10-26&by=day&group=queue")
    return {row["queue"]: _counted(row["values"]) for row in past["rows"]}


async def _queues_live(sue: Supervisor) -> dict[Any, Values]:
    live = await sue.get("/v1/stats")
    return _queues_of({row["queue"]: row["values"] for row in live["queues"]})


def _queues_of(board: Mapping[str, Mapping[str, Any]]) -> dict[Any, Values]:
    """The total has no name, and is that of calls without a queue: less the others."""
    found = {queue: _counted(values) for queue, values in board.items()}
    total = Counter(found.pop("", {}))
    for values in found.values():
        total.subtract(values)
    return {**found, "": _counted(total)}


async def _opened(sue: Supervisor) -> dict[Any, Values]:
    """Each number opened: the calls behind it, page by page."""
    found: Values = {}
    for name in NUMBERS:
        before = ""
        while True:
            page = await sue.get(
                f"/v1/stats/calls?number={name}&{DAYS}&limit=200{before}"
            )
            for call in page["calls"]:
                found[name] = found.get(name, 0) + call["counts"][name]
            if page["before"] is None:
                break
            before = f"&before={page['before']}"
    return {"": found}


async def _recalls(day: SimulatedDay, sue: Supervisor) -> int:
    answer = await sue.get("/v1/recalls?limit=1000")
    found = {row["number"]: row["attempts"] for row in answer["recalls"]}
    wanted = {number: len(calls) for number, calls in day.to_call_back().items()}
    return sum(found.get(key) != wanted.get(key) for key in {*found, *wanted})


# -- The replay


async def all_records(config: Path, clock: SharedClock) -> list[Record]:
    """All that the journal of a service has."""
    now = FakeClock(datetime.fromtimestamp(clock.at_us / 1e6, UTC))
    async with running(load_checked(config), clock=now) as service:
        found: list[Record] = []
        after = FIRST
        while entries := await service.journal.read(after):
            after = entries[-1].offset
            found += [entry.record for entry in entries]
        return found


@asynccontextmanager
async def replayed(
    folder: Path, records: list[Record], clock: SharedClock, sue: Supervisor
) -> AsyncIterator[None]:
    """A service that got them in this order; the supervisor looks at it."""
    config = configured(folder)
    await let_everybody_in(folder)
    now = FakeClock(datetime.fromtimestamp(clock.at_us / 1e6, UTC))
    tasks = TaskOwner("the replay")
    async with running(load_checked(config), clock=now) as service:
        for place in range(0, len(records), APPENDED_AT_ONCE):
            await service.journal.append(records[place : place + APPENDED_AT_ONCE])
        await sue.log_in(service.url)
        tasks.spawn(sue.watch(), name="wallboard")
        try:
            yield
        finally:
            await tasks.close()


async def run(callers: int, kills: int, seed: int, folder: Path) -> bool:
    """True: nothing differed."""
    day = day_of(callers, seed)
    config = configured(folder / "lived")
    await let_everybody_in(config.parent)
    clock = SharedClock(folder / "clock", day.start_us)
    service = Killable(config, clock)
    async with aiohttp.ClientSession() as http:
        sue = Supervisor(http)
        await sue.log_in(await service.start())
        begun = time.monotonic()
        lived = await live_through(day, service, clock, sue, kills)
        took_s = time.monotonic() - begun
        print(
            f"{callers} callers, {len(day.events)} events, {lived.posted} requests in"
            f" {took_s:.0f} s; killed {lived.kills} times, up again after"
            f" {', '.join(f'{s:.1f}' for s in lived.starts_s)} s,"
            f" {lived.again} requests sent again"
        )
        found = await differences(day, sue)
        await service.kill()
        print(_in_words("lived through", found))
        records = await all_records(config, clock)
        random.Random(seed).shuffle(records)
        async with replayed(folder / "replayed", records, clock, sue):
            again = await differences(day, sue)
        print(_in_words(f"replayed, {len(records)} entries in random order", again))
    return not any(found.values()) and not any(again.values())


def _in_words(what: str, found: Mapping[str, int]) -> str:
    lines = [f"{what}: values that differ"]
    lines += [f"  {where:28} {count}" for where, count in found.items()]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--callers", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        same = asyncio.run(run(asked.callers, asked.kills, asked.seed, Path(folder)))
    sys.exit(not same)


if __name__ == "__main__":
    main()
