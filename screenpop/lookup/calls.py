"""Which calls have their lookups under way on this node?

Begins a run when a call's customer can be looked for, tells it what is learnt
later, ends it with the call. Remembers whom agents chose for a number.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from operator import attrgetter
from zoneinfo import ZoneInfo

from screenpop.domain.call import Call, CallKey, Direction, Phase
from screenpop.domain.decision import UNCHOOSE, chosen_candidate
from screenpop.domain.phone import Parties
from screenpop.domain.profile import (
    CHOSEN_BEFORE,
    REMEMBERED_MAX,
    Answer,
    Candidate,
    CandidateRef,
    Scalar,
)
from screenpop.journal.records import ActionRecord, AnswersRecord
from screenpop.lookup.column_watch import ColumnWatch
from screenpop.lookup.identify import Evidence
from screenpop.lookup.merge import LookupShape
from screenpop.lookup.normalise import NumberingPlan, parameters, parties_on
from screenpop.lookup.number_index import NumberIndex
from screenpop.lookup.number_shelf import OTHER_READING
from screenpop.lookup.run import Run, RunTools
from screenpop.support.spellings import subscriber

CHOSEN_LATELY_MAX = 5_000
CHOSEN_BY = "chosen for this number by {who}"
IF_PLUS_LEFT_OUT = "if its + was left out: {why}"

_TALKED = attrgetter("talked")

Decided = Callable[[], Candidate | None]
Choice = tuple[str, Candidate, str, int]
"""For which number whom whose choice was, and when (us)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """Whom an agent chose, or named, for a number."""

    candidate: Candidate
    by: str
    at_us: int


