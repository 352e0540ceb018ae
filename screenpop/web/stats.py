"""How many calls were there, and which ones? For supervisors, never by agent.

`GET /v1/stats` is the wallboard of now; with `from` the past by interval, from the
same counts and formulas. `GET /v1/stats/calls` opens one number.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, get_args
from zoneinfo import ZoneInfo

import msgspec
from aiohttp import web

from screenpop.domain.call_counts import CountingRules
from screenpop.domain.errors import BadInput
from screenpop.domain.local_time import local
from screenpop.domain.profile import Json
from screenpop.domain.service_level import (
    VARIANTS,
    ServiceLevelRules,
    counting_rules,
)
from screenpop.history.past_counts import (
    CountedCall,
    CountedPlace,
    Group,
)
from screenpop.support.clock import iso_from_us
from screenpop.support.table import TableColumn, columns, has_parquet
from screenpop.wallboard.groups import GroupRule
from screenpop.wallboard.intervals import By, interval_starts
from screenpop.wallboard.metrics import variant_name
from screenpop.wallboard.past import (
    WITHOUT_CALLS,
    amounts_behind,
    of_the_past,
    why_counted,
)
from screenpop.web import team_stats
from screenpop.web.asked import (
    NO_QUEUE,
    choice,
    counts_asked,
    heading,
    numbers_asked,
    zone_of,
)
from screenpop.web.body import text, whole_number
from screenpop.web.interval_rows import Counted
from screenpop.web.site import Site, Visit, answered
from screenpop.web.table_answer import answered_table, table_format

CURSOR_CHARS_MAX = 3000
CALLS_DEFAULT = 50
CALLS_MAX = 200
CALLS_DAYS_MAX = 400
PlaceLabels = Mapping[str, Mapping[str, str]]
OUTCOMES: Mapping[str, str] = {
    "completed": "Answered",
    "abandoned": "Given up in a queue, short ones too",
    "missed": "Missed",
    "voicemail": "Voicemail",
    "callback": "Asked for a call back",
    "rejected": "Rejected",
    "failed": "Failed",
    "": "Not known",
}
TEAM_AMOUNTS = ("answered", "handled")
_OF_CALL = {**OUTCOMES, "abandoned": "Abandoned"}
CALL_COLUMNS = (
    *columns("text", "line", "call_id"),
    TableColumn(name="occurrence", kind="count"),
    TableColumn(name="interval", kind="moment"),
    *columns("text", "queue", "dialled"),
    *columns("text", "queue_label", "dialled_label", "line_label", "outcome_label"),
    *columns("moment", "arrived_at", "answered_at", "ended_at"),
    *columns("text", "outcome", "why"),
)


async def show(site: Site, visit: Visit) -> web.StreamResponse:
    """`GET /v1/stats`: now, or with `from` the past by interval."""
    zone, rules = zone_of(site), site.services.counting
    levels = {"service_levels": _service_levels(rules.service_level)}
    if "from" not in visit.request.query:
        await site.looks.live(visit.user, "stats")
        return answered({**await site.services.stats(), **levels})
    query = visit.request.query
    if query.get("group") == team_stats.TEAM:
        return await team_stats.show(site, visit)
    asked = counts_asked(site, query)
    by = choice(query, "by", get_args(By), "60m")
    starts = interval_starts(asked.from_us, asked.to_us, by, zone)
    group = choice(query, "group", get_args(Group), None)
    counted = Counted(
        counts=site.services.counts,
        rules=rules.service_level,
        zone=zone,
        groups=site.services.groups(),
        labels=site.services.labels,
    )
    table = await counted.table(asked, starts, group)
    if form := table_format(visit.request):
        return await answered_table(form, table.columns, table.flat(), "stats")
    return answered(
        {
            **heading(asked, zone),
            "by": by,
            "parquet": has_parquet(),
            "counters": definitions(rules),
            **levels,
            "counted_by": [
                {"since": local(each.since_us, zone).isoformat(), "rules": each.rules}
                for each in await site.services.counts.rules(asked)
            ],
            "total": table.total["values"],
            "amounts": table.total["amounts"],
            "hidden": table.total.get("hidden", ()),
            "rows": table.rows,
        }
    )


async def show_calls(site: Site, visit: Visit) -> web.StreamResponse:
    """`GET /v1/stats/calls`: the calls behind one number, latest interval first."""
    query = visit.request.query
    numbers, rules = numbers_asked(query), site.services.counting.service_level
    of_a_team = team_stats.TEAM in query
    behind = [name for each in numbers for name in _behind(each, rules, of_a_team)]
    names, number = tuple(dict.fromkeys(behind)), ",".join(numbers)
    if WITHOUT_CALLS & set(numbers):
        raise BadInput(
            f"number: no calls are behind {number[:100]}: it is made of agents' time.",
            code="bad_query",
            remedy="See its formula and `amounts` in GET /v1/stats.",
        )
    asked = counts_asked(site, query, days_max=CALLS_DAYS_MAX)
    limit = whole_number(query, "limit", CALLS_DEFAULT, 1, CALLS_MAX)
    cursor = text(query, "before", CURSOR_CHARS_MAX)
    before = None if cursor is None else place_in(cursor)
    counts = site.services.counts
    if of_a_team:
        team, label = team_stats.team_asked(site, query)
        found = await counts.teams.calls(asked, team, before, limit)
    else:
        found = await counts.calls(asked, names, before, limit)
    full = len(found) == limit
    await site.services.audit(visit.user.username, "stats.calls", number)
    rule = site.services.groups()
    labels = site.services.labels
    calls = [call_row(call, names, zone_of(site), rule, labels) for call in found]
    if of_a_team:
        calls = [{**call, "why": f"Answered by an agent of {label}."} for call in calls]
    cursor = cursor_of(found[-1].place) if full else None
    if form := table_format(visit.request):
        shape = [*CALL_COLUMNS, *columns("count", *names)]
        flat = ({**call, **call["counts"]} for call in calls)
        answer = await answered_table(form, shape, flat, "calls")
        answer.headers["X-Next-Before"] = cursor or ""
        return answer
    return answered(
        {
            **heading(asked, zone_of(site)),
            "number": number,
            "counts": names,
            "calls": calls,
            "before": cursor,
        }
    )


def _behind(number: str, rules: ServiceLevelRules, of_a_team: bool) -> tuple[str, ...]:
    """The amounts; of a team both numbers are made of the same calls."""
    return TEAM_AMOUNTS if of_a_team else amounts_behind(number, rules)


def definitions(rules: CountingRules) -> list[Json]:
    return [
        {"name": d.name, "label": d.label, "formula": d.formula, "unit": d.unit}
        for d in of_the_past(rules.service_level)
    ]


def _service_levels(rules: ServiceLevelRules) -> list[Json]:
    """All variants with what they are made of, and who counts like that."""
    return [
        {
            "variant": each.name,
            "own": each.name == rules.variant,
            "counter": variant_name(each.name),
            "formula": each.formula,
            "inputs": each.inputs,
            "rules": counting_rules(rules),
            "source": each.source,
        }
        for each in VARIANTS
    ]


def call_row(
    call: CountedCall,
    names: Sequence[str],
    zone: ZoneInfo,
    rule: GroupRule,
    labels: PlaceLabels,
) -> dict[str, Any]:
    """Without the end of a talk where the queue's handle time may not be seen: of
    several calls it would be just that."""
    talked = call.answered_us is not None
    hides_end = talked and not rule.shows_pace((call.place.queue or NO_QUEUE,))
    place = call.place
    counts = {name: n for name, n in call.amounts.items() if name in names}
    return {
        "line": place.line,
        "call_id": place.call_id,
        "occurrence": place.occurrence,
        "interval": local(place.interval_us, zone).isoformat(),
        "queue": place.queue,
        "queue_label": _label(labels, "queue", place.queue),
        "dialled": call.dialled,
        "dialled_label": _label(labels, "dialled", call.dialled),
        "line_label": _label(labels, "line", place.line),
        "arrived_at": iso_from_us(call.arrived_us),
        "answered_at": _iso(call.answered_us),
        "ended_at": None if hides_end else _iso(call.ended_us),
        "outcome": call.outcome,
        "outcome_label": _OF_CALL.get(call.outcome or "", call.outcome),
        "queues": [
            {
                "queue": visit.queue,
                "entered_at": iso_from_us(visit.entered_us),
                "left_at": _iso(visit.left_us),
                "left": visit.left,
            }
            for visit in call.visits
        ],
        "counts": counts,
        "why": why_counted(_label(labels, "queue", place.queue), counts),
    }


def _label(labels: PlaceLabels, group: str, name: str) -> str:
    return labels.get(group, {}).get(name, name)


def _iso(at_us: int | None) -> str | None:
    return None if at_us is None else iso_from_us(at_us)


def cursor_of(place: CountedPlace) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(asdict(place))).decode()


def place_in(cursor: str) -> CountedPlace:
    try:
        decoded = base64.urlsafe_b64decode(cursor)
        place = msgspec.json.decode(decoded, type=CountedPlace)
        place.interval_us.to_bytes(8, signed=True)  # as much as a database holds
        place.occurrence.to_bytes(8, signed=True)
        if b"\0" in f"{place.line}{place.call_id}{place.queue}".encode():
            raise ValueError("NUL")
        return place
    except (ValueError, OverflowError, msgspec.MsgspecError) as error:
        raise BadInput(
            "before: is not a valid cursor.",
            code="bad_cursor",
            remedy="Leave it out for the first page.",
        ) from error
