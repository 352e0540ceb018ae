"""What is known about a call at one moment, and how well?

A value is known, empty (a source answered that there is none), pending (still asked)
or unknown (not asked, or the source failed). Pure: a profile, a call and a time go in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from screenpop.config.policy import FactWords
from screenpop.domain.call import Call
from screenpop.domain.phone import Ani, Dnis
from screenpop.domain.profile import Facet, FieldState, Profile, Row, Scalar

_WRONG = (FieldState.FAILED, FieldState.TIMED_OUT)


class Status(Enum):
    KNOWN = "known"
    EMPTY = "empty"
    PENDING = "pending"
    UNKNOWN = "unknown"


class Fact(NamedTuple):
    """One value with its provenance; `source` is "" for what the call says."""

    status: Status
    value: Scalar = None
    source: str = ""
    fetched_at: str | None = None
    stale: bool = False
    currency: str | None = None


EMPTY, PENDING, UNKNOWN = Fact(Status.EMPTY), Fact(Status.PENDING), Fact(Status.UNKNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class FactReading:
    """How facts are read in this configuration."""

    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    words: FactWords = field(default_factory=FactWords)
    results: Mapping[str, str] = field(default_factory=dict)
    """Labels of dispositions by code."""


Facts = Mapping[str, Fact] | Fact
"""The facts of one group by name, or what each of them is."""


class CallEvidence:
    """All that rules may look at in one call, as of `now_us`."""

    def __init__(
        self,
        profile: Profile,
        call: Call,
        ani: Ani,
        dnis: Dnis,
        now_us: int,
        reading: FactReading,
    ):
        self.profile, self.call, self.ani, self.dnis = profile, call, ani, dnis
        self.now_us, self.reading = now_us, reading
        self.now = datetime.fromtimestamp(now_us / 1e6, reading.zone)
        self.today = self.now.date()
        self.groups: dict[str, Facts] = {}  # of `facts`, each made once

    def field(self, facet_name: str, name: str) -> Fact:
        """A single value of the profile."""
        facet = self.profile.facets.get(facet_name)
        status = status_of(facet)
        if facet is None or status is PENDING:
            return status
        found = facet.fields.get(name)
        if found is None or found.value in (None, ""):
            return status
        money_in = facet.fields.get("currency")
        return Fact(
            Status.KNOWN,
            found.value,
            found.source,
            found.fetched_at,
            found.state is FieldState.STALE,
            None if money_in is None else str(money_in.value),
        )

    def rows(self, facet_name: str) -> tuple[tuple[Row, ...], Fact]:
        """The rows, and their provenance; not known means that there are no rows."""
        facet = self.profile.facets.get(facet_name)
        status = status_of(facet)
        if facet is None or status is not EMPTY or not facet.rows:
            return (), status
        stale = facet.rows_state is FieldState.STALE
        source = facet.rows_source or ""
        return facet.rows, Fact(
            Status.KNOWN, None, source, facet.rows_fetched_at, stale
        )

    def moment(self, value: Scalar) -> datetime | None:
        """A date or a time of a source, in `server.time_zone` where it has no zone."""
        try:
            found = datetime.fromisoformat(str(value or ""))
        except ValueError:
            return None
        zone = self.reading.zone
        return found.replace(tzinfo=zone) if found.tzinfo is None else found

    def day(self, value: Scalar) -> date | None:
        found = self.moment(value)
        return None if found is None else found.astimezone(self.reading.zone).date()


def status_of(facet: Facet | None) -> Fact:
    """What a value means that the facet does not have.

    Pending while one of its lookups is asked: its answer may replace another's.
    Empty if all that were asked have answered, unknown otherwise.
    """
    if facet is None:
        return UNKNOWN
    answered = False
    for note in facet.notes:
        if note.state is FieldState.PENDING:
            return PENDING
        answered = answered or note.ms is not None
    if any(note.state in _WRONG for note in facet.notes):
        return UNKNOWN
    return EMPTY if answered else UNKNOWN


def number(value: Scalar) -> Decimal | None:
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() and not isinstance(value, bool) else None


def known(value: Scalar | date, basis: Fact, currency: str | None = None) -> Fact:
    """`value` with the provenance of `basis`; empty if there is no value."""
    if value is None or value == "":
        return EMPTY
    plain = value.isoformat() if isinstance(value, date) else value
    return basis._replace(status=Status.KNOWN, value=plain, currency=currency)
