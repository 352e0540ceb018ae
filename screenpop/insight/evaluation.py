"""How good are the recommendations on orders that came later?

One global split at 90 % of the span: what customers ordered before it is known, the
whole next order of each of them is the truth. Items in fewer than 5 orders and
customers with fewer than 3 orders are left out first. Every choice is made inside the
known part (see `ranking.choose`); the later part is only measured.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from screenpop.insight.features import OrderBook
from screenpop.insight.orders import Flags, Floats, Orders, OrdersError
from screenpop.insight.outlook import (
    DAY_S,
    SPEND_DAYS,
    expected_spend,
    next_band,
    next_order_days,
    outlook_model,
    rhythm_of,
)
from screenpop.insight.ranking import (
    LEARNED,
    TASKS,
    VARIANTS,
    Measures,
    Ranking,
    Task,
    Trial,
    choose,
    cut_of,
    fixed,
    samples,
)

ITEM_BASKETS_MIN = 5
CUSTOMER_BASKETS_MIN = 3
SPLIT_SHARE = 0.9
TESTED_MAX = 5_000  # customers; more are drawn with a fixed seed
TESTED_MIN = 30  # with fewer the verdict says that it is too early

PERSONAL_TOP = "personal top"
BASELINES: Mapping[Task, Mapping[str, Mapping[str, float]]] = {
    "likely_next": {
        "popularity": {"log_popular": 1.0},
        "last basket again": {"bought": 100.0, "log_orders_since": -1.0},
    },
    "new": {"popularity": {"log_popular": 1.0}},
    "goes_with": {
        "popularity": {"log_popular": 1.0},
        PERSONAL_TOP: {"share": 1.0},
    },
    "goes_with_anyone": {"popularity": {"log_popular": 1.0}},
}
"""What a ranking has to beat, as weights of features."""

TITLES: Mapping[Task, str] = {
    "likely_next": "Likely to buy next",
    "new": "New to the customer",
    "goes_with": "Goes with the order (half of it is known), known customer",
    "goes_with_anyone": "Goes with the order (half of it is known), unknown customer",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluatedTask:
    """One table: what each ranking reached on later orders; `chosen` is in use."""

    task: Task
    chosen: str
    measured: Mapping[str, Measures]  # empty: no customer could be tested

    def verdict(self) -> str:
        """One honest sentence."""
        if not self.measured:
            return "No customer ordered before and after the split: nothing to measure."
        best = self.measured[self.chosen]
        name = _reference(self.task)
        rival = self.measured[name]
        numbers = f"recall@10 {best.recall:.3f} against {rival.recall:.3f}"
        if best.customers < TESTED_MIN:
            return (
                f"Only {best.customers} customers could be tested ({numbers}): too few"
                " to say which ranking is better."
            )
        if self.chosen == name or best.recall <= rival.recall:
            return f"Nothing beats {name!r} on these orders ({numbers})."
        more = 100 * (best.recall / rival.recall - 1) if rival.recall else np.inf
        return f"{self.chosen!r} finds {more:.0f} % more than {name!r} ({numbers})."


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What was measured, on which part of the orders."""

    customers: int
    items: int
    baskets: int
    split: float  # Unix seconds
    tasks: Sequence[EvaluatedTask]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutlookMeasures:
    """How the outlook of SPEND_DAYS ago compares with what happened since."""

    ordered_again: int  # customers with an order before and after
    with_band: int  # of them: those whose next order had a band
    covered: float | None  # share of these whose next order came within the band
    spend_customers: int
    spend_error: float | None  # mean absolute error of the expected spend
    same_as_last_error: float | None  # ... of "the same as in the days before"


def _reference(task: Task) -> str:
    if task in ("likely_next", "goes_with"):
        return PERSONAL_TOP
    return "popularity"


def without_rare(orders: Orders) -> Orders:
    """Without rare items, then without customers of few orders."""
    items = np.bincount(orders.line_item, minlength=len(orders.item_keys))
    orders = orders.only_lines(items[orders.line_item] >= ITEM_BASKETS_MIN)
    baskets = np.bincount(orders.basket_customer, minlength=len(orders.customer_keys))
    kept = baskets[orders.basket_customer] >= CUSTOMER_BASKETS_MIN
    if not kept.any():
        raise OrdersError(
            f"no customer has {CUSTOMER_BASKETS_MIN} orders of items that are in"
            f" {ITEM_BASKETS_MIN} orders or more. There is nothing to evaluate yet."
        )
    return orders.only_baskets(kept).compact()


