"""Which numbers of the sources are shared, cannot be read, or are in two sources?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from screenpop.config.load import Loaded
    from screenpop.lookup.number_report import IndexReport, SharedNumber, SourceNumbers

EXAMPLE = "Example: screenpop index report --config screenpop.yaml"


def register(app: typer.Typer) -> None:
    group = typer.Typer(
        help="Look into the number index.",
        epilog=EXAMPLE,
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    group.callback()(_group)
    group.command("report", epilog=EXAMPLE)(report)
    app.add_typer(group, name="index")


def _group() -> None:
    pass


def report(
    config: Annotated[Path, typer.Option("--config", help="The configuration.")],
    json_wanted: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Count the numbers of each source: shared, unreadable, found in two sources.

    Numbers are shortened, customers are named by their keys. The service may run.
    Exit code 1 when a source's part of the index cannot be read.
    """
    from screenpop.lookup.number_index import file_name
    from screenpop.lookup.number_report import report_of
    from screenpop.node.asking import load_checked
    from screenpop.node.parts import INDEX_FOLDER, data_dir_of, newest_folder

    loaded = load_checked(config)
    folder = newest_folder(data_dir_of(loaded), INDEX_FOLDER)
    found = report_of({name: folder / file_name(name) for name in _reading(loaded)})
    if json_wanted:
        whole = msgspec.to_builtins(found)
        typer.echo(json.dumps(whole, ensure_ascii=False, indent=2))
    else:
        _print(Console(highlight=False), found)
    if found.problems:
        raise typer.Exit(1)


def _reading(loaded: Loaded) -> list[str]:
    """The enabled sources whose contacts are read, in their order."""
    from screenpop.config.prepare import prepare
    from screenpop.connector.registry import Registry

    return list(prepare(loaded, Registry().find).with_contacts)


def _print(console: Console, found: IndexReport) -> None:
    for source in found.sources:
        console.print(Text(source.source, style="bold"))
        for line in _lines(source):
            console.print(f"  {line}", markup=False)
        _print_shared(console, source.numbers.most_shared)
    for collision in found.collisions:
        one, other = collision.sources
        console.print(Text(f"{one} and {other}", style="bold"))
        console.print(f"  {collision.numbers:,} numbers are in both")
        _print_shared(console, collision.examples)
    for name, why in found.problems.items():
        console.print(Text(f"{name}: {why}", style="red"))


def _lines(source: SourceNumbers) -> Iterator[str]:
    numbers = source.numbers
    read = f"read {source.read_at}" if source.read_at else "not read to its end"
    yield f"{source.contacts:,} customers, {read}"
    yield (
        f"{numbers.exact:,} numbers, {numbers.probable:,} probable ones,"
        f" {numbers.by_last_digits:,} old ones by their last digits,"
        f" {numbers.main_numbers:,} main numbers"
    )
    if source.left_out:
        rows = ", ".join(f"{n:,} {why}" for why, n in source.left_out.items())
        yield f"left out: {rows}"
    for sentence in source.examples:
        yield f"not readable: {sentence}"
    yield (
        f"{numbers.shared:,} numbers have several customers,"
        f" {numbers.shared_main:,} of them are main numbers with extensions"
    )


def _print_shared(console: Console, shared: tuple[SharedNumber, ...]) -> None:
    if not shared:
        return
    table = Table("number", "customers", "what", "keys", box=None)
    for one in shared:
        more = " …" if one.customers > len(one.keys) else ""
        cells = (one.number, str(one.customers), one.of, ", ".join(one.keys) + more)
        table.add_row(*map(Text, cells))
    console.print(table)
