"""What do training and answers cost at 5 million order lines?

`python tests/load/insight.py [LINES]` generates an order book (100,000 customers,
20,000 items), trains on it in a process with one thread of linear algebra, writes and
maps the model, and asks. Times of answers are those of the processor, so that other
programs on the machine change them little. See docs/insight.md.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from screenpop.insight.model_file import ModelFiles
from screenpop.insight.offering import Offering
from screenpop.insight.orders import BATCH_LINES, OrderLines, Orders
from screenpop.insight.recommender import Recommender, train
from screenpop.insight.training import peak_mb

LINES = 5_000_000
CUSTOMERS = 100_000
ITEMS = 20_000
LINES_OF_ORDER = 10
OWN_ITEMS = 30  # that a customer buys again and again
YEARS = 3
QUESTIONS = 5_000


def generated(lines: int) -> Orders:
    """Customers of very different size, items of very different popularity.

    Two of three lines are of the customer's own items, neighbours in the assortment.
    """
    chance = np.random.default_rng(1)
    orders = OrderLines()
    size = chance.pareto(1.2, CUSTOMERS) + 0.2
    size /= size.sum()
    popular = 1 / np.arange(1, ITEMS + 1) ** 0.7
    popular /= popular.sum()
    own = chance.integers(0, ITEMS, CUSTOMERS)
    order = 0
    for start in range(0, lines, BATCH_LINES):
        count = min(BATCH_LINES, lines - start)
        baskets = -(-count // LINES_OF_ORDER)
        basket = np.repeat(np.arange(baskets), LINES_OF_ORDER)[:count]
        who = chance.choice(CUSTOMERS, baskets, p=size)[basket]
        at = chance.uniform(0, YEARS * 365 * 86_400.0, baskets)[basket]
        habit = (own[who] + chance.geometric(1 / OWN_ITEMS, count)) % ITEMS
        item = np.where(
            chance.random(count) < 2 / 3, habit, chance.choice(ITEMS, count, p=popular)
        )
        orders.add(
            [f"c{n:06}" for n in who.tolist()],
            [f"b{order + n}" for n in basket.tolist()],
            at.tolist(),
            [f"i{n:05}" for n in item.tolist()],
            np.ones(count).tolist(),
            chance.uniform(1, 100, count).tolist(),
        )
        order += baskets
    return orders.orders()


def timed(name: str, work: Callable[[int], object], keys: list[int]) -> None:
    spent = np.empty(len(keys))
    for place, key in enumerate(keys):
        start = time.process_time()
        work(key)
        spent[place] = time.process_time() - start
    report(name, spent)


def report(name: str, spent: np.ndarray) -> None:
    p50, p99, most = 1e3 * np.quantile(spent, (0.5, 0.99, 1))
    print(f"{name:32} p50 {p50:6.2f} ms   p99 {p99:6.2f} ms   most {most:6.2f} ms")


def answer_cards(recommender: Recommender) -> None:
    """The three facets of a call's card, in their order, as the service asks them."""
    model = recommender.model
    keys, now_s = model.book.orders.customer_keys, model.book.items.now + 86_400
    offering = Offering(recommender=recommender, items={})
    facets = {
        "card: recommendations": offering.likely,
        "card: goes_with": offering.goes_with,
        "card: outlook": offering.outlook,
    }
    places = np.random.default_rng(3).integers(0, len(keys), QUESTIONS)
    spent = np.empty((len(facets), QUESTIONS))
    for column, place in enumerate(places.tolist()):
        for row, answer in enumerate(facets.values()):
            start = time.process_time()
            answer(keys[place], now_s)
            spent[row, column] = time.process_time() - start
    for name, row_spent in zip(facets, spent, strict=True):
        report(name, row_spent)


def ask(recommender: Recommender) -> None:
    keys = recommender.model.book.orders.customer_keys
    places = np.random.default_rng(2).integers(0, len(keys), QUESTIONS).tolist()

    def basket(place: int) -> list[str]:
        return recommender.last_order(keys[place])

    questions: dict[str, Callable[[int], object]] = {
        "likely next, 3": lambda n: recommender.recommend(keys[n], 3),
        "new, 3": lambda n: recommender.recommend_new(keys[n], 3),
        "goes with the last order, 3": lambda n: recommender.complete(
            basket(n), 3, keys[n]
        ),
        "likely next, 3, with reasons": lambda n: recommender.explained(keys[n], 3),
        "goes with, 3, with reasons": lambda n: recommender.explained_with(
            basket(n), 3, keys[n]
        ),
        "due again": lambda n: recommender.due_again(keys[n]),
        "outlook": lambda n: recommender.outlook(keys[n]),
    }
    for work in questions.values():  # the pages of the file are read once
        for place in places[:200]:
            work(place)
    for name, work in questions.items():
        timed(name, work, places)
    answer_cards(recommender)


def main() -> None:
    lines = int(sys.argv[1]) if len(sys.argv) > 1 else LINES
    start = time.monotonic()
    orders = generated(lines)
    print(
        f"{lines:,} lines generated, {len(orders.basket_time):,} orders,"
        f" {time.monotonic() - start:.0f} s, {peak_mb():,.0f} MB"
    )
    wall, start = time.monotonic(), time.process_time()
    model = train(
        orders,
        progress=lambda step: print(
            f"  {time.monotonic() - wall:6.0f} s  {peak_mb():8,.0f} MB  {step}",
            flush=True,
        ),
    )
    print(
        f"trained in {time.monotonic() - wall:.0f} s ({time.process_time() - start:.0f}"
        f" s of processor), peak {peak_mb():,.0f} MB"
    )
    with tempfile.TemporaryDirectory() as folder:
        files = ModelFiles(Path(folder))
        wall = time.monotonic()
        path = files.write(model)
        print(f"model {path.stat().st_size / 1e6:,.0f} MB")
        print(f"written in {time.monotonic() - wall:.1f} s")
        del model, orders
        wall = time.monotonic()
        found = files.read()
        assert found is not None
        print(f"checked and mapped in {time.monotonic() - wall:.1f} s")
        ask(Recommender(found[1]))


if __name__ == "__main__":
    main()
