"""Which token is sent now, and when is a new one asked for?

One token serves all requests of a source. It is asked for once, however many wait for
it, renewed shortly before its end while the old one still serves, and renewed once when
the service refuses it (401). It is held in memory only.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from screenpop.connector import Unavailable
from screenpop.connector.deadline import DUE_S
from screenpop.support.clock import Clock
from screenpop.support.tasks import TaskOwner

MARGIN_MAX_S = 120.0
REFUSED_PAUSE_S = 30.0  # after the credentials themselves were refused
FAILED_PAUSE_S = 2.0
RETRY_AFTER_MAX_S = 300.0
SECRETS_KEPT = 6

ENDLESS = float("inf")


class Granted(NamedTuple):
    """What a service gave: the token, and for how long; `inf`: it does not say."""

    token: str
    lifetime_s: float = ENDLESS


class Refused(Unavailable):
    """The service does not take these credentials: asking at once is of no use."""


Obtain = Callable[[], Awaitable[Granted]]


class TokenKeeper:
    def __init__(self, obtain: Obtain, clock: Clock, log: logging.Logger, source: str):
        """`obtain` raises `Unavailable`, `Refused`; it is never asked twice at once."""
        self._obtain = obtain
        self._clock = clock
        self._log = log
        self._source = source
        self._tasks = TaskOwner(f"tokens of {source}")
        self._renewal: asyncio.Task[Unavailable | None] | None = None
        self._token: str | None = None
        self._renew_at_s = 0.0
        self._ends_at_s = 0.0
        self._failure: Unavailable | None = None
        self._again_at_s = 0.0
        self._refused_at_s = -ENDLESS
        self._recent: deque[str] = deque(maxlen=SECRETS_KEPT)

    @property
    def secrets(self) -> tuple[str, ...]:
        """Tokens that a service may quote in an error text."""
        return tuple(self._recent)

    async def close(self) -> None:
        await self._tasks.close()

    async def token(self) -> str:
        """A token that is valid now; raises what `obtain` raised."""
        now_s = self._clock.monotonic_s()
        if self._token is not None and now_s < self._ends_at_s:
            if now_s >= self._renew_at_s and now_s >= self._again_at_s:
                self._begin()
            return self._token
        if self._renewal is None and self._failure and now_s < self._again_at_s:
            raise self._failure
        failure = await asyncio.shield(self._begin())
        if failure is not None:
            raise failure
        assert self._token is not None
        return self._token

    def refused(self, token: str) -> None:
        """The service does not take it; unless it was renewed already, it is over.

        A service that refuses every token does not get the token endpoint flooded: the
        next renewal for this reason is `REFUSED_PAUSE_S` later.
        """
        now_s = self._clock.monotonic_s()
        if token == self._token and now_s - self._refused_at_s >= REFUSED_PAUSE_S:
            self._token, self._refused_at_s = None, now_s

    def _begin(self) -> asyncio.Task[Unavailable | None]:
        if self._renewal is None:
            name = f"token of source {self._source}"
            self._renewal = self._tasks.spawn(self._renew(), name=name)
        return self._renewal

    async def _renew(self) -> Unavailable | None:
        """The failure, if any: who waits may be gone, and raises it himself."""
        DUE_S.set(ENDLESS)  # it serves others than the lookup that began it
        try:
            granted = await self._obtain()
        except Unavailable as error:
            self._failure = error
            self._again_at_s = self._clock.monotonic_s() + _pause_s(error)
            if self._token is not None:
                self._log.warning(
                    "source %s: its token could not be renewed: %s", self._source, error
                )
            return error
        finally:
            self._renewal = None
        now_s = self._clock.monotonic_s()
        margin_s = min(MARGIN_MAX_S, granted.lifetime_s / 5)
        self._token = granted.token
        self._recent.append(granted.token)
        self._ends_at_s = now_s + granted.lifetime_s
        self._renew_at_s = self._ends_at_s - margin_s
        self._failure, self._again_at_s = None, 0.0
        return None


def _pause_s(error: Unavailable) -> float:
    if error.retry_after_s is not None:
        return min(error.retry_after_s, RETRY_AFTER_MAX_S)
    return REFUSED_PAUSE_S if isinstance(error, Refused) else FAILED_PAUSE_S
