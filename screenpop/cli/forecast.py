"""How many calls will come in each interval of the next days, and how sure is that?"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Collection
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple
from zoneinfo import ZoneInfo

import typer

from screenpop.domain.errors import BadInput

if TYPE_CHECKING:  # numpy and scipy: half a second
    from screenpop.config.load import Loaded
    from screenpop.planning.counts import CallCounts
    from screenpop.planning.forecast import Forecast

EXAMPLE = (
    "Example: screenpop forecast calls.csv --as-of 2026-11-02T00:00 --days 7"
    " --interval 30"
)
TIMES_MAX = 1000
DAYS_AHEAD_MAX = 28


File = Annotated[
    Path | None,
    typer.Argument(
        metavar="[CSV]",
        help="Columns start_local and calls. Without a file: the history.",
    ),
]
AsOf = Annotated[
    list[str] | None,
    typer.Option(
        "--as-of",
        help="Plan from this local time on, with the calls before it; may be"
        " repeated. Default: the day after the last call.",
    ),
]
Days = Annotated[
    int, typer.Option("--days", min=1, max=DAYS_AHEAD_MAX, help="Days to plan.")
]
Interval = Annotated[
    int, typer.Option("--interval", help="Minutes of an interval, e.g. 15 or 30.")
]
Country = Annotated[
    str | None,
    typer.Option("--country", help="Whose public holidays count, e.g. DE or US-NY."),
]
Closed = Annotated[
    list[str] | None,
    typer.Option("--closed", help="A day without calls; may be repeated."),
]
Config = Annotated[
    Path | None,
    typer.Option("--config", help="The configuration: the history, the country."),
]
Queue = Annotated[
    str | None, typer.Option("--queue", help="Of the history: only this queue.")
]
JsonWanted = Annotated[bool, typer.Option("--json", help="Print JSON.")]


class _Calendar(NamedTuple):
    """Which days have no calls."""

    country: str | None = None
    closed: tuple[date, ...] = ()


def register(app: typer.Typer) -> None:
    app.command("forecast", epilog=EXAMPLE)(forecast)


def forecast(
    file: File = None,
    as_of: AsOf = None,
    days: Days = 7,
    interval: Interval = 30,
    country: Country = None,
    closed: Closed = None,
    config: Config = None,
    queue: Queue = None,
    json_wanted: JsonWanted = False,
) -> None:
    """Expected calls by interval with 80 % bands, and errors on weeks held back.

    Rows of the file are intervals of the centre's wall clock; rows of one start are
    added up. At least four weeks before each --as-of are needed.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # matrices are small: 10x faster
    from screenpop.planning.forecast import Forecaster

    counts, known = _counts(file, config, queue)
    moments = [_moment(text) for text in as_of or ()] or [_next_day(counts)]
    if len(moments) > TIMES_MAX:
        raise BadInput(
            f"--as-of: {len(moments)} times, at most {TIMES_MAX} are planned.",
            remedy="Use fewer.",
        )
    last = max(moments).date() + timedelta(days=days + 1)
    forecaster = Forecaster(
        counts=counts,
        interval_min=interval,
        holidays=_holidays(country or known.country, counts.first, last),
        closed={*known.closed, *(_day(text) for text in closed or ())},
    )
    made = [forecaster.forecast(moment, days) for moment in moments]
    if json_wanted:
        typer.echo(json.dumps([_as_json(one) for one in made]))
    else:
        typer.echo("\n\n".join(_as_text(one) for one in made))


def _counts(
    file: Path | None, config: Path | None, queue: str | None
) -> tuple[CallCounts, _Calendar]:
    """What the plan is made from, and the calendar of the configuration."""
    from screenpop.planning.csv_counts import read_csv_counts

    loaded = None if config is None else _loaded(config)
    known = _Calendar() if loaded is None else _calendar_of(loaded)
    if file is not None:
        return read_csv_counts(file), known
    if config is None or loaded is None:
        raise BadInput(
            "neither a CSV file nor a history to plan from.",
            remedy="Give a file, or --config FILE for the history of that service.",
        )
    zone = ZoneInfo(loaded.config.server.time_zone)
    return asyncio.run(_from_history(config, zone, queue)), known


def _calendar_of(loaded: Loaded) -> _Calendar:
    settings, server = loaded.config.forecast, loaded.config.server
    return _Calendar(settings.country or server.country, settings.closed_days)


def _loaded(config: Path) -> Loaded:
    from screenpop.node.asking import load_checked

    return load_checked(config)


async def _from_history(file: Path, zone: ZoneInfo, queue: str | None) -> CallCounts:
    from screenpop.cli.db import opened_store
    from screenpop.node.planning import past_volumes
    from screenpop.support.clock import SystemClock

    async with opened_store(file) as database:
        found = await past_volumes(database, zone, SystemClock().now_us(), queue)
    return found.counts


def _next_day(counts: CallCounts) -> datetime:
    return datetime.combine(counts.end, datetime.min.time())


def _holidays(country: str | None, first: date, last: date) -> Collection[date]:
    from screenpop.planning.open_days import holiday_dates

    return frozenset() if country is None else holiday_dates(country, first, last)


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError as error:
        raise BadInput(
            f"--as-of: {text!r} is not a time.", remedy="Write it as 2026-11-02T00:00."
        ) from error


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadInput(
            f"--closed: {text!r} is not a day.", remedy="Write it as 2026-12-25."
        ) from error


def _as_json(made: Forecast) -> dict[str, object]:
    return {
        "as_of": made.as_of.isoformat(timespec="minutes"),
        "method": made.method,
        "interval_min": made.interval_min,
        "errors": [
            {
                "method": one.method,
                "wape": round(one.wape, 4),
                "day_wape": round(one.day_wape, 4),
                "bias": round(one.bias, 4),
            }
            for one in made.errors
        ],
        "poisson_floor": round(made.floor, 4),
        "coverage": None if made.coverage is None else round(made.coverage, 3),
        "weeks_held_back": made.weeks_held_back,
        "rows": [
            {
                "start": row.start.isoformat(timespec="minutes"),
                "expected": row.expected,
                "low": row.low,
                "high": row.high,
            }
            for row in made.rows
        ],
    }


def _as_text(made: Forecast) -> str:
    from screenpop.planning.report import as_text

    return as_text(made)
