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
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import msgspec
from msgspec.structs import replace

from screenpop.connector import Scalar
from screenpop.connector.records import key_text
from screenpop.domain.call import CallId, LineId
from screenpop.domain.caller import KEY_AS_READ, Candidate, CandidateRef, Row
from screenpop.domain.profile import Answer, LookupOutcome
from screenpop.journal.records import AnswersRecord
from screenpop.lookup.identify import Certainty, Evidence, rank, sure_choice
from screenpop.lookup.lookup import SOON_S, GuardedSource, Later, Question, Result
from screenpop.lookup.plan import Plan, PlannedLookup
from screenpop.lookup.values import Type
from screenpop.support.clock import Clock

_Left = tuple[
    frozenset[str], tuple[Candidate, ...], CandidateRef | None, bool
]  # how the newest record left the run: pending, candidates, chosen, by an agent
Publish = Callable[[AnswersRecord], None]


def at_the_end_of_the_turn(work: Callable[[], object]) -> None:
    asyncio.get_running_loop().call_soon(work)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunTools:
    """What all runs of a service share."""

    plan: Plan
    sources: Mapping[str, GuardedSource]
    certainty: Certainty
    clock: Clock
    publish: Publish
    deadline_s: float = 10.0
    observe: Callable[[str, str, float], None] = lambda lookup, outcome, s: None
    observe_whole: Callable[[float], None] = lambda seconds: None
    later: Later = at_the_end_of_the_turn
    identity_types: Mapping[str, Type] = field(default_factory=dict)
    """Of the columns of a customer's own record."""


