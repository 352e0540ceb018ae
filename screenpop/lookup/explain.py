"""What would an agent see for this number, and why?

Runs the lookups once, outside any call, and keeps the whole story: candidates
with their reasons, every field with source and age, the waterfall of the lookups.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from screenpop.domain.call import Call, CallId, Direction, LineId, Phase
from screenpop.domain.caller import Candidate, CandidateRef
from screenpop.domain.errors import NotFound
from screenpop.domain.phone import Presentation
from screenpop.domain.profile import Answer, Profile, RuleVerdict
from screenpop.journal.records import AnswersRecord
from screenpop.lookup.calls import CallLookups, shapes_of
from screenpop.lookup.merge import Findings, grouped, merge
from screenpop.lookup.normalise import Parties
from screenpop.lookup.run import Run, RunTools


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """The profile and how it came about; `answers` in the order they began."""

    call: Call
    who: Parties
    profile: Profile
    answers: tuple[Answer, ...]
    needs: dict[str, tuple[str, ...]]
    at_us: int
    unread: dict[str, str] = field(default_factory=dict)
    """Sources whose customers could not be looked through, and why."""
    policy: tuple[RuleVerdict, ...] = ()
    """Why each rule of the sales policy applied or did not."""


@dataclass(slots=True)
class _Told:
    answers: dict[str, Answer] = field(default_factory=dict)
    last: AnswersRecord | None = None

    def take(self, record: AnswersRecord) -> None:
        self.answers |= {answer.lookup: answer for answer in record.answers}
        self.last = record


def call_from(
    number: str,
    *,
    at_us: int,
    line: str = "",
    dialled: str | None = None,
    attributes: dict[str, str] | None = None,
) -> Call:
    """A call as it would be if this number called now."""
    return Call(
        line=LineId(line),
        call_id=CallId("explain"),
        phase=Phase.ARRIVED,
        direction=Direction.INBOUND,
        caller=number or None,
        withheld=False,
        caller_name=None,
        dialled=dialled,
        queue=None,
        arrived_us=at_us,
        attributes=attributes or {},
    )


async def explain(
    number: str,
    *,
    lookups: CallLookups,
    tools: RunTools,
    line: str = "",
    dialled: str | None = None,
    attributes: dict[str, str] | None = None,
    candidate: str | None = None,
    within_s: float = 30.0,
) -> Explanation:
    """Look a number up as if it called now.

    `candidate` is a key, or `SOURCE:KEY`, to look up in full; raises `NotFound`
    when it is not among the candidates.
    """
    told = _Told()
    quiet = replace(tools, publish=told.take)
    now_us = tools.clock.now_us()
    call = call_from(
        number, at_us=now_us, line=line, dialled=dialled, attributes=attributes
    )
    who = lookups.parties(call)
    run = lookups.new_run(call, who)
    run.tools = quiet
    told.take(run.start())
    try:
        await _finished(run, within_s)
        if candidate is not None:
            run.choose(_named(run.candidates, candidate))
            await _finished(run, within_s)
    finally:
        run.close()
    return _explanation(call, who, told, tools, now_us)


async def _finished(run: Run, within_s: float) -> None:
    await asyncio.sleep(0)
    try:
        async with asyncio.timeout(within_s):
            await run.done.wait()
    except TimeoutError:
        return


def _named(candidates: Iterable[Candidate], wanted: str) -> Candidate:
    for candidate in candidates:
        names = (candidate.ref.key, f"{candidate.ref.source}:{candidate.ref.key}")
        if wanted in names:
            return candidate
    raise NotFound(
        f"no candidate has the key {wanted!r}",
        code="unknown_candidate",
        remedy="Leave the candidate out to see all of them.",
    )


def _explanation(
    call: Call, who: Parties, told: _Told, tools: RunTools, now_us: int
) -> Explanation:
    last = told.last
    chosen: CandidateRef | None = last.chosen if last is not None else None
    findings = Findings(
        answers=told.answers,
        pending=frozenset(last.pending) if last is not None else frozenset(),
        candidates=last.candidates if last is not None else (),
        chosen=chosen,
        chosen_us=now_us,
        withheld=who.ani.presentation is not Presentation.ALLOWED,
    )
    return Explanation(
        call=call,
        who=who,
        profile=merge(findings, grouped(shapes_of(tools), tools.identity_types)),
        answers=tuple(sorted(told.answers.values(), key=lambda a: a.started_ms)),
        needs={x.name: tuple(sorted(x.needs)) for x in tools.plan},
        at_us=tools.clock.now_us(),
    )
