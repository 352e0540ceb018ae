"""In which other ways may a tool count the same calls?

One setting or the range changed, and for each number other formulas of what it names.
A function of calls and rules alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import product

from screenpop.domain.call import Call
from screenpop.domain.call_counts import (
    NUMBERS,
    Count,
    CountingRules,
    counts_of,
    service_level_counts,
)
from screenpop.domain.errors import BadInput
from screenpop.domain.service_level import (
    BY_NAME,
    VARIANTS,
    ServiceLevel,
    ServiceLevelRules,
)
from screenpop.wallboard.metrics import OWN, variant_name
from screenpop.wallboard.past import WITHOUT_CALLS, past_values

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
class WayOfCounting:
    """A way: its rules, the range, and the queue (None: all).

    `counts` are all that a call adds, or the part that a figure is made of.
    """

    rules: CountingRules
    range: CountedRange
    queue: str | None = None
    counts: Callable[[Call, CountingRules], list[Count]] = counts_of

    def amounts(self, call: Call) -> Counter[str]:
        """What the call adds within the range."""
        return self.sums((call,))

    def sums(self, calls: Sequence[Call]) -> Counter[str]:
        """In one loop: it runs for each call in each way."""
        found: Counter[str] = Counter()
        counts, rules, wanted = self.counts, self.rules, self.queue
        from_us, to_us = self.range.from_us, self.range.to_us
        for call in calls:
            for at_us, queue, name, amount in counts(call, rules):
                if from_us <= at_us < to_us and (wanted is None or queue == wanted):
                    found[name] += amount
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherSetting:
    """A change in words. Two of one `setting` are not made together."""

    setting: str
    words: str
    change: Callable[[WayOfCounting], WayOfCounting]


@dataclass(frozen=True, slots=True, kw_only=True)
class WaysOf:
    """Other formulas by number, the own one first, and settings to change."""

    figures: Callable[[str], Sequence[tuple[tuple[str, ...], Figure]]]
    settings: Sequence[OtherSetting] = ()


def is_service_level(number: str) -> bool:
    return number.startswith(OWN)


def narrowed(own: WayOfCounting, number: str) -> WayOfCounting:
    """Counts no more than the number is made of."""
    if is_service_level(number):
        return replace(own, counts=service_level_counts)
    return own


def other_settings(
    own: WayOfCounting, ranges: Sequence[CountedRange], number: str
) -> Iterator[OtherSetting]:
    """Each one that differs from the own and that the number may depend on."""
    level = own.rules.service_level
    if is_service_level(number):
        for target_s in TARGETS_S:
            if target_s != level.target_s or level.target_by_queue:
                to_target = partial(replace, target_s=target_s, target_by_queue={})
                yield _of_level("target", f"target {target_s:g} s", to_target)
        for setting, words, changed in _SWITCHED:
            if changed(level) != level:
                yield _of_level(setting, words, changed)
    for short_s in SHORT_S:
        if short_s != own.rules.short_abandon_s:
            yield OtherSetting(
                setting="short_abandon_s",
                words=f"short abandon < {short_s:g} s",
                change=partial(_with_short, short_s),
            )
    yield from other_ranges(ranges)


def other_ranges(ranges: Sequence[CountedRange]) -> Iterator[OtherSetting]:
    for other in ranges:
        yield OtherSetting(
            setting="range", words=other.words, change=partial(replace, range=other)
        )


_LevelChange = Callable[[ServiceLevelRules], ServiceLevelRules]
_SWITCHED: tuple[tuple[str, str, _LevelChange], ...] = (
    ("comparison", "within: < target", lambda x: replace(x, comparison="<")),
    ("comparison", "within: <= target", lambda x: replace(x, comparison="<=")),
    (
        "measured_from",
        "measured from queue entry",
        lambda x: replace(x, measured_from="entry"),
    ),
    (
        "measured_from",
        "measured from the first ring",
        lambda x: replace(x, measured_from="ring"),
    ),
    (
        "interval",
        "counts when it entered the queue",
        lambda x: replace(x, interval="entry"),
    ),
    (
        "interval",
        "counts when it left the queue",
        lambda x: replace(x, interval="answer"),
    ),
    (
        "transfers",
        "a transferred call counts again",
        lambda x: replace(x, transfers="again"),
    ),
    (
        "transfers",
        "a transferred call counts once",
        lambda x: replace(x, transfers="once"),
    ),
)


def _of_level(setting: str, words: str, changed: _LevelChange) -> OtherSetting:
    def change(way: WayOfCounting) -> WayOfCounting:
        level = changed(way.rules.service_level)
        return replace(way, rules=replace(way.rules, service_level=level))

    return OtherSetting(setting=setting, words=words, change=change)


def _with_short(short_s: float, way: WayOfCounting) -> WayOfCounting:
    return replace(way, rules=replace(way.rules, short_abandon_s=short_s))


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


def figures(
    number: str, level: ServiceLevelRules
) -> Iterator[tuple[tuple[str, ...], Figure]]:
    """The own formula of a number, then other formulas of what it names."""
    levels = {variant_name(each.name): each.name for each in VARIANTS}
    if number == OWN or number in levels:
        yield from _levels(replace(level, variant=levels.get(number, level.variant)))
        return
    past = past_values({}, level).keys() - WITHOUT_CALLS
    if number not in past:
        known = (*sorted(past), *levels)
        raise BadInput(
            f"figure: {number[:100]!r} is not a number of the past.",
            code="bad_query",
            remedy=f"Use one of: {', '.join(dict.fromkeys(known))}.",
        )
    if number in NUMBERS:
        yield (), partial(_added, (number,))
    else:
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
