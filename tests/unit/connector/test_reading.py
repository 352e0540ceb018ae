"""Are the rows of a reading counted, and is each odd item named once?"""

from __future__ import annotations

from screenpop.connector import ContactsReading, OddItems, Row, contact_from_row
from screenpop.connector.reading import (
    ODD_KEPT_MAX,
    REASONS_MAX,
    Odd,
    shortened_text,
)


def test_an_odd_item_is_named_once_with_its_place() -> None:
    odd = OddItems()
    odd.add("row 3", "Phone", "digits were lost", "4.42079E+11")
    odd.add("row 3", "Phone", "is not a number", "4.42079E+11")
    assert odd.first == [Odd("row 3", "Phone", "digits were lost", "4.42…9E+11")]
    assert odd.said() == ("1 x digits were lost: row 3 Phone (4.42…9E+11)",)


def test_the_items_of_two_readers_of_the_same_rows_are_one_list() -> None:
    odd, more = OddItems(), OddItems()
    odd.add("row 3", "Name", "has a wrong byte")
    for n in range(ODD_KEPT_MAX + 7):
        more.add(f"customer {n}", None, "holds no number")
    odd.take(more)
    assert odd.counts == {"has a wrong byte": 1, "holds no number": ODD_KEPT_MAX + 7}
    assert len(odd.first) == ODD_KEPT_MAX


def test_a_row_that_one_reader_named_is_not_named_by_another() -> None:
    odd, more = OddItems(), OddItems()
    odd.add("row 3", None, "has more cells than there are columns")
    odd.same("row 3", "customer C-3")
    odd.same("row 4", "customer C-4")
    more.add("customer C-3", None, "holds no number")
    more.add("customer C-4", None, "holds no number")
    more.add("customer C-4", None, "is too short for a number", "12")
    odd.take(more)
    places = [item.place for item in odd.first]
    assert places == ["row 3", "customer C-4", "customer C-4"]
    assert len(odd) == 3


def test_all_are_counted_and_the_first_are_named() -> None:
    odd = OddItems()
    for row in range(ODD_KEPT_MAX + 50):
        odd.add(f"row {row}", None, "has a stray quote")
    assert len(odd) == ODD_KEPT_MAX + 50
    assert len(odd.first) == ODD_KEPT_MAX
    assert odd.said() == (
        f"{ODD_KEPT_MAX + 50} x has a stray quote:"
        " row 0, row 1, row 2, row 3, row 4, …",
    )


def test_reasons_without_end_become_one() -> None:
    odd = OddItems()
    for n in range(REASONS_MAX + 10):
        odd.add(f"row {n}", None, f"reason {n}")
    assert len(odd.counts) == REASONS_MAX + 1
    assert odd.counts["other"] == 10


def test_no_whole_number_is_said() -> None:
    assert shortened_text("+44 20 7946 0958") == "+44 2…958"
    assert shortened_text("no\nnumber") == "no number"
    assert len(shortened_text("x" * 1000)) < 50


def test_rows_are_counted_by_what_became_of_them() -> None:
    reading = ContactsReading()
    rows: list[Row] = [
        {"key": "1", "name": "Ada", "phone": "020 7946 0958"},
        {"key": None, "name": "Bert", "phone": "020 7946 0959"},
        {"key": "3", "name": "Cyd", "phone": None},
    ]
    for number, row in enumerate(rows, start=2):
        contact_from_row(row, reading=reading, place=f"row {number}")
    assert (reading.rows, reading.contacts) == (3, 1)
    assert reading.left_out == {"no key": 1, "no number": 1}
    assert reading.odd.said() == ("1 x no key, the row is left out: row 3",)
    assert reading.warning() is None


def test_rows_without_one_contact_are_a_warning() -> None:
    reading = ContactsReading()
    contact_from_row({"key": "1", "phone": None}, reading=reading)
    assert "1 rows were read and none of them is a contact" in (reading.warning() or "")
    assert ContactsReading().warning() is None
