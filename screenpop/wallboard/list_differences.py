"""Which calls make the difference between another system's list and the own counts?

Each difference has a rule. The own counts are made again with one setting changed at a
time; the setting after which most differences are gone explains most. A function of
matched rows and rules alone.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, tzinfo
from typing import Literal

from screenpop.domain.call import Call
from screenpop.domain.service_level import US_PER_S
from screenpop.wallboard.counting_ways import SHORT_S, CountedRange
from screenpop.wallboard.listed_calls import ListedCall
from screenpop.wallboard.matching import (
    WITHIN_S,
    Matched,
    MatchedRow,
    Stay,
    TimeReading,
    matched,
    stays_of,
)

EXAMPLES = 10
EXAMPLES_MAX = 200
SETTINGS_SHOWN = 3
ALIAS_SHARE = 0.8  # of the matched calls of a queue that is not named so here
WAIT_ROUNDING_S = 1.0  # tools cut, round or count the first second

Kind = Literal["only_there", "only_here", "both"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRules:
    """What of the centre's way decides which rows a list of its own would have."""

    range: CountedRange
    zone: tzinfo  # of its days
    short_abandon_s: float = 5
    queue: str | None = None
    days_shift_s: int = 0  # how much later its days begin
    without: frozenset[str] = frozenset()  # statuses, and "direct"
    aliases: Mapping[str, str] = field(default_factory=dict)

    def includes_time(self, at_us: int) -> bool:
        return self.range.from_us <= at_us < self.range.to_us

    def queue_of(self, row: ListedCall) -> str | None:
        """As it is named here. A list without queues is of the queue asked for."""
        if row.queue is None:
            return self.queue
        return self.aliases.get(_plain(row.queue), row.queue)

    def leaves_out(self, stay: Stay) -> bool:
        status = stay.status(self.short_abandon_s)
        return status in self.without or (stay.direct and "direct" in self.without)

    def day(self, at_us: int) -> date:
        at_s = at_us / US_PER_S + self.days_shift_s
        return datetime.fromtimestamp(at_s, self.zone).date()


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One row or call that counts differently; `there` and `here` say how."""

    kind: Kind
    rule: str
    row: ListedCall | None = None
    stay: Stay | None = None
    there: str | None = None
    here: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceGroup:
    """All differences of one rule, as many as `count`; at most N of them."""

    kind: Kind
    rule: str
    count: int
    some: tuple[Difference, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedSetting:
    """A setting, and how many of all differences are gone with it."""

    change: str
    explains: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ListComparison:
    """`matched` rows of all `rows` in the range, `by_id` of them by the call's id."""

    rows: int
    outside: int
    matched: int
    by_id: int
    reading: TimeReading
    aliases: Mapping[str, str]
    differences: int
    groups: tuple[DifferenceGroup, ...]
    explanations: tuple[ChangedSetting, ...]


def compare_list(
    calls: Sequence[Call],
    rows: Sequence[ListedCall],
    own: ListRules,
    ranges: Sequence[CountedRange] = (),
    *,
    within_s: float = WITHIN_S,
    examples: int = EXAMPLES,
) -> ListComparison:
    """The differences by rule, most frequent first, and the settings that explain most.

    `ranges` are other ranges that the tool may have meant.
    """
    every = [stay for call in calls for stay in stays_of(call)]
    found = matched(rows, every, own.zone, within_s)
    own = replace(own, aliases=_aliases(found))
    differing = list(differences(found, own))
    in_range = [pair for pair in found.pairs if _lists(own, found.reading, pair.row)]
    listed = [row for row in rows if _lists(own, found.reading, row)]
    explanations = [
        ChangedSetting(change=words, explains=len(differing) - left)
        for words, left in _left_by_setting(calls, rows, own, ranges, found, within_s)
    ]
    explanations.sort(key=lambda each: -each.explains)
    return ListComparison(
        rows=len(listed),
        outside=len(rows) - len(listed),
        matched=len(in_range),
        by_id=sum(pair.by_id for pair in in_range),
        reading=found.reading,
        aliases=own.aliases,
        differences=len(differing),
        groups=_groups(differing, min(examples, EXAMPLES_MAX)),
        explanations=tuple(
            each for each in explanations[:SETTINGS_SHOWN] if each.explains > 0
        ),
    )


def differences(found: Matched, own: ListRules) -> Iterator[Difference]:
    """All of them; a pair may differ by several rules."""
    partners = {id(pair.stay.call) for pair in found.pairs}
    for pair in found.pairs:
        yield from _of_pair(pair, found.reading, own)
    for rows, rule in (
        (found.rows, "no stored call fits"),
        (found.again, "another row of a call"),
    ):
        for row in rows:
            if _lists(own, found.reading, row):
                yield Difference(kind="only_there", rule=rule, row=row)
    for stay in found.stays:
        if _counts(own, stay):
            status = stay.status(own.short_abandon_s)
            rule = f"{status}, rang directly" if stay.direct else status
            if stay.place and id(stay.call) in partners:
                rule = "a later queue of a call in their list"
            yield Difference(kind="only_here", rule=rule, stay=stay, here=status)


