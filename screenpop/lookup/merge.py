"""What do all answers together say, value by value?

Pure. Lookups earlier in the configuration are preferred; where a later one says
something else, both stand: a conflict is shown, not settled. An answer that
speaks of another customer than the chosen one is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation

import msgspec

from screenpop.domain.caller import Candidate, CandidateRef, Row, Scalar
from screenpop.domain.profile import (
    Answer,
    Facet,
    Field,
    FieldState,
    LookupOutcome,
    OtherValue,
    Profile,
    SourceNote,
)
from screenpop.lookup.values import Type, read_row

IDENTITY = "identity"
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
    chosen_fields: Row | None = None
    chosen_us: int = 0
    withheld: bool = False


class Group(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The lookups of one facet."""

    facet: str
    shapes: tuple[LookupShape, ...]
    names: tuple[str, ...]
    name_set: frozenset[str]
    types: Mapping[str, Type] = {}  # of the chosen candidate's own columns


Groups = tuple[Group, ...]
MadeOf = tuple[object, ...]
Memo = dict[str, tuple[MadeOf, Facet]]

_BEGINNINGS: dict[
    tuple[int, frozenset[str], CandidateRef | None, bool], tuple[Groups, Profile, Memo]
] = {}
_UNTOLD: dict[tuple[int, MadeOf], tuple[Group, Facet]] = {}


def grouped(
    shapes: Sequence[LookupShape], identity: Mapping[str, Type] | None = None
) -> Groups:
    """The lookups by facet, identity first; `identity` types a customer's columns."""
    facets = dict.fromkeys((IDENTITY, *(shape.facet for shape in shapes)))
    types = {IDENTITY: identity or {}}
    return tuple(_group(facet, shapes, types.get(facet, {})) for facet in facets)


