"""Does every store become one of this version, and does it say what it cannot do?"""

from __future__ import annotations

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

import screenpop.history.migrations
from screenpop.domain.errors import ConfigError
from screenpop.history import migrate
from screenpop.history.engine import Database
from screenpop.history.tables import metadata, schema_needs


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
        "script_location", next(iter(screenpop.history.migrations.__path__))
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


@pytest.mark.parametrize("needs", ["9998", None])
async def test_a_store_of_a_newer_version_is_refused(
    database: Database, needs: str | None
) -> None:
    await newer(database, needs)
    with pytest.raises(ConfigError, match="newer Screenpop"):
        await migrate.ensure(database)


async def test_a_newer_store_with_compatible_steps_only_is_used(
    database: Database,
) -> None:
    await newer(database, migrate.HEAD)
    await migrate.ensure(database)


async def newer(database: Database, needs: str | None) -> None:
    """As a version with further steps leaves it; `needs` is the last incompatible."""
    async with database.write() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num='9999'"))
        await connection.execute(schema_needs.delete())
        if needs is not None:
            await connection.execute(schema_needs.insert().values(revision=needs))


def test_every_step_says_whether_nodes_may_go_on() -> None:
    said = {step.revision: step.module.compatible for step in migrate._steps()}
    assert [x for x, compatible in said.items() if not compatible] == [
        "0002", "0004", "0006",
    ]  # fmt: skip


async def at_revision(database: Database, revision: str) -> None:
    """An empty store brought to an earlier revision only."""

    def upgrade(connection: Connection) -> None:
        settings = Config()
        settings.set_main_option("path_separator", "os")
        settings.set_main_option(
            "script_location", next(iter(screenpop.history.migrations.__path__))
        )
        settings.attributes["connection"] = connection
        command.upgrade(settings, revision)

    async with database.write() as connection:
        await connection.run_sync(upgrade)


LEG = (
    "INSERT INTO call_legs (line, call_id, agent, arrived_us, state, attempt)"
    " VALUES ('main', :call, :agent, 5, 'released', 1)"
)
USER = (
    "INSERT INTO users (username, name, role, agents, active, token_epoch,"
    " created_us, updated_us) VALUES (:user, :user, 'agent', :agents, true, 0, 1, 1)"
)


async def test_legs_of_an_older_store_get_the_person_of_then_where_there_is_a_trace(
    empty: Database,
) -> None:
    await at_revision(empty, "0001")
    async with empty.write() as connection:
        for user, agents in (("ana", '["4444"]'), ("ben", '["1004"]')):
            await connection.execute(text(USER), {"user": user, "agents": agents})
        legs = [("c-1", "1004"), ("c-2", "1004"), ("c-3", "9999")]
        for call, agent in legs:
            await connection.execute(text(LEG), {"call": call, "agent": agent})
        await connection.execute(
            text(
                "INSERT INTO receipts (line, call_id, action_id, username, agent,"
                " at_us) VALUES ('main', 'c-1', 'r', 'ana', '1004', 6)"
            )
        )
    assert await migrate.upgrade(empty) == ("0001", migrate.HEAD)
    async with empty.read() as connection:
        found = await connection.execute(
            text("SELECT call_id, agent, username FROM call_legs ORDER BY call_id")
        )
        assert [tuple(row) for row in found] == [
            ("c-1", "1004", "ana"),  # her card was there, though ben sits there now
            ("c-2", "1004", "ben"),
            ("c-3", "9999", ""),
        ]


async def test_users_and_tokens_of_the_first_schema_are_kept(empty: Database) -> None:
    await at_revision(empty, "0002")
    async with empty.write() as connection:
        await connection.execute(
            text(
                "INSERT INTO users (username, name, role, agents, active, token_epoch,"
                " created_us, updated_us) VALUES ('ana', 'Ana', 'agent', '[]', true, 3,"
                " 1, 1)"
            )
        )
        await connection.execute(
            text(
                "INSERT INTO api_tokens (token_id, username, label, secret_sha256,"
                " created_us) VALUES ('t', 'ana', 'x', 'y', 1)"
            )
        )
    assert await migrate.upgrade(empty) == ("0002", migrate.HEAD)
    async with empty.read() as connection:
        assert await connection.run_sync(differences) == []
        epoch = await connection.scalar(text("SELECT token_epoch FROM users"))
        expiry = await connection.scalar(text("SELECT expires_us FROM api_tokens"))
    assert (epoch, expiry) == (3, None)


async def test_calls_of_a_store_of_the_first_schema_are_still_there(
    empty: Database,
) -> None:
    def first(connection: Connection) -> None:
        command.upgrade(settings(connection), "0001")

    row = (
        "INSERT INTO dispositions (line, call_id, username, code, at_us{0})"
        " VALUES ('main', 'c-1', 'ana', 'sold', 7{1})"
    )
    async with empty.write() as connection:
        await connection.run_sync(first)
        await connection.execute(text(row.format("", "")))
    assert await migrate.upgrade(empty) == ("0001", migrate.HEAD)
    async with empty.write() as connection:
        await connection.execute(text(row.format(", occurrence", ", 9")))
        found = await connection.execute(
            text("SELECT call_id, occurrence FROM dispositions ORDER BY occurrence")
        )
        assert [tuple(each) for each in found] == [("c-1", 0), ("c-1", 9)]


def settings(connection: Connection) -> Config:
    found = Config()
    folder = next(iter(screenpop.history.migrations.__path__))
    found.set_main_option("script_location", folder)
    found.set_main_option("path_separator", "os")
    found.attributes["connection"] = connection
    return found
