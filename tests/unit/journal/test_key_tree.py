from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from screenpop.journal.key_tree import DEPTH, LEAVES, KeyTree

ROOT = {(0, 0): b"r" * 32}
LEAF = st.one_of(st.integers(0, 40), st.integers(0, LEAVES - 1))


def test_a_key_is_always_the_same_and_differs_from_others() -> None:
    keys = [KeyTree(ROOT).key(leaf) for leaf in range(300)]
    assert keys == [KeyTree(ROOT).key(leaf) for leaf in range(300)]
    assert len(set(keys)) == 300
    assert KeyTree({(0, 0): b"s" * 32}).key(0) != keys[0]


@given(gone=st.sets(LEAF, min_size=1, max_size=6), kept=st.sets(LEAF, max_size=20))
def test_destroyed_keys_are_gone_and_all_others_stay(
    gone: set[int], kept: set[int]
) -> None:
    tree = KeyTree(ROOT)
    before = {leaf: KeyTree(ROOT).key(leaf) for leaf in kept - gone}
    removed, added = tree.destroy(gone)
    assert all(tree.key(leaf) is None for leaf in gone)
    assert {leaf: tree.key(leaf) for leaf in kept - gone} == before
    assert removed == {(0, 0)}  # from which a destroyed key could be computed
    assert len(added) <= len(gone) * DEPTH
    assert not any(
        leaf >> (DEPTH - depth) == path for leaf in gone for depth, path in added
    )


@given(st.lists(LEAF, min_size=2, max_size=5, unique=True))
def test_it_does_not_matter_in_how_many_steps(leaves: list[int]) -> None:
    one, by_one = KeyTree(ROOT), KeyTree(ROOT)
    one.destroy(leaves)
    for leaf in reversed(leaves):
        by_one.destroy([leaf])
    assert one.secrets == by_one.secrets
    assert one.destroy(leaves) == (set(), {})  # twice is once
