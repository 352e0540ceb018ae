"""What does a dialect make of these requests?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from screenpop.intake.cases import decode_case, read_case
from screenpop.intake.dialect import load_dialect


def register(app: typer.Typer) -> None:
    app.command("decode", epilog="Example: screenpop decode zadarma call.json --json")(
        decode
    )


def decode(
    dialect: Annotated[
        str, typer.Argument(help="A built-in dialect, or a YAML file of one.")
    ],
    file: Annotated[
        Path, typer.Argument(help="Requests as captured; see docs/dialects.md.")
    ],
    json_wanted: Annotated[
        bool, typer.Option("--json", help="Print one entry per request as JSON.")
    ] = False,
) -> None:
    """Authenticate captured requests as of their time and print what they mean.

    A request that is refused, or a part that means nothing to us, is told why.
    """
    compiled, case = load_dialect(dialect), read_case(file)
    entries = decode_case(compiled, case)
    if json_wanted:
        typer.echo(json.dumps(entries, ensure_ascii=False, indent=2))
        return
    for number, (request, entry) in enumerate(
        zip(case.requests, entries, strict=True), 1
    ):
        typer.echo(f"{number}. {request.method} {request.path.partition('?')[0]}")
        for line in _lines(entry):
            typer.echo(f"   {line}")


def _lines(entry: dict[str, object]) -> list[str]:
    lines = [f"refused: {entry['rejected']}"] if "rejected" in entry else []
    events = entry.get("events")
    assert isinstance(events, list | None)
    lines.extend(event_line(event) for event in events or [] if isinstance(event, dict))
    notes = entry.get("notes")
    lines.extend(f"note: {note}" for note in (notes if isinstance(notes, list) else ()))
    response = entry["response"]
    if isinstance(response, dict):
        body = str(response["body"])
        lines.append(f"answer {response['status']}{f': {body}' if body else ''}")
    return lines


def event_line(event: dict[str, object]) -> str:
    """One event on one line, without what it does not say."""
    why = event.get("why")
    if why is not None:
        return f"ignored: {why}"
    head = str(event["type"])
    shown = [
        f"{name} {_short(value)}"
        for name, value in event.items()
        if name not in ("type", "event_id", "withheld")
        and value not in (None, [], {}, "call")
    ]
    if event.get("withheld"):
        shown.insert(0, "number withheld")
    return f"{head}: {', '.join(shown)}" if shown else head


def _short(value: object) -> str:
    if isinstance(value, list):
        return " ".join(map(str, value))
    if isinstance(value, dict):
        return " ".join(f"{name}={text}" for name, text in value.items())
    return str(value)
