"""Another system's list: each planted difference is found, and nothing else."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from unit.history.simulated_day import START_US, SimulatedDay
from unit.history.test_counted import S, visited

from screenpop.domain.call import Call
from screenpop.domain.call_fold import CallFold
from screenpop.wallboard.counting_ways import CountedRange
from screenpop.wallboard.list_differences import (
    ListComparison,
    ListRules,
    compare_list,
    shift_in_words,
)
from screenpop.wallboard.listed_calls import ListedCall
from screenpop.wallboard.matching import Stay, stays_of

ZONE = ZoneInfo("Africa/Lagos")  # an hour ahead of UTC in every season
RANGE = CountedRange(from_us=START_US - 10**10, to_us=START_US + 10**11)
OWN = ListRules(range=RANGE, zone=ZONE)
SAID = ("answered", "abandoned", "short abandon")


def calls_of(seed: int, callers: int = 40) -> list[Call]:
    """A night's calls; one in eight callers hides the number."""
    rng = random.Random(seed)
    folds: dict[str, CallFold] = {}
    for event in SimulatedDay(rng).callers(callers).told():
        fold = folds.setdefault(
            event.call_id, CallFold(event.line, event.call_id, event.occurrence)
        )
        fold.add(event)
    return [
        structs.replace(
            fold.call(),
            caller=None if rng.random() < 0.125 else f"+44207946{number:04}",
        )
        for number, fold in enumerate(folds.values())
    ]


def every(calls: Sequence[Call], *, once: bool = False) -> list[Stay]:
    return [stay for call in calls for stay in stays_of(call, once=once)]


def listed(
    stays: Sequence[Stay],
    *,
    short_s: float = 5,
    later_s: int = 0,
    zone: tzinfo = ZONE,
    by_number: float = 0.5,
) -> list[ListedCall]:
    """The list of a tool that counts as this centre does, half of it without ids."""
    rng, rows = random.Random(len(stays)), []
    for line, stay in enumerate(stays, 2):
        status, caller = stay.status(short_s), stay.call.caller
        without_id = caller is not None and rng.random() < by_number
        at = datetime.fromtimestamp(stay.at_us / 1e6 + later_s, zone)
        rows.append(
            ListedCall(
                line=line,
                start=at.replace(tzinfo=None, microsecond=0),
                call_id=None if without_id else stay.call.call_id,
                caller=caller and caller.replace("+44", "0"),
                queue=stay.queue or None,
                status=status if status in SAID else None,
                wait_s=stay.wait_s,
            )
        )
    return rows


def counted(found: ListComparison) -> dict[tuple[str, str], int]:
    return {(each.kind, each.rule): each.count for each in found.groups}


@given(st.integers(0, 10**6))
def test_the_list_of_the_same_calls_has_no_difference(seed: int) -> None:
    calls = calls_of(seed)
    rows = listed(every(calls))
    random.Random(seed).shuffle(rows)
    found = compare_list(calls, rows, OWN)
    assert (found.rows, found.matched, found.differences) == (len(rows), len(rows), 0)
    assert (found.groups, found.explanations) == ((), ())
    assert (found.reading.zone, found.reading.shift_s) == (ZONE, 0)


