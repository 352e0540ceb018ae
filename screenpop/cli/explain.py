"""What would an agent see for a number, and where is each value from?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from screenpop.cli.explain_service import explain_service
from screenpop.config.facets import FacetLayout, all_shapes
from screenpop.config.load import Loaded
from screenpop.domain.profile import Answer, Facet, FieldState, Scalar
from screenpop.lookup.explain import (
    Explanation,
    age_s,
    as_json,
    column_types,
    strangers,
)
from screenpop.node.asking import load_checked
from screenpop.support import log as logs
from screenpop.support.tasks import quick_loop

_STATE_STYLE = {
    "fresh": "green", "ok": "green", "stale": "yellow", "pending": "cyan",
    "empty": "dim", "failed": "bold red", "timed_out": "red", "withheld": "magenta",
}  # fmt: skip
_BAR_CELLS = 24
_WIDTH_MAX = 10_000  # of a table before it is asked whether it fits
_ROWS_SHOWN = 10


Service = Annotated[
    bool, typer.Option("--service", help="Ask the running service instead.")
]
Url = Annotated[
    str | None, typer.Option("--url", help="Where the service is, with --service.")
]
TokenFile = Annotated[
    Path | None, typer.Option("--token-file", help="A user's token, with --service.")
]
ReadCustomers = Annotated[
    bool,
    typer.Option(
        "--read-customers",
        help="Look the customers of all sources through, instead of using the service's"
        " number index.",
    ),
]


def register(app: typer.Typer) -> None:
    app.command(
        "explain",
        epilog="Example: screenpop explain '+44 20 7946 0958' --config screenpop.yaml",
    )(explain)


def explain(
    number: Annotated[str, typer.Argument(help="As a telephone system would send it.")],
    config: Annotated[Path, typer.Option("--config", help="The configuration.")],
    candidate: Annotated[
        str | None,
        typer.Option("--candidate", help="KEY or SOURCE:KEY to look up in full."),
    ] = None,
    line: Annotated[
        str, typer.Option("--line", help="As if it came from this line.")
    ] = "",
    dialled: Annotated[
        str | None, typer.Option("--dialled", help="The number that was dialled.")
    ] = None,
    attribute: Annotated[
        list[str] | None,
        typer.Option("--attribute", help="NAME=VALUE that the IVR would send."),
    ] = None,
    service: Service = False,
    url: Url = None,
    token_file: TokenFile = None,
    read_customers: ReadCustomers = False,
    json_wanted: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Run the lookups for a number and show the waterfall and every field's source.

    With --service the running service runs them, with its customers, caches, breakers
    and configuration. Nothing is written. Exit code 1 when a lookup failed, or when
    the customers of a source could not be looked through.
    """
    logs.set_up(level="error")
    loaded = load_checked(config)
    attributes = dict(_pair(text) for text in attribute or ())
    if service:
        if line or dialled or attributes:
            raise typer.BadParameter(
                "--line, --dialled and --attribute are not for --service: the service"
                " takes a number and a candidate."
            )
        explain_service(loaded, number, candidate, url, token_file, json_wanted)
        return
    with quick_loop() as runner:
        told = runner.run(
            _explain(
                loaded, number, candidate, line, dialled, attributes, read_customers
            )
        )
    shapes = all_shapes(loaded.config)
    if json_wanted:
        encoded = msgspec.json.Encoder(decimal_format="number").encode(
            as_json(told, column_types(shapes))
        )
        typer.echo(json.dumps(json.loads(encoded), ensure_ascii=False, indent=2))
    else:
        _print(told, shapes)
    failed = any(a.outcome.value in ("failed", "timed_out") for a in told.answers)
    if failed or told.unread:
        raise typer.Exit(1)


async def _explain(
    loaded: Loaded,
    number: str,
    candidate: str | None,
    line: str,
    dialled: str | None,
    attributes: dict[str, str],
    read_customers: bool,
) -> Explanation:
    from screenpop.node.asking import explained

    return await explained(
        loaded,
        number,
        candidate=candidate,
        line=line,
        dialled=dialled,
        attributes=attributes,
        reads_customers=read_customers,
    )


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise typer.BadParameter(f"{text!r} is not NAME=VALUE, e.g. account=4711.")
    return name, value


def _print(told: Explanation, shapes: tuple[FacetLayout, ...]) -> None:
    console = Console(highlight=False)
    _print_caller(console, told)
    for name, why in told.unread.items():
        said = f"{name} could not be looked through: {why}"
        console.print(Text(said, style="bold red"))
    for name, read_at in told.from_index.items():
        said = f"customers of {name}: as the service read them, {read_at}"
        console.print(Text(said, style="dim"))
    _print_candidates(console, told)
    _print_waterfall(console, told)
    for shape in shapes:
        facet = told.profile.facets.get(shape.name)
        if facet is not None:
            _print_facet(console, shape, facet, told.at_us)
    _print_policy(console, told)


_RULE_MARK = {True: ("✓", "green"), False: ("·", "dim"), None: ("?", "yellow")}


def _print_policy(console: Console, told: Explanation) -> None:
    """Each rule: does it apply (✓), not (·), or is it not decided (?), and why."""
    if not told.policy:
        return
    console.print(Text("Sales policy", style="bold"))
    for rule in told.policy:
        mark, style = _RULE_MARK[rule.fired]
        head = Text.assemble(
            (f"  {mark} {rule.rule}", style), (f"  {rule.kind}", "dim")
        )
        console.print(head)
        for line in rule.why:
            console.print(Text(f"      {line}", style="" if rule.fired else "dim"))
    console.print()


