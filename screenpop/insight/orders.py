"""Which customer bought what, when and in which order, as a few arrays?

`OrderLines` takes lines in batches and keeps about 44 bytes for each, and the keys
once. `Orders` is what comes out: keys sorted, baskets in the order of time, one line
for each item of a basket. All indices are int32, all times are Unix seconds (UTC).
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from screenpop.domain.errors import ScreenpopError

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

LINES_MAX = 50_000_000
BATCH_LINES = 65_536  # of one step of `Orders.of`


class OrdersError(ScreenpopError, ValueError):
    """Order lines cannot be used; the text names column, place and remedy."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Orders:
    """C customers, I items, B baskets (orders) and L lines.

    A basket belongs to one customer: the same basket key of two customers names two
    baskets. Lines of one basket with the same item are one line (their quantities and
    amounts are added). A line whose returns are not smaller than its purchases is
    left out and counted in `skipped`.
    """

    customer_keys: Sequence[str]  # (C,) sorted
    item_keys: Sequence[str]  # (I,) sorted
    basket_customer: Ints  # (B,) ascending
    basket_time: Floats  # (B,) ascending for each customer; its earliest line
    line_basket: Ints  # (L,) ascending
    line_item: Ints  # (L,) ascending in a basket
    line_quantity: Floats  # (L,) NaN: unknown
    line_amount: Floats  # (L,) NaN: unknown; of one currency
    skipped: Mapping[str, int] = field(default_factory=dict)  # reason: lines

    @classmethod
    def of(
        cls,
        customers: Sequence[str],
        baskets: Sequence[str],
        times: Sequence[datetime] | Sequence[float],
        items: Sequence[str],
        quantities: Sequence[float],
        amounts: Sequence[float] | None = None,
    ) -> Orders:
        """Make the arrays of equally long sequences, one entry a line.

        Raises `OrdersError` when lengths differ, a value has a wrong type, or no
        usable line is there.
        """
        columns = {
            "customers": customers,
            "baskets": baskets,
            "times": times,
            "items": items,
            "quantities": quantities,
        }
        if amounts is not None:
            columns["amounts"] = amounts
        lengths = {name: len(column) for name, column in columns.items()}
        if len(set(lengths.values())) > 1:
            counts = ", ".join(f"{name} {count}" for name, count in lengths.items())
            raise OrdersError(
                f"the columns of the orders differ in length: {counts}. Give one entry"
                " for each line in every column."
            )
        lines = OrderLines()
        for start in range(0, len(customers), BATCH_LINES):
            part = slice(start, start + BATCH_LINES)
            lines.add(
                customers[part],
                baskets[part],
                times[part],
                items[part],
                quantities[part],
                None if amounts is None else amounts[part],
            )
        return lines.orders()

    @property
    def line_customer(self) -> Ints:
        """(L,) the customer of each line."""
        return self.basket_customer[self.line_basket]

    @property
    def line_time(self) -> Floats:
        """(L,) the time of each line's basket."""
        return self.basket_time[self.line_basket]

    def baskets_from(self) -> Longs:
        """(C + 1,) baskets of customer c are `[from[c], from[c + 1])`."""
        return starts(self.basket_customer, len(self.customer_keys))

    def lines_from(self) -> Longs:
        """(B + 1,) lines of basket b are `[from[b], from[b + 1])`."""
        return starts(self.line_basket, len(self.basket_customer))

    def customer(self, key: str) -> int:
        """The index of a customer, -1 for an unknown one."""
        return index_of(self.customer_keys, key)

    def item(self, key: str) -> int:
        """The index of an item, -1 for an unknown one."""
        return index_of(self.item_keys, key)

    def only_baskets(self, kept: Flags) -> Orders:
        """These baskets only; (B,) flags. The key tables stay as they are."""
        number = (np.cumsum(kept) - 1).astype(np.int32)
        lines = kept[self.line_basket]
        return replace(
            self,
            basket_customer=self.basket_customer[kept],
            basket_time=self.basket_time[kept],
            line_basket=number[self.line_basket[lines]],
            line_item=self.line_item[lines],
            line_quantity=self.line_quantity[lines],
            line_amount=self.line_amount[lines],
        )

    def only_lines(self, kept: Flags) -> Orders:
        """These lines only; (L,) flags. Baskets without a line are left out."""
        fewer = replace(
            self,
            line_basket=self.line_basket[kept],
            line_item=self.line_item[kept],
            line_quantity=self.line_quantity[kept],
            line_amount=self.line_amount[kept],
        )
        used = np.zeros(len(self.basket_customer), dtype=np.bool_)
        used[fewer.line_basket] = True
        return fewer.only_baskets(used)

    def compact(self) -> Orders:
        """Without the keys that no line uses."""
        customers, of_basket = np.unique(self.basket_customer, return_inverse=True)
        items, of_line = np.unique(self.line_item, return_inverse=True)
        return replace(
            self,
            customer_keys=[self.customer_keys[c] for c in customers.tolist()],
            item_keys=[self.item_keys[i] for i in items.tolist()],
            basket_customer=of_basket.reshape(-1).astype(np.int32),
            line_item=of_line.reshape(-1).astype(np.int32),
        )


