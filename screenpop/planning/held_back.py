"""How wrong was each method on weeks that it did not see, and how wide is its band?

Weeks before the as-of day are held back one after the other (rolling origin): the
plan is made with the days before, and compared with what came. Days that were closed
unexpectedly and unknown intervals are compared with nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln

from screenpop.planning.counts import Bools, Floats, Ints

LOW, HIGH = 0.09, 0.91  # for a band of 80 %: few weeks show too little spread
LEVELS = 3  # bands are calibrated for low, middle and high intervals apart
LEVEL_LEAST = 60  # intervals; fewer are calibrated together
WIDER_A_WEEK = 1.1  # for weeks ahead that were never held back
CLIPPED_AT = 0.95  # errors beyond this quantile count as much as this one


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldBack:
    """Plans and what came, one after the other: arrays of one length, and days."""

    planned: Floats  # (n, intervals), one row a day
    came: Floats  # (n, intervals), NaN is unknown
    days_ahead: Ints  # (n,) 0 is the as-of day
    origin: Ints  # (n,) weeks before the as-of day

    @property
    def compared(self) -> Bools:
        return ~np.isnan(self.came) & ((self.planned > 0) | (self.came > 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodError:
    """Errors of one method, as shares of all calls of the weeks held back."""

    method: str
    wape: float  # sum of absolute errors by interval / calls
    day_wape: float  # the same by day total
    bias: float  # (planned - came) / calls


@dataclass(frozen=True, slots=True, kw_only=True)
class Bands:
    """80 % bands around an expected count, by week ahead and level."""

    overdispersion: Floats  # (weeks,) c: variance = mean + (c * mean)^2
    edges: Floats  # (LEVELS - 1,) of the expected count
    low: Floats  # (weeks, LEVELS) quantiles in standard deviations
    high: Floats

    def around(self, planned: Floats, days_ahead: Ints) -> tuple[Floats, Floats]:
        """Low and high, each (days, intervals) as `planned`."""
        week = np.asarray(days_ahead // 7)
        known = np.minimum(week, len(self.overdispersion) - 1)
        wider = WIDER_A_WEEK ** (week - known)
        spread = _spread(planned, self.overdispersion[known][:, None])
        spread = spread * wider[:, None] * (planned > 0)
        level = np.searchsorted(self.edges, planned)
        low = planned + self.low[known[:, None], level] * spread
        high = planned + self.high[known[:, None], level] * spread
        return np.clip(low, 0.0, planned), np.maximum(high, planned)


def error_of(method: str, held: HeldBack) -> MethodError:
    off = np.where(held.compared, held.planned - held.came, 0.0)
    calls = max(float(np.nansum(held.came)), 1.0)
    return MethodError(
        method=method,
        wape=float(np.abs(off).sum()) / calls,
        day_wape=float(np.abs(off.sum(axis=1)).sum()) / calls,
        bias=float(off.sum()) / calls,
    )


def poisson_floor(held: HeldBack) -> float:
    """WAPE by interval if the rate were known: E|N - m| / m with m as planned.

    E|N - m| = 2 m^(k+1) e^-m / k! with k = floor(m) (de Moivre, for Poisson).
    """
    mean = held.planned[held.compared & (held.planned > 0)]
    if not len(mean):
        return 0.0
    whole = np.floor(mean)
    off = 2 * np.exp((whole + 1) * np.log(mean) - mean - gammaln(whole + 1))
    return float(off.sum() / mean.sum())


def calibrated(held: HeldBack) -> Bands:
    """Bands that would have held 80 % of the intervals held back.

    Errors are scaled as a negative binomial's would be, and their own quantiles by
    level replace that distribution's (split conformal prediction).
    """
    weeks = int(held.days_ahead.max()) // 7 + 1
    planned = held.planned[held.compared]
    edges = np.quantile(planned, np.arange(1, LEVELS) / LEVELS)
    c, low, high = np.zeros(weeks), np.zeros((weeks, LEVELS)), np.zeros((weeks, LEVELS))
    for week in range(weeks):
        rows = (held.days_ahead // 7 == week)[:, None] & held.compared
        mean, came = held.planned[rows], held.came[rows]
        if not len(mean):
            c[week], low[week], high[week] = c[week - 1], low[week - 1], high[week - 1]
            continue
        c[week] = _overdispersion(mean, came)
        scores = (came - mean) / _spread(mean, c[week])
        level = np.searchsorted(edges, mean)
        for place in range(LEVELS):
            own = scores[level == place]
            own = own if len(own) >= LEVEL_LEAST else scores
            low[week, place], high[week, place] = np.quantile(own, [LOW, HIGH])
    return Bands(overdispersion=c, edges=edges, low=low, high=high)


def coverage(held: HeldBack) -> float | None:
    """Share of intervals inside a band that was calibrated without their week."""
    inside = total = 0
    for origin in np.unique(held.origin):
        own = held.origin == origin
        rest = _rows(held, ~own)
        if not rest.compared.any():
            return None
        week = _rows(held, own)
        low, high = calibrated(rest).around(week.planned, week.days_ahead)
        hit = (week.came >= low) & (week.came <= high) & week.compared
        inside, total = inside + int(hit.sum()), total + int(week.compared.sum())
    return inside / total if total else None


def joined(parts: Sequence[HeldBack]) -> HeldBack:
    return HeldBack(
        planned=np.concatenate([part.planned for part in parts]),
        came=np.concatenate([part.came for part in parts]),
        days_ahead=np.concatenate([part.days_ahead for part in parts]),
        origin=np.concatenate([part.origin for part in parts]),
    )


def day_spread(held: HeldBack) -> float:
    """Relative standard deviation of the total of the first day ahead."""
    first = (held.days_ahead < 7)[:, None] & held.compared
    planned = np.where(first, held.planned, 0.0).sum(axis=1)
    came = np.where(first, held.came, 0.0).sum(axis=1)
    some = planned > 0
    off = np.abs(came[some] / planned[some] - 1)
    return float(1.4826 * np.median(off)) if len(off) else 0.1


def _rows(held: HeldBack, kept: Bools) -> HeldBack:
    return HeldBack(
        planned=held.planned[kept],
        came=held.came[kept],
        days_ahead=held.days_ahead[kept],
        origin=held.origin[kept],
    )


def _spread(mean: Floats, overdispersion: Floats | float) -> Floats:
    return np.asarray(np.sqrt(np.maximum(mean, 0.05) + (overdispersion * mean) ** 2))


def _overdispersion(mean: Floats, came: Floats) -> float:
    if not mean.any():  # e.g. a week of which only a closed day was held back
        return 0.0
    off = (came - mean) ** 2
    off = np.minimum(off, np.quantile(off, CLIPPED_AT))
    return float(np.sqrt(max(0.0, (off.sum() - mean.sum()) / (mean**2).sum())))
