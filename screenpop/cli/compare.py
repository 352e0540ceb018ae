"""Why does another tool show another figure for the same calls?"""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple
from zoneinfo import ZoneInfo

import typer

from screenpop.domain.errors import BadInput

if TYPE_CHECKING:
    from screenpop.domain.call import Call
    from screenpop.domain.call_counts import CountingRules
    from screenpop.wallboard.comparing import Given, Moved, OtherReading

EXAMPLE = (
    "Example: screenpop compare --figure service_level=0.78 --from 2026-11-02"
    " --to 2026-11-03 --queue sales --config screenpop.yaml"
)
EARLIER_US = 4 * 3600 * 1_000_000  # a wait of a range may have begun before it
SHOWN_MAX = 10

Figure = Annotated[
    str,
    typer.Option(
        "--figure",
        metavar="NUMBER=VALUE",
        help="The other tool's figure as it shows it, e.g. service_level=0.78 or"
        " offered=212. A share is a number from 0 to 1.",
    ),
]
From = Annotated[str, typer.Option("--from", help="First day or time.")]
To = Annotated[str, typer.Option("--to", help="The day or time after the last.")]
Queue = Annotated[str | None, typer.Option("--queue", help="Only this queue.")]
Config = Annotated[Path, typer.Option("--config", help="The configuration file.")]
JsonWanted = Annotated[bool, typer.Option("--json", help="Print JSON.")]


class RangeAsked(NamedTuple):
    """From when to when; times without a zone are in `zone`, the centre's."""

    zone: ZoneInfo
    begin: datetime
    end: datetime
    queue: str | None


def register(app: typer.Typer) -> None:
    app.command("compare", epilog=EXAMPLE)(compare)


def compare(
    figure: Figure,
    from_: From,
    to: To,
    queue: Queue = None,
    config: Config = Path("screenpop.yaml"),
    json_wanted: JsonWanted = False,
) -> None:
    """Count the stored calls again in other ways; the nearest to the figure first.

    One setting is changed at a time, with each formula of the figure. Each way lists
    the calls that count differently in it.
    """
    from screenpop.node.asking import load_checked

    given = _given(figure)
    loaded = load_checked(config)
    zone = ZoneInfo(loaded.config.server.time_zone)
    asked = RangeAsked(zone, _moment(from_, "--from"), _moment(to, "--to"), queue)
    if _us(asked.begin, zone) >= _us(asked.end, zone):
        raise BadInput(
            f"--to: {to} is not after --from {from_}.",
            remedy="--to is the day or time after the last.",
        )
    from screenpop.node.parts import counting_rules

    found = asyncio.run(_readings(config, counting_rules(loaded.config), given, asked))
    if json_wanted:
        typer.echo(json.dumps([_as_json(each, zone) for each in found]))
    else:
        typer.echo("\n\n".join(_as_text(given, each, zone) for each in found))


async def _readings(
    config: Path, rules: CountingRules, given: Given, asked: RangeAsked
) -> list[OtherReading]:
    from screenpop.cli.db import opened_store
    from screenpop.history.refolded import counted_calls
    from screenpop.wallboard.comparing import CountedRange, WayOfCounting, readings

    own = CountedRange(
        from_us=_us(asked.begin, asked.zone), to_us=_us(asked.end, asked.zone)
    )
    utc = CountedRange(
        from_us=_us(asked.begin, UTC), to_us=_us(asked.end, UTC), words="range in UTC"
    )
    others = [utc] if utc.from_us != own.from_us or utc.to_us != own.to_us else []
    first_us = min(each.from_us for each in (own, *others)) - EARLIER_US
    last_us = max(each.to_us for each in (own, *others))
    async with opened_store(config) as database:
        calls = await counted_calls(database, first_us, last_us, asked.queue)
    counting = WayOfCounting(rules=rules, range=own, queue=asked.queue)
    return readings(calls, given, counting, others)


def _given(text: str) -> Given:
    from screenpop.wallboard.comparing import Given

    number, _, written = text.partition("=")
    whole, _, decimals = written.partition(".")
    digits = whole + decimals
    if not (number and whole and digits.isascii() and digits.isdigit()):
        raise BadInput(
            f"--figure: {text[:100]!r} is not a number with its value.",
            remedy="Write NUMBER=VALUE, e.g. service_level=0.78.",
        )
    return Given(number=number, value=float(written), decimals=len(decimals))


def _moment(text: str, option: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise BadInput(
            f"{option}: {text[:100]!r} is not a date or time.",
            remedy="Write YYYY-MM-DD or YYYY-MM-DDTHH:MM.",
        ) from error


def _us(at: datetime, zone: tzinfo) -> int:
    """In that zone, unless the time names its own."""
    return int((at if at.tzinfo else at.replace(tzinfo=zone)).timestamp()) * 1_000_000


def _as_json(reading: OtherReading, zone: ZoneInfo) -> dict[str, object]:
    return {
        "changes": list(reading.changes),
        "value": reading.value,
        "is_equal": reading.is_equal,
        "calls_that_differ": reading.moved_count,
        "calls": [
            {
                "line": each.call.line,
                "call_id": each.call.call_id,
                "occurrence": each.call.occurrence,
                "arrived": _arrived(each.call, zone),
                "own": each.own,
                "other": each.other,
            }
            for each in reading.moved
        ],
    }


def _as_text(given: Given, reading: OtherReading, zone: ZoneInfo) -> str:
    way = "; ".join(reading.changes) or "As this centre counts"
    equal = f" (equal to {given.value:.{given.decimals}f})" if reading.is_equal else ""
    lines = [f"{_value(reading.value)}{equal}  {way}"]
    if reading.changes:
        lines.append(f"  {reading.moved_count} calls count differently")
    shown = reading.moved[:SHOWN_MAX]
    lines += [_line(each, zone) for each in shown]
    if reading.moved_count > len(shown):
        lines.append(f"    and {reading.moved_count - len(shown)} more")
    return "\n".join(lines)


def _line(moved: Moved, zone: ZoneInfo) -> str:
    call, way = moved.call, f"{_value(moved.own)} -> {_value(moved.other)}"
    visits = ", ".join(
        f"{each.queue} {each.left or 'waiting'}"
        + (
            ""
            if each.left_us is None
            else f" after {(each.left_us - each.entered_us) / 1e6:g} s"
        )
        for each in call.visits
    )
    where = visits or "rang directly"
    return f"    {_arrived(call, zone)}  {call.line} {call.call_id}  {where}: {way}"


def _value(value: float | None) -> str:
    return "not counted" if value is None else f"{round(value, 4):g}"


def _arrived(call: Call, zone: ZoneInfo) -> str:
    at = datetime.fromtimestamp(call.arrived_us / 1e6, zone)
    return at.isoformat(timespec="seconds")
