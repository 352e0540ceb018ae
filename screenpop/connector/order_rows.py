"""Which orders and items do a source's rows hold?

The same way for every source. A row that cannot be read is counted, named with its
place and left out; the others are read.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from typing import TypeVar

from screenpop.connector.orders import (
    FeedBatch,
    FeedReading,
    ItemRecord,
    OrderRecord,
    OrdersOptions,
)
from screenpop.connector.reading import LEFT_OUT
from screenpop.connector.records import key_text, sound_rows
from screenpop.domain.profile import Row, Scalar
from screenpop.support.written import (
    AMOUNT_CHARS_MAX,
    day,
    flag,
    plain_number,
    sign_and_digits,
)

AHEAD_MAX_S = 2 * 86_400.0  # an order may be dated so far in the future
EPOCH_MS_FROM = 1e11  # a larger number is in milliseconds: in seconds it is year 5138
TEXTS_KEPT_MAX = 20_000  # dates, and numbers, that were read
KEY_CHARS_MAX = 200

NO_CUSTOMER = "no customer"
NOT_A_ROW = "is not a row of columns with values"
OVER_LINES = "over lines_max"
OVER_ITEMS = "over items_max"
NO_QUANTITY = "quantity 0"
TOO_LONG = f"a text of more than {KEY_CHARS_MAX} characters"
LINE_COLUMNS = (
    "customer", "order", "date", "item", "quantity", "amount", "price", "currency",
    "line", "opt_out",
)  # fmt: skip
ITEM_COLUMNS = ("key", "name", "category", "price", "currency", "stock", "active")
_WITHOUT_PLACE = frozenset({NO_CUSTOMER, NO_QUANTITY})
"""Guests, and rows of text in an order: usual, so they are only counted."""

T = TypeVar("T")


class OrderRows:
    """Reads the rows of one reading of a source's orders."""

    def __init__(
        self,
        reading: FeedReading,
        options: OrdersOptions,
        *,
        zone: tzinfo = UTC,
        now_s: float = math.inf,
    ):
        """`zone` is that of moments without an offset; none lies after `now_s`."""
        self._reading = reading
        self._options = options
        self._zone = zone
        self._latest_s = now_s + AHEAD_MAX_S
        self._dates: dict[Scalar, float] = {}
        self._numbers: dict[str, float | None] = {}

    def lines(self, batch: FeedBatch) -> Iterator[OrderRecord]:
        """The lines that can be used; the others are counted in the reading."""
        limit = self._options.lines_max
        return _read(batch, self._reading, LINE_COLUMNS, self._line, limit)

    def _line(self, values: Sequence[Scalar]) -> OrderRecord:
        who, order, date, item, count, amount, price, currency, line, opt_out = values
        customer = _text(who)
        if customer is None:
            raise _Unusable(NO_CUSTOMER)
        quantity = 1.0 if count is None else self._number("quantity", count)
        if not quantity:
            raise _Unusable(NO_QUANTITY)
        of_line = None if amount is None else self._number("amount", amount)
        if of_line is None and price is not None:
            of_one = self._number("price", price)
            of_line = None if of_one is None else of_one * quantity
        return OrderRecord(
            customer,
            _needed("order", order),
            None if line is None else _text(line),
            self._at_s(date),
            _needed("item", item),
            quantity,
            of_line,
            None if currency is None else _text(currency),
            None if opt_out is None else _opted_out(opt_out),
        )

    def _number(self, column: str, value: Scalar) -> float | None:
        """The same texts come often: each is read once."""
        if not isinstance(value, str):
            return _number(column, value)
        known = self._numbers
        try:
            return known[value]
        except KeyError:
            pass
        if len(known) >= TEXTS_KEPT_MAX:
            known.clear()
        known[value] = _number(column, value)
        return known[value]

    def _at_s(self, value: Scalar) -> float:
        at_s = self._dates.get(value)
        if at_s is None:
            try:
                at_s = moment_s(value, self._options.date_format, self._zone)
            except (ValueError, OverflowError, OSError) as error:
                raise _Unusable("not a date", "date", value) from error
            if len(self._dates) >= TEXTS_KEPT_MAX:
                self._dates.clear()
            self._dates[value] = at_s
        if not 0 <= at_s <= self._latest_s:
            raise _Unusable("a date before 1970 or in the future", "date", value)
        return at_s


class ItemRows:
    """Reads the rows of one reading of a source's items."""

    def __init__(self, reading: FeedReading):
        self._reading = reading

    def items(self, batch: FeedBatch) -> Iterator[ItemRecord]:
        """The items that can be used; of one key the last one counts."""
        return _read(batch, self._reading, ITEM_COLUMNS, self._item, None)

    def _item(self, values: Sequence[Scalar]) -> ItemRecord:
        written, name, category, price, currency, stock, active = values
        key = _needed("key", written)
        return ItemRecord(
            key,
            _text(name) or key,
            _text(category),
            self._odd("price", price),
            _text(currency),
            float(stock) if isinstance(stock, bool) else self._odd("stock", stock),
            _flag("active", active) is not False,
        )

    def _odd(self, column: str, value: Scalar) -> float | None:
        """A price that cannot be read costs the price, not the item."""
        try:
            return number_of_scalar(value)
        except ValueError:
            self._reading.odd.add("items", column, "not a number", str(value))
            return None


