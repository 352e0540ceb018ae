"""What does each number of the wallboard mean, and how is it made?

Each formula is one function, and each number that is shown has one `CounterDef`
that says the same formula in words. The words come from the glossary: offered,
answered, abandoned and ASA as call centres use them, counted over *visits*: one
stay of one call in one queue (`domain.call.QueueVisit`). A call that moves from one
queue to the next visits both; so every column adds up, and

    offered = waiting + answered + abandoned + short abandoned + moved + diverted

holds for each queue and for the total over the visits of one day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from screenpop.domain.call import Call, Direction, LegState, Outcome, QueueVisit

US_PER_S = 1_000_000

Amounts = Mapping[str, int]
"""Sums of one queue and day by name: the counts below and `answered_wait_us`."""

ANSWERED_WAIT_US = "answered_wait_us"


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterDef:
    """A number of the wallboard with its formula in words."""

    name: str
    label: str
    formula: str
    unit: Literal["calls", "seconds", "agents", "ratio"] = "calls"


def waits(call: Call) -> bool:
    """Does the caller stand in a queue now, ringing somewhere or not?"""
    return bool(call.visits) and call.visits[-1].left is None


def alerts(call: Call) -> bool:
    """Does the call ring at an agent now?"""
    return any(leg.state is LegState.ALERTING for leg in call.legs)


def talks(call: Call) -> bool:
    """Is the call connected to an agent now, on hold included?"""
    return any(leg.state in (LegState.ANSWERED, LegState.HELD) for leg in call.legs)


def wait_s(since_us: int, now_us: int) -> float:
    """Seconds waited so far; never negative where two clocks disagree."""
    return max(0, now_us - since_us) / US_PER_S


def is_short(visit: QueueVisit, short_abandon_s: float) -> bool:
    """Did the caller leave sooner than it makes sense to answer?

    `calls.short_abandon_s` sets the time; such visits are counted apart, as in
    the "short abandons" switch of service-level reports.
    """
    left_us = visit.left_us if visit.left_us is not None else visit.entered_us
    return left_us - visit.entered_us < short_abandon_s * US_PER_S


def is_direct(call: Call) -> bool:
    """Did it reach agents without ever standing in a queue?"""
    reached = call.first_alerting_us is not None or call.answered_us is not None
    return call.direction is Direction.INBOUND and not call.visits and reached


def is_missed(call: Call) -> bool:
    """Rang directly, and nobody answered before it ended."""
    return is_direct(call) and call.outcome is Outcome.MISSED


def average_speed_of_answer_s(amounts: Amounts) -> float | None:
    """ASA = sum of the waits of answered visits / answered visits; None for none."""
    answered = amounts.get("answered", 0)
    if not answered:
        return None
    return amounts.get(ANSWERED_WAIT_US, 0) / answered / US_PER_S


def abandon_rate(amounts: Amounts) -> float | None:
    """abandoned / (offered - short abandoned); None for none.

    The denominator is what was offered to the agents. Short abandons are in
    neither part: nobody could have answered them.
    """
    denominator = amounts.get("offered", 0) - amounts.get("short_abandoned", 0)
    return amounts.get("abandoned", 0) / denominator if denominator > 0 else None


LIVE = (
    CounterDef(
        name="waiting",
        label="Waiting",
        formula="Callers in the queue now whom no agent has answered,"
        " ringing somewhere or not.",
    ),
    CounterDef(
        name="longest_wait_s",
        label="Longest wait",
        formula="Now − the moment when the caller waiting longest entered the queue.",
        unit="seconds",
    ),
    CounterDef(
        name="alerting",
        label="Ringing",
        formula="Calls that ring at an agent now. One that is being transferred"
        " may talk as well.",
    ),
    CounterDef(
        name="talking",
        label="Talking",
        formula="Calls connected to an agent now, on hold included.",
    ),
)

TODAY = (
    CounterDef(
        name="offered",
        label="Offered",
        formula="Calls that entered the queue today. A call counts once in each"
        " queue it enters.",
    ),
    CounterDef(
        name="answered",
        label="Answered",
        formula="Of those offered today: left the queue by an agent's answer.",
    ),
    CounterDef(
        name="abandoned",
        label="Abandoned",
        formula="Of those offered today: the caller hung up in the queue, short"
        " abandons left out.",
    ),
    CounterDef(
        name="short_abandoned",
        label="Short abandons",
        formula="Of those offered today: the caller hung up sooner than"
        " calls.short_abandon_s after entering the queue.",
    ),
    CounterDef(
        name="moved",
        label="Moved",
        formula="Of those offered today: went on to another queue or by transfer;"
        " offered again where they went.",
    ),
    CounterDef(
        name="diverted",
        label="Diverted",
        formula="Of those offered today: ended in a mailbox or an announcement.",
    ),
    CounterDef(
        name="direct",
        label="Direct",
        formula="Inbound calls today that rang at agents without entering a queue.",
    ),
    CounterDef(
        name="direct_answered",
        label="Direct, answered",
        formula="Of the direct calls of today: an agent answered.",
    ),
    CounterDef(
        name="missed",
        label="Missed",
        formula="Of the direct calls of today: ended and nobody answered.",
    ),
    CounterDef(
        name="average_speed_of_answer_s",
        label="Average speed of answer",
        formula="Sum of the time in the queue of those answered ÷ answered.",
        unit="seconds",
    ),
    CounterDef(
        name="abandon_rate",
        label="Abandon rate",
        formula="Abandoned ÷ (offered − short abandons).",
        unit="ratio",
    ),
)

AGENTS = (
    CounterDef(
        name="agents_available",
        label="Available",
        formula="Agents available at an open desk, or by their telephone system, and"
        " not on the telephone now. Total only.",
        unit="agents",
    ),
    CounterDef(
        name="agents_on_call",
        label="On a call",
        formula="Agents whose telephone rings, talks or holds now, whatever their"
        " state. Total only.",
        unit="agents",
    ),
    CounterDef(
        name="agents_wrap_up",
        label="Wrap-up",
        formula="Agents in wrap-up and not on the telephone now. Total only.",
        unit="agents",
    ),
    CounterDef(
        name="agents_break",
        label="Break",
        formula="Agents on break and not on the telephone now. Total only.",
        unit="agents",
    ),
    CounterDef(
        name="agents_no_desk",
        label="No desk",
        formula="Agents who named a state at a desk, have had none open for"
        " server.desk_grace_s and are not on the telephone now. Total only.",
        unit="agents",
    ),
)

DEFINITIONS: tuple[CounterDef, ...] = LIVE + TODAY + AGENTS
"""All numbers that are shown, in the order of the wallboard."""

COUNTED = ("offered", "answered", "abandoned", "short_abandoned", "moved", "diverted",
           "direct", "direct_answered", "missed")  # fmt: skip
"""The numbers of `TODAY` that are plain counts; the others are made from them."""


def today_values(amounts: Amounts) -> dict[str, float | None]:
    """Every number of `TODAY` from the sums of one queue and day.

    None is an average or a share of nothing.
    """
    values: dict[str, float | None] = {name: amounts.get(name, 0) for name in COUNTED}
    values["average_speed_of_answer_s"] = average_speed_of_answer_s(amounts)
    values["abandon_rate"] = abandon_rate(amounts)
    return values