def _of_pair(
    pair: MatchedRow, reading: TimeReading, own: ListRules
) -> Iterator[Difference]:
    row, stay, _ = pair
    lists, counts = _lists(own, reading, row), _counts(own, stay)
    if not (lists or counts):
        return

    def differ(
        rule: str, there: object, here: object, kind: Kind = "both"
    ) -> Difference:
        return Difference(
            kind=kind, rule=rule, row=row, stay=stay, there=f"{there}", here=f"{here}"
        )

    status = stay.status(own.short_abandon_s)
    if own.leaves_out(stay):
        if lists:
            yield differ("not in our list", row.status, status, "only_there")
        return
    if own.includes_time(reading.start_us(row)) != own.includes_time(stay.at_us):
        words = ("outside", "inside")
        yield differ(
            "at the edge of the range",
            words[own.includes_time(reading.start_us(row))],
            words[own.includes_time(stay.at_us)],
        )
    queue = own.queue_of(row)
    if queue is not None and _plain(queue) != _plain(stay.queue):
        yield differ("another queue", queue, stay.queue or "no queue")
    if row.status is not None and row.status != status:
        yield differ(f"{row.status} there, {status} here", row.status, status)
    if (day := own.day(stay.at_us)) != row.start.date():
        yield differ("another day", row.start.date(), day)
    wait_s = stay.wait_s
    if row.wait_s is None or wait_s is None:
        return
    if abs(row.wait_s - wait_s) > WAIT_ROUNDING_S:
        yield differ("another wait", f"{row.wait_s:g} s", f"{wait_s:g} s")


def _lists(own: ListRules, reading: TimeReading, row: ListedCall) -> bool:
    return own.includes_time(reading.start_us(row)) and (
        own.queue is None or _plain(own.queue_of(row) or "") == _plain(own.queue)
    )


def _counts(own: ListRules, stay: Stay) -> bool:
    return (
        own.includes_time(stay.at_us)
        and (own.queue is None or stay.queue == own.queue)
        and not own.leaves_out(stay)
    )


def _plain(queue: str) -> str:
    return queue.strip().casefold()


def _aliases(found: Matched) -> dict[str, str]:
    """Queues that they name differently: nearly all of their calls are in one here."""
    own = {_plain(stay.queue) for stay in found.stays}
    own |= {_plain(pair.stay.queue) for pair in found.pairs}
    together: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for row, stay, _ in found.pairs:
        if row.queue is not None and _plain(row.queue) not in own:
            together[_plain(row.queue)][stay.queue] += 1
    best = {name: queues.most_common(1)[0] for name, queues in together.items()}
    return {
        name: queue
        for name, (queue, count) in best.items()
        if queue and count >= ALIAS_SHARE * together[name].total()
    }


def _left_by_setting(
    calls: Sequence[Call],
    rows: Sequence[ListedCall],
    own: ListRules,
    ranges: Sequence[CountedRange],
    found: Matched,
    within_s: float,
) -> Iterator[tuple[str, int]]:
    """Each changed setting, and how many differences are left with it."""
    for words, changed in _changed(own, ranges, found.reading):
        yield words, sum(1 for _ in differences(found, changed))
    first = [stay for call in calls for stay in stays_of(call, once=True)]
    if len(first) != len(found.stays) + len(found.pairs):
        once = matched(rows, first, own.zone, within_s)
        yield (
            "each call once, in its first queue",
            sum(1 for _ in differences(once, own)),
        )


NOT_ANSWERED = frozenset(
    {"abandoned", "short abandon", "moved", "diverted", "callback", "waiting"}
)
_WITHOUT: Mapping[str, frozenset[str]] = {
    "without short abandons": frozenset({"short abandon"}),
    "without abandons": frozenset({"abandoned", "short abandon"}),
    "without calls that rang directly": frozenset({"direct"}),
    "without calls moved to another queue": frozenset({"moved"}),
    "answered calls only": NOT_ANSWERED,
}


def _changed(
    own: ListRules, ranges: Sequence[CountedRange], reading: TimeReading
) -> Iterator[tuple[str, ListRules]]:
    for short_s in SHORT_S:
        if short_s != own.short_abandon_s:
            changed = replace(own, short_abandon_s=short_s)
            yield f"short abandon < {short_s:g} s", changed
    for words, without in _WITHOUT.items():
        yield words, replace(own, without=without)
    for other in ranges:
        yield f"{other.words} and its days", replace(own, range=other, zone=UTC)
    if reading.shift_s:
        shifted_us = reading.shift_s * US_PER_S
        moved = replace(
            own.range,
            from_us=own.range.from_us - shifted_us,
            to_us=own.range.to_us - shifted_us,
        )
        yield (
            f"days and range by a clock that shows {shift_in_words(reading.shift_s)}",
            replace(own, range=moved, zone=reading.zone, days_shift_s=reading.shift_s),
        )


def shift_in_words(shift_s: int) -> str:
    """`1 h later`, `6 min 40 s earlier`."""
    minutes, seconds = divmod(abs(shift_s), 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((hours, "h"), (minutes, "min"), (seconds, "s"))
    length = " ".join(f"{amount} {unit}" for amount, unit in parts if amount)
    return f"{length} {'later' if shift_s > 0 else 'earlier'}"


def _groups(
    differing: Sequence[Difference], examples: int
) -> tuple[DifferenceGroup, ...]:
    by_rule: dict[tuple[Kind, str], list[Difference]] = {}
    for each in differing:
        by_rule.setdefault((each.kind, each.rule), []).append(each)
    return tuple(
        DifferenceGroup(
            kind=kind, rule=rule, count=len(some), some=tuple(some[:examples])
        )
        for (kind, rule), some in sorted(
            by_rule.items(), key=lambda each: -len(each[1])
        )
    )
