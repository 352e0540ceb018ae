"""Does the `sql` connector keep the contract, on SQLite, PostgreSQL and MariaDB?"""

import sqlite3
from collections.abc import Mapping
from pathlib import Path

import asyncpg
import pytest
from real_servers import MariaDB

from screenpop.connector import ConnectorContext, Scalar
from screenpop.connector.testing import ConnectorContract, Keys
from screenpop_connectors.sql import SqlConnector

SCHEMA = """
create table "Order Details" (id integer primary key, phone text, name text,
    account integer, balance numeric(12, 2), due date);
"""
ROWS = [
    (1, "+442079460958", "Ada", 4711, "12.50", "2026-10-01"),
    (2, "+442079460958", "Ben", 4712, "0.00", None),
    (3, "+4930231250", "Cyd", 4713, "99999.99", "2026-12-01"),
]
INSERT = 'insert into "Order Details" values ({})'
QUERY = """
    select id, name, balance, due, ':number' as "not a parameter" -- :neither
    from "Order Details" where phone = :number and account = :ivr.account;
"""
CONTACTS = {
    "query": """select id as key, name, phone, account, id as changed
        from "Order Details" where id >= :since order by changed""",
    "since": 0,
    "version": 'select count(*) from "Order Details"',
}


ORDERS = {
    "query": """select account as customer, 'o' || id as "order", '2026-10-01' as date,
        phone as item, 1 as quantity, balance as amount, id as changed
        from "Order Details" where id >= :since order by changed""",
    "since": 0,
}
ITEMS = {"query": 'select phone as key, name, balance as price from "Order Details"'}


class SqlContract(ConnectorContract):
    connector = SqlConnector

    @pytest.fixture
    def lookup(self) -> Keys:
        return {"query": QUERY}

    @pytest.fixture
    def params(self) -> Mapping[str, Scalar]:
        return {"number": "+442079460958", "ivr.account": "4711"}

    @pytest.fixture
    def lookup_with_unknown_parameter(self) -> Keys:
        return {"query": "select 1 where 'x' = :numbr"}


class TestSqlite(SqlContract):
    @pytest.fixture
    def context(self, tmp_path: Path) -> ConnectorContext:
        with sqlite3.connect(tmp_path / "crm.sqlite") as database:
            database.executescript(SCHEMA)
            database.executemany(INSERT.format("?, ?, ?, ?, ?, ?"), ROWS)
        database.close()
        return ConnectorContext(source="crm", folder=tmp_path)

    @pytest.fixture
    def source(self) -> Keys:
        return {
            "url": "sqlite:///crm.sqlite",
            "contacts": CONTACTS,
            "orders": ORDERS,
            "items": ITEMS,
        }

    @pytest.fixture
    def source_when_down(self) -> Keys:
        return {"url": "sqlite:///missing.sqlite"}


class TestPostgresql(SqlContract):
    @pytest.fixture
    async def source(self, postgresql: str) -> Keys:
        connection = await asyncpg.connect(postgresql)
        await connection.execute(f'drop table if exists "Order Details"; {SCHEMA}')
        insert = INSERT.format("$1, $2, $3, $4, $5::text::numeric, $6::text::date")
        await connection.executemany(insert, ROWS)
        await connection.close()
        return {
            "url": postgresql,
            "contacts": CONTACTS,
            "orders": ORDERS,
            "items": ITEMS,
            "connections_max": 3,
        }

    @pytest.fixture
    def source_when_down(self) -> Keys:
        return {"url": "postgresql://nobody:secret@127.0.0.1:1/none"}


def in_mysql(text: str) -> str:
    return text.replace(" as key", " as `key`").replace('"', "`")


class TestMariaDB(SqlContract):
    @pytest.fixture
    def source(self, mariadb: MariaDB) -> Keys:
        schema = SCHEMA.replace("phone text", "phone varchar(40)")
        values = ", ".join(
            "(" + ", ".join("null" if v is None else repr(v) for v in row) + ")"
            for row in ROWS
        )
        insert = INSERT.replace("({})", values)
        schema = schema.replace("create table", "create table if not exists")
        insert = insert.replace("insert", "insert ignore")
        mariadb.run(
            "create database if not exists crm; use crm;"
            f"{in_mysql(schema)} {in_mysql(insert)}"
        )
        orders = ORDERS | {"query": str(ORDERS["query"])}
        orders["query"] = str(orders["query"]).replace("'o' || id", "concat('o', id)")
        asked: dict[str, Mapping[str, object]] = {
            "contacts": CONTACTS,
            "orders": orders,
            "items": ITEMS,
        }
        return {
            "url": mariadb.url("crm"),
            "connections_max": 3,
            **{
                name: {
                    k: in_mysql(v) if isinstance(v, str) else v for k, v in of.items()
                }
                for name, of in asked.items()
            },
        }

    @pytest.fixture
    def source_when_down(self) -> Keys:
        return {"url": "mysql+asyncmy://nobody:secret@127.0.0.1:1/none"}

    @pytest.fixture
    def lookup(self) -> Keys:
        return {"query": in_mysql(QUERY)}
