"""`screenpop simulate`: do realistic calls all reach their agents, and how soon?"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from screenpop.demo.browsers import Report
from screenpop.demo.simulate import SimulateOptions, simulate
from screenpop.domain.errors import ConfigError
from screenpop.node.asking import load_checked
from screenpop.support.tasks import quick_loop


def register(app: typer.Typer) -> None:
    app.command(
        "simulate",
        epilog="Example: screenpop simulate --config demo.yaml --rate 5 --agents 50",
    )(simulate_calls)


def simulate_calls(
    config: Annotated[
        Path, typer.Option(help="The configuration that the service runs with.")
    ],
    rate: Annotated[
        float, typer.Option(min=0.01, max=1000, help="Calls a second, on average.")
    ] = 1.0,
    agents: Annotated[
        int, typer.Option(min=0, max=10_000, help="Desks to watch; 0: calls only.")
    ] = 0,
    minutes: Annotated[
        float, typer.Option(min=0.01, max=1440, help="How long new calls arrive.")
    ] = 1.0,
    line: Annotated[
        str | None, typer.Option(help="The line to call on, if there are several.")
    ] = None,
    url: Annotated[
        str | None, typer.Option(help="Where the service is; default: by the file.")
    ] = None,
    numbers: Annotated[
        Path | None, typer.Option(help="Who calls: a file with one number a line.")
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed, the same calls.")] = 7,
    json_wanted: Annotated[
        bool, typer.Option("--json", help="Print the figures as JSON.")
    ] = False,
) -> None:
    """Send realistic calls to a running service and watch the desks.

    Posts signed events to a line of dialect `generic`: queues, ring groups, holds,
    transfers, some events twice. With --agents it lets that many simulated agents in
    (users `sim…` without a password, switched off again at the end), opens their
    WebSockets and checks that each ring is shown once. Run it on the machine of the
    service. Exit code 1 when a card was lost or shown twice, or an event refused.
    """
    options = SimulateOptions(
        line=line,
        url=url,
        rate=rate,
        agents=agents,
        minutes=minutes,
        seed=seed,
        numbers=_numbers(numbers),
    )
    err = Console(stderr=True)
    loaded = load_checked(config)
    with quick_loop() as runner:
        report = runner.run(
            simulate(loaded, options, tell=lambda text: err.print(text, style="dim"))
        )
    if json_wanted:
        typer.echo(json.dumps({**asdict(report), "flawless": report.flawless}))
    else:
        Console().print(table(report, watched=agents > 0))
    raise typer.Exit(0 if report.flawless else 1)


def _numbers(path: Path | None) -> tuple[str, ...]:
    if path is None:
        return ()
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"--numbers: cannot read {path}: {error}. Give a UTF-8 file with one"
            " number a line."
        ) from error
    found = tuple(text for line in lines if (text := line.strip()))
    if not found:
        raise ConfigError(f"--numbers: {path} holds no number. Write one a line.")
    return found


def table(report: Report, *, watched: bool) -> Table:
    shown = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    shown.add_column(no_wrap=True)
    shown.add_column(justify="right", no_wrap=True)
    shown.add_column(style="dim")
    shown.add_row("Calls", f"{report.calls:,}", "")
    if watched:
        _add_cards(shown, report)
    for label, count, why in (
        ("Refused", report.refused, "the service called an event wrong"),
        ("Given up", report.given_up, "the service did not answer"),
        ("Sent again", report.retried, "the service was busy, then took it"),
    ):
        if count:
            shown.add_row(label, f"{count:,}", why)
    verdict = (
        "[green]flawless[/green]" if report.flawless else "[red]not flawless[/red]"
    )
    shown.add_row("Verdict", verdict, "")
    return shown


def _add_cards(shown: Table, report: Report) -> None:
    shown.add_row("Rings", f"{report.rings:,}", "agents at whom a call rang")
    shown.add_row("Shown", f"{report.popped:,}", "cards that reached their desk")
    for label, count, why in (
        ("Lost", report.lost, "rang, but no card came"),
        ("Twice", report.duplicated, "cards more than rings"),
        ("Stray", report.stray, "cards of calls that rang elsewhere"),
    ):
        style = "[red]" if count else ""
        shown.add_row(label, f"{style}{count:,}", why)
    for name, value in report.ring_to_pop_ms.items():
        shown.add_row(f"Ring to card, {name}", f"{value:,.1f} ms", "")
