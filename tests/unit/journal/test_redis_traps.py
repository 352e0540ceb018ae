"""Each test is a way in which Redis, or the way to it, fails."""

from __future__ import annotations

import asyncio
import random
import shutil
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager

import pytest
from contract.journal.journal_contract import rang
from redis_gate import gate_before
from redis_server import RedisServer, redis_server

from screenpop.domain.errors import ConfigError, Unavailable
from screenpop.journal.base import START, Entry, JournalReplaced, Offset
from screenpop.journal.redis import RedisJournal
from screenpop.journal.redis_address import parse_address
from screenpop.journal.redis_stream import SKIPPED
from screenpop.support.tasks import TaskOwner

WITHIN_S = 15.0
CANCELLED = 1_000


@pytest.fixture
def server() -> Iterator[RedisServer]:
    with redis_server("--appendonly", "yes", "--appendfsync", "always") as server:
        yield server


@pytest.fixture
async def tasks() -> AsyncIterator[TaskOwner]:
    owner = TaskOwner("test")
    yield owner
    await owner.close()


@asynccontextmanager
async def node(url: str, name: str = "a", **more: float) -> AsyncIterator[RedisJournal]:
    options = {"timeout_s": 1.0, "patience_s": 0.3, **more}
    journal = RedisJournal(parse_address(url), node=name, **options)  # type: ignore[arg-type]
    await journal.open()
    try:
        yield journal
    finally:
        await journal.close()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(WITHIN_S):
        while not condition():
            await asyncio.sleep(0.02)


async def accepted(journal: RedisJournal, key: str) -> Offset:
    """As a telephone system does it: again until it is taken."""
    async with asyncio.timeout(WITHIN_S):
        while True:
            try:
                (receipt,) = await journal.append([rang(key)])
            except JournalReplaced:
                raise
            except Unavailable:
                await asyncio.sleep(0.05)
            else:
                return receipt.offset


def keys(entries: list[Entry]) -> list[str]:
    return [entry.record.key for entry in entries]


async def test_an_append_whose_answer_is_lost_is_stored_once_and_fresh(
    server: RedisServer, tasks: TaskOwner
) -> None:
    async with (
        gate_before(server.port) as gate,
        node(gate.url, patience_s=5) as journal,
    ):
        heard: list[str] = []
        tasks.spawn(
            journal.follow(START, lambda x: heard.extend(keys(x))), name="reader"
        )
        await journal.append([rang("before")])
        gate.eat_answer_to(b"lost-1")
        first, second = await journal.append([rang("lost-1"), rang("lost-2")])
        assert gate.eaten.is_set()
        assert (first.fresh, second.fresh) == (True, True)
        (again,) = await journal.append([rang("lost-1")])
        assert (again.offset, again.fresh) == (first.offset, False)
        assert keys(await journal.read(START)) == ["before", "lost-1", "lost-2"]
        assert heard == ["before", "lost-1", "lost-2"]


async def test_a_cancel_storm_gives_nobody_the_answer_of_another(
    server: RedisServer, tasks: TaskOwner
) -> None:
    chance, cancelled = random.Random(7), 0
    async with node(server.url) as journal:
        while cancelled < CANCELLED:
            kept = [
                tasks.spawn(journal.append([rang(f"k{n}")]), name="k")
                for n in range(50)
            ]
            stormed = [
                tasks.spawn(_read_or_append(journal, n), name="s") for n in range(50)
            ]
            await asyncio.sleep(chance.random() * 0.004)
            cancelled += sum(task.cancel() for task in stormed)  # not those done
            receipts = await asyncio.gather(*kept)
            await asyncio.gather(*stormed, return_exceptions=True)
            stored = {x.record.key: x.offset for x in await journal.read(START, 1000)}
            assert all(
                receipt.offset == stored[f"k{n}"]
                for n, (receipt,) in enumerate(receipts)
            )
        assert await journal.bounds() == (1, len(stored))


async def _read_or_append(journal: RedisJournal, number: int) -> None:
    if number % 2:
        await journal.append([rang(f"s{number}")])
    else:
        await journal.read(START, 5)


