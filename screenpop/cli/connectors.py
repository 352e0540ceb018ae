"""Which connectors are installed, and which keys does each understand?"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Annotated, TypeAlias

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from screenpop.connector.keys import Key, keys_of
from screenpop.connector.registry import Registry
from screenpop.domain.errors import ConfigError

Described: TypeAlias = dict[str, str | list[dict[str, str | bool]]]


def register(app: typer.Typer) -> None:
    app.command("connectors", epilog="Example: screenpop connectors sql")(connectors)


def connectors(
    name: Annotated[
        str | None, typer.Argument(help="Show this connector's keys and an example.")
    ] = None,
    json_wanted: Annotated[
        bool, typer.Option("--json", help="Print JSON instead of tables.")
    ] = False,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Print tables for the documentation.")
    ] = False,
) -> None:
    """List the installed connectors, or show one with its keys and an example."""
    registry = Registry()
    described = [_described(registry, each) for each in _wanted(registry, name)]
    if json_wanted:
        typer.echo(json.dumps(described, ensure_ascii=False, indent=2))
    elif markdown:
        typer.echo("\n".join(_markdown(registry, _wanted(registry, name))))
    elif name is None:
        _list(described)
    else:
        _show(registry, name, described[0])


def _wanted(registry: Registry, name: str | None) -> Sequence[str]:
    """All names; or the one, which raises `ConfigError` when it cannot be used."""
    if name is None:
        return registry.names()
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


def _markdown(registry: Registry, names: Sequence[str]) -> Iterator[str]:
    """The tables in docs/connectors.md, which a test compares."""
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
