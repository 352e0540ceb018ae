"""How many calls will the rest of today bring, after the calls so far?"""

from __future__ import annotations

import numpy as np

from screenpop.planning.counts import Floats


def rest_of_day(planned: Floats, came: Floats, day_spread: float) -> Floats:
    """`planned` scaled to the calls of the day so far.

    (3, intervals) expected, low and high; (intervals,) calls so far, NaN later.
    The day's factor is gamma distributed around 1 with the standard deviation
    `day_spread` that day totals had on weeks held back; its mean after `n` calls of
    `m` expected ones is (n + k) / (m + k) with k = 1 / day_spread^2. Few calls change
    little.
    """
    known = ~np.isnan(came)
    expected = planned[0, known].sum()
    prior = 1.0 / max(day_spread, 0.01) ** 2
    factor = (came[known].sum() + prior) / (expected + prior)
    return np.asarray(planned * factor)
