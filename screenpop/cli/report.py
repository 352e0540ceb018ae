"""What does a scheduled report say, and where would it go?"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from screenpop.domain.errors import BadInput, Unavailable

if TYPE_CHECKING:
    from screenpop.config.load import Loaded
    from screenpop.config.reports import ReportSettings
    from screenpop.history.engine import Database
    from screenpop.node.report_content import MadeReport
    from screenpop.node.report_maker import ReportMaker
    from screenpop.node.report_sending import ReportSender

EXAMPLE = "Example: screenpop report daily --config screenpop.yaml --date 2026-11-29"

Name = Annotated[str, typer.Argument(help="Which report of `reports`.")]
Config = Annotated[Path, typer.Option("--config", help="The configuration file.")]
Day = Annotated[
    str | None,
    typer.Option("--date", help="As if it were due on this day; default: today."),
]
Send = Annotated[bool, typer.Option("--send", help="Send it to its readers now.")]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Only say what would be sent where.")
]
JsonWanted = Annotated[bool, typer.Option("--json", help="Print the rows as JSON.")]


def register(app: typer.Typer) -> None:
    app.command("report", epilog=EXAMPLE)(report)


def report(
    name: Name,
    config: Config = Path("screenpop.yaml"),
    day: Day = None,
    send: Send = False,
    dry_run: DryRun = False,
    json_wanted: JsonWanted = False,
) -> None:
    """Print a scheduled report, or send it now.

    What is scheduled does not change: a report that was sent by hand is sent again
    when it is due.
    """
    from screenpop.node.asking import load_checked

    loaded = load_checked(config)
    settings = loaded.config.reports.get(name)
    if settings is None:
        known = ", ".join(loaded.config.reports) or "none"
        raise BadInput(
            f"reports.{name}: there is no such report.",
            remedy=f"Name one of the file: {known}.",
        )
    zone = ZoneInfo(loaded.config.server.time_zone)
    due = datetime.now(zone).date() if day is None else _day(day)
    made = asyncio.run(_made(config, loaded, name, due))
    if send or dry_run:
        asyncio.run(_send(loaded, settings, made, dry_run=dry_run))
    elif json_wanted:
        typer.echo(json.dumps(_as_json(made), ensure_ascii=False))
    else:
        from screenpop.node.report_content import text

        typer.echo(text(made).rstrip())


async def _made(config: Path, loaded: Loaded, name: str, due: date) -> MadeReport:
    from screenpop.cli.db import opened_store

    async with opened_store(config) as database:
        maker = await _maker(loaded, database)
        return await maker.make(name, due)


async def _maker(loaded: Loaded, database: Database) -> ReportMaker:
    """Which handle times may be seen is learnt from the store, as at a start."""
    from screenpop.history.past_counts import PastCounts
    from screenpop.history.recalls import PastRecalls
    from screenpop.history.users import Users
    from screenpop.node.parts import recall_settings
    from screenpop.node.recall_past import recover
    from screenpop.node.report_maker import ReportMaker
    from screenpop.support.clock import SystemClock
    from screenpop.wallboard.groups import GroupRule
    from screenpop.wallboard.recalls import RecallList

    clock, recalls = SystemClock(), RecallList(recall_settings(loaded.config))
    await recover(recalls, PastRecalls(database), clock.now_us())
    users = await Users(database, clock).list_all()
    people = sum(1 for user in users if user.active and user.agents)
    rule = GroupRule(loaded.config.privacy.of_agents, recalls.serving(), people)
    zone = ZoneInfo(loaded.config.server.time_zone)
    return ReportMaker(loaded, PastCounts(database, zone), lambda: rule)


async def _send(
    loaded: Loaded, settings: ReportSettings, made: MadeReport, *, dry_run: bool
) -> None:
    """Each way by itself; raises `Unavailable` when one failed."""
    from screenpop.history.report_runs import new_run
    from screenpop.node.report_sending import NotSent, ways_of
    from screenpop.node.reports import sender_of

    sender, failed = sender_of(loaded), []
    mail_id = new_run(made.name, made.first).mail_id
    for way in ways_of(settings):
        where = _where(sender, settings, made, way == "folder")
        if dry_run:
            typer.echo(f"would be {where}")
            continue
        try:
            await sender.send(way, settings, made, mail_id)
        except NotSent as error:
            failed.append(f"by {way}: {error}")
        else:
            typer.echo(where)
    if failed:
        raise Unavailable(f"the report was not sent {'; '.join(failed)}.")


def _where(
    sender: ReportSender, settings: ReportSettings, made: MadeReport, is_file: bool
) -> str:
    from screenpop.node.report_content import file_bytes

    rows, size = len(made.table.rows), len(file_bytes(made, settings.format))
    file = f"{settings.format}, {rows} rows, {size} bytes"
    if is_file:
        return f"written to {sender.file(settings, made)} ({file})"
    return f'sent to {", ".join(settings.to)} as "{made.title}" with a file ({file})'


def _as_json(made: MadeReport) -> dict[str, object]:
    return {
        "title": made.title,
        "time_zone": made.zone,
        "total": {name: made.lines[0].values[name] for name in made.figures},
        "rows": [
            {**_places(row), **{name: row["values"][name] for name in made.figures}}
            for row in made.table.rows
        ],
    }


def _places(row: Mapping[str, object]) -> dict[str, object]:
    return {k: v for k, v in row.items() if k not in ("values", "amounts", "hidden")}


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput(
            f"--date: {text[:40]!r} is not a date.", remedy="Write YYYY-MM-DD."
        ) from None
