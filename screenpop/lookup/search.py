"""Which customers fit what an agent typed: an account, a name or a number?

All sources are asked at once, through their guards: a source with `search:` by that,
others by number and by account alone, as for a call. The number index answers without
asking. Nothing here blocks; the result is published whole, again as answers land.

    text -> number index (a number, a customer's key)   at once
         -> identity lookups by number, by account      each at its source's pace
         -> `search:` of each source                    the same
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from screenpop.config.dataflow import IVR
from screenpop.config.model import Configuration
from screenpop.config.prepare import AnyConnector, prepared_search
from screenpop.connector import Scalar
from screenpop.connector.searching import SEARCH, search_parameters
from screenpop.domain.call import Call, CallId, Direction, LineId, Phase
from screenpop.domain.errors import ConfigError, Unloadable
from screenpop.domain.profile import (
    Candidate,
    CandidateRef,
    FieldState,
    LookupOutcome,
)
from screenpop.domain.search import FoundCustomer, SearchedSource, SearchResult
from screenpop.lookup.guarded_source import GuardedSource, Question, Result
from screenpop.lookup.hit_check import FORMS, Hit
from screenpop.lookup.normalise import NumberingPlan, parameters, parties
from screenpop.lookup.number_index import NumberIndex
from screenpop.lookup.plan import Plan, PlannedLookup

ACCOUNT_CHARS_MAX = 40
NUMBER_DIGITS_MIN = 6
TOLD_CHARS_MAX = 60
FOUND_BY_A_SEARCH = "found by a search"

ACCOUNT = ("account", "account_no", "account_number", "customer_no", "customer_number")
TOWN = ("city", "town", "place")
LAST_ORDER = ("last_order", "last_order_at", "last_order_date")
"""Columns that distinguish customers, by any of these names."""

_STATES: dict[LookupOutcome, FieldState] = {
    LookupOutcome.OK: FieldState.FRESH,
    LookupOutcome.STALE: FieldState.STALE,
    LookupOutcome.EMPTY: FieldState.EMPTY,
    LookupOutcome.FAILED: FieldState.FAILED,
    LookupOutcome.TIMED_OUT: FieldState.TIMED_OUT,
}
_WORST_FIRST = (
    FieldState.PENDING,
    FieldState.FAILED,
    FieldState.TIMED_OUT,
    FieldState.STALE,
    FieldState.FRESH,
    FieldState.EMPTY,
)

By = Literal["account", "number", "search"]
Publish = Callable[[SearchResult], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedSearch:
    """A source's `search:`, ready to be asked; `parameters` are those of a text."""

    lookup: PlannedLookup
    parameters: Callable[[str], Mapping[str, str]]


def planned_searches(
    config: Configuration,
    connectors: Mapping[str, AnyConnector],
    unloadable: dict[str, str],
) -> dict[str, PlannedSearch]:
    """By source; one that cannot be prepared on this machine is left out, with why."""
    planned: dict[str, PlannedSearch] = {}
    for name, connector in connectors.items():
        written = config.sources[name].search
        if written is None:
            continue
        try:
            options = connector.lookup_options.model_validate(written.own)
            question = prepared_search(connector, options)
        except Unloadable as error:
            unloadable[name] = str(error)
            continue
        except ValueError as error:
            raise ConfigError(f"sources.{name}.search: {error}") from error
        lookup = PlannedLookup(
            name=SEARCH,
            source=name,
            facet="identity",
            kind="identity",
            lookup=question,
            timeout_ms=written.timeout_ms,
            cache_s=written.cache_s,
            why=FOUND_BY_A_SEARCH,
        )
        signs = connector.like_signs
        planned[name] = PlannedSearch(
            lookup=lookup, parameters=partial(search_parameters, like_signs=signs)
        )
    return planned


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchTools:
    """What all searches of a service share."""

    plan: Plan
    sources: Mapping[str, GuardedSource]
    index: NumberIndex
    searches: Mapping[str, PlannedSearch]  # by source
    now_us: Callable[[], int]
    numbering: NumberingPlan = field(default_factory=NumberingPlan)
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    results_max: int = 20

    def begin(self, text: str, publish: Publish) -> CustomerSearch:
        search = CustomerSearch(self, text, publish)
        search.start()
        return search