async def test_an_emptied_redis_gets_another_identity_and_greater_offsets(
    server: RedisServer, tasks: TaskOwner
) -> None:
    async with node(server.url) as a, node(server.url, "b") as b:
        identity = a.identity
        for n in range(5):
            await a.append([rang(f"e{n}")])
        followers = [tasks.spawn(_ends(each), name="follower") for each in (a, b)]
        server.command("FLUSHALL")
        await asyncio.gather(*followers)
        with pytest.raises(JournalReplaced, match="read"):
            await a.append([rang("refused")])
        with pytest.raises(JournalReplaced):
            await b.read(START)
        assert a.health.trouble is not None
        await a.close()
        await a.open()
        assert a.identity != identity
        assert a.lost(3)
        assert not a.lost(0)
        (receipt,) = await a.append([rang("new")])
        assert receipt.offset > 5 + SKIPPED
        assert not a.lost(receipt.offset)


async def _ends(journal: RedisJournal) -> None:
    with pytest.raises(JournalReplaced):
        await journal.follow(START, lambda entries: None)


async def test_the_stream_alone_deleted_while_the_node_is_down_is_noticed(
    server: RedisServer,
) -> None:
    async with node(server.url) as journal:
        await journal.append([rang("a")])
        identity = journal.identity
    server.command("DEL", "{screenpop}:journal")
    async with node(server.url) as journal:
        assert journal.identity != identity
        (receipt,) = await journal.append([rang("a")])
        assert receipt.fresh


async def test_an_older_copy_put_back_while_a_node_runs_begins_another_identity(
    server: RedisServer,
) -> None:
    async with node(server.url) as journal:
        await journal.append([rang("old")])
        identity = journal.identity
        server.stop()
        shutil.copytree(server.folder, server.folder.with_suffix(".copy"))
        server.start()
        await accepted(journal, "lost-with-the-copy")
        server.kill()
        shutil.rmtree(server.folder)
        server.folder.with_suffix(".copy").rename(server.folder)
        server.start()
        with pytest.raises(JournalReplaced, match="older copy"):
            await accepted(journal, "new")
        await journal.close()
        await journal.open()
        assert journal.identity != identity
        assert keys(await journal.read(START)) == ["old"]
        assert await accepted(journal, "new") > 2 + SKIPPED


async def test_another_entry_at_a_seen_offset_is_noticed_however_far_it_goes_on(
    server: RedisServer,
) -> None:
    """A promoted replica that lacked an entry, and took others before we came back."""
    async with gate_before(server.port) as gate, node(gate.url) as journal:
        await journal.append([rang("seen-1"), rang("seen-2")])
        gate.shut()
        server.command("XTRIM", "{screenpop}:journal", "MINID", "1-2")
        server.command("XDEL", "{screenpop}:journal", "1-2")
        server.command("HDEL", "{screenpop}:journal:ids", "4:mainseen-2")
        server.command("XSETID", "{screenpop}:journal", "1-1")
        async with node(server.url, "b") as other:
            for n in range(3):
                assert (await other.append([rang(f"other-{n}")]))[0].offset == 2 + n
            gate.open()
            with pytest.raises(JournalReplaced, match="another entry"):
                await accepted(journal, "mine")


async def test_a_killed_redis_with_an_append_only_file_loses_nothing_acknowledged(
    server: RedisServer, tasks: TaskOwner
) -> None:
    async with node(server.url) as a, node(server.url, "b") as b:
        heard: list[str] = []
        tasks.spawn(b.follow(START, lambda x: heard.extend(keys(x))), name="reader")
        await a.append([rang("before")])
        server.kill()
        with pytest.raises(Unavailable, match="cannot be reached"):
            await a.append([rang("meanwhile")])
        assert a.health.trouble
        server.start()
        await accepted(a, "after")
        await until(lambda: "after" in heard)
        assert heard == ["before", "after"]
        await until(lambda: a.health.trouble is None)


async def test_a_server_that_hangs_is_away_and_its_late_work_counts_once(
    server: RedisServer,
) -> None:
    async with node(server.url, timeout_s=0.3) as journal:
        await journal.append([rang("before")])
        server.send(signal.SIGSTOP)
        with pytest.raises(Unavailable, match=r"did not answer within 0\.3 s"):
            await journal.append([rang("hung")])
        server.send(signal.SIGCONT)
        await accepted(journal, "hung")
        assert keys(await journal.read(START)) == ["before", "hung"]


