"""Which forecasts are at hand, and when is one made?

One at a time, in a process of its own. What was made is answered again for
`forecast.keep_s`, with its age.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from screenpop.config.forecast import ForecastSettings
from screenpop.domain.errors import Overloaded
from screenpop.planning.asked import ForecastAsked
from screenpop.support.clock import Clock, iso_from_us

Make = Callable[[ForecastAsked], Awaitable[dict[str, Any]]]
"""Makes one forecast, in a process of its own. Raises `Unavailable`."""

RETRY_AFTER_S = 10.0


class Forecasts:
    """Safe to ask concurrently; equal questions are answered by one forecast."""

    def __init__(self, make: Make, settings: ForecastSettings, clock: Clock):
        self._make = make
        self.settings = settings
        self._clock = clock
        self._kept: dict[ForecastAsked, tuple[int, dict[str, Any]]] = {}
        self._turn = asyncio.Lock()
        self._waiting = 0

    async def get(self, asked: ForecastAsked) -> dict[str, Any]:
        """The answer of `GET /v1/forecast`. Raises `Overloaded`, `Unavailable`."""
        if (found := self._at_hand(asked)) is not None:
            return found
        if self._waiting >= self.settings.waiting_max:
            raise Overloaded(
                f"{self._waiting} requests wait for a forecast"
                " (forecast.waiting_max). Try again in a moment.",
                retry_after_s=RETRY_AFTER_S,
            )
        self._waiting += 1
        try:
            async with self._turn:
                if (found := self._at_hand(asked)) is not None:
                    return found  # made while this one waited
                made = await self._make(asked)
                self._keep(asked, made)
                return self._shown(self._clock.now_us(), made)
        finally:
            self._waiting -= 1

    def _at_hand(self, asked: ForecastAsked) -> dict[str, Any] | None:
        if asked not in self._kept:
            return None
        made_us, answer = self._kept[asked]
        age_s = (self._clock.now_us() - made_us) / 1e6
        return None if age_s >= self.settings.keep_s else self._shown(made_us, answer)

    def _shown(self, made_us: int, answer: dict[str, Any]) -> dict[str, Any]:
        age_s = max(0, self._clock.now_us() - made_us) // 1_000_000
        times = {"made_at": iso_from_us(made_us), "age_s": age_s}
        return {**answer, **times, "fresh_for_s": self.settings.keep_s}

    def _keep(self, asked: ForecastAsked, answer: dict[str, Any]) -> None:
        self._kept.pop(asked, None)
        while len(self._kept) >= self.settings.kept_max:
            del self._kept[next(iter(self._kept))]
        self._kept[asked] = (self._clock.now_us(), answer)
