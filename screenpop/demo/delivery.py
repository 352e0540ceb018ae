"""How do events reach the service: signed, now and then twice or late?

`deliveries` is pure and makes the disorder of real networks; `Sender` posts at
the right time and comes again, later and later, when the service is busy.
"""

from __future__ import annotations

import asyncio
import hashlib
import heapq
import hmac
import itertools
import json
import logging
import random
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import aiohttp

from screenpop.demo.calls import Event
from screenpop.support.clock import Clock, SystemClock, iso_from_us

log = logging.getLogger(__name__)

ATTEMPTS_MAX = 8
BACK_OFF_S = 0.25  # doubled with each attempt
BACK_OFF_MAX_S = 10.0
IN_FLIGHT_MAX = 64
SIGNATURE_HEADER = "X-Screenpop-Signature"

Pause = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Disorder:
    """How untidily a network delivers; shares of all events."""

    repeated_share: float = 0.02
    repeated_after_s: tuple[float, float] = (0.2, 4.0)
    late_share: float = 0.02
    late_by_s: tuple[float, float] = (0.05, 0.8)


ORDERLY = Disorder(repeated_share=0, late_share=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    at_s: float
    event: Event
    again: bool = False  # the same event was delivered before


def deliveries(
    events: Iterable[Event], rng: random.Random, disorder: Disorder | None = None
) -> Iterator[Delivery]:
    """Each event once or twice, in order of delivery, not always of happening."""
    disorder = disorder or Disorder()
    order, pending = itertools.count(), list[tuple[float, int, Delivery]]()
    for event in events:
        while pending and pending[0][0] <= event.at_s:
            yield heapq.heappop(pending)[2]
        for delivery in _deliveries_of(event, rng, disorder):
            heapq.heappush(pending, (delivery.at_s, next(order), delivery))
    while pending:
        yield heapq.heappop(pending)[2]


def _deliveries_of(
    event: Event, rng: random.Random, disorder: Disorder
) -> Iterator[Delivery]:
    late = rng.random() < disorder.late_share
    at_s = event.at_s + (rng.uniform(*disorder.late_by_s) if late else 0)
    yield Delivery(at_s=at_s, event=event)
    if rng.random() < disorder.repeated_share:
        after_s = rng.uniform(*disorder.repeated_after_s)
        yield Delivery(at_s=at_s + after_s, event=event, again=True)


def signature(secret: str, body: bytes, unix_s: int) -> str:
    """`t=UNIX,v1=HEX`, HMAC-SHA256 of `t.body`."""
    signed = f"{unix_s}.".encode() + body
    mac = hmac.digest(secret.encode(), signed, hashlib.sha256)
    return f"t={unix_s},v1={mac.hex()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LineCredentials:
    """How a line knows us: a signing secret or a bearer token."""

    secret: str | None = None
    token: str | None = None

    def headers(self, body: bytes, unix_s: int) -> dict[str, str]:
        found = {"Content-Type": "application/json"}
        if self.secret is not None:
            found[SIGNATURE_HEADER] = signature(self.secret, body, unix_s)
        elif self.token is not None:
            found["Authorization"] = f"Bearer {self.token}"
        return found


class Post(Protocol):
    async def __call__(self, body: bytes, headers: Mapping[str, str]) -> int:
        """The answer's status; raises `OSError` when there was none."""
        ...


@dataclass(slots=True)
class Tally:
    """What became of the deliveries."""

    taken: int = 0  # 2xx
    retried: int = 0
    refused: int = 0  # 4xx: the service says the event is wrong
    given_up: int = 0
    last_refusal: int | None = None


@dataclass(kw_only=True)
class Sender:
    """Posts deliveries when their time comes, several at once, none twice by itself.

    `before_post` is told of each delivery right before its first attempt.
    """

    post: Post
    credentials: LineCredentials
    clock: Clock = field(default_factory=SystemClock)
    pause: Pause = asyncio.sleep
    rng: random.Random = field(default_factory=random.SystemRandom)
    before_post: Callable[[Delivery], None] = lambda delivery: None
    tally: Tally = field(default_factory=Tally)

    async def run(self, found: Iterable[Delivery]) -> None:
        """Returns when all are delivered or given up."""
        start_us, start_s = self.clock.now_us(), self.clock.monotonic_s()
        places = asyncio.Semaphore(IN_FLIGHT_MAX)
        async with asyncio.TaskGroup() as group:
            for delivery in found:
                wait_s = start_s + delivery.at_s - self.clock.monotonic_s()
                if wait_s > 0:
                    await self.pause(wait_s)
                await places.acquire()
                at_us = start_us + round(delivery.event.at_s * 1_000_000)
                group.create_task(
                    self._deliver(delivery, at_us), name="deliver one event"
                ).add_done_callback(lambda _: places.release())

    async def _deliver(self, delivery: Delivery, at_us: int) -> None:
        body = json.dumps(
            {**delivery.event.body, "at": iso_from_us(at_us // 1000 * 1000)},
            ensure_ascii=False,
        ).encode()
        self.before_post(delivery)
        for attempt in range(ATTEMPTS_MAX):
            if attempt:
                self.tally.retried += 1
                await self.pause(self._back_off_s(attempt))
            if await self._post_once(body):
                return
        self.tally.given_up += 1
        if self.tally.given_up == 1:
            log.error(
                "an event was given up after %d attempts: the service does not answer."
                " Further ones are counted only.",
                ATTEMPTS_MAX,
            )

    async def _post_once(self, body: bytes) -> bool:
        """True when there is nothing more to try."""
        headers = self.credentials.headers(body, self.clock.now_us() // 1_000_000)
        try:
            status = await self.post(body, headers)
        except OSError:
            return False
        if status < 300:
            self.tally.taken += 1
            return True
        if status == 429 or status >= 500:
            return False
        self._refused(status)
        return True

    def _refused(self, status: int) -> None:
        self.tally.refused += 1
        if self.tally.last_refusal != status:
            log.error(
                "the service refused an event with HTTP %d. Compare the line's"
                " secret and dialect in the configuration.",
                status,
            )
        self.tally.last_refusal = status

    def _back_off_s(self, attempt: int) -> float:
        ceiling = min(BACK_OFF_MAX_S, BACK_OFF_S * 2.0**attempt)
        return ceiling * self.rng.uniform(0.5, 1.0)


TIMEOUT_S = 10.0


class HttpPost:
    """Posts to one line's webhook address."""

    def __init__(self, session: aiohttp.ClientSession, url: str):
        self._session = session
        self._url = url
        self._timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)

    async def __call__(self, body: bytes, headers: Mapping[str, str]) -> int:
        """The status; raises `OSError` when there was no answer in time."""
        try:
            async with self._session.post(
                self._url, data=body, headers=dict(headers), timeout=self._timeout
            ) as response:
                await response.read()
                return response.status
        except (aiohttp.ClientError, TimeoutError) as error:
            raise ConnectionError(f"no answer from {self._url}: {error}") from error