async def test_a_full_memory_is_away_with_its_remedy_and_nothing_is_half_written(
    server: RedisServer,
) -> None:
    async with node(server.url) as journal:
        await journal.append([rang("before")])
        server.command("CONFIG", "SET", "maxmemory", "1")
        with pytest.raises(Unavailable, match="memory is full") as caught:
            await journal.append([rang("x"), rang("y")])
        assert "journal.retention_h" in str(caught.value)
        assert keys(await journal.read(START)) == ["before"]
        server.command("CONFIG", "SET", "maxmemory", "0")
        await accepted(journal, "after")


async def test_missing_replicas_are_away_with_their_remedy(server: RedisServer) -> None:
    async with node(server.url) as journal:
        server.command("CONFIG", "SET", "min-replicas-to-write", "1")
        with pytest.raises(Unavailable, match="min-replicas-to-write"):
            await journal.append([rang("x")])
        server.command("CONFIG", "SET", "min-replicas-to-write", "0")
        await accepted(journal, "x")


async def test_a_read_only_replica_is_away_and_taken_again_as_master(
    server: RedisServer,
) -> None:
    with redis_server() as master:
        async with node(server.url) as journal:
            server.command("REPLICAOF", "127.0.0.1", str(master.port))
            with pytest.raises(Unavailable, match="read-only replica"):
                await journal.append([rang("x")])
            await until(lambda: server.command("DBSIZE") == "0")  # as empty as it
            server.command("REPLICAOF", "NO", "ONE")
            with pytest.raises(JournalReplaced, match="keys are gone"):
                await accepted(journal, "x")


async def test_a_redis_that_still_loads_is_waited_for(server: RedisServer) -> None:
    async with node(server.url) as journal:
        await journal.append([rang(f"e{n}") for n in range(500)])
    server.kill()
    server.start("--key-load-delay", "3000", "--loading-process-events-interval-bytes",
                 "1024", wait=False)  # fmt: skip
    async with node(server.url, patience_s=10) as journal:
        assert len(await journal.read(START)) == 500


async def test_forgotten_scripts_are_sent_again(server: RedisServer) -> None:
    async with node(server.url) as journal:
        await journal.append([rang("a")])
        server.command("SCRIPT", "FLUSH")
        await journal.append([rang("b")])
        assert keys(await journal.read(START)) == ["a", "b"]


async def test_entries_trimmed_under_a_reader_are_a_whole_resync_never_a_part(
    server: RedisServer, tasks: TaskOwner
) -> None:
    async with gate_before(server.port) as gate, node(gate.url) as behind:
        heard: list[str] = []

        async def follow() -> None:
            await behind.follow(START, lambda entries: heard.extend(keys(entries)))

        following = tasks.spawn(_replaced(follow), name="reader")
        await behind.append([rang("read")])
        gate.shut()
        async with node(server.url, "b") as other:
            await other.append([rang(f"e{n}") for n in range(10)])
        server.command("XTRIM", "{screenpop}:journal", "MAXLEN", "3")
        gate.open()
        assert "trimmed" in str(await following)
        assert heard == ["read"]


async def _replaced(work: Callable[[], object]) -> JournalReplaced:
    with pytest.raises(JournalReplaced) as caught:
        await work()  # type: ignore[misc]
    return caught.value


async def test_a_reader_behind_a_cut_cable_gets_what_came_meanwhile(
    server: RedisServer, tasks: TaskOwner
) -> None:
    async with (
        gate_before(server.port) as gate,
        node(gate.url) as cut,
        node(server.url, "b") as other,
    ):
        heard: list[str] = []
        tasks.spawn(cut.follow(START, lambda x: heard.extend(keys(x))), name="r")
        await other.append([rang("a")])
        await until(lambda: heard == ["a"])
        gate.shut()
        for n in range(2500):
            other.submit([rang(f"e{n}")])
        await other.append([rang("z")])
        gate.open()
        await until(lambda: heard[-1] == "z")
        assert heard == ["a", *(f"e{n}" for n in range(2500)), "z"]


