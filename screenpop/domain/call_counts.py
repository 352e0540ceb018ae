"""What does one call add to the counts: when, in which queue, under which name?

The wallboard sums it by business day, the history by quarter of an hour: so both show
the same numbers. All is a function of the call alone, and a call is a function of
the set of its events: neither order nor repetition changes a count.

A visit counts at the moment at which the caller entered the queue, a direct call at
its arrival, whatever becomes of it later. Only `service_level` may count a visit
where it left. What agents did in a call counts when the call is over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from screenpop.domain import service_level as sl
from screenpop.domain.call import (
    AgentLeg,
    Call,
    Direction,
    Outcome,
    QueueVisit,
    Release,
)
from screenpop.domain.service_level import US_PER_S, ServiceLevelRules

UNNAMED = ""
"""The queue name of calls whose queue the telephone system did not name."""

ANSWERED_WAIT_US = "answered_wait_us"
ABANDONED_WAIT_US = "abandoned_wait_us"
CALLS_ANSWERED_WAIT_US = "calls_answered_wait_us"
DIRECT_WAIT_US = "direct_answered_wait_us"
TALK_US, HOLD_US = "talk_us", "hold_us"
CALLED_BACK = "called_back"
"""Counted of our own call, by what other calls with its number were: `recall`."""

NUMBERS = (
    "offered", "answered", "abandoned", "short_abandoned", "moved", "diverted",
    "callbacks", "direct", "direct_answered", "missed", "direct_short_abandoned",
    "calls", "calls_answered", "calls_abandoned", "calls_short_abandoned", "handled",
    "transferred", CALLED_BACK,
)  # fmt: skip
"""Plain counts that are shown."""

NAMES = (
    *NUMBERS, ANSWERED_WAIT_US, ABANDONED_WAIT_US, CALLS_ANSWERED_WAIT_US,
    DIRECT_WAIT_US, TALK_US, HOLD_US, *sl.COUNTED,
)  # fmt: skip
"""All names of amounts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CountingRules:
    """What of the configuration decides what a call adds."""

    short_abandon_s: float = 5
    service_level: ServiceLevelRules = field(default_factory=ServiceLevelRules)


def in_words(rules: CountingRules) -> str:
    """All that a stored count depends on; the switches of a formula are not in it."""
    short = f"Short abandon < {rules.short_abandon_s:g} s."
    words = f"{sl.counting_rules(rules.service_level)} {short}"
    return f"{words} With transferred and called back."


Count = tuple[int, str, str, int]
"""An amount that a call adds: when (microseconds since 1970 UTC), queue, name, and how
much (calls, or microseconds where the name ends in `_us`)."""


def counts_of(call: Call, rules: CountingRules) -> list[Count]:
    """What this call adds, in whatever state it is."""
    found: list[Count] = []
    if call.direction is not Direction.INBOUND:
        return found
    is_over = call.ended_us is not None and call.answered_us is not None
    if not call.visits:
        if is_direct(call):
            _of_direct(found, call, rules.short_abandon_s)
            if is_over:
                _of_talks(found, call)
                _of_transfer(found, call)
        return found
    began_us = [call.visits[0].entered_us]
    if len(call.visits) > 1:
        began_us = wait_beginnings_us(call.visits)
    for visit, since_us in zip(call.visits, began_us, strict=True):
        found.append((visit.entered_us, visit.queue, "offered", 1))
        if visit.left is not None:
            _of_left(found, visit, since_us, rules.short_abandon_s)
    _of_call(found, call.visits, rules.short_abandon_s)
    _of_waits(found, call, began_us, rules)
    if is_over:
        _of_talks(found, call)
        _of_transfer(found, call)
    return found


def service_level_counts(call: Call, rules: CountingRules) -> list[Count]:
    """The part of `counts_of` that a service level is made of, `sl.COUNTED`."""
    found: list[Count] = []
    if call.visits and is_inbound(call):
        _of_waits(found, call, wait_beginnings_us(call.visits), rules)
    return found


def add_the_same(before: Call, after: Call, rules: CountingRules) -> bool:
    """Do two views of a call surely add the same? Cheap, for most."""
    if before.direction is not after.direction or before.ended_us != after.ended_us:
        return False
    by_legs = after.ended_us is not None or rules.service_level.measured_from == "ring"
    if by_legs and before.legs != after.legs:
        return False
    if before.visits or after.visits:
        return before.visits == after.visits
    return (
        before.queue == after.queue
        and before.outcome is after.outcome
        and before.arrived_us == after.arrived_us
        and before.answered_us == after.answered_us
        and before.first_alerting_us == after.first_alerting_us
    )


