"""How is each data source: does it answer, since when not, and why?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, tzinfo
from typing import Literal

import msgspec
from msgspec.structs import replace

from screenpop.config.load import Loaded
from screenpop.config.sources import Source
from screenpop.connector import ContactsReading
from screenpop.connector.expiry import ExpiryKind, ExpiryState, key_days_left
from screenpop.connector.reading import LEFT_OUT, NO_NUMBER, OVER_LIMIT
from screenpop.lookup.canaries import CanaryResult
from screenpop.lookup.column_watch import Loss
from screenpop.lookup.guarded_source import GuardedSource
from screenpop.lookup.number_report import NumberCounts, kept_counts
from screenpop.lookup.sources import Sources
from screenpop.support.clock import iso_from_us
from screenpop.support.log import NodeProblem


class FailureSeen(msgspec.Struct, frozen=True, kw_only=True):
    at: str
    why: str


class CacheSeen(msgspec.Struct, frozen=True, kw_only=True):
    entries: int
    entries_max: int


class ContactsSeen(msgspec.Struct, frozen=True, kw_only=True):
    """A source's customers: how many are known by number, and why others are not.

    `left_out` counts rows of the last reading by reason; `odd` are sentences with
    the places of odd ones. `trouble` says why the last reading failed. `numbers`:
    how many of which kind, and which are shared, as of the last reading of everything.
    """

    known: int
    read_at: str | None = None
    rows: int | None = None
    left_out: dict[str, int] = {}
    odd: tuple[str, ...] = ()
    trouble: str | None = None
    numbers: NumberCounts | None = None


class ValueLost(msgspec.Struct, frozen=True, kw_only=True):
    """A column without a value in answers, though it used to have one.

    Shares of answers with a value, 0 to 1: `before` and `now`, of `answers`. `since`
    is the last value's time where none has come since, else null.
    """

    lookup: str
    column: str
    since: str | None
    before: float
    now: float
    answers: int


class CanariesSeen(msgspec.Struct, frozen=True, kw_only=True):
    """The last try of a source's canary callers, in the order of the file."""

    tried_at: str
    results: list[CanaryResult]


SourceState = Literal["working", "failing", "left_alone", "unasked", "off"]


class ExpirySeen(msgspec.Struct, frozen=True, kw_only=True):
    """`days_left`: whole days, negative after its end; `state`: is it to be renewed?"""

    kind: ExpiryKind
    days_left: int
    state: ExpiryState


class SourceSeen(msgspec.Struct, frozen=True, kw_only=True):
    """`failing`: its last lookup failed; `left_alone`: its breaker is open.

    `key_days_left`: whole days until the first of `expiring` ends, negative after;
    null: none is known.
    """

    source: str
    label: str
    connector: str
    state: SourceState
    retry_in_s: float | None
    last_answer_at: str | None
    last_failure: FailureSeen | None
    cache: CacheSeen
    contacts: ContactsSeen | None = None
    lost: list[ValueLost] = []
    key_days_left: int | None = None
    expiring: list[ExpirySeen] = []
    canaries: CanariesSeen | None = None


class SourcesSeen(msgspec.Struct, frozen=True, kw_only=True):
    sources: list[SourceSeen]


ODD_SHOWN = 10  # reasons, the most frequent first


class SourceStates:
    """The configured sources and our own, for administrators."""

    def __init__(self, loaded: Loaded, sources: Sources, clean: Callable[[str], str]):
        """`clean` takes secrets out of what a source said."""
        self._configured = loaded.config.sources
        self._sources = sources
        self._clean = clean

    def shown(self) -> list[SourceSeen]:
        """In the order of the file; our own history last."""
        guards = self._sources.guards
        off = [
            _off(name, source)
            for name, source in self._configured.items()
            if name not in guards
        ]
        return [self._shown(name, guard) for name, guard in guards.items()] + off

    def _shown(self, name: str, guard: GuardedSource) -> SourceSeen:
        written = self._configured.get(name)
        state = state_of(guard)
        now_us, ends = self._sources.clock.now_us(), self._sources.expiries(name)
        return SourceSeen(
            source=name,
            label=guard.label,
            connector="" if written is None else written.connector,
            state=state,
            retry_in_s=guard.breaker.retry_in_s if state == "left_alone" else None,
            last_answer_at=_at(guard.answered_us),
            last_failure=self._failure(guard),
            cache=CacheSeen(
                entries=len(guard.cache), entries_max=guard.limits.cache_entries
            ),
            contacts=self._contacts(name),
            lost=[_lost(loss) for loss in self._sources.losses(name)],
            key_days_left=key_days_left(ends, now_us),
            expiring=[
                ExpirySeen(
                    kind=each.kind,
                    days_left=each.days_left(now_us),
                    state=each.state(now_us),
                )
                for each in ends
            ],
            canaries=self._canaries(name),
        )

    def _canaries(self, name: str) -> CanariesSeen | None:
        """None for a source without any, and before the first try."""
        tried = self._sources.canaries.tried.get(name)
        if tried is None:
            return None
        cleaned = [
            replace(each, why=None if each.why is None else self._clean(each.why))
            for each in tried.results
        ]
        return CanariesSeen(tried_at=iso_from_us(tried.at_us), results=cleaned)

    def _contacts(self, name: str) -> ContactsSeen | None:
        """None for a source that brings no customers."""
        sources = self._sources
        reading, trouble = sources.readings.get(name), sources.unread.get(name)
        known = sources.index.sizes().get(name, 0)
        if reading is None and trouble is None and not known:
            return None
        return ContactsSeen(
            known=known,
            read_at=_at(sources.read_us.get(name)),
            rows=None if reading is None else reading.rows,
            left_out={} if reading is None else dict(reading.left_out),
            odd=() if reading is None else reading.odd.said()[:ODD_SHOWN],
            trouble=None if trouble is None else self._clean(trouble),
            numbers=kept_counts(sources.index.about(name).counts),
        )

    def _failure(self, guard: GuardedSource) -> FailureSeen | None:
        if guard.failure is None:
            return None
        at_us, why = guard.failure
        return FailureSeen(at=iso_from_us(at_us), why=self._clean(why))


