"""What do the wallboard's numbers say of the past, and which amounts are behind one?

The same formulas over the sums of an interval that is over. `in_queue_now` is of
this moment alone: it has no past.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from screenpop.domain.call_counts import NAMES, NUMBERS
from screenpop.domain.errors import BadInput
from screenpop.domain.service_level import (
    BY_NAME,
    COUNTED,
    VARIANTS,
    ServiceLevelRules,
)
from screenpop.domain.workday import occupancy
from screenpop.wallboard.agent_metrics import (
    TEAM_ANSWERED,
    TEAM_HANDLE_TIME,
    TEAM_OCCUPANCY,
    TEAMS,
    MetricDefinition,
)
from screenpop.wallboard.metrics import (
    OCCUPANCY,
    OF_AGENTS_TIME,
    OWN,
    TODAY,
    Amounts,
    average_s,
    service_level_values,
    service_levels,
    today_values,
    variant_name,
)

AGENT_TIMES = ("handle_us", "available_us")
LEFT_OUT = "quarters_left_out"
"""Quarters of an hour of too few people, which are not in the times."""
WITHOUT_CALLS = frozenset({OCCUPANCY, TEAM_OCCUPANCY})
_OF_TODAY = (" of today", " today")
_BEHIND: Mapping[str, tuple[str, ...]] = {
    "average_speed_of_answer_s": ("answered",),
    "average_handle_time_s": ("handled",),
    "abandon_rate": ("offered", "abandoned", "short_abandoned"),
    "calls_average_speed_of_answer_s": ("calls_answered",),
    "calls_abandon_rate": ("calls", "calls_abandoned", "calls_short_abandoned"),
    "direct_average_speed_of_answer_s": ("direct_answered",),
    "direct_abandon_rate": ("direct", "missed", "direct_short_abandoned"),
}
TIMES = tuple(name for name in NAMES if name not in (*NUMBERS, *COUNTED))
_PAST_VARIANTS = tuple(x for x in VARIANTS if x.name != "in_queue_now")
_WORDS: Mapping[str, str] = {
    "sl_offered": "offered for the service level",
    "sl_answered": "answered for the service level",
    "sl_abandoned": "abandoned for the service level, short or not",
    "sl_short_abandoned": "short abandon for the service level",
    "sl_flow_outs": "flow-out for the service level",
    "sl_answered_within": "answered within the target",
    "sl_abandoned_within": "abandoned within the target",
    "sl_callbacks_within": "callback within the target",
}


def of_the_past(rules: ServiceLevelRules) -> tuple[MetricDefinition, ...]:
    """All numbers of an interval, with their formulas."""
    gone = variant_name("in_queue_now")
    levels = tuple(x for x in service_levels(rules) if x.name != gone)
    numbers = TODAY + OF_AGENTS_TIME + levels
    return tuple(replace(each, formula=_past(each.formula)) for each in numbers)


def past_values(amounts: Amounts, rules: ServiceLevelRules) -> dict[str, float | None]:
    """Every number of `of_the_past` from the sums of one interval."""
    levels = service_level_values(amounts, rules)
    del levels[variant_name("in_queue_now")]
    return {**today_values(amounts), OCCUPANCY: _occupancy(amounts), **levels}


TEAM_NUMBERS: tuple[MetricDefinition, ...] = tuple(
    replace(each, formula=each.formula.replace(_OF_TODAY[1], ""))
    for each in TEAMS
    if each.name in (TEAM_ANSWERED, TEAM_HANDLE_TIME, TEAM_OCCUPANCY)
)
"""Those of a team that have a past."""


def past_team_values(amounts: Amounts) -> dict[str, float | None]:
    """Every number of `TEAM_NUMBERS` from the sums of one team and interval."""
    get = amounts.get
    return {
        TEAM_ANSWERED: get("answered", 0),
        TEAM_HANDLE_TIME: average_s(get("talk_us", 0), get("handled", 0)),
        TEAM_OCCUPANCY: _occupancy(amounts),
    }


def _occupancy(amounts: Amounts) -> float | None:
    handle_us, available_us = (amounts.get(name, 0) for name in AGENT_TIMES)
    return occupancy(handle_us, available_us)


def amounts_behind(number: str, rules: ServiceLevelRules) -> tuple[str, ...]:
    """The amounts of calls that a number is made of. Raises `BadInput`."""
    if number in NUMBERS:
        return (number,)
    if number in _BEHIND:
        return _BEHIND[number]
    if number == OCCUPANCY:
        return ()
    levels = {variant_name(each.name): each for each in _PAST_VARIANTS}
    if rules.variant != "in_queue_now":
        levels[OWN] = BY_NAME[rules.variant]
    if number in levels:
        return levels[number].inputs
    known = (*NUMBERS, *_BEHIND, *levels)
    raise BadInput(
        f"number: {number[:100]!r} is not a number of the past.",
        code="bad_query",
        remedy=f"Use one of: {', '.join(known)}.",
    )


def amounts_of(number: str, rules: ServiceLevelRules) -> tuple[str, ...]:
    """All that `past_values` needs for that number: also times. Raises `BadInput`."""
    if number == OCCUPANCY:
        return AGENT_TIMES
    return (*amounts_behind(number, rules), *TIMES)


def why_counted(queue: str, amounts: Amounts) -> str:
    """Why a call is behind a number, in words."""
    where = f"in {queue}" if queue else "without a queue name"
    counted = (
        _WORDS.get(name, name.replace("_", " ")) + (f" ({n} times)" if n > 1 else "")
        for name, n in amounts.items()
    )
    return f"Counts {where} as {', '.join(counted)}."


def _past(formula: str) -> str:
    for words in _OF_TODAY:
        formula = formula.replace(words, "")
    return formula
