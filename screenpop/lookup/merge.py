"""What do all answers together say, value by value?

Pure. Lookups earlier in the configuration are preferred; where a later one says
something else, both stand: a conflict is shown, not settled. An answer that
speaks of another customer than the chosen one is left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation

import msgspec
from msgspec.structs import replace

from screenpop.domain.profile import (
    Answer,
    Candidate,
    CandidateRef,
    Facet,
    Field,
    FieldState,
    LookupOutcome,
    OtherValue,
    Profile,
    Row,
    Scalar,
    SourceNote,
)
from screenpop.lookup.values import Type, read_row
from screenpop.support.clock import iso_from_us

IDENTITY = "identity"
NOT_ASKED: Mapping[str, str] = {
    "withheld": "number withheld: not asked",
    "not_chosen": "waits until you choose who it is",
    "no_customer": "no customer known: not asked",
    "other_sources": "not asked: it knows customers of other sources",
    "missing": "not asked: a value it needs is missing",
    "value": "not asked: {names} has no value",
    "values": "not asked: {names} or {last} has no value",
}
"""Why a lookup was not asked, as the card says it."""
ALWAYS_THERE = frozenset(
    {"line", "call_id", "direction", "today", "customer.key", "customer.name",
     "customer.source"}
)  # fmt: skip
"""Parameters that every call, or every chosen customer, has."""
UNTOLD_MAX = 2000

_STATES = {
    LookupOutcome.OK: FieldState.FRESH,
    LookupOutcome.STALE: FieldState.STALE,
    LookupOutcome.EMPTY: FieldState.EMPTY,
    LookupOutcome.FAILED: FieldState.FAILED,
    LookupOutcome.TIMED_OUT: FieldState.TIMED_OUT,
}
# A facet stands as well as its best lookup does.
_BEST_FIRST = (
    FieldState.FRESH,
    FieldState.STALE,
    FieldState.PENDING,
    FieldState.TIMED_OUT,
    FieldState.FAILED,
    FieldState.WITHHELD,
    FieldState.EMPTY,
)


class LookupShape(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What merging must know of a configured lookup."""

    name: str
    source: str
    facet: str
    as_rows: bool = False
    needs_customer: bool = False
    customers_of: frozenset[str] | None = None
    is_identity: bool = False
    needs: tuple[str, ...] = ()


