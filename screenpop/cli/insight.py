"""What are recommendations made from?"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn

from screenpop.cli import tell
from screenpop.config.load import Loaded
from screenpop.connector import FeedReading
from screenpop.connector.registry import Registry
from screenpop.domain.errors import ConfigError, Unavailable
from screenpop.insight.feed import FeedProgress, OrderFeeds
from screenpop.node.asking import load_checked
from screenpop.support import log as logs
from screenpop.support.tasks import TaskOwner, quick_loop

EXAMPLE = "Example: screenpop insight train --config screenpop.yaml"
SHOWN_EVERY_S = 0.2
ODD_SHOWN = 5  # reasons of one source


def register(app: typer.Typer) -> None:
    group = typer.Typer(
        help="Learn from orders what customers are likely to buy.",
        epilog=EXAMPLE,
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    group.callback()(_group)
    group.command("train", epilog=EXAMPLE)(train)
    app.add_typer(group, name="insight")


def train(
    config: Annotated[Path, typer.Option("--config", help="The configuration.")],
    everything: Annotated[
        bool,
        typer.Option("--everything", help="Read all orders, not only what changed."),
    ] = False,
    json_wanted: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Read the orders and items of all sources into the order store.

    A running service may go on meanwhile. Exit code 1 when a source could not be read.
    """
    logs.set_up(level="error")
    loaded = load_checked(config)
    with quick_loop() as runner:
        told, failed = runner.run(_train(loaded, everything))
    if json_wanted:
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        counts = {name: f"{n:,}" for name, n in told.items() if isinstance(n, int)}
        typer.echo(
            ", ".join(f"{n} {name.replace('_', ' ')}" for name, n in counts.items())
        )
    if failed:
        raise typer.Exit(1)


def _group() -> None:
    """Keeps `insight` a group though it has one command."""


async def _train(loaded: Loaded, everything: bool) -> tuple[dict[str, object], bool]:
    """What the store holds then, and whether a source could not be read."""
    failed, sources = False, dict[str, object]()
    async with _opened(loaded) as feeds:
        for name in feeds.names:
            try:
                read = await _shown(feeds, name, everything)
            except Unavailable as error:
                tell(Unavailable(f"source {name}: {error}"))
                failed = True
                continue
            sources[name] = _told(read)
        return {**feeds.counts._asdict(), "sources": sources}, failed


@asynccontextmanager
async def _opened(loaded: Loaded) -> AsyncIterator[OrderFeeds]:
    """The feeds of a configuration; raises `ConfigError` where there is none."""
    from screenpop.lookup.sources import make_sources
    from screenpop.node.parts import make_feeds
    from screenpop.support.clock import SystemClock
    from screenpop.support.metrics import Metrics

    clock = SystemClock()
    sources = make_sources(loaded.config, loaded.folder, Registry().find, clock)
    feeds = make_feeds(loaded, sources, clock, Metrics(), is_alone=True)
    if not feeds.names:
        raise ConfigError(
            "no source gives orders. Add `orders` to a source: docs/connectors.md."
        )
    try:
        await sources.open()
        await feeds.open()
        yield feeds
    finally:
        await feeds.close()
        await sources.close()


async def _shown(feeds: OrderFeeds, name: str, everything: bool) -> FeedProgress | None:
    """Read one source with a bar that shows how far it is."""
    columns = (
        "{task.description}", BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
    )  # fmt: skip
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task(name, total=None)

        async def follow() -> None:
            while True:
                now = feeds.progress[name]
                reading = now.items if now.phase == "items" else now.orders
                total = now.expected if now.phase == "orders" else None
                bar.update(
                    task,
                    description=f"{name}: {now.phase}",
                    completed=reading.rows,
                    total=total if total and total > reading.rows else None,
                )
                await asyncio.sleep(SHOWN_EVERY_S)

        owner = TaskOwner("progress")
        owner.spawn(follow(), name=name)
        try:
            return await feeds.read(name, everything=everything)
        finally:
            await owner.close()


def _told(read: FeedProgress | None) -> dict[str, object]:
    if read is None:
        return {"unchanged": True}
    for what, reading in (("items", read.items), ("orders", read.orders)):
        for sentence in reading.odd.said()[:ODD_SHOWN]:
            typer.echo(f"source {read.source}: {what}: {sentence}", err=True)
    return {"orders": _counts(read.orders), "items": _counts(read.items)}


def _counts(reading: FeedReading) -> dict[str, object]:
    return {
        "rows": reading.rows,
        "kept": reading.kept,
        "left_out": dict(reading.left_out),
    }
