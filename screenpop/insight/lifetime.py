"""How often will customers buy, how much each time, and are they still customers?

Purchases: BG/NBD (Fader, Hardie, Lee, "Counting Your Customers the Easy Way",
Marketing Science 2005); amounts: gamma-gamma (Fader, Hardie, "The Gamma-Gamma Model of
Monetary Value", 2013). Both count days with an order, not orders.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import betaln, gammaln, hyp2f1

from screenpop.insight.orders import Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseModel:
    """BG/NBD: purchase rate ~ gamma(r, alpha), drop-out ~ beta(a, b). Unit: days."""

    r: float
    alpha: float
    a: float
    b: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AmountModel:
    """Gamma-gamma: the mean amount of a day with an order, in the orders' currency."""

    p: float
    q: float
    v: float


def fit_purchases(frequency: Floats, recency: Floats, age: Floats) -> PurchaseModel:
    """Maximum likelihood of BG/NBD (equation 6 of the paper).

    (n,) repeat purchases, time of the last one and time observed, both since the first
    purchase. Customers with equal numbers are counted once.
    """
    rows, times = np.unique(
        np.stack((frequency, recency, age), axis=1), axis=0, return_counts=True
    )
    x, t_x, t = rows.T
    scale = max(float(t.max()), 1.0)
    t_x, t = t_x / scale, t / scale

    def loss(logs: Floats) -> float:
        likelihood = _log_likelihood(np.exp(logs), x, t_x, t)
        return -float(likelihood @ times) / float(times.sum())

    best = minimize(
        loss,
        np.zeros(4),
        method="L-BFGS-B",
        bounds=[(-9, 9)] * 4,
        options={"maxiter": 500, "ftol": 1e-13, "gtol": 1e-9},
    )
    r, alpha, a, b = np.exp(best.x).tolist()
    return PurchaseModel(r=r, alpha=alpha * scale, a=a, b=b)


def _log_likelihood(values: Floats, x: Floats, t_x: Floats, t: Floats) -> Floats:
    r, alpha, a, b = values
    common = gammaln(r + x) - gammaln(r) + r * np.log(alpha) - betaln(a, b)
    alive = betaln(a, b + x) - (r + x) * np.log(alpha + t)
    gone = np.where(
        x > 0,
        betaln(a + 1, b + np.maximum(x, 1) - 1) - (r + x) * np.log(alpha + t_x),
        -np.inf,
    )
    likelihood: Floats = common + np.logaddexp(alive, gone)
    return likelihood


def active(model: PurchaseModel, x: Floats, t_x: Floats, t: Floats) -> Floats:
    """(n,) probability that a customer still orders (Fader, Hardie, 2008)."""
    ratio = np.log((model.alpha + t) / (model.alpha + t_x)) * (model.r + x)
    odds = np.log(model.a / (model.b + np.maximum(x, 1) - 1)) + ratio
    odds = np.clip(odds, -700, 700)
    return np.where(x > 0, 1 / (1 + np.exp(odds)), 1.0)


def expected_purchases(
    model: PurchaseModel, x: Floats, t_x: Floats, t: Floats, days: float
) -> Floats:
    """(n,) purchases expected within the next days (equation 10)."""
    r, alpha, a, b = model.r, model.alpha, model.a, model.b
    a = a + 1e-6 if abs(a - 1) < 1e-6 else a  # the formula divides by a - 1
    z = days / (alpha + t + days)
    hyper = hyp2f1(r + x, b + x, a + b + x - 1, z)
    power = ((alpha + t) / (alpha + t + days)) ** (r + x)
    lasting = (a + b + x - 1) / (a - 1) * (1 - power * hyper)
    steady = (r + x) / (alpha + t) * days  # the series overflows for frequent buyers
    lasting = np.where(np.isfinite(lasting), np.clip(lasting, 0, steady), steady)
    expected: Floats = lasting * active(model, x, t_x, t)
    return expected


def fit_amounts(frequency: Floats, mean: Floats) -> AmountModel:
    """Maximum likelihood of gamma-gamma; (n,) repeat purchases and their mean > 0."""
    scale = float(np.median(mean))
    m = mean / scale

    def loss(logs: Floats) -> float:
        p, q, v = np.exp(logs)
        px = p * frequency
        terms = (
            gammaln(px + q) - gammaln(px) - gammaln(q) + q * np.log(v)
            + (px - 1) * np.log(m) + px * np.log(frequency)
            - (px + q) * np.log(v + frequency * m)
        )  # fmt: skip
        return -float(terms.mean())

    best = minimize(loss, np.ones(3), method="L-BFGS-B", bounds=[(-6, 12)] * 3)
    p, q, v = np.exp(best.x).tolist()
    return AmountModel(p=p, q=q, v=v * scale)


def expected_amount(model: AmountModel, frequency: Floats, mean: Floats) -> Floats:
    """(n,) mean amount, drawn to that of all customers; NaN means count as none."""
    known = np.isfinite(mean)
    x = np.where(known, frequency, 0.0)
    total = np.where(known, x * np.nan_to_num(mean), 0.0)
    mean_of: Floats = (
        model.p * (model.v + total) / np.maximum(model.p * x + model.q - 1, 1e-3)
    )
    return mean_of
