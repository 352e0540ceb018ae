"""By which way of counting does another tool's figure come out of the same calls?

The calls of a range are counted again under the centre's own rules and with one
setting changed at a time, each with every formula of the figure. The nearest come
first, with the calls that count differently. A function of calls and rules alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import product

from screenpop.domain.call import Call
from screenpop.domain.call_counts import CountingRules, counts_of
from screenpop.domain.errors import BadInput
from screenpop.domain.service_level import (
    BY_NAME,
    OFFERED,
    VARIANTS,
    ServiceLevel,
    ServiceLevelRules,
)
from screenpop.wallboard.metrics import OWN, variant_name
from screenpop.wallboard.past import past_values

TARGETS_S = (10.0, 15.0, 20.0, 30.0, 45.0, 60.0)
SHORT_S = (0.0, 2.0, 5.0, 10.0, 20.0, 30.0)
"""What other tools use most for target and short abandon, in seconds."""

Amounts = Mapping[str, int]
Figure = Callable[[Amounts], float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedRange:
    """From when to when a call counts; `words` is empty for the range as asked."""

    from_us: int
    to_us: int
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A call that counts differently: its value of the figure by either way.

    None is a call that the figure does not include; a share of one call is 0 or 1.
    """

    call: Call
    own: float | None
    other: float | None


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


@dataclass(frozen=True, slots=True, kw_only=True)
class WayOfCounting:
    """The centre's way: its rules, the range, and the queue (None: all)."""

    rules: CountingRules
    range: CountedRange
    queue: str | None = None

    def amounts(self, call: Call) -> Counter[str]:
        """What the call adds within the range."""
        found: Counter[str] = Counter()
        for at_us, queue, name, amount in counts_of(call, self.rules):
            if self.range.from_us <= at_us < self.range.to_us and (
                self.queue is None or queue == self.queue
            ):
                found[name] += amount
        return found

    def sums(self, calls: Sequence[Call]) -> Counter[str]:
        sums: Counter[str] = Counter()
        for call in calls:
            sums.update(self.amounts(call))
        return sums


_SWITCHES: Mapping[str, tuple[str, ...]] = {
    "genesys": ("count_flow_outs", "count_short_abandons", "count_abandons"),
    "vonage": ("count_flow_outs",),
}
_LASTING = ("answered", "abandoned", "moved", "diverted", "callbacks")
_CALLS_ABANDONED = ("calls_abandoned", "calls_short_abandoned")
_COUNTED_AS: Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "offered": (
        ("each call once, in its first queue", ("calls",)),
        ("with calls that rang directly", ("offered", "direct")),
        ("each call once, with calls that rang directly", ("calls", "direct")),
        ("without short abandons", _LASTING),
    ),
    "answered": (
        ("each call once, in its first queue", ("calls_answered",)),
        ("with calls that rang directly", ("answered", "direct_answered")),
    ),
    "abandoned": (
        ("with short abandons", ("abandoned", "short_abandoned")),
        ("each call once, in its first queue", ("calls_abandoned",)),
        ("each call once, with short abandons", _CALLS_ABANDONED),
        ("with missed direct calls", ("abandoned", "missed")),
    ),
}  # fmt: skip
"""How else tools count what they call so: the sum of these amounts."""

_Way = tuple[tuple[str, ...], WayOfCounting, Figure]


def readings(
    calls: Sequence[Call],
    given: Given,
    own: WayOfCounting,
    ranges: Sequence[CountedRange] = (),
    *,
    most: int = 5,
    moved_max: int = 100,
) -> list[OtherReading]:
    """The centre's own reading first, then the `most` nearest to the given figure.

    Of equally near ones, those with fewer changes come first. `ranges` are other
    ranges that the tool may have meant. Raises `BadInput` for an unknown number.
    """
    figures = list(_figures(given.number, own.rules.service_level))
    found: list[tuple[float, int, float | None, _Way]] = []
    for words, counting in _countings(own, ranges):
        sums = counting.sums(calls)
        for name, figure in figures:
            changes, value = (*words, *name), figure(sums)
            way = changes, counting, figure
            found.append((given.distance(value), len(changes), value, way))
    first, *others = found
    others = [each for each in others if each[2] != first[2]]  # these explain nothing
    others.sort(key=lambda each: each[:2])
    own_way = first[3]
    return [
        _reading(calls, given, value, way, own_way, moved_max)
        for _, _, value, way in (first, *others[:most])
    ]