def moment_s(value: Scalar, form: str | None, zone: tzinfo) -> float:
    """Seconds since 1970 of a date or moment; raises ValueError.

    A number is taken as seconds, or milliseconds where seconds would be far in the
    future. A moment without an offset is one of `zone`, a date is its midnight.
    """
    if value is None or isinstance(value, bool):
        raise ValueError("no date")
    if isinstance(value, int | float):
        return value / 1000 if value > EPOCH_MS_FROM else float(value)
    if form is not None:
        at = datetime.strptime(value.strip(), form)  # noqa: DTZ007  see below
    else:
        found = day(value)
        if not found:
            raise ValueError("no date")
        at = datetime.fromisoformat(str(found))
    return (at if at.tzinfo else at.replace(tzinfo=zone)).timestamp()


def number_of_scalar(value: Scalar) -> float | None:
    """`12.5`, `"1.234,50"`, `"(5)"`; None: not given. Raises ValueError."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        raise ValueError("not a number")
    if isinstance(value, int | float):
        return float(value)
    text = value.strip()
    if not text:
        return None
    if len(text) > AMOUNT_CHARS_MAX:
        raise ValueError("not a number")
    negative, digits = sign_and_digits(text)
    if negative is None:
        raise ValueError("not a number")
    number = float(plain_number(digits))
    return -number if negative else number


class _Unusable(Exception):
    """Why a row is left out, and the value that is the reason."""

    def __init__(self, reason: str, column: str | None = None, value: Scalar = None):
        super().__init__(reason)
        self.reason = reason
        self.column = column
        self.value = value


def _read(
    batch: FeedBatch,
    reading: FeedReading,
    columns: Sequence[str],
    make: Callable[[Sequence[Scalar]], T],
    kept_max: int | None,
) -> Iterator[T]:
    rows = _plain_rows(batch, reading)
    given = {str(name).lower(): name for name in set().union(*rows)}
    names = [given.get(column, "") for column in columns]
    for at, row in enumerate(rows):
        reading.rows += 1
        if kept_max is not None and reading.kept >= kept_max:
            reading.leave_out(OVER_LINES)
            continue
        try:
            made = make([row.get(name) for name in names])
        except _Unusable as why:
            _leave_out(reading, why, batch, at)
            continue
        reading.kept += 1
        yield made


def _plain_rows(batch: FeedBatch, reading: FeedReading) -> Sequence[Row]:
    """What a plugin makes may be anything: a row that is none costs itself."""
    try:
        return sound_rows(batch.rows)
    except TypeError:
        rows = [row for row in batch.rows if isinstance(row, Mapping)]
        for _ in range(len(batch.rows) - len(rows)):
            reading.rows += 1
            reading.leave_out(NOT_A_ROW, f"row {reading.rows}")
        return sound_rows(rows)


def _leave_out(reading: FeedReading, why: _Unusable, batch: FeedBatch, at: int) -> None:
    reading.left_out[why.reason] += 1
    if why.reason in _WITHOUT_PLACE:
        return
    number = batch.places[at] if batch.places else None
    if number is None:
        number = reading.rows if batch.page is None else at + 1
    place = (
        f"row {number}" if batch.page is None else f"page {batch.page}, row {number}"
    )
    shown = None if why.value is None else str(why.value)
    reading.odd.add(place, why.column, f"{why.reason}, {LEFT_OUT}", shown)


def _needed(column: str, value: Scalar) -> str:
    text = _text(value)
    if text is None:
        raise _Unusable(f"no {column}")
    return text


def _text(value: Scalar) -> str | None:
    """A key as text: the same whether it came as 41 or as 41.0."""
    text = value if type(value) is str else key_text(value)
    text = text.strip() if text is not None else None
    if text is not None and len(text) > KEY_CHARS_MAX:
        raise _Unusable(TOO_LONG)
    return text or None


def _number(column: str, value: Scalar) -> float | None:
    if type(value) is int or type(value) is float:
        return float(value)
    try:
        return number_of_scalar(value)
    except ValueError as error:
        raise _Unusable("not a number", column, value) from error


def _flag(column: str, value: Scalar) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    try:
        found = flag(value)
    except ValueError as error:
        raise _Unusable("neither yes nor no", column, value) from error
    return None if found is None else bool(found)


def _opted_out(value: Scalar) -> bool | None:
    """What cannot be read is an opt-out: profiling needs a clear no."""
    try:
        return _flag("opt_out", value)
    except _Unusable:
        return True
