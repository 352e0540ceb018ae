"""In which order are items recommended, and which order is best for this company?

An order is a weight for each feature: fixed ones (personal top, decayed purchases with
neighbours, ...) and one learned by logistic regression on the company's own orders.
All are measured on orders that none of them saw; the best one is kept, with its
numbers. Ties go to the item that is bought more often, then to the lower key.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from screenpop.insight.features import (
    COLUMN,
    FEATURES,
    ItemModel,
    OrderBook,
    RankingQuestion,
    candidates,
    describe,
)
from screenpop.insight.orders import Flags, Floats, Ints, Orders

Task = Literal["likely_next", "new", "goes_with", "goes_with_anyone"]
TASKS: tuple[Task, ...] = ("likely_next", "new", "goes_with", "goes_with_anyone")

LEARNED = "learned"
VARIANTS: Mapping[Task, Mapping[str, Mapping[str, float]]] = {
    "likely_next": {
        "personal top": {"share": 1.0},
        "own purchases with decay": {"decay_share": 1.0},
        "own purchases and neighbours": {
            "share": 1.0,
            "decay_share": 1.0,
            "same_share": 0.4,
            "popular_share": 0.4,
        },
        LEARNED: {},
    },
    "new": {
        "recent popularity": {"popular_share": 1.0},
        "items of the same customers": {"same_share": 1.0},
        "same customers and recent popularity": {
            "same_share": 1.0,
            "popular_share": 0.2,
        },
        LEARNED: {},
    },
    "goes_with": {
        "items of the same basket": {"with_share": 1.0},
        "same basket and own purchases": {"with_share": 1.0, "share": 0.5},
        LEARNED: {},
    },
    "goes_with_anyone": {
        "items of the same basket": {"with_share": 1.0},
        LEARNED: {},
    },
}
"""Variants of each task: weights of features. The simplest stands first."""

SAMPLES_MAX = 2_000  # customers to learn from and to choose with
SAMPLES_MIN = 30  # with fewer the choice is by default, not by numbers
DEFAULT: Mapping[Task, str] = {
    "likely_next": "own purchases and neighbours",
    "new": "same customers and recent popularity",
    "goes_with": "same basket and own purchases",
    "goes_with_anyone": "items of the same basket",
}
NEWTON_STEPS_MAX = 30
PENALTY = 1.0  # of squared weights (L2)
SEED = 20_110_901
K = 10  # items that the choice looks at
LATEST_SHARE = 0.1  # of the span: its orders choose, earlier ones teach


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sample:
    """A customer at a time, what was in the basket by then, and what followed."""

    customer: int
    given: Ints
    truth: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """Means over the tested customers; `coverage` is a share of all items."""

    recall: float
    ndcg: float
    hit_rate: float
    coverage: float
    customers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which variant of a task is used, and what each of them reached."""

    task: Task
    variant: str
    measured: Mapping[str, Measures]  # empty: too few customers to measure

    @property
    def by_default(self) -> bool:
        return not self.measured


def rank(
    book: OrderBook,
    question: RankingQuestion,
    weights: Floats,
    allowed: Flags,
    *,
    task: Task,
    k: int,
) -> Ints:
    """At most k allowed items, best first; popular ones fill what is missing."""
    found = candidates(book.items, question, allowed, own=task != "new")
    rows = describe(book.items, question, found)
    seen = (question.basket, question.history.items)
    return _best(book.items, seen, found, rows @ weights, allowed, task, k)


def _best(
    items: ItemModel,
    seen: tuple[Ints, Ints],
    found: Ints,
    scores: Floats,
    allowed: Flags,
    task: Task,
    k: int,
) -> Ints:
    """`seen`: items of the basket, items that the customer bought."""
    best = found[np.lexsort((items.popular_rank[found], -scores))[:k]]
    if len(best) == k:
        return best
    basket, bought = seen
    taken = [best, basket]
    if task == "new":
        taken.append(bought)
    free = allowed.copy()
    free[np.concatenate(taken)] = False
    order = items.by_popularity
    return np.concatenate((best, order[free[order]][: k - len(best)])).astype(np.int32)


def cut_of(orders: Orders, share: float) -> float:
    """The time at which `share` of the span of all orders is over."""
    first, last = float(orders.basket_time.min()), float(orders.basket_time.max())
    return first + share * (last - first)