def index_of(keys: Sequence[str], key: str) -> int:
    """The place of a key in sorted keys, -1 when it is not among them."""
    place = bisect_left(keys, key)
    return place if place < len(keys) and keys[place] == key else -1


def starts(groups: Ints, count: int) -> Longs:
    """(count + 1,) where each group begins in an ascending column."""
    return np.searchsorted(groups, np.arange(count + 1)).astype(np.int64)


class _KeyColumn:
    """Keys in the order of their first line, and each line's key as a number."""

    def __init__(self, name: str):
        self.name = name
        self._known: dict[str, int] = {}
        self._codes = array("i")

    def codes(self, keys: Sequence[str], first_line: int) -> list[int]:
        """-1: missing (None, NaN or an empty text). Raises `OrdersError`."""
        known = self._known
        try:
            return [
                known.setdefault(key, len(known)) if key else -1
                for key in map(self._text, keys)
            ]
        except TypeError:
            place = next(n for n, key in enumerate(keys) if not _is_key(key))
            raise OrdersError(
                f"{self.name}[{first_line + place}] must be a text, is"
                f" {_shown(keys[place])}. Convert keys with str()."
            ) from None

    def keep(self, codes: Ints) -> None:
        self._codes.frombytes(codes.tobytes())

    def sorted(self) -> tuple[list[str], Ints]:
        """The keys sorted, and each line's place in them."""
        keys = list(self._known)
        order = sorted(range(len(keys)), key=keys.__getitem__)
        rank = np.empty(len(keys), dtype=np.int32)
        rank[order] = np.arange(len(keys), dtype=np.int32)
        codes = np.frombuffer(self._codes, dtype=np.int32)
        return [keys[place] for place in order], rank[codes]

    @staticmethod
    def _text(key: Any) -> str:
        if type(key) is str:
            return key
        if not _is_key(key):
            raise TypeError
        return str(key) if isinstance(key, str) else ""


class OrderLines:
    """Collects lines in batches; memory grows by about 44 bytes a line.

    `lines_max` is the most it takes; more raises `OrdersError`.
    """

    def __init__(self, *, lines_max: int = LINES_MAX):
        self.lines_max = lines_max
        self.taken = 0  # lines given so far, with the skipped ones
        self.skipped: Counter[str] = Counter()
        self._customers = _KeyColumn("customers")
        self._baskets = _KeyColumn("baskets")
        self._items = _KeyColumn("items")
        self._numbers = {
            name: array("d") for name in ("times", "quantities", "amounts")
        }

    def add(
        self,
        customers: Sequence[str],
        baskets: Sequence[str],
        times: Sequence[datetime] | Sequence[float],
        items: Sequence[str],
        quantities: Sequence[float],
        amounts: Sequence[float] | None = None,
    ) -> None:
        """Add a batch of equally long columns.

        A datetime without a zone is UTC. A line without customer, basket, item or
        time is skipped and counted; an unknown quantity or amount (None, NaN) stays
        unknown. Raises `OrdersError` for a value of a wrong type.
        """
        count = len(customers)
        if self.taken + count > self.lines_max:
            raise OrdersError(
                f"there are more than {self.lines_max:,} order lines, the most that one"
                " model is made of. Leave out the oldest orders."
            )
        keys = {
            "customer": (self._customers, customers),
            "basket": (self._baskets, baskets),
            "item": (self._items, items),
        }
        codes = {
            name: np.asarray(column.codes(given, self.taken), dtype=np.int32)
            for name, (column, given) in keys.items()
        }
        numbers = {
            "times": _seconds(times, self.taken),
            "quantities": _floats("quantities", quantities, self.taken),
            "amounts": np.full(count, np.nan)
            if amounts is None
            else _floats("amounts", amounts, self.taken),
        }
        whole = np.isfinite(numbers["times"])
        self._count("time missing", ~whole)
        for name, column in codes.items():
            self._count(f"{name} missing", column < 0)
            whole &= column >= 0
        for name, (store, _) in keys.items():
            store.keep(codes[name][whole])
        for name, values in numbers.items():
            self._numbers[name].frombytes(values[whole].tobytes())
        self.taken += count

    def orders(self) -> Orders:
        """All lines as arrays. Raises `OrdersError` when none is usable."""
        if not self._numbers["times"]:
            why = ", ".join(f"{n:,} {reason}" for reason, n in self.skipped.items())
            raise OrdersError(
                f"there is no usable order line ({why or 'none was given'}). Give lines"
                " with customer, basket, time and item."
            )
        customer_keys, customer = self._customers.sorted()
        item_keys, item = self._items.sorted()
        _, basket = self._baskets.sorted()
        columns = (np.frombuffer(column) for column in self._numbers.values())
        time, quantity, amount = columns
        return _merged(
            Orders(
                customer_keys=customer_keys,
                item_keys=item_keys,
                basket_customer=customer,
                basket_time=time,
                line_basket=basket,
                line_item=item,
                line_quantity=quantity,
                line_amount=amount,
                skipped=dict(self.skipped),
            )
        )

    def _count(self, reason: str, lines: Flags) -> None:
        found = int(lines.sum())
        if found:
            self.skipped[reason] += found


