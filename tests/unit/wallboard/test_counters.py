from __future__ import annotations

import random
from datetime import date, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.wallboard.wallboard_story import DAY, at, call, changes, counted, event

from screenpop.domain.call import CallEvent, CallId, CallKey, LineId, Scope
from screenpop.domain.call_counts import CountingRules
from screenpop.domain.call_state import CallBook
from screenpop.domain.service_level import ServiceLevelRules
from screenpop.wallboard import counters as counters_module
from screenpop.wallboard.counters import (
    TOTAL,
    BusinessDays,
    Counters,
    SavedSums,
    WaitingLine,
    contribution,
)

ENTERED = event("queued", queue="sales")
RINGS = event("alerting", seconds=10, agents=("1001", "1002"))
ANSWERED = event("answered", seconds=12, agents=("1001",))
ENDED = event("ended", seconds=60)


def gauges(counters: Counters, queue: str = TOTAL) -> tuple[int, int, int]:
    now = counters.now(queue)
    return (now.waiting, now.alerting, now.talking)


def visits(counters: Counters, queue: str = TOTAL) -> dict[str, int]:
    """The sums over visits and direct calls; the others have their own tests."""
    sums = counters.sums(queue)
    return {
        name: n
        for name, n in sums.items()
        if not name.startswith(
            ("calls", "sl_", "abandoned_wait", "handled", "talk_", "hold_")
        )
        and "/" not in name
    }


def everything(counters: Counters) -> dict[str, object]:
    return {
        queue: (
            gauges(counters, queue),
            counters.now(queue).held,
            counters.now(queue).line.oldest_us(),
            counters.sums(queue),
        )
        for queue in counters.queues()
    }


def test_a_call_waits_rings_talks_and_is_gone() -> None:
    story = [ENTERED, RINGS, ANSWERED, ENDED]
    told = [gauges(counted(*story[:n]), "sales") for n in range(1, 5)]
    assert told == [(1, 0, 0), (1, 1, 0), (0, 0, 1), (0, 0, 0)]


def test_an_answered_call_is_offered_answered_and_its_wait_is_summed() -> None:
    counters = counted(ENTERED, RINGS, ANSWERED, ENDED)
    assert visits(counters, "sales") == {
        "offered": 1,
        "answered": 1,
        "answered_wait_us": 12_000_000,
    }


@pytest.mark.parametrize(
    ("seconds", "name"), [(3, "short_abandoned"), (30, "abandoned")]
)
def test_short_abandons_are_counted_apart(seconds: float, name: str) -> None:
    counters = counted(ENTERED, event("ended", seconds=seconds))
    assert visits(counters, "sales") == {"offered": 1, name: 1}


def test_a_call_that_moves_on_is_offered_in_both_queues_and_the_total_adds_up() -> None:
    counters = counted(
        ENTERED, event("queued", seconds=20, queue="credit"), event("ended", seconds=90)
    )
    assert visits(counters, "sales") == {"offered": 1, "moved": 1}
    assert visits(counters, "credit") == {"offered": 1, "abandoned": 1}
    assert visits(counters, TOTAL) == {"offered": 2, "moved": 1, "abandoned": 1}


def test_a_call_in_a_mailbox_is_diverted_not_abandoned() -> None:
    counters = counted(ENTERED, event("ended", seconds=40, outcome="voicemail"))
    assert visits(counters, "sales") == {"offered": 1, "diverted": 1}


def test_direct_calls_are_counted_apart_from_offered_ones() -> None:
    rings = event("alerting", agents=("1001",))
    missed = counted(rings, event("ended", seconds=20))
    assert visits(missed) == {"direct": 1, "missed": 1}
    answered = counted(rings, event("answered", seconds=4, agents=("1001",)))
    assert visits(answered) == {
        "direct": 1,
        "direct_answered": 1,
        "direct_answered_wait_us": 4_000_000,
    }


def test_a_call_in_an_unnamed_queue_counts_in_the_total_only() -> None:
    counters = counted(event("queued"))
    assert counters.queues() == [TOTAL]
    assert visits(counters, TOTAL) == {"offered": 1}
    assert gauges(counters) == (1, 0, 0)


