"""What does a source give of its orders and items, and what may be said in YAML?

A connector gives rows in batches; the service reads them (`order_rows`). The columns,
whatever their case:

    orders  customer, order, date, item; maybe quantity, amount or price (of one),
            currency, line (which row of its order it is), opt_out, changed
    items   key; maybe name, category, price, currency, stock, active
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, NamedTuple

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from screenpop.connector.reading import LEFT_OUT, OddItems
from screenpop.domain.profile import Row, Scalar

FEED_ROWS_MAX = 5_000  # of one batch: what is read is held in memory
NEEDED_OF_ORDERS = ("customer", "order", "date", "item")
NEEDED_OF_ITEMS = ("key",)
CHANGED = "changed"
COLUMNS_TOLD = 30


def _as_written(value: object) -> object:
    """YAML makes a date of `2020-01-01`."""
    return value.isoformat() if isinstance(value, date) else value


Since = Annotated[str | int | float, BeforeValidator(_as_written)]
"""A value to go on from: a date, a moment or a number that grows."""


class OrdersOptions(BaseModel):
    """Keys that `orders` has for every connector; inherit it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    date_format: str | None = Field(
        None,
        description="How its dates are written, for `strptime`, e.g. `%m/%d/%Y`;"
        " default: ISO 8601, `21.11.2026`, or seconds since 1970.",
    )
    lines_max: int = Field(
        10_000_000, gt=0, description="Order lines read at most; more are left out."
    )


class ItemsOptions(BaseModel):
    """Keys that `items` has for every connector; inherit it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    items_max: int = Field(
        200_000, gt=0, description="Items read at most; more are left out."
    )


@dataclass(slots=True, kw_only=True)
class FeedReading:
    """The counts of one reading of orders or items.

    `rows` is how many the source gave, `kept` how many of them could be used;
    `left_out` says why the others could not.
    """

    rows: int = 0
    kept: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    odd: OddItems = field(default_factory=OddItems)

    def leave_out(self, reason: str, place: str | None = None) -> None:
        """Count a row that is left out; with a `place` it is an odd item, too."""
        self.left_out[reason] += 1
        if place is not None:
            self.odd.add(place, None, f"{reason}, {LEFT_OUT}")


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedBatch:
    """Some rows in the source's order, at most `FEED_ROWS_MAX`.

    `places` are the numbers of the rows as the source counts them, `page` is that of
    the page they are on; default: counted over the reading. `since`: the reading can
    go on from this value, everything before it has been given; None: not from here.
    """

    rows: Sequence[Row]
    places: Sequence[int] = ()
    page: int | None = None
    since: Scalar = None


class OrderRecord(NamedTuple):
    """One line of an order. `at_s` is in seconds since 1970 (UTC).

    A negative `quantity` is a return. `line` is None where the source has no such
    column. `opted_out`: the customer must not be profiled; None: not said.
    """

    customer: str
    order: str
    line: str | None
    at_s: float
    item: str
    quantity: float
    amount: float | None
    currency: str | None
    opted_out: bool | None


class ItemRecord(NamedTuple):
    """One item that can be ordered; `stock` and `price` None: not known."""

    key: str
    name: str
    category: str | None
    price: float | None
    currency: str | None
    stock: float | None
    active: bool


class ItemNow(NamedTuple):
    """An item as its source answered when it was asked for by key.

    `is_fresh`: the answer is recent enough to count as asked now (`cache_s`).
    """

    record: ItemRecord
    fetched_us: int
    is_fresh: bool

    def is_older_than(self, read_us: int | None) -> bool:
        """Is what the feed read at `read_us` newer knowledge?"""
        return not self.is_fresh and read_us is not None and read_us > self.fetched_us


def lacking_for_orders(columns: Iterable[str]) -> str | None:
    """What these columns lack to be orders, and what to do; None: nothing."""
    return _lacking(columns, NEEDED_OF_ORDERS)


def lacking_for_items(columns: Iterable[str]) -> str | None:
    """What these columns lack to be items, and what to do; None: nothing."""
    return _lacking(columns, NEEDED_OF_ITEMS)


def _lacking(columns: Iterable[str], needed: Sequence[str]) -> str | None:
    given = {name.lower(): name for name in columns}
    lacking = [f"`{name}`" for name in needed if name not in given]
    if not lacking:
        return None
    listed = ", ".join(list(given.values())[:COLUMNS_TOLD])
    return (
        f"gives no {', '.join(lacking)}, only {listed}. Name the columns"
        f" {', '.join(needed)}."
    )