def _group(
    facet: str, shapes: Sequence[LookupShape], types: Mapping[str, Type]
) -> Group:
    mine = tuple(shape for shape in shapes if shape.facet == facet)
    names = tuple(shape.name for shape in mine)
    return Group(
        facet=facet, shapes=mine, names=names, name_set=frozenset(names), types=types
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
    facets = {group.facet: _kept(group, findings, kept) for group in groups}
    return Profile(
        candidates=findings.candidates, chosen=findings.chosen, facets=facets
    )


def _unanswered_profile(findings: Findings, groups: Groups) -> tuple[Profile, Memo]:
    """What every call looks like when it begins to ring: made once."""
    key = (id(groups), findings.pending, findings.chosen, findings.withheld)
    found = _BEGINNINGS.get(key)
    if found is not None and found[0] is groups:
        return found[1], found[2]
    memo: Memo = {}
    facets = {group.facet: _kept(group, findings, memo) for group in groups}
    profile = Profile(chosen=findings.chosen, facets=facets)
    if len(_BEGINNINGS) >= UNTOLD_MAX:
        _BEGINNINGS.clear()
    _BEGINNINGS[key] = (groups, profile, memo)
    return profile, memo


def _kept(group: Group, findings: Findings, memo: Memo) -> Facet:
    about_caller = group.facet == IDENTITY
    answers = tuple(map(findings.answers.get, group.names))
    made_of: MadeOf = (
        answers,
        findings.pending & group.name_set,
        findings.chosen,
        findings.withheld,
        findings.candidates if about_caller else bool(findings.candidates),
    )
    known = memo.get(group.facet)
    if known is not None and known[0] == made_of:
        return known[1]
    if any(answers) or (about_caller and findings.candidates):
        facet = _facet(group, findings)
    else:
        facet = _untold(group, made_of, findings)
    memo[group.facet] = (made_of, facet)
    return facet


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
    name, shapes = group.facet, group.shapes
    notes = tuple(_note(shape, findings) for shape in shapes)
    spoken = [a for shape in shapes if (a := _answer(shape, findings)) is not None]
    by_kind = {shape.name: shape.as_rows for shape in shapes}
    fields = _fields(a for a in spoken if not by_kind[a.lookup] and not a.candidates)
    if name == IDENTITY:
        fields = _joined(_identity(findings, group.types), fields)
    listing = next((a for a in spoken if by_kind[a.lookup] and a.rows), None)
    states = [note.state for note in notes]
    if fields and name == IDENTITY:
        states.append(_best(field.state for field in fields.values()))
    return Facet(
        state=_best(states) if states else FieldState.EMPTY,
        fields=fields,
        rows=listing.rows if listing is not None else (),
        rows_source=listing.source if listing is not None else None,
        rows_fetched_us=listing.fetched_us if listing is not None else None,
        rows_state=_STATES[listing.outcome] if listing is not None else None,
        notes=notes,
    )


def _answer(shape: LookupShape, findings: Findings) -> Answer | None:
    answer = findings.answers.get(shape.name)
    if answer is None or answer.outcome in (
        LookupOutcome.FAILED,
        LookupOutcome.TIMED_OUT,
    ):
        return None
    if shape.needs_customer and answer.subject != findings.chosen:
        return None
    return answer


def _note(shape: LookupShape, findings: Findings) -> SourceNote:
    answer = findings.answers.get(shape.name)
    if answer is not None and shape.needs_customer:
        answer = answer if answer.subject == findings.chosen else None
    if answer is not None:
        return SourceNote(
            lookup=shape.name,
            source=shape.source,
            state=_STATES[answer.outcome],
            ms=answer.ms,
            message=answer.message,
        )
    state, message = _unanswered(shape, findings)
    return SourceNote(
        lookup=shape.name, source=shape.source, state=state, message=message
    )


def _unanswered(
    shape: LookupShape, findings: Findings
) -> tuple[FieldState, str | None]:
    if shape.name in findings.pending:
        return FieldState.PENDING, None
    if findings.withheld:
        return FieldState.WITHHELD, "number withheld: not asked"
    if shape.needs_customer and findings.chosen is None:
        if findings.candidates:
            return FieldState.EMPTY, "waits until you choose who it is"
        return FieldState.EMPTY, "no customer known: not asked"
    if _foreign(shape, findings.chosen):
        return FieldState.EMPTY, "not asked: it knows customers of other sources"
    return FieldState.EMPTY, _lacking(shape.needs)


def _lacking(needs: tuple[str, ...]) -> str:
    """Which value was missing? Made of the shape alone: many calls share a facet."""
    names = [f":{need}" for need in needs if need not in ALWAYS_THERE]
    if len(names) == 1:
        return f"not asked: {names[0]} has no value"
    if not names:
        return "not asked: a value it needs is missing"
    return f"not asked: {', '.join(names[:-1])} or {names[-1]} has no value"


def _foreign(shape: LookupShape, chosen: CandidateRef | None) -> bool:
    about = shape.customers_of
    return about is not None and chosen is not None and chosen.source not in about


def _best(states: Iterable[FieldState]) -> FieldState:
    return min(states, key=_BEST_FIRST.index, default=FieldState.EMPTY)


def _identity(findings: Findings, types: Mapping[str, Type]) -> dict[str, Field]:
    """What the chosen candidate's own record says."""
    chosen = next((c for c in findings.candidates if c.ref == findings.chosen), None)
    if chosen is None:
        return {}
    values: dict[str, Scalar] = {"name": chosen.name, "company": chosen.company}
    values |= {
        name: value
        for name, value in chosen.fields.items()
        if name not in ("key", "name", "company") and not name.startswith("_")
    }
    read, _ = read_row(values, types)
    return {
        name: Field(
            value=value,
            source=chosen.ref.source,
            fetched_us=findings.chosen_us,
            state=FieldState.FRESH,
        )
        for name, value in read.items()
        if value not in (None, "")
    }


def _fields(answers: Iterable[Answer]) -> dict[str, Field]:
    merged: dict[str, Field] = {}
    for answer in answers:
        if answer.rows:
            merged = _joined(merged, _of(answer))
    return merged


def _of(answer: Answer) -> dict[str, Field]:
    return {
        name: Field(
            value=value,
            source=answer.source,
            fetched_us=answer.fetched_us,
            state=_STATES[answer.outcome],
        )
        for name, value in answer.rows[0].items()
        if value is not None and not name.startswith("_")
    }


def _joined(
    preferred: Mapping[str, Field], later: Mapping[str, Field]
) -> dict[str, Field]:
    """Both; where they disagree the preferred value keeps the other beside it."""
    merged = dict(preferred)
    for name, field in later.items():
        first = merged.get(name)
        if first is None:
            merged[name] = field
        elif not same(first.value, field.value):
            merged[name] = _with_other(first, field)
    return merged


def _with_other(first: Field, field: Field) -> Field:
    other = OtherValue(
        value=field.value, source=field.source, fetched_us=field.fetched_us
    )
    return Field(
        value=first.value,
        source=first.source,
        fetched_us=first.fetched_us,
        state=first.state,
        others=(*first.others, other, *field.others),
    )


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
