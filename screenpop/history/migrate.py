"""Which version has the store's schema, and how is it upgraded?

A SQLite store is brought up to date when the service starts. A PostgreSQL store
only by `screenpop db upgrade`: its owner may want a backup first.

A step is compatible when nodes of the version before it go on reading and writing
without an error and without anything being lost: each file in `migrations/versions`
says so by `compatible`. Only compatible steps run while nodes are connected. Each step
of PostgreSQL is a transaction that waits for a lock for a moment only, because all who
want the table queue behind it; then it lets go and tries again.
"""

from __future__ import annotations

import asyncio
import logging
import warnings
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, insert, inspect, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from screenpop.domain.errors import ConfigError, Unavailable
from screenpop.history.blame import sqlstate
from screenpop.history.engine import Database
from screenpop.history.tables import schema_needs

log = logging.getLogger(__name__)
# Its own words for each step say nothing to those who run the service.
logging.getLogger("alembic").setLevel(logging.WARNING)

HEAD = "0020"
"""The newest revision in `migrations/versions`; a test compares."""

_FOLDER = Path(__file__).parent / "migrations"
_LOCK = 0x53504F50  # of this program, among PostgreSQL's advisory locks
LOCK_TIMEOUT_MS = 1_000
LOCK_TRIES = 60
LOCK_PAUSE_S = 1.0  # those who waited behind a step go first
_NO_LOCK = "55P03"
_NODES = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND usename = current_user AND backend_type = 'client backend'"
    " AND NOT pid = ANY(:mine)"
)

Pause = Callable[[float], Awaitable[None]]


async def revision(database: Database) -> str | None:
    """The revision of the store's schema; None when it is empty."""
    async with database.read() as connection:
        return await _revision(connection)


async def ensure(
    database: Database, config_file: str = "FILE", *, upgrading: bool = True
) -> None:
    """Upgrade the schema, or raise `ConfigError` that says how to.

    Without `upgrading` nothing is written to a SQLite store either.
    """
    found = await revision(database)
    if found == HEAD:
        return
    if found is not None and found > HEAD:
        if await _is_compatible(database):
            log.warning(
                "the store %s was upgraded by a newer Screenpop (schema %s, this one"
                " knows %s); this version can work with it",
                database.place,
                found,
                HEAD,
            )
            return
        raise ConfigError(
            f"the store {database.place} was written by a newer Screenpop (schema"
            f" {found}, this one knows {HEAD}). Install that version again."
        )
    if not (database.is_sqlite and upgrading):
        raise ConfigError(
            f"the store {database.place} has schema {found or 'none'}, this version"
            f" needs {HEAD}. Run: screenpop db upgrade --config {config_file}"
        )
    await upgrade(database)
    log.info("the store %s has schema %s now", database.place, HEAD)


async def _is_compatible(database: Database) -> bool:
    """Did only compatible steps follow those that this version knows?"""
    async with database.read() as connection:
        needs = await connection.scalar(select(schema_needs.c.revision))
        return needs is not None and str(needs) <= HEAD


async def upgrade(
    database: Database, *, incompatible: bool = False, pause: Pause = asyncio.sleep
) -> tuple[str | None, str]:
    """Bring the schema up to date; returns the revisions before and after.

    Raises `ConfigError` when a step is needed that connected nodes cannot work with,
    unless `incompatible`; `Unavailable` when a table stays in use.
    """
    if database.is_sqlite:
        async with database.write() as connection:
            before = await _revision(connection)
            if before is None or before < HEAD:
                await connection.run_sync(_run, HEAD)
                await _note_needs(connection)
    else:
        before = await _upgrade_postgresql(database, incompatible, pause)
    return before, max(before or HEAD, HEAD)


async def _upgrade_postgresql(
    database: Database, incompatible: bool, pause: Pause
) -> str | None:
    guard, engine = database.patient(), database.patient("READ COMMITTED")
    try:
        async with guard.connect() as alone:
            await alone.execute(text(f"SELECT pg_advisory_lock({_LOCK})"))
            before = await _revision(alone)
            todo = [step for step in _steps() if step.revision > (before or "")]
            breaking = [step.revision for step in todo if not step.module.compatible]
            if before is not None and breaking and not incompatible:
                await _refuse_beside_nodes(database, alone, breaking)
            for step in todo:
                if getattr(step.module, "concurrent", False):
                    await alone.run_sync(_run, step.revision)
                else:
                    await _apply(engine, step.revision, pause)
            if todo:
                await _note_needs(alone)
    finally:
        await engine.dispose()
        await guard.dispose()
    return before


async def _refuse_beside_nodes(
    database: Database, alone: AsyncConnection, breaking: list[str]
) -> None:
    async with database.read() as other:  # whose pool may hold this one connection
        mine = [
            await connection.scalar(text("SELECT pg_backend_pid()"))
            for connection in (alone, other)
        ]
        connected = await alone.scalar(_NODES, {"mine": mine})
    if connected:
        raise ConfigError(
            f"{connected} connections of other processes are open at {database.place},"
            f" and the steps {', '.join(breaking)} change what running nodes use. Stop"
            " all nodes and run it again. If these are not nodes, add --incompatible."
        )


async def _note_needs(connection: AsyncConnection) -> None:
    needs = max(step.revision for step in _steps() if not step.module.compatible)
    await connection.execute(delete(schema_needs))
    await connection.execute(insert(schema_needs).values(revision=needs))


async def _apply(engine: AsyncEngine, revision: str, pause: Pause) -> None:
    """One step in one transaction, once no other holds what it needs for long."""
    for _ in range(LOCK_TRIES):
        try:
            async with engine.begin() as connection:
                await connection.execute(
                    text(f"SET LOCAL lock_timeout = {LOCK_TIMEOUT_MS}")
                )
                await connection.run_sync(_run, revision)
        except DBAPIError as error:
            if sqlstate(error) != _NO_LOCK:
                raise
            log.info("step %s waits: a table is in use", revision)
            await pause(LOCK_PAUSE_S)
        else:
            return
    raise Unavailable(
        f"step {revision} found a table in use {LOCK_TRIES} times. End the long"
        " transaction that holds it (pg_stat_activity, e.g. a dump), and run it again:"
        " the steps before it are done."
    )


def _settings() -> Any:
    from alembic.config import Config

    settings = Config()
    settings.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    settings.set_main_option("path_separator", "os")
    return settings


def _steps() -> list[Any]:
    """Alembic's scripts, oldest first."""
    from alembic.script import ScriptDirectory

    return list(ScriptDirectory.from_config(_settings()).walk_revisions())[::-1]


def _run(connection: Connection, revision: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        from alembic import command

        settings = _settings()
        settings.attributes["connection"] = connection
        command.upgrade(settings, revision)


async def _revision(connection: AsyncConnection) -> str | None:
    has_table = await connection.run_sync(
        lambda sync: inspect(sync).has_table("alembic_version")
    )
    if not has_table:
        return None
    found = await connection.execute(text("SELECT version_num FROM alembic_version"))
    row = found.first()
    return str(row[0]) if row else None
