"""Is the database of this version, who brings it up to date, and who counts again?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from screenpop.history import migrate
from screenpop.history.engine import Database

EXAMPLE = "Example: screenpop db upgrade --config screenpop.yaml"


REBUILD_EXAMPLE = "Example: screenpop db rebuild-stats --config screenpop.yaml"


def register(app: typer.Typer) -> None:
    group = typer.Typer(
        help="Bring the database up to date, count its calls again.",
        epilog=EXAMPLE,
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    group.callback()(_group)
    group.command("upgrade", epilog=EXAMPLE)(upgrade)
    group.command("rebuild-stats", epilog=REBUILD_EXAMPLE)(rebuild_stats)
    app.add_typer(group, name="db")


def upgrade(
    config: Annotated[Path, typer.Option("--config", help="The configuration.")],
    incompatible: Annotated[
        bool,
        typer.Option(
            "--incompatible",
            help="Also steps that running nodes cannot work with.",
        ),
    ] = False,
) -> None:
    """Bring the store's tables to this version; make a backup first.

    Nodes on PostgreSQL may go on running: where a step does not allow it, the command
    ends with an error before it changes anything. Stop a service on SQLite before.
    Running it twice changes nothing.
    """
    place, before, after = asyncio.run(_upgrade(config, incompatible))
    if before == after:
        typer.echo(f"{place}: schema {after} already")
    else:
        typer.echo(f"{place}: schema {after}, was {before or 'empty'}")


async def _upgrade(config: Path, incompatible: bool) -> tuple[str, str | None, str]:
    database = database_of(config)
    await database.open()
    try:
        return database.place, *(
            await migrate.upgrade(database, incompatible=incompatible)
        )
    finally:
        await database.close()


def rebuild_stats(
    config: Annotated[Path, typer.Option("--config", help="The configuration.")],
) -> None:
    """Count the stored calls again, by the counting rules of the configuration.

    Stop the service before. Calls that are no longer stored stay as they were
    counted, and so does occupancy: it is made of the states of agents, which are
    not stored. It may be stopped and run again.
    """
    calls = asyncio.run(_rebuild_stats(config))
    typer.echo(f"{calls} calls counted again")
    typer.echo("Occupancy stays as it was: the states of agents are not stored.")


async def _rebuild_stats(config: Path) -> int:
    from screenpop.config.load import load_config
    from screenpop.config.teams import members
    from screenpop.history.recount import recount
    from screenpop.node.parts import call_limits, counting_rules, recall_settings

    found = load_config(config).config
    recall = recall_settings(found)
    calls = 0
    async with opened_store(config) as database:
        counting = recount(
            database,
            counting_rules(found),
            call_limits(found),
            ZoneInfo(found.server.time_zone),
            recall=recall.rules,
            recall_days=recall.days,
            team_of=members(found.teams),
        )
        async for calls in counting:
            typer.echo(f"\r{calls} calls …", nl=False, err=True)
    return calls


def _group() -> None:
    """Its own text of help is that of the group."""


def database_of(file: Path) -> Database:
    """The store that a file names, not open. Raises `ConfigError`."""
    from screenpop.config.load import load_config
    from screenpop.history.engine import sqlite_url
    from screenpop.support.log import protect

    loaded = load_config(file)
    protect(loaded.secrets)
    url = loaded.config.store.url
    if url is not None:
        return Database(url.get_secret_value())
    folder = loaded.folder / loaded.config.server.data_dir
    return Database(sqlite_url(folder / "store.sqlite"))


@asynccontextmanager
async def opened_store(file: Path) -> AsyncIterator[Database]:
    """The store with its schema of this version; raises as `migrate.ensure` does."""
    database = database_of(file)
    await database.open()
    try:
        await migrate.ensure(database, str(file))
        yield database
    finally:
        await database.close()
