"""Does the public interface answer, whatever the orders look like?"""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screenpop.insight import Recommender
from screenpop.insight.orders import OrdersError

DAY = 86_400.0


def habits(customers: int = 60, baskets: int = 12) -> list[list[Any]]:
    """Each customer buys two items of their own every time, and one by chance."""
    chance = np.random.default_rng(1)
    lines = []
    for customer in range(customers):
        for number in range(baskets):
            time = (number * 30 + customer % 30) * DAY
            own = [customer % 20, (customer + 7) % 20, int(chance.integers(20, 60))]
            lines += [
                (f"c{customer:03}", f"b{number}", time, f"i{item:02}", 1.0)
                for item in own
            ]
    return [list(column) for column in zip(*lines, strict=True)]


@pytest.fixture(scope="module")
def fitted() -> Recommender:
    return Recommender().fit(*habits())


def test_what_a_customer_always_buys_comes_first(fitted: Recommender) -> None:
    assert set(fitted.recommend("c003", 2)) == {"i03", "i10"}


def test_a_new_item_was_never_bought(fitted: Recommender) -> None:
    columns = habits()
    bought = {i for c, i in zip(columns[0], columns[3], strict=True) if c == "c003"}
    new = fitted.recommend_new("c003", 100)
    assert not bought & set(new)
    assert sorted(bought | set(new)) == sorted(set(columns[3]))


def test_a_basket_is_completed_with_its_companion(fitted: Recommender) -> None:
    assert fitted.complete(["i05"], 2)[0] in {"i12", "i18"}
    assert "i05" not in fitted.complete(["i05"], 100, "c005")


def test_an_unknown_customer_gets_popular_items(fitted: Recommender) -> None:
    columns = habits()
    times = {item: columns[3].count(item) for item in set(columns[3])}
    best = sorted(times, key=lambda item: (-times[item], item))
    assert set(fitted.recommend("stranger", 3)) <= set(best[:20])
    assert len(fitted.recommend_new("stranger", 1_000)) == len(times)


def test_the_choice_is_kept_with_its_numbers(fitted: Recommender) -> None:
    choice = fitted.choices["likely_next"]
    assert choice.measured[choice.variant].recall == max(
        measured.recall for measured in choice.measured.values()
    )
    assert choice.measured["personal top"].customers == 60


def test_the_order_of_the_lines_does_not_matter(fitted: Recommender) -> None:
    columns = habits()
    order = np.random.default_rng(2).permutation(len(columns[0]))
    mixed = Recommender().fit(*[[column[n] for n in order] for column in columns])
    for customer in ("c000", "c031", "stranger"):
        assert mixed.recommend(customer, 10) == fitted.recommend(customer, 10)
        assert mixed.recommend_new(customer, 10) == fitted.recommend_new(customer, 10)
    assert mixed.complete(["i05"], 9) == fitted.complete(["i05"], 9)


def test_nothing_is_computed_for_who_opted_out(fitted: Recommender) -> None:
    without = Recommender().fit(*habits(), withheld=["c003", "not a customer"])
    assert without.recommend("c003", 3) == []
    assert without.recommend_new("c003", 3) == []
    assert without.complete(["i05"], 3, "c003") == []
    assert without.explained("c003", 3) == []
    assert without.due_again("c003") == []
    assert "c003" not in without.model.book.orders.customer_keys
    # the others' answers are those of a company that never had this customer
    columns = habits()
    rest = [n for n, customer in enumerate(columns[0]) if customer != "c003"]
    never = Recommender().fit(*[[column[n] for n in rest] for column in columns])
    assert without.recommend("c010", 10) == never.recommend("c010", 10)


def test_an_excluded_item_is_never_recommended() -> None:
    recommender = Recommender().fit(*habits(), excluded_items=["i03", "i10"])
    assert not {"i03", "i10"} & set(recommender.recommend("c003", 100))
    assert not {"i03", "i10"} & set(recommender.complete(["i05"], 100))


BOOK = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c", "d"]),
        st.sampled_from(["1", "2", "3", "4"]),
        st.integers(0, 400).map(lambda day: day * DAY),
        st.sampled_from([f"i{n}" for n in range(8)]),
        st.sampled_from([1.0, 2.0]),
    ),
    min_size=1,
    max_size=40,
)


@settings(max_examples=60, deadline=None)
@given(BOOK)
def test_any_order_book_gives_lists_without_repetition(book: list[Any]) -> None:
    recommender = Recommender().fit(*[list(c) for c in zip(*book, strict=True)])
    items = {item for _, _, _, item, _ in book}
    for customer in ("a", "b", "not a customer"):
        bought = {item for c, _, _, item, _ in book if c == customer}
        likely = recommender.recommend(customer, 20)
        assert sorted(likely) == sorted(items)
        assert sorted(recommender.recommend_new(customer, 20)) == sorted(items - bought)
        given_items = [*sorted(items)[:2], "not an item"]
        completed = recommender.complete(given_items, 20, customer)
        assert sorted(completed) == sorted(items - set(given_items))
        assert recommender.recommend(customer, 1) == likely[:1]


@pytest.mark.parametrize(
    "columns",
    [
        [["a"], ["1"], [0.0], ["x"], [1.0]],  # one line
        [["a"] * 3, ["1"] * 3, [0.0] * 3, ["x", "y", "z"], [1.0] * 3],  # one basket
        [["a", "b"], ["1", "1"], [5.0, 5.0], ["x", "x"], [1.0, 1.0]],  # only item
        [list("abc"), ["1"] * 3, [0.0, 1e9, 2e9], list("xyz"), [1.0] * 3],
    ],
)
def test_tiny_order_books_are_fit(columns: list[Any]) -> None:
    recommender = Recommender().fit(*columns)
    assert recommender.recommend("a", 10)
    assert recommender.choices["likely_next"].by_default


def test_a_huge_basket_is_fit() -> None:
    count = 2_500
    items = [f"i{n}" for n in range(count)]
    recommender = Recommender().fit(
        ["a"] * count + ["b", "b"],
        ["1"] * count + ["2", "3"],
        [0.0] * count + [1e6, 2e6],
        [*items, "i1", "i1"],
        [1.0] * (count + 2),
    )
    assert recommender.recommend("b", 1) == ["i1"]


def test_errors_say_what_to_do() -> None:
    with pytest.raises(OrdersError, match=r"Call fit\(\) first"):
        Recommender().recommend("a", 3)
    with pytest.raises(ValueError, match="k must be 1 or more, is 0"):
        Recommender().fit(["a"], ["1"], [0.0], ["x"], [1.0]).recommend("a", 0)
    with pytest.raises(OrdersError, match="nothing to train on"):
        Recommender().fit(["a"], ["1"], [0.0], ["x"], [1.0], withheld=["a"])


def test_the_package_alone_loads_no_numpy() -> None:
    code = "import sys, screenpop.insight; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
