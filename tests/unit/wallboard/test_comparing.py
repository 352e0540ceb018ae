"""Another tool's figure is found again by how it was made, with the calls at fault."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from unit.history.test_counted import S, visited

from screenpop.domain.call import Call, QueueVisit
from screenpop.domain.call_counts import CountingRules, counts_of
from screenpop.domain.errors import BadInput
from screenpop.domain.service_level import ServiceLevelRules
from screenpop.wallboard import comparing
from screenpop.wallboard.comparing import Given, OtherReading, readings
from screenpop.wallboard.counting_ways import CountedRange, WayOfCounting

DAY = CountedRange(from_us=0, to_us=10**12)
OWN = WayOfCounting(rules=CountingRules(), range=DAY)

waits = st.lists(
    st.tuples(
        st.sampled_from(["answered", "abandoned", "callback", "diverted", None]),
        st.integers(0, 70),
    ),
    max_size=25,
)


def made(waits: Sequence[tuple[str | None, int]]) -> list[Call]:
    return [visited(n, n * S, left, wait_s) for n, (left, wait_s) in enumerate(waits)]


def level(value: float, decimals: int = 4) -> Given:
    return Given(number="service_level", value=value, decimals=decimals)


def by_changes(found: list[OtherReading], *changes: str) -> OtherReading:
    (one,) = [each for each in found if each.changes == changes]
    return one


@given(waits)
def test_the_own_reading_is_the_sum_of_what_the_calls_add(
    some: list[tuple[str | None, int]],
) -> None:
    calls = made(some)
    wanted: Counter[str] = Counter()
    for call in calls:
        for *_, name, amount in counts_of(call, OWN.rules):
            wanted[name] += amount
    assert OWN.sums(calls) == wanted
    asked = Given(number="offered", value=0, decimals=0)
    assert readings(calls, asked, OWN)[0].value == wanted["offered"]


@given(waits, st.integers(1, 5), st.integers(1, 5))
def test_calls_between_two_targets_are_the_ones_named(
    some: list[tuple[str | None, int]], between: int, others: int
) -> None:
    """With 45 s instead of 20 s exactly the calls with a wait between differ."""
    some = [(left, wait) for left, wait in some if left == "answered"]
    some += [("answered", 40)] * between + [("answered", 5)] * others
    calls = made(some)
    theirs = sum(wait <= 45 for _, wait in some) / len(some)
    wanted = {f"c-{n}" for n, (_, wait) in enumerate(some) if 20 < wait <= 45}
    found = readings(calls, level(theirs, 9), OWN, most=100)
    reading = by_changes(found, "target 45 s")
    assert reading.is_equal
    assert {each.call.call_id for each in reading.moved} == wanted
    assert reading.moved_count == len(wanted)
    assert {(each.own, each.other) for each in reading.moved} == {(0, 1)}


def test_a_variant_is_found_with_the_abandons_that_it_counts() -> None:
    calls = made([("answered", 5)] * 3 + [("abandoned", 12), ("answered", 50)])
    own, nearest, *_ = readings(calls, level(0.6, 2), OWN)
    assert (own.value, own.is_equal, own.changes) == (0.75, False, ())
    assert nearest.is_equal
    assert nearest.changes == ("variant genesys",)
    assert [(x.call.call_id, x.own, x.other) for x in nearest.moved] == [
        ("c-3", None, 0)
    ]


def test_a_transferred_call_that_counts_once_is_named() -> None:
    calls = made([("answered", 5)] * 4)
    moved = visited(9, 0, "answered", 5)
    again = QueueVisit(
        queue="support", entered_us=9 * S, left_us=12 * S, left="answered"
    )
    calls.append(_with_visits(moved, *moved.visits, again))
    own, nearest, *_ = readings(
        calls, Given(number="offered", value=5, decimals=0), OWN
    )
    assert own.value == 6
    assert nearest.changes == ("each call once, in its first queue",)
    assert [(x.call.call_id, x.own, x.other) for x in nearest.moved] == [("c-9", 2, 1)]


def test_calls_at_the_edge_of_the_day_are_named_for_a_range_in_utc() -> None:
    hour_us = 3600 * S
    calls = [visited(n, n * hour_us, "answered", 5) for n in range(10)]
    own = replace(OWN, range=CountedRange(from_us=2 * hour_us, to_us=8 * hour_us))
    utc = CountedRange(from_us=3 * hour_us, to_us=10 * hour_us, words="range in UTC")
    asked = Given(number="offered", value=7, decimals=0)
    first, nearest, *_ = readings(calls, asked, own, [utc])
    assert first.value == 6
    assert (nearest.value, nearest.changes) == (7, ("range in UTC",))
    assert [(x.call.call_id, x.own, x.other) for x in nearest.moved] == [
        ("c-2", 1, None), ("c-8", None, 1), ("c-9", None, 1),
    ]  # fmt: skip


def test_a_setting_without_effect_is_not_named() -> None:
    calls = made([("answered", 5)] * 3 + [("abandoned", 1), ("answered", 100)])
    found = readings(calls, level(0.1), OWN, most=100)
    named = {each for reading in found for each in reading.changes}
    assert not named & {"target 10 s", "target 60 s", "within: < target"}


def transferred() -> Call:
    """Answered after 5 s, then after 100 s in another queue."""
    first = visited(9, 0, "answered", 5)
    again = QueueVisit(
        queue="support", entered_us=9 * S, left_us=109 * S, left="answered"
    )
    return _with_visits(first, *first.visits, again)


def test_two_settings_are_changed_together_where_no_single_one_fits() -> None:
    """A target of 45 s, and transferred calls once."""
    calls = made([("answered", 5)] * 3 + [("answered", 40)] * 2 + [("answered", 55)])
    calls.append(transferred())
    found = readings(calls, level(6 / 7, 9), OWN, most=100)
    equal = [each for each in found if each.is_equal]
    changes = ("target 45 s", "a transferred call counts once")
    assert [each.changes for each in equal] == [changes]
    assert {(x.call.call_id, x.own, x.other) for x in equal[0].moved} == {
        ("c-3", 0, 1), ("c-4", 0, 1), ("c-9", 0.5, 1),
    }  # fmt: skip
    assert [x.own_times for x in equal[0].moved] == [1, 1, 2]
    assert [x.other_times for x in equal[0].moved] == [1, 1, 1]


def test_two_settings_are_not_tried_where_one_fits() -> None:
    calls = made([("answered", 5)] * 3 + [("answered", 40)])
    calls.append(transferred())
    found = readings(calls, level(5 / 6, 9), OWN, most=100)
    assert ("target 45 s",) in [each.changes for each in found if each.is_equal]
    assert not any(_is_pair(each) for each in found)


def test_pairs_of_settings_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = made([("answered", wait) for wait in (5, 12, 18, 25, 40, 50, 70)])
    calls.append(transferred())
    asked = level(0.123456, 6)
    monkeypatch.setattr(comparing, "PAIRED_CALLS_MAX", 2 * len(calls))
    pairs = [x for x in readings(calls, asked, OWN, most=100) if _is_pair(x)]
    assert 0 < len(pairs) <= 2
    monkeypatch.setattr(comparing, "PAIRED_CALLS_MAX", len(calls) - 1)
    assert not any(_is_pair(x) for x in readings(calls, asked, OWN, most=100))


def test_only_the_queue_that_was_asked_for_counts() -> None:
    calls = made([("answered", 5)] * 5)
    own = replace(OWN, queue="support")
    asked = Given(number="offered", value=2, decimals=0)
    assert readings(calls, asked, own)[0].is_equal


def test_the_list_of_calls_is_bounded_and_their_number_is_not() -> None:
    calls = made([("answered", 5)] * 3 + [("answered", 40)] * 7)
    found = readings(calls, level(1.0), OWN, most=100, moved_max=3)
    reading = by_changes(found, "target 45 s")
    assert (len(reading.moved), reading.moved_count) == (3, 7)


def test_the_own_switches_are_not_named_as_a_change() -> None:
    rules = ServiceLevelRules(variant="genesys", count_flow_outs=True)
    own = replace(OWN, rules=CountingRules(service_level=rules))
    calls = made([("answered", 5), ("diverted", 5)])
    first, nearest, *_ = readings(calls, level(1.0), own)
    assert (first.value, nearest.value) == (0.5, 1.0)
    assert ("count_flow_outs: false",) in [
        each.changes for each in readings(calls, level(1.0), own, most=100)
    ]


def test_an_unknown_number_is_refused_with_those_there_are() -> None:
    asked = Given(number="happiness", value=1, decimals=0)
    with pytest.raises(BadInput, match="'happiness' is not a number of the past"):
        readings([], asked, OWN)


def _is_pair(reading: OtherReading) -> bool:
    """Two settings; no formula is called so."""
    settings = ("target ", "a transferred call counts once")
    named = [each for each in reading.changes if each.startswith(settings)]
    return len(named) == 2


def _with_visits(call: Call, *visits: QueueVisit) -> Call:
    return structs.replace(call, visits=visits)
