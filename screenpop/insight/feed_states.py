"""How is the reading of orders, for administrators?"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from screenpop.connector import FeedReading
from screenpop.insight.feed import FeedProgress, OrderFeeds
from screenpop.insight.keeper import ModelKeeper
from screenpop.insight.order_schema import SourceFeed
from screenpop.support.clock import iso_from_us

ODD_SHOWN = 10  # reasons, the most frequent first


class RowsSeen(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the rows of one reading; `odd` are sentences with places."""

    rows: int
    kept: int
    left_out: dict[str, int] = {}
    odd: tuple[str, ...] = ()


class FeedSeen(msgspec.Struct, frozen=True, kw_only=True):
    """One source. `phase`: `waiting` for the next reading, or what it reads now.

    `read_at` is the end of the last reading, `all_read_at` of the last one of all
    orders, `whole` whether there ever was one. `rows_expected`: those of the last one.
    """

    source: str
    phase: str
    whole: bool
    batches: int
    rows_expected: int | None
    read_at: str | None
    all_read_at: str | None
    orders: RowsSeen
    items: RowsSeen
    trouble: str | None


class RankingSeen(msgspec.Struct, frozen=True, kw_only=True):
    """The variant in use for one task. `recall` of all variants at 10 items, measured
    on `customers`; empty: too few customers, so the choice is by default."""

    task: str
    variant: str
    customers: int = 0
    recall: dict[str, float] = {}


class ModelSeen(msgspec.Struct, frozen=True, kw_only=True):
    """The model in use and what it was made of; `step` of the training under way.

    `failed_at`, `trouble`: the last training that failed, until one succeeds.
    """

    number: int | None = None
    trained_at: str | None = None
    newest_order_at: str | None = None
    lines: int = 0
    orders: int = 0
    customers: int = 0
    items: int = 0
    rankings: tuple[RankingSeen, ...] = ()
    step: str | None = None
    failed_at: str | None = None
    trouble: str | None = None


class OrdersSeen(msgspec.Struct, frozen=True, kw_only=True):
    """The order store as of the last reading that ended, and how each source is."""

    lines: int
    orders: int
    customers: int
    items: int
    opted_out: int
    feeds: list[FeedSeen]
    model: ModelSeen


def orders_seen(
    feeds: OrderFeeds, keeper: ModelKeeper, clean: Callable[[str], str]
) -> OrdersSeen:
    """`clean` takes secrets out of what a source said."""
    return OrdersSeen(
        **feeds.counts._asdict(),
        model=_model_seen(keeper, clean),
        feeds=[
            _seen(progress, feeds.feeds.get(name), clean)
            for name, progress in feeds.progress.items()
        ],
    )


def _model_seen(keeper: ModelKeeper, clean: Callable[[str], str]) -> ModelSeen:
    now = ModelSeen(
        step=keeper.step,
        failed_at=_at(keeper.failed_us),
        trouble=None if keeper.trouble is None else clean(keeper.trouble),
    )
    if keeper.offering is None:
        return now
    model = keeper.offering.recommender.model
    known = model.book.orders
    return msgspec.structs.replace(
        now,
        number=keeper.number,
        trained_at=_at(keeper.made_us),
        newest_order_at=_at(round(model.book.items.now * 1e6)),
        lines=len(known.line_item),
        orders=len(known.basket_time),
        customers=len(known.customer_keys),
        items=len(known.item_keys),
        rankings=tuple(
            RankingSeen(
                task=task,
                variant=choice.variant,
                customers=max(
                    (x.customers for x in choice.measured.values()), default=0
                ),
                recall={name: x.recall for name, x in choice.measured.items()},
            )
            for task, choice in model.ranking.choices.items()
        ),
    )


def _seen(
    progress: FeedProgress, feed: SourceFeed | None, clean: Callable[[str], str]
) -> FeedSeen:
    return FeedSeen(
        source=progress.source,
        phase=progress.phase,
        whole=feed is not None and feed.whole,
        batches=progress.batches,
        rows_expected=progress.expected,
        read_at=None if feed is None else _at(feed.ended_us),
        all_read_at=None if feed is None else _at(feed.full_us),
        orders=_rows(progress.orders),
        items=_rows(progress.items),
        trouble=None if progress.trouble is None else clean(progress.trouble),
    )


def _rows(reading: FeedReading) -> RowsSeen:
    return RowsSeen(
        rows=reading.rows,
        kept=reading.kept,
        left_out=dict(reading.left_out),
        odd=reading.odd.said()[:ODD_SHOWN],
    )


def _at(at_us: int | None) -> str | None:
    return None if at_us is None else iso_from_us(at_us)
