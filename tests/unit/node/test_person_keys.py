"""New keys come of a new tree each day, so that an old tree can go."""

from __future__ import annotations

from pathlib import Path

from screenpop.history.engine import Database, sqlite_url
from screenpop.history.migrate import upgrade
from screenpop.journal.master_key import MasterKey
from screenpop.node.person_keys import TREE_S, NodeKeys
from screenpop.support.clock import FakeClock


async def test_a_node_takes_its_keys_from_a_new_tree_each_day(tmp_path: Path) -> None:
    clock, keys = FakeClock(), NodeKeys(MasterKey(b"m" * 32), {})
    database = Database(sqlite_url(tmp_path / "store.sqlite"))
    await database.open()
    await upgrade(database)
    await keys.begin(database, clock)
    trees = []
    for person in ("ann", "zoe", "eve"):
        await keys.keep()
        trees.append(keys.ring.key_of(person)[0])
        clock.advance(TREE_S / 2 + 1)
    assert trees[0] == trees[1] != trees[2]
    assert set(await keys.store.trees()) == set(trees)
    assert keys.ring.cipher(keys.ring.key_of("ann")) is not None  # of the old tree
    await database.close()