def samples(
    orders: Orders, cut: float, task: Task, *, until: float = np.inf, most: int
) -> list[Sample]:
    """The first basket at or after `cut` of each customer who bought before it.

    `goes_with`: half of that basket, drawn with a fixed seed, is given. More than
    `most` customers are drawn with the same seed.
    """
    chance = np.random.default_rng(SEED)
    following = _next_baskets(orders, cut, until)
    if len(following) > most:
        following = np.sort(chance.choice(following, most, replace=False))
    lines_from = orders.lines_from()
    baskets_from = orders.baskets_from()
    found = []
    for basket in following.tolist():
        items = orders.line_item[lines_from[basket] : lines_from[basket + 1]]
        customer = int(orders.basket_customer[basket])
        given = items[:0]
        if task == "new":
            before = slice(lines_from[baskets_from[customer]], lines_from[basket])
            items = np.setdiff1d(items, orders.line_item[before])
        elif task != "likely_next":
            mixed = chance.permutation(items)
            given, items = mixed[: len(mixed) // 2], mixed[len(mixed) // 2 :]
        if len(items) and (len(given) or task in ("likely_next", "new")):
            found.append(Sample(customer=customer, given=given, truth=items))
    return found


def _next_baskets(orders: Orders, cut: float, until: float) -> Ints:
    before = np.zeros(len(orders.customer_keys), dtype=np.bool_)
    before[orders.basket_customer[orders.basket_time < cut]] = True
    later = np.flatnonzero((orders.basket_time >= cut) & (orders.basket_time < until))
    _, first = np.unique(orders.basket_customer[later], return_index=True)
    following = later[first]
    return following[before[orders.basket_customer[following]]].astype(np.int32)


def measure(ranked: Sequence[Ints], truths: Sequence[Ints], items: int) -> Measures:
    """Recall, nDCG and hit rate at K, with binary relevance."""
    if not ranked:
        return Measures(recall=0.0, ndcg=0.0, hit_rate=0.0, coverage=0.0, customers=0)
    found = [
        _of_one(best[:K], truth) for best, truth in zip(ranked, truths, strict=True)
    ]
    shown = np.unique(np.concatenate([best[:K] for best in ranked]))
    recall, ndcg, hit_rate = np.mean(found, axis=0).tolist()
    return Measures(
        recall=recall,
        ndcg=ndcg,
        hit_rate=hit_rate,
        coverage=len(shown) / max(items, 1),
        customers=len(found),
    )


def _of_one(ranked: Ints, truth: Ints) -> tuple[float, float, float]:
    hits = np.isin(ranked, truth)
    gains = 1 / np.log2(np.arange(2, K + 2))
    ideal = gains[: min(len(truth), K)].sum()
    return (
        hits.sum() / len(truth),
        (gains[: len(hits)] * hits).sum() / ideal,
        float(hits.any()),
    )


def fixed(variant: Mapping[str, float]) -> Floats:
    """The weight vector of a variant."""
    weights = np.zeros(len(FEATURES))
    for name, weight in variant.items():
        weights[COLUMN[name]] = weight
    return weights


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _AskedSample:
    """A sample with its candidates (n,) and their features (n, len(FEATURES))."""

    sample: Sample
    bought: Ints
    found: Ints
    rows: npt.NDArray[np.float32]


class Trial:
    """Samples of one task, asked of a book that does not know what followed."""

    def __init__(self, book: OrderBook, tested: Sequence[Sample], task: Task):
        self.book, self.task = book, task
        self._allowed = np.ones(len(book.orders.item_keys), dtype=np.bool_)
        self._asked = [self._ask(sample) for sample in tested]

    def __len__(self) -> int:
        return len(self._asked)

    def _ask(self, sample: Sample) -> _AskedSample:
        customer = -1 if self.task == "goes_with_anyone" else sample.customer
        question = self.book.question(customer, sample.given)
        items = self.book.items
        found = candidates(items, question, self._allowed, own=self.task != "new")
        rows = describe(items, question, found).astype(np.float32)
        return _AskedSample(
            sample=sample, bought=question.history.items, found=found, rows=rows
        )

    def measure(self, weights: Floats) -> Measures:
        """What a ranking with these weights reaches."""
        ranked = [
            _best(
                self.book.items,
                (asked.sample.given, asked.bought),
                asked.found,
                asked.rows @ weights,
                self._allowed,
                self.task,
                K,
            )
            for asked in self._asked
        ]
        truths = [asked.sample.truth for asked in self._asked]
        return measure(ranked, truths, len(self._allowed))

    def learn(self) -> Floats:
        """Weights by logistic regression: does an item follow, given its features?"""
        return _logistic(
            np.concatenate([asked.rows for asked in self._asked]),
            np.concatenate(
                [np.isin(asked.found, asked.sample.truth) for asked in self._asked]
            ),
        )


def _logistic(rows: npt.NDArray[np.float32], labels: Flags) -> Floats:
    """Weights for raw features; the constant is left out, it changes no order.

    Newton's method on the likelihood with an L2 penalty of standardised weights.
    """
    mean = rows.mean(axis=0, dtype=np.float64)
    scale = rows.std(axis=0, dtype=np.float64)
    scale[scale < 1e-6] = np.inf  # the same for all: no weight
    z = np.ones((len(rows), rows.shape[1] + 1), dtype=np.float32)
    z[:, :-1] = (rows - mean) / scale
    penalty = np.full(z.shape[1], 2 * PENALTY)
    penalty[-1] = 1e-3
    weights = np.zeros(z.shape[1])
    for _ in range(NEWTON_STEPS_MAX):
        margin = np.clip((z @ weights.astype(np.float32)).astype(np.float64), -30, 30)
        chance = 1 / (1 + np.exp(-margin))
        error = (chance - labels).astype(np.float32)
        slope = (error @ z).astype(np.float64) + penalty * weights
        certain = np.sqrt(chance * (1 - chance)).astype(np.float32)
        scaled = z * certain[:, None]
        curve = (scaled.T @ scaled).astype(np.float64) + np.diag(penalty)
        step = np.linalg.solve(curve, slope)
        weights -= step
        if np.abs(step).max() < 1e-4:
            break
    raw: Floats = weights[:-1] / scale
    return raw


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ranking:
    """What training found: a weight vector and the choice for each task.

    `learned` has the weights of the learned variant, also where it was not chosen.
    """

    weights: Mapping[Task, Floats]
    choices: Mapping[Task, Choice]
    learned: Mapping[Task, Floats]


def choose(orders: Orders, progress: Callable[[str], None]) -> Ranking:
    """Find the best variant of each task.

    The last tenth of the span chooses between variants that know the orders before
    it; the learned one is taught there by the tenth before. The chosen learned one is
    then taught by the last tenth.
    """
    latest = cut_of(orders, 1 - LATEST_SHARE)
    before = orders.basket_time < latest
    if not before.any():  # all at one time
        return _defaults()
    progress("learning about items, without the latest orders")
    book = OrderBook(orders.only_baskets(before))
    earlier = cut_of(book.orders, 1 - LATEST_SHARE)
    oldest = book.orders.only_baskets(book.orders.basket_time < earlier)
    teacher = OrderBook(oldest) if len(oldest.basket_time) else None
    weights, choices, final = {}, {}, {}
    for task in TASKS:
        progress(f"choosing a variant: {task}")
        learned = _taught(teacher, book.orders, earlier, task)
        trial = Trial(book, samples(orders, latest, task, most=SAMPLES_MAX), task)
        choices[task] = _chosen(trial, learned)
        variant = choices[task].variant
        if learned is not None and len(trial):
            final[task] = trial.learn()
        weights[task] = (
            final[task] if variant == LEARNED else fixed(VARIANTS[task][variant])
        )
    return Ranking(weights=weights, choices=choices, learned=final)


def _defaults() -> Ranking:
    return Ranking(
        weights={task: fixed(VARIANTS[task][DEFAULT[task]]) for task in TASKS},
        choices={
            task: Choice(task=task, variant=DEFAULT[task], measured={})
            for task in TASKS
        },
        learned={},
    )


def _taught(
    teacher: OrderBook | None, orders: Orders, cut: float, task: Task
) -> Floats | None:
    taught = samples(orders, cut, task, most=SAMPLES_MAX)
    if teacher is None or len(taught) < SAMPLES_MIN:
        return None
    return Trial(teacher, taught, task).learn()


def _chosen(trial: Trial, learned: Floats | None) -> Choice:
    task = trial.task
    if len(trial) < SAMPLES_MIN:
        return Choice(task=task, variant=DEFAULT[task], measured={})
    weights = {name: fixed(variant) for name, variant in VARIANTS[task].items()}
    del weights[LEARNED]
    if learned is not None:
        weights[LEARNED] = learned
    measured = {name: trial.measure(vector) for name, vector in weights.items()}
    best = max(measured, key=lambda name: measured[name].recall)
    return Choice(task=task, variant=best, measured=measured)
