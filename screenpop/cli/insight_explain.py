"""What would a card offer to a customer, what is held back, and why?"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from screenpop.cli import tell
from screenpop.config.load import Loaded
from screenpop.connector.registry import Registry
from screenpop.domain.errors import Unavailable
from screenpop.domain.profile import Row
from screenpop.node.asking import load_checked
from screenpop.node.parts import data_dir_of
from screenpop.support import log as logs
from screenpop.support.clock import SystemClock
from screenpop.support.tasks import quick_loop

if TYPE_CHECKING:  # numpy and scipy
    from screenpop.connector.orders import ItemNow
    from screenpop.insight.offering import Offering
    from screenpop.insight.order_reader import ItemRow
    from screenpop.lookup.live_items import LiveItems

KEYS_SHOWN = 3  # of customers, as examples
TITLES = {"recommendations": "To offer", "goes_with": "Goes with the last order"}


def explain(
    customer: Annotated[str, typer.Argument(help="Key of the customer in the orders.")],
    config: Annotated[Path, typer.Option("--config", help="The configuration.")],
    json_wanted: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show what a card would offer to a customer, what is held back, and why.

    From the newest model. Stock and price are asked as for a card
    (`insight.item_lookup`), else as last read. Exit code 1 when nothing is offered.
    """
    from screenpop.insight.offering import newest_offering

    loaded = load_checked(config)
    logs.set_up(level="error")
    offering = newest_offering(data_dir_of(loaded), loaded.config.insight.offers_max)
    if offering is None:
        tell(Unavailable("there is no model yet. Run `screenpop insight train` first."))
        raise typer.Exit(1)
    if (why := _nothing_for(customer, offering, loaded)) is not None:
        tell(Unavailable(f"{customer} {why}"))
        raise typer.Exit(1)
    with quick_loop() as runner:
        offers, held_back = runner.run(_on_card(customer, offering, loaded))
    if json_wanted:
        told = offers | {"held_back": held_back}
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        _print_offers(offers, held_back)
    if not any(offers.values()):
        raise typer.Exit(1)


async def _on_card(
    customer: str, offering: Offering, loaded: Loaded
) -> tuple[dict[str, Sequence[Row]], list[dict[str, str]]]:
    """Both lists as a card would have them, and what is held back."""
    from screenpop.insight.adviser import Adviser

    adviser = Adviser(SystemClock())
    adviser.offering = offering
    async with _live(loaded) as live:
        adviser.live = live
        offers = {
            facet: await adviser.rows(facet, {"customer.key": customer})
            for facet in TITLES
        }
        return offers, _held_back(customer, offering, offers, live)


@asynccontextmanager
async def _live(loaded: Loaded) -> AsyncIterator[LiveItems | None]:
    """Who is asked for stock and price; says at the end why there was no answer."""
    from screenpop.lookup.live_items import live_items
    from screenpop.lookup.sources import make_sources

    asked = loaded.config.insight.item_lookup
    if asked is None:
        yield None
        return
    sources = make_sources(loaded.config, loaded.folder, Registry().find, SystemClock())
    guard = sources.guards[asked.source]
    try:
        await sources.open()
        yield live_items(loaded.config, sources)
        why = guard.unusable or (guard.failure and guard.failure[1])
        if why:
            tell(Unavailable(f"insight.item_lookup: source {asked.source}: {why}"))
    finally:
        await sources.close()


def _nothing_for(customer: str, offering: Offering, loaded: Loaded) -> str | None:
    """Why this customer gets no answer at all."""
    from screenpop.insight.order_reader import OrderReader

    if customer in loaded.config.insight.excluded_customers:
        return "is in insight.excluded_customers: nothing is computed."
    with OrderReader(data_dir_of(loaded)) as reader:
        opted_out = reader.opted_out()
    model = offering.recommender.model
    if customer in opted_out:
        return "opted out of profiling: nothing is computed."
    if customer in model.withheld:
        return (
            "was excluded or opted out when the model was trained. Run"
            " `screenpop insight train` to take them in again."
        )
    if not offering.recommender.last_order(customer):
        newest = datetime.fromtimestamp(model.book.items.now, UTC).date()
        some = ", ".join(model.book.orders.customer_keys[:KEYS_SHOWN])
        return (
            f"has no orders in the model (newest order: {newest}). The orders name"
            f" customers like {some}. Check the key, or run `screenpop insight train`."
        )
    return None


def _held_back(
    customer: str,
    offering: Offering,
    offers: Mapping[str, Sequence[Row]],
    live: LiveItems | None,
) -> list[dict[str, str]]:
    """Items that rank above the last one offered and cannot be delivered."""
    from screenpop.insight.offering import ASKED_TIMES

    recommender, most = offering.recommender, offering.offers_max * ASKED_TIMES
    last = recommender.last_order(customer)
    ranked = {
        "recommendations": recommender.recommend(customer, most),
        "goes_with": recommender.complete(last, most, customer),
    }
    found: dict[str, dict[str, str]] = {}
    for facet, keys in ranked.items():
        shown = [str(row["sku"]) for row in offers[facet]]
        is_full = len(shown) == offering.offers_max and shown[-1] in keys
        for key in keys[: keys.index(shown[-1])] if is_full else keys:
            item = offering.items.get(key)
            now = None if live is None else live.known(key)[1]
            if (why := _undeliverable(item, now)) is not None:
                name = (item and item.name) or key
                found[key] = {"sku": key, "product": name, "why": why}
    return list(found.values())


def _undeliverable(item: ItemRow | None, now: ItemNow | None) -> str | None:
    """Why an item cannot be offered, by the newer of the live answer and the feed."""
    if item is not None and not item.active:
        return "not active in the items"
    if now is not None and not now.is_older_than(item and item.read_us):
        if not now.record.active:
            return f"not active, asked {_minute(now.fetched_us)}"
        if now.record.stock is not None:
            is_out = now.record.stock <= 0
            return f"out of stock, asked {_minute(now.fetched_us)}" if is_out else None
    if item is None or item.stock is None or item.stock > 0:
        return None
    if item.read_us is None:
        return "out of stock"
    return f"out of stock, read {_minute(item.read_us)}"


def _minute(at_us: int) -> str:
    return f"{datetime.fromtimestamp(at_us / 1e6, UTC):%F %R} UTC"


def _print_offers(
    offers: Mapping[str, Sequence[Row]], held_back: Sequence[Mapping[str, str]]
) -> None:
    for facet, rows in offers.items():
        typer.echo(f"{TITLES[facet]} ({facet})")
        for at, row in enumerate(rows, 1):
            name = _named(str(row["product"]), str(row["sku"]))
            typer.echo(f"  {at}. {name}{_delivery(row)}\n     {row['reason']}")
        if not rows:
            typer.echo("  nothing")
    if held_back:
        typer.echo("Held back")
    for left in held_back:
        typer.echo(f"  {_named(left['product'], left['sku'])}: {left['why']}")
    typer.echo(
        "The sales policy may remove offers from a card:"
        " `screenpop explain NUMBER` shows what it does."
    )


def _named(product: str, sku: str) -> str:
    return sku if product == sku else f"{product} ({sku})"


def _delivery(row: Row) -> str:
    price = f", {row['price']} {row.get('currency') or ''}" if "price" in row else ""
    stock = row.get("stock")
    return price.rstrip() + (f", {stock:g} in stock" if stock is not None else "")
