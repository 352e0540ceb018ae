"""When does a customer order next, how much will they spend, and are they at risk?

The expectation comes from `lifetime` and from what was spent recently, the bands from
the spread of what happened to customers of this company.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from screenpop.insight.lifetime import (
    AmountModel,
    PurchaseModel,
    active,
    expected_amount,
    expected_purchases,
    fit_amounts,
    fit_purchases,
)
from screenpop.insight.orders import Floats, Ints, Longs, Orders

DAY_S = 86_400.0
SPEND_DAYS = 90
YEAR_DAYS = 365
BAND = (0.1, 0.9)  # 80 % of customers lie between these quantiles
GAP_GROUPS = (0, 1, 3)  # customers with as many intervals or more share a spread
SPREAD_MIN = 30  # intervals or customers behind a quantile
MODEL_SHARES = (0.25, 0.5, 0.75)
GRID = 201  # quantiles kept of a spread


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rhythm:
    """When C customers ordered; a day with several orders counts once."""

    days: Ints  # (C,) days with an order
    first: Floats  # (C,) day number since 1970
    last: Floats  # (C,)
    usual: Floats  # (C,) median interval in days; NaN: one day only
    pace: Floats  # (C,) mean interval, drawn to the company's
    amount: Floats  # (C,) mean of a repeat day's amounts; NaN: unknown
    recent: Floats  # (C,) amount of the newest SPEND_DAYS days
    year: Floats  # (C,) amount of the newest YEAR_DAYS days
    year_before: (
        Floats  # (C,) of the YEAR_DAYS before; NaN: the orders do not reach back
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OutlookModel:
    """All that an outlook is computed from. `now` is a day number since 1970."""

    now: float
    rhythm: Rhythm
    purchases: PurchaseModel
    amounts: AmountModel | None  # None: too few amounts are known
    spread: Floats  # (len(GAP_GROUPS), GRID) interval / pace, quantiles
    model_share: float  # of the expected spend; the rest is what was spent recently
    spend_band: Floats  # (2,) low and high quantile of spent / expected


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """One customer. Days are counted from the newest order of the company.

    `next_from_days` to `next_to_days`: four of five customers like this one, if they
    order again, do so between these days; None: later than the company has seen.
    Amounts are None where the orders have none.
    """

    order_days: int
    usual_interval_days: float | None
    last_order_days: float
    next_from_days: float | None
    next_to_days: float | None
    active: float  # probability that the customer still orders
    spend: float | None  # expected in SPEND_DAYS days
    spend_from: float | None
    spend_to: float | None
    year: float | None
    year_before: float | None
    at_risk: bool  # later than nine of ten intervals of such customers

    @property
    def trend(self) -> float | None:
        """Amount of the last year / of the year before - 1."""
        if self.year is None or not self.year_before:
            return None
        return self.year / self.year_before - 1


def outlook_model(orders: Orders) -> OutlookModel:
    """Fit both models and learn the spreads from orders."""
    now = float(np.floor(orders.basket_time.max() / DAY_S))
    rhythm = rhythm_of(orders, now)
    some = rhythm.days > 0  # the key tables may have customers without an order
    counts = (column[some] for column in _counts(rhythm, slice(None), now))
    purchases = fit_purchases(*counts)
    amounts = _amounts_of(rhythm)
    plain = OutlookModel(
        now=now,
        rhythm=rhythm,
        purchases=purchases,
        amounts=amounts,
        spread=_spreads(orders),
        model_share=MODEL_SHARES[1],
        spend_band=np.asarray((0.0, np.nan)),
    )
    return _calibrated(orders, plain)


def outlook(model: OutlookModel, customer: int, at: float | None = None) -> Outlook:
    """Of the customer with this index. `at`: day number, by default the newest order's.

    A few tens of microseconds.
    """
    rhythm, at = model.rhythm, model.now if at is None else max(at, model.now)
    who = slice(customer, customer + 1)
    since = at - float(rhythm.last[customer])
    first, last = next_band(model, who, at)
    spend = _known(expected_spend(model, who, at))
    low, high = model.spend_band.tolist()
    return Outlook(
        order_days=int(rhythm.days[customer]),
        usual_interval_days=_known(rhythm.usual[who]),
        last_order_days=since,
        next_from_days=_known(first),
        next_to_days=_known(last),
        active=float(active(model.purchases, *_counts(rhythm, who, at))[0]),
        spend=spend,
        spend_from=None if spend is None or np.isnan(high) else spend * low,
        spend_to=None if spend is None or np.isnan(high) else spend * high,
        year=_known(rhythm.year[who]),
        year_before=_known(rhythm.year_before[who]),
        at_risk=bool(at_risk(model, who, at)[0]),
    )


def _known(value: Floats) -> float | None:
    return float(value[0]) if np.isfinite(value[0]) else None


def _counts(rhythm: Rhythm, who: slice, at: float) -> tuple[Floats, Floats, Floats]:
    """Frequency, recency and age, as BG/NBD names them."""
    first = rhythm.first[who]
    return np.maximum(rhythm.days[who] - 1.0, 0.0), rhythm.last[who] - first, at - first


def rhythm_of(orders: Orders, now: float) -> Rhythm:
    """Read from orders up to the day `now`."""
    count = len(orders.customer_keys)
    customer, day, amount = _order_days(orders)
    gaps, owner = _gaps(customer, day)
    number = np.bincount(owner, minlength=count)
    typical = float(np.median(gaps)) if len(gaps) else YEAR_DAYS / 2
    days = np.bincount(customer, minlength=count).astype(np.int32)
    first = np.full(count, now)
    np.minimum.at(first, customer, day)
    last = np.zeros(count)
    np.maximum.at(last, customer, day)
    reaches = now - day.min() >= 2 * YEAR_DAYS
    return Rhythm(
        days=days,
        first=first,
        last=np.where(days > 0, last, first),
        usual=medians(gaps, owner, count),
        pace=(np.bincount(owner, gaps, count) + typical) / (number + 1),
        amount=_repeat_amounts(customer, day, amount, first),
        recent=_spent(customer, day, amount, count, now - SPEND_DAYS, now),
        year=_spent(customer, day, amount, count, now - YEAR_DAYS, now),
        year_before=_spent(
            customer, day, amount, count, now - 2 * YEAR_DAYS, now - YEAR_DAYS
        )
        if reaches
        else np.full(count, np.nan),
    )


def _order_days(orders: Orders) -> tuple[Ints, Floats, Floats]:
    """Customer, day number and amount (NaN: unknown) of each day with an order."""
    known = ~np.isnan(orders.line_amount)
    baskets = len(orders.basket_time)
    total = np.bincount(
        orders.line_basket, np.where(known, orders.line_amount, 0.0), baskets
    )
    has = np.bincount(orders.line_basket, known, baskets) > 0
    day = np.floor(orders.basket_time / DAY_S)
    starts = np.ones(baskets, dtype=np.bool_)
    starts[1:] = (np.diff(orders.basket_customer) != 0) | (np.diff(day) != 0)
    place = np.flatnonzero(starts)
    amount = np.add.reduceat(total, place)
    amount[~np.logical_or.reduceat(has, place)] = np.nan
    return orders.basket_customer[place], day[place], amount


def next_order_days(orders: Orders, *, after: float) -> Floats:
    """(C,) day number of each customer's first order after a day; inf: none."""
    customer, day, _ = _order_days(orders)
    later = day > after
    following = np.full(len(orders.customer_keys), np.inf)
    np.minimum.at(following, customer[later], day[later])
    return following


