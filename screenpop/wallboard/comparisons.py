"""When is a comparison with another tool made for a user of the service?

One at a time, in a process of its own; few wait for their turn.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from screenpop.domain.errors import Overloaded
from screenpop.wallboard.comparison_asked import ComparisonAsked

Compare = Callable[[ComparisonAsked], Awaitable[dict[str, Any]]]
"""Makes one comparison, in a process of its own. Raises `BadInput`, `Unavailable`."""

WAITING_MAX = 5
RETRY_AFTER_S = 10.0


class Comparisons:
    """Safe to ask concurrently."""

    def __init__(self, compare: Compare):
        self._compare = compare
        self._turn = asyncio.Lock()
        self._waiting = 0

    async def get(self, asked: ComparisonAsked) -> dict[str, Any]:
        """The answer of `POST /v1/stats/compare`. Raises `Overloaded`, too."""
        if self._waiting >= WAITING_MAX:
            raise Overloaded(
                f"{self._waiting} requests wait for a comparison. Try again in a"
                " moment.",
                retry_after_s=RETRY_AFTER_S,
            )
        self._waiting += 1
        try:
            async with self._turn:
                return await self._compare(asked)
        finally:
            self._waiting -= 1
