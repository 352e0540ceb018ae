"""Who might be calling, and what do the sources say, value by value?

`Facet` and what it is made of travel in the desk's frames as they are: their keys are
public. `fetched_at` is RFC 3339 in UTC, `source` the name that its readers know.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Literal

import msgspec

# -- Who might be calling, how sure are we, and why?

Scalar = str | int | float | bool | None
"""A value a source may answer with.

Dates and times are ISO 8601 text; exact decimals (money) are decimal text such as
`"1250.00"`, never floats made by us. A column's declared type says which it is.
"""

Row = Mapping[str, Scalar]

Json = dict[str, object]
"""A JSON object, made of what msgspec can encode."""

CONTACTS_SOURCE = "contacts"  # callers whom agents named
CHOSEN_BEFORE = 0.97
CHOSEN_BY_AN_AGENT = "chosen by an agent"
REMEMBERED_MAX = 500_000  # numbers for which somebody was chosen or named

KEY_AS_READ = "_key"
"""The field of a candidate that holds its key as the source gave it, where that is
not the text of `CandidateRef.key`: a number, or text padded with blanks. A lookup
that takes `customer.key` asks with it, so that the source finds its own key again."""


class CandidateRef(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Names a customer record: `key` is unique within `source`."""

    source: str
    key: str


class Candidate(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A customer who may be calling. `confidence` is 0..1; `why` is for people."""

    ref: CandidateRef
    name: str
    company: str | None = None
    confidence: float
    why: str
    fields: Row = {}  # all columns, for `:customer.NAME`


class FieldState(StrEnum):
    FRESH = "fresh"
    STALE = "stale"  # an older answer, shown because the source cannot answer now
    PENDING = "pending"
    EMPTY = "empty"  # the source answered: nothing there
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    WITHHELD = "withheld"  # the caller hid the number: never asked


class LookupOutcome(StrEnum):
    OK = "ok"
    STALE = "stale"
    EMPTY = "empty"
    FAILED = "failed"
    TIMED_OUT = "timed_out"


class Answer(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What one lookup said, with its provenance.

    `subject` is the customer it speaks of; None while it does not depend on one.
    `message` says in a sentence what went wrong, fit for an agent's eyes; `detail`
    says it to those who fix it.
    """

    lookup: str
    source: str
    facet: str
    outcome: LookupOutcome
    rows: tuple[Row, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    subject: CandidateRef | None = None
    fetched_us: int = 0  # when the source gave these values
    started_ms: float = 0.0  # after the call's first event was taken
    ms: float = 0.0
    message: str | None = None
    detail: str | None = None


class OtherValue(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    value: Scalar
    source: str
    fetched_at: str


class Field(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    value: Scalar
    source: str
    fetched_at: str
    state: FieldState
    others: tuple[OtherValue, ...] = ()  # disagreeing sources: a conflict, shown


class SourceNote(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """How one lookup of a facet stands; says in words what is wrong."""

    lookup: str
    source: str
    state: FieldState
    ms: float | None = None
    message: str | None = None


class Facet(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    state: FieldState
    fields: Mapping[str, Field] = {}
    rows: tuple[Row, ...] = ()
    rows_source: str | None = None
    rows_fetched_at: str | None = None
    rows_state: FieldState | None = None
    notes: tuple[SourceNote, ...] = ()


PolicyKind = Literal["do", "offer", "avoid", "warn"]


class PolicyValue(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A value that a policy line rests on, written for people."""

    name: str  # as the rule names it, e.g. `balance.overdue`
    label: str
    value: str
    source: str  # as agents know it; empty for what the call itself says
    fetched_at: str | None = None  # RFC 3339 UTC
    state: Literal["fresh", "stale"] = "fresh"


class PolicyLine(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A rule of the sales policy that applies: a line at the top of the card."""

    rule: str
    kind: PolicyKind
    say: str
    because: str = ""
    values: list[PolicyValue] = []


class RuleVerdict(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Why one rule applied or did not; `why` has a line for each condition.

    `fired` is null while it cannot be decided: a fact is missing or still asked.
    """

    rule: str
    kind: PolicyKind
    fired: bool | None
    shown: bool = False
    why: tuple[str, ...] = ()


class Profile(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """All that is known about the caller of one call."""

    candidates: tuple[Candidate, ...] = ()
    chosen: CandidateRef | None = None
    facets: Mapping[str, Facet] = {}
    policy: list[PolicyLine] = []
