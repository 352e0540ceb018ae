"""How many calls came on the centre's wall clock, and how long did they take?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

import numpy as np

from screenpop.planning.counts import (
    MINUTES_A_DAY,
    CallCounts,
    Floats,
    counts_of,
    weekdays_from,
)
from screenpop.planning.handle_time import usual_handle_s

DEFAULT_HANDLE_S = 240.0  # where no call was ever answered
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallVolumes:
    """Three series over the same days."""

    counts: CallCounts
    handled: CallCounts
    handle_s: CallCounts

    def usual_handle_s(self, interval_min: int, wrap_up_s: float) -> Floats:
        """(7, intervals) seconds a call, with a wrap-up of `wrap_up_s` each."""
        days = len(self.counts.rows)
        size = interval_min // self.counts.step_min

        def summed(counts: CallCounts) -> Floats:
            rows = np.nan_to_num(counts.rows)
            return np.asarray(rows.reshape(days, -1, size).sum(axis=2))

        talk_s = usual_handle_s(
            summed(self.handled),
            summed(self.handle_s),
            weekdays_from(self.counts.first, days),
            DEFAULT_HANDLE_S,
        )
        return np.asarray(talk_s + wrap_up_s)


def assumed_handle_s(interval_min: int, wrap_up_s: float) -> Floats:
    """As `usual_handle_s`, for calls whose handle time may not be used."""
    shape = (7, MINUTES_A_DAY // interval_min)
    return np.full(shape, DEFAULT_HANDLE_S + wrap_up_s)


def volumes_of(
    rows: Iterable[tuple[int, int, int, int]], zone: tzinfo, step_min: int
) -> CallVolumes:
    """From rows of (start in us since 1970 UTC, calls, handled, us of handling).

    An hour that a DST change repeats counts as the mean of both. Raises `BadInput`
    where there is no row.
    """
    calls, handled, seconds = [], [], []
    for start_us, came, served, handle_us in rows:
        at = (_EPOCH + timedelta(microseconds=start_us)).astimezone(zone)
        start, share = at.replace(tzinfo=None), 0.5 if _is_repeated(at) else 1.0
        calls.append((start, came * share))
        handled.append((start, served * share))
        seconds.append((start, handle_us / 1e6 * share))
    return CallVolumes(
        counts=counts_of(calls, step_min=step_min),
        handled=counts_of(handled, step_min=step_min),
        handle_s=counts_of(seconds, step_min=step_min),
    )


def _is_repeated(at: datetime) -> bool:
    """Does the wall clock show this time twice on that day?"""
    return at.replace(fold=0).utcoffset() != at.replace(fold=1).utcoffset()
