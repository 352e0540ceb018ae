"""What does a node do about a new master that lacks entries, or has another clock?"""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from contract.journal.journal_contract import rang
from redis_server import RedisServer, redis_server
from unit.journal.test_redis_traps import accepted, keys, node

from screenpop.journal.base import START, JournalReplaced
from screenpop.journal.redis_stream import SKIPPED


@pytest.fixture
def server() -> Iterator[RedisServer]:
    with redis_server() as server:
        yield server


async def test_a_lease_of_a_master_with_another_clock_holds_up_nobody(
    server: RedisServer,
) -> None:
    """The clock of the new master is an hour behind: it ends the lease in an hour."""
    async with node(server.url) as journal:
        server.command("SET", "{screenpop}:lease:work", "dead", "PX", "3605000")
        assert await journal.leases.acquire("work", "a", 6)
        server.command("SET", "{screenpop}:lease:work", "alive", "PX", "5000")
        assert not await journal.leases.acquire("work", "a", 6)


async def test_what_a_promoted_replica_lacks_is_put_back_by_the_nodes_that_read_it(
    server: RedisServer,
) -> None:
    """As after a failover: all nodes append the newest entries again, once each."""
    async with node(server.url) as a, node(server.url, "b") as b:
        await a.append([rang("old"), rang("kept", at_us=now_us())])
        await b.append([rang("lost-1", at_us=now_us()), rang("lost-2", at_us=now_us())])
        await a.append([rang("lost-3", at_us=now_us())])
        lose_last(server, 3)
        for each in (a, b):
            with pytest.raises(JournalReplaced):
                await accepted(each, "refused")
        for each in (a, b):
            await each.close()
        await a.open()
        assert keys(await a.read(START)) == [
            "old",
            "kept",
            "lost-1",
            "lost-2",
            "lost-3",
        ]
        assert await a.bounds() == (1, 5 + SKIPPED + 3)


def lose_last(server: RedisServer, count: int) -> None:
    """The stream, and what is known of its entries, as before the last ones."""
    newest = int(server.command("XLEN", "{screenpop}:journal"))
    for number in range(newest - count + 1, newest + 1):
        server.command("XDEL", "{screenpop}:journal", f"1-{number}")
    for number in range(1, count + 1):
        server.command("HDEL", "{screenpop}:journal:ids", f"4:mainlost-{number}")
    server.command("XSETID", "{screenpop}:journal", f"1-{newest - count}")


def now_us() -> int:
    return time.time_ns() // 1000