class _Match(msgspec.Struct, frozen=True, gc=False):
    candidate: Candidate
    by: By


class _SearchQuestion(msgspec.Struct, kw_only=True, eq=False):
    """One lookup that was asked; without an answer it is pending."""

    source: str
    by: By
    question: Question | None = None
    result: Result | None = None


class CustomerSearch:
    """One search, from what was typed to the last answer."""

    def __init__(self, tools: SearchTools, text: str, publish: Publish):
        self._tools = tools
        self._text = " ".join(text.split())
        self._publish = publish
        self._asked: dict[str, _SearchQuestion] = {}
        self._found: list[_Match] = []
        self._begun = False

    def start(self) -> None:
        """Ask; the first result has what is known without waiting."""
        self._found += self._known()
        for by, lookup, params in self._questions():
            self._ask(by, lookup, params)
        self._begun = True
        self._tell()

    def close(self) -> None:
        for asked in self._asked.values():
            if asked.question is not None:
                asked.question.close()
        self._publish = _unwanted

    def _call(self) -> Call:
        """A call as if it came from the number that was typed."""
        digits = sum(sign.isdigit() for sign in self._text)
        return Call(
            line=LineId(""),
            call_id=CallId(SEARCH),
            phase=Phase.ARRIVED,
            direction=Direction.INBOUND,
            caller=self._text if digits >= NUMBER_DIGITS_MIN else None,
            withheld=False,
            caller_name=None,
            dialled=None,
            queue=None,
            arrived_us=self._tools.now_us(),
            attributes={},
        )

    def _known(self) -> Iterator[_Match]:
        """What the number index holds: by the customer's key, by number."""
        index, ani = self._tools.index, parties(self._call(), self._tools.numbering).ani
        for evidence in index.with_key(self._text):
            yield _Match(evidence.candidate, "account")
        if ani.may_look_up:
            for evidence in index.find(str(ani.number), ani.country):
                yield _Match(evidence.candidate, "number")

    def _questions(
        self,
    ) -> Iterator[tuple[By, PlannedLookup, Mapping[str, Scalar]]]:
        """Identity lookups by number or account, then each source's `search:`."""
        tools, call = self._tools, self._call()
        who = parties(call, tools.numbering)
        of_call = parameters(call, who, tools.zone, tools.plan.wanted)
        account = self._text if _may_be_account(self._text) else None
        for lookup in tools.plan:
            needs = lookup.needs
            if lookup.kind != "identity" or lookup.source in tools.searches:
                continue
            ivr = [need for need in needs if need.startswith(f"{IVR}.")]
            known = {**of_call, **dict.fromkeys(ivr, account)}
            values = {need: known.get(need) for need in sorted(needs)}
            if None not in values.values() and (ivr or needs & FORMS):
                yield ("account" if ivr else "number"), lookup, values
        for search in tools.searches.values():
            given = search.parameters(self._text)
            wanted = sorted(search.lookup.needs)
            yield "search", search.lookup, {name: given[name] for name in wanted}

    def _ask(self, by: By, lookup: PlannedLookup, params: Mapping[str, Scalar]) -> None:
        asked = _SearchQuestion(source=lookup.source, by=by)
        self._asked[f"{lookup.source} {lookup.name}"] = asked
        asked.question = self._tools.sources[lookup.source].ask(
            lookup.name,
            lookup.lookup,
            params,
            partial(self._answered, asked, lookup, params),
            timeout_ms=lookup.timeout_ms,
            cache_s=lookup.cache_s,
        )

    def _answered(
        self,
        asked: _SearchQuestion,
        lookup: PlannedLookup,
        params: Mapping[str, Scalar],
        result: Result,
    ) -> None:
        asked.result = result
        hits = [Hit(row=row) for row in result.rows]
        if lookup.check is not None and "number" in params:
            hits = lookup.check.hits(result.rows, params)
        for hit in hits:
            candidate = lookup.candidate(hit)
            if candidate is not None:
                self._found.append(_Match(candidate, asked.by))
        if self._begun:
            self._tell()

    def _tell(self) -> None:
        best = ranked(self._text, self._found, list(self._tools.sources))
        shown = best[: self._tools.results_max]
        labels = {name: guard.label for name, guard in self._tools.sources.items()}
        self._publish(
            SearchResult(
                customers=tuple(_shown(each, labels) for each in shown),
                candidates=tuple(each.candidate for each in shown),
                sources=tuple(self._states(labels)),
                more=len(best) - len(shown),
            )
        )

    def _states(self, labels: Mapping[str, str]) -> Iterator[SearchedSource]:
        by_source: defaultdict[str, list[_SearchQuestion]] = defaultdict(list)
        for asked in self._asked.values():
            by_source[asked.source].append(asked)
        for source, all_asked in by_source.items():
            worst = min(all_asked, key=lambda each: _WORST_FIRST.index(_state(each)))
            yield SearchedSource(
                source=source,
                label=labels.get(source, source),
                state=_state(worst),
                message=None if worst.result is None else worst.result.message,
            )