def test_the_longest_wait_passes_on_when_the_first_caller_is_served() -> None:
    first = [event("queued", "c-1", 0, queue="sales")]
    second = [event("queued", "c-2", 5, queue="sales")]
    other = [event("queued", "c-3", 2, queue="credit")]
    counters = counted(*first, *second, *other)
    assert counters.now("sales").line.oldest_us() == at(0)
    counters = counted(*first, *second, *other, event("ended", "c-1", 9))
    assert counters.now("sales").line.oldest_us() == at(5)
    assert counters.now(TOTAL).line.oldest_us() == at(2)


def test_a_repeated_change_counts_once() -> None:
    counters = counted(ENTERED, RINGS)
    before = everything(counters)
    same = call(ENTERED, RINGS)
    counters.replace(same, same)
    assert everything(counters) == before


def test_a_forgotten_call_leaves_the_gauges_and_stays_in_the_sums() -> None:
    counters = counted(ENTERED, RINGS)
    counters.drop(call(ENTERED, RINGS))
    assert gauges(counters, "sales") == gauges(counters) == (0, 0, 0)
    assert visits(counters, "sales") == {"offered": 1}


def test_a_queue_is_listed_only_while_it_has_something_to_say() -> None:
    talk = [event("alerting", agents=("1001",), queue="sales")]
    counters = Counters(BusinessDays("UTC"), today=DAY + timedelta(days=3))
    change = changes(talk)[0]
    counters.replace(change.before, change.after)
    assert counters.queues() == [TOTAL, "sales"]  # live now, though of another day
    counters.drop(change.after)
    assert counters.queues() == [TOTAL]


def test_a_caller_on_hold_talks_still_and_is_counted_in_the_queue() -> None:
    held = event("held", seconds=20, agents=("1001",))
    resumed = event("resumed", seconds=30, agents=("1001",))
    story = [ENTERED, RINGS, ANSWERED, held, resumed, ENDED]
    told = [counted(*story[:n]).now("sales") for n in range(3, 7)]
    assert [(now.talking, now.held) for now in told] == [(1, 0), (1, 1), (1, 0), (0, 0)]


def test_a_caller_whom_a_second_agent_talks_to_is_not_on_hold() -> None:
    held = event("held", seconds=20, agents=("1001",))
    joined = event("answered", seconds=25, agents=("1002",))
    assert counted(ENTERED, ANSWERED, held, joined).now(TOTAL).held == 0


def test_a_call_that_an_agent_handed_on_counts_once_in_the_queue_of_the_answer() -> (
    None
):
    first = event("transferred", seconds=30, from_agent="1001", agents=("1002",))
    joined = event("answered", seconds=35, agents=("1002",))
    again = event("transferred", seconds=50, from_agent="1002", agents=("1003",))
    counters = counted(ENTERED, ANSWERED, first, joined, again)
    assert "transferred" not in counters.sums(TOTAL)  # it goes on
    counters = counted(ENTERED, ANSWERED, first, joined, again, ENDED)
    assert counters.sums("sales")["transferred"] == 1
    assert counters.sums(TOTAL)["transferred"] == 1


def test_a_call_that_went_on_without_an_answer_is_moved_not_transferred() -> None:
    onward = event("transferred", seconds=30, agents=("1002",))
    counters = counted(ENTERED, RINGS, onward, ENDED)
    assert visits(counters, "sales") == {"offered": 1, "moved": 1}
    direct = event("alerting", agents=("1001",))
    answered = event("answered", seconds=5, agents=("1001",))
    counters = counted(
        direct, answered, event("transferred", seconds=9, from_agent="1001"), ENDED
    )
    assert counters.sums(TOTAL)["transferred"] == 1


# Business days


def test_a_call_answered_after_midnight_belongs_to_the_day_it_was_offered() -> None:
    midnight_us = at(15 * 3600)
    counters = counted(
        event("queued", queue="sales", at_us=midnight_us - 10_000_000),
        event("answered", agents=("1001",), at_us=midnight_us + 5_000_000),
    )
    assert counters.sums("sales")["answered"] == 1
    assert counters.roll(DAY + timedelta(days=1))
    assert visits(counters, "sales") == {}
    assert gauges(counters, "sales") == (0, 0, 1)


def test_a_clock_that_runs_ahead_loses_no_call_over_midnight() -> None:
    counters = counted(event("queued", queue="sales", at_us=at(15 * 3600 + 1)))
    assert visits(counters, "sales") == {}
    counters.roll(DAY + timedelta(days=1))
    assert visits(counters, "sales") == {"offered": 1}


