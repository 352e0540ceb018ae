"""What does authenticating and decoding one event cost, dialect by dialect?

For `generic` the bench signs its own requests. Other dialects are measured on the
samples that stand in `tests/load/samples/DIALECT.json`:
`{"settings": {...}, "headers": {...}, "body": "..."}`; one without is named as such.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec
from load.workload import CALLERS, LINE, SECRET, alerting, signature
from rich.console import Console
from rich.table import Table

from screenpop.domain.call import LineId
from screenpop.intake.dialect import dialect_names, load_dialect
from screenpop.intake.request import Request

SAMPLES = Path(__file__).parent / "samples"
REPEATS = 2_000
ROUNDS = 5


class Sample(msgspec.Struct):
    settings: dict[str, str]
    headers: dict[str, str]
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    dialect: str
    sample: str
    bytes: int
    events: int
    us_per_request: float


def costs() -> Iterator[Cost]:
    yield from _generic()
    for name in dialect_names():
        path = SAMPLES / f"{name}.json"
        if path.exists():
            sample = msgspec.json.decode(path.read_bytes(), type=Sample)
            yield _cost(
                name, "captured", sample.settings, sample.headers, sample.body.encode()
            )


def _generic() -> Iterator[Cost]:
    one = alerting("c-1", CALLERS[0], "1001")
    many = b"[" + b",".join(_numbered(50)) + b"]"
    signed = {"signing_secret": SECRET.decode()}
    token = {"token": "bench-token-0123456789abcdef"}
    bearer = {"authorization": f"Bearer {token['token']}"}
    yield _cost("generic", "one event, signed", signed, _signed(one), one)
    yield _cost("generic", "one event, bearer token", token, bearer, one)
    yield _cost("generic", "50 events, signed", signed, _signed(many), many)


def _numbered(count: int) -> list[bytes]:
    return [alerting(f"c-{n}", CALLERS[n], "1001") for n in range(count)]


def _signed(body: bytes) -> dict[str, str]:
    return {"x-screenpop-signature": signature(body)}


def _cost(
    dialect: str,
    sample: str,
    settings: Mapping[str, str],
    headers: Mapping[str, str],
    body: bytes,
) -> Cost:
    """Raises what the dialect raises: a sample that is refused is no measurement."""
    bound = load_dialect(dialect).bind(
        line=LineId(LINE), country="GB", settings=dict(settings)
    )
    request = Request(
        method="POST",
        path=f"/v1/telephony/{LINE}",
        headers=(("content-type", "application/json"), *headers.items()),
        body=body,
        remote="127.0.0.1",
        received_us=time.time_ns() // 1000,
    )
    return Cost(
        dialect=dialect,
        sample=sample,
        bytes=len(body),
        events=len(bound.receive(request).events),
        us_per_request=_fastest_us(lambda: bound.receive(request)),
    )


def _fastest_us(work: Callable[[], object]) -> float:
    """The best of a few rounds: the least disturbed one."""
    best = float("inf")
    for _ in range(ROUNDS):
        began = time.perf_counter()
        for _ in range(REPEATS // ROUNDS):
            work()
        best = min(best, (time.perf_counter() - began) / (REPEATS // ROUNDS))
    return best * 1e6


def show_costs(console: Console) -> None:
    table = Table(title="Authenticate and decode", title_justify="left")
    for heading in ("dialect", "request"):
        table.add_column(heading, no_wrap=True)
    for heading in ("bytes", "events", "us a request", "us an event"):
        table.add_column(heading, justify="right")
    measured = set()
    for cost in costs():
        measured.add(cost.dialect)
        table.add_row(
            cost.dialect, cost.sample, str(cost.bytes), str(cost.events),
            f"{cost.us_per_request:.1f}",
            f"{cost.us_per_request / max(1, cost.events):.1f}",
        )  # fmt: skip
    console.print(table)
    without = [name for name in dialect_names() if name not in measured]
    if without:
        console.print(f"no sample in tests/load/samples: {', '.join(without)}")
