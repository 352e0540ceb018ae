"""Which version has the store's schema, and how is it upgraded?

A SQLite store is brought up to date when the service starts. A PostgreSQL store
only by `screenpop db upgrade`: its owner may want a backup first.
"""

from __future__ import annotations

import logging
import warnings
from pathlib import Path

from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import AsyncConnection

from screenpop.domain.errors import ConfigError
from screenpop.history.engine import Database

log = logging.getLogger(__name__)
# Its own words for each step say nothing to those who run the service.
logging.getLogger("alembic").setLevel(logging.WARNING)

HEAD = "0009"
"""The newest revision in `migrations/versions`; a test compares."""

_FOLDER = Path(__file__).parent / "migrations"
_LOCK = 0x53504F50  # of this program, among PostgreSQL's advisory locks


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


async def upgrade(database: Database) -> tuple[str | None, str]:
    """Bring the schema up to date; returns the revisions before and after."""
    async with database.write() as connection:
        if not database.is_sqlite:
            await connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
        before = await _revision(connection)
        if before is None or before < HEAD:
            await connection.run_sync(_run)
    return before, max(before or HEAD, HEAD)


def _run(connection: Connection) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        from alembic import command
        from alembic.config import Config

        settings = Config()
        settings.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
        settings.set_main_option("path_separator", "os")
        settings.attributes["connection"] = connection
        command.upgrade(settings, "head")


async def _revision(connection: AsyncConnection) -> str | None:
    has_table = await connection.run_sync(
        lambda sync: inspect(sync).has_table("alembic_version")
    )
    if not has_table:
        return None
    found = await connection.execute(text("SELECT version_num FROM alembic_version"))
    row = found.first()
    return str(row[0]) if row else None
