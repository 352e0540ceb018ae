"""Each type of a key with each type of a column: one that is equal finds its rows."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Mapping
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from screenpop.connector import ConnectorContext, Row, Scalar, Unavailable
from screenpop_connectors.sql import SqlConnector

ROWS = [{"open": 150}]
FAILS = "fails"
UUID = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"
OTHER_UUID = "b0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"

NUMBERS = {
    "smallint": ("41", "42"),
    "bigint": ("41", "42"),
    "numeric": ("41", "42"),
    "numeric(10,2)": ("41", "42"),
    "numeric(12,4)": ("41", "42"),
    "real": ("41", "42"),
    "double precision": ("41", "42"),
}
TEXTS = {
    "text": ("41", "42"),
    "varchar(9)": ("41", "42"),
    "char(9)": ("41", "42"),
}
DECIMAL_TEXTS = {f"text {t}": (t, "42") for t in ("41.0", "41.00", "41.0000")}
FRACTIONS = {
    "numeric(10,2) ½": ("41.50", "42"),
    "numeric(10,1) ½": ("41.5", "42"),
    "double precision ½": ("41.5", "42"),
    "text ½": ("41.5", "42"),
    "char(9) ½": ("41.5", "42"),
    "text ½0": ("41.50", "42"),
}
FLAGS = {
    "boolean": ("true", "false"),
    "integer 1": ("1", "0"),
    "numeric(3,1) 1": ("1", "0"),
    "text true": ("true", "false"),
    "text t": ("t", "f"),
    "text 1": ("1", "0"),
}
UUIDS = {
    "uuid": (UUID, OTHER_UUID),
    "text u": (UUID, OTHER_UUID),
    "char(36)": (UUID, OTHER_UUID),
    "text U": (UUID.upper(), OTHER_UUID.upper()),
    "char(32)": (UUID.replace("-", ""), OTHER_UUID.replace("-", "")),
}
KINDS = NUMBERS | TEXTS | DECIMAL_TEXTS | FRACTIONS | FLAGS | UUIDS
PLACES = {kind: f"t{place}" for place, kind in enumerate(KINDS)}

Pair = tuple[str, str]


def pairs(*groups: tuple[dict[str, Pair], dict[str, Pair]]) -> list[Pair]:
    return [
        (key, column) for keys, columns in groups for key in keys for column in columns
    ]


EQUAL = pairs(
    (NUMBERS, NUMBERS | TEXTS | DECIMAL_TEXTS),
    (TEXTS, NUMBERS | TEXTS),
    (DECIMAL_TEXTS, NUMBERS),
    (UUIDS, UUIDS),
) + [
    (key, column)
    for key in FRACTIONS
    for column in FRACTIONS
    if not ("½" in key + column and key[:1] in "tc" and column[:1] in "tc")
]
POSTGRESQL_FLAGS = [("boolean", column) for column in FLAGS] + [
    (column, "boolean") for column in FLAGS
]
UNLIKE = [
    *pairs((UUIDS, NUMBERS), (NUMBERS, {"uuid": UUIDS["uuid"]})),
    *pairs((TEXTS, {"uuid": UUIDS["uuid"], "boolean": FLAGS["boolean"]})),
    ("numeric(10,2) ½", "bigint"),
    ("boolean", "uuid"),
]
DIFFERENT = [
    *pairs((TEXTS, DECIMAL_TEXTS)),
    ("text ½", "text ½0"),
    ("text t", "text true"),
]


def declared(kind: str) -> str:
    """The type in SQL: `text` of `text 41.0`, `double precision` of itself."""
    kind = kind.removesuffix(" ½").removesuffix(" ½0")
    return kind if kind == "double precision" else kind.split(" ")[0]


def script() -> list[str]:
    made = []
    for kind, (first, second) in KINDS.items():
        table, column = PLACES[kind], declared(kind)
        made += [
            f"drop table if exists {table}",
            f"create table {table} (key {column}, open integer)",
            f"create index {table}_key on {table} (key)",
            f"insert into {table} values ('{first}', 150), ('{second}', 7)",
        ]
    return made


@pytest.fixture(scope="module")
def sqlite_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("sqlite") / "erp.sqlite"
    with sqlite3.connect(path) as database:
        database.executescript(";".join(script()))
    return f"sqlite:///{path}"


@pytest.fixture
async def postgresql_url(postgresql: str) -> str:
    engine = create_async_engine(postgresql.replace("://", "+asyncpg://"))
    async with engine.begin() as connection:
        made = await connection.execute(sa.text("select to_regclass('pairs_made')"))
        if made.scalar() is None:
            for statement in [*script(), "create table pairs_made ()"]:
                await connection.execute(sa.text(statement))
    await engine.dispose()
    return postgresql


def connector(folder: Path, url: str, contacts: str | None = None) -> SqlConnector:
    keys: dict[str, object] = {"url": url}
    if contacts:
        keys["contacts"] = {"query": contacts}
    context = ConnectorContext(source="erp", folder=folder, log=logging.getLogger())
    return SqlConnector(SqlConnector.source_options.model_validate(keys), context)


async def ask(sql: SqlConnector, query: str, params: Mapping[str, Scalar]) -> list[Row]:
    options = SqlConnector.lookup_options.model_validate({"query": query})
    return list(await sql.lookup("asked", options).fetch(params))


async def key_of(sql: SqlConnector) -> Scalar:
    """What a lookup is asked with for the only contact."""
    contacts = sql.contacts()
    assert contacts is not None
    (contact,) = [contact async for contact in contacts]
    return contact.key if contact.key_as_read is None else contact.key_as_read


async def found(url: str, folder: Path, key: str, column: str) -> object:
    """What the key of the first customer finds; `FAILS` when it says why not."""
    contacts = (
        f"select key, 'A' as name, '020' as phone from {PLACES[key]} where open > 99"
    )
    sql = connector(folder, url, contacts)
    try:
        return await asked(sql, column, await key_of(sql))
    finally:
        await sql.close()


async def asked(sql: SqlConnector, column: str, key: Scalar) -> object:
    query = f"select open from {PLACES[column]} where key = :customer.key"
    try:
        return await ask(sql, query, {"customer.key": key})
    except Unavailable as error:
        of_its_type = error.brief == "keeps its customers under keys of another type"
        return FAILS if of_its_type and not error.blames_source else str(error)


@pytest.mark.parametrize(("key", "column"), EQUAL)
async def test_a_key_of_sqlite_finds_the_rows_of_an_equal_key(
    key: str, column: str, sqlite_url: str, tmp_path: Path
) -> None:
    assert await found(sqlite_url, tmp_path, key, column) == ROWS


@pytest.mark.parametrize(("key", "column"), EQUAL + POSTGRESQL_FLAGS)
async def test_a_key_of_postgresql_finds_the_rows_of_an_equal_key(
    key: str, column: str, postgresql_url: str, tmp_path: Path
) -> None:
    assert await found(postgresql_url, tmp_path, key, column) == ROWS


@pytest.mark.parametrize(("key", "column"), UNLIKE)
async def test_a_key_that_postgresql_cannot_compare_is_a_failure(
    key: str, column: str, postgresql_url: str, tmp_path: Path
) -> None:
    assert await found(postgresql_url, tmp_path, key, column) == FAILS


@pytest.mark.parametrize("server", ["sqlite", "postgresql"])
@pytest.mark.parametrize(("key", "column"), DIFFERENT)
async def test_two_texts_are_one_key_only_by_their_characters(
    server: str,
    key: str,
    column: str,
    sqlite_url: str,
    postgresql_url: str,
    tmp_path: Path,
) -> None:
    url = sqlite_url if server == "sqlite" else postgresql_url
    assert await found(url, tmp_path, key, column) == []


@pytest.mark.parametrize("server", ["sqlite", "postgresql"])
async def test_what_may_be_a_decimal_or_a_text_is_a_failure_if_that_matters(
    server: str, sqlite_url: str, postgresql_url: str, tmp_path: Path
) -> None:
    """A text `41.00` and the amount 41.00 of another lookup look alike."""
    sql = connector(tmp_path, sqlite_url if server == "sqlite" else postgresql_url)
    assert await asked(sql, "text 41.00", "41.00") == ROWS
    assert await asked(sql, "text", "41.00") == FAILS
    assert await asked(sql, "text", "43.00") == []
    typed_in = f"select open from {PLACES['text']} where key = :ivr.account"
    assert await ask(sql, typed_in, {"ivr.account": "41.00"}) == []
    await sql.close()


@pytest.mark.parametrize("zeros", ["041", "0041"])
async def test_leading_zeros_make_another_text(
    zeros: str, sqlite_url: str, postgresql_url: str, tmp_path: Path
) -> None:
    for url in (sqlite_url, postgresql_url):
        sql = connector(tmp_path, url)
        assert await asked(sql, "text", zeros) == []
        await sql.close()


async def test_an_index_of_postgresql_serves_all_spellings(
    postgresql_url: str,
) -> None:
    engine = create_async_engine(postgresql_url.replace("://", "+asyncpg://"))
    async with engine.begin() as connection:
        await connection.execute(sa.text("set local enable_seqscan = off"))
        plan = await connection.execute(
            sa.text(
                f"explain select open from {PLACES['text']}"
                " where key in ('41', '41.0', '41.00')"
            )
        )
        assert f"{PLACES['text']}_key" in "".join(plan.scalars())
    await engine.dispose()
