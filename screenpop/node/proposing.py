"""What tables does a database have, and does a proposed configuration work with it?"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, MetaData, Table, inspect, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine

from screenpop.config.load import Loaded
from screenpop.config.prepare import prepare
from screenpop.config.proposal import Link, TableSeen
from screenpop.connector.registry import Registry
from screenpop.domain.errors import ConfigError, Unavailable
from screenpop.lookup.number_loading import keys_of_contact
from screenpop.lookup.number_shelf import EXACTLY
from screenpop.lookup.refreshing import given

TABLES_MAX = 2_000
KINDS_MAX = 50
_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgresql": "postgresql+asyncpg",
    "mysql": "mysql+asyncmy",
    "mariadb": "mysql+asyncmy",
}


def address(text: str, folder: Path) -> URL:
    """With the driver that this service uses; raises `ConfigError`.

    A SQLite file is opened for reading only, relative to `folder`.
    """
    try:
        url = make_url(text)
    except ArgumentError as error:
        raise ConfigError(
            "--url: it is not a valid address. Write e.g. sqlite:///crm.sqlite or"
            " postgresql://user@host/database."
        ) from error
    if url.get_backend_name() == "sqlite":
        file = folder / (url.database or "")
        if not file.is_file():
            raise ConfigError(f"--url: cannot read {file}: no such file. Correct it.")
        read_only = {"mode": "ro", "uri": "true"}
        name = f"file:{quote(str(file.absolute()))}"
        return URL.create("sqlite+aiosqlite", database=name, query=read_only)
    driver = _DRIVERS.get(url.drivername)
    return url if driver is None else url.set(drivername=driver)


async def tables_of(url: URL) -> list[TableSeen]:
    """All tables with their columns and references; raises `Unavailable`."""
    engine = create_async_engine(url)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(_seen)
    except (SQLAlchemyError, OSError, ImportError) as error:
        shown = url.render_as_string(hide_password=True)
        raise Unavailable(
            f"cannot look at the tables of {shown}: {type(error).__name__}: {error}."
            " Check the address, the user and the driver."
        ) from error
    finally:
        await engine.dispose()


def _seen(connection: Connection) -> list[TableSeen]:
    found, look = [], inspect(connection)
    for name in look.get_table_names()[:TABLES_MAX]:
        columns = tuple(column["name"] for column in look.get_columns(name))
        links = tuple(
            Link(column=own, table=each["referred_table"], other=other)
            for each in look.get_foreign_keys(name)
            for own, other in zip(
                each["constrained_columns"], each["referred_columns"], strict=False
            )
        )
        key = tuple(look.get_pk_constraint(name)["constrained_columns"])
        kinds = _kinds(connection, name) if {"type", "value"} <= {*columns} else ()
        found.append(
            TableSeen(name=name, columns=columns, key=key, links=links, kinds=kinds)
        )
    return found


def _kinds(connection: Connection, name: str) -> tuple[str, ...]:
    table = Table(name, MetaData(), autoload_with=connection)
    kind = table.c["type"]
    rows = connection.execute(select(kind).distinct().limit(KINDS_MAX)).scalars()
    return tuple(sorted(str(row) for row in rows if row is not None))


async def first_number(loaded: Loaded, source: str) -> str | None:
    """In E.164, of the first customer who has one. Raises `Unavailable`."""
    connector = prepare(loaded, Registry().find).connectors[source]
    await connector.open()
    try:
        async for batch in given(connector, connector.first_contacts_since):
            for contact in batch.contacts:
                for key in keys_of_contact(
                    contact.numbers, contact.country, loaded.config.server.country
                ):
                    if key.startswith(EXACTLY):
                        return key.removeprefix(EXACTLY)
        return None
    finally:
        await connector.close()