@given(st.integers(0, 10**6), st.data())
def test_planted_differences_are_found_to_the_unit(
    seed: int, data: st.DataObject
) -> None:
    calls = calls_of(seed)
    stays = every(calls)
    rows = listed(stays)
    ways = ["same", "dropped", "status", "queue", "wait"]
    plan = data.draw(
        st.lists(st.sampled_from(ways), min_size=len(rows), max_size=len(rows))
    )
    wanted: Counter[tuple[str, str]] = Counter()
    kept: list[ListedCall] = []
    dropped: set[int] = set()
    for stay, row, way in zip(stays, rows, plan, strict=True):
        if way == "dropped":
            dropped.add(id(stay))
            continue
        if way == "status" and row.status is not None:
            other = "abandoned" if row.status == "answered" else "answered"
            wanted["both", f"{other} there, {row.status} here"] += 1
            row = replace(row, status=other)
        elif way == "queue" and row.queue is not None:
            row = replace(row, queue="night" if row.queue == "sales" else "sales")
            wanted["both", "another queue"] += 1
        elif way == "wait" and row.wait_s is not None:
            wanted["both", "another wait"] += 1
            row = replace(row, wait_s=row.wait_s + 4)
        kept.append(row)
    foreign = data.draw(st.integers(0, 9))
    kept += [
        replace(rows[0], line=900 + n, call_id=None, caller=f"+3314955{n:04}")
        for n in range(foreign)
    ]
    if foreign:
        wanted["only_there", "no stored call fits"] += foreign
    data.draw(st.randoms()).shuffle(kept)
    found = compare_list(calls, kept, OWN, examples=200)
    ours = [each for each in found.groups if each.kind == "only_here"]
    missing = {id(each.stay) for group in ours for each in group.some}
    theirs = {key: n for key, n in counted(found).items() if key[0] != "only_here"}
    assert theirs == wanted
    assert len(missing) == sum(each.count for each in ours) == len(dropped)
    places = {
        (each.stay.call.call_id, each.stay.place)
        for group in ours
        for each in group.some
        if each.stay is not None
    }
    assert places == {
        (stay.call.call_id, stay.place) for stay in stays if id(stay) in dropped
    }
    assert found.differences == sum(wanted.values()) + len(dropped)


@pytest.mark.parametrize("later_s", [3600, 7200, -1800, 400, -3600])
def test_a_constant_shift_is_recognised(later_s: int) -> None:
    """An hour earlier than Lagos is UTC."""
    calls = calls_of(7, callers=60)
    found = compare_list(calls, listed(every(calls), later_s=later_s), OWN)
    is_utc = later_s == -3600
    assert found.reading.shift_s == (0 if is_utc else later_s)
    assert found.reading.zone == (UTC if is_utc else ZONE)
    assert {each.rule for each in found.groups} <= {"another day"}


def test_days_by_another_clock_are_explained_by_it() -> None:
    calls = calls_of(7, callers=60)
    found = compare_list(calls, listed(every(calls), later_s=7200), OWN)
    assert counted(found) == {("both", "another day"): found.differences}
    assert found.explanations[0].explains == found.differences > 0
    assert "a clock that shows 2 h later" in found.explanations[0].change


def test_a_few_shifted_calls_are_not_another_clock() -> None:
    calls = calls_of(7, callers=60)
    stays = every(calls)
    rows = listed(stays[4:]) + listed(stays[:4], later_s=3600, by_number=1)
    assert compare_list(calls, rows, OWN).reading.shift_s == 0


@pytest.mark.parametrize(
    ("rows", "change"),
    [
        (lambda calls: listed(every(calls), short_s=20), "short abandon < 20 s"),
        (
            lambda calls: listed(every(calls, once=True)),
            "each call once, in its first queue",
        ),
        (
            lambda calls: listed(
                [x for x in every(calls) if x.status(5) != "short abandon"]
            ),
            "without short abandons",
        ),
        (
            lambda calls: listed([x for x in every(calls) if not x.direct]),
            "without calls that rang directly",
        ),
        (
            lambda calls: listed([x for x in every(calls) if x.left == "answered"]),
            "answered calls only",
        ),
    ],
)
def test_the_setting_that_explains_all_is_the_first(rows, change: str) -> None:  # type: ignore[no-untyped-def]
    calls = calls_of(3, callers=150)
    found = compare_list(calls, rows(calls), OWN)
    first = found.explanations[0]
    assert (first.change, first.explains) == (change, found.differences)
    assert found.differences > 0


