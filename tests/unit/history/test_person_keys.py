from __future__ import annotations

import pytest
from sqlalchemy import text

from screenpop.domain.errors import ConfigError
from screenpop.history.engine import Database
from screenpop.history.person_keys import PersonKeys
from screenpop.journal.key_tree import DEPTH, KeyId
from screenpop.journal.master_key import MasterKey
from screenpop.support.clock import FakeClock

MASTER = MasterKey(b"m" * 32)


@pytest.fixture
def keys(database: Database, clock: FakeClock) -> PersonKeys:
    return PersonKeys(database, MASTER, clock)


async def destroy(database: Database, keys: PersonKeys, *gone: KeyId) -> None:
    async with database.write() as connection:
        await keys.destroy(connection, gone)


async def of(database: Database, keys: PersonKeys, *persons: str) -> set[KeyId]:
    async with database.read() as connection:
        return await keys.of(connection, persons)


async def test_each_process_has_a_tree_that_all_can_read(keys: PersonKeys) -> None:
    one, two = await keys.claim(), await keys.claim()
    trees = await keys.trees()
    assert set(trees) == {one, two}
    assert trees[one].key(7) != trees[two].key(7)
    assert trees[one].key(7) == (await keys.trees())[one].key(7)


async def test_a_destroyed_key_is_in_no_row_any_more(
    database: Database, keys: PersonKeys
) -> None:
    tree = await keys.claim()
    before = (await keys.trees())[tree]
    await keys.keep([("ann", (tree, 5)), ("zoe", (tree, 6)), ("zoe", (tree, 8))])
    await destroy(database, keys, *await of(database, keys, "zoe"))
    after = (await keys.trees())[tree]
    assert [after.key(leaf) for leaf in (6, 8)] == [None, None]
    assert [after.key(n) for n in (5, 7, 9)] == [before.key(n) for n in (5, 7, 9)]
    assert len(after.secrets) <= 2 * DEPTH
    assert await of(database, keys, "zoe") == set()
    assert await of(database, keys, "ann", "zoe") == {(tree, 5)}
    assert await keys.erasures() == 1
    await destroy(database, keys, (tree, 6))  # twice is once
    assert (await keys.trees())[tree].secrets == after.secrets


async def test_links_are_kept_once(database: Database, keys: PersonKeys) -> None:
    tree = await keys.claim()
    for _ in range(2):
        await keys.keep([("ann", (tree, 5)), ("zoe", (tree, 5))])
    assert await of(database, keys, "ann") == await of(database, keys, "zoe")
    assert await keys.known(["ann", "nobody"]) == {"ann": (tree, 5)}


async def test_another_master_key_is_refused(
    database: Database, keys: PersonKeys, clock: FakeClock
) -> None:
    await keys.claim()
    with pytest.raises(ConfigError, match="wrapped with another key"):
        await PersonKeys(database, MasterKey(b"n" * 32), clock).trees()


async def test_the_tables_hold_neither_secrets_nor_names(
    database: Database, keys: PersonKeys
) -> None:
    tree = await keys.claim()
    await keys.keep([(MASTER.name("number", "+441632960147"), (tree, 0))])
    secret = (await keys.trees())[tree].secrets[0, 0]
    async with database.read() as connection:
        rows = [
            str(tuple(row))
            for name in ("key_trees", "person_keys")
            for row in await connection.execute(text(f"SELECT * FROM {name}"))
        ]
    assert len(rows) == 2
    assert not [row for row in rows if secret.hex() in row or "1632960147" in row]


async def test_what_was_backed_up_is_put_back_without_what_was_destroyed_since(
    database: Database, keys: PersonKeys
) -> None:
    tree = await keys.claim()
    old = await keys.wrapped()
    await destroy(database, keys, (tree, 3))
    new = await keys.wrapped()
    await keys.put_back(old)  # kept against the rules
    assert (await keys.trees())[tree].key(3) is not None
    await keys.put_back(new)
    assert (await keys.trees())[tree].key(3) is None


async def test_where_copies_are_is_remembered(keys: PersonKeys) -> None:
    await keys.remember_copy("host:/saved/screenpop.keys")
    await keys.remember_copy("host:/saved/screenpop.keys")
    assert [path for path, _ in await keys.copies()] == ["host:/saved/screenpop.keys"]


DAY_S = 24 * 3600


async def test_keys_that_were_not_used_for_long_are_destroyed(
    database: Database, keys: PersonKeys, clock: FakeClock
) -> None:
    tree = await keys.claim()
    before = (await keys.trees())[tree]
    await keys.keep([("ann", (tree, 5)), ("zoe", (tree, 6)), ("zoe", (tree, 7))])
    clock.advance(DAY_S)
    await keys.keep([("ann", (tree, 5))])  # used again
    assert await keys.expire(clock.now_us() - 1) == 2
    after = (await keys.trees())[tree]
    assert [after.key(leaf) for leaf in (6, 7)] == [None, None]
    assert after.key(5) == before.key(5)
    assert await of(database, keys, "ann", "zoe") == {(tree, 5)}
    assert await keys.erasures() == 0  # no node begins again
    clock.advance(2)
    assert await keys.expire(clock.now_us()) == 1
    assert await of(database, keys, "ann") == set()
    clock.advance(2)
    assert await keys.expire(clock.now_us()) == 0
    assert await keys.trees() == {}


async def test_a_tree_without_keys_stays_while_it_is_young(
    keys: PersonKeys, clock: FakeClock
) -> None:
    before_us = clock.now_us()
    clock.advance(1)
    tree = await keys.claim()
    assert await keys.expire(before_us) == 0
    assert set(await keys.trees()) == {tree}


async def test_keys_do_not_grow_with_time(
    database: Database, keys: PersonKeys, clock: FakeClock
) -> None:
    """A start and 20 callers each day, five of whom call each day."""
    kept_days, rows = 5, list[tuple[int, int]]()
    for day in range(6 * kept_days):
        tree = await keys.claim()
        regular = [(f"regular-{n}", (tree, n)) for n in range(5)]
        once = [(f"caller-{day}-{n}", (tree, 5 + n)) for n in range(15)]
        await keys.keep([*regular, *once])
        clock.advance(DAY_S)
        await keys.expire(clock.now_us() - kept_days * DAY_S * 1_000_000)
        async with database.read() as connection:
            counts = [
                await connection.scalar(text(f"SELECT count(*) FROM {name}"))
                for name in ("person_keys", "key_trees")
            ]
        rows.append((counts[0], counts[1]))
    assert rows[kept_days - 1] == (kept_days * 20, kept_days)
    # Afterwards what comes and what goes are equal; of punctured trees little is left.
    assert {persons for persons, _ in rows[kept_days:]} == {kept_days * 20}
    assert max(trees for _, trees in rows) <= (2 * kept_days + 1) * DEPTH
    assert rows[-1] == rows[-1 - kept_days]
