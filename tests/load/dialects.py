"""What does authenticating and decoding one event cost, dialect by dialect?

Measured on the requests of `tests/payloads/DIALECT/*.json`, bound as `screenpop
decode` binds them; where there are none, on the test vectors inside the dialect.
What is refused (tampered cases) and handshakes are no events, so not measured. The
clock is the thread's processor time: a neighbour on the machine costs nothing.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from load.workload import CALLERS, LINE, SECRET, alerting, signature
from rich.console import Console
from rich.table import Table

from screenpop.domain.call import LineId
from screenpop.domain.errors import BadInput
from screenpop.intake.cases import RecordedCase, bind_case, case_from, read_case
from screenpop.intake.dialect import BoundDialect, Dialect, dialect_names, load_dialect
from screenpop.intake.request import Received, Request

PAYLOADS = Path(__file__).parents[1] / "payloads"
REPEATS = 200  # of each request, after as many to warm up as stand below
WARM = 20
EVENT_US_MAX = 500.0


@dataclass(frozen=True, slots=True)
class Sample:
    """A request that a line takes, and how many events it means."""

    line: BoundDialect
    request: Request
    events: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    dialect: str
    of: str
    requests: int
    events_per_request: float
    bytes: float
    median_us: float  # of one event
    p99_us: float

    @property
    def too_much(self) -> bool:
        return max(self.median_us, self.p99_us) > EVENT_US_MAX


def costs(repeats: int = REPEATS) -> list[Cost]:
    """Every dialect that has samples, the most expensive first."""
    found = [_cost(*each, repeats) for each in _all_samples()]
    return sorted(found, key=lambda cost: -cost.median_us)


def _all_samples() -> Iterator[tuple[str, str, list[Sample]]]:
    yield from _generic()
    for name in dialect_names():
        dialect = load_dialect(name)
        cases = [read_case(path) for path in sorted((PAYLOADS / name).glob("*.json"))]
        of = "cases" if cases else "own tests"
        samples = _taken(dialect, cases or _vectors(dialect))
        if samples and name != "generic":
            yield name, of, samples


def _vectors(dialect: Dialect) -> list[RecordedCase]:
    nodes = dialect.tests.elements() if dialect.tests is not None else []
    return [case_from(node.data(), dialect.file) for node in nodes]


def _taken(dialect: Dialect, cases: list[RecordedCase]) -> list[Sample]:
    samples = []
    for case in cases:
        line = bind_case(dialect, case)
        for request in case.requests:
            received = _received(line, request)
            if received is not None and not received.handshake:
                samples.append(Sample(line, request, len(received.events)))
    return samples


def _received(line: BoundDialect, request: Request) -> Received | None:
    try:
        return line.receive(request)
    except BadInput:  # a tampered case
        return None


def _generic() -> Iterator[tuple[str, str, list[Sample]]]:
    one = alerting("c-1", CALLERS[0], "1001")
    many = b"[%s]" % b",".join(
        alerting(f"c-{n}", CALLERS[n], "1001") for n in range(50)
    )
    secret = SECRET.decode()
    token = "bench-token-0123456789abcdef"
    line = _own_line(signing_secret=secret)
    signed = [Sample(line, _own_request(one, _signed(one)), 1)]
    burst = [Sample(line, _own_request(many, _signed(many)), 50)]
    bearer = _own_request(one, ("authorization", f"Bearer {token}"))
    yield "generic", "signed", signed
    yield "generic", "50 events, signed", burst
    yield "generic", "bearer token", [Sample(_own_line(token=token), bearer, 1)]


def _own_line(**settings: str) -> BoundDialect:
    return load_dialect("generic").bind(
        line=LineId(LINE), country="GB", settings=settings
    )


def _signed(body: bytes) -> tuple[str, str]:
    return ("x-screenpop-signature", signature(body))


def _own_request(body: bytes, proof: tuple[str, str]) -> Request:
    return Request(
        method="POST",
        path=f"/v1/telephony/{LINE}",
        headers=(("content-type", "application/json"), proof),
        body=body,
        remote="127.0.0.1",
        received_us=time.time_ns() // 1000,
    )


def _cost(dialect: str, of: str, samples: list[Sample], repeats: int) -> Cost:
    taken = sorted(us for sample in samples for us in _times_us(sample, repeats))
    return Cost(
        dialect=dialect,
        of=of,
        requests=len(samples),
        events_per_request=sum(each.events for each in samples) / len(samples),
        bytes=median(len(each.request.body) for each in samples),
        median_us=median(taken),
        p99_us=taken[min(len(taken) - 1, len(taken) * 99 // 100)],
    )


def _times_us(sample: Sample, repeats: int) -> Iterator[float]:
    """Of one event; a request that means none costs as much as one event."""
    for turn in range(-min(WARM, repeats), repeats):
        began = time.thread_time_ns()
        sample.line.receive(sample.request)
        took = time.thread_time_ns() - began
        if turn >= 0:
            yield took / 1000 / max(1, sample.events)


def show_costs(console: Console) -> None:
    table = Table(
        title="Authenticate and decode: us of processor time an event, worst first",
        title_justify="left",
    )
    for heading in ("dialect", "measured on"):
        table.add_column(heading, no_wrap=True)
    for heading in ("requests", "events each", "bytes", "median", "p99", ""):
        table.add_column(heading, justify="right")
    measured = costs()
    for cost in measured:
        table.add_row(
            cost.dialect, cost.of, str(cost.requests),
            f"{cost.events_per_request:.1f}", f"{cost.bytes:.0f}",
            f"{cost.median_us:.0f}", f"{cost.p99_us:.0f}",
            "[red]> 0.5 ms[/red]" if cost.too_much else "",
        )  # fmt: skip
    console.print(table)
    console.print(_verdict(measured))


def _verdict(measured: list[Cost]) -> str:
    without = sorted(set(dialect_names()) - {cost.dialect for cost in measured})
    if without:
        return f"neither cases nor tests of their own: {', '.join(without)}"
    slow = [cost.dialect for cost in measured if cost.too_much]
    return f"above 0.5 ms an event: {', '.join(slow) or 'none'}"