def test_the_business_day_is_that_of_the_configured_zone() -> None:
    late = event("queued", queue="sales", at_us=at(6 * 3600))  # 15:00 UTC
    assert visits(counted(late, zone="Asia/Tokyo"), "sales") == {}  # the 22nd there
    assert visits(counted(late, zone="Europe/Berlin"), "sales") == {"offered": 1}


def test_days_follow_each_other_without_gap_where_clocks_change() -> None:
    days = BusinessDays("Europe/Berlin")
    utc_midnight_us = counters_us(date(2026, 10, 25))
    spring = [days.day_of(utc_midnight_us + h * 3_600_000_000) for h in range(-3, 25)]
    assert spring == sorted(spring)
    assert spring.count(date(2026, 10, 25)) == 25  # the day with the extra hour


def counters_us(day: date) -> int:
    return (day - date(1970, 1, 1)).days * 86_400_000_000


def test_a_clock_gone_wild_fills_no_memory_and_spoils_no_count(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    counters = counted(ENTERED)
    for days in random.Random(1).sample(range(2, 5000), 300):
        wild = call(event("queued", f"c-{days}", queue="sales", at_us=at(days * 86400)))
        counters.replace(None, wild)
        counters.replace(wild, wild)
    assert len(counters._sums) <= counters_module.DAYS_MAX
    assert visits(counters, "sales") == {"offered": 1}


def test_queues_beyond_the_limit_count_in_the_total(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(counters_module, "QUEUES_MAX", 2)
    counters = counted(*(event("queued", f"c-{n}", queue=f"q-{n}") for n in range(4)))
    assert visits(counters, TOTAL) == {"offered": 4}
    assert [visits(counters, f"q-{n}") for n in range(4)] == [
        {"offered": 1}, {"offered": 1}, {}, {},
    ]  # fmt: skip
    for n in range(4):
        counters.drop(call(event("queued", f"c-{n}", queue=f"q-{n}")))
    assert counters.queues() == [TOTAL, "q-0", "q-1"]


# Laws


def test_the_waiting_line_does_not_grow_with_those_who_left() -> None:
    line = WaitingLine()
    line.enter((LineId("main"), CallId("patient"), 0), at(0))
    for n in range(10_000):
        key = (LineId("main"), CallId(f"c-{n}"), 0)
        line.enter(key, at(n + 1))
        line.leave(key)
    assert len(line._heap) < 100
    assert (len(line), line.oldest_us()) == (1, at(0))


KINDS = [
    "arrived", "queued", "alerting", "answered", "held", "transferred", "ended",
]  # fmt: skip
QUEUES = st.sampled_from([None, "sales", "credit"])
AGENTS = st.sets(st.sampled_from(["1001", "1002", "1003"]), max_size=2)


@st.composite
def call_events(draw: st.DrawFn) -> CallEvent:
    kind = draw(
        st.sampled_from(
            [
                "arrived",
                "queued",
                "alerting",
                "answered",
                "held",
                "transferred",
                "ended",
            ]
        )
    )
    return event(
        kind,
        draw(st.sampled_from(["c-1", "c-2", "c-3"])),
        draw(st.integers(0, 40)) * 0.5 + draw(st.sampled_from([0, 86_400])),
        agents=tuple(sorted(draw(AGENTS))),
        queue=draw(QUEUES),
        scope=draw(st.sampled_from(Scope)) if kind == "ended" else Scope.CALL,
        outcome=draw(st.sampled_from([None, "voicemail"])) if kind == "ended" else None,
    )


def recount(events: list[CallEvent]) -> dict[str, object]:
    """All counters from the last view of each call alone."""
    book = CallBook()
    for one in events:
        book.apply(one)
    fresh = Counters(BusinessDays("UTC"), today=DAY)
    for one_call in book:
        fresh.replace(None, one_call)
    return everything(fresh)


@given(st.lists(call_events(), max_size=14), st.randoms())
def test_order_and_repetition_do_not_matter_and_a_recount_agrees(
    events: list[CallEvent], rng: random.Random
) -> None:
    shuffled = events + rng.sample(events, len(events) // 2)
    rng.shuffle(shuffled)
    assert everything(counted(*shuffled)) == recount(events)


def handed_on_slowly(events: list[CallEvent]) -> dict[str, int]:
    """Transferred calls by queue, from the words of the page alone."""
    found: dict[str, int] = {}
    book = CallBook()
    for one in events:
        book.apply(one)
    for each in book:
        answered = [v for v in each.visits if v.left == "answered"]
        gave_up = [
            leg.answered_us
            for leg in each.legs
            if leg.release == "transferred" and leg.answered_us is not None
        ]
        if each.ended_us is None or not gave_up or (each.visits and not answered):
            continue
        entered_us, queue = each.arrived_us, each.queue or ""
        for number, visit in enumerate(answered):
            if number == 0 or (visit.left_us or 0) <= min(gave_up):
                entered_us, queue = visit.entered_us, visit.queue
        if BusinessDays("UTC").day_of(entered_us) == DAY:
            for where in {queue, TOTAL}:
                found[where] = found.get(where, 0) + 1
    return found


@given(st.lists(call_events(), max_size=20), st.randoms())
def test_transferred_calls_are_those_of_a_slow_count(
    events: list[CallEvent], rng: random.Random
) -> None:
    shuffled = events + rng.sample(events, len(events) // 2)
    rng.shuffle(shuffled)
    counters = counted(*shuffled)
    sums = {queue: counters.sums(queue) for queue in counters.queues()}
    found = {q: s["transferred"] for q, s in sums.items() if "transferred" in s}
    assert found == handed_on_slowly(events)


@given(st.lists(call_events(), max_size=14))
def test_every_offered_call_is_in_exactly_one_place(events: list[CallEvent]) -> None:
    counters = Counters(BusinessDays("UTC"), today=DAY)
    book = CallBook()
    for one in events:
        change = book.apply(one)
        if change:
            counters.replace(change.before, change.after)
    waiting = sum(
        visit.left is None and counters.days.day_of(visit.entered_us) == DAY
        for one_call in book
        for visit in one_call.visits
    )
    sums = counters.sums(TOTAL)
    left = (
        "answered", "abandoned", "short_abandoned", "moved", "diverted", "callbacks",
    )  # fmt: skip
    assert sums.get("offered", 0) == waiting + sum(sums.get(name, 0) for name in left)


@given(st.lists(call_events(), max_size=14))
def test_the_total_is_the_sum_of_named_and_unnamed_queues(
    events: list[CallEvent],
) -> None:
    days = BusinessDays("UTC")
    book = CallBook()
    for one in events:
        book.apply(one)
    entries = [
        entry
        for one_call in book
        for entry in contribution(one_call, days=days, rules=CountingRules()).entries
    ]
    counters = counted(*events)
    for name in ("offered", "answered", "moved", "direct"):
        amounts = [a for day, _, n, a in entries if n == name and day == DAY]
        assert counters.sums(TOTAL).get(name, 0) == sum(amounts)


@given(st.lists(call_events(), max_size=14), st.integers(0, 14), st.booleans())
def test_a_call_counts_by_the_rules_that_its_last_change_met(
    events: list[CallEvent], before: int, restarted: bool
) -> None:
    """Also where the state was saved, and read by another process, in between."""
    old, new = (
        CountingRules(short_abandon_s=s, service_level=ServiceLevelRules(target_s=s))
        for s in (2, 8)
    )
    days, book = BusinessDays("UTC"), CallBook()
    counters = Counters(days, today=DAY, rules=old)
    met: dict[CallKey, CountingRules] = {}
    for number, one in enumerate([*events, None]):
        if number == min(before, len(events)):
            counters.count_by(new, book)
            if restarted:
                saved, counters = counters.saved(), Counters(days, today=DAY, rules=new)
                packed = msgspec.msgpack.encode(saved)
                saved = msgspec.msgpack.decode(packed, type=SavedSums)
                counters.restore(saved, book)
        change = book.apply(one) if one is not None else None
        if change is not None:
            counters.replace(change.before, change.after)
            met[change.after.key] = counters.rules
    fresh = Counters(days, today=DAY, rules=old)
    for rules in (old, new):
        fresh.rules = rules
        for each in book:
            if met[each.key] is rules:
                fresh.replace(None, each)
    fresh.count_by(new, book)
    assert everything(counters) == everything(fresh)