class CallLookups:
    """The runs of all live calls of this node."""

    def __init__(
        self,
        tools: RunTools,
        index: NumberIndex,
        plans: dict[str, NumberingPlan],
        zone: ZoneInfo,
        columns: ColumnWatch | None = None,
    ):
        self.columns = ColumnWatch() if columns is None else columns
        self._tools = tools
        self._index = index
        self.use_plans(plans)
        self._zone = zone
        self._runs: dict[CallKey, Run] = {}
        self._remembered: dict[str, dict[CandidateRef, Remembered]] = {}
        self._round = 0
        self.chosen_lately: deque[Choice] = deque(maxlen=CHOSEN_LATELY_MAX)
        """For a snapshot: choices that the store may not have yet."""

    def __len__(self) -> int:
        return len(self._runs)

    def learn(self, answers: Mapping[str, Answer]) -> None:
        """Which values do the sources give? `answers` are of a call that is over."""
        self.columns.take(answers.values(), self._tools.clock.now_us())

    def switch(self, tools: RunTools, plans: dict[str, NumberingPlan]) -> None:
        """Ask with other tools from now on; what is under way ends with its own."""
        self._tools = tools
        self.use_plans(plans)

    def use_plans(self, plans: dict[str, NumberingPlan]) -> None:
        self.plans = plans
        self.parties: Callable[[Call], Parties] = partial(parties_on, plans)

    def is_under_way(self, tools: RunTools) -> bool:
        """Does a run with these tools still wait for an answer?"""
        runs = self._runs.values()
        return any(run.tools is tools and not run.done.is_set() for run in runs)

    def follow(
        self,
        call: Call,
        who: Parties | None = None,
        *,
        asks: bool = True,
        decided: Decided | None = None,
    ) -> AnswersRecord | None:
        """A call changed: begin its lookups, or tell them more, or end them.

        `decided` is whom an agent took the caller for: a run that begins knows it.

        Returns what is known without waiting when a run begins. `asks` False: another
        node asks the sources, and its answers come with the journal.
        """
        key = call.key
        run = self._runs.get(key)
        if call.phase is Phase.ENDED and not _still_of_use(call):
            self.end(call)
            return None
        if call.direction is Direction.INTERNAL:
            return None
        who = self.parties(call) if who is None else who
        if run is not None and not (asks and (run.closed or self._is_old(run))):
            run.learn(self._parameters(call, who), self._evidence(who))
            return None
        run = self._runs[key] = self.new_run(call, who)
        known = run.start(decided() if decided is not None else None)
        if not asks:
            run.close()
        return known

    def _is_old(self, run: Run) -> bool:
        """Has it ended with tools that may be closed by now?"""
        return run.tools is not self._tools and run.done.is_set()

    def new_run(self, call: Call, who: Parties) -> Run:
        """A run that has not begun and is not followed."""
        self._round += 1
        return Run(
            line=call.line,
            call_id=call.call_id,
            occurrence=call.occurrence,
            round=f"{self._tools.clock.now_us()}-{self._round}",
            tools=self._tools,
            params=self._parameters(call, who),
            evidence=self._evidence(who),
        )

    def end(self, call: Call) -> None:
        run = self._runs.pop(call.key, None)
        if run is not None:
            run.close()

    def close(self) -> None:
        for run in self._runs.values():
            run.close()
        self._runs.clear()

    def remember_choice(self, record: ActionRecord) -> None:
        """For the next call, if the agent wants it; or what an undo takes back."""
        if record.action == UNCHOOSE:
            self._take_back(record)
        else:
            self._keep(record)

    def decide(self, key: CallKey, now: Candidate | None) -> None:
        """Whom this call is about by an agent's word; None: the evidence says it."""
        run = self._runs.get(key)
        if run is not None:
            known = {c.ref: c for c in run.candidates}
            run.choose(None if now is None else known.get(now.ref, now))

    def _keep(self, record: ActionRecord) -> None:
        number = record.data.get("number", "")
        if number and record.data.get("remember") == "yes":
            candidate = chosen_candidate(record.action, record.data)
            choice = (number, candidate, record.user, record.at_us)
            self.remember(*choice)
            self.chosen_lately.append(choice)

    def _take_back(self, record: ActionRecord) -> None:
        """What that decision remembered is not remembered any more."""
        data = record.data
        number, of_us = data.get("number", ""), data.get("of_us")
        ref = CandidateRef(source=data.get("source", ""), key=data.get("key", ""))
        kept = self._remembered.get(subscriber(number), {}) if number else {}
        if (known := kept.get(ref)) is not None and str(known.at_us) == of_us:
            del kept[ref]
        for choice in [*self.chosen_lately]:
            if choice[0] == number and choice[1].ref == ref and str(choice[3]) == of_us:
                self.chosen_lately.remove(choice)

    def remember(self, number: str, candidate: Candidate, by: str, at_us: int) -> None:
        """The newest choice for a number counts; older ones stay known."""
        number = subscriber(number)
        if number not in self._remembered and len(self._remembered) >= REMEMBERED_MAX:
            self._remembered.pop(next(iter(self._remembered)))
        kept = self._remembered.setdefault(number, {})
        before = kept.get(candidate.ref)
        if before is None or before.at_us <= at_us:
            kept[candidate.ref] = Remembered(candidate=candidate, by=by, at_us=at_us)

    def _parameters(self, call: Call, who: Parties) -> dict[str, Scalar]:
        return parameters(call, who, self._zone, self._tools.plan.wanted)

    def _evidence(self, who: Parties) -> list[Evidence]:
        if who.ani.possible is not None:
            return [_guessed(each) for each in self._index.find(who.ani.possible, None)]
        if not who.ani.may_look_up:
            return []
        number = str(who.ani.number)
        found = self._index.find(number, who.ani.country)
        return [*found, *self._choices(number)]

    def _choices(self, number: str) -> Iterable[Evidence]:
        kept = self._remembered.get(subscriber(number))
        if not kept:
            return
        newest = max(kept.values(), key=lambda x: x.at_us)
        why = CHOSEN_BY.format(who=newest.by)
        yield Evidence(
            kind="earlier_choice",
            candidate=_with(newest.candidate, CHOSEN_BEFORE, why),
        )


def _guessed(evidence: Evidence) -> Evidence:
    """Theirs if the sender left the `+` out: offered, never shown as sure."""
    found = evidence.candidate
    why = IF_PLUS_LEFT_OUT.format(why=found.why)
    confidence = min(found.confidence, OTHER_READING)
    return Evidence(
        kind=evidence.kind,
        candidate=_with(found, confidence, why),
        rank=evidence.rank,
    )


def shapes_of(tools: RunTools) -> tuple[LookupShape, ...]:
    """What `merge` must know of the plan."""
    plan = tools.plan
    return tuple(
        LookupShape(
            name=lookup.name,
            source=lookup.source,
            facet=lookup.facet,
            as_rows=lookup.kind == "rows",
            needs_customer=lookup.name in plan.about_customer,
            customers_of=lookup.customers_of,
            is_identity=lookup.kind == "identity",
            needs=tuple(sorted(lookup.needs)),
        )
        for lookup in plan
    )


def _still_of_use(call: Call) -> bool:
    """After the end only people in wrap-up may still look at the card."""
    return any(map(_TALKED, call.legs))


def _with(candidate: Candidate, confidence: float, why: str) -> Candidate:
    return Candidate(
        ref=candidate.ref,
        name=candidate.name,
        company=candidate.company,
        confidence=confidence,
        why=why,
        fields=candidate.fields,
    )
