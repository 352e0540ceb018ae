"""A PostgreSQL store is upgraded while nodes of the version before write to it."""

from __future__ import annotations

import asyncio
import os
import random
import secrets
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import pytest
from sqlalchemy import Column, MetaData, Table, func, select, text
from unit.history.postgres_server import binary, postgres
from unit.history.test_migrate import at_revision
from unit.history.test_rolled import (
    CONSUMER,
    LONDON,
    Writer,
    is_in_step,
    of_quarters,
    some_calls,
    stored,
)

from screenpop.domain.call import Call
from screenpop.domain.errors import ConfigError, Unavailable
from screenpop.history import migrate, tables
from screenpop.history.archive import MOVE_OFFSET, PUT_LIMIT
from screenpop.history.columns import LATER_AMOUNTS
from screenpop.history.counted import (
    ADD_COUNTS,
    ADD_ROLLED,
    COUNTS_OF,
    PUT_COUNTS,
)
from screenpop.history.engine import Database, OnlyIf, Put
from screenpop.history.kind_counted import ADD, TAKE_BACK
from screenpop.history.occupancy import ADD_TIMES, LOGS_BEFORE, LOGS_OF, PUT_LOG
from screenpop.history.person_keys import PersonKeys
from screenpop.history.statement import (
    StoredStatement,
    Value,
    adding,
    of_wanted,
    putting,
)
from screenpop.journal.key_tree import TreeId
from screenpop.journal.master_key import MasterKey
from screenpop.support.clock import SystemClock
from screenpop.support.tasks import TaskOwner

BEFORE = "0008"
WRITES = 40
SLOW_S = 5.0  # far below what a busy machine needs for a step, above a lock's time-out


def older(table: Table) -> Table:
    """The table without what `0016` added to it."""
    columns = [c for c in table.columns if c.name not in LATER_AMOUNTS]
    of = (Column(c.name, c.type, primary_key=c.primary_key) for c in columns)
    return Table(table.name, MetaData(), *of)


def places(table: Table) -> list[int]:
    """Where the columns of the older table are in a row of this one."""
    names = [column.name for column in table.columns]
    return [n for n, name in enumerate(names) if name not in LATER_AMOUNTS]


COUNTS, SUMS = older(tables.call_counts), older(tables.interval_counts)
OLDER_PUTS = {
    PUT_COUNTS: (putting(COUNTS), places(tables.call_counts)),
    ADD_COUNTS: (adding(SUMS), places(tables.interval_counts)),
}
OLDER_COUNTS_OF = of_wanted(COUNTS, tuple(COUNTS.columns)[3:])


LATER = [ADD_ROLLED, MOVE_OFFSET, PUT_LIMIT, PUT_LOG, ADD_TIMES]
LATER += [LOGS_BEFORE, LOGS_OF]
LATER += [x for sign in (TAKE_BACK, ADD) for some in sign.values() for x in some]
"""Statements on tables that came after `BEFORE`."""


class OlderDatabase(Database):
    """Of a node that knows the tables of `BEFORE`: it writes to no others."""

    async def put(self, puts: Sequence[Put], only_if: OnlyIf | None = None) -> None:
        known = [x for x in puts if x[0] not in LATER]
        written: list[Put] = []
        for statement, rows in known:
            if statement in OLDER_PUTS:
                statement, kept = OLDER_PUTS[statement]
                rows = [tuple(row[n] for n in kept) for row in rows]
            written.append((statement, rows))
        await super().put(written, only_if)

    async def fetch(
        self, statement: StoredStatement, given: Mapping[str, Value]
    ) -> Sequence[Sequence[Any]]:
        if statement in LATER:
            return []
        if statement is not COUNTS_OF:
            return await super().fetch(statement, given)
        found = await super().fetch(OLDER_COUNTS_OF, given)
        kept = places(tables.call_counts)
        rows: list[tuple[Any, ...]] = []
        for row in found:
            whole = dict(zip(kept, row, strict=True))
            rows.append(tuple(whole.get(n, 0) for n in range(kept[-1] + 1)))
        return rows


@pytest.fixture(scope="module")
def url() -> object:
    if binary("initdb") is None and not os.environ.get("CI"):
        pytest.skip("no PostgreSQL on this machine: install postgresql")
    with postgres() as found:
        yield found


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    """Without tables."""
    database = Database(url)
    await database.open()
    async with database.write() as connection:
        await connection.execute(text("DROP SCHEMA public CASCADE"))
        await connection.execute(text("CREATE SCHEMA public"))
    yield database
    await database.close()


