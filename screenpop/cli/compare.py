"""Why does another tool show another figure, or other calls?"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from screenpop.domain.errors import BadInput

if TYPE_CHECKING:
    from screenpop.node.comparison import Answer
    from screenpop.wallboard.comparing import Given
    from screenpop.wallboard.comparison_asked import ComparisonAsked

EXAMPLE = (
    "Example: screenpop compare --figure service_level=0.78 --from 2026-11-02"
    " --to 2026-11-03 --queue sales --config screenpop.yaml"
)
SHOWN_MAX = 10

Figure = Annotated[
    str | None,
    typer.Option(
        "--figure",
        metavar="NUMBER=VALUE",
        help="The other tool's figure as it shows it, e.g. service_level=0.78 or"
        " offered=212. A share is a number from 0 to 1.",
    ),
]
Calls = Annotated[
    Path | None,
    typer.Option(
        "--calls",
        metavar="FILE.csv",
        help="The other tool's list of calls. Columns are found by their headers.",
    ),
]
Columns = Annotated[
    str | None,
    typer.Option(
        "--columns",
        metavar="NAME=HEADER,…",
        help="Headers of the list, e.g. start=Beginn,caller=Rufnummer.",
    ),
]
Within = Annotated[
    float,
    typer.Option(
        "--within",
        min=0,
        max=3600,
        help="Seconds between the starts of a row and a call of one caller, at most.",
    ),
]
Examples = Annotated[
    int, typer.Option("--examples", min=0, max=200, help="Calls shown of each rule.")
]
From = Annotated[str, typer.Option("--from", help="First day or time.")]
To = Annotated[str, typer.Option("--to", help="The day or time after the last.")]
Queue = Annotated[str | None, typer.Option("--queue", help="Only this queue.")]
Team = Annotated[
    str | None, typer.Option("--team", help="What the agents of this team answered.")
]
Config = Annotated[Path, typer.Option("--config", help="The configuration file.")]
JsonWanted = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def register(app: typer.Typer) -> None:
    app.command("compare", epilog=EXAMPLE)(compare)


def compare(
    from_: From,
    to: To,
    figure: Figure = None,
    calls: Calls = None,
    queue: Queue = None,
    team: Team = None,
    columns: Columns = None,
    within: Within = 120.0,
    examples: Examples = SHOWN_MAX,
    config: Config = Path("screenpop.yaml"),
    json_wanted: JsonWanted = False,
) -> None:
    """Compare the stored calls with another tool's figure, list of calls, or both.

    A figure: the calls are counted again with one setting changed at a time; the ways
    nearest to it come first. A list: calls that are in one list only, or that count
    differently, by rule, and the settings that explain most of them.
    """
    from screenpop.wallboard.comparison_asked import (
        ComparisonAsked,
        figure_given,
        range_given,
    )

    if queue is not None and team is not None:
        raise BadInput("--queue and --team: give one of them.", code="bad_query")
    given = None if figure is None else figure_given(figure, "--figure")
    begin, end = range_given(from_, to, "--")
    asked = ComparisonAsked(
        begin=begin,
        end=end,
        queue=queue,
        team=team,
        figure=given,
        calls_csv=None if calls is None else _content(calls),
        file=str(calls),
        columns=_columns(columns),
        within_s=within,
        examples=examples,
    )
    answer: Any = asyncio.run(_answer(asked, config))
    if json_wanted:
        typer.echo(json.dumps(answer))
        return
    missing = answer["calls_without_events"]
    parts = [_left_out(missing, answer["calls_read"])] if missing else []
    parts += [_as_text(given, each, missing) for each in answer["readings"]]
    if answer["list"] is not None:
        parts.append("\n".join(_list(answer["list"])))
    typer.echo("\n\n".join(parts))


async def _answer(asked: ComparisonAsked, config: Path) -> Answer:
    from screenpop.cli.db import opened_store
    from screenpop.config.teams import members
    from screenpop.node.asking import load_checked
    from screenpop.node.comparison import comparison_answer
    from screenpop.node.parts import counting_rules

    loaded = load_checked(config).config
    zone = ZoneInfo(loaded.server.time_zone)
    async with opened_store(config) as database:
        rules, team_of = counting_rules(loaded), members(loaded.teams)
        return await comparison_answer(database, asked, rules, zone, team_of)


def _content(file: Path) -> bytes:
    """One byte more than is read, so that a longer file is refused."""
    from screenpop.wallboard.listed_calls import LIST_BYTES_MAX

    try:
        with file.open("rb") as opened:
            return opened.read(LIST_BYTES_MAX + 1)
    except OSError as error:
        raise BadInput(
            f"cannot read {file}: {error.strerror}.", remedy="Check the path."
        ) from error


def _columns(text: str | None) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in (text or "").split(",") if text else []:
        name, equals, header = part.partition("=")
        if not (name and equals and header):
            raise BadInput(
                f"--columns: {part[:100]!r} is not a name with its header.",
                remedy="Write NAME=HEADER, e.g. start=Beginn,caller=Rufnummer.",
            )
        found[name.strip()] = header.strip()
    return found


def _left_out(missing: int, read: int) -> str:
    return (
        f"Counted again: the {read} calls whose events are stored. {missing} calls of"
        " these days have none and are left out, so every count below, also this"
        " centre's own, is lower than in the reports by what they add."
    )


def _as_text(given: Given | None, reading: Mapping[str, Any], missing: int) -> str:
    own = "As this centre counts" + (" the calls with events" if missing else "")
    way = "; ".join(reading["changes"]) or own
    equal = ""
    if reading["is_equal"] and given is not None:
        equal = f" (equal to {given.value:.{given.decimals}f})"
    lines = [f"{_value(reading['value'])}{equal}  {way}"]
    count = reading["calls_that_differ"]
    if reading["changes"]:
        lines.append(f"  {count} calls count differently")
    shown = reading["calls"][:SHOWN_MAX]
    for each in shown:
        own, other = (
            _value(each[side]) + _times(each[f"{side}_times"])
            for side in ("own", "other")
        )
        change = f"{own} -> {other}"
        lines.append(f"    {_call(each)}: {change}")
    return "\n".join([*lines, *_more(count, shown)])


_KINDS = {"only_there": "only there", "only_here": "only here", "both": "in both"}


def _list(found: Mapping[str, Any]) -> Iterator[str]:
    """The list's differences by rule, most frequent first."""
    yield (
        f"{found['matched']} of {found['rows']} rows matched, {found['matched_by_id']}"
        f" of them by id; {found['rows_outside']} rows outside the range"
    )
    yield f"Times {found['times']['words']}"
    for there, here in found["queues"].items():
        yield f"Their queue {there} is {here}"
    yield f"{found['differences']} differences"
    for setting in found["settings"]:
        yield f"  {setting['explains']} of them are gone with: {setting['change']}"
    for group in found["groups"]:
        yield ""
        yield f"{group['count']}  {_KINDS[group['kind']]}: {group['rule']}"
        for each in group["some"]:
            yield f"    {_difference(each)}"
        yield from _more(group["count"], group["some"])


def _difference(each: Mapping[str, Any]) -> str:
    row, call = each["row"], each["call"]
    if call is None:
        named = " ".join(x for x in (each["their_id"], each["their_queue"]) if x)
        return f"row {row}  {each['their_start']}  {named}".rstrip()
    if row is None:
        return _call(call)
    return f"row {row}  {_call(call)}: {each['there']} there, {each['here']} here"


def _more(count: int, shown: Sequence[object]) -> list[str]:
    return [f"    and {count - len(shown)} more"] if count > len(shown) else []


def _call(call: Mapping[str, Any]) -> str:
    visits = ", ".join(
        f"{each['queue']} {each['left'] or 'waiting'}"
        + ("" if each["after_s"] is None else f" after {each['after_s']:g} s")
        for each in call["queues"]
    )
    where = visits or "rang directly"
    return f"{call['arrived']}  {call['line']} {call['call_id']}  {where}"


def _times(times: int) -> str:
    """Of a share; most calls count in it once."""
    return f" ({times} times)" if times > 1 else ""


def _value(value: float | None) -> str:
    return "not counted" if value is None else f"{round(value, 4):g}"
