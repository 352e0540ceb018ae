"""What must any server in Python do for one call? The work without the service.

Check the signature, decode the event, parse, check and format the number, ask four
sources in memory as tasks under one deadline, merge with provenance, and encode
2.7 KB of card as `pop.opened`. No durable event, no dedupe, no call state, no audience,
no counters, no receipts: what a service spends beyond this is its own.
"""

from __future__ import annotations

import asyncio
from functools import lru_cache

import msgspec
import phonenumbers
from load.workload import ANSWERS, FACETS, Row, now_iso, verified
from phonenumbers import PhoneNumberFormat

DEADLINE_S = 1.0


class Event(msgspec.Struct):
    type: str
    call_id: str
    agents: list[str]
    at: str
    caller: str = msgspec.field(name="from")
    dialled: str = msgspec.field(name="to")
    queue: str | None = None
    direction: str = "inbound"


_decode = msgspec.json.Decoder(Event).decode
_encode = msgspec.json.Encoder().encode


def number(text: str) -> tuple[str, str, str]:
    """(E.164, as people write it, country); raises for what is no number."""
    parsed = phonenumbers.parse(text, "GB")
    if not phonenumbers.is_valid_number(parsed):
        raise ValueError("not a number")
    return (
        phonenumbers.format_number(parsed, PhoneNumberFormat.E164),
        phonenumbers.format_number(parsed, PhoneNumberFormat.INTERNATIONAL),
        phonenumbers.region_code_for_number(parsed) or "",
    )


cached_number = lru_cache(maxsize=50_000)(number)


async def lookup(facet: str, key: str) -> list[Row]:
    """A source in memory that suspends once, as any real one does."""
    await asyncio.sleep(0)
    return ANSWERS[facet][key]


def merged(facet: str, rows: list[Row], at: str) -> dict[str, object]:
    """One card: each value with its source, age and state."""
    note = {"lookup": facet, "source": facet, "state": "fresh", "ms": 0.1}
    if facet in ("sales_history", "tickets"):
        return {
            "state": "fresh", "fields": {}, "rows": rows, "rows_source": facet,
            "rows_fetched_at": at, "rows_state": "fresh", "notes": [note],
        }  # fmt: skip
    fields = {
        name: {"value": value, "source": facet, "fetched_at": at, "state": "fresh"}
        for name, value in rows[0].items()
    }
    return {"state": "fresh", "fields": fields, "rows": [], "notes": [note]}


class Work:
    """The work of one call; `cached` remembers numbers as a service may."""

    def __init__(self, *, cached: bool):
        self._number = cached_number if cached else number
        self.offset = 0

    def taken(self, header: str, body: bytes) -> Event | None:
        """The event, or None when the signature is wrong."""
        return _decode(body) if verified(header, body) else None

    async def pop(self, event: Event) -> bytes:
        """The complete card as one frame."""
        e164, display, country = self._number(event.caller)
        tasks = [
            asyncio.create_task(lookup(f, e164), name=f)  # noqa: TID251 - bare
            for f in FACETS
        ]
        done, late = await asyncio.wait(tasks, timeout=DEADLINE_S)
        for task in late:
            task.cancel()
        at = now_iso()
        facets = {t.get_name(): merged(t.get_name(), t.result(), at) for t in done}
        return self._frame(event, facets, (e164, display, country))

    def _frame(
        self,
        event: Event,
        facets: dict[str, dict[str, object]],
        caller: tuple[str, ...],
    ) -> bytes:
        self.offset += 1
        return _encode(
            {
                "frame": "pop.opened", "offset": self.offset,
                "call_id": event.call_id, "line": "bench", "state": "alerting",
                "direction": event.direction,
                "caller": {
                    "presentation": "allowed", "number": caller[0],
                    "display": caller[1], "country": caller[2],
                },
                "dialled": {"number": event.dialled, "display": event.dialled},
                "queue": event.queue, "arrived_at": event.at,
                "alerting_at": event.at, "facets": facets,
            }
        )  # fmt: skip


HELLO = _encode(
    {
        "frame": "hello", "offset": 0, "user": "bench", "name": "bench",
        "role": "agent", "agent": None, "version": "bare", "server_time": "",
        "heartbeat_s": 20,
    }
)  # fmt: skip
RESYNC = _encode({"frame": "resync", "offset": 0, "pops": [], "reason": "first"})
