"""A call and its profile, as rules see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from screenpop.config.facets import all_shapes
from screenpop.config.model import Configuration
from screenpop.domain.call import Call, CallId, Direction, LineId, Phase
from screenpop.domain.phone import E164, Ani, Dnis
from screenpop.domain.profile import (
    Facet,
    Field,
    FieldState,
    PolicyLine,
    Profile,
    Row,
    Scalar,
    SourceNote,
)
from screenpop.insight.evidence import CallEvidence, FactReading
from screenpop.insight.policy import SalesPolicy, policy_of, rules_of

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
NOW_US = round(NOW.timestamp() * 1_000_000)
NOW_AT = "2026-11-21T09:00:00Z"
ANI = Ani(raw="+442079460958", number=E164("+442079460958"), country="GB")
DNIS = Dnis(raw="+442079460100", number=E164("+442079460100"))
RESULTS = (
    {"code": "payment_promised", "label": "Payment promised"},
    {"code": "call_back", "label": "Call back"},
    {"code": "complaint", "label": "Complaint"},
)


def call(**changes: Any) -> Call:
    given: dict[str, Any] = {
        "line": LineId("main"),
        "call_id": CallId("c-1"),
        "phase": Phase.ALERTING,
        "direction": Direction.INBOUND,
        "caller": "+442079460958",
        "withheld": False,
        "caller_name": None,
        "dialled": "+442079460100",
        "queue": "sales",
        "arrived_us": NOW_US,
        "attributes": {},
    }
    return Call(**(given | changes))


def note(state: FieldState = FieldState.FRESH, *, asked: bool = True) -> SourceNote:
    pending = state is FieldState.PENDING
    ms = 5.0 if asked and not pending else None
    return SourceNote(lookup="lookup", source="ERP", state=state, ms=ms)


def fields(*notes: SourceNote, **values: Scalar) -> Facet:
    """A facet with these values of the source ERP."""
    found = {
        name: Field(
            value=value, source="ERP", fetched_at=NOW_AT, state=FieldState.FRESH
        )
        for name, value in values.items()
    }
    return Facet(state=FieldState.FRESH, fields=found, notes=notes or (note(),))


def rows(*given: Row, notes: Sequence[SourceNote] = ()) -> Facet:
    return Facet(
        state=FieldState.FRESH,
        rows=given,
        rows_source="ERP" if given else None,
        rows_fetched_at=NOW_AT if given else None,
        rows_state=FieldState.FRESH if given else None,
        notes=tuple(notes) or (note(),),
    )


PENDING = Facet(state=FieldState.PENDING, notes=(note(FieldState.PENDING),))
FAILED = Facet(state=FieldState.FAILED, notes=(note(FieldState.FAILED),))
NOT_ASKED = Facet(state=FieldState.EMPTY, notes=(note(FieldState.EMPTY, asked=False),))


def earlier(at: str, **columns: Scalar) -> Row:
    usual: dict[str, Scalar] = {
        "direction": "inbound", "agent": "Ana Lee", "queue": "sales",
        "outcome": "completed", "disposition": None, "note": None, "talk_s": 60,
    }  # fmt: skip
    return {"at": at, **usual, **columns}


def configured(*rules: Mapping[str, Any], **config: Any) -> Configuration:
    """With a lookup for each built-in facet."""
    lookups = {
        f"of_{shape.name}": {"source": "erp", "facet": shape.name}
        for shape in all_shapes(Configuration())
    }
    return Configuration.model_validate(
        {
            "sources": {"erp": {"connector": "sql", "label": "ERP"}},
            "lookups": lookups,
            "dispositions": RESULTS,
            "policy": [{"name": f"rule_{at}", **x} for at, x in enumerate(rules)],
            **config,
        }
    )


def policy(*rules: Mapping[str, Any], **config: Any) -> SalesPolicy:
    made = configured(*rules, **config)
    assert [str(mistake) for mistake in rules_of(made)[1]] == []
    found = policy_of(made)
    assert found is not None
    return found


def applied(
    policy: SalesPolicy, _call: Call | None = None, /, **facets: Facet
) -> Profile:
    profile = Profile(facets=facets)
    return policy.applied(profile, _call or call(), ANI, DNIS, NOW_US)


def lines(policy: SalesPolicy, /, **facets: Facet) -> list[PolicyLine]:
    return applied(policy, **facets).policy


def evidence(_call: Call | None = None, /, **facets: Facet) -> CallEvidence:
    results = {each["code"]: each["label"] for each in RESULTS}
    reading = FactReading(results=results)
    profile = Profile(facets=facets)
    return CallEvidence(profile, _call or call(), ANI, DNIS, NOW_US, reading)