def _gaps(customer: Ints, day: Floats) -> tuple[Floats, Ints]:
    """Intervals in days, in the order of time, and whose they are."""
    same = customer[1:] == customer[:-1]
    return np.diff(day)[same], customer[1:][same]


def medians(values: Floats, owner: Ints, count: int) -> Floats:
    """(count,) the median of each owner's values; NaN where there is none."""
    ordered = values[np.lexsort((values, owner))]
    number = np.bincount(owner, minlength=count)
    start = np.cumsum(number) - number
    found = np.full(count, np.nan)
    some = number > 0
    low = ordered[(start + (number - 1) // 2)[some]]
    high = ordered[(start + number // 2)[some]]
    found[some] = (low + high) / 2
    return found


def _repeat_amounts(
    customer: Ints, day: Floats, amount: Floats, first: Floats
) -> Floats:
    count = len(first)
    repeat = (day > first[customer]) & (amount > 0)
    number = np.bincount(customer[repeat], minlength=count)
    total = np.bincount(customer[repeat], amount[repeat], count)
    return np.where(number > 0, total / np.maximum(number, 1), np.nan)


def _spent(
    customer: Ints, day: Floats, amount: Floats, count: int, after: float, until: float
) -> Floats:
    """Amount of the days in (after, until]; NaN where no amount is known at all."""
    known = ~np.isnan(amount)
    within = known & (day > after) & (day <= until)
    total = np.bincount(customer[within], amount[within], count)
    return np.where(np.bincount(customer[known], minlength=count) > 0, total, np.nan)


def _amounts_of(rhythm: Rhythm) -> AmountModel | None:
    usable = np.isfinite(rhythm.amount) & (rhythm.days > 1)
    if usable.sum() < SPREAD_MIN:
        return None
    days = rhythm.days[usable].astype(np.float64)
    return fit_amounts(days - 1, rhythm.amount[usable])


def expected_spend(model: OutlookModel, who: slice, at: float) -> Floats:
    """(n,) in the next SPEND_DAYS days; NaN: amounts unknown.

    The mean of the models' expectation and of what was spent in the days before. The
    models know a customer's whole time, the days before know the season.
    """
    rhythm = model.rhythm
    counts = _counts(rhythm, who, at)
    if model.amounts is None:
        return np.full(len(counts[0]), np.nan)
    bought = expected_purchases(model.purchases, *counts, SPEND_DAYS)
    modelled = bought * expected_amount(model.amounts, counts[0], rhythm.amount[who])
    share = model.model_share
    mixed: Floats = share * modelled + (1 - share) * rhythm.recent[who]
    return mixed


def next_band(model: OutlookModel, who: slice, at: float) -> tuple[Floats, Floats]:
    """(n,) whole days from `at` to the band's ends, if no order came until `at`.

    Both days belong to the band; NaN: later than customers of this company come back.
    """
    rhythm = model.rhythm
    pace = rhythm.pace[who]
    spread = model.spread[_group(rhythm.days[who] - 1)]
    waited = (at - rhythm.last[who]) / pace
    passed = (spread < waited[:, None]).sum(axis=1)
    left = GRID - passed
    known = left >= GRID // 20
    ends = []
    for share in BAND:
        place = np.minimum(passed + np.round(share * (left - 1)).astype(int), GRID - 1)
        days = (spread[np.arange(len(pace)), place] - waited) * pace
        ends.append(np.where(known, np.rint(np.maximum(days, 0.0)), np.nan))
    return ends[0], ends[1]


def at_risk(model: OutlookModel, who: slice, at: float) -> np.ndarray:
    """(n,) has the customer waited longer than nine of ten such intervals?"""
    rhythm = model.rhythm
    days = rhythm.days[who]
    limit = model.spread[_group(days - 1), round(BAND[1] * (GRID - 1))]
    late: np.ndarray = (at - rhythm.last[who]) / rhythm.pace[who] > limit
    return late & (days > 2)


def _group(gaps: Ints) -> Longs:
    return np.searchsorted(GAP_GROUPS, gaps, side="right") - 1


def _spreads(orders: Orders) -> Floats:
    """Each customer's newest interval, divided by the pace of those before."""
    customer, day, _ = _order_days(orders)
    gaps, owner = _gaps(customer, day)
    quantiles = np.linspace(0, 1, GRID)
    if not len(gaps):
        return np.tile(-2 * np.log1p(-quantiles * 0.999), (len(GAP_GROUPS), 1))
    newest = np.append(owner[1:] != owner[:-1], True)
    number = np.bincount(owner)[owner[newest]]
    total = np.bincount(owner, gaps)[owner[newest]]
    typical = float(np.median(gaps))
    ratio = gaps[newest] * number / (total - gaps[newest] + typical)
    group = _group(number - 1)
    rows = []
    for place in range(len(GAP_GROUPS)):
        own = ratio[group == place]
        rows.append(np.quantile(own if len(own) >= SPREAD_MIN else ratio, quantiles))
    return np.asarray(rows)


def _calibrated(orders: Orders, model: OutlookModel) -> OutlookModel:
    """Compare what the model expected SPEND_DAYS ago with what was spent since."""
    cut = model.now - SPEND_DAYS
    known = orders.only_baskets(orders.basket_time < (cut + 1) * DAY_S)
    if model.amounts is None or len(known.basket_time) < SPREAD_MIN:
        return model
    rhythm = rhythm_of(known, cut)
    spent = model.rhythm.recent
    tested = (rhythm.days > 0) & np.isfinite(rhythm.recent) & np.isfinite(spent)
    if tested.sum() < SPREAD_MIN:
        return model
    errors = {}
    for share in MODEL_SHARES:
        then = replace(model, now=cut, rhythm=rhythm, model_share=share)
        expected = expected_spend(then, slice(None), cut)[tested]
        ratio = spent[tested][expected > 0] / expected[expected > 0]
        band = np.quantile(ratio, BAND)
        errors[share] = (float(np.abs(expected - spent[tested]).mean()), band)
    best = min(errors, key=lambda share: errors[share][0])
    return replace(model, model_share=best, spend_band=errors[best][1])
