"""How many calls come, if a day is a total, a usual profile and a few deviations?

After Shen and Huang, "Interday Forecasting and Intraday Updating of Call Center
Arrivals" (M&SOM 2008): the logarithm of the day total and the leading singular
vectors of the profiles are daily series. Each is forecast on its own by what days
have in common (`variance_parts`). Profiles are scaled by the square root of their
mean, which makes the noise of all intervals alike.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from screenpop.planning.counts import DayGrid, Floats, Ints
from screenpop.planning.open_days import DayFacts
from screenpop.planning.variance_parts import (
    PRIOR_OF_SHAPES,
    PRIOR_OF_TOTALS,
    PastSeries,
    doubts,
    expected,
    fit,
    parts,
)

FACTORS = 3
DAYS_USED_MAX = 280
FITTED_EVERY_DAYS = 14
SCORES_MAX_SD = 4.0
DAYS_LEAST = 10  # open days; fewer say nothing of weekdays
LEVEL_VARIANCE = 1.0  # of the logarithm of the usual day total: anything


@dataclass(frozen=True, slots=True, kw_only=True)
class Variances:
    totals: Floats
    factors: tuple[Floats, ...]


@dataclass(slots=True)
class DayFactors:
    """Keeps the variances it found, by number of days: the slow part of the work."""

    _known: dict[int, Variances] = field(default_factory=dict)

    def expected(self, grid: DayGrid, facts: DayFacts, horizon: int) -> Floats | None:
        """(horizon, intervals) after the grid's days; none if these are too few.

        `facts` covers the grid's days and the horizon.
        """
        past = _past_days(grid, facts, len(grid.calls))
        if len(past) < DAYS_LEAST:
            return None
        days = len(grid.calls) - len(grid.calls) % FITTED_EVERY_DAYS
        fitted_on = _past_days(grid, facts, days)
        if len(fitted_on) < 2 * DAYS_LEAST:
            days, fitted_on = len(grid.calls), past
        if days not in self._known:
            self._known[days] = _variances(_Decomposed(grid, facts, fitted_on))
        decomposed = _Decomposed(grid, facts, past)
        ahead = facts.at(np.arange(len(grid.calls), len(grid.calls) + horizon))
        return _forecast(decomposed, self._known[days], ahead)


class _Decomposed:
    """Past days as log totals, a mean profile, weekdays' profiles and factors."""

    def __init__(self, grid: DayGrid, facts: DayFacts, past: Ints):
        self.facts = facts.at(past)
        self.shapes = parts(self.facts, self.facts)
        calls = _filled(grid.calls[past])
        totals = calls.sum(axis=1)
        logs = np.log(totals)
        self.base = float(np.median(logs))
        self.totals = PastSeries(
            values=logs - self.base,
            known_noise=1.0 / totals,
            shared=LEVEL_VARIANCE,
            prior=PRIOR_OF_TOTALS,
        )
        self._split(calls / totals[:, None], np.sqrt(totals / totals.mean()))

    def _split(self, profiles: Floats, weights: Floats) -> None:
        self.profile = np.average(profiles, axis=0, weights=weights)
        self.scale = np.sqrt(np.maximum(self.profile, 1e-6))
        scaled = (profiles - self.profile) / self.scale
        self.of_weekday = _weekday_means(scaled, self.facts.weekday, weights)
        rest = scaled - self.of_weekday[self.facts.weekday]
        _, _, vectors = np.linalg.svd(
            rest * np.sqrt(weights)[:, None], full_matrices=False
        )
        self.vectors = vectors[:FACTORS]
        scores = rest @ self.vectors.T
        self.spread = 1.4826 * np.median(np.abs(scores), axis=0) + 1e-9
        self.factors = [
            PastSeries(
                values=np.clip(score, -SCORES_MAX_SD, SCORES_MAX_SD),
                known_noise=np.zeros(len(score)),
                shared=0.0,
                prior=PRIOR_OF_SHAPES,
            )
            for score in (scores / self.spread).T
        ]


def _past_days(grid: DayGrid, facts: DayFacts, days: int) -> Ints:
    """Open days with at least half of their intervals known, the newest ones."""
    calls = grid.calls[:days]
    known = (~np.isnan(calls)).mean(axis=1) >= 0.5
    usable = facts.is_open[:days] & known & (np.nansum(calls, axis=1) > 0)
    return np.flatnonzero(usable)[-DAYS_USED_MAX:]


def _filled(calls: Floats) -> Floats:
    """Unknown intervals as the usual profile and the rest of the day say."""
    unknown = np.isnan(calls)
    if not unknown.any():
        return calls
    whole = ~unknown.any(axis=1)
    shares = np.nansum(calls[whole] if whole.any() else calls, axis=0)
    usual = shares / shares.sum()
    share = np.where(unknown, 0.0, usual).sum(axis=1)
    totals = np.nansum(calls, axis=1) / np.maximum(share, 0.1)
    return np.where(unknown, totals[:, None] * usual, calls)


def _weekday_means(scaled: Floats, weekday: Ints, weights: Floats) -> Floats:
    """(7, intervals): means of weekdays, shrunk to the mean of all by their noise."""
    means = np.zeros((7, scaled.shape[1]))
    for day in np.unique(weekday):
        rows, own = scaled[weekday == day], weights[weekday == day]
        if len(rows) < 2:
            continue
        mean = np.average(rows, axis=0, weights=own)
        noise = ((rows - mean) ** 2).sum() / (len(rows) - 1) / scaled.shape[1]
        noise *= (own**2).sum() / own.sum() ** 2
        signal = (mean**2).mean()
        means[day] = mean * max(0.0, 1.0 - noise / signal) if signal > 0 else 0.0
    return means


def _variances(past: _Decomposed) -> Variances:
    level = np.ones(len(past.totals.values))
    first = fit(past.shapes, past.totals, level)
    doubt = doubts(past.shapes, past.totals, first)
    return Variances(
        totals=fit(past.shapes, past.totals, doubt),
        factors=tuple(fit(past.shapes, one, doubt) for one in past.factors),
    )


def _forecast(past: _Decomposed, found: Variances, ahead: DayFacts) -> Floats:
    to_come = parts(ahead, past.facts)
    doubt = doubts(past.shapes, past.totals, found.totals)

    def means(series: PastSeries, variances: Floats) -> Floats:
        return expected(past.shapes, to_come, series, variances, doubt)

    totals = np.exp(past.base + means(past.totals, found.totals))
    pairs = zip(past.factors, found.factors, strict=False)
    scores = np.array([means(*pair) for pair in pairs]).T * past.spread
    shape = past.of_weekday[ahead.weekday] + scores @ past.vectors
    profiles = np.maximum(past.profile + past.scale * shape, 0.0) * (past.profile > 0)
    profiles /= profiles.sum(axis=1, keepdims=True)
    return np.asarray(totals[:, None] * profiles * ahead.is_open[:, None])
