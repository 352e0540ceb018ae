"""How is one source asked so that it can neither block nor be flooded?

Every question to a source passes here: a fresh answer comes from the cache, equal
questions share one flight, a source that keeps failing is left alone, places are
limited, and whoever asks hears something at the deadline at the latest.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import msgspec

from screenpop.connector import Lookup, Row, Scalar, TimedOut, Unavailable
from screenpop.domain.profile import LookupOutcome
from screenpop.pipeline.breaker import Breaker
from screenpop.pipeline.cache import AnswerCache, Kept
from screenpop.pipeline.places import Places
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

Landed = tuple[Row, ...] | Exception
Later = Callable[[Callable[[], object]], object]


def at_once(work: Callable[[], object]) -> None:
    work()


Listener = Callable[[Result], None]


class Question(msgspec.Struct, kw_only=True):
    """One asker's wait; `close` ends it without an answer."""

    tell: Listener
    timer: Deadline | None = None
    done: bool = False

    def answer(self, result: Result) -> None:
        if not self.done:
            self.close()
            self.tell(result)

    def close(self) -> None:
        self.done = True
        if self.timer is not None:
            self.timer.cancel()


class _Flight(msgspec.Struct, kw_only=True):
    """One fetch under way and all who wait for it."""

    started_s: float
    task: asyncio.Task[None] | None = None
    timer: Deadline | None = None
    questions: list[Question] = []


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
        took_s = self._clock.monotonic_s() - flight.started_s
        usual_s = self._usual_s.get(name, took_s)
        self._usual_s[name] = usual_s + USUAL_WEIGHT * (took_s - usual_s)

    def _refusal(self) -> str | None:
        if self._places.waiting >= self.limits.waiting_max:
            return (
                f"{self.label} is asked by too many at once"
                f" ({self._places.waiting} wait); try again shortly"
            )
        if not self.breaker.allows():
            seconds = max(1, round(self.breaker.retry_in_s))
            return f"{self.label} keeps failing; next try in {seconds} s"
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
        """Its turn has come: join who asks the same, or ask; the deadline runs now."""
        if question.done:
            return
        flight = self._flights.get(key)
        if flight is None:
            if fresh_s and (kept := self.cache.fresh(key, fresh_s)) is not None:
                question.answer(_from_cache(kept))  # another was quicker
                return
            refusal = self._refusal()
            if refusal is not None:
                question.answer(self._without(key, LookupOutcome.FAILED, refusal))
                return
            flight = self._take_off(key, lookup, params, timeout_s)
        else:  # who joins later may wait as long as who asked first
            question.timer = self._deadlines.after(
                timeout_s, lambda: self._late(key, question)
            )
        flight.questions.append(question)

    def _take_off(
        self,
        key: QuestionKey,
        lookup: Lookup,
        params: Mapping[str, Scalar],
        timeout_s: float,
    ) -> _Flight:
        flight = self._flights[key] = _Flight(started_s=self._clock.monotonic_s())
        flight.task = self._tasks.spawn(
            self._fly(key, flight, lookup, params),
            name=f"lookup {key[0]} at {self.name}",
        )
        flight.timer = self._deadlines.after(
            timeout_s, lambda: self._expired(key, flight, timeout_s)
        )
        return flight

    def _expired(self, key: QuestionKey, flight: _Flight, timeout_s: float) -> None:
        """The deadline: everybody hears now, whatever the fetch makes of its end."""
        self._flights.pop(key, None)
        self._took(key[0], flight)
        self._note_failure("no answer within its deadline")
        result = self._timed_out(key, timeout_s)
        questions, flight.questions = flight.questions, []
        for question in questions:
            question.answer(result)
        if flight.task is not None:
            flight.task.cancel()

    async def _fly(
        self,
        key: QuestionKey,
        flight: _Flight,
        lookup: Lookup,
        params: Mapping[str, Scalar],
    ) -> None:
        """Ask the source and tell all who wait; cancelled once they were told."""
        if not self._places.take():
            await self._places.wait()
        self._landed(key, flight, await self._fetch(lookup, params))

    async def _fetch(self, lookup: Lookup, params: Mapping[str, Scalar]) -> Landed:
        """A failure is an answer, too: nobody else logs it."""
        try:
            return tuple(await lookup.fetch(params))
        except Unavailable as error:
            return error
        except Exception as error:
            log.exception("source %s: defect in its connector", self.name)
            return error
        finally:
            self._places.give_back()

    def _late(self, key: QuestionKey, question: Question) -> None:
        """The deadline of one who joined: the flight may still land."""
        question.answer(self._timed_out(key, self.limits.timeout_ms / 1000))

    def _timed_out(self, key: QuestionKey, timeout_s: float) -> Result:
        message = f"{self.label} did not answer within {timeout_s:g} s"
        return self._without(key, LookupOutcome.TIMED_OUT, message)

    def _landed(self, key: QuestionKey, flight: _Flight, landed: Landed) -> None:
        if flight.timer is not None:
            flight.timer.cancel()
        if self._flights.get(key) is flight:
            del self._flights[key]
        self._took(key[0], flight)
        result = self._result(key, landed)
        for question in flight.questions:
            question.answer(result)

    def _result(self, key: QuestionKey, landed: Landed) -> Result:
        if isinstance(landed, Exception):
            self._note_failure(str(landed))
            late = isinstance(landed, TimedOut)
            outcome = LookupOutcome.TIMED_OUT if late else LookupOutcome.FAILED
            sentence = self._sentence(landed)
            return self._without(key, outcome, sentence, str(landed))
        if self.breaker.succeeded():
            log.warning("source %s answers again", self.name)
        kept = self.cache.keep(key, landed)
        self.answered_us = kept.fetched_us
        return _from_cache(kept)

    def _sentence(self, error: Exception) -> str:
        if isinstance(error, Unavailable):
            return f"{self.label} {error.brief}"
        return (
            f"{self.label} failed: a defect in its connector ({type(error).__name__})"
        )

    def _note_failure(self, why: str) -> None:
        self.failure = (self._clock.now_us(), why)
        if self.breaker.failed():
            log.warning(
                "source %s is left alone for %g s after %d failures in a row: %s",
                self.name,
                self.limits.breaker_open_s,
                self.limits.breaker_failures,
                why,
            )

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
