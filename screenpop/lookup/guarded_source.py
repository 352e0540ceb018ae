"""How is one source asked so that it can neither block nor be flooded?

Every question to a source passes here: a fresh answer comes from the cache, equal
questions share one flight, a source that keeps failing is paused, places are
limited, and each question is answered at its deadline at the latest.

There are two deadlines. A question's runs from the moment it is asked. A flight's
runs from the moment the source is asked, after any wait for a place: only a flight
that had its whole time at the source is a failure of the source. Almost always the
two are one, with one timer: who finds no place, or joins others, has a second one.

While all goes well breaker, outage and queue are not looked at.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import msgspec

from screenpop.connector import Busy, Lookup, NoRows, Row, Scalar, TimedOut, Unavailable
from screenpop.connector.base import defect
from screenpop.connector.deadline import DUE_S
from screenpop.connector.records import sound_rows
from screenpop.domain.profile import LookupOutcome
from screenpop.lookup.counting import Failing
from screenpop.lookup.guards import AnswerCache, Breaker, Kept, Places
from screenpop.lookup.plan import AtHand
from screenpop.support.clock import Clock
from screenpop.support.spare_time import Deadline, Deadlines
from screenpop.support.tasks import TaskOwner

log = logging.getLogger(__name__)

QuestionKey = tuple[str, tuple[Scalar, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLimits:
    timeout_ms: int = 1500
    concurrency: int = 16
    waiting_max: int = 200
    cache_s: float = 15
    stale_s: float = 86_400
    cache_entries: int = 10_000
    breaker_failures: int = 5
    breaker_open_s: float = 10
    pause_max_s: float = 300


class Result(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What became of one question.

    `message` is fit for an agent's eyes, `detail` is for those who mend it.
    """

    outcome: LookupOutcome
    rows: tuple[Row, ...] = ()
    fetched_us: int = 0
    message: str | None = None
    detail: str | None = None


SOON_S = 0.005
"""An answer that usually comes within this time is waited for with the others."""
USUAL_WEIGHT = 0.2  # of the newest answer in what is usual
DUE_WITHIN_S = 0.002  # deadlines this close together fall together
LATE = 0.05  # of its time: a flight that gets its place so late has a new deadline
OLDER = "an older answer; a new one is under way"

Landed = tuple[Row, ...] | Exception
Listener = Callable[[Result], None]


class _Flight(msgspec.Struct, kw_only=True, eq=False):
    """One fetch under way and all who wait for it.

    `asked_s` is None while it waits for a place at the source; `timer` rings at its
    deadline. `wanted` counts the questions that are still open.
    """

    key: QuestionKey
    lookup: Lookup
    params: Mapping[str, Scalar]
    timeout_s: float
    began_s: float
    asked_s: float | None = None
    task: asyncio.Task[None] | None = None
    timer: Deadline
    questions: list[Question] = []
    wanted: int = 0


class Question(msgspec.Struct, kw_only=True, eq=False):
    """One asker's wait; `close` ends it without an answer.

    `timer` is its own where it joined a flight of others, which may be over sooner.
    """

    tell: Listener
    due_s: float
    flight: _Flight | None  # None when it is answered or closed
    timer: Deadline | None = None

    def close(self) -> None:
        if self.flight is not None:
            self.flight.wanted -= 1
            self.flight = None
        if self.timer is not None:
            self.timer.cancel()


