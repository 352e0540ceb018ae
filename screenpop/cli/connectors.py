"""Which connectors are installed, and which keys does each understand?"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import Annotated, TypeAlias

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from screenpop.connector.keys import Key, keys_of
from screenpop.connector.presets import Preset, Presets
from screenpop.connector.registry import Registry
from screenpop.domain.errors import ConfigError

Described: TypeAlias = dict[str, str | list[dict[str, str | bool]]]


def register(app: typer.Typer) -> None:
    epilog = "Example: screenpop connectors salesforce --example > screenpop.yaml"
    app.command("connectors", epilog=epilog)(connectors)


def connectors(
    name: Annotated[
        str | None,
        typer.Argument(help="Show this connector's keys, or this system's preset."),
    ] = None,
    example: Annotated[
        bool,
        typer.Option("--example", help="Print only its configuration, to fill in."),
    ] = False,
    json_wanted: Annotated[
        bool, typer.Option("--json", help="Print JSON instead of tables.")
    ] = False,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Print tables for the documentation.")
    ] = False,
) -> None:
    """List connectors and presets, or show one with its keys and an example."""
    registry, presets = Registry(), Presets()
    if name in presets.names():
        _show_preset(presets.find(name), example=example, json_wanted=json_wanted)
        return
    if example and name is not None:
        typer.echo(registry.find(name).example.rstrip())
        return
    described = [_described(registry, each) for each in _wanted(registry, name)]
    if json_wanted:
        typer.echo(json.dumps(described, ensure_ascii=False, indent=2))
    elif markdown:
        typer.echo(key_tables(registry, _wanted(registry, name)))
    elif name is None:
        _list(described)
        _list_presets(presets)
    else:
        _show(registry, name, described[0])


def _wanted(registry: Registry, name: str | None) -> Sequence[str]:
    """All names; or the one, which raises `ConfigError` when it cannot be used."""
    if name is None:
        return registry.names()
    if name not in registry.names():
        near = get_close_matches(name, Presets().names(), n=1)
        if near and not get_close_matches(name, registry.names(), n=1):
            raise ConfigError(f"no preset is called {name}. Did you mean {near[0]}?")
    registry.find(name)
    return (name,)


def _described(registry: Registry, name: str) -> Described:
    try:
        kind = registry.find(name)
    except ConfigError as error:
        return {"name": name, "error": str(error)}
    return {
        "name": name,
        "origin": registry.origin(name),
        "summary": _summary(kind.__doc__),
        "source": [_as_json(key) for key in keys_of(kind.source_options)],
        "lookup": [_as_json(key) for key in keys_of(kind.lookup_options)],
        "example": kind.example,
    }


def _as_json(key: Key) -> dict[str, str | bool]:
    return {
        "key": key.name,
        "type": key.type,
        "required": key.required,
        "default": key.default,
        "help": key.help,
    }


def _list(described: Sequence[Described]) -> None:
    table = Table(box=None, pad_edge=False)
    for heading in ("connector", "from", "what it connects"):
        table.add_column(heading, overflow="fold")
    for each in described:
        cells = (each["name"], each.get("origin", ""), each.get("summary"))
        said = cells[2] or each.get("error", "")
        table.add_row(*(escape(str(cell)) for cell in (*cells[:2], said)))
    Console().print(table)
    typer.echo("\nKeys and an example: screenpop connectors NAME")


def _list_presets(presets: Presets) -> None:
    table = Table(box=None, pad_edge=False)
    for heading in ("preset", "rests on", "what it connects"):
        table.add_column(heading, overflow="fold")
    for preset in map(presets.find, presets.names()):
        cells = (preset.name, preset.rests_on, preset.summary)
        table.add_row(*map(escape, cells))
    typer.echo("")
    Console().print(table)
    typer.echo("\nA configuration to fill in: screenpop connectors PRESET --example")


def _show_preset(preset: Preset, *, example: bool, json_wanted: bool) -> None:
    if json_wanted:
        typer.echo(preset.model_dump_json(indent=2))
        return
    if example:
        typer.echo(preset.example().rstrip())
        return
    typer.echo(f"{preset.title}\n{preset.summary}\n\n{preset.basis}")
    for heading, texts in (
        ("Read", preset.documents),
        ("Needs", preset.needs),
        ("To know", preset.notes),
    ):
        typer.echo(f"\n{heading}:")
        for text in texts:
            typer.echo(f"- {' '.join(text.split())}")
    typer.echo(
        "\nA configuration to fill in:"
        f" screenpop connectors {preset.name} --example > screenpop.yaml"
    )


def _show(registry: Registry, name: str, described: Described) -> None:
    kind = registry.find(name)
    typer.echo(f"{name} ({described['origin']})\n{described['summary']}\n")
    for place, model in (
        (f"under sources.NAME, next to `connector: {name}`", kind.source_options),
        ("under lookups.NAME, next to `source` and `facet`", kind.lookup_options),
    ):
        typer.echo(f"Keys {place}:")
        Console().print(_table(keys_of(model)))
        typer.echo("")
    if kind.example:
        typer.echo(f"Example:\n\n{kind.example.rstrip()}")


def _table(keys: Sequence[Key]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("key", "type", "default", "meaning"):
        table.add_column(heading, overflow="fold")
    for key in keys:
        default = "required" if key.required else key.default
        table.add_row(
            *(escape(text) for text in (key.name, key.type, default, key.help))
        )
    return table


def key_tables(registry: Registry, names: Sequence[str]) -> str:
    """The key tables in docs/connectors/, which scripts/gen-docs fills in."""
    return "\n".join(_table_lines(registry, names))


def _table_lines(registry: Registry, names: Sequence[str]) -> Iterator[str]:
    for name in names:
        kind = registry.find(name)
        for place, model in (
            ("source", kind.source_options),
            ("lookup", kind.lookup_options),
        ):
            yield f"#### `{name}`: keys of a {place}\n"
            yield "| key | type | default | meaning |\n| --- | --- | --- | --- |"
            for key in keys_of(model):
                default = "required" if key.required else _code(key.default)
                cells = (_code(key.name), key.type, default, " ".join(key.help.split()))
                yield f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"
            yield ""


def _code(text: str) -> str:
    return f"`{text}`" if text else ""


def _summary(text: str | None) -> str:
    return (text or "").strip().partition("\n")[0]