def _lost(loss: Loss) -> ValueLost:
    return ValueLost(
        lookup=loss.lookup,
        column=loss.column,
        since=_at(loss.since_us),
        before=loss.before,
        now=loss.now,
        answers=loss.answers,
    )


def loss_in_words(loss: Loss, zone: tzinfo) -> str:
    """`balance: no value of open since Tue 24 Nov 2026, 10:12 (60 answers; …)`."""
    if loss.since_us is not None:
        since = (
            f"{datetime.fromtimestamp(loss.since_us / 1e6, zone):%a %d %b %Y, %H:%M}"
        )
        return (
            f"{loss.lookup}: no value of {loss.column} since {since}"
            f" ({loss.answers} answers; before, {loss.before:.0%} had one)"
        )
    return (
        f"{loss.lookup}: {loss.before - loss.now:.0%} of answers lost the value of"
        f" {loss.column} ({loss.now:.0%} of {loss.answers} today have one; on the days"
        f" before, {loss.before:.0%})"
    )


def problems_of(sources: Sources) -> Iterator[NodeProblem]:
    """What `/readyz` says of the sources; none of it stops calls."""
    for name, guard in sources.guards.items():
        part, breaker = f"source {name}", guard.breaker
        if breaker.paused_for_s > 0:
            message = f"{guard.label} asked to be asked less and is paused"
            yield NodeProblem(part=part, message=message, fatal=False)
        elif breaker.is_open:
            message = f"{guard.label} keeps failing and is paused"
            yield NodeProblem(part=part, message=message, fatal=False)
        elif failing := guard.failing.lookups:
            message = f"lookups of {guard.label} fail: {', '.join(failing)}"
            yield NodeProblem(part=part, message=message, fatal=False)
    for name, why in sources.unread.items():
        yield NodeProblem(part=f"source {name}", message=why, fatal=False)
    now_us = sources.clock.now_us()
    for name in sources.connectors:
        for expiry in sources.expiries(name):
            if (warning := expiry.warning(now_us)) is not None:
                yield NodeProblem(part=f"source {name}", message=warning, fatal=False)
    for name, odd in sources.misread.items():
        if len(odd):
            columns = ", ".join(f"{x.place} {x.column}" for x in odd.first[:ODD_SHOWN])
            message = f"values are not of their column's type: {columns}"
            yield NodeProblem(part=f"source {name}", message=message, fatal=False)
    for name, reading in sources.readings.items():
        lacking = incomplete(reading)
        if lacking is not None and lacking != sources.unread.get(name):
            yield NodeProblem(part=f"source {name}", message=lacking, fatal=False)
    for name in sources.guards:
        for loss in sources.losses(name):
            message = loss_in_words(loss, sources.zone)
            yield NodeProblem(part=f"source {name}", message=message, fatal=False)
    for name, tried in sources.canaries.tried.items():
        for each in tried.failing:
            part, message = f"source {name}", each.in_words()
            yield NodeProblem(part=part, message=message, fatal=False)


def incomplete(reading: ContactsReading) -> str | None:
    """Which rows of the last reading gave no customer, though they should have?

    A customer without a number is not among them: that is how customers are.
    """
    if (warning := reading.warning()) is not None:
        return warning
    told = [
        f"{count} rows are left out ({why})"
        for why, count in reading.left_out.most_common()
        if why not in (NO_NUMBER, OVER_LIMIT)
    ]
    if reading.left_out[OVER_LIMIT]:
        told.append("customers beyond contacts_max are left out")
    others = {
        why: count
        for why, count in reading.odd.counts.most_common()
        if not why.endswith(LEFT_OUT)
    }
    told += [f"{count} are odd ({why})" for why, count in others.items()]
    if not told:
        return None
    return f"of {reading.rows} rows of its contacts {', '.join(told)}: see /admin"


def state_of(guard: GuardedSource) -> SourceState:
    """What its last lookup says; a source that is paused says why it is."""
    if guard.unusable is not None:
        return "failing"
    if guard.breaker.is_open or guard.breaker.paused_for_s > 0:
        return "left_alone"
    if guard.failure is None:
        return "unasked" if guard.answered_us is None else "working"
    failed_us, _ = guard.failure
    later = guard.answered_us is not None and guard.answered_us > failed_us
    return "working" if later else "failing"


def watched_state(sources: Sources, name: str) -> SourceState:
    """As the alert of a failing source takes it: its canary callers count, too."""
    tried = sources.canaries.tried.get(name)
    if tried is not None and tried.failing:
        return "failing"
    return state_of(sources.guards[name])


def _off(name: str, source: Source) -> SourceSeen:
    return SourceSeen(
        source=name,
        label=source.label or name,
        connector=source.connector,
        state="off",
        retry_in_s=None,
        last_answer_at=None,
        last_failure=None,
        cache=CacheSeen(entries=0, entries_max=source.cache_entries),
    )


def _at(at_us: int | None) -> str | None:
    return None if at_us is None else iso_from_us(at_us)
