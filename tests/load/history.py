"""How many journal entries a second become history?

    python tests/load/history.py [--calls 5000] [--url SQLALCHEMY_URL]

A journal of finished calls (4 events, 4 answers in 2 records, a receipt, a note
each) is archived from its start; prints entries/s, the size of the store and how
long lists take then.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from screenpop.domain.call import (
    AgentId,
    CallEvent,
    CallId,
    EventType,
    LineId,
    UserId,
)
from screenpop.domain.profile import Answer, LookupOutcome
from screenpop.history.archive import Archive
from screenpop.history.archiver import Archiver
from screenpop.history.calls import Calls
from screenpop.history.earlier import EarlierCalls
from screenpop.history.engine import Database, sqlite_url
from screenpop.history.migrate import upgrade
from screenpop.journal.memory import MemoryJournal
from screenpop.journal.records import (
    ActionRecord,
    AnswersRecord,
    EventRecord,
    Record,
)
from screenpop.support.tasks import TaskOwner

ASKED = 200


def story(index: int, start_us: int) -> list[Record]:
    call_id = CallId(f"call-{index}")
    agent = AgentId(str(1000 + index % 500))
    types = (EventType.QUEUED, EventType.ALERTING, EventType.ANSWERED, EventType.ENDED)
    events: list[Record] = [
        EventRecord(
            event=CallEvent(
                type=type_,
                line=LineId("main"),
                call_id=call_id,
                event_id=f"{index}-{number}",
                at_us=start_us + index * 1000 + number * 100,
                received_us=start_us + index * 1000 + number * 100,
                caller=f"+44207946{index % 10_000:04d}",
                dialled="+442079460100",
                queue="sales",
                agents=(agent,) if number else (),
            )
        )
        for number, type_ in enumerate(types)
    ]
    answers = [_answers(call_id, part, start_us + index * 1000) for part in (0, 1)]
    actions = [_action(call_id, agent, name, start_us) for name in ("receipt", "note")]
    return [*events[:2], *answers, actions[0], *events[2:], actions[1]]


def _answers(call_id: CallId, part: int, at_us: int) -> Record:
    return AnswersRecord(
        line="main",
        call_id=call_id,
        round="r",
        part=part,
        at_us=at_us + 150,
        answers=tuple(
            Answer(
                lookup=f"lookup_{part}_{n}",
                source="erp",
                facet="balance",
                outcome=LookupOutcome.OK,
                rows=({"open": "1250.00"},),
            )
            for n in range(2)
        ),
    )


def _action(call_id: CallId, agent: AgentId, action: str, at_us: int) -> Record:
    return ActionRecord(
        action=action,
        action_id=f"{action}/{call_id}",
        at_us=at_us,
        user="ana",
        agent=agent,
        line="main",
        call_id=call_id,
        data={"text": "call back", "ring_to_pop_ms": "12.5", "painted_ms": "3.0"},
    )


async def timed(calls: Calls, earlier: EarlierCalls) -> None:
    asked: dict[str, Callable[[], Awaitable[object]]] = {
        "an agent's 50 latest": lambda: calls.recent("ana"),
        "earlier of a number": lambda: earlier.from_number("+442079460001"),
        "one call in full": lambda: calls.get("main", "call-1"),
    }
    for name, run in asked.items():
        await run()
        start, cpu = time.perf_counter(), time.process_time()
        for _ in range(ASKED):
            await run()
        took, cpu = time.perf_counter() - start, time.process_time() - cpu
        print(f"{name}: {took / ASKED * 1e3:.2f} ms, CPU {cpu / ASKED * 1e6:,.0f} us")


async def main(options: argparse.Namespace, folder: Path) -> None:
    journal = MemoryJournal()
    await journal.open()
    start_us = time.time_ns() // 1000 - 3_600_000_000
    for index in range(options.calls):
        await journal.append(story(index, start_us))
    database = Database(options.url or sqlite_url(folder / "store.sqlite"))
    await database.open()
    await upgrade(database)
    archiver = Archiver(
        journal,
        Archive(database),
        lambda call: call.caller,
        people_at=lambda agent: (UserId("ana"),),
    )
    owner = TaskOwner("load")
    start = time.perf_counter()
    cpu = time.process_time()
    owner.spawn(archiver.run(), name="archiver")
    late: list[float] = []
    while await archiver.lag():
        due = time.perf_counter() + 0.005
        await asyncio.sleep(0.005)
        late.append(time.perf_counter() - due)
    took, cpu = time.perf_counter() - start, time.process_time() - cpu
    entries = (await journal.bounds())[1]
    print(f"{entries:,} entries in {took:.1f} s: {entries / took:,.0f}/s", end=", ")
    print(f"{cpu / options.calls * 1e6:,.0f} us of CPU a call")
    late.sort()
    print(
        f"the loop was late by p99 {late[int(len(late) * 0.99)] * 1000:.1f} ms", end=""
    )
    print(f", max {late[-1] * 1000:.1f} ms meanwhile")
    await timed(Calls(database), EarlierCalls(database))
    await owner.close()
    await database.close()
    await journal.close()
    size = _size(folder)
    print(f"{size / options.calls:,.0f} bytes a call")


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=5000)
    parser.add_argument("--url")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        asyncio.run(main(given, Path(name)))