class GuardedSource:
    """One configured source with its guards; asked from the event loop only."""

    def __init__(
        self,
        name: str,
        label: str,
        limits: SourceLimits,
        clock: Clock,
        tasks: TaskOwner,
    ):
        self.name = name
        self.label = label
        self.limits = limits
        self._clock = clock
        self._tasks = tasks
        self._deadlines = Deadlines()
        self._places = Places(limits.concurrency)
        self.flights: dict[QuestionKey, _Flight] = {}
        self.usual_s: dict[str, float] = {}  # how long each lookup takes, smoothed
        self.cache = AnswerCache(
            clock, entries_max=limits.cache_entries, stale_s=limits.stale_s
        )
        self.answered_us: int | None = None  # the last time
        self.failure: tuple[int, str] | None = None  # the last one: when and why
        self.failing = Failing(name, clock)
        self.unusable: str | None = None  # why it can never answer on this machine
        self.breaker = Breaker(
            clock, failures=limits.breaker_failures, open_s=limits.breaker_open_s
        )
        self._in_trouble = False  # since a failure, until all is well again

    def known(
        self,
        name: str,
        params: Mapping[str, Scalar],
        cache_s: float | None = None,
        at_hand: AtHand | None = None,
    ) -> Result | None:
        """What needs no asking: a fresh answer, or an older one to show meanwhile."""
        if at_hand is not None and (found := at_hand(params)) is not None:
            self.answered_us = self._clock.now_us()
            return _answer(found, self.answered_us)
        key = (name, tuple(params.values()))
        fresh_s = self.limits.cache_s if cache_s is None else cache_s
        if fresh_s and (kept := self.cache.fresh(key, fresh_s)) is not None:
            return _answer(kept.rows, kept.fetched_us)
        kept = self.cache.stale(key)
        return None if kept is None else _stale(kept, OLDER)

    def ask(
        self,
        name: str,
        lookup: Lookup,
        params: Mapping[str, Scalar],
        tell: Listener,
        *,
        timeout_ms: int | None = None,
        cache_s: float | None = None,
    ) -> Question | None:
        """Ask once, with just the parameters that the lookup needs, in one order.

        `tell` is called exactly once, at once or later. Returns the open question,
        None when it is answered already.
        """
        key = (name, tuple(params.values()))
        fresh_s = self.limits.cache_s if cache_s is None else cache_s
        if fresh_s and (kept := self.cache.fresh(key, fresh_s)) is not None:
            tell(_answer(kept.rows, kept.fetched_us))
            return None
        timeout_s = (timeout_ms or self.limits.timeout_ms) / 1000
        flight = others = self.flights.get(key)
        if flight is None:
            begun = self._begin(key, lookup, params, timeout_s)
            if isinstance(begun, Result):
                tell(begun)
                return None
            flight = begun
        question = Question(tell=tell, due_s=flight.timer.due_s, flight=flight)
        flight.questions.append(question)
        flight.wanted += 1
        if others is not None:
            overdue = partial(self._overdue, question)
            question.timer = self._deadlines.after(timeout_s, overdue)
            question.due_s = question.timer.due_s
        return question

    def _refusal(self, key: QuestionKey) -> Result | None:
        """Why the source is not to be asked now."""
        if self.unusable is not None:
            why = f"{self.label} cannot be used: its set-up is not complete"
            return self._without(key, LookupOutcome.FAILED, why, self.unusable)
        # without a place: those of this turn have not asked for one yet
        without = len(self.flights) - self.limits.concurrency
        waiting = max(self._places.waiting, without)
        if waiting >= self.limits.waiting_max:
            why = (
                f"{self.label} is asked by too many at once"
                f" ({waiting} wait); try again shortly"
            )
        elif not self.breaker.allows():
            seconds = max(1, round(self.breaker.retry_in_s))
            asked = self.breaker.paused_for_s > 0
            rests = "asked to be asked less" if asked else "keeps failing"
            why = f"{self.label} {rests}; next try in {seconds} s"
        else:
            return None
        return self._without(key, LookupOutcome.FAILED, why)

    def _begin(
        self,
        key: QuestionKey,
        lookup: Lookup,
        params: Mapping[str, Scalar],
        timeout_s: float,
    ) -> _Flight | Result:
        full = not self._places.free or len(self.flights) >= self.limits.concurrency
        if full or self._in_trouble or self.unusable is not None:
            refused = self._refusal(key)
            if refused is not None:
                return refused
        flight = _Flight(
            key=key,
            lookup=lookup,
            params=params,
            timeout_s=timeout_s,
            began_s=self._clock.monotonic_s(),
            timer=self._deadlines.after(timeout_s, lambda: self._due(flight)),
        )
        self.flights[key] = flight
        flight.task = self._tasks.spawn(
            self._fly(flight), name=f"lookup {key[0]} at {self.name}"
        )
        return flight

    async def _fly(self, flight: _Flight) -> None:
        """Wait for a place, ask the source, answer all who wait.

        Cancelled at the source's deadline, and when nobody waits for it any more
        before it got a place. A failure is an answer, too: nobody else logs it.
        """
        if not self._places.take():
            await self._places.wait()
        try:
            if not flight.wanted:
                self._end(flight)
                return
            flight.asked_s = self._clock.monotonic_s()
            due_s = asyncio.get_running_loop().time() + flight.timeout_s
            DUE_S.set(due_s)
            late_s = due_s - flight.timer.due_s
            if late_s > flight.timeout_s * LATE:  # the source has its whole time
                overdue = partial(self._due, flight)
                flight.timer = self._deadlines.after(flight.timeout_s, overdue)
            landed: Landed = _sound(await flight.lookup.fetch(flight.params))
        except Unavailable as error:
            landed = error
        except Exception as error:
            log.debug("source %s: defect in its connector", self.name, exc_info=error)
            landed = error
        finally:
            self._places.give_back()
        self._landed(flight, landed)

    def _due(self, flight: _Flight) -> None:
        """A deadline has come: the flight's, or that of one who waits for it.

        Where only a question's time is over the flight may still land, for the cache.
        Where the source had its whole time, who joined later asks again together.
        """
        if self.flights.get(flight.key) is not flight:
            return
        now_s = asyncio.get_running_loop().time() + DUE_WITHIN_S
        expired = flight.asked_s is not None and flight.timer.due_s <= now_s
        if expired:
            why = f"no answer within {flight.timeout_s:g} s"
            self._note_failure(flight.key[0], why)
            self._give_up(flight)
        for question in flight.questions:
            if question.flight is not flight:
                continue
            if question.due_s <= now_s:
                question.close()
                question.tell(self._timed_out(flight, expired))
            elif expired:
                self._ask_again(flight, question)
        if flight.asked_s is None and not flight.wanted:
            self._give_up(flight)

    def _overdue(self, question: Question) -> None:
        if question.flight is not None:
            self._due(question.flight)

    def _ask_again(self, old: _Flight, question: Question) -> None:
        """With what is left of its own time."""
        flight: _Flight | Result | None = self.flights.get(old.key)
        if flight is None:
            flight = self._begin(old.key, old.lookup, old.params, old.timeout_s)
        if isinstance(flight, Result):
            question.close()
            question.tell(flight)
            return
        question.flight = flight
        flight.questions.append(question)
        flight.wanted += 1

    def _give_up(self, flight: _Flight) -> None:
        self._end(flight)
        if flight.task is not None:
            flight.task.cancel()

    def _end(self, flight: _Flight) -> None:
        """It is under way no more; if the source was asked, it took so long."""
        flight.timer.cancel()
        name = flight.key[0]
        if self.flights.get(flight.key) is flight:
            del self.flights[flight.key]
        if flight.asked_s is not None:
            took_s = self._clock.monotonic_s() - flight.asked_s
            usual_s = self.usual_s.get(name, took_s)
            self.usual_s[name] = usual_s + USUAL_WEIGHT * (took_s - usual_s)

    def _timed_out(self, flight: _Flight, expired: bool) -> Result:
        timeout_s = flight.timeout_s
        message = f"{self.label} did not answer within {timeout_s:g} s"
        placed_s = flight.asked_s or self._clock.monotonic_s()
        waited_s = min(timeout_s, placed_s - flight.began_s)
        if waited_s >= timeout_s / 10 and not expired:
            message = (
                f"{self.label} is busy with other lookups: no answer within"
                f" {timeout_s:g} s, {waited_s:.2g} s of it waiting for a place"
            )
        return self._without(flight.key, LookupOutcome.TIMED_OUT, message)

    def _landed(self, flight: _Flight, landed: Landed) -> None:
        self._end(flight)
        if isinstance(landed, Exception):
            result = self._failed(flight, landed)
        else:
            if self._in_trouble:
                self._recover(flight.key[0])
            kept = self.cache.keep(flight.key, landed)
            self.answered_us = kept.fetched_us
            result = _answer(landed, kept.fetched_us)
        for question in flight.questions:
            if question.flight is flight:
                question.close()
                question.tell(result)

    def _recover(self, lookup: str) -> None:
        self.breaker.succeeded()
        self.failing.answered(lookup)
        self._in_trouble = self.failing.any or self.breaker.paused_for_s > 0

    def _failed(self, flight: _Flight, error: Exception) -> Result:
        sentence, why = self._said(error, flight)
        if not isinstance(error, Busy):
            self._note_failure(flight.key[0], why, error)
        late = isinstance(error, TimedOut)
        outcome = LookupOutcome.TIMED_OUT if late else LookupOutcome.FAILED
        return self._without(flight.key, outcome, sentence, why)

    def _said(self, error: Exception, flight: _Flight) -> tuple[str, str]:
        """What agents are shown, and what is written for operators."""
        if isinstance(error, Unavailable):
            return f"{self.label} {error.brief}", str(error)
        kind = type(error).__name__
        return (
            f"{self.label} failed: a defect in its connector ({kind})",
            defect(error, params=flight.params),
        )

    def _note_failure(
        self, lookup: str, why: str, error: Exception | None = None
    ) -> None:
        self._in_trouble = True
        self.failure = (self._clock.now_us(), why)
        late = error is None or isinstance(error, TimedOut)
        self.failing.failed(lookup, why, late=late)
        known = error if isinstance(error, Unavailable) else None
        asked_s = known.retry_after_s if known is not None else None
        if asked_s is not None:
            self.breaker.pause(min(asked_s, self.limits.pause_max_s))
        elif known is None or known.blames_source:
            self.breaker.failed()

    def _without(
        self,
        key: QuestionKey,
        outcome: LookupOutcome,
        message: str,
        detail: str | None = None,
    ) -> Result:
        """No answer: an older one is better than none, and says that it is old."""
        kept = self.cache.stale(key)
        if kept is None:
            return Result(
                outcome=outcome,
                message=message,
                detail=detail,
                fetched_us=self._clock.now_us(),
            )
        return _stale(kept, message, detail)


def _sound(fetched: Sequence[Row]) -> tuple[Row, ...]:
    return fetched if isinstance(fetched, NoRows) else sound_rows(fetched)


def _answer(rows: Sequence[Row], fetched_us: int) -> Result:
    if rows:
        return Result(outcome=LookupOutcome.OK, rows=tuple(rows), fetched_us=fetched_us)
    why = rows.message if isinstance(rows, NoRows) else None
    return Result(outcome=LookupOutcome.EMPTY, fetched_us=fetched_us, message=why)


def _stale(kept: Kept, message: str, detail: str | None = None) -> Result:
    return Result(
        outcome=LookupOutcome.STALE,
        rows=tuple(kept.rows),
        fetched_us=kept.fetched_us,
        message=message,
        detail=detail,
    )
