"""What does each number of the wallboard mean, and how is it made?

Each formula is one function, and each number that is shown has one `CounterDef`
that says the same formula in words. The words come from the glossary: offered,
answered, abandoned and ASA as call centres use them, counted over *visits*: one
stay of one call in one queue (`domain.call.QueueVisit`). A call that moves from one
queue to the next visits both; so every column adds up, and

    offered = waiting + answered + abandoned + short abandoned + moved + diverted
              + callbacks

holds for each queue and for the total over the visits of one day. `calls` and their
numbers next to them count each call once, since its first queue.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from screenpop.domain.call import Call, Direction, LegState, Outcome, QueueVisit

US_PER_S = 1_000_000

Amounts = Mapping[str, int]
"""Sums of one queue and day by name: the counts below and `answered_wait_us`."""

ANSWERED_WAIT_US = "answered_wait_us"
CALLS_ANSWERED_WAIT_US = "calls_answered_wait_us"
DIRECT_WAIT_US = "direct_answered_wait_us"


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricDefinition:
    """A number of the wallboard with its formula in words."""

    name: str
    label: str
    formula: str
    unit: Literal["calls", "seconds", "agents", "ratio"] = "calls"


def waits(call: Call) -> bool:
    """Does the caller stand in a queue now, ringing somewhere or not?"""
    return is_inbound(call) and bool(call.visits) and call.visits[-1].left is None


def is_inbound(call: Call) -> bool:
    """Only inbound calls are offered: no caller waits in those that we make."""
    return call.direction is Direction.INBOUND


def alerts(call: Call) -> bool:
    """Does the call ring at an agent now?"""
    return any(leg.state is LegState.ALERTING for leg in call.legs)


def talks(call: Call) -> bool:
    """Is the call connected to an agent now, on hold included?"""
    return any(leg.state in (LegState.ANSWERED, LegState.HELD) for leg in call.legs)


def wait_s(since_us: int, now_us: int) -> float:
    """Seconds waited so far; never negative where two clocks disagree."""
    return max(0, now_us - since_us) / US_PER_S


def wait_began_us(visits: Sequence[QueueVisit], place: int) -> int:
    """When the wait of a visit began: in the queue from which the caller was moved.

    Overflow is one wait. An answer ends it: a transfer afterwards begins another.
    """
    while place > 0 and visits[place - 1].left == "moved":
        place -= 1
    return visits[place].entered_us


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
    return next((visit for visit in visits if visit.left == "answered"), None)


def average_s(wait_us: int, answered: int) -> float | None:
    """ASA = sum of the waits of those answered / answered; None for none."""
    return wait_us / answered / US_PER_S if answered else None


def share(abandoned: int, offered: int, short: int) -> float | None:
    """Abandon rate = abandoned / (offered - short abandoned); None for none.

    The denominator is what was offered to the agents. Short abandons are in
    neither part: no agent could have answered them.
    """
    denominator = offered - short
    return abandoned / denominator if denominator > 0 else None


def average_speed_of_answer_s(amounts: Amounts) -> float | None:
    """Over visits."""
    return average_s(amounts.get(ANSWERED_WAIT_US, 0), amounts.get("answered", 0))


def calls_average_speed_of_answer_s(amounts: Amounts) -> float | None:
    """Over calls, since the first queue."""
    wait_us = amounts.get(CALLS_ANSWERED_WAIT_US, 0)
    return average_s(wait_us, amounts.get("calls_answered", 0))


def direct_average_speed_of_answer_s(amounts: Amounts) -> float | None:
    """Over direct calls, since the first ring."""
    wait_us = amounts.get(DIRECT_WAIT_US, 0)
    return average_s(wait_us, amounts.get("direct_answered", 0))


def abandon_rate(amounts: Amounts) -> float | None:
    """Over visits."""
    return _share(amounts, "abandoned", "offered", "short_abandoned")


def calls_abandon_rate(amounts: Amounts) -> float | None:
    """Over calls, since the first queue."""
    return _share(amounts, "calls_abandoned", "calls", "calls_short_abandoned")


def direct_abandon_rate(amounts: Amounts) -> float | None:
    """Over direct calls."""
    return _share(amounts, "missed", "direct", "direct_short_abandoned")


def _share(amounts: Amounts, abandoned: str, offered: str, short: str) -> float | None:
    return share(
        amounts.get(abandoned, 0), amounts.get(offered, 0), amounts.get(short, 0)
    )


LIVE = (
    MetricDefinition(
        name="waiting",
        label="Waiting",
        formula="Callers in the queue now whom no agent has answered,"
        " ringing somewhere or not.",
    ),
    MetricDefinition(
        name="longest_wait_s",
        label="Longest wait",
        formula="Now − the moment when the caller waiting longest entered the queue.",
        unit="seconds",
    ),
    MetricDefinition(
        name="alerting",
        label="Ringing",
        formula="Calls that ring at an agent now. One that is being transferred"
        " may talk as well.",
    ),
    MetricDefinition(
        name="talking",
        label="Talking",
        formula="Calls connected to an agent now, on hold included.",
    ),
)

TODAY = (
    MetricDefinition(
        name="offered",
        label="Offered",
        formula="Inbound calls that entered the queue today, or rang in it where the"
        " line reports no queues. A call counts once in each queue it visits.",
    ),
    MetricDefinition(
        name="answered",
        label="Answered",
        formula="Of those offered today: left the queue by an agent's answer.",
    ),
    MetricDefinition(
        name="abandoned",
        label="Abandoned",
        formula="Of those offered today: the caller hung up in the queue, short"
        " abandons left out.",
    ),
    MetricDefinition(
        name="short_abandoned",
        label="Short abandons",
        formula="Of those offered today: the caller hung up sooner than"
        " calls.short_abandon_s after the wait began, in this queue or in one before"
        " it from which the call was moved.",
    ),
    MetricDefinition(
        name="moved",
        label="Moved",
        formula="Of those offered today: went on to another queue or by transfer;"
        " offered again where they went.",
    ),
    MetricDefinition(
        name="diverted",
        label="Diverted",
        formula="Of those offered today: ended in a mailbox or an announcement.",
    ),
    MetricDefinition(
        name="callbacks",
        label="Callbacks",
        formula="Of those offered today: the caller asked to be called back instead of"
        " waiting. Not abandoned.",
    ),
    MetricDefinition(
        name="direct",
        label="Direct",
        formula="Inbound calls today that rang at agents, with no queue named.",
    ),
    MetricDefinition(
        name="direct_answered",
        label="Direct, answered",
        formula="Of the direct calls of today: an agent answered.",
    ),
    MetricDefinition(
        name="missed",
        label="Missed",
        formula="Of the direct calls of today: ended without an answer, short ones"
        " left out.",
    ),
    MetricDefinition(
        name="direct_short_abandoned",
        label="Direct, short",
        formula="Of the direct calls of today: ended unanswered sooner than"
        " calls.short_abandon_s after the first ring.",
    ),
    MetricDefinition(
        name="direct_average_speed_of_answer_s",
        label="Direct, speed of answer",
        formula="Sum of the time from the first ring to the answer of direct calls ÷"
        " direct, answered.",
        unit="seconds",
    ),
    MetricDefinition(
        name="direct_abandon_rate",
        label="Direct, abandon rate",
        formula="Missed ÷ (direct − direct, short).",
        unit="ratio",
    ),
    MetricDefinition(
        name="average_speed_of_answer_s",
        label="Average speed of answer",
        formula="Sum of the time in the queue of those answered ÷ answered.",
        unit="seconds",
    ),
    MetricDefinition(
        name="abandon_rate",
        label="Abandon rate",
        formula="Abandoned ÷ (offered − short abandons).",
        unit="ratio",
    ),
    MetricDefinition(
        name="calls",
        label="Calls",
        formula="Inbound calls that entered a queue today, each once, under the first"
        " queue they visited.",
    ),
    MetricDefinition(
        name="calls_answered",
        label="Calls answered",
        formula="Of these calls: an agent answered in any queue.",
    ),
    MetricDefinition(
        name="calls_abandoned",
        label="Calls abandoned",
        formula="Of these calls: the caller hung up in a queue and was never answered,"
        " short ones left out.",
    ),
    MetricDefinition(
        name="calls_short_abandoned",
        label="Calls, short",
        formula="Of these calls: the caller hung up sooner than calls.short_abandon_s"
        " after entering the first queue.",
    ),
    MetricDefinition(
        name="calls_average_speed_of_answer_s",
        label="Speed of answer since the first queue",
        formula="Sum of the time from the first queue to the first answer ÷ calls"
        " answered.",
        unit="seconds",
    ),
    MetricDefinition(
        name="calls_abandon_rate",
        label="Abandon rate since the first queue",
        formula="Calls abandoned ÷ (calls − calls, short).",
        unit="ratio",
    ),
)

AGENTS = (
    MetricDefinition(
        name="agents_available",
        label="Available",
        formula="Agents available at an open desk, or by their telephone system, and"
        " not on the telephone now. Total only.",
        unit="agents",
    ),
    MetricDefinition(
        name="agents_on_call",
        label="On a call",
        formula="Agents who are Ringing, Talking or have a Caller on hold now, whatever"
        " their state. Total only.",
        unit="agents",
    ),
    MetricDefinition(
        name="agents_wrap_up",
        label="Wrap-up",
        formula="Agents in wrap-up and not on the telephone now. Total only.",
        unit="agents",
    ),
    MetricDefinition(
        name="agents_break",
        label="Break",
        formula="Agents on break and not on the telephone now. Total only.",
        unit="agents",
    ),
    MetricDefinition(
        name="agents_no_desk",
        label="No desk",
        formula="Agents who named a state at a desk, have had none open for"
        " server.desk_grace_s and are not on the telephone now. Total only.",
        unit="agents",
    ),
)

DEFINITIONS: tuple[MetricDefinition, ...] = LIVE + TODAY + AGENTS
"""All numbers that are shown, in the order of the wallboard."""

COUNTED = (
    "offered", "answered", "abandoned", "short_abandoned", "moved", "diverted",
    "callbacks", "direct", "direct_answered", "missed", "direct_short_abandoned",
    "calls", "calls_answered", "calls_abandoned", "calls_short_abandoned",
)  # fmt: skip
"""The numbers of `TODAY` that are plain counts; the others are made from them."""


def today_values(amounts: Amounts) -> dict[str, float | None]:
    """Every number of `TODAY` from the sums of one queue and day.

    None is an average or a share of nothing.
    """
    values: dict[str, float | None] = {name: amounts.get(name, 0) for name in COUNTED}
    return values | {name: made(amounts) for name, made in _MADE.items()}


_MADE: Mapping[str, Callable[[Amounts], float | None]] = {
    "average_speed_of_answer_s": average_speed_of_answer_s,
    "abandon_rate": abandon_rate,
    "direct_average_speed_of_answer_s": direct_average_speed_of_answer_s,
    "direct_abandon_rate": direct_abandon_rate,
    "calls_average_speed_of_answer_s": calls_average_speed_of_answer_s,
    "calls_abandon_rate": calls_abandon_rate,
}