def _reading(
    calls: Sequence[Call],
    given: Given,
    value: float | None,
    way: _Way,
    own: _Way,
    moved_max: int,
) -> OtherReading:
    is_level = given.number.startswith(OWN)
    moved: list[Moved] = []
    count = 0
    for call in calls:
        (before, weight), (after, weight_after) = (
            _side(each, call, is_level=is_level) for each in (own, way)
        )
        if (before, weight) == (after, weight_after):
            continue
        count += 1
        if len(moved) < moved_max:
            moved.append(Moved(call=call, own=before, other=after))
    return OtherReading(
        value=value,
        changes=way[0],
        is_equal=given.distance(value) == 0,
        moved_count=count,
        moved=tuple(moved),
    )


def _side(way: _Way, call: Call, *, is_level: bool) -> tuple[float | None, int]:
    """The figure of this call alone, and how many times it counts in a share."""
    _, counting, figure = way
    amounts = counting.amounts(call)
    value = figure(amounts)
    if is_level:
        return value, 0 if value is None else amounts[OFFERED]
    return value or None, 0


def _countings(
    own: WayOfCounting, ranges: Sequence[CountedRange]
) -> Iterator[tuple[tuple[str, ...], WayOfCounting]]:
    """The own way, then each with one setting or the range changed."""
    yield (), own
    for words, rules in _changed_rules(own.rules):
        yield (words,), replace(own, rules=rules)
    for other in ranges:
        yield (other.words,), replace(own, range=other)


def _changed_rules(rules: CountingRules) -> Iterator[tuple[str, CountingRules]]:
    level = rules.service_level
    for target_s in TARGETS_S:
        if target_s != level.target_s or level.target_by_queue:
            changed = replace(level, target_s=target_s, target_by_queue={})
            yield f"target {target_s:g} s", replace(rules, service_level=changed)
    for words, changed in _switched(level):
        yield words, replace(rules, service_level=changed)
    for short_s in SHORT_S:
        if short_s != rules.short_abandon_s:
            yield (
                f"short abandon < {short_s:g} s",
                replace(rules, short_abandon_s=short_s),
            )


def _switched(level: ServiceLevelRules) -> Iterator[tuple[str, ServiceLevelRules]]:
    every = (
        ("within: < target", replace(level, comparison="<")),
        ("within: <= target", replace(level, comparison="<=")),
        ("measured from queue entry", replace(level, measured_from="entry")),
        ("measured from the first ring", replace(level, measured_from="ring")),
        ("counts when it entered the queue", replace(level, interval="entry")),
        ("counts when it left the queue", replace(level, interval="answer")),
        ("a transferred call counts again", replace(level, transfers="again")),
        ("a transferred call counts once", replace(level, transfers="once")),
    )
    for words, changed in every:
        if changed != level:
            yield words, changed


def _figures(
    number: str, level: ServiceLevelRules
) -> Iterator[tuple[tuple[str, ...], Figure]]:
    """The own formula of a number, then other formulas of what it names."""
    levels = {variant_name(each.name): each.name for each in VARIANTS}
    if number == OWN or number in levels:
        yield from _levels(replace(level, variant=levels.get(number, level.variant)))
        return
    if number not in past_values({}, level):
        known = (*past_values({}, level), *levels)
        raise BadInput(
            f"figure: {number[:100]!r} is not a number of the past.",
            code="bad_query",
            remedy=f"Use one of: {', '.join(dict.fromkeys(known))}.",
        )
    yield (), lambda sums: past_values(sums, level)[number]
    for words, added in _COUNTED_AS.get(number, ()):
        yield (words,), partial(_added, added)


def _levels(own: ServiceLevelRules) -> Iterator[tuple[tuple[str, ...], Figure]]:
    """All variants of the past; those with switches, with each setting of these."""
    yield (), partial(_level, BY_NAME[own.variant], own)
    for each in VARIANTS:
        if each.name == "in_queue_now":
            continue
        for rules in _with_switches(own, _SWITCHES.get(each.name, ())):
            words = [f"variant {each.name}"] if each.name != own.variant else []
            words += [
                f"{name}: {str(getattr(rules, name)).lower()}"
                for name in _SWITCHES["genesys"]
                if getattr(rules, name) != getattr(own, name)
            ]
            if words:
                yield tuple(words), partial(_level, each, rules)


def _with_switches(
    own: ServiceLevelRules, used: tuple[str, ...]
) -> Iterator[ServiceLevelRules]:
    """Each setting of the switches that a formula uses; the others as they are."""
    unused = [name for name in _SWITCHES["genesys"] if name not in used]
    for flow_outs, short, abandons in product((True, False), repeat=3):
        rules = replace(
            own,
            count_flow_outs=flow_outs,
            count_short_abandons=short,
            count_abandons=abandons,
        )
        if all(getattr(rules, name) == getattr(own, name) for name in unused):
            yield rules


def _level(
    variant: ServiceLevel, rules: ServiceLevelRules, sums: Amounts
) -> float | None:
    return variant.of(sums, rules)


def _added(names: tuple[str, ...], sums: Amounts) -> float:
    return sum(sums.get(name, 0) for name in names)