class Findings(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """All that is known of one call's caller so far."""

    answers: Mapping[str, Answer]
    pending: frozenset[str] = frozenset()
    candidates: tuple[Candidate, ...] = ()
    chosen: CandidateRef | None = None
    chosen_us: int = 0
    withheld: bool = False


class Group(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The lookups of one facet."""

    facet: str
    shapes: tuple[LookupShape, ...]
    names: tuple[str, ...]
    name_set: frozenset[str]
    types: Mapping[str, Type] = {}  # of the chosen candidate's own columns
    labels: Mapping[str, str] = {}  # of sources, where readers know them by another
    feeding: tuple[str, ...] = ()  # lookups that are not shown, and why one failed is


Groups = tuple[Group, ...]
MadeOf = tuple[object, ...]
Memo = dict[str, tuple[MadeOf, Facet]]

_BEGINNINGS: dict[
    tuple[int, frozenset[str], CandidateRef | None, bool], tuple[Groups, Profile, Memo]
] = {}
_UNTOLD: dict[tuple[int, MadeOf], tuple[Group, Facet]] = {}


def grouped(
    shapes: Sequence[LookupShape],
    identity: Mapping[str, Type] | None = None,
    labels: Mapping[str, str] | None = None,
) -> Groups:
    """The lookups by facet, identity first; `identity` types a customer's columns.

    `labels` are the names that readers of the profile know sources by.
    """
    facets = dict.fromkeys((IDENTITY, *(x.facet for x in shapes if x.facet)))
    types = {IDENTITY: identity or {}}
    return tuple(
        _group(facet, shapes, types.get(facet, {}), labels or {}) for facet in facets
    )


def _group(
    facet: str,
    shapes: Sequence[LookupShape],
    types: Mapping[str, Type],
    labels: Mapping[str, str],
) -> Group:
    mine = tuple(shape for shape in shapes if shape.facet == facet)
    names = tuple(shape.name for shape in mine)
    hidden = {shape.name for shape in shapes if not shape.facet}
    feeding = {need.partition(".")[0] for shape in mine for need in shape.needs}
    return Group(
        facet=facet,
        shapes=mine,
        names=names,
        name_set=frozenset(names),
        types=types,
        labels=labels,
        feeding=tuple(sorted(hidden & feeding)),
    )


def merge(findings: Findings, groups: Groups, memo: Memo | None = None) -> Profile:
    """One profile in which every value knows where it came from.

    `memo` keeps each facet with what it was made of: a facet about which nothing
    new was found is the same object as before.
    """
    kept: Memo = {} if memo is None else memo
    if not (kept or findings.answers or findings.candidates):
        profile, made = _unanswered_profile(findings, groups)
        kept.update(made)
        return profile
    return Profile(
        candidates=findings.candidates,
        chosen=findings.chosen,
        facets=_facets(groups, findings, kept),
    )


def _unanswered_profile(findings: Findings, groups: Groups) -> tuple[Profile, Memo]:
    """What every call looks like when it begins to ring: made once."""
    key = (id(groups), findings.pending, findings.chosen, findings.withheld)
    found = _BEGINNINGS.get(key)
    if found is not None and found[0] is groups:
        return found[1], found[2]
    memo: Memo = {}
    facets = _facets(groups, findings, memo)
    profile = Profile(chosen=findings.chosen, facets=facets)
    if len(_BEGINNINGS) >= UNTOLD_MAX:
        _BEGINNINGS.clear()
    _BEGINNINGS[key] = (groups, profile, memo)
    return profile, memo


def _facets(groups: Groups, findings: Findings, memo: Memo) -> dict[str, Facet]:
    """Each facet, made again only where something of it has changed."""
    facets: dict[str, Facet] = {}
    for group in groups:
        about_caller = group.facet == IDENTITY
        answers = tuple(map(findings.answers.get, group.names))
        made_of: MadeOf = (
            answers,
            findings.pending & group.name_set,
            findings.chosen,
            findings.withheld,
            findings.candidates if about_caller else bool(findings.candidates),
            tuple(map(findings.answers.get, group.feeding)),
        )
        known = memo.get(group.facet)
        if known is None or known[0] != made_of:
            if any(answers) or (about_caller and findings.candidates):
                facet = _facet(group, findings)
            else:
                facet = _untold(group, made_of, findings)
            known = memo[group.facet] = (made_of, facet)
        facets[group.facet] = known[1]
    return facets


def _untold(group: Group, made_of: MadeOf, findings: Findings) -> Facet:
    """A facet before any answer looks the same in many calls: made once."""
    key = (id(group), made_of)
    kept = _UNTOLD.get(key)
    if kept is not None and kept[0] is group:
        return kept[1]
    if len(_UNTOLD) >= UNTOLD_MAX:
        _UNTOLD.clear()
    facet = _facet(group, findings)
    _UNTOLD[key] = (group, facet)
    return facet


def _facet(group: Group, findings: Findings) -> Facet:
    notes: list[SourceNote] = []
    states: list[FieldState] = []
    listing: Answer | None = None
    fields: dict[str, Field] = {}
    if group.facet == IDENTITY and findings.chosen is not None:
        fields = _identity(findings, group)
        if fields:
            states.append(FieldState.FRESH)
    labels = group.labels
    for shape in group.shapes:
        source = labels.get(shape.source, shape.source)
        answer = findings.answers.get(shape.name)
        if answer is None or (
            shape.needs_customer and answer.subject != findings.chosen
        ):
            state, message = _unanswered(shape, findings)
            note = SourceNote(
                lookup=shape.name, source=source, state=state, message=message
            )
        else:
            state = _STATES[answer.outcome]
            note = SourceNote(
                lookup=shape.name,
                source=source,
                state=state,
                ms=answer.ms,
                message=answer.message,
            )
            if not answer.rows:
                pass
            elif shape.as_rows:
                listing = listing or answer
            elif not answer.candidates:
                _add(fields, answer, state, labels)
        notes.append(note)
        states.append(state)
    facet = Facet(
        state=min(states, key=_BEST_FIRST.index, default=FieldState.EMPTY),
        fields=fields,
        notes=tuple(notes),
    )
    if listing is None:
        return facet
    return replace(
        facet,
        rows=listing.rows,
        rows_source=_source(listing, labels),
        rows_fetched_at=iso_from_us(listing.fetched_us),
        rows_state=_STATES[listing.outcome],
    )


def _source(answer: Answer, labels: Mapping[str, str]) -> str:
    return labels.get(answer.source, answer.source)


def _add(
    fields: dict[str, Field],
    answer: Answer,
    state: FieldState,
    labels: Mapping[str, str],
) -> None:
    """The first row's values; where they disagree the preferred one keeps the other."""
    source, fetched_at = _source(answer, labels), iso_from_us(answer.fetched_us)
    for name, value in answer.rows[0].items():
        if value is None or name[:1] == "_":
            continue
        first = fields.get(name)
        if first is None:
            fields[name] = Field(
                value=value, source=source, fetched_at=fetched_at, state=state
            )
        elif not same(first.value, value):
            other = OtherValue(value=value, source=source, fetched_at=fetched_at)
            fields[name] = replace(first, others=(*first.others, other))


def _unanswered(
    shape: LookupShape, findings: Findings
) -> tuple[FieldState, str | None]:
    chosen, about = findings.chosen, shape.customers_of
    if shape.name in findings.pending:
        return FieldState.PENDING, None
    if findings.withheld and not (shape.needs_customer and chosen is not None):
        return FieldState.WITHHELD, NOT_ASKED["withheld"]
    if shape.needs_customer and chosen is None:
        if findings.candidates:
            return FieldState.EMPTY, NOT_ASKED["not_chosen"]
        return FieldState.EMPTY, NOT_ASKED["no_customer"]
    if about is not None and chosen is not None and chosen.source not in about:
        return FieldState.EMPTY, NOT_ASKED["other_sources"]
    for need in shape.needs:
        feeding = findings.answers.get(need.partition(".")[0])
        if feeding is not None and not feeding.facet and feeding.message:
            return _STATES[feeding.outcome], feeding.message
    return FieldState.EMPTY, _lacking(shape.needs)


def _lacking(needs: tuple[str, ...]) -> str:
    """Which value was missing? Made of the shape alone: many calls share a facet."""
    names = [f":{need}" for need in needs if need not in ALWAYS_THERE]
    if len(names) == 1:
        return NOT_ASKED["value"].format(names=names[0])
    if not names:
        return NOT_ASKED["missing"]
    return NOT_ASKED["values"].format(names=", ".join(names[:-1]), last=names[-1])


def _identity(findings: Findings, group: Group) -> dict[str, Field]:
    """What the chosen candidate's own record says."""
    for chosen in findings.candidates:
        if chosen.ref == findings.chosen:
            break
    else:
        return {}
    own: Row = {"name": chosen.name, "company": chosen.company}
    values = {**own, **chosen.fields, **own}
    read, _ = read_row(values, group.types)
    fields: dict[str, Field] = {}
    for name, value in read.items():
        if value is None or value == "" or name == "key" or name[:1] == "_":
            continue
        fields[name] = Field(
            value=value,
            source=group.labels.get(chosen.ref.source, chosen.ref.source),
            fetched_at=iso_from_us(findings.chosen_us),
            state=FieldState.FRESH,
        )
    return fields


def same(one: Scalar, other: Scalar) -> bool:
    """Do two sources say the same? `1250`, `"1250.00"` and `" 1250.0 "` do."""
    if one == other:
        return True
    first, second = _number(one), _number(other)
    if first is not None and second is not None:
        return first == second
    return _folded(one) == _folded(other)


def _folded(value: Scalar) -> str:
    return " ".join(str(value).split()).casefold()


def _number(value: Scalar) -> Decimal | None:
    text = str(value).strip()
    if isinstance(value, bool) or value is None:
        return None
    if text[:1] == "0" and text[1:2].isdigit():
        return None  # 0815 is a name, not a quantity
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
