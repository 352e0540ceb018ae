"""How much of a daily series comes from the weekday, the level, the month …?

A Gaussian process over days whose covariance is a sum of known shapes, each with a
variance of its own (Rasmussen, Williams, "Gaussian Processes for Machine Learning",
2006, chapters 2 and 5): the same weekday, levels that last four, twenty-one and a
hundred and twenty days, the place in the month, days next to a closure, holidays, and
noise. The variances are found by maximum likelihood with a weak prior, so that a
part without evidence vanishes and four weeks of data are enough.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg.lapack import dpotrf, dpotri
from scipy.optimize import minimize

from screenpop.planning.counts import Floats
from screenpop.planning.open_days import DayFacts

LEVEL_DAYS = (4.0, 21.0, 120.0)  # how long a deviation of the level lasts
WEEKDAY_DAYS = 60.0  # how long a deviation of one weekday lasts
MONTH_DAYS = 4.0  # how similar neighbouring days of the month are
PRIOR_SD = 1.5  # of the logarithm of a variance
LOWER, UPPER = 7.0, 5.0  # how far a logarithm may be from its prior
OUTLIER_SD = 2.5  # beyond, a day counts less
ROBUST_ROUNDS = 2
STEPS_MAX = 30

# Same weekday always, same weekday for a while, the three levels, the month, after
# and before a closure, holiday, noise.
PRIOR_OF_TOTALS = (0.02, 0.002, 0.002, 0.003, 0.01, 0.001, 0.01, 0.002, 0.01, 0.002)
"""Variances of log totals: a weekday differs by 14 %, the level by 10 %, noise 4 %."""
PRIOR_OF_SHAPES = (0.2, 0.05, 0.05, 0.1, 0.2, 0.05, 0.2, 0.05, 0.2, 0.5)
"""Parts of a series whose variance is 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastSeries:
    """Values of past days with what is known of their noise."""

    values: Floats  # (n,) around 0
    known_noise: Floats  # (n,) variance that is known, e.g. Poisson's
    shared: float  # variance of what all days have in common
    prior: tuple[float, ...]


def parts(days: DayFacts, others: DayFacts) -> Floats:
    """(parts, n, m): covariances of unit variance between days and other days."""
    lag = np.abs(days.number[:, None] - others.number[None])
    same = (days.weekday[:, None] == others.weekday[None]).astype(float)
    month = days.month_place[:, None] - others.month_place[None]
    return np.stack(
        [
            same,
            same * np.exp(-lag / WEEKDAY_DAYS),
            *(np.exp(-lag / length) for length in LEVEL_DAYS),
            np.exp(-0.5 * (month / MONTH_DAYS) ** 2),
            _both(days.after_closure, others.after_closure),
            _both(days.before_closure, others.before_closure),
            _both(days.holiday, others.holiday),
        ]
    )


def fit(shapes: Floats, series: PastSeries, doubt: Floats) -> Floats:
    """(parts + 1,) variances, the noise last; `doubt` multiplies the noise of a day."""
    n = len(series.values)
    flat = np.concatenate([shapes, np.diag(doubt)[None]]).reshape(-1, n * n)
    prior = np.log(series.prior)
    fixed = np.full((n, n), series.shared) + np.diag(series.known_noise)

    def loss(logs: Floats) -> tuple[float, Floats]:
        variances = np.exp(logs)
        inverse, log_det = _inverse((variances @ flat).reshape(n, n) + fixed)
        weights = inverse @ series.values
        off = (logs - prior) / PRIOR_SD
        fit_term = 0.5 * (series.values @ weights + log_det + off @ off)
        gradient = np.outer(weights, weights) - inverse
        return float(fit_term), -0.5 * (flat @ gradient.ravel()) * variances + (
            off / PRIOR_SD
        )

    found = minimize(
        loss,
        prior,
        jac=True,
        method="L-BFGS-B",
        bounds=[(mean - LOWER, mean + UPPER) for mean in prior],
        options={"maxiter": STEPS_MAX, "ftol": 1e-6},
    )
    return np.asarray(np.exp(found.x))


def doubts(shapes: Floats, series: PastSeries, variances: Floats) -> Floats:
    """(n,) factors of the noise: large for days that the others do not explain.

    From each day's error if it were left out (chapter 5.4.2).
    """
    doubt = np.ones(len(series.values))
    for _ in range(ROBUST_ROUNDS):
        inverse, _ = _inverse(_covariance(shapes, series, variances, doubt))
        own = np.diag(inverse)
        off = np.abs(inverse @ series.values) / np.sqrt(own) / OUTLIER_SD
        doubt = np.where(off > 1, doubt * off**2, doubt)
    return doubt


def expected(
    shapes: Floats,
    to_come: Floats,
    series: PastSeries,
    variances: Floats,
    doubt: Floats,
) -> Floats:
    """(m,) means of days to come; `to_come`: (parts, m, n) with the past days."""
    inverse, _ = _inverse(_covariance(shapes, series, variances, doubt))
    between = np.tensordot(variances[:-1], to_come, axes=1) + series.shared
    return np.asarray(between @ (inverse @ series.values))


def _both(left: np.ndarray, right: np.ndarray) -> Floats:
    return np.asarray(np.outer(left, right), dtype=float)


def _covariance(
    shapes: Floats, series: PastSeries, variances: Floats, doubt: Floats
) -> Floats:
    noise = np.diag(series.known_noise + variances[-1] * doubt)
    return np.asarray(
        np.tensordot(variances[:-1], shapes, axes=1) + series.shared + noise
    )


def _inverse(matrix: Floats) -> tuple[Floats, float]:
    """Of a positive definite matrix, and the logarithm of its determinant."""
    lower, info = dpotrf(matrix, lower=1)
    if info:
        raise np.linalg.LinAlgError(f"the covariance is not positive: {info}")
    inverse, _ = dpotri(lower, lower=1)
    inverse = np.tril(inverse) + np.tril(inverse, -1).T
    return inverse, 2.0 * float(np.log(np.diag(lower)).sum())
