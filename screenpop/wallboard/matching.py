"""Which stored call does each row of another system's list mean?

A row is matched with a stay: one visit to a queue, or a call that rang directly. The
rule, one to one and nearest starts first:

1. by id: the row has the id of the call;
2. else by number: the same caller, and starts at most `within_s` apart. The same
   caller: equal digits without leading zeros, or the shorter number, of at least 7
   digits, ends the longer one. A row without a number takes a call without one.

Times are read in the centre's zone or in UTC, as they are or with one constant shift:
in the way in which most rows match. A function of calls and rows alone.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo
from functools import lru_cache
from itertools import product
from typing import NamedTuple, TypeVar

from msgspec import structs

from screenpop.domain.call import Call
from screenpop.domain.call_counts import (
    UNNAMED,
    is_direct,
    is_inbound,
    is_short,
    ring_began_us,
    wait_beginnings_us,
)
from screenpop.domain.phone import is_erased
from screenpop.domain.service_level import US_PER_S
from screenpop.wallboard.listed_calls import ListedCall

WITHIN_S = 120.0
DIGITS_LEAST = 7
NEAR_MAX = 20  # stays before and after a row that it is measured against
DIGITS_CACHE_ENTRIES = 50_000
SAME_MAX = 20  # rows, and stays, of one caller from which a shift is learned
SHIFT_MAX_S = 26 * 3600
SHIFT_WINDOW_S = 60
SHIFT_STEP_S = 15 * 60  # zones differ by whole quarters of an hour
GAIN_LEAST = 1.1  # rows that another reading of the times must fit, times the own
FIT_LEAST = 3  # rows
FIT_SHARE_LEAST = 0.2  # of all rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """What counts once. `since_us`: when the wait began that an overflow goes on with.

    `left` is that of a visit; `place` the place among the visits of the call.
    """

    call: Call
    at_us: int
    queue: str
    left: str
    left_us: int | None
    since_us: int
    place: int = 0
    direct: bool = False

    @property
    def wait_s(self) -> float | None:
        if self.left_us is None:
            return None
        began_us = self.since_us if self.direct else self.at_us
        return max(0, self.left_us - began_us) / US_PER_S

    def status(self, short_abandon_s: float) -> str:
        left_us = self.since_us if self.left_us is None else self.left_us
        short = is_short(self.since_us, left_us, short_abandon_s)
        return "short abandon" if self.left == "abandoned" and short else self.left


T = TypeVar("T")


class MatchedRow(NamedTuple):
    row: ListedCall
    stay: Stay
    by_id: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeReading:
    """How the times of a list are to be read."""

    zone: tzinfo
    shift_s: int = 0  # how much later than here their clock shows

    def start_us(self, row: ListedCall) -> int:
        return row.start_us(self.zone) - self.shift_s * US_PER_S


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """Pairs, and what has no partner. `again`: rows of a call that has one."""

    reading: TimeReading
    pairs: tuple[MatchedRow, ...]
    rows: tuple[ListedCall, ...]
    again: tuple[ListedCall, ...]
    stays: tuple[Stay, ...]


def stays_of(call: Call, *, once: bool = False) -> list[Stay]:
    """What the call adds to offered and direct; `once`: only to its first queue."""
    if not is_inbound(call):
        return []
    if not call.visits:
        return [_direct(call)] if is_direct(call) else []
    visits, began_us = call.visits, wait_beginnings_us(call.visits)
    if once:
        ended = next((each for each in visits if each.left != "moved"), visits[-1])
        one = structs.replace(visits[0], left=ended.left, left_us=ended.left_us)
        visits = (one,)
    return [
        Stay(
            call=call,
            at_us=visit.entered_us,
            queue=visit.queue,
            left=visit.left or "waiting",
            left_us=visit.left_us,
            since_us=since_us,
            place=place,
        )
        for place, (visit, since_us) in enumerate(zip(visits, began_us, strict=False))
    ]


def _direct(call: Call) -> Stay:
    left, left_us = "waiting", None
    if call.answered_us is not None:
        left, left_us = "answered", call.answered_us
    elif call.ended_us is not None:
        left, left_us = "abandoned", call.ended_us
    return Stay(
        call=call,
        at_us=call.arrived_us,
        queue=call.queue or UNNAMED,
        left=left,
        left_us=left_us,
        since_us=ring_began_us(call),
        direct=True,
    )


def matched(
    rows: Sequence[ListedCall],
    stays: Sequence[Stay],
    zone: tzinfo,
    within_s: float = WITHIN_S,
) -> Matched:
    """Match in the way of reading the times in which most rows fit."""
    known = _KnownStays(stays)
    own = _Matching(rows, known, TimeReading(zone=zone), within_s)
    least = max(GAIN_LEAST * own.fitting, FIT_LEAST, FIT_SHARE_LEAST * len(rows))
    if least > len(rows):
        return own.result()
    others = _others(rows, known, zone)
    tried = [_Matching(rows, known, each, within_s) for each in others]
    most = max((own, *tried), key=lambda each: each.fitting)  # of equal ones the first
    return (most if most.fitting >= least else own).result()


def _others(
    rows: Sequence[ListedCall], known: _KnownStays, zone: tzinfo
) -> Iterator[TimeReading]:
    """In UTC, then with a shift in either zone."""
    zones = [TimeReading(zone=zone)]
    if any(row.start.tzinfo is None for row in rows):
        zones.append(TimeReading(zone=UTC))
    yield from zones[1:]
    for each in zones:
        shift_s = _shift_s(rows, known, each)
        if shift_s:
            yield TimeReading(zone=each.zone, shift_s=shift_s)


def _shift_s(rows: Sequence[ListedCall], known: _KnownStays, read: TimeReading) -> int:
    """What most rows are later than calls of the same id or caller, in one minute.

    Near a quarter of an hour it is that: then it is a zone, not a clock.
    """
    apart_s = sorted(
        (read.start_us(row) - stay.at_us) // US_PER_S
        for row, stay in _alike(rows, known)
    )
    apart_s = [each for each in apart_s if abs(each) <= SHIFT_MAX_S]
    if not apart_s:
        return 0
    most, middle = 0, 0
    for first, begin in enumerate(apart_s):
        end = bisect_right(apart_s, begin + SHIFT_WINDOW_S)
        if end - first > most:
            most, middle = end - first, apart_s[(first + end) // 2]
    step = round(middle / SHIFT_STEP_S) * SHIFT_STEP_S
    return step if abs(middle - step) <= WITHIN_S else middle


def _alike(
    rows: Sequence[ListedCall], known: _KnownStays
) -> Iterator[tuple[ListedCall, Stay]]:
    """All pairs of the same id, then of the same caller, where these are few."""
    for some_rows, ordered in (
        (_grouped((row.call_id, row) for row in rows), known.by_id),
        (_grouped((_key(row.caller) or None, row) for row in rows), known.by_number),
    ):
        for key, some in some_rows.items():
            _, same = ordered.get(key, ([], []))
            if len(some) <= SAME_MAX and len(same) <= SAME_MAX:
                yield from product(some, same)


class _KnownStays:
    """All stays, to be found by id or number."""

    def __init__(self, stays: Sequence[Stay]):
        self.all = stays
        self.by_id = _ordered((each.call.call_id, each) for each in stays)
        self.by_number = _ordered((_key(each.call.caller), each) for each in stays)


class _Matching:
    """Rows and stays matched as one reading of the times gives them."""

    def __init__(
        self,
        rows: Sequence[ListedCall],
        known: _KnownStays,
        reading: TimeReading,
        within_s: float,
    ):
        self._known, self._reading = known, reading
        self._rows = [self._unambiguous(row) for row in rows]
        self._within_us = round(within_s * US_PER_S)
        self._starts_us = [reading.start_us(row) for row in self._rows]
        self._found: dict[int, tuple[Stay, bool]] = {}
        self._taken: set[int] = set()
        self._take(self._of_id, by_id=True)
        self._take(self._of_number, by_id=False)

    @property
    def fitting(self) -> int:
        """Rows that found a stay which began at about the same time."""
        return sum(
            abs(stay.at_us - self._starts_us[row]) <= self._within_us
            for row, (stay, _) in self._found.items()
        )

    def result(self) -> Matched:
        left = [row for row in range(len(self._rows)) if row not in self._found]
        again = {row for row in left if self._of_id(row) or self._of_number(row)}
        return Matched(
            reading=self._reading,
            pairs=tuple(
                MatchedRow(self._rows[row], stay, by_id)
                for row, (stay, by_id) in sorted(
                    self._found.items(), key=lambda each: each[0]
                )
            ),
            rows=tuple(self._rows[row] for row in left if row not in again),
            again=tuple(self._rows[row] for row in left if row in again),
            stays=tuple(
                each for each in self._known.all if id(each) not in self._taken
            ),
        )

    def _unambiguous(self, row: ListedCall) -> ListedCall:
        """In an hour that a change of clocks repeats, the time nearer to a stay."""
        start = row.start.replace(fold=1)
        later = row if start.tzinfo else replace(row, start=start)
        if self._reading.start_us(later) == self._reading.start_us(row):
            return row
        return min((row, later), key=self._nearest_us)

    def _nearest_us(self, row: ListedCall) -> float:
        at_us = self._reading.start_us(row)
        some = _near(self._known.by_id, row.call_id, at_us)
        if row.caller is not None:
            some = some + _near(self._known.by_number, _key(row.caller), at_us)
        return min((abs(stay.at_us - at_us) for stay in some), default=float("inf"))

    def _take(self, candidates: Callable[[int], list[Stay]], *, by_id: bool) -> None:
        """The nearest first; of equally near ones those that stand first."""
        some = [
            (abs(stay.at_us - self._starts_us[row]), row, stay.at_us, stay)
            for row in range(len(self._rows))
            if row not in self._found
            for stay in candidates(row)
        ]
        some.sort(key=lambda each: each[:3])
        for _, row, _, stay in some:
            if row not in self._found and id(stay) not in self._taken:
                self._found[row] = stay, by_id
                self._taken.add(id(stay))

    def _of_id(self, row: int) -> list[Stay]:
        named = self._rows[row].call_id
        return (
            []
            if named is None
            else _near(self._known.by_id, named, self._starts_us[row])
        )

    def _of_number(self, row: int) -> list[Stay]:
        caller, at_us = self._rows[row].caller, self._starts_us[row]
        if caller is None:
            return []
        return [
            stay
            for stay in _near(self._known.by_number, _key(caller), at_us)
            if abs(stay.at_us - at_us) <= self._within_us
            and _is_same(_digits(caller), _digits(stay.call.caller))
        ]


_Ordered = Mapping[str, tuple[list[int], list[Stay]]]
"""Stays of one key with their begins, earliest first."""


def _grouped(named: Iterable[tuple[str | None, T]]) -> dict[str, list[T]]:
    groups: defaultdict[str, list[T]] = defaultdict(list)
    for key, each in named:
        if key is not None:
            groups[key].append(each)
    return groups


def _ordered(named: Iterable[tuple[str | None, Stay]]) -> _Ordered:
    found: dict[str, tuple[list[int], list[Stay]]] = {}
    for key, some in _grouped(named).items():
        some.sort(key=lambda stay: stay.at_us)
        found[key] = [stay.at_us for stay in some], some
    return found


def _near(ordered: _Ordered, key: str | None, at_us: int) -> list[Stay]:
    """At most `NEAR_MAX` that began before, and as many after."""
    if key is None or key not in ordered:
        return []
    starts_us, stays = ordered[key]
    place = bisect_left(starts_us, at_us)
    return stays[max(0, place - NEAR_MAX) : place + NEAR_MAX]


@lru_cache(maxsize=DIGITS_CACHE_ENTRIES)
def _digits(caller: str | None) -> str:
    """Of the user part of a URI, without leading zeros."""
    user = re.split("[@;]", caller or "", maxsplit=1)[0]
    return "".join(char for char in user if char in "0123456789").lstrip("0")


@lru_cache(maxsize=DIGITS_CACHE_ENTRIES)
def _key(caller: str | None) -> str | None:
    """What is equal for equal numbers. None: nothing can be matched by it."""
    if caller is not None and is_erased(caller):
        return None
    return _digits(caller)[-DIGITS_LEAST:]


def _is_same(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return one == other or (len(short) >= DIGITS_LEAST and long.endswith(short))
