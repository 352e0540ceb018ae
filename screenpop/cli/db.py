"""Is the database of this version, and who brings it up to date?"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from screenpop.cli.stored import database_of
from screenpop.history import migrate

EXAMPLE = "Example: screenpop db upgrade --config screenpop.yaml"


def register(app: typer.Typer) -> None:
    group = typer.Typer(
        help="Bring the database up to date.",
        epilog=EXAMPLE,
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    group.callback()(_group)
    group.command("upgrade", epilog=EXAMPLE)(upgrade)
    app.add_typer(group, name="db")


def upgrade(
    config: Annotated[Path, typer.Option("--config", help="The configuration.")],
) -> None:
    """Bring the store's tables to this version; make a backup first.

    Stop the service before. Running it twice changes nothing.
    """
    place, before, after = asyncio.run(_upgrade(config))
    if before == after:
        typer.echo(f"{place}: schema {after} already")
    else:
        typer.echo(f"{place}: schema {after}, was {before or 'empty'}")


async def _upgrade(config: Path) -> tuple[str, str | None, str]:
    database = database_of(config)
    await database.open()
    try:
        return database.place, *(await migrate.upgrade(database))
    finally:
        await database.close()


def _group() -> None:
    """Keeps `db` a group though it has one command."""
