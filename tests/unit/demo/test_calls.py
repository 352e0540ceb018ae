"""Does the simulated telephone system keep the laws of real ones?"""

from __future__ import annotations

import itertools
import random
from collections import Counter, defaultdict

import pytest

from screenpop.demo.callers import Callers, DemoCaller, opening, showpiece
from screenpop.demo.calls import DemoDesk, Event, Exchange
from screenpop.demo.centre import LARKSPOKE, Habits, demand
from screenpop.demo.company import Company
from screenpop.demo.names import chance
from screenpop.domain.call import (
    AgentId,
    CallEvent,
    CallId,
    EventType,
    LineId,
    Outcome,
    Scope,
)
from screenpop.domain.call_fold import CallFold
from screenpop.support.numbering import read_number

HOUR_S = 3600.0
BUSY = Habits(calls_per_minute=5)


def run(
    company: Company, seed: int, until_s: float = HOUR_S, habits: Habits = BUSY
) -> list[Event]:
    exchange = Exchange(
        LARKSPOKE,
        Callers(company, chance(seed, "callers")),
        chance(seed, "calls"),
        habits=habits,
        opening=opening(company, "1001", chance(seed, "opening")),
        resting=frozenset({"1001"}),
    )
    found = list(exchange.events(until_s))
    assert exchange.live_calls == 0
    assert DemoDesk.TALKING not in exchange.desks.values()
    return found


@pytest.fixture(scope="module")
def events(company: Company) -> list[Event]:
    return run(company, 7)


def of_calls(events: list[Event]) -> dict[str, list[Event]]:
    found: defaultdict[str, list[Event]] = defaultdict(list)
    for event in events:
        if "call_id" in event.body:
            found[str(event.body["call_id"])].append(event)
    return found


def whole_call(event: Event) -> bool:
    return event.body.get("scope") != "leg"


def test_a_seed_gives_the_same_schedule(company: Company, events: list[Event]) -> None:
    assert run(company, 7) == events
    assert run(company, 8, 600) != events[: len(run(company, 8, 600))]


def test_events_are_in_order_and_have_ids_of_their_own(events: list[Event]) -> None:
    times = [event.at_s for event in events]
    assert times == sorted(times)
    assert len({event.body["event_id"] for event in events}) == len(events)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_call_ends_once_and_last(company: Company, seed: int) -> None:
    for call in of_calls(run(company, seed)).values():
        ends = [e for e in call if e.body["type"] == "ended" and whole_call(e)]
        assert len(ends) == 1
        assert call[-1] is ends[0]
        assert call[0].body["type"] == "arrived"


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_agent_talks_or_rings_in_two_calls_at_once(
    company: Company, seed: int
) -> None:
    engaged: dict[str, set[str]] = {}
    folds: dict[str, CallFold] = {}
    for at, event in enumerate(run(company, seed)):
        if "call_id" not in event.body:
            continue
        call_id = str(event.body["call_id"])
        fold = folds.setdefault(call_id, CallFold(LineId("demo"), CallId(call_id)))
        fold.add(as_call_event(event, at))
        engaged[call_id] = {leg.agent for leg in fold.call().legs if leg.open}
        others = set().union(*(a for c, a in engaged.items() if c != call_id))
        assert not engaged[call_id] & others
    assert not any(engaged.values())


def test_the_fold_makes_of_the_events_what_was_meant(events: list[Event]) -> None:
    outcomes: Counter[Outcome | None] = Counter()
    for call_id, call in of_calls(events).items():
        fold = CallFold(LineId("demo"), CallId(call_id))
        for at, event in enumerate(call):
            fold.add(as_call_event(event, at))
        answered = any(e.body["type"] == "answered" for e in call)
        wanted = Outcome.COMPLETED if answered else Outcome.ABANDONED
        assert fold.call().outcome is wanted
        outcomes[wanted] += 1
    assert min(outcomes.values()) > 5


def as_call_event(event: Event, at: int) -> CallEvent:
    body = event.body
    agents = body.get("agents") or []
    assert isinstance(agents, list)
    from_agent = body.get("from_agent")
    return CallEvent(
        type=EventType(str(body["type"])),
        line=LineId("demo"),
        call_id=CallId(str(body["call_id"])),
        event_id=str(body["event_id"]),
        at_us=round(event.at_s * 1_000_000) + 1,
        received_us=at,
        scope=Scope(str(body.get("scope", "call"))),
        agents=tuple(AgentId(agent) for agent in agents),
        from_agent=AgentId(str(from_agent)) if from_agent else None,
        queue=str(body["queue"]) if "queue" in body else None,
        sequence=at,
    )


