"""What do the bench's calls, customers and sources look like, whoever serves them?

One fixed company, so that the service and the bare servers do the same work: 2,200
callers in three countries, four sources that answer from memory, together about
2.7 KB of card.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from datetime import UTC, datetime

Row = dict[str, str | int | float | bool | None]

SECRET = b"bench-signing-secret-0123456789abcdef"
LINE = "bench"
DIALLED = "+442079460100"

CALLERS = (
    [f"+442079460{n:03d}" for n in range(1000)]
    + [f"+12025550{n:03d}" for n in range(100, 200)]
    + [f"+493023125{n:03d}" for n in range(1000)]
    + [f"+498999998{n:03d}" for n in range(100)]
)
"""Numbers set aside for drama: nobody's telephone rings."""

FACETS = ("identity", "balance", "sales_history", "tickets")
"""What the four lookups fill; a card is complete when none of them is pending."""


def agent_name(index: int) -> str:
    return f"a{index:05d}"


def customer(number: str) -> Row:
    key = int(number[-4:])
    return {
        "key": f"C{key:05d}",
        "name": f"Customer {key} of the benchmark",
        "company": f"Works {key % 97} Ltd",
        "country": "GB",
        "since": "2019-04-01",
    }


def balance(number: str) -> Row:
    key = int(number[-4:])
    return {
        "open": f"{key}.50",
        "overdue": f"{key // 3}.00",
        "credit_hold": key % 7 == 0,
        "credit_limit": "25000.00",
        "terms_days": 30,
        "currency": "GBP",
    }


def orders(number: str) -> list[Row]:
    key = int(number[-4:])
    return [
        {
            "order": f"SO-{key:04d}-{n}",
            "date": f"2026-{n + 1:02d}-11",
            "item": f"Part {n} of assembly {key % 31}",
            "quantity": n + 1,
            "total": f"{key + n}.00",
            "state": "shipped",
        }
        for n in range(4)
    ]


def tickets(number: str) -> list[Row]:
    key = int(number[-4:])
    return [
        {
            "ticket": f"T-{key:04d}-{n}",
            "opened": "2026-11-03",
            "subject": f"Delivery {n} was late again",
            "state": "open",
            "priority": "normal",
        }
        for n in range(2)
    ]


ANSWERS: dict[str, dict[str, list[Row]]] = {
    "identity": {number: [customer(number)] for number in CALLERS},
    "balance": {number: [balance(number)] for number in CALLERS},
    "sales_history": {number: orders(number) for number in CALLERS},
    "tickets": {number: tickets(number) for number in CALLERS},
}
"""The four sources: rows by facet and number."""


def now_iso() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def alerting(call_id: str, caller: str, agent: str) -> bytes:
    """One alerting call in the generic dialect."""
    return (
        f'{{"type":"alerting","call_id":"{call_id}","event_id":"{call_id}-r",'
        f'"from":"{caller}","to":"{DIALLED}","direction":"inbound",'
        f'"queue":"sales","agents":["{agent}"],"at":"{now_iso()}"}}'
    ).encode()


def state_named(number: int, agent: str) -> bytes:
    """An agent's state: moves the wallboard, and asks no source anything.

    `call_id`, `from` and `to` are there for the bare servers, which know one event.
    """
    state = ("available", "break")[number % 2]
    return (
        f'{{"type":"agent_state","call_id":"n-{number}","from":"{CALLERS[0]}",'
        f'"to":"{DIALLED}","agents":["{agent}"],"state":"{state}",'
        f'"at":"{now_iso()}"}}'
    ).encode()


def ended(call_ids: list[str]) -> bytes:
    """The ends of many calls, as one list in the generic dialect."""
    at = now_iso()
    ends = (
        f'{{"type":"ended","call_id":"{call_id}","event_id":"{call_id}-e","at":"{at}"}}'
        for call_id in call_ids
    )
    return f"[{','.join(ends)}]".encode()


def signature(body: bytes, at_s: int | None = None) -> str:
    """The `X-Screenpop-Signature` of a body sent now."""
    stamp = str(int(time.time()) if at_s is None else at_s)
    digest = hmac.digest(SECRET, stamp.encode() + b"." + body, hashlib.sha256)
    return f"t={stamp},v1={digest.hex()}"


def verified(header: str, body: bytes) -> bool:
    """What a server does with that header: the window, then the digest."""
    stamp, _, given = header.partition(",v1=")
    if abs(time.time() - int(stamp[2:])) > 300:
        return False
    wanted = hmac.digest(SECRET, stamp[2:].encode() + b"." + body, hashlib.sha256)
    return hmac.compare_digest(wanted.hex(), given)
