"""How does a dialect compute with numbers, times and durations?"""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction

from screenpop.intake import times
from screenpop.intake.expression import ExpressionScope, Filter, FilterFactory, Getter
from screenpop.intake.times import Moment
from screenpop.support.comparing import as_text


def exactly(arguments: list[Getter], count: int) -> list[Getter]:
    if len(arguments) != count:
        raise ValueError(f"takes {count} argument(s), {len(arguments)} given.")
    return arguments


def epoch_filter(per_second: int, since_s: int = 0) -> FilterFactory:
    def factory(arguments: list[Getter]) -> Filter:
        exactly(arguments, 0)
        return lambda value, scope: times.epoch(value, per_second, since_s)

    return factory


def _number(value: object) -> int | Fraction | None:
    """Exact, whatever its size: `63922000000`, `1.5e3`, of a number or its text."""
    if isinstance(value, bool):
        return None
    text = (as_text(value) or "").strip()
    if len(text) > NUMBER_CHARS_MAX or _NUMBER.fullmatch(text) is None:
        return None
    number = Fraction(text)
    return int(number) if number.denominator == 1 else number


NUMBER_CHARS_MAX = 40
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,2})?", re.ASCII)


def _plain(number: int | Fraction) -> int | float:
    return int(number) if number.denominator == 1 else float(number)


def arithmetic(
    compute: Callable[[int | Fraction, int | Fraction], int | Fraction | None],
    on_times: int = 0,
) -> FilterFactory:
    """Numbers; with `on_times` 1 or -1 also a time and a duration, later or earlier."""

    def factory(arguments: list[Getter]) -> Filter:
        (argument,) = exactly(arguments, 1)

        def apply(value: object, scope: ExpressionScope) -> object:
            given = argument(scope)
            if isinstance(value, Moment):
                us = _duration_us(given) if on_times else None
                return None if us is None else value.plus(on_times * us)
            left, right = _number(value), _number(given)
            if left is None or right is None:
                return None
            number = compute(left, right)
            return None if number is None else _plain(number)

        return apply

    return factory


def _duration_us(value: object) -> int | None:
    """`hh:mm:ss` or seconds; behind a minus the other way."""
    text = as_text(value)
    if text is not None and text.strip().startswith("-"):
        us = times.duration_us(text.strip()[1:])
        return None if us is None else -us
    return times.duration_us(value)
