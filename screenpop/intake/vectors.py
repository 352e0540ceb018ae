"""Do the test vectors inside a dialect still hold?

Vectors are cases (see `cases`) under `tests`. An expected event names the keys that
matter; what it leaves out is not compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from screenpop.domain.errors import ScreenpopError
from screenpop.intake.cases import case_from, decode_case
from screenpop.intake.dialect import Dialect


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorResult:
    """One request of one vector; no problem means that it holds."""

    name: str
    problems: tuple[str, ...]


def run_vectors(dialect: Dialect) -> list[VectorResult]:
    """All vectors, each request on its own."""
    if dialect.tests is None:
        return []
    results: list[VectorResult] = []
    for number, node in enumerate(dialect.tests.elements(), 1):
        name = f"tests[{number}]"
        try:
            case = case_from(node.data(), f"{dialect.file}: {name}")
            entries = decode_case(dialect, case)
        except ScreenpopError as error:
            results.append(VectorResult(name=name, problems=(str(error),)))
            continue
        for at, entry in enumerate(entries):
            expected = case.expect[at] if at < len(case.expect) else None
            problems = tuple(_differences(entry, expected))
            results.append(
                VectorResult(name=f"{name}.requests[{at}]", problems=problems)
            )
    return results


def _differences(entry: Mapping[str, object], expected: object) -> list[str]:
    if expected is None:
        return ["nothing is expected. Say what under `expect`."]
    if expected == "rejected":
        return [] if "rejected" in entry else ["is taken, but must be refused."]
    if "rejected" in entry:
        return [f"is refused: {entry['rejected']}"]
    events = entry["events"]
    wanted = expected if isinstance(expected, list) else [expected]
    if not isinstance(events, list) or len(events) != len(wanted):
        return [f"gives {events}, expected are {len(wanted)} events."]
    return [
        f"{key} is {event.get(key)!r}, expected is {value!r}."
        for event, want in zip(events, wanted, strict=True)
        for key, value in want.items()
        if event.get(key) != value
    ]
