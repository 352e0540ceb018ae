"""What does the running service know of a number? For `explain --service`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import typer

from screenpop.config.load import Loaded

_FAILED = ("failed", "timed_out")
_ROWS_SHOWN = 10


def explain_service(
    loaded: Loaded,
    number: str,
    candidate: str | None,
    url: str | None,
    token_file: Path | None,
    json_wanted: bool,
) -> None:
    """Print its answer; raises `Exit` with 1 where a lookup failed."""
    from screenpop.cli.following import Following, address_of, proof_of

    asking = Following(url or address_of(loaded), proof_of(loaded, token_file))
    found: Mapping[str, Any] = asking.lookup(number, candidate)
    if json_wanted:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        for line in lines(found):
            typer.echo(line)
    if any(each["outcome"] in _FAILED for each in found["lookups"]):
        raise typer.Exit(1)


def lines(found: Mapping[str, Any]) -> Iterator[str]:
    """The answer as text: who, the lookups, the values of each facet."""
    yield f"{found['number'] or found['raw']}, as the running service answers"
    chosen = found["chosen"] or {}
    for one in found["candidates"]:
        mark = "→" if (one["source"], one["key"]) == _ref(chosen) else " "
        sure = f"{one['confidence']:.0%}"
        who = f"{one['source']} {one['key']}  {one['name']}"
        yield f"{mark} {who}  {sure}  {one['why']}"
    if not found["candidates"]:
        yield "no candidate: no customer has this number"
    yield ""
    for each in found["lookups"]:
        why = each.get("detail") or each.get("message") or ""
        timing = f"{each['started_ms']:.1f} + {each['ms']:.1f} ms"
        asked = f"{each['name']} ({each['source']})"
        yield f"{asked}  {timing}  {each['outcome']}  {why}".rstrip()
    for name, facet in found["facets"].items():
        yield ""
        yield f"{name}  {facet['state']}"
        for field, value in facet["fields"].items():
            origin = f"{value['source']}, {value['age_s']:.0f} s"
            yield f"  {field}  {value['value']}  ({origin})"
        for row in facet["rows"][:_ROWS_SHOWN]:
            yield "  " + ", ".join(f"{k} {v}" for k, v in row.items() if v is not None)


def _ref(chosen: Mapping[str, str]) -> tuple[str | None, str | None]:
    return chosen.get("source"), chosen.get("key")
