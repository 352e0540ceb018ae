"""Does every store become one of this version, and does it say what it cannot do?"""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

import screenpop.store.migrations
from screenpop.domain.errors import ConfigError
from screenpop.store import migrate
from screenpop.store.engine import Database
from screenpop.store.tables import metadata


def differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(
        connection, opts={"compare_type": True, "compare_server_default": True}
    )
    return list(compare_metadata(context, metadata))


async def test_migrations_make_exactly_the_tables_of_the_code(empty: Database) -> None:
    assert await migrate.upgrade(empty) == (None, migrate.HEAD)
    async with empty.read() as connection:
        assert await connection.run_sync(differences) == []


async def test_upgrading_twice_changes_nothing(database: Database) -> None:
    assert await migrate.upgrade(database) == (migrate.HEAD, migrate.HEAD)
    assert await migrate.revision(database) == migrate.HEAD


def test_the_head_named_in_the_code_is_the_newest_migration() -> None:
    settings = Config()
    settings.set_main_option("path_separator", "os")
    settings.set_main_option(
        "script_location", next(iter(screenpop.store.migrations.__path__))
    )
    assert ScriptDirectory.from_config(settings).get_current_head() == migrate.HEAD


async def test_a_service_brings_a_sqlite_store_up_to_date_and_asks_for_a_postgresql_one(
    empty: Database,
) -> None:
    if empty.is_sqlite:
        await migrate.ensure(empty)
        assert await migrate.revision(empty) == migrate.HEAD
    else:
        with pytest.raises(
            ConfigError, match=r"screenpop db upgrade --config pop\.yaml"
        ):
            await migrate.ensure(empty, "pop.yaml")
        assert await migrate.revision(empty) is None
        await migrate.upgrade(empty)
    await migrate.ensure(empty)


async def test_a_store_of_a_newer_version_is_refused(database: Database) -> None:
    async with database.write() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num='9999'"))
    with pytest.raises(ConfigError, match="newer Screenpop"):
        await migrate.ensure(database)