def _print_caller(console: Console, told: Explanation) -> None:
    ani = told.who.ani
    if ani.number is not None:
        place = f" ({ani.region})" if ani.region else ""
        console.print(
            Text.assemble((ani.number, "bold"), f"  {ani.national or ''}{place}")
        )
    elif ani.presentation.value != "allowed":
        console.print(f"[magenta]number {ani.presentation.value}[/]: never looked up")
    else:
        what = f"extension {ani.extension}" if ani.extension else repr(ani.raw)
        console.print(Text(f"{what}: no number that can be looked up"))


def _print_candidates(console: Console, told: Explanation) -> None:
    if not told.profile.candidates:
        console.print("[dim]no candidate: no customer has this number[/]\n")
        return
    table = Table("", "source", "key", "name", "company", "sure", "why", box=None)
    for one in told.profile.candidates:
        mark = "→" if one.ref == told.profile.chosen else ""
        cells = [mark, one.ref.source, one.ref.key, one.name, one.company or ""]
        cells += [f"{one.confidence:.0%}", one.why]
        table.add_row(*map(Text, cells))
    console.print(table)
    if told.profile.chosen is None:
        key = told.profile.candidates[0].ref.key
        console.print(
            f"[yellow]several may be calling[/]: the agent chooses;"
            f" try --candidate {key}"
        )
    console.print()


def _print_waterfall(console: Console, told: Explanation) -> None:
    if not told.answers:
        why = "could be asked" if told.needs else "is configured"
        console.print(f"[dim]no lookup {why}[/]\n")
        return
    whole_ms = max(a.started_ms + a.ms for a in told.answers) or 1.0
    table = Table(
        "lookup", "source", "waited for", "started", "ms", "", "outcome", box=None
    )
    for answer in told.answers:
        state = answer.outcome.value
        table.add_row(
            Text(answer.lookup),
            Text(answer.source),
            Text(" ".join(f":{need}" for need in told.needs.get(answer.lookup, ()))),
            f"{answer.started_ms:.1f}",
            f"{answer.ms:.1f}",
            _bar(answer, whole_ms),
            Text(state, style=_STATE_STYLE.get(state, "")),
        )
    console.print(table)
    for answer in told.answers:
        if answer.message:
            told_why = answer.detail or answer.message
            console.print(Text(f"  {answer.lookup}: {told_why}", style="yellow"))
    console.print()


def _bar(answer: Answer, whole_ms: float) -> str:
    start = round(answer.started_ms / whole_ms * _BAR_CELLS)
    length = max(1, round(answer.ms / whole_ms * _BAR_CELLS))
    return (" " * start + "━" * length)[:_BAR_CELLS]


def _print_facet(
    console: Console, shape: FacetLayout, facet: Facet, now_us: int
) -> None:
    state = facet.state.value
    console.print(
        Text.assemble((shape.label, "bold"), "  ", (state, _STATE_STYLE[state]))
    )
    labels = {x.name: x.label for x in (*shape.fields, *shape.columns)}
    if facet.fields:
        table = Table(box=None, show_header=False, padding=(0, 2))
        for name, field in facet.fields.items():
            origin = f"{field.source}, {_age(field.fetched_at, now_us)}"
            if field.state is not FieldState.FRESH:
                origin += f", {field.state.value}"
            table.add_row(
                Text(f"  {labels.get(name, name)}"),
                Text(_shown(field.value)),
                Text(origin, style="dim"),
            )
            for other in field.others:
                table.add_row(
                    Text("    but", style="bold yellow"),
                    Text(_shown(other.value), style="yellow"),
                    Text(other.source, style="dim"),
                )
        console.print(table)
    if facet.rows:
        _print_rows(console, facet, labels)
    for said in strangers(shape, facet):
        console.print(Text(f"  {said}", style="yellow"))
    for note in facet.notes:
        if note.message and not note.message.startswith(state):
            console.print(
                Text(f"  {note.lookup}: {note.message}", style=_STATE_STYLE[note.state])
            )
    console.print()


def _print_rows(console: Console, facet: Facet, labels: Mapping[str, str]) -> None:
    columns = list(dict.fromkeys(name for row in facet.rows for name in row))
    table = Table(*(labels.get(name, name) for name in columns), box=None)
    for row in facet.rows[:_ROWS_SHOWN]:
        table.add_row(*(Text(_shown(row.get(name))) for name in columns))
    unbounded = console.options.update(max_width=_WIDTH_MAX)
    if console.measure(table, options=unbounded).maximum <= console.width:
        console.print(table)
    else:
        _print_one_below_the_other(console, facet, labels)
    left = len(facet.rows) - _ROWS_SHOWN
    if left > 0:
        console.print(f"  [dim]and {left} more[/]")


def _print_one_below_the_other(
    console: Console, facet: Facet, labels: Mapping[str, str]
) -> None:
    """Rows that are too wide for the terminal; a value that is empty is left out."""
    for row in facet.rows[:_ROWS_SHOWN]:
        table = Table(box=None, show_header=False, padding=(0, 2))
        for name, value in row.items():
            if value is not None:
                table.add_row(Text(f"  {labels.get(name, name)}"), Text(_shown(value)))
        console.print(table)
        console.print()


def _shown(value: Scalar) -> str:
    return "" if value is None else str(value)


def _age(fetched_at: str, now_us: int) -> str:
    seconds = age_s(fetched_at, now_us)
    return "just now" if seconds < 1 else f"{seconds:.0f} s ago"
