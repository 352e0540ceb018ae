"""Can the service run with this file?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from screenpop.cli import tell
from screenpop.config.check import Checked
from screenpop.config.facets import enabled_lookups
from screenpop.config.load import examine
from screenpop.config.model import Configuration
from screenpop.config.problems import ConfigProblems, as_json, listed
from screenpop.node.asking import checked_whole


def register(app: typer.Typer) -> None:
    app.command(
        "check-config",
        epilog="Example: screenpop check-config config/screenpop.minimal.yaml",
    )(check_config)


def check_config(
    file: Annotated[Path, typer.Argument(help="The configuration.")],
    json_wanted: Annotated[
        bool, typer.Option("--json", help="Print problems and counts as JSON.")
    ] = False,
    connect: Annotated[
        bool,
        typer.Option("--connect", help="Also reach the sources, prepare each query."),
    ] = False,
    number: Annotated[
        str | None,
        typer.Option("--number", help="With --connect: run the lookups for it, once."),
    ] = None,
) -> None:
    """Tell everything that is wrong in a file: place, key, sentence, remedy.

    Without --connect nothing is connected to. With it, each query is prepared and not
    run, and its columns are compared with those of its facet; nothing changes at a
    source. Exit code 1 when there is a problem, 0 when the service can run with it.
    """
    if number is not None and not connect:
        raise typer.BadParameter("goes with --connect.", param_hint="--number")
    examined = examine(file)
    checked = checked_whole(examined)
    config = examined.loaded.config if examined.loaded else None
    if connect and examined.loaded and not any(x.stops for x in checked.problems):
        from screenpop.cli.check_connected import check_connected

        check_connected(examined.loaded, checked, number, json_wanted=json_wanted)
        return
    if connect:
        note = "Nothing was connected to: correct these problems first."
        typer.echo(note, err=True)
    if json_wanted:
        typer.echo(json.dumps(_answer(checked, config), ensure_ascii=False, indent=2))
        raise typer.Exit(1 if checked.problems else 0)
    if checked.problems or config is None:
        tell(ConfigProblems(checked.problems), err=False)
        raise typer.Exit(1)
    typer.echo(f"{file}: no problem.")
    for line in _summary(checked, config):
        typer.echo(f"  {line}")


def _answer(checked: Checked, config: Configuration | None) -> dict[str, object]:
    """The same as an object: `ok`, `problems`, and what was looked at."""
    return {
        "ok": not checked.problems,
        "problems": as_json(checked.problems),
        "lines": list(config.lines) if config else [],
        "sources": list(config.sources) if config else [],
        "lookups": [list(step) for step in checked.steps],
    }


def _summary(checked: Checked, config: Configuration) -> list[str]:
    lines = [f"{name} ({line.dialect})" for name, line in config.lines.items()]
    sources = [
        f"{name} ({source.connector})" if source.enabled else f"{name} (switched off)"
        for name, source in config.sources.items()
    ]
    steps = [f"{number}. {listed(s)}" for number, s in enumerate(checked.steps, 1)]
    left_out = config.lookups.keys() - enabled_lookups(config).keys()
    agents = "; ".join(config.privacy.in_words())
    told = [
        ("lines", listed(lines)),
        ("sources", listed(sources)),
        ("lookups, step by step", "; ".join(steps)),
        ("lookups left out", listed(sorted(left_out))),
        ("agents", agents),
    ]
    return [f"{name}: {what}" for name, what in told if what] or ["nothing to do yet"]
