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

from collections.abc import Callable, Mapping

from screenpop.domain.call import Call, LegState
from screenpop.domain.call_counts import (
    ANSWERED_WAIT_US,
    CALLED_BACK,
    CALLS_ANSWERED_WAIT_US,
    DIRECT_WAIT_US,
    HOLD_US,
    NUMBERS,
    TALK_US,
    is_inbound,
)
from screenpop.domain.service_level import (
    BY_NAME,
    US_PER_S,
    VARIANTS,
    ServiceLevelRules,
    counting_rules,
)
from screenpop.wallboard.agent_metrics import AGENTS, TEAMS, MetricDefinition

Amounts = Mapping[str, int]
"""Sums of one queue and interval by name: `domain.call_counts.NAMES`."""


def waits(call: Call) -> bool:
    """Does the caller stand in a queue now, ringing somewhere or not?"""
    return is_inbound(call) and bool(call.visits) and call.visits[-1].left is None


def alerts(call: Call) -> bool:
    """Does the call ring at an agent now?"""
    for leg in call.legs:  # noqa: SIM110  for each event: a loop is the quicker one
        if leg.state is LegState.ALERTING:
            return True
    return False


def talks(call: Call) -> bool:
    """Is the call connected to an agent now, on hold included?"""
    for leg in call.legs:  # noqa: SIM110  as above
        if leg.state in (LegState.ANSWERED, LegState.HELD):
            return True
    return False


def holds(call: Call) -> bool:
    """Is the caller on hold now, with no agent on the line?"""
    states = [leg.state for leg in call.legs]
    return LegState.HELD in states and LegState.ANSWERED not in states


def wait_s(since_us: int, now_us: int) -> float:
    """Seconds waited so far; never negative where two clocks disagree."""
    return max(0, now_us - since_us) / US_PER_S


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


def average_handle_time_s(amounts: Amounts) -> float | None:
    """AHT = (talk + hold) / handled. Wrap-up is not known by call."""
    handle_us = amounts.get(TALK_US, 0) + amounts.get(HOLD_US, 0)
    return average_s(handle_us, amounts.get("handled", 0))


def abandon_rate(amounts: Amounts) -> float | None:
    """Over visits."""
    get = amounts.get
    return share(get("abandoned", 0), get("offered", 0), get("short_abandoned", 0))


def calls_abandon_rate(amounts: Amounts) -> float | None:
    """Over calls, since the first queue."""
    get = amounts.get
    lost, short = get("calls_abandoned", 0), get("calls_short_abandoned", 0)
    return share(lost, get("calls", 0), short)


def direct_abandon_rate(amounts: Amounts) -> float | None:
    """Over direct calls."""
    get = amounts.get
    return share(get("missed", 0), get("direct", 0), get("direct_short_abandoned", 0))


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
    MetricDefinition(
        name="held",
        label="On hold",
        formula="Of those talking: the caller is on hold, and no agent is on the line.",
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
        name="handled",
        label="Handled",
        formula="Of those answered in a queue or directly today: the call is over.",
    ),
    MetricDefinition(
        name="average_handle_time_s",
        label="Average handle time",
        formula="(Sum of agents' talk + hold in these calls) ÷ handled. Wrap-up is"
        " not in it: no line says to which call it belongs.",
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
    MetricDefinition(
        name="transferred",
        label="Transferred",
        formula="Of those answered in a queue or directly today: an agent handed the"
        " call on, and it is over. Each call once, in the queue of that answer.",
    ),
    MetricDefinition(
        name=CALLED_BACK,
        label="Called back",
        formula="Callers who had reached no one, and with whom an agent talked today on"
        " a call that we made. In the queue of their newest attempt.",
    ),
)

OCCUPANCY = "occupancy"

OF_AGENTS_TIME = (
    MetricDefinition(
        name=OCCUPANCY,
        label="Occupancy",
        formula="Of all agents logged in today: handle time ÷ (handle time + time"
        " available). Handle time is talk + hold + wrap-up, of calls of all kinds."
        " Total only.",
        unit="ratio",
    ),
)
"""Made of the time of agents, not of calls: no calls are behind them."""

OWN = "service_level"


def variant_name(variant: str) -> str:
    """How the wallboard calls one variant of the service level."""
    return f"{OWN}_{variant}"


_NAME_OF = {each.name: variant_name(each.name) for each in VARIANTS}


def service_levels(rules: ServiceLevelRules) -> tuple[MetricDefinition, ...]:
    """The centre's own variant, then all side by side, with formula and rules."""
    own, said = BY_NAME[rules.variant], counting_rules(rules)
    first = MetricDefinition(
        name=OWN, label="Service level", formula=f"{own.formula} {said}", unit="ratio"
    )
    return first, *(
        MetricDefinition(
            name=variant_name(each.name),
            label=each.label,
            formula=f"{each.formula} {said} Source: {each.source}.",
            unit="ratio",
        )
        for each in VARIANTS
    )


def definitions(rules: ServiceLevelRules) -> tuple[MetricDefinition, ...]:
    """All numbers that are shown, in the order of the wallboard."""
    return LIVE + TODAY + OF_AGENTS_TIME + service_levels(rules) + AGENTS + TEAMS


def service_level_values(
    amounts: Amounts, rules: ServiceLevelRules
) -> dict[str, float | None]:
    """Every number of `service_levels`; `in_queue_now` needs `waiting` in `amounts`."""
    values = {_NAME_OF[each.name]: each.of(amounts, rules) for each in VARIANTS}
    return {OWN: values[_NAME_OF[rules.variant]], **values}


def today_values(amounts: Amounts) -> dict[str, float | None]:
    """Every number of `TODAY` from the sums of one queue and interval.

    None is an average or a share of nothing.
    """
    values: dict[str, float | None] = {name: amounts.get(name, 0) for name in NUMBERS}
    return values | {name: made(amounts) for name, made in _MADE.items()}


_MADE: Mapping[str, Callable[[Amounts], float | None]] = {
    "average_speed_of_answer_s": average_speed_of_answer_s,
    "abandon_rate": abandon_rate,
    "average_handle_time_s": average_handle_time_s,
    "direct_average_speed_of_answer_s": direct_average_speed_of_answer_s,
    "direct_abandon_rate": direct_abandon_rate,
    "calls_average_speed_of_answer_s": calls_average_speed_of_answer_s,
    "calls_abandon_rate": calls_abandon_rate,
}
