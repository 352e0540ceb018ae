"""Hits of a source's search by number, held against the numbers they carry."""

from __future__ import annotations

import pytest

from screenpop.connector import Row
from screenpop.lookup.hit_check import CHECKED_MAX, HitCheck, is_by_number

CALLER = {"number": "+442079460958", "country": "GB", "suffix8": "79460958"}


def row(key: str, *phones: str, **more: str) -> Row:
    return {
        "key": key,
        "name": f"C {key}",
        **{f"phone_{n}": phone for n, phone in enumerate(phones)},
        **more,
    }


def seen(*rows: Row, by_part: bool = True) -> list[tuple[object, float]]:
    check = HitCheck(by_part=by_part, home="GB")
    return [(hit.row["key"], hit.at_most) for hit in check.hits(rows, CALLER)]


def test_only_those_who_have_the_number_remain() -> None:
    found = seen(
        row("1", "(020) 7946-0958"),
        row("2", "030 79460958", country="DE"),
        row("3", "7946 0958"),
    )
    assert found == [("1", 1.0)]
    assert seen(row("2", "030 79460958", country="DE")) == []


def test_a_number_is_read_in_the_country_of_its_row() -> None:
    assert seen(row("1", "20 7946 0958", country="US")) == []
    assert seen(row("1", "0044 20 7946 0958", country="DE")) == [("1", 1.0)]


def test_one_of_several_numbers_in_a_field_is_enough() -> None:
    assert seen(row("1", "07700 900123 / 020 7946 0958")) == [("1", 1.0)]


def test_an_old_number_with_these_digits_is_less_sure() -> None:
    [(key, at_most)] = seen(row("1", "7946 0958"))
    assert key == "1"
    assert at_most == 0.5


def test_a_head_number_in_front_is_less_sure() -> None:
    check = HitCheck(by_part=False, home="DE")
    params = {"number": "+493023125789", "country": "DE"}
    [hit] = check.hits([row("1", "030/23125-0")], params)
    assert hit.at_most == 0.55
    assert "extension 789" in str(hit.why)


def test_a_row_without_numbers_is_believed() -> None:
    assert seen({"key": "1", "name": "Ada"}) == [("1", 1.0)]


def test_a_row_whose_numbers_cannot_be_read_is_believed() -> None:
    assert seen(row("1", "0958 see notes")) == [("1", 1.0)]


def test_a_search_by_the_whole_number_may_know_more_than_it_gives() -> None:
    assert seen(row("1", "07700 900123"), by_part=False) == [("1", 0.5)]
    both = (row("1", "07700 900123"), row("2", "020 7946 0958"))
    assert seen(*both, by_part=False) == [("2", 1.0)]


def test_a_caller_without_a_number_has_nothing_to_compare() -> None:
    [hit] = HitCheck(by_part=True).hits([row("1", "07700 900123")], {})
    assert hit.at_most == 1.0


def test_so_many_hits_are_read_at_most() -> None:
    rows = [row(str(n), "020 7946 0958") for n in range(CHECKED_MAX + 10)]
    assert len(seen(*rows)) == CHECKED_MAX


@pytest.mark.parametrize(
    ("needs", "by_number"),
    [
        ({"number"}, True),
        ({"suffix8", "country"}, True),
        ({"country"}, False),
        ({"number", "ivr.account"}, False),
        ({"customer.key"}, False),
    ],
)
def test_which_lookups_ask_for_the_number_alone(
    needs: set[str], by_number: bool
) -> None:
    assert is_by_number(frozenset(needs)) is by_number
