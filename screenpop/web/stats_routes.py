"""Under which paths are counted calls of the past, and what is to come?"""

from __future__ import annotations

from typing import get_args

from screenpop.domain.agent import Role
from screenpop.history.kinds import KindFigure, KindGroup
from screenpop.planning.asked import DAYS_MAX
from screenpop.web import charts, compare, forecast, kinds, pops, stats
from screenpop.web.site import Route, RouteParameter

_PLACES = (
    RouteParameter(name="queue", text="Only this one; may be repeated."),
    RouteParameter(name="line", text="Only this one; may be repeated."),
    RouteParameter(name="dialled", text="Only this number; may be repeated."),
)


def _range(*, required: bool) -> tuple[RouteParameter, ...]:
    """Which calls: when, in which queue, on which line, of which dialled number."""
    return (
        RouteParameter(
            name="from", required=required,
            text="First day or moment, in the server's zone or with an offset.",
        ),
        RouteParameter(name="to", text="The first that is not in it; default: now."),
        *_PLACES,
    )  # fmt: skip


STATS: tuple[Route, ...] = (
    Route(
        method="GET", path="/v1/stats", handler=stats.show, role=Role.SUPERVISOR,
        summary="What the wallboard shows now; with `from` the past by interval.",
        query=(
            *_range(required=False),
            RouteParameter(name="by", text="15m, 30m, 60m, day, week or month."),
            RouteParameter(name="group", text="A row for each queue, line …, or team."),
        ),
        errors=(400, 503),
    ),
    Route(
        method="GET", path="/v1/stats/calls", handler=stats.show_calls,
        role=Role.SUPERVISOR,
        summary="The calls behind a number of the past, and why each counts.",
        query=(
            RouteParameter(
                name="number", text="E.g. abandoned; may be repeated.", required=True
            ),
            *_range(required=True),
            RouteParameter(name="team", text="Of this team, numbers of teams only."),
            RouteParameter(name="before", text="Cursor of the page before."),
            RouteParameter(name="limit", text=f"1 to {stats.CALLS_MAX}."),
        ),
        errors=(400, 503),
    ),
    Route(
        method="POST", path="/v1/stats/compare", handler=compare.show,
        role=Role.SUPERVISOR, body=compare.CompareBody,
        summary="Compare another tool's figure or list of calls with the stored calls.",
        errors=(400, 408, 413, 415, 429, 503),
    ),
    Route(
        method="GET", path="/v1/stats/usual", handler=charts.usual,
        role=Role.SUPERVISOR, errors=(400, 503),
        summary="A day's usual numbers: the band of the same weekdays before it.",
        query=(
            RouteParameter(name="day", text="YYYY-MM-DD; without it today."),
            RouteParameter(name="by", text="15m, 30m or 60m."),
            RouteParameter(name="weeks", text=f"1 to {charts.WEEKS_MAX}."),
            *_PLACES,
        ),
    ),
    Route(
        method="GET", path="/v1/stats/hours", handler=charts.hours,
        role=Role.SUPERVISOR, errors=(400, 503),
        summary="One number by hour and weekday.",
        query=(
            RouteParameter(name="number", text="E.g. offered.", required=True),
            *_range(required=True),
        ),
    ),
    Route(
        method="GET", path="/v1/stats/places", handler=charts.places,
        role=Role.SUPERVISOR, errors=(400, 503),
        summary="The numbers of a range by queue, line or dialled number.",
        query=(
            RouteParameter(name="group", text="queue (default), line, dialled, team."),
            *_range(required=True),
        ),
    ),
    Route(
        method="GET", path="/v1/stats/kinds", handler=kinds.show,
        role=Role.SUPERVISOR, errors=(400, 406, 503),
        summary="Calls by outcome, result, kind of customer or campaign.",
        query=(
            RouteParameter(name="group", text=" ".join(get_args(KindGroup))),
            RouteParameter(name="orders_days", text="Orders so many days after."),
            *_range(required=True),
        ),
    ),
    Route(
        method="GET", path="/v1/stats/kinds/calls", handler=kinds.show_calls,
        role=Role.SUPERVISOR, errors=(400, 503),
        summary="The calls of one row of /v1/stats/kinds.",
        query=(
            RouteParameter(name="group", text=" ".join(get_args(KindGroup))),
            RouteParameter(name="name", text="Of the row; without it the nameless."),
            RouteParameter(name="figure", text=" ".join(get_args(KindFigure))),
            RouteParameter(name="result", text="Only calls with this last result."),
            RouteParameter(name="orders_days", text="Orders so many days after."),
            *_range(required=True),
            RouteParameter(name="before", text="Cursor of the page before."),
            RouteParameter(name="limit", text=f"1 to {stats.CALLS_MAX}."),
        ),
    ),
    Route(
        method="GET", path="/v1/stats/pops", handler=pops.show,
        role=Role.SUPERVISOR, errors=(400, 503),
        summary="How often, early and whole cards came, and handle times next to it.",
        query=_range(required=True),
    ),
    Route(
        method="GET", path="/v1/stats/pops/calls", handler=pops.show_calls,
        role=Role.SUPERVISOR, errors=(400, 503),
        summary="The calls of one figure of /v1/stats/pops.",
        query=(
            RouteParameter(name="figure", text="E.g. matched; of a facet e.g. empty."),
            RouteParameter(name="facet", text="A figure of this facet."),
            *_range(required=True),
            RouteParameter(name="before", text="Cursor of the page before."),
            RouteParameter(name="limit", text=f"1 to {stats.CALLS_MAX}."),
        ),
    ),
    Route(
        method="GET", path="/v1/forecast", handler=forecast.show,
        role=Role.SUPERVISOR, errors=(400, 503),
        summary="Expected calls and needed agents by interval, with bands and errors.",
        query=(
            RouteParameter(name="queue", text="One queue; without it all calls."),
            RouteParameter(name="days", text=f"1 to {DAYS_MAX}; default 7."),
            RouteParameter(name="interval", text="15, 30 (default) or 60 minutes."),
            RouteParameter(name="as_of", text="YYYY-MM-DD: as planned before it."),
            RouteParameter(name="agents", text="At their telephones now."),
            RouteParameter(name="service_level", text="Share to answer in time."),
            RouteParameter(name="within_s", text="In time: within these seconds."),
            RouteParameter(name="occupancy_max", text="Share of time agents are busy."),
            RouteParameter(name="abandon_max", text="Share of callers who give up."),
            RouteParameter(name="shrinkage", text="Share of paid time away."),
            RouteParameter(name="patience_s", text="Mean patience; else measured."),
            RouteParameter(name="wrap_up_s", text="Added to each call."),
        ),
    ),
)  # fmt: skip
