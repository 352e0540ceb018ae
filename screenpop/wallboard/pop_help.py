"""Does the pop help? How often, how early and how whole cards came, and next to it how
long calls took.

Pure: of what is stored of each call. No figure here is of one agent.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import sqrt
from statistics import NormalDist, fmean, variance
from typing import Any

from screenpop.domain.popped import (
    ANSWERED_BY_SOURCE,
    CardShown,
    FacetOnCard,
    PoppedCall,
)
from screenpop.domain.profile import LookupOutcome
from screenpop.wallboard.usual import quantile

SAMPLE_LEAST = 30  # calls of a group: the mean of fewer says little, and may be one's
UNLIKE_FROM = 0.1  # of the calls would have to be of another queue
Z_95 = NormalDist().inv_cdf(0.975)
FILLED = (LookupOutcome.OK, LookupOutcome.STALE)
ASSOCIATION = (
    "Not a proof: which calls have a complete profile is not drawn by lot, they are"
    " those of customers who are known."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StageTimes:
    """Milliseconds; none without a card."""

    name: str
    formula: str
    cards: int
    p50: float | None
    p95: float | None
    p99: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetLooks:
    """Of calls whose desk said at their end how a facet with something was met.

    `opened` at least once: unfolded or scrolled to, scrolled in, a link followed, text
    copied, the timeline opened. `never_opened`: not so, and not in view either; None
    where it was always in view.
    """

    calls: int
    in_view: int
    opened: int
    always_in_view: bool
    never_opened: int | None
    never_opened_rate: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetHelp:
    """How often a facet was on cards, was filled, and was there before the answer."""

    facet: str
    cards: int
    filled: int
    empty: int
    failed: int
    answered: int  # cards at which the call was answered
    before_answer: int  # of these
    looks: FacetLooks | None = None  # None: nothing is known, or `few_agents`
    few_agents: bool = False  # took these calls: it would say what one person did


@dataclass(frozen=True, slots=True, kw_only=True)
class HandleTimes:
    """Seconds; `low` and `high` are a 95 % interval of the mean."""

    calls: int
    mean_s: float | None
    low_s: float | None
    high_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HandleComparison:
    """Calls with a complete profile against the others. `difference_s` is the mean of
    the first less that of the others, with its 95 % interval."""

    queue: str | None  # None: all together
    complete: HandleTimes
    others: HandleTimes
    difference_s: float | None
    low_s: float | None
    high_s: float | None
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PopHelp:
    calls: int
    with_number: int
    matched: int
    answered: int  # at a desk or not
    delivered: int  # of these: with a card on the screen of who answered
    before_answer: int  # of these: before the answer
    stages: tuple[StageTimes, ...] = ()
    facets: tuple[FacetHelp, ...] = ()
    handle_times: tuple[HandleComparison, ...] = field(default=())


STAGES: Mapping[str, tuple[str, Callable[[CardShown], float | None]]] = {
    "pop": (
        "From the event's receipt until the browser said that it painted the card.",
        lambda card: card.pop_ms,
    ),
    "painted": (
        "Of this in the browser: from the frame's arrival until it was painted.",
        lambda card: card.painted_ms,
    ),
    "complete": (
        "From the ring until the last facet was on the card.",
        lambda card: card.complete_ms,
    ),
}


def pop_help(
    calls: Sequence[PoppedCall],
    shows_handle_time: Callable[[str | None], bool],
    people_min: int = 0,
) -> PopHelp:
    """All figures; handle times of a queue (None: all) only where they may be seen,
    what was looked at only of so many people."""
    answered = [card for call in calls for card in _answered(call)]
    delivered = [card for card in answered if card.delivered_us is not None]
    by_queue: dict[str | None, list[PoppedCall]] = defaultdict(list)
    for call in calls:
        if call.handle_us is not None:
            by_queue[None].append(call)
            by_queue[call.queue].append(call)
    queues = sorted(by_queue, key=lambda queue: queue or "")
    return PopHelp(
        calls=len(calls),
        with_number=sum(call.has_number for call in calls),
        matched=sum(call.is_matched for call in calls),
        answered=len(answered),
        delivered=len(delivered),
        before_answer=sum(_is_before_answer(card) for card in delivered),
        stages=tuple(
            _stage(name, formula, [of(card) for call in calls for card in call.cards])
            for name, (formula, of) in STAGES.items()
        ),
        facets=tuple(
            replace(each, **_looks(calls, each.facet, people_min))
            for each in _facets(card for call in calls for card in call.cards)
        ),
        handle_times=tuple(
            compared(queue, by_queue[queue])
            for queue in queues
            if shows_handle_time(queue)
        ),
    )


def _answered(call: PoppedCall) -> list[CardShown]:
    """The first answer of the call, at whichever agent."""
    cards = [card for card in call.cards if card.answered_us is not None]
    return sorted(cards, key=lambda card: card.answered_us or 0)[:1]


def _is_before_answer(card: CardShown) -> bool:
    return (card.delivered_us or 0) <= (card.answered_us or 0)


def _stage(name: str, formula: str, all_ms: Iterable[float | None]) -> StageTimes:
    known = sorted(each for each in all_ms if each is not None)
    p50, p95, p99 = (
        quantile(known, share) if known else None for share in (0.5, 0.95, 0.99)
    )
    return StageTimes(
        name=name, formula=formula, cards=len(known), p50=p50, p95=p95, p99=p99
    )


def _facets(cards: Iterable[CardShown]) -> tuple[FacetHelp, ...]:
    sums: dict[str, Counter[str]] = defaultdict(Counter)
    for card in cards:
        for name, counted in _facets_on(card).items():
            sums[name].update(counted)
    return tuple(
        FacetHelp(
            facet=name,
            cards=found["cards"],
            filled=found["filled"],
            empty=found["empty"],
            failed=found["failed"],
            answered=found["answered"],
            before_answer=found["before_answer"],
        )
        for name, found in sorted(sums.items(), key=lambda x: (-x[1]["cards"], x[0]))
    )


def _looks(calls: Iterable[PoppedCall], facet: str, people_min: int) -> dict[str, Any]:
    met = [call for call in calls if facet in call.views]
    people = frozenset[str]().union(*(call.people for call in met))
    if not met or len(people) < people_min:
        return {"looks": None, "few_agents": bool(met)}
    views = [call.views[facet] for call in met]
    always = all(each.in_view == each.cards for each in views)
    never = sum(each.unopened == each.cards for each in views)
    looks = FacetLooks(
        calls=len(views),
        in_view=sum(each.in_view > 0 for each in views),
        opened=sum(each.opened > 0 for each in views),
        always_in_view=always,
        never_opened=None if always else never,
        never_opened_rate=None if always else never / len(views),
    )
    return {"looks": looks}


def _facets_on(card: CardShown) -> dict[str, list[str]]:
    """As what each facet of a card counts."""
    by_name: dict[str, list[FacetOnCard]] = defaultdict(list)
    for facet in card.facets:
        by_name[facet.facet].append(facet)
    found: dict[str, list[str]] = {}
    for name, parts in by_name.items():
        outcomes = {part.outcome for part in parts}
        kind = "empty"
        if not outcomes.issubset(ANSWERED_BY_SOURCE):
            kind = "failed"
        elif outcomes & {*FILLED}:
            kind = "filled"
        found[name] = ["cards", kind]
        if card.answered_us is not None:
            came = [part.shown_us for part in parts]
            on_time = all(at is not None and at <= card.answered_us for at in came)
            found[name] += ["answered", *["before_answer"] * on_time]
    return found


# -- Which calls are behind a figure?

FACET_FIGURES: Mapping[str, str] = {
    "cards": "was on a card",
    "filled": "was filled",
    "empty": "was empty",
    "failed": "failed: a source gave no answer",
    "answered": "was on the card of who answered",
    "before_answer": "was on the card before the answer",
}


def _has_stage(
    of: Callable[[CardShown], float | None],
) -> Callable[[PoppedCall], bool]:
    return lambda call: any(of(card) is not None for card in call.cards)


FIGURES: Mapping[str, tuple[str, Callable[[PoppedCall], bool]]] = {
    "calls": ("Rang at an agent.", lambda call: True),
    "with_number": ("The caller's number is known.", lambda call: call.has_number),
    "matched": ("A customer was found.", lambda call: call.is_matched),
    "answered": ("An agent answered.", lambda call: bool(_answered(call))),
    "delivered": (
        "The card was on the screen of who answered.",
        lambda call: any(x.delivered_us is not None for x in _answered(call)),
    ),
    "before_answer": (
        "The card was on the screen before the answer.",
        lambda call: any(
            x.delivered_us is not None and _is_before_answer(x) for x in _answered(call)
        ),
    ),
    "complete": (
        "Answered, with a complete profile.",
        lambda call: call.handle_us is not None and call.is_complete,
    ),
    "others": (
        "Answered, without a complete profile.",
        lambda call: call.handle_us is not None and not call.is_complete,
    ),
    **{
        f"stage_{name}": (formula, _has_stage(of))
        for name, (formula, of) in STAGES.items()
    },
}


def counts_in(facet: str, figure: str) -> Callable[[PoppedCall], bool]:
    """Does a call count in that figure of a facet, one of `FACET_FIGURES`?"""
    return lambda call: any(
        figure in _facets_on(card).get(facet, ()) for card in call.cards
    )


# -- Handle times


def compared(queue: str | None, calls: Sequence[PoppedCall]) -> HandleComparison:
    """Welch's interval for two means, with the normal quantile: only from
    `SAMPLE_LEAST` calls of each on (B. L. Welch, Biometrika 34, 1947)."""
    complete = [call for call in calls if call.is_complete]
    others = [call for call in calls if not call.is_complete]
    ours, theirs = _seconds(complete), _seconds(others)
    difference_s = low_s = high_s = None
    if min(len(ours), len(theirs)) >= SAMPLE_LEAST:
        difference_s = fmean(ours) - fmean(theirs)
        error_s = sqrt(variance(ours) / len(ours) + variance(theirs) / len(theirs))
        low_s, high_s = difference_s - Z_95 * error_s, difference_s + Z_95 * error_s
    return HandleComparison(
        queue=queue,
        complete=_times(ours),
        others=_times(theirs),
        difference_s=difference_s,
        low_s=low_s,
        high_s=high_s,
        words=_words(complete, others),
    )


def _seconds(calls: Iterable[PoppedCall]) -> list[float]:
    return [call.handle_us / 1e6 for call in calls if call.handle_us is not None]


def _times(seconds: Sequence[float]) -> HandleTimes:
    mean_s = low_s = high_s = None
    if len(seconds) >= SAMPLE_LEAST:
        mean_s = fmean(seconds)
        error_s = Z_95 * sqrt(variance(seconds) / len(seconds))
        low_s, high_s = mean_s - error_s, mean_s + error_s
    return HandleTimes(calls=len(seconds), mean_s=mean_s, low_s=low_s, high_s=high_s)


def _words(complete: Sequence[PoppedCall], others: Sequence[PoppedCall]) -> str:
    if min(len(complete), len(others)) < SAMPLE_LEAST:
        return f"Too few calls: {SAMPLE_LEAST} of each are needed to compare them."
    of_one, of_other = _shares(complete), _shares(others)
    apart = {
        name: of_one.get(name, 0) - of_other.get(name, 0)
        for name in {*of_one, *of_other}
    }
    if sum(map(abs, apart.values())) / 2 < UNLIKE_FROM:
        return ASSOCIATION
    name = max(apart, key=lambda each: (abs(apart[each]), apart[each], each))
    return (
        f"{ASSOCIATION} And the two differ by queue: {name or 'no queue'} has"
        f" {of_one.get(name, 0):.0%} of the complete ones and"
        f" {of_other.get(name, 0):.0%} of the others. Compare within a queue."
    )


def _shares(calls: Sequence[PoppedCall]) -> dict[str, float]:
    counted = Counter(call.queue for call in calls)
    return {queue: count / len(calls) for queue, count in counted.items()}
