"""A snapshot is the state after one entry, however much changes while it is taken."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from screenpop.domain.errors import Unavailable
from screenpop.journal.base import Offset
from screenpop.journal.memory import MemoryJournal
from screenpop.node.snapshots import NAME, Snapshots, Useless, _packed


class Sums:
    """A fold of numbers by name, with a total: all of it must fit together."""

    name = "sums"

    def __init__(self) -> None:
        self.offset = 0
        self.by_name: dict[str, int] = {}
        self.total = 0
        self.touched: set[str] = set()

    def take(self, name: str, amount: int) -> None:
        """An entry; 0 removes the name."""
        self.offset += 1
        self.total += amount
        self.touched.add(name)
        if amount:
            self.by_name[name] = self.by_name.get(name, 0) + amount
        else:
            self.by_name.pop(name, None)

    def order(self) -> Sequence[str]:
        return list(self.by_name)

    def item(self, key: str) -> object:
        return (key, self.by_name[key]) if key in self.by_name else None

    def rest(self) -> Sequence[object]:
        return [self.total]

    def loader(self) -> SumsLoader:
        return SumsLoader(self)


class SumsLoader:
    def __init__(self, fold: Sums):
        self.fold = fold
        self.by_name: dict[str, int] = {}
        self.total = 0

    def item(self, data: bytes) -> None:
        name, amount = msgspec.msgpack.decode(data, type=tuple[str, int])
        self.by_name[name] = amount

    def rest(self, place: int, data: bytes) -> None:
        self.total = msgspec.msgpack.decode(data, type=int)

    def adopt(self) -> None:
        self.fold.by_name, self.fold.total = self.by_name, self.total


def made(fold: Sums, made_by: str = "v1") -> Snapshots:
    return Snapshots([fold], lambda: fold.offset, made_by, slice_s=0)


async def at_once() -> None:
    pass


entries = st.tuples(st.sampled_from("abcdefghij"), st.integers(0, 3))


@given(before=st.lists(entries, max_size=40), during=st.lists(entries, max_size=400))
def test_what_changes_meanwhile_is_in_it_up_to_its_offset(
    before: list[tuple[str, int]], during: list[tuple[str, int]]
) -> None:
    async def story() -> None:
        fold, coming = Sums(), list(during)
        states: dict[int, tuple[list[tuple[str, int]], int]] = {}

        def take(name: str, amount: int) -> None:
            fold.take(name, amount)
            states[fold.offset] = (list(fold.by_name.items()), fold.total)

        states[0] = ([], 0)
        for entry in before:
            take(*entry)

        async def turn() -> None:
            for _ in range(7):
                if coming:
                    take(*coming.pop())

        snapshots = made(fold)
        offset, groups = await snapshots.taken(turn)
        body = _packed(groups, "v1")
        again = Sums()
        await made(again).load(body, at_once)
        assert (list(again.by_name.items()), again.total) == states[offset]

    asyncio.run(story())


class Journal(MemoryJournal):
    """Counts what is saved; refuses when it is to."""

    refuses = False
    saved = 0

    async def save_snapshot(self, name: str, offset: Offset, body: bytes) -> None:
        if self.refuses:
            raise Unavailable("the disk is full. Free space.")
        self.saved += 1
        await super().save_snapshot(name, offset, body)


async def test_it_is_saved_again_only_when_something_happened() -> None:
    fold, journal = Sums(), Journal()
    snapshots = made(fold)
    await snapshots.save(journal, at_once)
    assert journal.saved == 0
    fold.take("a", 1)
    await snapshots.save(journal, at_once)
    await snapshots.save(journal, at_once)
    assert journal.saved == 1


async def test_what_cannot_be_kept_is_reported_and_tried_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    fold, journal = Sums(), Journal()
    journal.refuses = True
    snapshots = made(fold)
    fold.take("a", 1)
    await snapshots.save(journal, at_once)
    assert [each.message for each in caplog.records] == [
        "the disk is full. Free space."
    ]
    journal.refuses = False
    await snapshots.save(journal, at_once)
    assert journal.saved == 1


async def test_saving_takes_a_small_share_of_the_time() -> None:
    pauses: list[float] = []

    async def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 2:
            raise asyncio.CancelledError

    fold = Sums()
    fold.take("a", 1)
    with pytest.raises(asyncio.CancelledError):
        await made(fold).run(MemoryJournal(), 60.0, at_once, pause)
    assert pauses[-1] == 60.0


async def saved_body(fold: Sums) -> bytes:
    journal = MemoryJournal()
    await made(fold).save(journal, at_once)
    found = await journal.load_snapshot(NAME)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("made_by", ["v2", ""])
async def test_a_snapshot_of_other_code_or_settings_is_not_used(made_by: str) -> None:
    fold = Sums()
    fold.take("a", 1)
    body = await saved_body(fold)
    again = Sums()
    with pytest.raises(Useless, match="another version or with other settings"):
        await made(again, made_by).load(body, at_once)
    assert again.by_name == {}


async def test_settings_that_change_while_it_runs_are_those_of_the_next_one() -> None:
    """It is saved again, though nothing was folded since."""
    fold, journal = Sums(), MemoryJournal()
    fold.take("a", 1)
    snapshots = made(fold)
    await snapshots.save(journal, at_once)
    snapshots.follow("v2")
    await snapshots.save(journal, at_once)
    found = await journal.load_snapshot(NAME)
    assert found is not None
    again = Sums()
    await made(again, "v2").load(found[1], at_once)
    assert again.by_name == fold.by_name


async def test_a_snapshot_that_cannot_be_read_changes_nothing() -> None:
    class Other(Sums):
        name = "sums"

        def item(self, key: str) -> object:
            return {"key": key}

    fold: Any = Other()
    fold.take("a", 1)
    body = await saved_body(fold)
    again = Sums()
    again.take("kept", 5)
    with pytest.raises(Useless, match="cannot be read"):
        await made(again).load(body, at_once)
    assert again.by_name == {"kept": 5}
