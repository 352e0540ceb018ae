from __future__ import annotations

from collections import Counter

from msgspec.structs import replace
from unit.wallboard.wallboard_story import call, event

from screenpop.domain.call import TIME_LIMIT, CallEvent
from screenpop.domain.call_counts import NAMES, CountingRules, add_the_same, counts_of

S = 1_000_000
ANA, BEN = ("1001",), ("1002",)
RULES = CountingRules()


def sums(*events: CallEvent) -> dict[tuple[str, str], int]:
    found: Counter[tuple[str, str]] = Counter()
    for count in counts_of(call(*events), RULES):
        found[count[1], count[2]] += count[3]
    return dict(found)


TRANSFERRED = (
    event("queued", queue="sales"),
    event("answered", seconds=10, agents=ANA),
    event("held", seconds=20, agents=ANA),
    event("resumed", seconds=35, agents=ANA),
    event("transferred", seconds=40, from_agent="1001"),
    event("queued", seconds=41, queue="support"),
    event("answered", seconds=60, agents=BEN),
    event("ended", seconds=100),
)


def test_each_answer_has_the_talk_and_hold_that_it_began() -> None:
    found = sums(*TRANSFERRED)
    assert found["sales", "talk_us"] == 15 * S
    assert found["sales", "hold_us"] == 15 * S
    assert found["support", "talk_us"] == 40 * S
    assert (found["sales", "handled"], found["support", "handled"]) == (1, 1)


def test_what_agents_did_counts_when_the_call_is_over() -> None:
    going_on = sums(*TRANSFERRED[:-1])
    assert not {name for _, name in going_on} & {"handled", "talk_us", "hold_us"}
    assert not add_the_same(call(*TRANSFERRED[:-1]), call(*TRANSFERRED), RULES)


def test_a_hold_that_the_end_cuts_off_counts_up_to_the_end() -> None:
    held = (*TRANSFERRED[:3], event("ended", seconds=50))
    found = sums(*held)
    assert (found["sales", "talk_us"], found["sales", "hold_us"]) == (10 * S, 30 * S)


def test_an_end_that_was_taken_back_ends_no_hold() -> None:
    held = call(
        *TRANSFERRED[:3],
        replace(event("ended", seconds=30), cause=TIME_LIMIT),
        event("resumed", seconds=40, agents=ANA),
        event("ended", seconds=50),
    )
    assert held.legs[0].hold_us == 20 * S


def test_every_name_that_a_call_adds_is_listed() -> None:
    stories = (
        TRANSFERRED,
        (event("queued", queue="sales"), event("ended", seconds=30)),
        (event("alerting", agents=ANA), event("ended", seconds=30)),
        (event("queued", queue="sales"), event("ended", outcome="callback", seconds=9)),
    )
    added = {name for story in stories for _, name in sums(*story)}
    assert added <= set(NAMES)
    assert {"abandoned_wait_us", "missed", "sl_callbacks_within"} <= added
