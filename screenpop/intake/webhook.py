"""How does one webhook become durable events and an answer?

Authenticate and decode by the line's dialect, append, answer: in this order, and
nothing between waits for a lookup. Only a dialect whose sender wants to know who is
calling (a profile answer) waits, within the budget that the dialect states.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from time import perf_counter

from screenpop.config.model import Configuration, Limits, LineSettings
from screenpop.domain.call import LineId
from screenpop.domain.call_state import CallBook
from screenpop.domain.errors import NotFound, Unauthenticated
from screenpop.domain.profile import Profile
from screenpop.intake.dialect import BoundDialect, load_dialect
from screenpop.intake.placing import EventDoor
from screenpop.intake.recent import RequestLog
from screenpop.intake.request import ProfileAnswer, Received, Request, Response
from screenpop.intake.streams.registry import make_stream, stream_dialect
from screenpop.journal.records import EventRecord
from screenpop.support.clock import Clock, SystemClock
from screenpop.support.log import Seldom
from screenpop.support.metrics import EventCounter, Metrics

REPEATED = "repeated"
FORGED_EVERY_S = 60.0
security = logging.getLogger("screenpop.security")
ProfileOf = Callable[[str], Awaitable[Profile]]


class Intake:
    """All configured lines."""

    def __init__(
        self,
        lines: Mapping[str, BoundDialect],
        door: EventDoor,
        profile_of: ProfileOf,
        metrics: Metrics,
        log: RequestLog,
        clock: Clock | None = None,
    ):
        self._lines = lines
        self._log = log
        self._door = door
        self._profile_of = profile_of
        self._metrics = metrics
        self._seldom = Seldom(clock or SystemClock(), every_s=FORGED_EVERY_S)
        self._counters: dict[tuple[str, str], EventCounter] = {}
        self._timers = {name: metrics.intake_s.labels(name) for name in lines}

    @property
    def lines(self) -> Mapping[str, BoundDialect]:
        return self._lines

    def switch(self, lines: Mapping[str, BoundDialect]) -> None:
        """Take these lines from now on; the request log has changed already."""
        self._lines = lines
        self._timers = {name: self._metrics.intake_s.labels(name) for name in lines}

    async def take(self, line: str, request: Request) -> Response:
        """Raises what dialects raise, `NotFound`, `Overloaded`, `Unavailable`."""
        bound = self._lines.get(line)
        if bound is None:
            raise NotFound(
                f"no line is called {line[:64]!r}.",
                code="unknown_line",
                remedy="Add it under `lines:` or correct the address.",
            )
        seen = self._log.line(line)
        started_s = perf_counter()
        try:
            received = bound.receive(request)
        except Exception as error:
            seen.refused(request, error)
            if isinstance(error, Unauthenticated):
                self._log_forged(line, request, error)
            raise
        self._timers[line].observe(perf_counter() - started_s)
        kept = seen.took(request, received)
        try:
            if received.ignored:
                whole = sum(part.whole for part in received.ignored)
                self._metrics.events_ignored.labels(line).inc(whole)
            if received.events:
                kept.repeated = await self._keep(line, received)
            if received.profile_answer is not None:
                return await self._answer(received.profile_answer, received.response)
            return received.response
        except Exception as error:
            kept.failed(error)
            raise

    def _log_forged(self, line: str, request: Request, error: Exception) -> None:
        """One line a minute for each line: anybody can send these."""
        left_out = self._seldom.may(line)
        if left_out is not None:
            extra = {"line": line, "address": request.remote, "why": str(error)}
            security.warning(
                "webhook refused", extra=extra | {"left_out": str(left_out)}
            )

    async def _keep(self, line: str, received: Received) -> int:
        """Durable when it returns; how many were delivered before?"""
        started_s = perf_counter()
        receipts = await self._door.keep(
            [EventRecord(event=event) for event in received.events]
        )
        self._metrics.append_s.observe(perf_counter() - started_s)
        repeated = 0
        for event, receipt in zip(received.events, receipts, strict=True):
            self._count(line, event.type if receipt.fresh else REPEATED)
            repeated += not receipt.fresh
        return repeated

    def _count(self, line: str, what: str) -> None:
        counter = self._counters.get((line, what))
        if counter is None:
            counter = self._counters[(line, what)] = (
                self._metrics.events_repeated.labels(line)
                if what == REPEATED
                else self._metrics.events.labels(line, what)
            )
        counter.inc()

    async def _answer(self, wanted: ProfileAnswer, fallback: Response) -> Response:
        """The profile within the budget, or what the dialect says for unknown."""
        if wanted.number is None:
            return wanted.render(None)
        try:
            async with asyncio.timeout(wanted.budget_ms / 1000):
                return wanted.render(await self._profile_of(wanted.number))
        except TimeoutError:
            return fallback


def bind_lines(config: Configuration) -> dict[str, BoundDialect]:
    """Every line with a webhook's dialect; raises `ConfigError`."""
    return {
        name: bind_line(name, line, config.server.public_url, config.limits)
        for name, line in config.lines.items()
        if stream_dialect(line.dialect) is None
    }


def limit_lines(lines: Mapping[str, BoundDialect], limits: Limits) -> None:
    """Of what each takes in one request, from now on."""
    for line in lines.values():
        line.body_bytes_max = limits.body_bytes_max
        line.events_max = limits.events_per_request_max


def join_legs(lines: Mapping[str, BoundDialect], book: CallBook) -> None:
    """Legs that were heard of before the start, or by another node, have a call too."""
    for name, line in lines.items():
        line.legs.known = partial(book.call_of_leg, name)


def check_line(name: str, line: LineSettings, public_url: str | None) -> None:
    """Can this line be used as it is configured? Raises `ConfigError`."""
    if stream_dialect(line.dialect) is None:
        bind_line(name, line, public_url, Limits())
    else:
        make_stream(name, line, SystemClock())


def bind_line(
    name: str, line: LineSettings, public_url: str | None, limits: Limits
) -> BoundDialect:
    """One line with its dialect; raises `ConfigError`."""
    return load_dialect(line.dialect).bind(
        line=LineId(name),
        country=line.country,
        time_zone=line.time_zone,
        settings=line.settings,
        public_url=public_url,
        body_bytes_max=limits.body_bytes_max,
        events_max=limits.events_per_request_max,
    )
