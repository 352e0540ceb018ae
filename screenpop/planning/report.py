"""How does a plan read on a terminal?"""

from __future__ import annotations

from collections.abc import Iterator

from screenpop.planning.forecast import BASELINES, Forecast, ForecastRow

_DAY = "%a %Y-%m-%d"
_NAME = 52  # columns
_FLOOR = "if the rates were known (Poisson floor)"


def as_text(made: Forecast) -> str:
    return "\n".join(
        [
            f"As of {made.as_of:%Y-%m-%dT%H:%M}: {made.method}",
            "",
            *_errors(made),
            "",
            *_days(made),
            "",
            *_intervals(made),
        ]
    )


def _errors(made: Forecast) -> Iterator[str]:
    weeks = made.weeks_held_back
    yield f"Errors on {weeks} week(s) held back, as shares of the calls:"
    yield f"  {'method':{_NAME}} {'interval':>8} {'day':>7} {'bias':>7}"
    for one in sorted(made.errors, key=lambda error: error.wape):
        mark = "*" if one.method == made.method else " "
        name = one.method + (" (baseline)" if one.method in BASELINES else "")
        yield (
            f"{mark} {name:{_NAME}} {one.wape:8.3f} {one.day_wape:7.3f}"
            f" {one.bias:+7.3f}"
        )
    yield f"  {_FLOOR:{_NAME}} {made.floor:8.3f}"
    if made.coverage is not None:
        yield f"  The bands held {made.coverage:.0%} of the intervals held back."


def _days(made: Forecast) -> Iterator[str]:
    yield f"{'day':14} {'expected':>9}"
    totals: dict[str, float] = {}
    for row in made.rows:
        day = f"{row.start:{_DAY}}"
        totals[day] = totals.get(day, 0.0) + row.expected
    closed = {f"{day:{_DAY}}" for day in made.closed}
    for day, total in totals.items():
        yield f"{day:14} {total:9,.0f}{'  closed' if day in closed else ''}"


def _intervals(made: Forecast) -> Iterator[str]:
    yield f"{'start':16} {'expected':>9} {'low':>8} {'high':>8}"
    for row in made.rows:
        if row.high > 0:
            yield _interval(row)


def _interval(row: ForecastRow) -> str:
    return (
        f"{row.start:%Y-%m-%dT%H:%M} {row.expected:9,.1f} {row.low:8,.1f}"
        f" {row.high:8,.1f}"
    )
