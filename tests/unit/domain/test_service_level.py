"""The worked day of the formulas, counted call by call, and each rule's effect."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from unit.wallboard.wallboard_story import at, call, event

from screenpop.domain.call import Call
from screenpop.domain.call_counts import CountingRules, counts_of
from screenpop.domain.service_level import (
    BY_NAME,
    VARIANTS,
    ServiceLevelRules,
    counting_rules,
)

WORKED_DAY: tuple[tuple[str, dict[str, bool], float], ...] = (
    ("amazon", {}, 0.800),
    ("genesys", {}, 0.625),
    ("genesys", {"count_short_abandons": False}, 0.698),
    ("genesys", {"count_flow_outs": True}, 0.600),
    ("genesys", {"count_abandons": False}, 0.857),
    ("vonage", {}, 0.625),
    ("vonage", {"count_flow_outs": True}, 0.600),
    ("late_abandons", {}, 0.750),
    ("answered_only", {}, 0.857),
    ("asterisk2", {}, 0.792),
)


def visited(number: int, kind: str, after_s: float, **more: Any) -> Call:
    name = f"c-{number}"
    return call(
        event("queued", name, number, queue="sales"),
        event(kind, name, number + after_s, **more),
    )


def worked_day() -> list[Call]:
    """100 offered: 70 answered, 26 abandoned (10 short), 4 to be called back."""
    waits_s = [*[15.0] * 60, *[40.0] * 10]
    answered = [visited(n, "answered", s) for n, s in enumerate(waits_s)]
    lost_s = [*[3.0] * 10, *[12.0] * 6, *[50.0] * 10]
    abandoned = [visited(70 + n, "ended", s) for n, s in enumerate(lost_s)]
    back = [visited(96 + n, "ended", 15, outcome="callback") for n in range(4)]
    return [*answered, *abandoned, *back]


def summed(calls: list[Call], **level: Any) -> Counter[str]:
    rules = CountingRules(service_level=ServiceLevelRules(**level))
    sums: Counter[str] = Counter()
    for one in calls:
        for count in counts_of(one, rules):
            sums[count[2]] += count[3]
    return sums


@pytest.mark.parametrize(("variant", "switches", "share"), WORKED_DAY)
def test_the_worked_day_has_a_share_for_each_variant(
    variant: str, switches: dict[str, bool], share: float
) -> None:
    rules = ServiceLevelRules(**switches)  # type: ignore[arg-type]
    found = BY_NAME[variant].of(summed(worked_day()), rules)
    assert found == pytest.approx(share, abs=0.0005)


def test_the_share_of_those_who_wait_now_counts_who_waited_longer() -> None:
    found = BY_NAME["in_queue_now"].of(
        {"waiting": 8, "waiting_longer": 2}, ServiceLevelRules()
    )
    assert found == 0.75


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda v: v.name)
def test_a_share_of_nothing_is_none(variant: Any) -> None:
    assert variant.of({}, ServiceLevelRules()) is None
    assert variant.of({"sl_short_abandoned": 1}, ServiceLevelRules()) is None
    assert variant.inputs
    assert variant.source
    assert variant.formula.endswith(".")


@pytest.mark.parametrize(("comparison", "within"), [("<", 0), ("<=", 1)])
def test_the_target_itself_is_in_time_or_not(comparison: str, within: int) -> None:
    sums = summed([visited(1, "answered", 20)], comparison=comparison)
    assert sums["sl_answered_within"] == within


def test_a_queue_may_have_a_target_of_its_own() -> None:
    slow = [visited(1, "answered", 50)]
    assert summed(slow)["sl_answered_within"] == 0
    assert summed(slow, target_by_queue={"sales": 60})["sl_answered_within"] == 1
    assert summed(slow, target_by_queue={"other": 60})["sl_answered_within"] == 0


@pytest.mark.parametrize(("start", "within"), [("entry", 0), ("ring", 1)])
def test_the_wait_begins_at_entry_or_at_the_first_ring(start: str, within: int) -> None:
    rung = call(
        event("queued", queue="sales"),
        event("alerting", seconds=25, agents=("1001",)),
        event("answered", seconds=30, agents=("1001",)),
        event("alerting", seconds=40, agents=("1002",)),
    )
    assert summed([rung], measured_from=start)["sl_answered_within"] == within
    silent = [visited(1, "ended", 30)]
    assert summed(silent, measured_from=start)["sl_abandoned_within"] == 0


@pytest.mark.parametrize(("interval", "at_s"), [("entry", 0), ("answer", 30)])
def test_a_visit_counts_where_it_entered_or_where_it_was_answered(
    interval: Any, at_s: float
) -> None:
    rules = CountingRules(service_level=ServiceLevelRules(interval=interval))
    found = counts_of(visited(0, "answered", 30), rules)
    times = {count[0] for count in found if count[2].startswith("sl_")}
    assert times == {at(at_s)}


def test_who_still_waits_is_offered_by_entry_and_nothing_yet_by_answer() -> None:
    waiting = [call(event("queued", queue="sales"))]
    assert summed(waiting)["sl_offered"] == 1
    assert summed(waiting, interval="answer")["sl_offered"] == 0


def test_an_overflow_counts_again_or_once_since_its_first_queue() -> None:
    moved = call(
        event("queued", queue="sales"),
        event("queued", seconds=15, queue="night"),
        event("answered", seconds=30),
    )
    again = summed([moved])
    assert (again["sl_offered"], again["sl_flow_outs"]) == (2, 1)
    assert again["sl_answered_within"] == 1
    once = summed([moved], transfers="once")
    assert (once["sl_offered"], once["sl_flow_outs"]) == (1, 0)
    assert (once["sl_answered"], once["sl_answered_within"]) == (1, 0)
    rules = CountingRules(service_level=ServiceLevelRules(transfers="once"))
    found = [c for c in counts_of(moved, rules) if c[2].startswith("sl_")]
    assert {count[1] for count in found} == {"sales"}


def test_the_rules_are_said_in_words() -> None:
    said = counting_rules(
        ServiceLevelRules(
            comparison="<", target_by_queue={"night": 60}, measured_from="ring"
        )
    )
    assert said == (
        "Target < 20 s from first ring, night 60 s; a call counts when it entered; a"
        " transferred call counts again."
    )