_LEFT = {"callback": "callbacks"}  # counts that have another name


def _of_left(
    found: list[Count], visit: QueueVisit, since_us: int, short_abandon_s: float
) -> None:
    at_us, queue = visit.entered_us, visit.queue
    left_us = at_us if visit.left_us is None else visit.left_us
    waited_us = max(0, left_us - at_us)
    left = visit.left or ""
    if left == "abandoned":
        short = is_short(since_us, left_us, short_abandon_s)
        found.append((at_us, queue, "short_abandoned" if short else "abandoned", 1))
        found.append((at_us, queue, ABANDONED_WAIT_US, waited_us))
        return
    found.append((at_us, queue, _LEFT.get(left, left), 1))
    if left == "answered":
        found.append((at_us, queue, ANSWERED_WAIT_US, waited_us))


def _of_call(
    found: list[Count], visits: Sequence[QueueVisit], short_abandon_s: float
) -> None:
    """The call once, since its first queue."""
    first, last = visits[0], visits[-1]
    at_us, queue = first.entered_us, first.queue
    found.append((at_us, queue, "calls", 1))
    if last.left is None and len(visits) == 1:
        return
    answered = first_answer(visits)
    if answered is not None and answered.left_us is not None:
        waited_us = max(0, answered.left_us - at_us)
        found.append((at_us, queue, "calls_answered", 1))
        found.append((at_us, queue, CALLS_ANSWERED_WAIT_US, waited_us))
    elif last.left == "abandoned" and last.left_us is not None:
        short = is_short(at_us, last.left_us, short_abandon_s)
        name = "calls_short_abandoned" if short else "calls_abandoned"
        found.append((at_us, queue, name, 1))


def _of_direct(found: list[Count], call: Call, short_abandon_s: float) -> None:
    at_us, queue, since_us = call.arrived_us, call.queue or UNNAMED, ring_began_us(call)
    found.append((at_us, queue, "direct", 1))
    if call.answered_us is not None:
        waited_us = max(0, call.answered_us - since_us)
        found.append((at_us, queue, "direct_answered", 1))
        found.append((at_us, queue, DIRECT_WAIT_US, waited_us))
    if is_missed(call) and call.ended_us is not None:
        short = is_short(since_us, call.ended_us, short_abandon_s)
        found.append((at_us, queue, "direct_short_abandoned" if short else "missed", 1))


def _of_talks(found: list[Count], call: Call) -> None:
    """Talk and hold of an answered call that is over, under the answer that began them.

    From each agent's answer to their release, agents who talk at the same time each
    by themselves. Wrap-up is not in it: no line says to which call it belongs.
    """
    answered = [visit for visit in call.visits if visit.left == "answered"]
    if not call.visits:
        found.append((call.arrived_us, call.queue or UNNAMED, "handled", 1))
    found += [(visit.entered_us, visit.queue, "handled", 1) for visit in answered]
    for leg in call.legs:
        if leg.answered_us is None or (call.visits and not answered):
            continue
        at_us, queue = call.arrived_us, call.queue or UNNAMED
        if answered:
            visit = _answer_of(leg.answered_us, answered)
            at_us, queue = visit.entered_us, visit.queue
        found.append((at_us, queue, TALK_US, _talked_us(leg)))
        found.append((at_us, queue, HOLD_US, leg.hold_us))


def _of_transfer(found: list[Count], call: Call) -> None:
    """A call that an agent handed on: once, under the answer of the first who did."""
    answers_us: list[int] = []
    for leg in call.legs:
        if leg.release is Release.TRANSFERRED and leg.answered_us is not None:
            answers_us.append(leg.answered_us)  # noqa: PERF401  most calls have none
    if not answers_us:
        return
    answered = [visit for visit in call.visits if visit.left == "answered"]
    if answered:
        visit = _answer_of(min(answers_us), answered)
        found.append((visit.entered_us, visit.queue, "transferred", 1))
    elif not call.visits:
        found.append((call.arrived_us, call.queue or UNNAMED, "transferred", 1))


def _talked_us(leg: AgentLeg) -> int:
    """Without the time on hold."""
    if leg.answered_us is None or leg.released_us is None:
        return 0
    return max(0, leg.released_us - leg.answered_us - leg.hold_us)


def _answer_of(answered_us: int, answered: Sequence[QueueVisit]) -> QueueVisit:
    """The last visit that was answered by then; else the first."""
    before = [v for v in answered if v.left_us is not None and v.left_us <= answered_us]
    return before[-1] if before else answered[0]