class OlderNode:
    """Writes history or keys until it is told to stop; notes the slowest write."""

    def __init__(self, url: str):
        self.database = OlderDatabase(url)
        self.writes, self.slowest_s = 0, 0.0
        self.enough = asyncio.Event()
        self.stop = False

    async def history(self) -> None:
        rng, latest = random.Random(1), dict[int, Call]()
        writer = Writer(self.database)
        writer.offset = await writer.archive.offset(CONSUMER)
        while not self.stop:
            await self._timed(writer.write(*some_calls(rng, latest)))

    async def keys(self) -> None:
        keys = PersonKeys(self.database, MasterKey(b"m" * 32), SystemClock())
        tree = TreeId(secrets.token_bytes(8))
        while not self.stop:
            link = (f"person-{self.writes}", (tree, self.writes))
            await self._timed(keys.keep([link]))

    async def _timed(self, write: object) -> None:
        began_s = time.monotonic()
        await write  # type: ignore[misc]
        self.slowest_s = max(self.slowest_s, time.monotonic() - began_s)
        self.writes += 1
        if self.writes >= WRITES:
            self.enough.set()


async def test_two_older_nodes_write_on_while_the_store_is_upgraded(
    database: Database, url: str
) -> None:
    await at_revision(database, BEFORE)
    row = {"name": CONSUMER, "offset": 0, "at_us": 0}
    async with database.write() as connection:
        await connection.execute(tables.consumers.insert().values(row))
    nodes, owner = [OlderNode(url), OlderNode(url)], TaskOwner("nodes")
    for node in nodes:
        await node.database.open()
    tasks = [
        owner.spawn(nodes[0].history(), name="history"),
        owner.spawn(nodes[1].keys(), name="keys"),
    ]
    async with asyncio.timeout(60):
        await nodes[0].enough.wait()
        before = [node.writes for node in nodes]
        assert await migrate.upgrade(database) == (BEFORE, migrate.HEAD)
        for node, written in zip(nodes, before, strict=True):
            while node.writes < written + WRITES:  # also on the new tables
                await asyncio.sleep(0.01)
            node.stop = True
        await asyncio.gather(*tasks)
    assert max(node.slowest_s for node in nodes) < SLOW_S
    async with database.read() as connection:
        links = select(func.count()).select_from(tables.person_keys)
        assert await connection.scalar(links) == nodes[1].writes
    assert not await is_in_step(database)
    writer = await Writer(database).begin()  # the node of the new version takes over
    assert writer.offset == nodes[0].writes
    assert await is_in_step(database)
    assert await stored(database) == await of_quarters(database, LONDON) != {}
    for node in nodes:
        await node.database.close()


async def test_an_incompatible_step_is_refused_while_a_node_is_connected(
    database: Database, url: str
) -> None:
    await at_revision(database, "0001")
    node = Database(url)
    await node.open()
    with pytest.raises(ConfigError, match=r"0002, 0004, 0006 .* Stop all nodes"):
        await migrate.upgrade(database)
    assert await migrate.revision(database) == "0001"
    await node.close()
    assert await migrate.upgrade(database) == ("0001", migrate.HEAD)


async def test_an_incompatible_step_is_done_beside_others_when_asked(
    database: Database, url: str
) -> None:
    await at_revision(database, "0001")
    other = Database(url)
    await other.open()
    assert await migrate.upgrade(database, incompatible=True) == (
        "0001", migrate.HEAD,
    )  # fmt: skip
    await other.close()


async def test_a_step_lets_others_pass_while_a_table_is_in_use(
    database: Database, url: str
) -> None:
    """The third step changes `users`, which a long transaction reads."""
    await at_revision(database, "0002")
    other, paused = Database(url), list[float]()
    await other.open()
    async with other.read() as long:
        await long.execute(text("SELECT count(*) FROM users"))

        async def pause(seconds: float) -> None:
            async with asyncio.timeout(SLOW_S), other.write() as connection:
                await connection.execute(text("UPDATE users SET token_epoch = 1"))
            paused.append(seconds)
            if len(paused) == 2:
                await long.rollback()

        await migrate.upgrade(database, incompatible=True, pause=pause)
    assert paused == [migrate.LOCK_PAUSE_S] * 2
    assert await migrate.revision(database) == migrate.HEAD
    await other.close()


async def test_a_table_that_stays_in_use_ends_the_upgrade_with_what_to_do(
    database: Database, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrate, "LOCK_TRIES", 2)
    await at_revision(database, "0002")
    other = Database(url)
    await other.open()
    async with other.read() as long:
        await long.execute(text("SELECT count(*) FROM users"))
        with pytest.raises(Unavailable, match=r"step 0003 .*pg_stat_activity"):
            await migrate.upgrade(database, incompatible=True, pause=asyncio.sleep)
    assert await migrate.revision(database) == "0002"
    await other.close()
