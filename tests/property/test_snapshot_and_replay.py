"""A saved state and what came after it give what all entries give.

Random histories of calls, answers and people's actions are folded twice: as a whole,
and up to a random entry, saved while further entries come, put into a new node, and
on from there. All folds must hold the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from fold_states import states
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from key_effects import built

from screenpop.domain.agent import Role, User, UserId
from screenpop.domain.call import (
    AgentId,
    CallEvent,
    CallId,
    Direction,
    EventType,
    LineId,
    Scope,
)
from screenpop.domain.occurrences import UNPLACED, Occurrences
from screenpop.domain.profile import Answer, Candidate, CandidateRef, LookupOutcome
from screenpop.domain.related_calls import SameCalls
from screenpop.intake.placing import Placing
from screenpop.journal.base import Entry, Offset
from screenpop.journal.duty import CallDuty
from screenpop.journal.leases import LocalLeases
from screenpop.journal.records import (
    ActionRecord,
    AnswersRecord,
    EventRecord,
    Record,
)
from screenpop.lookup.calls import CallLookups
from screenpop.node import build
from screenpop.node.follow import Follower
from screenpop.node.node import Service
from screenpop.node.parts import numbering_plans, placing_limits
from screenpop.node.snapshot_parts import Folds
from screenpop.node.snapshots import Snapshots, _packed
from screenpop.support.clock import FakeClock
from screenpop.wallboard.agent_rows import Person

START_US = FakeClock().now_us()
PEOPLE = {"ana": "1001", "ben": "1002"}
USERS = [
    User(
        username=UserId(name),
        name=name.title(),
        role=Role.AGENT,
        agents=frozenset({AgentId(agent)}),
    )
    for name, agent in PEOPLE.items()
]


@dataclass
class History:
    """Entries as they would stand in a journal."""

    now_us: int = START_US
    entries: list[Entry] = field(default_factory=list)

    def add(self, record: Record) -> None:
        self.entries.append(Entry(Offset(len(self.entries) + 1), record))


KINDS = [kind for kind in EventType if kind is not EventType.AGENT_STATE]
WHATS = ["event"] * 12 + ["answers", "answers", "note", "disposition", "choose"]
WHATS += ["receipt", "agent_state", "told_state", "desk", "recall"]


def drawn(chance: Random) -> dict[str, Any]:
    """What one entry is about."""
    return {
        "what": chance.choice(WHATS),
        "kind": chance.choice(KINDS),
        "call": chance.choice(["c1", "c2", "c3", "c4", "c5"]),
        "line": chance.choice(["main", "main", "second"]),
        "agents": chance.sample(["1001", "1002", "1003"], chance.choice([0, 1, 1, 2])),
        "occurrence": chance.choice([UNPLACED, 1, 1, 1, 2]),
        "pause_s": chance.choice(
            [0.0, 0.0, 0.2, 0.2, 1.0, 1.0, 5.0, 31.0, 200.0, 950.0]
        ),
        "user": chance.choice(sorted(PEOPLE)),
        "number": chance.randrange(4),
        "leg": chance.random() < 0.4,
        "queue": chance.choice([None, "sales", "service"]),
        "related": chance.choice([None, None, None, "c1", "c2"]),
        "state": chance.choice(["available", "break", "offline", "wrap_up", "odd"]),
    }


def record_of(history: History, it: dict[str, Any]) -> Record:
    number = len(history.entries)
    at_us, what = history.now_us, it["what"]
    caller = f"+44207946000{it['number']}"
    if what in ("event", "told_state"):
        state = what == "told_state"
        return EventRecord(
            event=CallEvent(
                type=EventType.AGENT_STATE if state else it["kind"],
                line=LineId(it["line"]),
                call_id=CallId(it["call"]),
                event_id=f"e{number}",
                at_us=at_us - 100_000,
                received_us=at_us,
                scope=Scope.LEG if it["leg"] and it["agents"] else Scope.CALL,
                direction=Direction.INBOUND,
                caller=caller,
                agents=tuple(map(AgentId, it["agents"])),
                queue=it["queue"],
                related_call_id=CallId(it["related"]) if it["related"] else None,
                agent_state=it["state"] if state else None,
                occurrence=0 if state else it["occurrence"],
            )
        )
    if what == "answers":
        ref = CandidateRef(source="crm", key=str(it["number"]))
        candidate = Candidate(ref=ref, name="Ada", confidence=0.9, why="so")
        return AnswersRecord(
            line=it["line"],
            call_id=CallId(it["call"]),
            occurrence=max(0, it["occurrence"]),
            round=f"r{it['number'] % 2}",
            part=number,
            at_us=at_us,
            answers=(
                Answer(
                    lookup=f"l{it['number']}",
                    source="crm",
                    facet="balance",
                    outcome=LookupOutcome.OK,
                    rows=({"open": str(number)},),
                    fetched_us=at_us,
                ),
            ),
            pending=("other",) if it["leg"] else (),
            candidates=(candidate,),
            chosen=ref if it["leg"] else None,
        )
    data = {
        "note": {"text": f"note {number}"},
        "disposition": {"code": "sold" if it["leg"] else ""},
        "choose": {
            "source": "crm", "key": str(it["number"]), "name": "Ada",
            "number": caller, "remember": "yes" if it["leg"] else "no",
        },
        "receipt": {"ms": "12"},
        "agent_state": {"state": it["state"]},
        "desk": {"open": "yes" if it["leg"] else "no"},
        "recall": {"do": "claim" if it["leg"] else "close", "reason": "settled"},
    }[what]  # fmt: skip
    return ActionRecord(
        action=what,
        action_id=f"a{number}",
        at_us=at_us,
        user=it["user"],
        agent=AgentId(PEOPLE[it["user"]]),
        line=it["line"],
        call_id=None if what in ("agent_state", "desk") else CallId(it["call"]),
        occurrence=max(0, it["occurrence"]),
        data=data,
    )


def history_of(seed: int, length: int) -> list[Entry]:
    history, chance = History(), Random(seed)
    for _ in range(length):
        it = drawn(chance)
        history.now_us += round(it["pause_s"] * 1e6)
        history.add(record_of(history, it))
    return history.entries


@asynccontextmanager
async def node(folder: Path) -> AsyncIterator[Service]:
    clock = FakeClock()
    clock.advance(20 * 3600)  # all of it lies in the past of the same day
    config: dict[str, Any] = {
        "journal": {"engine": "memory"},
        "limits": {"live_calls_max": 4, "resume_pops_max": 3},
        "server": {"time_zone": "Pacific/Honolulu"},
    }
    async with built(folder, clock=clock, **config) as service:
        yield service


def new_folds(service: Service) -> Follower:
    """Empty folds, as a start of the node makes them."""
    config, clock, old = service.loaded.config, service.clock, service.lookups
    calls = CallLookups(
        old.tools,
        old.sources.index,
        numbering_plans(config),
        ZoneInfo(config.server.time_zone),
    )
    lookups = replace(old, calls=calls)
    feed = build._feed(config, clock)
    hub = build._hub(config, clock, lookups, feed, service.door, service.metrics)
    same = SameCalls({LineId("second"): LineId("main")})
    placing = Placing(Occurrences(placing_limits(config), same), clock)
    made = build._follower(
        config, clock, lookups, hub, feed, service.door, placing, service.metrics,
        CallDuty(LocalLeases()), None,
    )  # fmt: skip
    made.directory.replace(USERS)
    feed.agents.know(
        Person(user=each.username, name=each.name, agents=each.agents) for each in USERS
    )
    return made


def fold(follower: Follower, entries: Sequence[Entry]) -> None:
    for entry in entries:
        follower.take(entry)
        follower.tidy()


@given(
    seed=st.integers(0, 2**32),
    length=st.integers(1, 120),
    place=st.floats(0, 1),
    meanwhile=st.integers(0, 60),
)
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_saved_state_and_the_rest_give_what_all_entries_give(
    tmp_path: Path, seed: int, length: int, place: float, meanwhile: int
) -> None:
    """`place`: the share of the entries that came before; `meanwhile`: how many come
    while the state is saved."""
    entries = history_of(seed, length)

    async def story() -> None:
        async with node(tmp_path) as service:
            one, two, three = (new_folds(service) for _ in range(3))
            fold(one, entries)
            offset, body = await saved(two, entries, round(place * length), meanwhile)
            three.offset = offset
            await snapshots_of(three).load(body, at_once)
            fold(three, entries[offset:])
            whole, now = states(one), states(three)
        for name, held in whole.items():
            assert now[name] == held, name

    asyncio.run(story())


def snapshots_of(follower: Follower) -> Snapshots:
    parts = Folds(follower).parts()
    return Snapshots(parts, lambda: follower.offset, "this code", slice_s=0)


async def saved(
    follower: Follower, entries: list[Entry], place: int, meanwhile: int
) -> tuple[int, bytes]:
    """The state as it is saved while `meanwhile` further entries come."""
    fold(follower, entries[:place])
    coming = list(entries[place : place + meanwhile])

    async def turn() -> None:
        some = coming[:5]
        del coming[:5]
        fold(follower, some)

    snapshots = snapshots_of(follower)
    offset, groups = await snapshots.taken(turn)
    return offset, _packed(groups, snapshots._made_by)


async def at_once() -> None:
    pass


async def test_an_empty_node_can_be_saved_too(tmp_path: Path) -> None:
    async with node(tmp_path) as service:
        one, two = new_folds(service), new_folds(service)
        _, body = await saved(one, [], 0, 0)
        await snapshots_of(two).load(body, at_once)
        assert states(two) == states(one)
