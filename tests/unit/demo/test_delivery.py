"""Are events delivered signed, in time, and again while the service is busy?"""

from __future__ import annotations

import hashlib
import hmac
import json
import random
from collections import Counter
from collections.abc import Mapping

from screenpop.demo.calls import Event
from screenpop.demo.delivery import (
    ATTEMPTS_MAX,
    BACK_OFF_MAX_S,
    ORDERLY,
    Delivery,
    Disorder,
    LineCredentials,
    Sender,
    deliveries,
)
from screenpop.support.clock import FakeClock


def event(at_s: float, name: str) -> Event:
    return Event(at_s=at_s, body={"type": "arrived", "event_id": name})


EVENTS = [event(at / 2, f"e{at}") for at in range(400)]


class Service:
    """Answers with the statuses given, then with 202; None is a lost connection."""

    def __init__(self, *statuses: int | None):
        self.statuses = list(statuses)
        self.bodies: list[dict[str, object]] = []
        self.headers: list[Mapping[str, str]] = []
        self.raw: list[bytes] = []

    async def __call__(self, body: bytes, headers: Mapping[str, str]) -> int:
        self.raw.append(body)
        self.bodies.append(json.loads(body))
        self.headers.append(headers)
        status = self.statuses.pop(0) if self.statuses else 202
        if status is None:
            raise ConnectionResetError
        return status


class Time:
    """Pausing moves the clock at once."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.pauses: list[float] = []

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.clock.advance(seconds)


def sender(service: Service, time: Time, **more: str) -> Sender:
    return Sender(
        post=service,
        credentials=LineCredentials(**(more or {"secret": "s3cret"})),
        clock=time.clock,
        pause=time.pause,
        rng=random.Random(1),
    )


def once(*events: Event) -> list[Delivery]:
    return list(deliveries(events, random.Random(1), ORDERLY))


def test_each_event_is_delivered_and_a_few_twice_or_late() -> None:
    disorder = Disorder(repeated_share=0.1, late_share=0.1, late_by_s=(0.6, 2))
    found = list(deliveries(EVENTS, random.Random(1), disorder))
    counts = Counter(str(d.event.body["event_id"]) for d in found)
    assert set(counts) == {f"e{at}" for at in range(400)}
    assert 10 < sum(n == 2 for n in counts.values()) < 90
    assert [d.at_s for d in found] == sorted(d.at_s for d in found)
    happened = [d.event.at_s for d in found if not d.again]
    assert happened != sorted(happened)
    assert sum(d.again for d in found) == len(found) - 400


def test_an_orderly_network_delivers_once_and_in_order() -> None:
    assert [d.event for d in once(*EVENTS)] == EVENTS


async def test_a_body_is_signed_with_its_time() -> None:
    service, time = Service(), Time()
    await sender(service, time).run(once(event(1.5, "a")))
    given = service.headers[0]["X-Screenpop-Signature"]
    stamp, mac = (part.split("=")[1] for part in given.split(","))
    assert int(stamp) == time.clock.now_us() // 1_000_000
    signed = stamp.encode() + b"." + service.raw[0]
    assert mac == hmac.new(b"s3cret", signed, hashlib.sha256).hexdigest()


async def test_a_line_with_a_token_gets_a_bearer_token() -> None:
    service = Service()
    await sender(service, Time(), token="t0ken").run(once(event(0, "a")))
    assert service.headers[0]["Authorization"] == "Bearer t0ken"


async def test_an_event_says_when_it_happened_not_when_it_was_sent() -> None:
    service = Service()
    late = Delivery(at_s=3.0, event=event(1.5, "a"))
    await sender(service, Time()).run([late])
    assert service.bodies[0]["at"] == "2026-11-21T09:00:01.500Z"


async def test_a_busy_service_is_tried_again_later_and_later() -> None:
    service, time = Service(503, None, 503, 202), Time()
    posting = sender(service, time)
    await posting.run(once(event(0, "a")))
    assert len(set(service.raw)) == 1
    assert (posting.tally.taken, posting.tally.retried) == (1, 3)
    assert time.pauses == sorted(time.pauses)
    assert len(time.pauses) == 3


async def test_a_dead_service_is_given_up_after_a_bounded_number_of_attempts() -> None:
    service, time = Service(*[None] * 50), Time()
    posting = sender(service, time)
    await posting.run(once(event(0, "a")))
    assert len(service.raw) == ATTEMPTS_MAX
    assert posting.tally.given_up == 1
    assert max(time.pauses) <= BACK_OFF_MAX_S


async def test_a_refused_event_is_not_sent_again() -> None:
    service = Service(401)
    posting = sender(service, Time())
    await posting.run(once(event(0, "a"), event(0, "b")))
    assert len(service.raw) == 2
    assert (posting.tally.refused, posting.tally.taken) == (1, 1)
