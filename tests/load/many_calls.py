"""What do ten million calls of one year look like as rows of the store?

Some thousand calls are made as telephone systems report them, and folded, written and
counted by the service's own code (`stories`). The database then repeats each of them
at other times, from other numbers, under other ids (`arrivals`, `REPEATED`): a row is
what the archiver would write, at a tenth of its time. One year has 365 days with busy
hours and quiet weekends, 20 queues, 50 dialled numbers on two lines, 200 agents, and
2 million numbers of which some call often.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import msgspec

from screenpop.domain.call import (
    AgentId,
    Call,
    CallEvent,
    CallId,
    EventType,
    LineId,
    UserId,
)
from screenpop.domain.call_counts import CountingRules
from screenpop.domain.call_fold import CallFold
from screenpop.domain.profile import CandidateRef
from screenpop.history import rows, tables
from screenpop.history.batch import (
    CallState,
    CustomerOfCall,
    ShownAnswer,
    ShownInCall,
)
from screenpop.history.counted import INTERVAL_US, cells_of
from screenpop.journal.records import EventRecord, encode

S = 1_000_000
DAY_US = 24 * 3600 * S
FIRST_DAY = datetime(2025, 1, 1, tzinfo=UTC)
START_US = round(FIRST_DAY.timestamp()) * S
DAYS = 365
QUEUES = tuple(f"queue-{n:02d}" for n in range(20))
DIALLED = tuple(f"+4420794601{n:02d}" for n in range(50))
AGENTS = tuple(str(1000 + n) for n in range(200))
LINES = ("main", "trunk")
NUMBERS = 2_000_000
STORIES = 4_000
BY_HOUR = (0, 0, 0, 0, 0, 0, 1, 3, 8, 11, 12, 11, 9, 9, 10, 10, 9, 7, 5, 3, 2, 1, 0, 0)
BY_WEEKDAY = (1.25, 1.15, 1.1, 1.05, 1.0, 0.45, 0.2)
CALL, EVENT, NUMBER = "@call", "@event", "+4499999999999"
AT, RECEIVED = 1_111_111_111_111_111, 1_222_222_222_222_222

Row = tuple[object, ...]
TABLES = (
    "calls", "call_legs", "call_visits", "call_counts", "call_events",
    "answers_shown", "receipts", "notes", "dispositions",
)  # fmt: skip


def arrivals(day: int, calls: int, seed: int = 1) -> list[Row]:
    """(n, call id, story, when in microseconds, number) of a day of the year."""
    rng = random.Random(f"{seed}/{day}")
    days = [BY_WEEKDAY[(FIRST_DAY + timedelta(n)).weekday()] for n in range(DAYS)]
    hours = rng.choices(range(24), BY_HOUR, k=round(calls * days[day] / sum(days)))
    start_us = START_US + day * DAY_US
    times = sorted(start_us + h * 3600 * S + rng.randrange(3600 * S) for h in hours)
    return [
        (
            n,
            f"{at_us // S}.{n:06d}",
            rng.randrange(STORIES),
            at_us,
            int(NUMBERS * rng.random() ** 3),  # a few numbers call often, most seldom
        )
        for n, at_us in enumerate(times)
    ]


# -- How does the database repeat a story?

_NUMBER = "'+4477' || substr('' || (100000000 + a.number), 2)"
_SAID = "CASE WHEN a.number % 5 = 0 THEN NULL ELSE {} END"
_ID = "a.call_id || s.{}"
_OWN = {
    ("calls", "number"): "n.number",
    ("calls", "caller"): "n.number",
    ("calls", "customer_source"): _SAID.format("'erp'"),
    ("calls", "customer_key"): _SAID.format("'c-' || (a.number / 2)"),
    ("calls", "customer_name"): _SAID.format("'Customer ' || (a.number / 2)"),
    ("call_events", "event_id"): _ID.format("event_id"),
    ("receipts", "action_id"): _ID.format("action_id"),
    ("call_counts", "interval_us"): (
        f"(a.at_us + s.interval_us) / {INTERVAL_US} * {INTERVAL_US}"
    ),
    ("call_events", "body"): (
        "replace(replace(replace(replace(s.body,"
        f" '{CALL}', a.call_id), '{NUMBER}', n.number),"
        f" '{AT}', '' || (a.at_us + s.at_us)),"
        f" '{RECEIVED}', '' || (a.at_us + s.at_us + 2000))"
    ),
}
_DURATIONS = frozenset(c.name for c in tables.interval_counts.columns) - {"interval_us"}


def story_table(name: str) -> str:
    """Rows of stories: as the table, `story` in place of the call."""
    columns = [
        f'"{column.name}" {column.type.compile()}'
        for column in tables.metadata.tables[name].columns
        if column.name not in ("call_id", "occurrence")
    ]
    return f"CREATE TABLE story_{name} (story INTEGER, {', '.join(columns)})"


def repeated(name: str) -> str:
    """All rows of a table for the calls in `arrivals`, in the order of their key."""
    columns = tables.metadata.tables[name].columns
    names = ", ".join(f'"{column.name}"' for column in columns)
    values = ", ".join(_value(name, column.name) for column in columns)
    return (
        f"INSERT INTO {name} ({names}) SELECT {values} FROM arrivals a"
        f" JOIN story_{name} s ON s.story = a.story"
        f" JOIN numbers n ON n.n = a.n ORDER BY a.n"
    )


NUMBERS_OF = f"INSERT INTO numbers SELECT n, {_NUMBER} FROM arrivals a"


def _value(table: str, column: str) -> str:
    if column == "call_id":
        return "a.call_id"
    if column == "occurrence":
        return "0"
    if (table, column) in _OWN:
        return _OWN[table, column]
    moves = column.endswith("_us") and column not in _DURATIONS
    return f"a.at_us + s.{column}" if moves else f's."{column}"'


# -- One call, as a telephone system would report it


def stories(seed: int = 1) -> dict[str, list[Row]]:
    """Rows of `story_table` for each table; times count from the arrival."""
    rng = random.Random(seed)
    found: dict[str, list[Row]] = {name: [] for name in TABLES}
    for number in range(STORIES):
        for name, row in _story(rng):
            line, _, _, *rest = row
            found[name].append((number, line, *rest))
    return found


def _story(rng: random.Random) -> list[tuple[str, Row]]:
    place = min(int(rng.expovariate(0.15)), len(QUEUES) - 1)
    number = rng.choice([n for n in range(len(DIALLED)) if n % len(QUEUES) == place])
    line = LineId(LINES[number >= 40])
    agent = AgentId(AGENTS[(place * 10 + rng.randrange(10)) % len(AGENTS)])
    events = [
        CallEvent(
            type=kind,
            line=line,
            call_id=CallId(CALL),
            event_id=f"{EVENT}{n}",
            at_us=moment,
            received_us=moment,
            caller=NUMBER,
            dialled=DIALLED[number],
            queue=queue,
            agents=agents,
        )
        for n, (kind, moment, queue, agents) in enumerate(_told(rng, place, agent))
    ]
    fold = CallFold(line, CallId(CALL), 0, limit=100)
    for event in events:
        fold.add(event)
    return [*_rows(fold.call(), events), *_written(rng, fold.call())]


def _told(
    rng: random.Random, place: int, agent: AgentId
) -> list[tuple[EventType, int, str | None, tuple[AgentId, ...]]]:
    at_us, chance = round(rng.expovariate(1 / 25) * S) + S, rng.random()
    told: list[tuple[EventType, int, str | None, tuple[AgentId, ...]]]
    told = [(EventType.QUEUED, 0, QUEUES[place], ())]
    if chance < 0.06:  # overflows
        told.append((EventType.QUEUED, at_us, QUEUES[(place + 1) % len(QUEUES)], ()))
        at_us += round(rng.expovariate(1 / 30) * S)
    if chance > 0.9:
        return [*told, (EventType.ENDED, at_us, None, ())]
    told.append((EventType.ALERTING, at_us, None, (agent,)))
    at_us += rng.randint(2, 12) * S
    told.append((EventType.ANSWERED, at_us, None, (agent,)))
    talk_us = round(rng.lognormvariate(5.1, 0.7) * S)
    return [*told, (EventType.ENDED, at_us + talk_us, None, ())]


def _rows(call: Call, events: list[CallEvent]) -> list[tuple[str, Row]]:
    people = [(UserId(f"user-{leg.agent}"),) for leg in call.legs]
    legs = [
        msgspec.structs.replace(leg, people=who)
        for leg, who in zip(call.legs, people, strict=True)
    ]
    call = msgspec.structs.replace(call, legs=tuple(legs))
    customer = CustomerOfCall(
        key=call.key, ref=CandidateRef(source="erp", key="c"), name="C", by_agent=False
    )
    state = CallState(call=call, number=NUMBER, customer=customer)
    found: list[tuple[str, Row]] = [("calls", rows.call_row(state))]
    found += [("call_legs", row) for row in rows.leg_rows(call)]
    found += [("call_visits", row) for row in rows.visit_rows(call)]
    entered = {visit.queue: visit.entered_us for visit in call.visits}
    for (_, queue, dialled), amounts in cells_of(call, CountingRules()).items():
        row = (*rows.named(call.key), entered[queue], queue, dialled, *amounts)
        found.append(("call_counts", row))
    for n, event in enumerate(events):
        when = (event.at_us, event.at_us + 2_000)
        row = (*rows.named(call.key), f"-{n}", event.type.value, *when, _body(event))
        found.append(("call_events", row))
    return found


def _written(rng: random.Random, call: Call) -> list[tuple[str, Row]]:
    agent = call.legs[0].agent if call.legs else None
    found: list[tuple[str, Row]] = [("answers_shown", rows.shown_row(_shown(call)))]
    if agent is None:
        return found
    key, user = rows.named(call.key), f"user-{agent}"
    found.append(("receipts", (*key, "/receipt", user, agent, 9_000, 12.5, 3.0)))
    if rng.random() < 0.3:
        text = "Asked for a copy of the invoice."
        found.append(("notes", (*key, user, agent, text, 60 * S)))
    if rng.random() < 0.6:
        found.append(("dispositions", (*key, user, agent, "sold", 60 * S)))
    return found


def _shown(call: Call) -> ShownInCall:
    answers = [
        ShownAnswer(
            lookup=name, source="erp", facet=name, state="ok", at_us=AT, fetched_us=AT,
            ms=12.5, row_count=1, subject_source="erp", subject_key="c-1",
            agents={leg.agent: AT for leg in call.legs},
        )
        for name in ("identity", "balance", "sales_history")
    ]  # fmt: skip
    return ShownInCall(key=call.key, at_us=200_000, answers=tuple(answers))


def _body(event: CallEvent) -> str:
    """The event as the journal writes it, with marks for what differs."""
    event = msgspec.structs.replace(event, at_us=AT, received_us=RECEIVED)
    event = msgspec.structs.replace(
        event, event_id=event.event_id.replace(EVENT, f"{CALL}-")
    )
    return encode(EventRecord(event=event)).decode()