def _one_wait(visits: Sequence[QueueVisit]) -> QueueVisit:
    """The first queue, left as the first wait of the call ended in whichever queue."""
    ended = next((visit for visit in visits if visit.left != "moved"), visits[-1])
    return replace(visits[0], left=ended.left, left_us=ended.left_us)


def _of_waits(
    found: list[Count], call: Call, began_us: Sequence[int], rules: CountingRules
) -> None:
    if rules.service_level.transfers == "again":
        for visit, since_us in zip(call.visits, began_us, strict=True):
            _of_wait(found, call, visit, since_us, rules)
    else:
        _of_wait(found, call, _one_wait(call.visits), began_us[0], rules)


def _of_wait(
    found: list[Count],
    call: Call,
    visit: QueueVisit,
    since_us: int,
    rules: CountingRules,
) -> None:
    level, queue = rules.service_level, visit.queue
    left_us = visit.entered_us if visit.left_us is None else visit.left_us
    at_us = visit.entered_us if level.interval == "entry" else left_us
    if visit.left is None:
        if level.interval == "entry":
            found.append((at_us, queue, sl.OFFERED, 1))
        return
    found.append((at_us, queue, sl.OFFERED, 1))
    within = level.is_within(left_us - _measured_from_us(call, visit, level), queue)
    if visit.left == "answered":
        found.append((at_us, queue, sl.ANSWERED, 1))
        if within:
            found.append((at_us, queue, sl.ANSWERED_WITHIN, 1))
    elif visit.left == "abandoned":
        found.append((at_us, queue, sl.ABANDONED, 1))
        if is_short(since_us, left_us, rules.short_abandon_s):
            found.append((at_us, queue, sl.SHORT, 1))
        if within:
            found.append((at_us, queue, sl.ABANDONED_WITHIN, 1))
    else:
        found.append((at_us, queue, sl.FLOW_OUTS, 1))
        if within and visit.left == "callback":
            found.append((at_us, queue, sl.CALLBACKS_WITHIN, 1))


def _measured_from_us(call: Call, visit: QueueVisit, level: ServiceLevelRules) -> int:
    """Queue entry, or the first ring during the visit; entry where nothing rang.

    A leg keeps its latest ring: where one agent rang twice in a later visit, the
    second ring counts.
    """
    entered_us, left_us = visit.entered_us, visit.left_us
    if level.measured_from == "entry" or left_us is None:
        return entered_us
    rings = [leg.alerting_us for leg in call.legs]
    during = [
        ring_us
        for ring_us in (call.first_alerting_us, *rings)
        if ring_us is not None and entered_us <= ring_us <= left_us
    ]
    return min(during, default=entered_us)


def is_inbound(call: Call) -> bool:
    """Only inbound calls are offered: no caller waits in those that we make."""
    return call.direction is Direction.INBOUND


def wait_beginnings_us(visits: Sequence[QueueVisit]) -> list[int]:
    """When the wait of each visit began: in the queue from which the caller was moved.

    Overflow is one wait. An answer ends it: a transfer afterwards begins another.
    """
    began_us: list[int] = []
    moved = False
    for visit in visits:
        began_us.append(began_us[-1] if moved else visit.entered_us)
        moved = visit.left == "moved"
    return began_us


def is_short(since_us: int, left_us: int, short_abandon_s: float) -> bool:
    """Did the caller leave sooner than it makes sense to answer?

    `calls.short_abandon_s` sets the time; such calls are counted apart, as in
    the "short abandons" switch of service-level reports. `since_us` is the
    beginning of the wait, whichever queue it was in.
    """
    return left_us - since_us < short_abandon_s * US_PER_S


def is_direct(call: Call) -> bool:
    """Did it reach agents without ever standing in a queue?"""
    reached = call.first_alerting_us is not None or call.answered_us is not None
    return is_inbound(call) and not call.visits and reached


def is_missed(call: Call) -> bool:
    """Rang directly, and was not answered before it ended."""
    return is_direct(call) and call.outcome is Outcome.MISSED


def ring_began_us(call: Call) -> int:
    """When a direct call first rang at an agent; its arrival when it never did."""
    first_us = call.first_alerting_us
    return call.arrived_us if first_us is None else first_us


def first_answer(visits: Sequence[QueueVisit]) -> QueueVisit | None:
    """The first visit of a call that ended by an agent's answer."""
    for visit in visits:
        if visit.left == "answered":
            return visit
    return None
