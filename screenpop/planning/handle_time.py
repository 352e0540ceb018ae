"""How long will serving a call take, at each time of the week?

A mean over few calls says little: the mean of a weekday's interval is drawn to that
of the interval on all days, and this one to the mean of all, each as strongly as
`PRIOR_CALLS` calls. Calls lose half of their weight every four weeks.
"""

from __future__ import annotations

import numpy as np

from screenpop.planning.counts import Floats, Ints

PRIOR_CALLS = 50.0
HALF_LIFE_DAYS = 28.0


def usual_handle_s(
    handled: Floats, handle_s: Floats, weekdays: Ints, default_s: float
) -> Floats:
    """(7, intervals) seconds a call.

    `handled` and `handle_s`: (days, intervals) calls and their seconds, 0 where there
    are none; `weekdays`: (days,). `default_s` where nothing was handled at all.
    """
    age = np.arange(len(handled))[::-1, None]
    weight = 0.5 ** (age / HALF_LIFE_DAYS)
    calls, seconds = handled * weight, handle_s * weight
    total = calls.sum()
    mean = seconds.sum() / total if total > 0 else default_s
    of_time = (seconds.sum(axis=0) + PRIOR_CALLS * mean) / (
        calls.sum(axis=0) + PRIOR_CALLS
    )
    found = np.empty((7, handled.shape[1]))
    for weekday in range(7):
        own = weekdays == weekday
        found[weekday] = (seconds[own].sum(axis=0) + PRIOR_CALLS * of_time) / (
            calls[own].sum(axis=0) + PRIOR_CALLS
        )
    return found
