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
) -> None:
    """Tell everything that is wrong in a file: place, key, sentence, remedy.

    Nothing is connected to and nothing is written. Exit code 1 when there is a
    problem, 0 when the service can run with it.
    """
    examined = examine(file)
    checked = checked_whole(examined)
    config = examined.loaded.config if examined.loaded else None
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