def test_a_list_of_a_day_in_utc_is_explained_by_the_range() -> None:
    hour_us = 3600 * S
    calls = [
        structs.replace(
            visited(n, n * hour_us // 4, "answered", 5), caller=f"+44207946{n:04}"
        )
        for n in range(60)
    ]
    utc = CountedRange(from_us=3 * hour_us, to_us=10 * hour_us, words="range in UTC")
    own = replace(OWN, range=CountedRange(from_us=2 * hour_us, to_us=9 * hour_us))
    inside = [x for x in every(calls) if utc.from_us <= x.at_us < utc.to_us]
    found = compare_list(calls, listed(inside, zone=UTC), own, [utc])
    assert found.reading.zone == UTC
    assert counted(found) == {("only_here", "answered"): 4}
    assert found.explanations[0].change == "range in UTC and its days"
    assert found.explanations[0].explains == 4


def test_a_queue_of_another_name_is_learned() -> None:
    calls = calls_of(5)
    names = {"sales": "600", "support": "Vertrieb Süd", "night": "night"}
    rows = [
        replace(row, queue=names[row.queue] if row.queue else None)
        for row in listed(every(calls))
    ]
    own = replace(OWN, queue="sales")
    found = compare_list(calls, rows, own)
    assert found.aliases == {"600": "sales", "vertrieb süd": "support"}
    assert found.differences == sum(row.queue is None for row in rows)
    assert found.rows == sum(row.queue in ("600", None) for row in rows)


def test_another_row_of_a_call_is_named() -> None:
    calls = calls_of(5)
    rows = listed(every(calls), by_number=0)
    found = compare_list(calls, [*rows, replace(rows[3], line=999)], OWN)
    assert counted(found) == {("only_there", "another row of a call"): 1}
    (group,) = found.groups
    assert group.some[0].row is not None


def test_examples_are_bounded_and_their_number_is_not() -> None:
    calls = calls_of(5)
    found = compare_list(calls, [], OWN, examples=2)
    assert found.differences == len(every(calls)) == sum(counted(found).values())
    assert max(len(each.some) for each in found.groups) == 2


@pytest.mark.parametrize(
    ("caller", "is_found"),
    [
        ("02079461234", True),
        ("0044 20 7946-1234", True),
        ("sip:+442079461234@10.0.0.9", True),
        ("7946 1234", True),
        ("461234", False),
        ("+492079461234", False),
        ("", False),
        (None, False),
    ],
)
def test_a_number_is_the_same_however_it_is_written(
    caller: str | None, *, is_found: bool
) -> None:
    call = structs.replace(visited(1, START_US, "answered", 5), caller="+442079461234")
    (row,) = listed(every([call]))
    row = replace(row, call_id=None, caller=caller)
    assert compare_list([call], [row], OWN).matched == is_found


def test_erased_and_withheld_numbers_are_not_mixed_up() -> None:
    calls = [
        structs.replace(visited(1, START_US, "answered", 5), caller="+erased3"),
        structs.replace(visited(3, START_US, "answered", 5), caller=None),
    ]
    row = replace(listed(every(calls))[0], call_id=None, caller="anonymous")
    found = compare_list(calls, [row], OWN)
    assert found.matched == 1
    (group,) = found.groups
    assert [x.stay.call.call_id for x in group.some if x.stay] == ["c-1"]


def test_both_times_of_a_repeated_hour_are_tried() -> None:
    """The night has the end of summer time of London."""
    zone = ZoneInfo("Europe/London")
    calls = calls_of(11, callers=80)
    rows = [
        replace(row, start=row.start.replace(fold=0))
        for row in listed(every(calls), zone=zone)
    ]
    repeated = [row for row in rows if row.start.hour == 1]
    assert len(repeated) > 10
    found = compare_list(calls, rows, replace(OWN, zone=zone))
    assert (found.matched, found.differences) == (len(rows), 0)


def test_the_tolerance_is_a_limit() -> None:
    call = structs.replace(visited(1, START_US, "answered", 5), caller="+442079461234")
    rows = listed(every([call]), later_s=90, by_number=1)
    assert compare_list([call], rows, OWN, within_s=90).matched == 1
    assert compare_list([call], rows, OWN, within_s=89).matched == 0


def test_a_shift_is_said_as_people_say_it() -> None:
    assert shift_in_words(5400) == "1 h 30 min later"
    assert shift_in_words(-400) == "6 min 40 s earlier"
