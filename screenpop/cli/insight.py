"""What are recommendations made from, how good are they, and what is offered?"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TimeElapsedColumn,
)

from screenpop.cli import tell
from screenpop.cli.insight_explain import explain
from screenpop.config.load import Loaded
from screenpop.connector import FeedReading
from screenpop.connector.registry import Registry
from screenpop.domain.errors import ConfigError, Unavailable
from screenpop.insight.feed import FeedProgress, OrderFeeds
from screenpop.node.asking import load_checked
from screenpop.node.parts import data_dir_of, make_feeds
from screenpop.support import log as logs
from screenpop.support.clock import SystemClock
from screenpop.support.tasks import TaskOwner, quick_loop

if TYPE_CHECKING:  # numpy and scipy
    from screenpop.insight.orders import Orders
    from screenpop.insight.training import TrainingReport

EXAMPLE = "Example: screenpop insight train --config screenpop.yaml"
SHOWN_EVERY_S = 0.2
ODD_SHOWN = 5  # reasons of one source
_NO_LINES = (
    "no orders were read: the sources gave no usable line. Check the query or the"
    " file of `orders` (docs/sources.md), then run `screenpop insight train` again."
)


def register(app: typer.Typer) -> None:
    group = typer.Typer(
        help="Learn from orders what customers are likely to buy.",
        epilog=EXAMPLE,
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    group.command("train", epilog=EXAMPLE)(train)
    group.command("evaluate", epilog=EXAMPLE.replace("train", "evaluate"))(evaluate)
    group.command("explain", epilog=EXAMPLE.replace("train", "explain C-1001"))(explain)
    app.add_typer(group, name="insight")


def train(
    config: Annotated[Path, typer.Option("--config", help="The configuration.")],
    everything: Annotated[
        bool,
        typer.Option("--everything", help="Read all orders, not only what changed."),
    ] = False,
    json_wanted: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Read the orders and items of all sources, and train a model on them.

    A running service may go on meanwhile, and takes the model over. Exit code 1 when
    a source could not be read or no model could be made.
    """
    logs.set_up(level="error")
    loaded = load_checked(config)
    with quick_loop() as runner:
        told, failed = runner.run(_train(loaded, everything))
    if not failed and not told["lines"]:
        tell(Unavailable(_NO_LINES))
        failed = True
    if not failed:
        told["model"] = msgspec.to_builtins(_learned(loaded))
    if json_wanted:
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        _print_trained(told)
    if failed:
        raise typer.Exit(1)


def evaluate(
    config: Annotated[Path, typer.Option("--config", help="The configuration.")],
    json_wanted: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Measure on the company's own later orders how good the recommendations are.

    Reads the order store: run `screenpop insight train` first.
    """
    from screenpop.insight import evaluation  # numpy and scipy: half a second
    from screenpop.insight.orders import OrdersError

    orders = _stored(load_checked(config))
    with _steps() as step:
        found = evaluation.evaluate(orders, progress=step)
        step("comparing the outlook")
        try:
            outlook = evaluation.evaluate_outlook(orders)
        except OrdersError as error:  # the table of rankings is still printed
            tell(error)
            outlook = None
    if json_wanted:
        told = msgspec.to_builtins(found, enc_hook=float)
        told["outlook"] = msgspec.to_builtins(outlook, enc_hook=float)
        typer.echo(json.dumps(told, ensure_ascii=False))
    else:
        typer.echo(evaluation.as_text(found))
        if outlook is not None:
            typer.echo(f"\n{evaluation.outlook_as_text(outlook)}")


def _learned(loaded: Loaded) -> TrainingReport:
    """A new model, made in this process. Raises `OrdersError`, `Unavailable`."""
    from screenpop.insight.training import TrainingOrder, train_from_store

    settings = loaded.config.insight
    order = TrainingOrder(
        data_dir=str(data_dir_of(loaded)),
        withheld=settings.excluded_customers,
        excluded_items=settings.excluded_items,
    )
    with _steps() as step:
        return train_from_store(order, step)


def _print_trained(told: Mapping[str, Any]) -> None:
    counts = {name: n for name, n in told.items() if isinstance(n, int)}
    typer.echo(", ".join(f"{n:,} {_noun(name, n)}" for name, n in counts.items()))
    if "model" in told:
        typer.echo(_model_words(told["model"]))
    else:
        typer.echo("No model was trained. The one before, if any, stays in use.")


def _noun(name: str, count: int) -> str:
    """`lines` of the counts as `line` for one; `opted_out` is the same for all."""
    return name.removesuffix("s" if count == 1 else "").replace("_", " ")


def _model_words(report: Any) -> str:
    ways = ", ".join(
        f"{task.replace('_', ' ')}: {variant}"
        for task, variant in report["variants"].items()
    )
    return f"model {report['number']} in {report['seconds']:.0f} s; {ways}"


def _stored(loaded: Loaded) -> Orders:
    """As the order store has them, without customers who opted out or are excluded."""
    from screenpop.insight.order_reader import OrderReader
    from screenpop.insight.recommender import without_customers

    logs.set_up(level="error")
    with OrderReader(data_dir_of(loaded)) as reader:
        orders = reader.orders()
    return without_customers(orders, loaded.config.insight.excluded_customers)


@contextmanager
def _steps() -> Iterator[Callable[[str], None]]:
    """What is being done, on a terminal."""
    console = Console(stderr=True)
    with Progress(
        SpinnerColumn(), "{task.description}", TimeElapsedColumn(),
        console=console, transient=True, disable=not console.is_terminal,
    ) as bar:  # fmt: skip
        task = bar.add_task("reading the orders")
        yield lambda step: bar.update(task, description=step)


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
    from screenpop.support.metrics import Metrics

    clock = SystemClock()
    sources = make_sources(loaded.config, loaded.folder, Registry().find, clock)
    feeds = make_feeds(loaded, sources, clock, Metrics(), is_alone=True)
    if not feeds.names:
        raise ConfigError(
            "no source gives orders. Add `orders` to a source: docs/sources.md."
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
