from __future__ import annotations

import pytest
from unit.wallboard.wallboard_story import at, call, event

from screenpop.domain import call_counts
from screenpop.domain.service_level import ServiceLevelRules
from screenpop.wallboard import metrics


def test_every_shown_number_has_one_definition_with_a_formula() -> None:
    defined = metrics.definitions(ServiceLevelRules())
    names = [definition.name for definition in defined]
    assert len(names) == len(set(names))
    assert set(metrics.today_values({})) == {d.name for d in metrics.TODAY}
    assert all(d.formula.endswith(".") and d.label for d in defined)


def test_the_average_speed_of_answer_is_the_queue_time_of_the_answered() -> None:
    sums = {"answered": 4, "offered": 9, call_counts.ANSWERED_WAIT_US: 50_000_000}
    assert metrics.average_speed_of_answer_s(sums) == 12.5


def test_rates_of_nothing_are_nothing() -> None:
    assert metrics.average_speed_of_answer_s({}) is None
    assert metrics.abandon_rate({}) is None
    assert metrics.abandon_rate({"offered": 2, "short_abandoned": 2}) is None
    assert metrics.abandon_rate({"offered": 2}) == 0


def test_short_abandons_are_in_neither_part_of_the_abandon_rate() -> None:
    sums = {"offered": 12, "short_abandoned": 2, "abandoned": 3}
    assert metrics.abandon_rate(sums) == pytest.approx(0.3)


@pytest.mark.parametrize(("waited_s", "short"), [(0, True), (4.999, True), (5, False)])
def test_a_caller_who_leaves_before_the_time_is_a_short_abandon(
    waited_s: float, short: bool
) -> None:
    assert call_counts.is_short(at(0), at(waited_s), short_abandon_s=5) is short


def test_a_queued_call_that_rings_waits_and_rings() -> None:
    ringing = call(
        event("queued", queue="sales"), event("alerting", seconds=3, agents=("1001",))
    )
    assert metrics.waits(ringing)
    assert metrics.alerts(ringing)
    assert not metrics.talks(ringing)


def test_a_call_on_hold_talks() -> None:
    held = call(
        event("alerting", agents=("1001",)),
        event("answered", seconds=3, agents=("1001",)),
        event("held", seconds=9, agents=("1001",)),
    )
    assert metrics.talks(held)
    assert not metrics.alerts(held)


def test_only_inbound_calls_without_a_queue_are_direct() -> None:
    direct = [event("alerting", agents=("1001",)), event("ended", seconds=20)]
    assert call_counts.is_missed(call(*direct))
    assert not call_counts.is_missed(call(direct[0]))
    assert not call_counts.is_direct(call(event("queued", queue="sales"), *direct))


def test_waiting_is_never_negative_where_clocks_disagree() -> None:
    assert metrics.wait_s(at(10), at(3)) == 0
    assert metrics.wait_s(at(3), at(10)) == 7
