from __future__ import annotations

from screenpop.support.clock import FakeClock
from screenpop.support.log import Seldom


def test_a_line_is_said_once_in_a_while_with_the_number_left_out() -> None:
    clock = FakeClock()
    seldom = Seldom(clock, every_s=60)
    assert [seldom.may("a"), seldom.may("a"), seldom.may("a")] == [0, None, None]
    assert seldom.may("b") == 0
    clock.advance(60)
    assert [seldom.may("a"), seldom.may("a")] == [2, None]


def test_keys_are_bounded() -> None:
    seldom = Seldom(FakeClock(), every_s=60, keys_max=2)
    assert [seldom.may(key) for key in "abca"] == [0, 0, 0, 0]
