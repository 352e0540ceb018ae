"""How does one call get its profile?

A run takes the call's parameters, asks every lookup as soon as what it needs is
there, and publishes what lands. Nothing here blocks: answers come as callbacks and
may wake further lookups. Those of one loop turn leave as one record, together with
those that usually come within a few milliseconds: a card that changes once is
easier on the eye than one that changes three times, and costs a third.

    start -> known without asking -> first record (part 0)
          -> lookups whose needs exist are asked
    answer -> new values (candidates, columns) -> wake lookups
           -> next record, when nothing else is to come at once
    choose -> another customer: what depends on it is asked anew
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain
from operator import attrgetter

import msgspec

from screenpop.connector import Scalar
from screenpop.domain.call import CallId, LineId
from screenpop.domain.profile import (
    Answer,
    Candidate,
    CandidateRef,
    LookupOutcome,
)
from screenpop.journal.records import AnswersRecord
from screenpop.lookup.guarded_source import SOON_S, GuardedSource, Question, Result
from screenpop.lookup.hit_check import Hit
from screenpop.lookup.identify import Certainty, Evidence, rank, remembers, sure_choice
from screenpop.lookup.number_shelf import in_index
from screenpop.lookup.plan import (
    CUSTOMER_SOURCE,
    Plan,
    PlannedLookup,
    customer_values,
)
from screenpop.lookup.values import Type
from screenpop.support.clock import Clock
from screenpop.support.metrics import Timing
from screenpop.support.spare_time import SpareTime

_Left = tuple[
    frozenset[str], tuple[Candidate, ...], CandidateRef | None, bool
]  # how the newest record left the run: pending, candidates, chosen, by an agent
Publish = Callable[[AnswersRecord], None]
_IS_SOON = attrgetter("soon")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunTools:
    """What all runs of a service share."""

    plan: Plan
    sources: Mapping[str, GuardedSource]
    certainty: Certainty
    clock: Clock
    publish: Publish
    deadline_s: float = 10.0
    timings: Mapping[tuple[str, ...], Timing] = field(
        default_factory=lambda: defaultdict(lambda: Timing(()))
    )
    """By lookup and outcome."""
    observe_whole: Callable[[float], None] = lambda seconds: None
    spare: SpareTime = field(default_factory=SpareTime)
    identity_types: Mapping[str, Type] = field(default_factory=dict)
    """Of the columns of a customer's own record."""


class _Asked(msgspec.Struct, kw_only=True, eq=False):
    """A lookup that was asked, or soon will be, with the values it asks with."""

    lookup: PlannedLookup
    values: Mapping[str, Scalar]
    started_s: float
    question: Question | None = None  # None until its turn has come
    soon: bool  # its source usually answers at once
    subject: CandidateRef | None