def test_everything_that_happens_on_telephones_happens(events: list[Event]) -> None:
    kinds = Counter(str(e.body["type"]) for e in events)
    for kind in (
        "arrived", "queued", "alerting", "answered", "held", "resumed",
        "transferred", "ended", "agent_state",
    ):  # fmt: skip
        assert kinds[kind] >= 3, kind
    states = {e.body["state"] for e in events if e.body["type"] == "agent_state"}
    assert states == {"available", "break", "wrap_up"}
    calls = of_calls(events).values()
    assert any(not any(e.body["type"] == "answered" for e in call) for call in calls)
    assert any(e.body.get("outcome") == "unanswered" for e in events)
    targets = {str(e.body["target"]) for e in events if e.body["type"] == "transferred"}
    assert any(t.isdigit() for t in targets)
    assert any(not t.isdigit() for t in targets)
    alerted = [e.body["agents"] for e in events if e.body["type"] == "alerting"]
    assert any(isinstance(a, list) and len(a) > 1 for a in alerted)


def test_somebody_who_gave_up_calls_again(company: Company) -> None:
    few = Habits(calls_per_minute=14, patience_s=12, call_back_share=1.0)
    events = run(company, 5, 600, few)
    abandoned = {
        str(call[0].body["from"])
        for call in of_calls(events).values()
        if not any(e.body["type"] == "answered" for e in call)
    }
    callers = Counter(str(c[0].body["from"]) for c in of_calls(events).values())
    assert any(callers[number] > 1 for number in abandoned)


def test_the_first_call_rings_at_the_visitor_within_seconds_with_a_full_card(
    company: Company, events: list[Event]
) -> None:
    first = next(e for e in events if e.body["type"] == "alerting")
    assert first.at_s < 5
    agents = first.body["agents"]
    assert isinstance(agents, list)
    assert "1001" in agents
    customer = showpiece(company)
    assert first.body["from"] == customer.numbers[0]
    today = company.today.toordinal()
    open_invoices = company.open_invoices()[customer.account]
    assert any(i.due < today for i in open_invoices)
    assert sum(o.account == customer.account for o in company.orders) >= 20
    answered = next(e for e in events if e.body["type"] == "answered")
    assert answered.body["agents"] == ["1001"]


def test_the_opening_shows_every_kind_of_caller_to_the_visitor(
    company: Company,
) -> None:
    kinds = [p.caller.kind for p in opening(company, "1001", chance(7, "opening"))]
    assert {"customer", "shared", "withheld", "unknown", "account"} <= set(kinds)


def test_only_the_visitors_first_state_is_reported(events: list[Event]) -> None:
    mine = [
        e for e in events
        if e.body["type"] == "agent_state" and e.body["agents"] == ["1001"]
    ]  # fmt: skip
    assert [e.body["state"] for e in mine] == ["available"]


def test_calls_come_about_every_twenty_five_seconds(company: Company) -> None:
    events = run(company, 11, 4 * HOUR_S, Habits(call_back_share=0))
    arrived = sum(e.body["type"] == "arrived" for e in events)
    assert 20 < 4 * HOUR_S / arrived < 30


def test_the_day_has_a_peak_and_an_average_of_about_one() -> None:
    values = [demand(at / 1000) for at in range(1000)]
    assert 0.95 < sum(values) / 1000 < 1.15
    assert max(values) > 1.8 * min(values)


def test_more_callers_than_the_limit_hear_the_engaged_tone(company: Company) -> None:
    narrow = Habits(calls_per_minute=600, live_max=10, call_back_share=0)
    events = run(company, 3, 60, narrow)
    live = 0
    for event in events:
        live += event.body["type"] == "arrived"
        live -= event.body["type"] == "ended" and whole_call(event)
        assert live <= 10


def test_what_callers_show_can_be_read_and_means_them(company: Company) -> None:
    callers = Callers(company, random.Random(3))
    by_account = company.by_account()
    kinds: Counter[str] = Counter()
    for caller in itertools.islice(callers, 600):
        kinds[caller.kind] += 1
        reading = read_number(caller.shown, country="GB")
        if caller.kind == "withheld":
            assert reading.text is None
        else:
            assert reading.e164 is not None
            assert_means(caller, reading.e164, company, by_account)
    assert min(kinds.values()) > 10


def assert_means(
    caller: DemoCaller, e164: str, company: Company, by_account: object
) -> None:
    sharing = company.customers_by_number().get(e164, [])
    accounts = [c.account for c in sharing]
    if caller.kind in ("unknown", "account"):
        assert accounts == []
    else:
        assert caller.customer in accounts
    if caller.kind == "shared":
        assert len(accounts) > 1
    if caller.kind == "account":
        assert caller.account == caller.customer
