"""Which telephone systems do we understand, how well, and what do they need?"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Annotated

import typer

from screenpop.intake.cases import run_vectors
from screenpop.intake.dialect import Dialect, dialect_names, load_dialect
from screenpop.intake.settings import COMMON_SETTINGS, Setting
from screenpop.intake.streams.registry import (
    StreamDialect,
    stream_dialect,
    stream_dialects,
)


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

    With --test the exit code is 1 when a vector does not hold, and when the dialect
    that is named has none.
    """
    stream = stream_dialect(name) if name else None
    if stream is not None:
        _show_stream(stream, test, json_wanted)
        return
    chosen = [load_dialect(each) for each in ([name] if name else dialect_names())]
    if test:
        holds = _tested(chosen, json_wanted)
        if name and not _has_tests(chosen[0]):
            typer.echo(
                f"{chosen[0].file}: tests: is missing, so nothing was tested. Add a"
                " case with `requests` and `expect`; see docs/dialects.md, section 7.",
                err=True,
            )
            holds = False
        raise typer.Exit(0 if holds else 1)
    if json_wanted:
        told = [_data(each) for each in chosen]
        if not name:
            told += [_stream_data(each) for each in stream_dialects()]
        typer.echo(json.dumps(told, indent=2))
    elif name:
        typer.echo("\n".join(_page(chosen[0])))
    else:
        _list(chosen, stream_dialects())


def _list(chosen: list[Dialect], streams: Sequence[StreamDialect]) -> None:
    names = [each.name for each in chosen] + [each.name for each in streams]
    width = max(map(len, names))
    rows: list[tuple[Dialect | StreamDialect, str]] = []
    rows += [(each, "webhook") for each in chosen]
    rows += [(each, "stream") for each in streams]
    for each, way in sorted(rows, key=lambda row: row[0].name):
        typer.echo(f"{each.name:{width}}  {way:7}  {each.status:10}  {each.title}")


def _show_stream(stream: StreamDialect, test: bool, json_wanted: bool) -> None:
    if test:
        typer.echo(f"{stream.name} is a live stream: it has no requests to test.")
    elif json_wanted:
        typer.echo(json.dumps([_stream_data(stream)], indent=2))
    else:
        typer.echo("\n".join(_stream_page(stream)))


def _stream_page(stream: StreamDialect) -> list[str]:
    lines = [f"{stream.name}: {stream.title}", f"status: {stream.status}", ""]
    lines += [f"  - {fact}" for fact in stream.facts]
    lines += ["", "settings:"]
    lines += [f"  {_setting(each)}" for each in stream.settings.values()]
    if stream.paste:
        lines += ["", "on the other side:"]
        lines += [f"  {line}" for line in stream.paste.rstrip().splitlines()]
    return lines


def _tested(chosen: list[Dialect], json_wanted: bool) -> bool:
    results = [(each, result) for each in chosen for result in run_vectors(each)]
    failed = [pair for pair in results if pair[1].problems]
    silent = [each.name for each in chosen if not _has_tests(each)]
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


def _has_tests(dialect: Dialect) -> bool:
    return dialect.tests is not None and bool(dialect.tests.elements())


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


def _stream_data(stream: StreamDialect) -> dict[str, object]:
    return {
        "name": stream.name,
        "way": "stream",
        "title": stream.title,
        "status": stream.status,
        "facts": list(stream.facts),
        "settings": _settings_data(stream.settings),
        "paste": stream.paste,
    }


def _settings_data(settings: Mapping[str, Setting]) -> dict[str, object]:
    return {
        each.name: {"type": each.type, "help": each.help, "secret": each.secret}
        for each in settings.values()
    }


def _data(dialect: Dialect) -> dict[str, object]:
    return {
        "name": dialect.name,
        "way": "webhook",
        "title": dialect.title,
        "status": dialect.status,
        "facts": list(dialect.facts),
        "settings": _settings_data(dialect.settings),
        "schemes": [
            {"name": e.name, "setting": e.secret, "not_covered": e.not_covered}
            for e in dialect.schemes
        ],
        "paste": dialect.paste,
    }
