"""In which ways may a tool count what the agents of a team did?

As `team_counts_of` says it for `GET /v1/stats?group=team`, with what other tools count:
each call once, only who answered a call first, and when the agent's part was over. The
agents are in the teams of the configuration. A function of calls and teams alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from screenpop.domain.call import Call, UserId
from screenpop.domain.call_counts import Count, CountingRules
from screenpop.domain.errors import BadInput
from screenpop.domain.team import team_counts_of
from screenpop.wallboard.agent_metrics import TEAM_ANSWERED, TEAM_HANDLE_TIME
from screenpop.wallboard.counting_ways import (
    CountedRange,
    Figure,
    OtherSetting,
    WayOfCounting,
    WaysOf,
)
from screenpop.wallboard.metrics import Amounts, average_s
from screenpop.wallboard.past import past_team_values

TeamOf = Mapping[UserId, str]


def team_way(
    team: str, team_of: TeamOf, rules: CountingRules, range: CountedRange
) -> WayOfCounting:
    """The own way. Its `queue` is the team: counts are taken of that one."""
    return WayOfCounting(
        rules=rules, range=range, queue=team, counts=partial(_counts, team_of, False)
    )


def team_ways(team_of: TeamOf) -> WaysOf:
    """How else the numbers of teams are counted. Their `figures` raise `BadInput`."""
    at_end = partial(_counts, team_of, True)
    setting = OtherSetting(
        setting="interval",
        words="counts when the agent's part was over",
        change=lambda way: WayOfCounting(
            rules=way.rules, range=way.range, queue=way.queue, counts=at_end
        ),
    )
    return WaysOf(figures=_figures, settings=(setting,))


def _counts(
    team_of: TeamOf, at_end: bool, call: Call, rules: CountingRules
) -> list[Count]:
    """Once for each answer; `calls_…` once for each call and team."""
    found: list[Count] = []
    teams: set[str] = set()
    for each in sorted(team_counts_of(call, team_of)):
        if at_end and not each.handled:
            continue
        at_us = each.at_us + each.talk_us * at_end
        amounts = {
            "answered": each.answered,
            "handled": each.handled,
            "talk_us": each.talk_us,
            "calls_answered": each.team not in teams,
            "calls_handled": each.handled and each.team not in teams,
            "first_answered": each.at_us == call.answered_us,
        }
        teams.add(each.team)
        found += [(at_us, each.team, name, n) for name, n in amounts.items() if n]
    return found


def _per_call(sums: Amounts) -> float | None:
    return average_s(sums.get("talk_us", 0), sums.get("calls_handled", 0))


def _number(name: str, sums: Amounts) -> float | None:
    return past_team_values(sums)[name]


def _amount(name: str, sums: Amounts) -> float:
    return sums.get(name, 0)


_FIGURES: Mapping[str, tuple[tuple[tuple[str, ...], Figure], ...]] = {
    TEAM_ANSWERED: (
        ((), partial(_number, TEAM_ANSWERED)),
        (("each call once, at the team's first answer",),
         partial(_amount, "calls_answered")),
        (("only who answered a call first",), partial(_amount, "first_answered")),
    ),
    TEAM_HANDLE_TIME: (
        ((), partial(_number, TEAM_HANDLE_TIME)),
        (("each call once, with the time of all its agents of the team",), _per_call),
    ),
}  # fmt: skip


def _figures(number: str) -> tuple[tuple[tuple[str, ...], Figure], ...]:
    if number not in _FIGURES:
        raise BadInput(
            f"figure: {number[:100]!r} is not a number of a team that has calls.",
            code="bad_query",
            remedy=f"Use one of: {', '.join(_FIGURES)}; or leave the team out.",
        )
    return _FIGURES[number]
