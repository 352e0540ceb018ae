"""What would an agent see for this number, and why?

Runs the lookups once, outside any call, and keeps the whole story: candidates
with their reasons, every field with source and age, the waterfall of the lookups.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches

import msgspec

from screenpop.config.facets import FacetLayout
from screenpop.config.problems import did_you_mean
from screenpop.domain.call import Call, CallId, Direction, LineId, Phase
from screenpop.domain.errors import NotFound
from screenpop.domain.phone import Parties, Presentation
from screenpop.domain.profile import (
    Answer,
    Candidate,
    CandidateRef,
    Facet,
    Field,
    Json,
    Profile,
    RuleVerdict,
    Scalar,
)
from screenpop.journal.records import AnswersRecord
from screenpop.lookup.calls import CallLookups, shapes_of
from screenpop.lookup.merge import Findings, grouped, merge
from screenpop.lookup.run import Run, RunTools
from screenpop.lookup.values import NUMBERS


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
    from_index: dict[str, str] = field(default_factory=dict)
    """Sources whose customers are those of the service's number index, and when the
    service last read them."""
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


def line_or_first(line: str, lines: Iterable[str]) -> str:
    """The line that is asked for, else the first; raises `NotFound`."""
    known = tuple(lines)
    if line and line not in known:
        raise NotFound(
            f"there is no line {line}",
            code="unknown_line",
            remedy=did_you_mean(line, known, noun="lines"),
        )
    return line or next(iter(known), "")


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


# -- How is an explanation told as JSON (the contract of `explain --json`)?

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Types = Mapping[str, Mapping[str, str]]
"""Column types by facet and column."""


def column_types(shapes: tuple[FacetLayout, ...]) -> Types:
    return {
        shape.name: {x.name: x.type for x in (*shape.fields, *shape.columns)}
        for shape in shapes
    }


def as_json(told: Explanation, types: Types) -> Json:
    """The whole explanation; exact decimals become JSON numbers of their digits."""
    ani = told.who.ani
    return {
        "number": ani.number,
        "presentation": ani.presentation.value,
        "country": ani.country,
        "extension": ani.extension,
        "raw": ani.raw,
        "candidates": [_candidate(x) for x in told.profile.candidates],
        "chosen": None
        if told.profile.chosen is None
        else {
            "source": told.profile.chosen.source,
            "key": told.profile.chosen.key,
        },
        "facets": {
            name: _facet(facet, types.get(name, {}), told.at_us)
            for name, facet in told.profile.facets.items()
        },
        "lookups": [_lookup(x, told.needs) for x in told.answers],
        "unread": told.unread,
        "from_index": told.from_index,
        "policy": {
            "lines": [msgspec.to_builtins(line) for line in told.profile.policy],
            "rules": [msgspec.to_builtins(rule) for rule in told.policy],
        },
    }


def strangers(shape: FacetLayout, facet: Facet) -> list[str]:
    """Columns that the card does not know, though a similar one of it has no value.

    Other columns that it does not know are shown under their own names.
    """
    given = {*facet.fields, *(name for row in facet.rows for name in row)}
    known = {x.name for x in (*shape.fields, *shape.columns)}
    lacking = sorted(known - given)
    return [
        f"column `{name}` is not one that {shape.label} knows. Did you mean"
        f" `{near[0]}`?"
        for name in sorted(given - known)
        if (near := get_close_matches(name.lower(), lacking, n=1))
    ]


def _candidate(one: Candidate) -> Json:
    return {
        "source": one.ref.source,
        "key": one.ref.key,
        "name": one.name,
        "company": one.company,
        "confidence": one.confidence,
        "why": one.why,
    }


def _facet(facet: Facet, types: Mapping[str, str], now_us: int) -> Json:
    return {
        "state": facet.state.value,
        "fields": {
            name: _field(name, field, types, now_us)
            for name, field in facet.fields.items()
        },
        "rows": [
            {name: typed(value, types.get(name)) for name, value in row.items()}
            for row in facet.rows
        ],
        "rows_source": facet.rows_source,
        "notes": [
            {
                "lookup": note.lookup,
                "source": note.source,
                "state": note.state.value,
                "message": note.message,
            }
            for note in facet.notes
        ],
    }


def _field(name: str, field: Field, types: Mapping[str, str], now_us: int) -> Json:
    told: Json = {
        "value": typed(field.value, types.get(name)),
        "source": field.source,
        "age_s": age_s(field.fetched_at, now_us),
        "state": field.state.value,
    }
    if field.others:
        told["others"] = [
            {
                "value": typed(other.value, types.get(name)),
                "source": other.source,
                "age_s": age_s(other.fetched_at, now_us),
            }
            for other in field.others
        ]
    return told


def _lookup(answer: Answer, needs: Mapping[str, tuple[str, ...]]) -> Json:
    return {
        "name": answer.lookup,
        "source": answer.source,
        "needs": list(needs.get(answer.lookup, ())),
        "started_ms": answer.started_ms,
        "ms": answer.ms,
        "outcome": answer.outcome.value,
        "message": answer.message,
        "detail": answer.detail,
    }


def age_s(fetched_at: str, now_us: int) -> float:
    since = datetime.fromisoformat(fetched_at) - _EPOCH
    fetched_us = since // timedelta(microseconds=1)
    return round(max(0, now_us - fetched_us) / 1e6, 3)


def typed(value: Scalar, kind: str | None) -> Scalar | Decimal:
    """Decimal text in a column of numbers is a number; all else is as it came."""
    if not isinstance(value, str) or kind not in NUMBERS:
        return value
    try:
        number = Decimal(value)
    except InvalidOperation:
        return value
    return number if number.is_finite() else value
