"""When is a source tried with its canary callers, and how did it answer?

Each is looked up as if it called: daily at a stated time, after a start or a change of
its source, and again every `AGAIN_US` while one fails. It does not count as a call:
nothing is published, journalled or counted among the lookups of calls. Only the
source's own lookups are run, and those that they wait for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import time

from screenpop.config.sources import CanarySettings
from screenpop.connector import Row
from screenpop.domain.phone import shortened
from screenpop.domain.profile import Answer, Candidate, LookupOutcome
from screenpop.lookup.calls import CallLookups
from screenpop.lookup.canaries import CanariesTried, CanaryOutcome, CanaryResult
from screenpop.lookup.explain import Explanation, explain
from screenpop.lookup.plan import Plan
from screenpop.lookup.refreshing import daily_us, gives_contacts
from screenpop.lookup.run import RunTools
from screenpop.lookup.sources import WARMING, Sources
from screenpop.support.metrics import Timing

AGAIN_US = 900_000_000
NO_ANSWER = (LookupOutcome.FAILED, LookupOutcome.TIMED_OUT, LookupOutcome.STALE)


def due(sources: Sources) -> Iterator[tuple[str, CanarySettings]]:
    """The sources whose canary callers are to be tried now."""
    now_us, tried = sources.clock.now_us(), sources.canaries.tried
    for name in sources.connectors:
        written, last = sources.settings[name].canaries, tried.get(name)
        if written is None or sources.unread.get(name) == WARMING:
            continue
        at = time.fromisoformat(written.at)
        first = last is None or name in sources.canaries.reopened
        daily = first or (last and last.at_us < daily_us(at, sources.zone, now_us))
        if daily or (last and last.failing and now_us - last.at_us >= AGAIN_US):
            yield name, written


async def tried(
    name: str,
    written: CanarySettings,
    sources: Sources,
    calls: CallLookups,
    tools: RunTools,
) -> CanariesTried:
    """Try all canary callers of one source, one after the other."""
    settings, at_us = sources.settings[name], sources.clock.now_us()
    brings = gives_contacts(sources.connectors[name]) or any(
        lookup.source == name and lookup.kind == "identity" for lookup in sources.plan
    )
    quiet, results = _quiet(name, tools), []
    for number in written.numbers:
        told = await explain(number, lookups=calls, tools=quiet)
        told = replace(told, unread=dict(sources.unread))
        results.append(judged(name, written, brings, number, told))
    return CanariesTried(settings=settings, at_us=at_us, results=tuple(results))


def _quiet(source: str, tools: RunTools) -> RunTools:
    """The lookups of a source and those that they wait for; none is counted."""
    mine = {lookup.name for lookup in tools.plan if lookup.source == source}
    above = (tools.plan.upstream_all(name) for name in mine)
    needed = mine.union(*above)
    return replace(
        tools,
        plan=Plan(lookup for lookup in tools.plan if lookup.name in needed),
        timings=defaultdict(lambda: Timing(())),
        observe_whole=lambda seconds: None,
    )


def judged(
    source: str,
    written: CanarySettings,
    brings_customers: bool,
    number: str,
    told: Explanation,
) -> CanaryResult:
    """What the source itself said of the caller, other sources apart."""
    answers = [answer for answer in told.answers if answer.source == source]
    candidates = [x for x in told.profile.candidates if x.ref.source == source]
    ms = round(max((x.started_ms + x.ms for x in answers), default=0.0), 1)
    found = bool(candidates)
    if not brings_customers:
        found = any(answer.outcome is LookupOutcome.OK for answer in answers)
    outcome: CanaryOutcome = "found" if found else "not_found"
    missing: tuple[str, ...] = ()
    why = next(filter(None, map(_failure, answers)), None)
    if not found and why is None:
        why = told.unread.get(source)
    if why is not None:
        outcome = "failed"
    elif found:
        rows = _rows(answers, candidates)
        missing = tuple(x for x in written.expect if not _has_value(x, rows))
        outcome = "incomplete" if missing else "found"
    return CanaryResult(
        number=shortened(number), outcome=outcome, ms=ms, missing=missing, why=why
    )


def _failure(answer: Answer) -> str | None:
    if answer.outcome not in NO_ANSWER:
        return None
    return f"{answer.lookup}: {answer.detail or answer.message}"


def _rows(
    answers: Iterable[Answer], candidates: Iterable[Candidate]
) -> dict[str, list[Row]]:
    """By facet; a candidate is a row of `identity`."""
    rows: dict[str, list[Row]] = defaultdict(list)
    for answer in answers:
        rows[answer.facet] += answer.rows
    for one in candidates:
        named = {"name": one.name, "company": one.company}
        rows["identity"].append({**one.fields, **named})
    return rows


def _has_value(name: str, rows: Mapping[str, list[Row]]) -> bool:
    facet, _, column = name.partition(".")
    return any(row.get(column) not in (None, "") for row in rows.get(facet, ()))