def _merged(lines: Orders) -> Orders:
    """One line for each item of a basket, from columns that all have one entry a line.

    `lines` uses the fields of `Orders` for unsorted lines: its `basket_customer` and
    `basket_time` are of lines, its `line_basket` ranks the basket keys.
    """
    order = np.lexsort((lines.line_item, lines.line_basket, lines.basket_customer))
    customer = lines.basket_customer[order]
    basket = lines.line_basket[order]
    item = lines.line_item[order]
    first_of_basket = _changes(customer) | _changes(basket)
    first = np.flatnonzero(first_of_basket | _changes(item))
    quantity = _sums(lines.line_quantity[order], first)
    returned = np.minimum.reduceat(np.nan_to_num(lines.line_quantity[order]), first) < 0
    kept = ~(returned & ~(quantity > 0))
    number = np.cumsum(first_of_basket) - 1
    times = np.minimum.reduceat(
        lines.basket_time[order], np.flatnonzero(first_of_basket)
    )
    customers = customer[first_of_basket]
    by_time = np.lexsort((np.arange(len(times)), times, customers))
    place = np.empty(len(times), dtype=np.int32)
    place[by_time] = np.arange(len(times), dtype=np.int32)
    line_basket = place[number[first]]
    by_basket = np.lexsort((item[first], line_basket))
    merged = Orders(
        customer_keys=lines.customer_keys,
        item_keys=lines.item_keys,
        basket_customer=customers[by_time],
        basket_time=times[by_time],
        line_basket=line_basket[by_basket],
        line_item=item[first][by_basket],
        line_quantity=quantity[by_basket],
        line_amount=_sums(lines.line_amount[order], first)[by_basket],
        skipped=dict(lines.skipped),
    )
    kept = kept[by_basket]
    if kept.all():
        return merged.compact()
    if not kept.any():
        raise OrdersError(
            "there are only returns among the order lines. Give the purchases, too."
        )
    skipped = {**lines.skipped, "returned": int((~kept).sum())}
    return replace(merged.only_lines(kept), skipped=skipped).compact()


def _changes(column: Ints) -> Flags:
    """True where a value differs from the one before, and for the first."""
    return np.concatenate(([True], column[1:] != column[:-1]))


def _sums(values: Floats, first: Longs) -> Floats:
    """Sums of groups; unknown values do not count, an all unknown group is NaN."""
    known = ~np.isnan(values)
    sums: Floats = np.add.reduceat(np.where(known, values, 0.0), first)
    sums[np.add.reduceat(known.astype(np.int64), first) == 0] = np.nan
    return sums


def _is_key(key: Any) -> bool:
    """Texts, and what stands for a missing one."""
    return (
        isinstance(key, str) or key is None or (isinstance(key, float) and key != key)
    )


def _shown(value: object) -> str:
    return f"{value!r:.60} ({type(value).__name__})"


def _floats(name: str, values: Sequence[float], first_line: int) -> Floats:
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        place = next(n for n, value in enumerate(values) if not _is_number(value))
        raise OrdersError(
            f"{name}[{first_line + place}] must be a number, is"
            f" {_shown(values[place])}."
        ) from None


def _is_number(value: Any) -> bool:
    try:
        return value is None or isinstance(float(value), float)
    except (TypeError, ValueError):
        return False


def _seconds(times: Sequence[datetime] | Sequence[float], first_line: int) -> Floats:
    """Unix seconds; NaN: missing."""
    column = np.asarray(times)
    if column.dtype.kind == "M":
        micros = column.astype("datetime64[us]")
        return np.where(np.isnat(micros), np.nan, micros.astype(np.int64) / 1e6)
    if column.dtype.kind in "iuf":
        return column.astype(np.float64)
    return np.asarray(
        [_second(value, first_line + n) for n, value in enumerate(times)],
        dtype=np.float64,
    )


def _second(value: object, line: int) -> float:
    if isinstance(value, datetime):
        if value != value:  # a data frame's missing time
            return float("nan")
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC).timestamp()
    if value is None:
        return float("nan")
    if isinstance(value, int | float | np.number) and not isinstance(value, bool):
        return float(value)
    raise OrdersError(
        f"times[{line}] must be a datetime or Unix seconds, is {_shown(value)}."
    )
