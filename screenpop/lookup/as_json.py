"""How is an explanation told as JSON (the contract of `explain --json`)?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches

import msgspec

from screenpop.config.facets import FacetLayout
from screenpop.domain.caller import Candidate, Json, Scalar
from screenpop.domain.profile import Answer, Facet, Field
from screenpop.lookup.explain import Explanation

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NUMBERS = frozenset({"money", "number", "integer", "percent"})
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
    if not isinstance(value, str) or kind not in _NUMBERS:
        return value
    try:
        number = Decimal(value)
    except InvalidOperation:
        return value
    return number if number.is_finite() else value
