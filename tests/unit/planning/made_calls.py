"""Calls by interval with known causes: seasons, a level shift, holidays, noise."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np

from screenpop.planning.counts import CallCounts, Floats, counts_of

MONDAY = date(2025, 1, 6)
INTERVAL_MIN = 30
OPEN, CLOSE = 16, 40  # intervals: from 8:00 to 20:00
WEEKDAY = np.array([1.2, 1.0, 0.95, 0.95, 1.05, 0.5, 0.0])


@dataclass(frozen=True, kw_only=True)
class MadeCalls:
    """What a series is made of; `rates` is what a forecast can know at best."""

    a_interval: float = 50.0
    weeks: int = 20
    seed: int = 1
    day_noise: float = 0.06
    month_start: float = 0.0  # share of calls more on its first four days
    shift_on: int | None = None  # day from which calls are 30 % more
    closed: Collection[date] = ()
    missing: Collection[date] = ()
    outliers: Collection[date] = ()

    def rates(self) -> Floats:
        """(days, 48) calls expected before the noise of days."""
        days = 7 * self.weeks
        place = np.linspace(0, 1, CLOSE - OPEN)
        profile = np.zeros(48)
        profile[OPEN:CLOSE] = 0.3 + np.exp(-(((place - 0.25) / 0.12) ** 2))
        profile[OPEN:CLOSE] += 0.7 * np.exp(-(((place - 0.65) / 0.15) ** 2))
        profile /= profile[OPEN:CLOSE].mean()
        rates = self.a_interval * WEEKDAY[np.arange(days) % 7][:, None] * profile
        for number in range(days):
            if (MONDAY + timedelta(days=number)).day <= 4:
                rates[number] *= 1 + self.month_start
        if self.shift_on is not None:
            rates[self.shift_on :] *= 1.3
        for day in self.closed:
            rates[(day - MONDAY).days] = 0
        return np.asarray(rates)

    def counts(self) -> CallCounts:
        """As a file would have them: no row for closed times and missing days."""
        random = np.random.default_rng(self.seed)
        rates = self.rates()
        rates *= random.lognormal(0, self.day_noise, (len(rates), 1))
        for day in self.outliers:
            rates[(day - MONDAY).days] *= 3
        calls = random.poisson(rates)
        gone = {(day - MONDAY).days for day in (*self.missing, *self.closed)}
        return counts_of(
            [
                (start_of(day, slot), float(calls[day, slot]))
                for day in range(len(calls))
                for slot in range(OPEN, CLOSE)
                if day not in gone and WEEKDAY[day % 7]
            ]
        )


def start_of(day: int, slot: int) -> datetime:
    at = datetime.combine(MONDAY, datetime.min.time())
    return at + timedelta(days=day, minutes=INTERVAL_MIN * slot)
