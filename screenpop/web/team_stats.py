"""What did the agents of each team do? `GET /v1/stats?group=team`, never by agent.

Of a team that is too small for figures of its own nothing is shown, and the total is
that of the teams that are shown: else the difference would be its figures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, get_args

from aiohttp import web

from screenpop.domain.errors import BadInput
from screenpop.domain.local_time import local
from screenpop.domain.profile import Json
from screenpop.history.past_counts import CountsAsked, IntervalSums
from screenpop.support.table import columns
from screenpop.wallboard.agent_metrics import TEAM_ANSWERED, TEAM_OCCUPANCY
from screenpop.wallboard.groups import GroupRule
from screenpop.wallboard.intervals import By, interval_starts
from screenpop.wallboard.past import LEFT_OUT, TEAM_NUMBERS, past_team_values
from screenpop.web.asked import (
    NAME_CHARS_MAX,
    choice,
    counts_asked,
    heading,
    zone_of,
)
from screenpop.web.body import required
from screenpop.web.interval_rows import ROWS_MAX
from screenpop.web.site import Site, Visit, answered
from screenpop.web.table_answer import answered_table, table_format, value_columns

TEAM = "team"


async def show(site: Site, visit: Visit) -> web.StreamResponse:
    """A row for each team and interval."""
    query, zone = visit.request.query, zone_of(site)
    asked = _asked(site, query)
    by = choice(query, "by", get_args(By), "60m")
    starts = interval_starts(asked.from_us, asked.to_us, by, zone)
    found, rule = await _sums(site, asked, starts), site.services.groups()
    teams = _teams(site, found)
    if len(teams) * len(starts) > ROWS_MAX:
        raise BadInput(
            f"{len(teams)} teams in {len(starts)} intervals are more than {ROWS_MAX}"
            " rows.",
            code="bad_query",
            remedy="Choose a shorter range or a larger `by`.",
        )
    sums = {(each.group, each.interval_us): each.amounts for each in found}
    ends = [*starts[1:], asked.to_us]
    rows = [
        {
            "start": local(start, zone).isoformat(),
            "end": local(end, zone).isoformat(),
            TEAM: team,
            **_seen(rule, team, sums.get((team, start), {})),
        }
        for team in teams
        for start, end in zip(starts, ends, strict=True)
    ]
    if form := table_format(visit.request):
        shape = [
            *columns("moment", "start", "end"),
            *columns("text", TEAM),
            *value_columns(TEAM_NUMBERS),
        ]
        flat = ({**row, **row["values"]} for row in rows)
        return await answered_table(form, shape, flat, "stats")
    shown = [each for each in found if _is_shown(rule, each.group)]
    whole = _summed(each.amounts for each in shown)
    return answered(
        {
            **heading(asked, zone),
            "by": by,
            "counters": _definitions(),
            "total": past_team_values(whole),
            "amounts": whole,
            "rows": rows,
        }
    )


async def places(site: Site, visit: Visit) -> web.StreamResponse:
    """`GET /v1/stats/places?group=team`: a row for each team."""
    asked, zone = _asked(site, visit.request.query), zone_of(site)
    found = await _sums(site, asked, [asked.from_us])
    rule, labels = site.services.groups(), site.services.labels.get(TEAM, {})
    sums = {each.group: each.amounts for each in found}
    rows = []
    for team in _teams(site, found):
        seen = _seen(rule, team, sums.get(team, {}))
        del seen["amounts"]
        rows.append({"name": team, "label": labels.get(team, team), **seen})
    if form := table_format(visit.request):
        shape = [*columns("text", "name", "label"), *value_columns(TEAM_NUMBERS)]
        flat = ({**row, **row["values"]} for row in rows)
        return await answered_table(form, shape, flat, "by-team")
    head = {**heading(asked, zone), "group": TEAM, "counters": _definitions()}
    return answered({**head, "rows": rows})


def team_asked(site: Site, query: Any) -> tuple[str, str]:
    """The team whose number is opened, and its label. Raises `BadInput`."""
    team = required(query, TEAM, NAME_CHARS_MAX)
    shown_team(site, team)
    return team, site.services.labels.get(TEAM, {}).get(team, team)


def shown_team(site: Site, team: str) -> None:
    """Raises `BadInput` for one without figures of its own."""
    if not _is_shown(site.services.groups(), team):
        raise BadInput(
            "team: has too few agents for figures of its own.",
            code="bad_query",
            remedy="See privacy.group_min.",
        )


def _asked(site: Site, query: Any) -> CountsAsked:
    asked = counts_asked(site, query)
    if asked.queues or asked.lines or asked.dialled:
        raise BadInput(
            "group=team: counts the calls of all queues, lines and numbers.",
            code="bad_query",
            remedy="Leave queue, line and dialled out.",
        )
    return asked


async def _sums(
    site: Site, asked: CountsAsked, starts: Sequence[int]
) -> list[IntervalSums]:
    rule, known = site.services.groups(), site.services.labels.get(TEAM, {})
    groups = [team for team in known if _is_shown(rule, team)]
    shown = None if rule.names_figures else groups
    counts = site.services.counts.teams
    return await counts.sums(asked, starts, rule.people_min, shown)


def _teams(site: Site, found: Sequence[IntervalSums]) -> list[str]:
    """Those of the configuration in its order, then others of the past."""
    labels = site.services.labels.get(TEAM, {})
    return [*labels, *sorted({each.group for each in found} - labels.keys())]


def _is_shown(rule: GroupRule, team: str) -> bool:
    return bool(rule.team_values(team, {TEAM_ANSWERED: 0}))


def _seen(rule: GroupRule, team: str, amounts: Mapping[str, int]) -> dict[str, Any]:
    if not _is_shown(rule, team):
        names = tuple(each.name for each in TEAM_NUMBERS)
        nothing = dict.fromkeys(names, None)
        return {"values": nothing, "amounts": {}, "hidden": names}
    values = past_team_values(amounts)
    few = LEFT_OUT in amounts and values[TEAM_OCCUPANCY] is None
    return {
        "values": values,
        "amounts": amounts,
        **({"hidden": (TEAM_OCCUPANCY,)} if few else {}),
    }


def _definitions() -> list[Json]:
    return [
        {"name": d.name, "label": d.label, "formula": d.formula, "unit": d.unit}
        for d in TEAM_NUMBERS
    ]


def _summed(parts: Any) -> dict[str, int]:
    sums: dict[str, int] = {}
    for part in parts:
        for name, amount in part.items():
            sums[name] = sums.get(name, 0) + amount
    return sums