class Run(msgspec.Struct, kw_only=True):
    """One call's lookups from first parameter to last answer."""

    line: LineId
    call_id: CallId
    occurrence: int = 0
    round: str
    tools: RunTools
    params: dict[str, Scalar]
    evidence: list[Evidence]
    candidates: tuple[Candidate, ...] = ()
    chosen: CandidateRef | None = None
    by_agent: bool = False
    done: asyncio.Event = msgspec.field(default_factory=asyncio.Event)
    _asked: dict[str, _Asked] = {}
    _open: dict[str, _Asked] = {}  # of these, the ones without an answer
    _to_ask: list[_Asked] = []  # of these, the ones whose source was not asked yet
    _fresh: dict[str, Answer] = {}
    _found: dict[str, list[Evidence]] = {}
    _told: Mapping[str, Scalar] = {}
    _given: list[Evidence] = []
    _named: list[Evidence] = []  # by an agent, whatever the evidence becomes
    _left: _Left | None = None
    _part: int = 0
    _began_s: float = 0.0
    _round_began_s: float = 0.0  # when something new was learnt, its time begins again
    _turning: bool = False  # `_turn` is due, or what it would do is under way
    _gathering: asyncio.TimerHandle | None = None  # the end of waiting for company
    _woken: bool = False
    _settled: bool = False  # as `done` says
    _closed: bool = False

    def start(self, decided: Candidate | None = None) -> AnswersRecord:
        """Ask what can be asked; returns what was known without waiting (part 0).

        `decided` is whom an agent chose before: this run goes on with an earlier one.
        """
        self._began_s = self._round_began_s = self.tools.clock.monotonic_s()
        self._told, self._given = dict(self.params), self.evidence
        if decided is not None:
            self._name(decided)
        self._turning = True  # what is answered at once belongs to part 0
        self._identify()
        self._advance()
        self._turning = False
        record = self._record(self._stands())
        if not self._open:
            self._settle()
        return record

    @property
    def closed(self) -> bool:
        return self._closed

    def close(self) -> None:
        """The call is over: nobody waits for the open questions any more."""
        self._closed = True
        self._stop_gathering()
        for asked in self._open.values():
            if asked.question is not None:
                asked.question.close()
        self._open = {}
        self.done.set()

    def learn(self, params: Mapping[str, Scalar], evidence: list[Evidence]) -> None:
        """More is known of the call (a late number, an account from the IVR).

        It may come long after the call did: callers type an account number when the
        IVR asks for it. What it makes possible has a whole round of its own.
        """
        if params == self._told and evidence == self._given:
            return
        self._told, self._given = dict(params), evidence
        self._round_began_s = self.tools.clock.monotonic_s()
        self.params.update(params)
        self.evidence = [*evidence, *self._named]
        self._identify()
        self._advance()
        self._turn_soon()

    def choose(self, candidate: Candidate | None) -> None:
        """An agent says who it is: that stands, whatever the evidence says.

        None takes it back: the evidence counts again.
        """
        self._name(candidate)
        self._identify()
        self._advance()
        self._turn_soon()

    def _name(self, candidate: Candidate | None) -> None:
        if candidate is None:
            self._named, self.chosen, self.by_agent = [], None, False
        else:
            if candidate.ref not in {known.ref for known in self.candidates}:
                self._named.append(Evidence(kind="choice", candidate=candidate))
            self.chosen, self.by_agent = candidate.ref, True
        self.evidence = [*self._given, *self._named]

    @property
    def pending(self) -> frozenset[str]:
        """Asked and not answered, or waiting for what may still come."""
        asked = frozenset(self._open)
        if not asked or len(self._asked) == len(self.tools.plan.lookups):
            return asked
        may_come = self.tools.plan.reachable(
            frozenset(self._values()), customer=self.chosen is not None
        )
        idle = may_come.difference(self._asked)
        waits = {n for n in idle if self.tools.plan.upstream_all(n) & asked}
        return asked | waits if waits else asked

    def _identify(self) -> None:
        self._woken = True
        evidence = chain(self.evidence, *self._found.values())
        self.candidates = rank(evidence, self.tools.certainty.candidates_max)
        if not self.by_agent:
            likely = remembers(self.evidence)
            self.chosen = sure_choice(self.candidates, self.tools.certainty, likely)

    def _values(self) -> dict[str, Scalar]:
        """What lookups may be asked with: of the call, and of the chosen customer."""
        values = dict(self.params)
        for candidate in self.candidates:
            if candidate.ref == self.chosen:
                values |= customer_values(candidate)
                break
        return values

    def _advance(self) -> None:
        """Ask each lookup whose needs are there and were not asked with before.

        An answer that comes at once may bring values for lookups before it.
        """
        while self._woken and not self._closed:
            spent_s = self.tools.clock.monotonic_s() - self._round_began_s
            if spent_s >= self.tools.deadline_s and not self.by_agent:
                return
            self._woken = False
            values = self._values()
            for lookup, needs in self.tools.plan.with_needs:
                if not all(map(values.__contains__, needs)):
                    continue
                about, before = lookup.customers_of, self._asked.get(lookup.name)
                if (
                    lookup.index_first
                    and before is None
                    and in_index(self._given, lookup.source)
                ):
                    continue
                if about is not None and values[CUSTOMER_SOURCE] not in about:
                    self._take_back(lookup)
                    continue
                asks_with = dict(zip(needs, map(values.get, needs), strict=True))
                if before is None or before.values != asks_with:
                    self._ask(lookup, asks_with)

    def _ask(self, lookup: PlannedLookup, values: Mapping[str, Scalar]) -> None:
        """Show what is known; ask the source when nothing more urgent is to do."""
        name, source = lookup.name, self.tools.sources[lookup.source]
        if name in self._asked:
            self._take_back(lookup)
        about_customer = name in self.tools.plan.about_customer
        asked = self._asked[name] = _Asked(
            lookup=lookup,
            values=values,
            started_s=self.tools.clock.monotonic_s(),
            soon=source.usual_s.get(name, 1.0) <= SOON_S,
            subject=self.chosen if about_customer else None,
        )
        known = source.known(name, values, lookup.cache_s, lookup.at_hand)
        if known is not None and known.outcome is not LookupOutcome.STALE:
            self._answered(asked, known)
            return
        if known is not None:
            self._fresh[name] = self._answer(asked, known)
        self._open[name] = asked
        if self._settled:
            self._settled = False
            self.done.clear()
        if not self._to_ask:
            self.tools.spare.run(self._ask_sources)
        self._to_ask.append(asked)

    def _ask_sources(self) -> None:
        to_ask, self._to_ask = self._to_ask, []
        for asked in to_ask:
            lookup = asked.lookup
            if self._open.get(lookup.name) is asked:
                asked.question = self.tools.sources[lookup.source].ask(
                    lookup.name,
                    lookup.lookup,
                    asked.values,
                    partial(self._answered, asked),
                    timeout_ms=lookup.timeout_ms,
                    cache_s=lookup.cache_s,
                )

    def _take_back(self, lookup: PlannedLookup) -> None:
        """It was asked with other values, or about who is no longer the customer."""
        before = self._asked.pop(lookup.name, None)
        if before is not None:
            if before.question is not None:
                before.question.close()
            self._open.pop(lookup.name, None)
            self._forget_columns(lookup.name)

    def _forget_columns(self, lookup: str) -> None:
        for name in [x for x in self.params if x.startswith(f"{lookup}.")]:
            del self.params[name]

    def _answered(self, asked: _Asked, result: Result) -> None:
        lookup = asked.lookup
        if self._closed or self._asked.get(lookup.name) is not asked:
            return
        self._open.pop(lookup.name, None)
        answer = self._fresh[lookup.name] = self._answer(asked, result)
        self.tools.timings[lookup.name, answer.outcome].observe(answer.ms / 1000)
        if result.rows and lookup.name in self.tools.plan.feeding:
            self._woken = True
            for column, value in result.rows[0].items():
                if value is not None:
                    self.params[f"{lookup.name}.{column}"] = value
        if lookup.kind == "identity":
            self._found[lookup.name] = self._evidence(lookup, answer)
            self._identify()
            if lookup.again_after_s is not None and not result.rows:
                loop = asyncio.get_running_loop()
                loop.call_later(lookup.again_after_s, self._ask_again, asked)
        if not self._turning:
            self._turn_soon()

    def _ask_again(self, asked: _Asked) -> None:
        """Once more, past the cache: the search of some sources lags behind."""
        lookup = replace(asked.lookup, again_after_s=None)
        if not self._closed and self._asked.get(lookup.name) is asked:
            asked.lookup = lookup
            self.tools.sources[lookup.source].ask(
                lookup.name,
                lookup.lookup,
                asked.values,
                partial(self._answered_late, asked),
                timeout_ms=lookup.timeout_ms,
                cache_s=0,
            )

    def _answered_late(self, asked: _Asked, result: Result) -> None:
        if result.rows and not self._closed:
            self._round_began_s = self.tools.clock.monotonic_s()
            self._answered(asked, result)

    def _answer(self, asked: _Asked, result: Result) -> Answer:
        """As shown: parameters of other lookups keep the values as they came."""
        lookup, rows = asked.lookup, result.rows
        found: tuple[Candidate, ...] = ()
        if lookup.kind == "identity":
            hits = [Hit(row=row) for row in rows]
            if lookup.check is not None:
                hits = lookup.check.hits(rows, self.params)
            found = tuple(filter(None, map(lookup.candidate, hits)))
        if lookup.reader is not None:
            rows = lookup.reader.rows(rows)
        return Answer(
            lookup=lookup.name,
            source=lookup.source,
            facet=lookup.facet,
            outcome=result.outcome,
            rows=rows if lookup.facet else (),  # else it only feeds others
            candidates=found,
            subject=asked.subject,
            fetched_us=result.fetched_us,
            started_ms=round((asked.started_s - self._began_s) * 1000, 3),
            ms=round((self.tools.clock.monotonic_s() - asked.started_s) * 1000, 3),
            message=result.message,
            detail=result.detail,
        )

    def _evidence(self, lookup: PlannedLookup, answer: Answer) -> list[Evidence]:
        by_account = lookup.name in self.tools.plan.by_account
        rank_of_source = list(self.tools.sources).index(lookup.source)
        return [
            Evidence(
                kind="account" if by_account else "number",
                candidate=candidate,
                rank=rank_of_source,
            )
            for candidate in answer.candidates
        ]

    def _turn_soon(self) -> None:
        if not self._turning and not self._closed:
            self._turning = True
            self.tools.spare.run(self._turn)

    def _turn(self) -> None:
        """All answers of a loop turn are in: ask what they make possible, publish."""
        try:
            if self._woken:
                self._advance()
        finally:
            self._turning = False
        if self._closed:
            return
        if not any(map(_IS_SOON, self._open.values())):
            self._publish()
        elif self._gathering is None:
            loop = asyncio.get_running_loop()
            self._gathering = loop.call_later(SOON_S, self._publish)

    def _publish(self) -> None:
        if self._gathering is not None:
            self._stop_gathering()
        stands = self._stands()
        if self._fresh or stands != self._left:
            self.tools.publish(self._record(stands))
        if not self._open:
            self._settle()

    def _stop_gathering(self) -> None:
        if self._gathering is not None:
            self._gathering.cancel()
            self._gathering = None

    def _record(self, stands: _Left) -> AnswersRecord:
        answers, self._fresh = tuple(self._fresh.values()), {}
        self._left = stands
        record = AnswersRecord(
            line=self.line,
            call_id=self.call_id,
            occurrence=self.occurrence,
            round=self.round,
            part=self._part,
            at_us=self.tools.clock.now_us(),
            answers=answers,
            pending=tuple(sorted(stands[0])),
            candidates=self.candidates,
            chosen=self.chosen,
            by_agent=self.by_agent,
        )
        self._part += 1
        return record

    def _stands(self) -> _Left:
        return (self.pending, self.candidates, self.chosen, self.by_agent)

    def _settle(self) -> None:
        if self._settled:
            return
        self._settled = True
        self.done.set()
        self.tools.observe_whole(self.tools.clock.monotonic_s() - self._began_s)
