"""How is one source asked so that it can neither block nor be flooded?

Every question to a source passes here: a fresh answer comes from the cache, equal
questions share one flight, a source that keeps failing is paused, places are
limited, and each question is answered at its deadline at the latest.

There are two deadlines. A question's runs from the moment it is asked. A flight's
runs from the moment the source is asked, after any wait for a place: only a flight
that had its whole time at the source is a failure of the source.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import msgspec

from screenpop.connector import Busy, Lookup, Row, Scalar, TimedOut, Unavailable
from screenpop.connector.errors import defect
from screenpop.connector.records import sound_rows
from screenpop.domain.profile import LookupOutcome
from screenpop.lookup.breaker import Breaker
from screenpop.lookup.cache import AnswerCache, Kept
from screenpop.lookup.failing import Failing
from screenpop.lookup.places import Places
from screenpop.support.clock import Clock
from screenpop.support.deadlines import Deadline, Deadlines
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

Landed = tuple[Row, ...] | Exception
Later = Callable[[Callable[[], object]], object]


def at_once(work: Callable[[], object]) -> None:
    work()


Listener = Callable[[Result], None]


class _Flight(msgspec.Struct, kw_only=True):
    """One fetch under way and all who wait for it.

    `asked_s` is None while it waits for a place at the source.
    """

    lookup: Lookup
    params: Mapping[str, Scalar]
    timeout_s: float
    began_s: float
    asked_s: float | None = None
    task: asyncio.Task[None] | None = None
    timer: Deadline | None = None
    questions: list[Question] = []

    @property
    def wanted(self) -> bool:
        return any(not question.done for question in self.questions)


class Question(msgspec.Struct, kw_only=True):
    """One asker's wait; `close` ends it without an answer."""

    tell: Listener
    timer: Deadline | None = None
    flight: _Flight | None = None
    done: bool = False

    def answer(self, result: Result) -> None:
        if not self.done:
            self.close()
            self.tell(result)

    def close(self) -> None:
        self.done = True
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
        later: Later = at_once,
    ):
        """`later` begins a flight, when nothing more urgent is to do."""
        self.name = name
        self.label = label
        self.limits = limits
        self._clock = clock
        self._tasks = tasks
        self.later = later
        self._deadlines = Deadlines()
        self._places = Places(limits.concurrency)
        self._flights: dict[QuestionKey, _Flight] = {}
        self._usual_s: dict[str, float] = {}  # how long each lookup takes, smoothed
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

    def ask(
        self,
        name: str,
        lookup: Lookup,
        params: Mapping[str, Scalar],
        tell: Listener,
        *,
        timeout_ms: int | None = None,
        cache_s: float | None = None,
    ) -> tuple[Question | None, Kept | None]:
        """Ask once, with just the parameters that the lookup needs, in one order.

        `tell` is called exactly once, at once or later. Returns the open question
        (None when it is answered already) and, for an open one, an older answer
        that may be shown meanwhile.
        """
        key = (name, tuple(params.values()))
        fresh_s = self.limits.cache_s if cache_s is None else cache_s
        if fresh_s and (kept := self.cache.fresh(key, fresh_s)) is not None:
            tell(_from_cache(kept))
            return None, None
        timeout_s = (timeout_ms or self.limits.timeout_ms) / 1000
        question = Question(tell=tell)
        self.later(
            lambda: self._begin(key, question, lookup, params, timeout_s, fresh_s)
        )
        return (None, None) if question.done else (question, self.cache.stale(key))

    def answers_soon(self, name: str) -> bool:
        """Does this lookup usually answer so fast that waiting for it costs nobody?"""
        return self._usual_s.get(name, 1.0) <= SOON_S

    def _took(self, name: str, flight: _Flight) -> None:
        if flight.asked_s is None:
            return
        took_s = self._clock.monotonic_s() - flight.asked_s
        usual_s = self._usual_s.get(name, took_s)
        self._usual_s[name] = usual_s + USUAL_WEIGHT * (took_s - usual_s)

    def _waiting(self) -> int:
        """Flights without a place; those of this turn have not asked for one yet."""
        without = len(self._flights) - self.limits.concurrency
        return max(self._places.waiting, without)

    def _refusal(self) -> str | None:
        waiting = self._waiting()
        if waiting >= self.limits.waiting_max:
            return (
                f"{self.label} is asked by too many at once"
                f" ({waiting} wait); try again shortly"
            )
        if not self.breaker.allows():
            seconds = max(1, round(self.breaker.retry_in_s))
            asked = self.breaker.paused_for_s > 0
            why = "asked to be asked less" if asked else "keeps failing"
            return f"{self.label} {why}; next try in {seconds} s"
        return None

    def _begin(
        self,
        key: QuestionKey,
        question: Question,
        lookup: Lookup,
        params: Mapping[str, Scalar],
        timeout_s: float,
        fresh_s: float,
    ) -> None:
        """Its turn has come: its deadline runs from now."""
        if question.done:
            return
        asks = key not in self._flights
        kept = self.cache.fresh(key, fresh_s) if asks and fresh_s else None
        if kept is not None:
            question.answer(_from_cache(kept))  # another was quicker
            return
        question.timer = self._deadlines.after(
            timeout_s, lambda: self._overdue(key, question, timeout_s)
        )
        self._join(key, question, lookup, params, timeout_s)

    def _join(
        self,
        key: QuestionKey,
        question: Question,
        lookup: Lookup,
        params: Mapping[str, Scalar],
        timeout_s: float,
    ) -> None:
        """Wait with those who ask the same, or ask."""
        if self.unusable is not None:
            message = f"{self.label} cannot be used: its set-up is not complete"
            failed = LookupOutcome.FAILED
            question.answer(self._without(key, failed, message, self.unusable))
            return
        flight = self._flights.get(key)
        if flight is None:
            refusal = self._refusal()
            if refusal is not None:
                question.answer(self._without(key, LookupOutcome.FAILED, refusal))
                return
            now_s = self._clock.monotonic_s()
            flight = _Flight(
                lookup=lookup, params=params, timeout_s=timeout_s, began_s=now_s
            )
            self._flights[key] = flight
            flight.task = self._tasks.spawn(
                self._fly(key, flight), name=f"lookup {key[0]} at {self.name}"
            )
        question.flight = flight
        flight.questions.append(question)

    async def _fly(self, key: QuestionKey, flight: _Flight) -> None:
        """Wait for a place, ask the source, answer all who wait.

        Cancelled at the source's deadline, and when nobody waits for it any more
        before it got a place.
        """
        if not self._places.take():
            await self._places.wait()
        try:
            if not flight.wanted:
                self._drop(key, flight)
                return
            flight.asked_s = self._clock.monotonic_s()
            flight.timer = self._deadlines.after(
                flight.timeout_s, lambda: self._expired(key, flight)
            )
            landed = await self._fetch(flight)
        finally:
            self._places.give_back()
        self._landed(key, flight, landed)

    async def _fetch(self, flight: _Flight) -> Landed:
        """A failure is an answer, too: nobody else logs it."""
        try:
            return sound_rows(await flight.lookup.fetch(flight.params))
        except Unavailable as error:
            return error
        except Exception as error:
            log.debug("source %s: defect in its connector", self.name, exc_info=error)
            return error

    def _expired(self, key: QuestionKey, flight: _Flight) -> None:
        """The source had its whole time: those whose time is over too are answered.

        Who joined later has time left, and asks again together.
        """
        self._drop(key, flight)
        self._took(key[0], flight)
        self._note_failure(key[0], f"no answer within {flight.timeout_s:g} s")
        questions, flight.questions = flight.questions, []
        if flight.task is not None:
            flight.task.cancel()
        now_s = asyncio.get_running_loop().time()
        for question in questions:
            left_s = question.timer.due_s - now_s if question.timer else 0.0
            if question.done:
                continue
            if left_s > DUE_WITHIN_S:
                self._join(
                    key, question, flight.lookup, flight.params, flight.timeout_s
                )
            else:
                question.answer(self._timed_out(key, flight.timeout_s))

    def _overdue(self, key: QuestionKey, question: Question, timeout_s: float) -> None:
        """A question's own deadline: the flight may still land, for the cache."""
        flight = question.flight
        if flight is None:
            return
        placed_s = flight.asked_s or self._clock.monotonic_s()
        waited_s = min(timeout_s, placed_s - flight.began_s)
        question.answer(self._timed_out(key, timeout_s, waited_s))
        if flight.asked_s is None and not flight.wanted:
            self._drop(key, flight)
            if flight.task is not None:
                flight.task.cancel()

    def _drop(self, key: QuestionKey, flight: _Flight) -> None:
        if self._flights.get(key) is flight:
            del self._flights[key]

    def _timed_out(
        self, key: QuestionKey, timeout_s: float, waited_s: float = 0.0
    ) -> Result:
        message = f"{self.label} did not answer within {timeout_s:g} s"
        if waited_s >= timeout_s / 10:
            message = (
                f"{self.label} is busy with other lookups: no answer within"
                f" {timeout_s:g} s, {waited_s:.2g} s of it waiting for a place"
            )
        return self._without(key, LookupOutcome.TIMED_OUT, message)

    def _landed(self, key: QuestionKey, flight: _Flight, landed: Landed) -> None:
        if flight.timer is not None:
            flight.timer.cancel()
        self._drop(key, flight)
        self._took(key[0], flight)
        result = self._result(key, flight, landed)
        for question in flight.questions:
            question.answer(result)

    def _result(self, key: QuestionKey, flight: _Flight, landed: Landed) -> Result:
        if isinstance(landed, Exception):
            sentence, why = self._said(landed, flight)
            if not isinstance(landed, Busy):
                self._note_failure(key[0], why, landed)
            late = isinstance(landed, TimedOut)
            outcome = LookupOutcome.TIMED_OUT if late else LookupOutcome.FAILED
            return self._without(key, outcome, sentence, why)
        self.breaker.succeeded()
        self.failing.answered(key[0])
        kept = self.cache.keep(key, landed)
        self.answered_us = kept.fetched_us
        return _from_cache(kept)

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
        return Result(
            outcome=LookupOutcome.STALE,
            rows=kept.rows,
            fetched_us=kept.fetched_us,
            message=message,
            detail=detail,
        )


def _from_cache(kept: Kept) -> Result:
    outcome = LookupOutcome.OK if kept.rows else LookupOutcome.EMPTY
    return Result(outcome=outcome, rows=kept.rows, fetched_us=kept.fetched_us)
