"""The queue figures of a real Asterisk are ours, but for what is told apart here.

Asterisk's own are those of its events: `AgentConnect` and `AgentComplete` carry whole
seconds, as its queue log and `queue show` do.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from functools import cache

import pytest
from streams_doubles import (
    NAMES,
    NOON_US,
    RECORDINGS,
    ami_fold,
    ari_events,
    book_of,
    messages,
)

from screenpop.domain.call import Call, CallEvent
from screenpop.domain.call_counts import CountingRules, counts_of

Sums = dict[tuple[str, str], int]
"""An amount by queue and name."""
Decoded = Callable[[str], list[CallEvent]]

S = 1_000_000
RULES = CountingRules(short_abandon_s=0)  # Asterisk knows no short ones
TARGET_S = 20
SECONDS = {"answered_wait_us": "HoldTime", "abandoned_wait_us": "HoldTime"}
TRANSFERRED = "04_blind_transfer"  # talks on, outside of the queue


@cache
def arrived_s() -> dict[str, list[float]]:
    lines = (RECORDINGS / "ami_times.jsonl").read_text().splitlines()
    return {each["name"]: each["t"] for each in map(json.loads, lines)}


def ami_events(name: str) -> list[CallEvent]:
    fold = ami_fold()
    return [
        event
        for t, message in zip(arrived_s()[name], messages(name), strict=True)
        for event in fold.decode(message, NOON_US + round(t * 1e6))
    ]


def asterisks(name: str) -> Sums:
    """Sums of what its queue application told; times in whole seconds."""
    sums: Counter[tuple[str, str]] = Counter()
    for message in messages(name):
        queue = str(message.get("Queue", ""))
        held = int(str(message.get("HoldTime", 0)))
        match message["Event"]:
            case "QueueCallerJoin":
                sums[queue, "offered"] += 1
            case "AgentConnect":
                sums[queue, "answered"] += 1
                sums[queue, "sl_answered_within"] += held <= TARGET_S
                sums[queue, "answered_wait_us"] += held
            case "QueueCallerAbandon":
                sums[queue, "abandoned"] += 1
                sums[queue, "sl_abandoned_within"] += held <= TARGET_S
                sums[queue, "abandoned_wait_us"] += held
            case "AgentComplete":
                sums[queue, "handled"] += 1
                sums[queue, "talk"] += int(str(message["TalkTime"]))
    return {key: amount for key, amount in sums.items() if amount}


def ours(calls: list[Call]) -> Sums:
    """The same names; times in microseconds. Asterisk's talk is ours with the holds."""
    sums: Counter[tuple[str, str]] = Counter()
    for call in calls:
        for _, queue, name, amount in counts_of(call, RULES):
            sums[queue, "talk" if name in ("talk_us", "hold_us") else name] += amount
    return {key: amount for key, amount in sums.items() if amount and key[0]}


def counts(sums: Sums) -> Sums:
    names = ("offered", "answered", "abandoned", "handled")
    within = ("sl_answered_within", "sl_abandoned_within")
    return {key: n for key, n in sums.items() if key[1] in (*names, *within)}


over_both = pytest.mark.parametrize("events", [ami_events, ari_events])


@over_both
@pytest.mark.parametrize("name", NAMES)
def test_calls_of_a_queue_are_as_many_as_asterisk_counts(
    name: str, events: Decoded
) -> None:
    assert counts(ours([*book_of(events(name))])) == counts(asterisks(name))


@over_both
@pytest.mark.parametrize("name", NAMES)
def test_waits_are_asterisks_to_the_second_it_cuts_off(
    name: str, events: Decoded
) -> None:
    found, told = ours([*book_of(events(name))]), asterisks(name)
    for (queue, what), amount in told.items():
        if what in SECONDS:
            calls = told[queue, what.removesuffix("_wait_us")]
            assert abs(found[queue, what] - amount * S) < calls * S, (queue, what)


@over_both
@pytest.mark.parametrize("name", [n for n in NAMES if n != TRANSFERRED])
def test_talks_are_asterisks_with_the_time_on_hold(name: str, events: Decoded) -> None:
    found, told = ours([*book_of(events(name))]), asterisks(name)
    for (queue, what), amount in told.items():
        if what == "talk":
            calls = told[queue, "handled"]
            assert abs(found[queue, "talk"] - amount * S) < calls * S, queue


def test_what_is_talked_after_a_transfer_is_ours_alone() -> None:
    """Asterisk's talk ends at the transfer; ours has the second agent's, too."""
    (call,) = book_of(ami_events(TRANSFERRED))
    legs = [leg for leg in call.legs if leg.answered_us is not None]
    first, second = ((x.released_us or 0) - (x.answered_us or 0) for x in legs)
    queue = call.visits[0].queue
    assert abs(first - asterisks(TRANSFERRED)[queue, "talk"] * S) < S
    assert ours([call])[queue, "talk"] == first + second
