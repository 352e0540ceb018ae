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
