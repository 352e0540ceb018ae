"""What would agents have seen under a changed configuration?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from screenpop.config.load import Loaded
from screenpop.domain.errors import BadInput
from screenpop.history.replayed_calls import ReplayedCall, listed_calls, past_calls
from screenpop.node.asking import load_checked
from screenpop.node.replaying import (
    Replayed,
    ReplayOrder,
    Step,
    database_of,
)
from screenpop.node.replaying import (
    replay as replayed,
)
from screenpop.support import log as logs
from screenpop.support.tasks import quick_loop

EXAMPLE = "Example: screenpop replay --config new.yaml --against screenpop.yaml"
DAYS = 7


def register(app: typer.Typer) -> None:
    app.command("replay", epilog=EXAMPLE)(replay)


def replay(
    config: Annotated[Path, typer.Option("--config", help="The new configuration.")],
    against: Annotated[Path, typer.Option("--against", help="The one that runs.")],
    since: Annotated[
        str | None,
        typer.Option("--since", help=f"First day or time. Default: {DAYS} days ago."),
    ] = None,
    numbers: Annotated[
        Path | None,
        typer.Option("--numbers", help="CSV of numbers instead of past calls."),
    ] = None,
    rate: Annotated[
        float, typer.Option("--rate", min=0.1, help="Callers looked up in a second.")
    ] = 50.0,
    examples: Annotated[
        int, typer.Option("--examples", min=0, max=100, help="Of each field.")
    ] = 5,
    show_numbers: Annotated[
        bool, typer.Option("--show-numbers", help="Print whole telephone numbers.")
    ] = False,
    json_wanted: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Look the callers of past calls up under two configurations, and compare.

    Asks the sources, at most `--rate` callers a second. Nothing is pushed, journalled
    or written. Exit code 1 when customers of a source could not be read, or lookups
    failed: then values may differ for that reason.
    """
    logs.set_up(level="error")
    new, old = load_checked(config), load_checked(against)
    with quick_loop() as runner, _progress() as step:
        calls = (
            [*listed_calls(numbers)]
            if numbers is not None
            else runner.run(_calls_of(old, since))
        )
        order = ReplayOrder(
            old=old,
            new=new,
            calls=calls,
            calls_per_s=rate,
            examples_max=examples,
            shows_numbers=show_numbers,
        )
        done = runner.run(replayed(order, step))
    if json_wanted:
        typer.echo(json.dumps(_as_json(done), ensure_ascii=False, indent=2))
    else:
        for line in _lines(done):
            typer.echo(line)
    if done.failed or done.unread:
        raise typer.Exit(1)


async def _calls_of(loaded: Loaded, since: str | None) -> list[ReplayedCall]:
    database = database_of(loaded)
    await database.open()
    try:
        return [x async for x in past_calls(database, _since_us(loaded, since))]
    finally:
        await database.close()


def _since_us(loaded: Loaded, since: str | None) -> int:
    zone = ZoneInfo(loaded.config.server.time_zone)
    if since is None:
        at = datetime.now(zone) - timedelta(days=DAYS)
    else:
        try:
            at = datetime.fromisoformat(since)
        except ValueError as error:
            raise BadInput(
                f"--since: {since[:40]!r} is not a date or time.",
                remedy="Write YYYY-MM-DD or YYYY-MM-DDTHH:MM.",
            ) from error
        at = at if at.tzinfo is not None else at.replace(tzinfo=zone)
    return round(at.timestamp() * 1e6)


@contextmanager
def _progress() -> Iterator[Step]:
    """A bar on a terminal, nothing in a pipe."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    console = Console(stderr=True)
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("calls", total=None)

        def step(what: str, done: int, of: int) -> None:
            bar.update(task, description=what, completed=done, total=of or None)

        yield step


def _lines(done: Replayed) -> Iterator[str]:
    """Counts first, then examples."""
    found = done.differences
    yield (
        f"{found.compared} calls of {done.callers} different callers compared;"
        f" {found.differing} calls would have looked different"
    )
    for name, why in done.unread.items():
        yield f"customers not read: {name}: {why}"
    for name, times in sorted(done.failed.items()):
        yield f"lookup failed {times} times: {name}"
    fields = found.by_field()
    if fields:
        yield ""
        yield "calls      new     gone  changed  field"
    for each in fields:
        kinds = (each.calls.get(kind, 0) for kind in ("new", "gone", "changed"))
        yield (
            f"{each.count:>5} " + " ".join(f"{n:>8}" for n in kinds) + f"  {each.name}"
        )
    for each in fields:
        if each.examples:
            yield ""
            yield each.name
        for one in each.examples:
            yield f"  {one.number}  {one.old or '-'}  ->  {one.new or '-'}"


def _as_json(done: Replayed) -> dict[str, object]:
    found = done.differences
    return {
        "calls": found.compared,
        "callers": done.callers,
        "differing": found.differing,
        "unread": done.unread,
        "failed": dict(done.failed),
        "fields": [
            {
                "field": each.name,
                "calls": each.count,
                **{
                    kind: each.calls.get(kind, 0) for kind in ("new", "gone", "changed")
                },
                "examples": [asdict(one) for one in each.examples],
            }
            for each in found.by_field()
        ],
    }
