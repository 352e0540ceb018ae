"""Do the tests of conditions decide as people compare?"""

from __future__ import annotations

import re

import pytest

from screenpop.support.comparing import (
    Test,
    above,
    begins_with,
    below,
    matches,
    none_of,
    one_of,
    present,
)


@pytest.mark.parametrize(
    ("test", "fitting", "others"),
    [
        (one_of(["Open", "new"]), ["open", "NEW", ["x", "new"]], ["closed", None, []]),
        (one_of([None, 3]), [None, "", [], 3, "3"], [4, "x", False]),
        (none_of(["open"]), ["closed", None], ["Open"]),
        (begins_with(["Warr"]), ["warranty", "WARR"], ["a warranty", None]),
        (matches(r"\bhold\b"), ["on HOLD now"], ["holding", None]),
        (above(0), [0.5, "12.50", 3], [0, -1, "x", None, True]),
        (below(2), [1, "-3"], [2, "2", None, False]),
        (present(True), [0, False, "x"], [None, "", [], {}]),
        (present(False), [None, ""], [0, False]),
    ],
)
def test_a_test_holds_for_what_fits_and_for_nothing_else(
    test: Test, fitting: list[object], others: list[object]
) -> None:
    assert [test(value) for value in fitting] == [True] * len(fitting)
    assert [test(value) for value in others] == [False] * len(others)


def test_a_pattern_sees_a_limited_text() -> None:
    assert not matches("needle")("x" * 600 + "needle")
    with pytest.raises(re.error):
        matches("(")
