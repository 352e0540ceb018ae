"""By which way of counting does another tool's figure come out of the same calls?

The calls of a range are counted again under the centre's own rules and with one
setting changed at a time, each with every formula of the figure. Where none of these
gives the figure, two settings are changed together. The nearest come first, with the
calls that count differently. A function of calls and rules alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

from screenpop.domain.call import Call
from screenpop.domain.service_level import OFFERED
from screenpop.wallboard.counting_ways import (
    Amounts,
    CountedRange,
    Figure,
    OtherSetting,
    WayOfCounting,
    WaysOf,
    figures,
    is_service_level,
    narrowed,
    other_ranges,
    other_settings,
)

PAIRED_CALLS_MAX = 1_000_000
"""Calls times pairs of settings that are counted at most: some seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A call that counts differently: its value of the figure by either way.

    None is a call that the figure does not include; a share of one call is 0 or 1, or
    between these for one that counts several times (`own_times`, `other_times`).
    """

    call: Call
    own: float | None
    other: float | None
    own_times: int = 0
    other_times: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherReading:
    """A figure by one way of counting; `changes` from the centre's own, in words."""

    value: float | None
    changes: tuple[str, ...]
    is_equal: bool
    moved_count: int
    moved: tuple[Moved, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """The other tool's figure, with as many `decimals` as it was written with."""

    number: str
    value: float
    decimals: int

    def distance(self, value: float | None) -> float:
        """0 for all that is written like that figure; infinite for none."""
        if value is None:
            return float("inf")
        apart = abs(value - self.value)
        return 0.0 if apart <= 0.5 * 10**-self.decimals + 1e-9 else apart


class _CountedWay(NamedTuple):
    """A way of counting with a formula, and the value of all calls by it."""

    changes: tuple[str, ...]
    counting: WayOfCounting
    figure: Figure
    value: float | None


def readings(
    calls: Sequence[Call],
    given: Given,
    own: WayOfCounting,
    ranges: Sequence[CountedRange] = (),
    *,
    ways_of: WaysOf | None = None,
    most: int = 5,
    moved_max: int = 100,
) -> list[OtherReading]:
    """The centre's own reading first, then the `most` nearest to the given figure.

    Of equally near ones, those with fewer changes come first. `ranges` are other
    ranges that the tool may have meant, `ways_of` how numbers are counted that are not
    of queues. Raises `BadInput` for an unknown number.
    """
    if ways_of is None:
        formulas = list(figures(given.number, own.rules.service_level))
        own = narrowed(own, given.number)
        settings = list(other_settings(own, ranges, given.number))
    else:
        formulas = list(ways_of.figures(given.number))
        settings = [*ways_of.settings, *other_ranges(ranges)]
    as_own = list(_ways((), own, formulas, calls))
    first, *others = as_own
    effective: list[OtherSetting] = []
    for setting in settings:
        changed = setting.change(own)
        ways = list(_ways((setting.words,), changed, formulas, calls))
        others += ways
        if [each.value for each in ways] != [each.value for each in as_own]:
            effective.append(setting)
    if all(given.distance(each.value) for each in (first, *others)):
        others += _paired(calls, own, first, effective)
    others = _with_effect(first, others)
    others.sort(key=lambda each: given.distance(each.value))
    return _compared(calls, given, [first, *others[:most]], moved_max)


def _with_effect(
    first: _CountedWay, others: Sequence[_CountedWay]
) -> list[_CountedWay]:
    """Those with fewer changes first. Not one with which fewer give the same value."""
    changes_to: dict[float | None, list[set[str]]] = {first.value: [set()]}
    found: list[_CountedWay] = []
    for way in sorted(others, key=lambda each: len(each.changes)):
        known, changes = changes_to.setdefault(way.value, []), set(way.changes)
        if not any(fewer <= changes for fewer in known):
            known.append(changes)
            found.append(way)
    return found


def _ways(
    changes: tuple[str, ...],
    counting: WayOfCounting,
    formulas: Sequence[tuple[tuple[str, ...], Figure]],
    calls: Sequence[Call],
) -> Iterator[_CountedWay]:
    sums = counting.sums(calls)
    for words, figure in formulas:
        yield _CountedWay((*changes, *words), counting, figure, figure(sums))


def _paired(
    calls: Sequence[Call],
    own: WayOfCounting,
    first: _CountedWay,
    some: Sequence[OtherSetting],
) -> Iterator[_CountedWay]:
    """Two settings that act alone, changed together, with the own formula."""
    pairs = [(a, b) for a, b in combinations(some, 2) if a.setting != b.setting]
    for one, other in pairs[: PAIRED_CALLS_MAX // max(1, len(calls))]:
        counting = other.change(one.change(own))
        words = one.words, other.words
        yield from _ways(words, counting, [((), first.figure)], calls)


def _compared(
    calls: Sequence[Call], given: Given, ways: Sequence[_CountedWay], moved_max: int
) -> list[OtherReading]:
    """The first way is the own."""
    is_level = is_service_level(given.number)
    own = [_side(ways[0], call, is_level=is_level) for call in calls]
    found: list[OtherReading] = []
    for way in ways:
        moved: list[Moved] = []
        count = 0
        for call, before in zip(calls, own, strict=True):
            after = before
            if way is not ways[0]:
                after = _side(way, call, is_level=is_level)
            if before == after:
                continue
            count += 1
            if len(moved) < moved_max:
                moved.append(
                    Moved(
                        call=call,
                        own=before[0],
                        other=after[0],
                        own_times=before[1],
                        other_times=after[1],
                    )
                )
        found.append(
            OtherReading(
                value=way.value,
                changes=way.changes,
                is_equal=given.distance(way.value) == 0,
                moved_count=count,
                moved=tuple(moved),
            )
        )
    return found


def _side(way: _CountedWay, call: Call, *, is_level: bool) -> tuple[float | None, int]:
    """The figure of this call alone, and how many times it counts in a share."""
    amounts: Amounts = way.counting.amounts(call)
    value = way.figure(amounts)
    if is_level:
        return value, 0 if value is None else amounts[OFFERED]
    return value or None, 0
