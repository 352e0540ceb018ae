"""What does a value mean that a source wrote in its own way?

How whole rows are read by their columns' types: tests/unit/lookup/test_values.py.
"""

import pytest

from screenpop.support.written import (
    day,
    flag,
    moment,
    plain_number,
    sign_and_digits,
)


def test_yes_and_no_are_read_in_many_languages() -> None:
    assert [flag(word) for word in ("J", "oui", "1", -1, True)] == [True] * 5
    assert [flag(word) for word in ("N", "nein", "0", 0.0, False)] == [False] * 5
    assert flag(" ") is None
    with pytest.raises(ValueError, match="neither yes nor no"):
        flag("maybe")


def test_a_sign_may_stand_before_behind_or_around() -> None:
    signs = [sign_and_digits(text) for text in ("-5", "5-", "(5)", "\u22125", "+5")]
    assert signs == [(True, "5")] * 4 + [(False, "5")]
    assert sign_and_digits("(-5)")[0] is None


def test_a_number_is_read_with_either_point() -> None:
    written = ("1.234,50", "1,234.50", "1 234,50", "1'234.50", "1234.50")
    assert {plain_number(text) for text in written} == {"1234.50"}
    for text in ("1,234", "12a", ""):
        with pytest.raises(ValueError):  # noqa: PT011  any of its reasons
            plain_number(text)


def test_dates_and_moments_become_iso() -> None:
    assert day("20261121") == day("21.11.2026") == day("21/11/2026") == "2026-11-21"
    assert moment("21.11.2026 9:05") == "2026-11-21T09:05"
    assert moment("/Date(1763596800000)/") == "2025-11-20T00:00:00+00:00"
    assert day("0000-00-00") is None
    with pytest.raises(ValueError, match="day or month first"):
        day("05/06/2026")
