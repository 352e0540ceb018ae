"""Sources that do what a test tells them to, and runs over them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from screenpop.config.sources import Kind
from screenpop.connector import Lookup, Row, Scalar
from screenpop.domain.call import CallId, LineId
from screenpop.domain.profile import Candidate, CandidateRef
from screenpop.journal.records import AnswersRecord
from screenpop.lookup.guarded_source import GuardedSource, SourceLimits
from screenpop.lookup.identify import Certainty, Evidence
from screenpop.lookup.plan import Plan, PlannedLookup
from screenpop.lookup.run import Run, RunTools
from screenpop.support.clock import Clock, FakeClock
from screenpop.support.tasks import TaskOwner


class Told(Lookup):
    """Answers when `answer` or `fail` is called, once for each question in turn."""

    def __init__(self, *needs: str):
        self.needs = frozenset(needs)
        self.asked: list[Mapping[str, Scalar]] = []
        self._waiting: list[asyncio.Future[Sequence[Row]]] = []

    async def fetch(self, params: Mapping[str, Scalar]) -> Sequence[Row]:
        self.asked.append(params)
        future: asyncio.Future[Sequence[Row]] = (
            asyncio.get_running_loop().create_future()
        )
        self._waiting.append(future)
        return await future

    def forget_the_first(self) -> None:
        """Its question was given up: nobody waits for an answer to it."""
        self._waiting.pop(0)

    async def answer(self, *rows: Row) -> None:
        await settled()
        self._waiting.pop(0).set_result(rows)
        await settled()

    async def fail(self, error: Exception) -> None:
        await settled()
        self._waiting.pop(0).set_exception(error)
        await settled()


class AtOnce(Lookup):
    """Answers the same rows without waiting."""

    def __init__(self, needs: Sequence[str], *rows: Row):
        self.needs = frozenset(needs)
        self.rows = rows
        self.asked = 0

    async def fetch(self, params: Mapping[str, Scalar]) -> Sequence[Row]:
        self.asked += 1
        return self.rows


async def settled() -> None:
    """Let everything that is ready run: no time passes."""
    for _ in range(10):
        await asyncio.sleep(0)


def planned(
    name: str, facet: str, lookup: Lookup, kind: Kind = "fields", source: str = "erp"
) -> PlannedLookup:
    return PlannedLookup(
        name=name, source=source, facet=facet, kind=kind, lookup=lookup
    )


class Bench:
    """One call's run over given lookups, and what it published."""

    def __init__(
        self,
        *lookups: PlannedLookup,
        evidence: Sequence[Evidence] = (),
        clock: Clock | None = None,
        limits: SourceLimits | None = None,
        **params: Scalar,
    ):
        self.clock = clock or FakeClock()
        self.tasks = TaskOwner("bench")
        names = dict.fromkeys(x.source for x in lookups)
        self.guards = {
            name: GuardedSource(
                name, name.upper(), limits or SourceLimits(), self.clock, self.tasks
            )
            for name in names
        }
        self.records: list[AnswersRecord] = []
        self.tools = RunTools(
            plan=Plan(lookups),
            sources=self.guards,
            certainty=Certainty(),
            clock=self.clock,
            publish=self.records.append,
        )
        self.run = self.another(evidence, **params)

    def another(self, evidence: Sequence[Evidence] = (), **params: Scalar) -> Run:
        return Run(
            line=LineId("main"),
            call_id=CallId("c-1"),
            round="r-1",
            tools=self.tools,
            params=dict(params),
            evidence=list(evidence),
        )

    def start(self) -> AnswersRecord:
        record = self.run.start()
        self.records.append(record)
        return record

    @property
    def answers(self) -> dict[str, str]:
        return {a.lookup: a.outcome.value for r in self.records for a in r.answers}


def candidate(key: str, confidence: float = 0.95, **fields: Scalar) -> Candidate:
    return Candidate(
        ref=CandidateRef(source="erp", key=key),
        name=f"Customer {key}",
        confidence=confidence,
        why="the number is theirs",
        fields={"id": key, **fields},
    )


def by_number(key: str, confidence: float = 0.95, **fields: Scalar) -> Evidence:
    return Evidence(kind="number", candidate=candidate(key, confidence, **fields))
