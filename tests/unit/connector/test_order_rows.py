"""Which orders and items do a source's rows hold?"""

from datetime import UTC, datetime
from typing import cast
from zoneinfo import ZoneInfo

import pytest

from screenpop.connector import FeedBatch, FeedReading, OrdersOptions, Row, Scalar
from screenpop.connector.order_rows import ItemRows, OrderRows, moment_s
from screenpop.connector.orders import ItemRecord, OrderRecord

ROW: Row = {"Customer": 41, "ORDER": "o1", "date": "2026-10-01", "item": "A"}
NOON_S = datetime(2026, 10, 1, 12, tzinfo=UTC).timestamp()


def lines(*rows: Row, reading: FeedReading | None = None) -> list[OrderRecord]:
    options = OrdersOptions(lines_max=4)
    reader = OrderRows(reading or FeedReading(), options, now_s=NOON_S)
    return list(reader.lines(FeedBatch(rows=rows)))


def line(**more: Scalar) -> OrderRecord:
    [found] = lines({**ROW, **more})
    return found


def why_not(**more: Scalar) -> tuple[dict[str, int], list[str]]:
    """Why a row is left out: the counts, and the places with their columns."""
    reading = FeedReading()
    assert lines(ROW, {**ROW, **more}, reading=reading) == [line()]
    places = [f"{x.place} {x.column} {x.value}" for x in reading.odd.first]
    return dict(reading.left_out), places


def test_columns_are_found_whatever_their_case_and_keys_are_texts() -> None:
    midnight_s = datetime(2026, 10, 1, tzinfo=UTC).timestamp()
    expected = OrderRecord("41", "o1", None, midnight_s, "A", 1.0, None, None, None)
    assert line() == expected
    assert line(Customer=41.0, item=" A ") == expected


def test_amounts_are_given_or_made_of_price_and_quantity() -> None:
    assert line(quantity="1.234,5", amount="12.50").quantity == 1234.5
    assert line(quantity=4, price="2,50").amount == 10
    assert line(quantity=-4, price="2.50").amount == -10
    assert line(quantity=4, price="2.50", amount=9).amount == 9
    assert line(amount="(9)", currency="GBP")[6:8] == (-9, "GBP")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-10-01T12:00:00Z", NOON_S),
        ("2026-10-01 14:00:00+02:00", NOON_S),
        ("2026-10-01 14:00", NOON_S),  # in Berlin
        ("01.10.2026 14:00", NOON_S),
        ("2026-10-01", NOON_S - 14 * 3600),
        ("20261001", NOON_S - 14 * 3600),
        (NOON_S, NOON_S),
        (NOON_S * 1000, NOON_S),
    ],
)
def test_moments_are_read_in_the_usual_forms(written: Scalar, expected: float) -> None:
    assert moment_s(written, None, ZoneInfo("Europe/Berlin")) == expected


def test_a_date_of_another_form_needs_its_format() -> None:
    with pytest.raises(ValueError, match="day or month first"):
        moment_s("10/01/2026", None, UTC)
    assert moment_s("10/1/2026 12:00", "%m/%d/%Y %H:%M", UTC) == NOON_S


@pytest.mark.parametrize(
    ("changed", "reason", "place"),
    [
        ({"date": "soon"}, "not a date", "row 2 date soon"),
        ({"date": "0000-00-00"}, "not a date", "row 2 date 000…0-00"),
        ({"date": "2205-01-01"}, "a date before 1970 or in the future",
         "row 2 date 220…1-01"),
        ({"quantity": "many"}, "not a number", "row 2 quantity many"),
        ({"quantity": "1,234"}, "not a number", "row 2 quantity 1,234"),
        ({"item": None}, "no item", "row 2 None None"),
        ({"ORDER": " "}, "no order", "row 2 None None"),
        ({"item": "x" * 201}, "a text of more than 200 characters", "row 2 None None"),
    ],
)  # fmt: skip
def test_a_broken_row_is_counted_named_and_left_out(
    changed: Row, reason: str, place: str
) -> None:
    assert why_not(**changed) == ({reason: 1}, [place])


def test_guests_and_rows_of_nothing_are_only_counted() -> None:
    assert why_not(Customer=None) == ({"no customer": 1}, [])
    assert why_not(quantity=0) == ({"quantity 0": 1}, [])


def test_a_row_that_is_none_costs_itself() -> None:
    reading = FeedReading()
    rows = (ROW, cast(Row, "not a row"), ROW)
    assert len(lines(*rows, reading=reading)) == 2
    assert reading.left_out == {"is not a row of columns with values": 1}
    assert (reading.rows, reading.kept) == (3, 2)


def test_lines_beyond_the_limit_are_left_out() -> None:
    reading = FeedReading()
    assert len(lines(*[ROW] * 6, reading=reading)) == 4
    assert (reading.rows, reading.left_out) == (6, {"over lines_max": 2})


def test_what_cannot_be_read_as_a_no_is_an_opt_out() -> None:
    told = [line(opt_out=value).opted_out for value in (None, "", 0, "n", "J", "maybe")]
    assert told == [None, None, False, False, True, True]


def test_a_place_is_that_of_the_source() -> None:
    reading = FeedReading()
    reader = OrderRows(reading, OrdersOptions())
    broken = {**ROW, "date": "x"}
    assert not [*reader.lines(FeedBatch(rows=[broken], places=[17]))]
    assert not [*reader.lines(FeedBatch(rows=[ROW, broken], page=3))][1:]
    assert [odd.place for odd in reading.odd.first] == ["row 17", "page 3, row 2"]


def test_an_item_with_a_broken_price_is_an_item() -> None:
    reading = FeedReading()
    rows: list[Row] = [
        {"key": 7, "price": "?", "stock": True, "active": "n"},
        {"key": "8", "name": "Tyre", "price": "2,50", "stock": "12"},
        {"key": None, "name": "No key"},
    ]
    assert list(ItemRows(reading).items(FeedBatch(rows=rows))) == [
        ItemRecord("7", "7", None, None, None, 1, False),
        ItemRecord("8", "Tyre", None, 2.5, None, 12, True),
    ]
    assert reading.odd.counts == {"not a number": 1, "no key, the row is left out": 1}
