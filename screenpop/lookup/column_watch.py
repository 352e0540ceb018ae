"""Which values did the answers of a lookup have, and have no more?

A column that is renamed, a right that is withdrawn, a field that a new version of a
system leaves out: the source answers without an error, and the cards lack a value. So
this counts, for each column of each lookup and for each day, in how many answers it
had a value. Pure but for its own memory.

A column is missing when so many answers in a row lack it as would lack it by chance
less than once in a million, by its share up to its last value. It has become rarer
when today's share is below that of the days before by more than `Z_MIN` standard
errors of the difference of two proportions (pooled; one in a million, one-sided), and
by `LESS_BY_MIN`. After `DAYS_KEPT` days without a value the source is taken to be like
this.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from screenpop.domain.profile import Answer, LookupOutcome

DAY_US = 86_400_000_000
DAYS_KEPT = 14
COLUMNS_MAX = 100  # of a lookup: further ones are not watched
LOOK_EVERY_US = 10_000_000
ROWS_READ = 5  # of an answer: a list's first rows say which columns it has
BEFORE_MIN = 50  # answers with which a column can be compared
WITHOUT_MIN = 10  # answers in a row
CHANCE = 1e-6
Z_MIN = 4.7534  # the normal quantile of 1 - CHANCE
LESS_BY_MIN = 0.05
SURE_MAX = 0.99  # a share of 1 would make the second answer without it a proof


class ColumnCounts(msgspec.Struct, kw_only=True, gc=False):
    """`days`: answers with a value, by day since 1970; `without`: since the last.

    `asked`: the lookup's answers on the day of the last value, up to it.
    """

    days: dict[int, int] = {}
    last_us: int = 0
    asked: int = 0
    without: int = 0


class LookupColumns(msgspec.Struct, kw_only=True, gc=False):
    """What is known of one lookup: its answers by day, and its columns."""

    source: str
    days: dict[int, int] = {}
    columns: dict[str, ColumnCounts] = {}


class Loss(msgspec.Struct, frozen=True, kw_only=True):
    """A value that cards lack. Shares are of the answers, 0 to 1.

    `since_us` is None where it has only become rarer.
    """

    lookup: str
    column: str
    before: float
    now: float
    answers: int
    since_us: int | None = None


class ColumnWatch:
    """The columns of all configured lookups: take an answer in, ask for losses."""

    def __init__(self) -> None:
        self._watched: dict[str, LookupColumns] = {}
        self._looked_us = 0
        self._found: dict[str, list[Loss]] = {}

    def take(self, answers: Iterable[Answer], now_us: int) -> None:
        """All answers of one call; those that failed or are old say nothing."""
        day = now_us // DAY_US
        for answer in answers:
            if answer.outcome is not LookupOutcome.OK or not answer.rows:
                continue
            watched = self._watched.get(answer.lookup)
            if watched is None or watched.source != answer.source:
                watched = self._watched[answer.lookup] = LookupColumns(
                    source=answer.source
                )
            if day not in watched.days:
                _begin_day(watched, day)
            watched.days[day] += 1
            columns = watched.columns
            for column in columns.values():
                column.without += 1
            for name in {
                name
                for row in answer.rows[:ROWS_READ]
                for name, value in row.items()
                if value is not None
            }:
                known = columns.get(name)
                if known is None:
                    if len(columns) >= COLUMNS_MAX:
                        continue
                    known = columns[name] = ColumnCounts()
                known.days[day] = known.days.get(day, 0) + 1
                known.last_us, known.without = now_us, 0
                known.asked = watched.days[day]

    def losses(self, source: str, now_us: int) -> list[Loss]:
        """Of one source, by lookup and column, as of `LOOK_EVERY_US` ago at most."""
        if now_us - self._looked_us >= LOOK_EVERY_US:
            self._looked_us, self._found = now_us, self._look(now_us // DAY_US)
        return self._found.get(source, [])

    def _look(self, today: int) -> dict[str, list[Loss]]:
        found: dict[str, list[Loss]] = {}
        for lookup, watched in sorted(self._watched.items()):
            losses = found.setdefault(watched.source, [])
            losses += _losses(lookup, watched, today)
        return found

    def saved(self) -> dict[str, LookupColumns]:
        return self._watched

    def resume(self, saved: Mapping[str, LookupColumns], now_us: int) -> None:
        """Go on from what was saved; lookups without a recent answer are left out."""
        first = now_us // DAY_US - DAYS_KEPT
        self._watched = {
            lookup: watched
            for lookup, watched in saved.items()
            if any(day >= first for day in watched.days)
        }


def _begin_day(watched: LookupColumns, day: int) -> None:
    """The first answer of a day: what is older than `DAYS_KEPT` goes."""
    watched.days[day] = 0
    first = day - DAYS_KEPT
    for old in [each for each in watched.days if each < first]:
        del watched.days[old]
    for name, column in [*watched.columns.items()]:
        for old in [each for each in column.days if each < first]:
            del column.days[old]
        if not column.days:
            del watched.columns[name]


def _losses(lookup: str, watched: LookupColumns, today: int) -> Iterator[Loss]:
    for name, column in sorted(watched.columns.items()):
        last_day = column.last_us // DAY_US
        had = _sum(column.days, last_day)
        asked = _sum(watched.days, last_day - 1) + column.asked
        if _is_missing(had, asked, column.without):
            yield Loss(
                lookup=lookup,
                column=name,
                before=had / asked,
                now=0.0,
                answers=column.without,
                since_us=column.last_us,
            )
            continue
        had, asked = _sum(column.days, today - 1), _sum(watched.days, today - 1)
        now_had, now_asked = column.days.get(today, 0), watched.days.get(today, 0)
        if _is_rarer(had, asked, now_had, now_asked):
            yield Loss(
                lookup=lookup,
                column=name,
                before=had / asked,
                now=now_had / now_asked,
                answers=now_asked,
            )


def _sum(days: Mapping[int, int], up_to: int) -> int:
    return sum(count for day, count in days.items() if day <= up_to)


def _is_missing(had: int, asked: int, without: int) -> bool:
    if asked < BEFORE_MIN or without < WITHOUT_MIN:
        return False
    share = min(had / asked, SURE_MAX)
    return without * math.log1p(-share) < math.log(CHANCE)


def _is_rarer(had: int, asked: int, now_had: int, now_asked: int) -> bool:
    if asked < BEFORE_MIN or now_asked < BEFORE_MIN:
        return False
    drop = had / asked - now_had / now_asked
    if drop < LESS_BY_MIN:
        return False
    pooled = (had + now_had) / (asked + now_asked)
    error = math.sqrt(pooled * (1 - pooled) * (1 / asked + 1 / now_asked))
    return drop > Z_MIN * error