def ranked(text: str, found: Iterable[_Match], sources: Sequence[str]) -> list[_Match]:
    """Each customer once, the best fit first; equal ones by source, then by name.

    Best is the account itself, then the number, then a name that is the text, one
    that begins with it, one with a word that does, and last all others.
    """
    best: dict[CandidateRef, tuple[int, _Match]] = {}
    for each in found:
        fit = _fit(text, each)
        known = best.get(each.candidate.ref)
        if known is None or fit < known[0]:
            best[each.candidate.ref] = (fit, each)
    order = {source: at for at, source in enumerate(sources)}

    def place(one: tuple[int, _Match]) -> tuple[int, int, str, str]:
        candidate = one[1].candidate
        at = order.get(candidate.ref.source, len(order))
        return one[0], at, candidate.name.casefold(), candidate.ref.key

    return [each for _, each in sorted(best.values(), key=place)]


def _fit(text: str, found: _Match) -> int:
    """How well a customer fits, 0 is best: see `ranked`."""
    candidate, typed = found.candidate, text.casefold()
    account = told_of(candidate, ACCOUNT) or ""
    if typed in (candidate.ref.key.casefold(), account.casefold()):
        return 0
    if found.by == "account":
        return 0
    if found.by == "number":
        return 1
    names = [
        name.casefold() for name in (candidate.name, candidate.company or "") if name
    ]
    if typed in names:
        return 2
    if any(name.startswith(typed) for name in names):
        return 3
    if any(word.startswith(typed) for name in names for word in name.split()):
        return 4
    return 5


def told_of(candidate: Candidate, names: Sequence[str]) -> str | None:
    """The first of these columns that has a value, as text of a bounded length."""
    fields = {name.lower(): value for name, value in candidate.fields.items()}
    for name in names:
        value = fields.get(name)
        if value not in (None, ""):
            return str(value)[:TOLD_CHARS_MAX]
    return None


def _shown(found: _Match, labels: Mapping[str, str]) -> FoundCustomer:
    candidate = found.candidate
    ref = candidate.ref
    return FoundCustomer(
        source=ref.source,
        source_label=labels.get(ref.source, ref.source),
        key=ref.key,
        name=candidate.name,
        company=candidate.company,
        account=told_of(candidate, ACCOUNT),
        town=told_of(candidate, TOWN),
        last_order=told_of(candidate, LAST_ORDER),
        why=candidate.why,
    )


def _state(asked: _SearchQuestion) -> FieldState:
    if asked.result is None:
        return FieldState.PENDING
    return _STATES[asked.result.outcome]


def _may_be_account(text: str) -> bool:
    return len(text) <= ACCOUNT_CHARS_MAX and any(sign.isdigit() for sign in text)


def _unwanted(result: SearchResult) -> None:
    """Takes the results of a closed search."""