def evaluate(
    orders: Orders, *, progress: Callable[[str], None] = lambda step: None
) -> Evaluation:
    """Measure every ranking. Raises `OrdersError` when there is too little to test.

    `progress` gets a line at each step.
    """
    orders = without_rare(orders)
    split = cut_of(orders, SPLIT_SHARE)
    known = orders.only_baskets(orders.basket_time < split)
    if not len(known.basket_time):
        raise OrdersError(
            "all orders have the same time. Check the column that holds the time."
        )
    ranking = choose(known, progress)
    progress("learning about items")
    book = OrderBook(known)
    tasks = []
    for task in TASKS:
        progress(f"measuring: {task}")
        tested = samples(orders, split, task, most=TESTED_MAX)
        tasks.append(_evaluated(Trial(book, tested, task), ranking))
    return Evaluation(
        customers=len(orders.customer_keys),
        items=len(orders.item_keys),
        baskets=len(orders.basket_time),
        split=split,
        tasks=tasks,
    )


def _evaluated(trial: Trial, ranking: Ranking) -> EvaluatedTask:
    task = trial.task
    weights = _weights(task, ranking)
    measured = {name: trial.measure(vector) for name, vector in weights.items()}
    return EvaluatedTask(
        task=task,
        chosen=ranking.choices[task].variant,
        measured=measured if len(trial) else {},
    )


def _weights(task: Task, ranking: Ranking) -> dict[str, Floats]:
    """Of the baselines, of each variant, and of the learned one if it was chosen."""
    variants = {**BASELINES[task], **VARIANTS[task]}
    weights = {name: fixed(variant) for name, variant in variants.items()}
    learned = ranking.learned.get(task)
    if learned is None:
        del weights[LEARNED]
    else:
        weights[LEARNED] = learned
    return weights


def evaluate_outlook(orders: Orders) -> OutlookMeasures:
    """Fit on the orders before the last SPEND_DAYS days, compare with these days.

    Raises `OrdersError` when there are no orders before.
    """
    end = float(np.floor(orders.basket_time.max() / DAY_S))
    cut = end - SPEND_DAYS
    known = orders.only_baskets(orders.basket_time < (cut + 1) * DAY_S)
    if not len(known.basket_time):
        raise OrdersError(
            f"all orders are of the last {SPEND_DAYS} days. There is nothing to"
            " evaluate an outlook with yet."
        )
    model, everyone = outlook_model(known), slice(None)
    following = next_order_days(orders, after=cut) - cut
    first, last = next_band(model, everyone, cut)
    again = (model.rhythm.days > 0) & np.isfinite(following)
    told = again & np.isfinite(first)
    covered = (following >= first) & (following <= last)
    expected, recent = expected_spend(model, everyone, cut), model.rhythm.recent
    spent = rhythm_of(orders, end).recent
    known_spend = np.isfinite(expected) & np.isfinite(spent) & (model.rhythm.days > 0)
    some = bool(known_spend.any())
    return OutlookMeasures(
        ordered_again=int(again.sum()),
        with_band=int(told.sum()),
        covered=float(covered[told].mean()) if told.any() else None,
        spend_customers=int(known_spend.sum()),
        spend_error=_error(expected, spent, known_spend) if some else None,
        same_as_last_error=_error(recent, spent, known_spend) if some else None,
    )


def _error(expected: Floats, spent: Floats, tested: Flags) -> float:
    return float(np.abs(expected - spent)[tested].mean())


def outlook_as_text(found: OutlookMeasures) -> str:
    lines = [f"Outlook, compared with the last {SPEND_DAYS} days"]
    if found.covered is not None:
        lines.append(
            f"  next order: {found.ordered_again:,} customers ordered again,"
            f" {found.with_band:,} had a band, {found.covered:.0%} ordered within it"
            " (meant: 80%)"
        )
    if found.spend_error is not None and found.same_as_last_error is not None:
        better = found.spend_error < found.same_as_last_error
        lines.append(
            f"  spend: mean absolute error {found.spend_error:,.2f} for"
            f" {found.spend_customers:,} customers, {found.same_as_last_error:,.2f} for"
            f' "the same as in the {SPEND_DAYS} days before"'
            + ("" if better else ". The expected spend is not better: do not use it")
        )
    return "\n".join(lines)


def as_text(evaluation: Evaluation) -> str:
    """The tables as plain text, 80 columns wide."""
    lines = [
        f"{evaluation.customers:,} customers, {evaluation.items:,} items,"
        f" {evaluation.baskets:,} orders; split at 90 % of the span"
    ]
    for table in evaluation.tasks:
        tested = max((each.customers for each in table.measured.values()), default=0)
        lines += [
            "",
            f"{TITLES[table.task]}: {tested:,} customers tested",
            f"{'':42}{'recall@10':>10}{'ndcg@10':>9}{'hit rate':>9}{'coverage':>9}",
        ]
        for name, each in table.measured.items():
            mark = "* " if name == table.chosen else "  "
            lines.append(
                f"{mark + name:42}{each.recall:10.4f}{each.ndcg:9.4f}"
                f"{each.hit_rate:9.3f}{each.coverage:9.3f}"
            )
        lines.append(table.verdict())
    lines += ["", "* the ranking in use, chosen on orders before the split"]
    return "\n".join(lines)
