"""The numbers that supervisors compare, each recomputed by hand or by another model."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from unit.wallboard.wallboard_story import call, counted, event

from screenpop.domain.call import CallEvent, Direction, Outcome
from screenpop.wallboard.counters import TOTAL, Counters
from screenpop.wallboard.metrics import today_values

MAIN = (
    "offered", "answered", "abandoned", "short_abandoned", "moved", "diverted",
    "callbacks",
)  # fmt: skip


def figures(counters: Counters, queue: str = TOTAL) -> dict[str, float | None]:
    """All numbers of today but those that are 0 or made of nothing."""
    values = today_values(counters.sums(queue))
    return {name: value for name, value in values.items() if value}


def main(counters: Counters, queue: str = TOTAL) -> dict[str, float | None]:
    found = figures(counters, queue)
    return {name: found[name] for name in MAIN if name in found}


# Lines that never report `queued`


RINGS = event("alerting", seconds=3, agents=("1001",), queue="sales")
ANSWERS = event("answered", seconds=9, agents=("1001",), queue="sales")
ENDS = event("ended", seconds=60)


def test_a_call_that_rings_with_a_queue_fills_the_main_figures_of_that_queue() -> None:
    counters = counted(event("arrived"), RINGS, ANSWERS, ENDS)
    assert figures(counters, "sales") == {
        "offered": 1,
        "answered": 1,
        "handled": 1,
        "average_speed_of_answer_s": 6,
        "average_handle_time_s": 51,
        "calls": 1,
        "calls_answered": 1,
        "calls_average_speed_of_answer_s": 6,
    }
    assert "direct" not in figures(counters)


def test_who_hangs_up_while_it_rings_abandoned_that_queue() -> None:
    counters = counted(RINGS, event("ended", seconds=30))
    assert main(counters, "sales") == {"offered": 1, "abandoned": 1}
    assert call(RINGS, ENDS).outcome is Outcome.ABANDONED


def test_a_queue_that_only_the_answer_names_was_entered_at_the_first_ring() -> None:
    rings = event("alerting", seconds=3, agents=("1001",))
    (visit,) = call(rings, ANSWERS).visits
    assert (visit.entered_us, visit.left_us) == (rings.at_us, ANSWERS.at_us)


def test_another_queue_that_rings_is_a_second_visit_and_the_same_one_is_not() -> None:
    again = event("alerting", seconds=20, agents=("1002",), queue="sales")
    other = event("alerting", seconds=40, agents=("1003",), queue="support")
    counters = counted(RINGS, again, other, event("ended", seconds=90))
    assert main(counters, "sales") == {"offered": 1, "moved": 1}
    assert main(counters, "support") == {"offered": 1, "abandoned": 1}


def test_a_ring_of_a_consultation_in_the_same_queue_is_no_second_visit() -> None:
    consult = event("alerting", seconds=30, agents=("1002",), queue="sales")
    counters = counted(RINGS, ANSWERS, consult, ENDS)
    assert main(counters) == {"offered": 1, "answered": 1}


@pytest.mark.parametrize("at", [0, 5, 10, 50])
def test_a_late_queued_makes_no_second_visit(at: float) -> None:
    late = event("queued", seconds=at, queue="sales")
    counters = counted(RINGS, ANSWERS, ENDS, late)
    assert figures(counters, "sales")["offered"] == 1
    assert figures(counters)["calls"] == 1


def test_queues_by_another_name_in_queued_count_by_that_name_alone() -> None:
    counters = counted(event("queued", queue="q-7"), RINGS, ANSWERS, ENDS)
    assert main(counters, "q-7") == {"offered": 1, "answered": 1}
    assert main(counters, "sales") == {}


# Calls without any queue


def test_direct_calls_have_the_same_five_numbers() -> None:
    def direct(call_id: str, answer_s: float | None, end_s: float) -> list[CallEvent]:
        told = [event("alerting", call_id, 2, agents=("1001",))]
        if answer_s is not None:
            told.append(event("answered", call_id, answer_s, agents=("1001",)))
        return [*told, event("ended", call_id, end_s)]

    counters = counted(
        *direct("c-1", 6, 60), *direct("c-2", 12, 60), *direct("c-3", None, 40),
        *direct("c-4", None, 3),
    )  # fmt: skip
    assert figures(counters) == {
        "direct": 4,
        "direct_answered": 2,
        "handled": 2,
        "average_handle_time_s": 51,
        "missed": 1,
        "direct_short_abandoned": 1,
        "direct_average_speed_of_answer_s": 7,
        "direct_abandon_rate": pytest.approx(1 / 3),
    }


# Outbound calls


@pytest.mark.parametrize("direction", [Direction.OUTBOUND, Direction.INTERNAL])
def test_calls_that_we_make_are_not_offered_whatever_their_queue(
    direction: Direction,
) -> None:
    def ours(one: CallEvent) -> CallEvent:
        return replace(one, direction=direction)

    story = [ours(event("queued", queue="sales")), ours(RINGS), ours(ANSWERS)]
    counters = counted(*story)
    assert figures(counters) == {}
    assert (counters.now(TOTAL).waiting, counters.now(TOTAL).talking) == (0, 1)
    assert figures(counted(*story[:2], ENDS)) == {}


def test_a_direction_that_comes_late_takes_the_call_out_again() -> None:
    late = replace(event("arrived", seconds=20), direction=Direction.OUTBOUND)
    assert figures(counted(RINGS, late)) == {}


# Callbacks


def test_a_caller_who_is_to_be_called_back_did_not_abandon() -> None:
    queued = event("queued", queue="sales")
    end = event("ended", seconds=50, outcome="callback")
    counters = counted(queued, end)
    assert main(counters, "sales") == {"offered": 1, "callbacks": 1}
    assert "abandon_rate" not in figures(counters)
    assert "calls_abandoned" not in figures(counters)
    assert call(queued, end).outcome is Outcome.CALLBACK


def test_a_callback_of_a_call_without_a_queue_is_not_missed() -> None:
    rings = event("alerting", agents=("1001",))
    counters = counted(rings, event("ended", seconds=50, outcome="callback"))
    assert figures(counters) == {"direct": 1}


def test_who_was_answered_first_completed_the_call() -> None:
    end = event("ended", seconds=50, outcome="callback")
    assert call(RINGS, ANSWERS, end).outcome is Outcome.COMPLETED


# Overflow


def test_a_caller_who_waited_63_s_over_two_queues_is_no_short_abandon() -> None:
    counters = counted(
        event("queued", seconds=0, queue="sales"),
        event("queued", seconds=60, queue="support"),
        event("ended", seconds=63),
    )
    assert main(counters, "support") == {"offered": 1, "abandoned": 1}
    assert figures(counters)["calls_abandon_rate"] == 1
    assert figures(counters, "sales")["calls_abandoned"] == 1


def test_the_speed_of_answer_since_the_first_queue_stands_beside_that_of_visits() -> (
    None
):
    counters = counted(
        event("queued", seconds=0, queue="sales"),
        event("queued", seconds=60, queue="support"),
        event("answered", seconds=75, agents=("1001",)),
    )
    found = figures(counters)
    assert (found["offered"], found["calls"]) == (2, 1)
    assert found["average_speed_of_answer_s"] == 15
    assert found["calls_average_speed_of_answer_s"] == 75


def test_a_wait_after_an_answer_is_another_wait() -> None:
    counters = counted(
        event("queued", seconds=0, queue="sales"),
        event("answered", seconds=20, agents=("1001",)),
        event("queued", seconds=100, queue="support"),
        event("ended", seconds=102),
    )
    assert main(counters, "support") == {"offered": 1, "short_abandoned": 1}
    assert "calls_abandoned" not in figures(counters)
    assert figures(counters)["calls_answered"] == 1


# Another model: what became of random callers, counted while they are made up


@dataclass
class Made:
    """Callers with what is to be counted of them, noted while they are made up."""

    rng: random.Random
    reports_queues: bool
    events: list[CallEvent] = field(default_factory=list)
    wanted: dict[str, int] = field(default_factory=dict)

    def count(self, name: str) -> None:
        self.wanted[name] = self.wanted.get(name, 0) + 1

    def caller(self, number: int) -> None:
        call_id, now_s = f"c-{number}", number * 0.001
        began_s = now_s
        self.count("calls")
        queues = self.rng.sample(["sales", "support", "credit"], self.rng.randint(1, 3))
        for place, queue in enumerate(queues):
            self.count("offered")
            if self.reports_queues:
                self.events.append(event("queued", call_id, now_s, queue=queue))
            ring = event("alerting", call_id, now_s, agents=("1001",), queue=queue)
            self.events.append(ring)
            now_s += self.rng.choice([2, 4, 30])
            if place < len(queues) - 1:
                self.count("moved")
        self._leaves(call_id, now_s, now_s - began_s)

    def _leaves(self, call_id: str, now_s: float, waited_s: float) -> None:
        way = self.rng.choice(["answered", "abandoned", "voicemail", "callback"])
        if way == "answered":
            self.events.append(event("answered", call_id, now_s, agents=("1001",)))
            self.events.append(event("ended", call_id, now_s + 60))
            self.count("answered")
            self.count("handled")
            self.count("calls_answered")
        elif way == "abandoned":
            self.events.append(event("ended", call_id, now_s))
            short = "short_" if waited_s < 5 else ""
            self.count(f"{short}abandoned")
            self.count(f"calls_{short}abandoned")
        else:
            self.events.append(event("ended", call_id, now_s, outcome=way))
            self.count("diverted" if way == "voicemail" else "callbacks")


@pytest.mark.parametrize("reports_queues", [True, False])
@pytest.mark.parametrize("seed", range(5))
def test_random_callers_are_counted_as_they_were_made_up(
    seed: int, reports_queues: bool
) -> None:
    made = Made(random.Random(seed), reports_queues)
    for number in range(60):
        made.caller(number)
    told = made.events + made.rng.sample(made.events, 50)
    made.rng.shuffle(told)
    found = figures(counted(*told))
    counts = {n: v for n, v in found.items() if isinstance(v, int)}
    assert counts == made.wanted


EVENTS = st.builds(
    lambda kind, seconds, queue: event(
        kind, seconds=seconds, queue=queue, agents=("1001",)
    ),
    st.sampled_from(["alerting", "answered", "transferred", "ended"]),
    st.integers(0, 9),
    st.sampled_from(["sales", "support", None]),
)


@given(st.lists(EVENTS, max_size=8), st.integers(0, 9), st.randoms())
def test_a_queued_and_a_ringing_never_count_the_same_call_twice(
    events: list[CallEvent], seconds: int, rng: random.Random
) -> None:
    queued = event("queued", seconds=seconds, queue="sales")
    told = [*events, queued]
    rng.shuffle(told)
    found = call(*told).visits
    ended = [one.at_us for one in events if one.type == "ended"]
    if not ended or queued.at_us < min(ended):
        assert [(v.queue, v.inferred) for v in found] == [("sales", False)]
    else:  # an end is final: `queued` after it says nothing
        assert len({visit.queue for visit in found}) == len(found)


@given(st.lists(EVENTS, min_size=1, max_size=8), st.randoms())
def test_without_queued_each_queue_is_visited_once_in_any_order_of_delivery(
    events: list[CallEvent], rng: random.Random
) -> None:
    shuffled = events + rng.sample(events, len(events) // 2)
    rng.shuffle(shuffled)
    found = call(*events).visits
    assert call(*shuffled).visits == found
    assert len({visit.queue for visit in found}) == len(found)
    assert [visit.left for visit in found[:-1]].count(None) == 0