async def test_own_and_others_entries_come_in_one_order_at_every_node(
    server: RedisServer, tasks: TaskOwner
) -> None:
    async with node(server.url) as a, node(server.url, "b") as b:
        heard: dict[str, list[Offset]] = {"a": [], "b": []}
        for name, each in (("a", a), ("b", b)):
            take = heard[name]

            def collect(entries: list[Entry], take: list[Offset] = take) -> None:
                take.extend(entry.offset for entry in entries)

            tasks.spawn(each.follow(START, collect), name=name)

        async def appends(name: str, journal: RedisJournal) -> None:
            for n in range(200):
                (receipt,) = await journal.append([rang(f"{name}{n}")])
                assert heard[name][-1] >= receipt.offset  # known before it returns

        await asyncio.gather(appends("a", a), appends("b", b))
        await until(lambda: len(heard["a"]) == len(heard["b"]) == 400)
        assert heard["a"] == heard["b"] == list(range(1, 401))


async def test_two_nodes_with_one_name_are_noticed(server: RedisServer) -> None:
    async with node(server.url, "twin") as a:
        await until(lambda: server.command("EXISTS", "{screenpop}:node:twin") == "1")
        async with node(server.url, "twin") as b:
            await until(lambda: "two nodes are named twin" in (b.health.notice or ""))
        assert "twin" not in (a.health.notice or "")


async def test_a_lease_belongs_to_one_owner_until_its_time_is_over(
    server: RedisServer,
) -> None:
    async with node(server.url) as a, node(server.url, "b") as b:
        assert await a.leases.acquire("work", "a", 60)
        assert await a.leases.acquire("work", "a", 60)
        assert not await b.leases.acquire("work", "b", 60)
        assert not await b.leases.renew("work", "b", 60)
        await b.leases.release("work", "b")
        assert await a.leases.renew("work", "a", 0.05)
        async with asyncio.timeout(WITHIN_S):
            while not await b.leases.acquire("work", "b", 60):
                await asyncio.sleep(0.02)
        assert not await a.leases.renew("work", "a", 60)


async def test_a_user_who_may_not_ask_for_the_settings_makes_them_unknown(
    server: RedisServer,
) -> None:
    server.command(
        "ACL", "SETUSER", "pop", "on", ">secret-password", "~{screenpop}:*", "+@all",
        "-config", "-role",
    )  # fmt: skip
    url = f"redis://pop:secret-password@127.0.0.1:{server.port}"
    async with node(url) as journal:
        assert "last second" not in (journal.health.may_lose or "")
        assert "unknown" in (journal.health.may_lose or "")
        assert (await journal.append([rang("a")]))[0].fresh
    with pytest.raises(Unavailable, match="user or password") as caught:
        async with node(url.replace("secret", "wrong")):
            pass
    assert "wrong-password" not in str(caught.value)


async def test_a_journal_of_a_newer_version_is_not_touched(server: RedisServer) -> None:
    async with node(server.url):
        pass
    server.command("HSET", "{screenpop}:journal:about", "format", "2")
    with pytest.raises(ConfigError, match="newer version"):
        async with node(server.url):
            pass


async def test_skipped_numbers_begin_another_identity(server: RedisServer) -> None:
    async with node(server.url) as journal:
        await journal.append([rang("a")])
        identity = journal.identity
        await journal.skip_to(Offset(500))
        assert journal.identity != identity
        assert journal.lost(500)
        assert (await journal.append([rang("b")]))[0].offset == 501
        assert keys(await journal.read(START)) == ["a", "b"]
        assert await journal.bounds() == (1, 501)


async def test_a_large_state_is_kept_in_pieces_and_the_old_pieces_go(
    server: RedisServer,
) -> None:
    async with node(server.url) as journal:
        (receipt,) = await journal.append([rang("a")])
        body = random.Random(1).randbytes(2_500_000)
        for _ in range(2):
            await journal.save_snapshot("folds", receipt.offset, body)
        assert await journal.load_snapshot("folds") == (receipt.offset, body)
        assert len(server.command("KEYS", "*snapshot:folds*").split()) == 2
