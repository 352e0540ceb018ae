"""Does a node go on alone while the shared journal is away, and lose nothing?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from contract.journal.journal_contract import noted, rang

from screenpop.domain.errors import Overloaded, Unavailable
from screenpop.journal import spool
from screenpop.journal.base import (
    START,
    Entry,
    JournalReplaced,
    Offset,
    Receipt,
    Rejoined,
    ReturnedEntry,
)
from screenpop.journal.memory import MemoryJournal
from screenpop.journal.records import Record
from screenpop.journal.spool import APART, SpooledJournal
from screenpop.journal.sqlite import SqliteJournal
from screenpop.support.tasks import TaskOwner

WITHIN_S = 10


class Shared(MemoryJournal):
    """A shared journal that can be away, lose answers, or be another one."""

    def __init__(self) -> None:
        super().__init__()
        self.away: Exception | None = None
        self.answers_lost = False
        self.under_way: asyncio.Future[list[Receipt]] | None = None

    def submit(
        self, records: Sequence[Record], *, patient: bool = False
    ) -> asyncio.Future[list[Receipt]]:
        if self.away is not None:
            failed: asyncio.Future[list[Receipt]] = asyncio.Future()
            failed.set_exception(self.away)
            return failed
        if self.under_way is not None:
            return self.under_way
        done = super().submit(records, patient=patient)
        if self.answers_lost:
            self.away, self.answers_lost = Unavailable("the answer was lost."), False
            return self.submit(records)
        return done

    @property
    def records(self) -> list[Record]:
        return [entry.record for entry in self._entries]


class Node:
    """A journal with a spool, and folds that remember what they took."""

    def __init__(self, shared: Shared, folder: Path, entries_max: int = 1000):
        self.shared = shared
        self.journal = SpooledJournal(
            shared, SqliteJournal(folder / "spool.sqlite"), entries_max=entries_max
        )
        self.taken: list[Entry] = []
        self.rejoined: list[Offset] = []
        self.known: list[Entry] = []
        self.replaced = asyncio.Event()
        self._tasks = TaskOwner("node")

    async def open(self) -> None:
        await self.journal.open()
        self._tasks.spawn(self._follow(), name="follow")
        await asyncio.sleep(0)

    async def close(self) -> None:
        await self.journal.close()
        await self._tasks.close()

    async def _follow(self) -> None:
        after = START
        while True:
            try:
                return await self.journal.follow(after, self.taken.extend)
            except Rejoined as together:
                self.rejoined.append(after := together.offset)
                self.known += together.known
            except JournalReplaced:
                self.replaced.set()
                return

    async def together_again(self, times: int = 1) -> None:
        async with asyncio.timeout(WITHIN_S):
            while len(self.rejoined) < times:
                await asyncio.sleep(0.01)

    async def has_taken(self, *keys: str) -> None:
        async with asyncio.timeout(WITHIN_S):
            while self.keys != [*keys]:
                await asyncio.sleep(0.01)

    @property
    def keys(self) -> list[str]:
        """Of what is new to the folds."""
        new = [x for x in self.taken if not isinstance(x, ReturnedEntry)]
        return [entry.record.key for entry in new]

    @property
    def returned(self) -> list[Entry]:
        return [x for x in self.taken if isinstance(x, ReturnedEntry)]


@pytest.fixture
async def node(tmp_path: Path) -> AsyncIterator[Node]:
    node = Node(Shared(), tmp_path, entries_max=5)
    await node.open()
    yield node
    await node.close()


def gone() -> Unavailable:
    return Unavailable("Redis refuses connections.")


async def test_calls_go_on_while_the_shared_journal_is_away(node: Node) -> None:
    await node.journal.append([rang("1")])
    node.shared.away = gone()
    [receipt] = await node.journal.append([rang("2")])
    assert receipt.fresh
    assert receipt.offset >= APART
    await node.has_taken("1", "2")
    assert node.journal.health.spooled == 1
    assert node.journal.health.trouble is None  # it works
    assert "goes on alone" in str(node.journal.health.notice)
    node.shared.away = None
    await node.together_again()
    assert [record.key for record in node.shared.records] == ["1", "2"]
    assert node.rejoined == [1]
    await node.journal.append([rang("3")])
    assert node.keys == ["1", "2", "3"]
    assert node.taken[-1].offset == 3
    assert node.journal.health.spooled == 0


async def test_entries_of_other_nodes_follow_in_their_order(node: Node) -> None:
    await node.journal.append([rang("1")])
    node.shared.away = gone()
    await node.journal.append([rang("mine")])
    node.shared.away = None
    await node.shared.append([rang("theirs")])  # before the spool is drained
    await node.together_again()
    await node.shared.append([rang("later")])
    assert node.keys == ["1", "mine", "theirs", "later"]
    assert [record.key for record in node.shared.records] == [
        "1", "theirs", "mine", "later"
    ]  # fmt: skip
    assert node.returned == [ReturnedEntry(Offset(3), rang("mine"))]
    assert [entry.offset for entry in node.taken[2:]] == [2, 3, 4]


async def behind(node: Node, count: int) -> list[Record]:
    """While the shared journal was away for this node, others wrote into it."""
    node.shared.away = gone()
    await node.journal.append([rang("mine")])
    theirs = [rang(f"theirs-{n}") for n in range(count)]
    node.shared.away = None
    await MemoryJournal.append(node.shared, theirs)
    return [*theirs]


async def test_its_own_calls_wait_for_nothing_that_others_did(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool, "CATCH_UP_SLICE_S", 0.0)  # one entry, then a pause
    theirs = await behind(node, spool.NEAR_ENTRIES + 50)
    async with asyncio.timeout(WITHIN_S):
        while len(node.keys) < 10:
            await asyncio.sleep(0)
    [receipt] = await node.journal.append([rang("soon")])
    await node.together_again()
    await node.journal.append([rang("last")])
    numbers = {x.record.key: x.offset for x in reversed(node.taken)}
    assert receipt.offset == numbers["soon"] >= APART
    order = node.keys
    assert order.index("soon") < 20
    assert [key for key in order if key.startswith("theirs")] == [
        record.key for record in theirs
    ]
    assert numbers["theirs-9"] == 10  # its own offset
    assert [x.record.key for x in node.returned] == ["mine", "soon"]
    assert sorted(order) == sorted({*order})


async def test_redis_that_goes_again_while_a_node_catches_up(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool, "CATCH_UP_ENTRIES", 10)
    monkeypatch.setattr(spool, "NEAR_ENTRIES", 5)
    read, fails = node.shared.read, [False, True, False, True]

    async def flapping(after: Offset, limit: int = 1000) -> list[Entry]:
        if fails and fails.pop(0):
            raise gone()
        return await read(after, limit)

    monkeypatch.setattr(node.shared, "read", flapping)
    theirs = await behind(node, 100)
    await node.together_again()
    await node.journal.append([rang("last")])
    assert not fails
    assert node.keys == ["mine", *(record.key for record in theirs), "last"]
    assert [x.record.key for x in node.returned] == ["mine"]


async def test_a_lost_answer_gives_one_entry(node: Node) -> None:
    """Folds may hear of it twice, as of an event that is sent twice."""
    node.shared.answers_lost = True
    await node.journal.append([rang("1")])
    node.shared.away = None
    await node.together_again()
    await node.journal.append([rang("2")])
    assert [record.key for record in node.shared.records] == ["1", "2"]
    assert [*dict.fromkeys(node.keys)] == ["1", "2"]


async def test_what_others_kept_before_a_time_apart_is_named_when_it_ends(
    node: Node,
) -> None:
    """The folds have it from them, and once more from the spool."""
    under_way: asyncio.Future[list[Receipt]] = asyncio.Future()
    node.shared.under_way = under_way
    slow = node.journal.submit([rang("1")])
    node.shared.under_way = None
    theirs = rang("1", at_us=2_000)
    await node.shared.append([theirs])
    await node.has_taken("1")
    under_way.set_exception(gone())
    [receipt] = await slow
    assert receipt.offset >= APART
    await node.together_again()
    assert node.known == [Entry(Offset(1), theirs)]
    assert node.returned == []


async def test_a_repeated_event_is_known_in_the_spool(node: Node) -> None:
    node.shared.away = gone()
    [first] = await node.journal.append([rang("1")])
    [again] = await node.journal.append([rang("1")])
    assert (first.fresh, again.fresh) == (True, False)
    assert first.offset == again.offset
    await node.has_taken("1")


async def test_a_full_spool_refuses_and_says_why(node: Node) -> None:
    node.shared.away = gone()
    await node.journal.append([rang(str(n)) for n in range(5)])
    with pytest.raises(Overloaded, match=r"spool_entries_max.*Bring Redis back"):
        await node.journal.append([rang("6")])
    node.shared.away = None
    await node.together_again()
    await node.journal.append([rang("6")])
    assert len(node.shared.records) == 6


async def test_what_a_dead_node_spooled_comes_with_its_next_start(
    tmp_path: Path,
) -> None:
    shared = Shared()
    before = Node(shared, tmp_path)
    await before.open()
    shared.away = gone()
    await before.journal.append([rang("1"), noted("2")])
    await before.close()
    assert shared.records == []
    shared.away = None
    after = Node(shared, tmp_path)
    await after.open()
    assert [record.key for record in shared.records] == ["1", "2"]
    await after.journal.append([rang("3")])
    assert after.keys == ["1", "2", "3"]  # from the shared journal, each once
    await after.close()


async def test_an_open_that_fails_holds_no_spool(tmp_path: Path) -> None:
    """The next one, in the same process, drains it."""
    shared = Shared()
    before = Node(shared, tmp_path)
    await before.open()
    shared.away = gone()
    await before.journal.append([rang("1")])
    await before.close()
    failing = Node(shared, tmp_path)
    with pytest.raises(Unavailable):
        await failing.journal.open()
    shared.away = None
    after = Node(shared, tmp_path)
    await after.open()
    assert [record.key for record in shared.records] == ["1"]
    await after.close()


async def test_many_times_apart(node: Node) -> None:
    for turn in range(1, 4):
        node.shared.away = gone()
        await node.journal.append([rang(f"away-{turn}")])
        node.shared.away = None
        await node.together_again(turn)
        await node.journal.append([rang(f"there-{turn}")])
    assert node.keys == [
        f"{where}-{turn}" for turn in range(1, 4) for where in ("away", "there")
    ]
    assert [record.key for record in node.shared.records] == node.keys


async def test_numbers_of_a_time_apart_mean_nothing_elsewhere(node: Node) -> None:
    node.shared.away = gone()
    [first] = await node.journal.append([rang("1")])
    assert not node.journal.lost(first.offset)
    node.shared.away = None
    await node.together_again()
    assert node.journal.lost(first.offset)
    node.shared.away = gone()
    [second] = await node.journal.append([rang("2")])
    assert node.journal.lost(first.offset)
    assert not node.journal.lost(second.offset)


async def test_no_snapshot_is_saved_under_numbers_of_this_node(node: Node) -> None:
    node.shared.away = gone()
    [receipt] = await node.journal.append([rang("1")])
    with pytest.raises(Unavailable, match="no snapshot"):
        await node.journal.save_snapshot("state", receipt.offset, b"x")
    assert await node.journal.load_snapshot("state") is None


async def test_another_journal_on_return_ends_this_one(node: Node) -> None:
    """The spool waits for the next life."""
    node.shared.away = gone()
    await node.journal.append([rang("1")])
    node.shared.away = JournalReplaced("Redis was emptied.")
    async with asyncio.timeout(WITHIN_S):
        await node.replaced.wait()
    with pytest.raises(JournalReplaced):
        await node.journal.append([rang("2")])


async def test_a_record_that_cannot_be_stored_does_not_hold_up_the_others(
    node: Node, caplog: pytest.LogCaptureFixture
) -> None:
    shared = node.shared
    kept = shared.submit

    def picky(
        records: Sequence[Record], *, patient: bool = False
    ) -> asyncio.Future[list[Receipt]]:
        if shared.away is None and any(x.key == "bad" for x in records):
            raise ValueError("not this one")
        return kept(records, patient=patient)

    shared.submit = picky  # type: ignore[method-assign]
    shared.away = gone()
    await node.journal.append([rang("1"), rang("bad"), rang("2")])
    shared.away = None
    await node.together_again()
    assert [record.key for record in shared.records] == ["1", "2"]
    assert "cannot be stored (ValueError): left out" in caplog.text


async def test_a_storm_of_cancelled_appends_keeps_what_was_accepted(
    tmp_path: Path,
) -> None:
    node = Node(Shared(), tmp_path)
    await node.open()
    tasks = TaskOwner("callers")
    for number in range(200):
        node.shared.away = gone() if 50 <= number < 150 else None
        asking = tasks.spawn(node.journal.append([rang(str(number))]), name="append")
        await asyncio.sleep(0)
        if number % 3 == 0:
            asking.cancel()
    await asyncio.sleep(0.05)
    await node.together_again()
    keys = [record.key for record in node.shared.records]
    assert sorted(keys, key=int) == [str(n) for n in range(200)]
    assert sorted(node.keys, key=int) == [str(n) for n in range(200)]
    await tasks.close()
    await node.close()