class _Asked(msgspec.Struct, kw_only=True):
    """A lookup that was asked, with the values it was asked with."""

    values: Mapping[str, Scalar]
    started_s: float
    question: Question | None = None
    soon: bool = False  # its source usually answers at once
    subject: CandidateRef | None = None


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
    _closed: bool = False

    def start(self) -> AnswersRecord:
        """Ask what can be asked; returns what was known without waiting (part 0)."""
        self._began_s = self._round_began_s = self.tools.clock.monotonic_s()
        self._told, self._given = dict(self.params), self.evidence
        self._turning = True  # what is answered at once belongs to part 0
        self._identify()
        self._advance()
        self._turning = False
        record = self._record(self._stands())
        self._settle()
        return record

    def close(self) -> None:
        """The call is over: nobody waits for the open questions any more."""
        self._closed = True
        self._stop_gathering()
        for asked in self._asked.values():
            if asked.question is not None:
                asked.question.close()
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

    def choose(self, candidate: Candidate) -> None:
        """An agent says who it is: that stands, whatever the evidence says."""
        if candidate.ref not in {known.ref for known in self.candidates}:
            self._named.append(Evidence(kind="choice", candidate=candidate))
            self.evidence = [*self._given, *self._named]
        self.chosen, self.by_agent = candidate.ref, True
        self._identify()
        self._advance()
        self._turn_soon()

    @property
    def pending(self) -> frozenset[str]:
        """Asked and not answered, or waiting for what may still come."""
        asked = {n for n, a in self._asked.items() if a.question is not None}
        if not asked or len(self._asked) == len(self.tools.plan.lookups):
            return frozenset(asked)
        may_come = self.tools.plan.reachable(
            frozenset(self._values()), customer=self.chosen is not None
        )
        idle = {name for name in may_come if name not in self._asked}
        waits = {n for n in idle if self.tools.plan.upstream_all(n) & asked}
        return frozenset(asked | waits)

    def _identify(self) -> None:
        self._woken = True
        found = [piece for pieces in self._found.values() for piece in pieces]
        limit = self.tools.certainty.candidates_max
        self.candidates = rank([*self.evidence, *found], limit)
        if not self.by_agent:
            self.chosen = sure_choice(self.candidates, self.tools.certainty)

    def _customer(self) -> Row:
        for candidate in self.candidates:
            if candidate.ref == self.chosen:
                return {
                    **{f"customer.{k}": v for k, v in candidate.fields.items()},
                    "customer.key": candidate.fields.get(
                        KEY_AS_READ, candidate.ref.key
                    ),
                    "customer.source": candidate.ref.source,
                    "customer.name": candidate.name,
                    "customer.company": candidate.company,
                }
        return {}

    def _values(self) -> dict[str, Scalar]:
        customer = {k: v for k, v in self._customer().items() if v not in (None, "")}
        return {**self.params, **customer}

    def _advance(self) -> None:
        """Ask each lookup whose needs are there and were not asked with before.

        An answer that comes at once may bring values for lookups before it.
        """
        while self._woken and not self._closed and self._in_time():
            self._woken = False
            values = self._values()
            for lookup, needs in self.tools.plan.with_needs:
                if not all(map(values.__contains__, needs)):
                    continue
                if lookup.is_about(values):
                    self._ask(lookup, {need: values[need] for need in needs})
                else:
                    self._take_back(lookup)

    def _in_time(self) -> bool:
        spent_s = self.tools.clock.monotonic_s() - self._round_began_s
        return spent_s < self.tools.deadline_s or self.by_agent

    def _ask(self, lookup: PlannedLookup, values: Mapping[str, Scalar]) -> None:
        before = self._asked.get(lookup.name)
        if before is not None:
            if before.values == values:
                return
            if before.question is not None:
                before.question.close()
            self._forget_columns(lookup.name)
        about_customer = lookup.name in self.tools.plan.about_customer
        asked = _Asked(
            values=values,
            started_s=self.tools.clock.monotonic_s(),
            subject=self.chosen if about_customer else None,
        )
        self._asked[lookup.name] = asked
        self.done.clear()
        source = self.tools.sources[lookup.source]
        asked.soon = source.answers_soon(lookup.name)
        asked.question, older = source.ask(
            lookup.name,
            lookup.lookup,
            values,
            lambda result: self._answered(lookup, asked, result),
            timeout_ms=lookup.timeout_ms,
            cache_s=lookup.cache_s,
        )
        if older is not None:
            self._fresh[lookup.name] = self._answer(
                lookup,
                asked,
                Result(
                    outcome=LookupOutcome.STALE,
                    rows=older.rows,
                    fetched_us=older.fetched_us,
                    message="an older answer; a new one is under way",
                ),
            )

    def _take_back(self, lookup: PlannedLookup) -> None:
        """It was asked about a customer who is no longer the chosen one."""
        before = self._asked.pop(lookup.name, None)
        if before is not None:
            if before.question is not None:
                before.question.close()
            self._forget_columns(lookup.name)

    def _forget_columns(self, lookup: str) -> None:
        for name in [x for x in self.params if x.startswith(f"{lookup}.")]:
            del self.params[name]

    def _answered(self, lookup: PlannedLookup, asked: _Asked, result: Result) -> None:
        if self._closed or self._asked.get(lookup.name) is not asked:
            return
        asked.question = None
        answer = self._answer(lookup, asked, result)
        self._fresh[lookup.name] = answer
        self.tools.observe(lookup.name, answer.outcome, answer.ms / 1000)
        if result.rows and lookup.name in self.tools.plan.feeding:
            self._woken = True
            for column, value in result.rows[0].items():
                if value is not None:
                    self.params[f"{lookup.name}.{column}"] = value
        if lookup.kind == "identity":
            self._found[lookup.name] = self._evidence(lookup, answer)
            self._identify()
        self._turn_soon()

    def _answer(self, lookup: PlannedLookup, asked: _Asked, result: Result) -> Answer:
        answer = Answer(
            lookup=lookup.name,
            source=lookup.source,
            facet=lookup.facet,
            outcome=result.outcome,
            rows=_read(lookup, result.rows),
            subject=asked.subject,
            fetched_us=result.fetched_us,
            started_ms=round((asked.started_s - self._began_s) * 1000, 3),
            ms=round((self.tools.clock.monotonic_s() - asked.started_s) * 1000, 3),
            message=result.message,
            detail=result.detail,
        )
        if lookup.kind != "identity":
            return answer
        found = tuple(_candidate(lookup, row) for row in result.rows)
        return replace(answer, candidates=tuple(c for c in found if c is not None))

    def _evidence(self, lookup: PlannedLookup, answer: Answer) -> list[Evidence]:
        by_account = any(need.startswith("ivr.") for need in lookup.needs)
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
            self.tools.later(self._turn)

    def _turn(self) -> None:
        """All answers of a loop turn are in: ask what they make possible, publish."""
        self._turning = False
        if self._closed:
            return
        self._advance()
        if not any(x.soon and x.question is not None for x in self._asked.values()):
            self._publish()
        elif self._gathering is None:
            loop = asyncio.get_running_loop()
            self._gathering = loop.call_later(SOON_S, self._publish)

    def _publish(self) -> None:
        self._stop_gathering()
        stands = self._stands()
        if self._fresh or stands != self._left:
            self.tools.publish(self._record(stands))
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
        if self.done.is_set() or any(x.question for x in self._asked.values()):
            return
        self.done.set()
        self.tools.observe_whole(self.tools.clock.monotonic_s() - self._began_s)


def _read(lookup: PlannedLookup, rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """As shown: parameters of other lookups keep the values as they came."""
    return rows if lookup.reader is None else lookup.reader.rows(rows)


def _candidate(lookup: PlannedLookup, row: Row) -> Candidate | None:
    as_read = row.get("key", row.get("id"))
    key = key_text(as_read)
    if key is None:
        return None
    name = row.get("name") or row.get("company") or key
    company = row.get("company")
    return Candidate(
        ref=CandidateRef(source=lookup.source, key=key),
        name=str(name),
        company=None if company in (None, "") else str(company),
        confidence=lookup.confidence,
        why=lookup.why or f"found by {lookup.name}",
        fields=row if as_read == key else {**row, KEY_AS_READ: as_read},
    )
