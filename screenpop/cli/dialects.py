"""Which telephone systems do we understand, how well, and what do they need?"""

from __future__ import annotations

import json
from typing import Annotated

import typer

from screenpop.intake.dialect import Dialect, dialect_names, load_dialect
from screenpop.intake.settings import COMMON_SETTINGS, Setting
from screenpop.intake.vectors import run_vectors


def register(app: typer.Typer) -> None:
    app.command("dialects", epilog="Example: screenpop dialects zadarma --test")(
        dialects
    )


def dialects(
    name: Annotated[
        str | None, typer.Argument(help="A built-in dialect, or a YAML file of one.")
    ] = None,
    test: Annotated[
        bool, typer.Option("--test", help="Run the test vectors inside.")
    ] = False,
    json_wanted: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the dialects, or show one: settings, proof, what to paste, tests.

    With --test the exit code is 1 when a vector does not hold.
    """
    chosen = [load_dialect(each) for each in ([name] if name else dialect_names())]
    if test:
        raise typer.Exit(0 if _tested(chosen, json_wanted) else 1)
    if json_wanted:
        typer.echo(json.dumps([_data(each) for each in chosen], indent=2))
    elif name:
        typer.echo("\n".join(_page(chosen[0])))
    else:
        width = max(len(each.name) for each in chosen)
        for each in chosen:
            typer.echo(f"{each.name:{width}}  {each.status:10}  {each.title}")


def _tested(chosen: list[Dialect], json_wanted: bool) -> bool:
    results = [(each, result) for each in chosen for result in run_vectors(each)]
    failed = [pair for pair in results if pair[1].problems]
    silent = [each.name for each in chosen if each.tests is None]
    if json_wanted:
        told = [
            {"dialect": each.name, "test": r.name, "problems": list(r.problems)}
            for each, r in results
        ]
        typer.echo(json.dumps(told, indent=2))
    else:
        for each, result in failed:
            for problem in result.problems:
                typer.echo(f"{each.file}: {result.name}: {problem}")
        typer.echo(f"{len(results)} requests, {len(failed)} do not hold.")
        if silent:
            typer.echo(f"without tests: {', '.join(silent)}")
    return not failed


def _page(dialect: Dialect) -> list[str]:
    lines = [f"{dialect.name}: {dialect.title}", f"status: {dialect.status}", ""]
    lines += [f"  - {fact}" for fact in dialect.facts]
    lines += ["", "settings:"]
    own = [each for each in dialect.settings.values() if each not in COMMON_SETTINGS]
    lines += [f"  {_setting(each)}" for each in [*own, *COMMON_SETTINGS]]
    lines += ["", "proof (one of these, by the setting that is given):"]
    for scheme in dialect.schemes:
        lines.append(f"  {scheme.secret} ({scheme.name})")
        lines.append(f"    does not cover {scheme.not_covered}")
    if dialect.paste:
        lines += ["", "on the other side:"]
        lines += [f"  {line}" for line in dialect.paste.rstrip().splitlines()]
    return lines


def _setting(setting: Setting) -> str:
    kind = setting.type.replace("_", " ")
    needed = ", required" if setting.required else ""
    default = f" Default: {setting.default.splitlines()[0]}" if setting.default else ""
    return f"{setting.name} ({kind}{needed}): {setting.help}{default}"


def _data(dialect: Dialect) -> dict[str, object]:
    return {
        "name": dialect.name,
        "title": dialect.title,
        "status": dialect.status,
        "facts": list(dialect.facts),
        "settings": {
            each.name: {"type": each.type, "help": each.help, "secret": each.secret}
            for each in dialect.settings.values()
        },
        "schemes": [
            {"name": e.name, "setting": e.secret, "not_covered": e.not_covered}
            for e in dialect.schemes
        ],
        "paste": dialect.paste,
    }
