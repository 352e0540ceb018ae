"""Does the evaluation measure what it says, and only on later orders?"""

from __future__ import annotations

import numpy as np
import pytest
from unit.insight.test_recommender import DAY, habits

from screenpop.insight.evaluation import as_text, evaluate, without_rare
from screenpop.insight.features import OrderBook
from screenpop.insight.orders import Orders, OrdersError
from screenpop.insight.ranking import (
    Trial,
    cut_of,
    fixed,
    measure,
    samples,
)


def test_rare_items_and_customers_of_few_orders_are_left_out() -> None:
    columns = habits()
    for place, value in enumerate(("once", "x1", 5 * DAY, "i03", 1.0)):
        columns[place].append(value)
    for place, value in enumerate(("c003", "x2", 5 * DAY, "rare", 1.0)):
        columns[place].append(value)
    orders = without_rare(Orders.of(*columns))
    assert "once" not in orders.customer_keys
    assert "rare" not in orders.item_keys


def test_measures_are_those_of_the_textbook() -> None:
    ranked = [np.asarray([1, 2, 3], dtype=np.int32), np.asarray([4], dtype=np.int32)]
    truths = [np.asarray([2, 9], dtype=np.int32), np.asarray([5], dtype=np.int32)]
    found = measure(ranked, truths, items=8)
    assert found.recall == pytest.approx((1 / 2 + 0) / 2)
    ideal = 1 + 1 / np.log2(3)
    assert found.ndcg == pytest.approx((1 / np.log2(3) / ideal + 0) / 2)
    assert found.hit_rate == 0.5
    assert found.coverage == 4 / 8
    assert found.customers == 2


def test_the_truth_is_the_whole_next_order_after_the_split() -> None:
    orders = Orders.of(
        ["a", "a", "a", "a", "b"],
        ["1", "2", "2", "3", "4"],
        [0.0, 9.5, 9.5, 10.0, 9.9],
        ["x", "y", "z", "x", "x"],
        [1.0] * 5,
    )
    (only,) = samples(orders, cut_of(orders, 0.9), "likely_next", most=10)
    assert orders.customer_keys[only.customer] == "a"
    assert [orders.item_keys[i] for i in only.truth] == ["y", "z"]


def test_popularity_and_personal_top_equal_a_slow_count() -> None:
    """The harness measures the same as a loop over dictionaries."""
    orders = without_rare(Orders.of(*habits()))
    split = cut_of(orders, 0.9)
    known = orders.only_baskets(orders.basket_time < split)
    counts = np.bincount(known.line_item, minlength=len(known.item_keys))
    tested = samples(orders, split, "likely_next", most=1_000)
    trial = Trial(OrderBook(known), tested, "likely_next")

    def popular_first(items: list[int]) -> list[int]:
        return sorted(items, key=lambda item: (-counts[item], item))

    everything = popular_first(list(range(len(counts))))
    popular, personal = [], []
    for sample in tested:
        bought = known.line_item[known.line_customer == sample.customer].tolist()
        own = sorted(set(bought), key=lambda i: (-bought.count(i), -counts[i], i))
        rest = [item for item in everything if item not in own]
        truth = set(sample.truth.tolist())
        popular.append(len(truth & set(everything[:10])) / len(truth))
        personal.append(len(truth & set((own + rest)[:10])) / len(truth))
    assert trial.measure(fixed({"log_popular": 1})).recall == pytest.approx(
        np.mean(popular)
    )
    assert trial.measure(fixed({"share": 1})).recall == pytest.approx(np.mean(personal))


def test_an_evaluation_prints_each_ranking_and_a_verdict() -> None:
    steps: list[str] = []
    evaluation = evaluate(Orders.of(*habits()), progress=steps.append)
    likely = evaluation.tasks[0]
    assert {"popularity", "last basket again", "personal top", "learned"} <= set(
        likely.measured
    )
    assert likely.measured["personal top"].recall > likely.measured["popularity"].recall
    text = as_text(evaluation)
    assert "60 customers tested" in text
    assert likely.verdict() in text
    assert steps[0].startswith("learning about items")


def test_the_choice_does_not_see_the_orders_after_the_split() -> None:
    columns = habits()
    orders = without_rare(Orders.of(*columns))
    split = cut_of(orders, 0.9)
    later = np.flatnonzero(orders.line_time >= split)
    other = orders.line_item.copy()
    other[later] = np.roll(orders.line_item[later], 1)
    keys = orders.item_keys
    changed = Orders.of(
        [orders.customer_keys[c] for c in orders.line_customer],
        [str(b) for b in orders.line_basket],
        orders.line_time.tolist(),
        [keys[i] for i in other],
        [1.0] * len(other),
    )
    one, two = evaluate(orders), evaluate(changed)
    assert [t.chosen for t in one.tasks] == [t.chosen for t in two.tasks]
    assert one.tasks[0].measured != two.tasks[0].measured


def test_too_little_to_evaluate_is_an_error() -> None:
    with pytest.raises(OrdersError, match="nothing to evaluate yet"):
        evaluate(Orders.of(["a"], ["1"], [0.0], ["x"], [1.0]))
    columns = habits()
    columns[2] = [0.0] * len(columns[2])
    with pytest.raises(OrdersError, match="all orders have the same time"):
        evaluate(Orders.of(*columns))


def test_too_few_customers_give_no_verdict() -> None:
    evaluation = evaluate(Orders.of(*habits(customers=10)))
    assert "too few to say" in evaluation.tasks[0].verdict()
