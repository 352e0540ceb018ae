"""Calls and what belongs to them, as the archiver hands them over."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from screenpop.domain.call import (
    AgentId,
    AgentLeg,
    Call,
    CallId,
    CallKey,
    Direction,
    LegState,
    LineId,
    Phase,
    QueueVisit,
    UserId,
)
from screenpop.domain.profile import CandidateRef
from screenpop.history.batch import (
    Batch,
    CallState,
    Contact,
    CustomerOfCall,
    NumberLink,
    ReceiptOfPop,
    ShownAnswer,
    ShownInCall,
    StoredEvent,
    Written,
)

NUMBER = "+442079460958"
ERP = CandidateRef(source="erp", key="c-7")


def key(call_id: str = "c-1", line: str = "main", occurrence: int = 0) -> CallKey:
    return LineId(line), CallId(call_id), occurrence


def call(call_id: str = "c-1", line: str = "main", **values: Any) -> Call:
    at_us = values.setdefault("arrived_us", 1_000)
    people: Iterable[tuple[str, str]] = values.pop("people", [("1001", "ana")])
    legs = tuple(
        AgentLeg(
            agent=AgentId(agent),
            state=LegState.ALERTING,
            alerting_us=at_us,
            people=(UserId(user),),
        )
        for agent, user in people
    )
    known: dict[str, Any] = {
        "phase": Phase.ALERTING,
        "direction": Direction.INBOUND,
        "caller": NUMBER,
        "withheld": False,
        "caller_name": None,
        "dialled": "+442079460100",
        "queue": "sales",
        "legs": legs,
        "visits": (QueueVisit(queue="sales", entered_us=at_us),),
        "attributes": {"account": "4711"},
    }
    return Call(line=LineId(line), call_id=CallId(call_id), **{**known, **values})


def state(
    call_id: str = "c-1", number: str | None = NUMBER, **values: Any
) -> CallState:
    return CallState(call=call(call_id, **values), number=number)


def batch(offset: int = 1, **values: Any) -> Batch:
    return Batch(consumer="archiver", offset=offset, at_us=offset, **values)


def event(event_id: str, call_id: str = "c-1", at_us: int = 1_000) -> StoredEvent:
    return StoredEvent(
        key=key(call_id),
        event_id=event_id,
        type="alerting",
        at_us=at_us,
        received_us=at_us,
        body=f'{{"event": "{event_id}"}}',
    )


def answer(lookup: str = "balance", **values: Any) -> ShownAnswer:
    known: dict[str, Any] = {
        "source": "erp",
        "facet": "balance",
        "state": "ok",
        "at_us": 2_000,
        "fetched_us": 1_900,
        "ms": 12.5,
        "row_count": 1,
        "subject_source": ERP.source,
        "subject_key": ERP.key,
        "agents": {"1001": 2_000},
    }
    return ShownAnswer(lookup=lookup, **{**known, **values})


def shown(*answers: ShownAnswer, at_us: int = 2_000) -> ShownInCall:
    return ShownInCall(key=key(), at_us=at_us, answers=answers or (answer(),))


def written(text: str, at_us: int = 3_000, username: str = "ana") -> Written:
    return Written(key=key(), username=username, agent="1001", text=text, at_us=at_us)


def receipt(action_id: str = "r-1") -> ReceiptOfPop:
    return ReceiptOfPop(
        key=key(),
        action_id=action_id,
        username="ana",
        agent="1001",
        at_us=2_500,
        ring_to_pop_ms=14.25,
        painted_ms=None,
    )


def customer(name: str = "Globex", **values: Any) -> CustomerOfCall:
    known: dict[str, Any] = {"key": key(), "ref": ERP, "by_agent": False}
    return CustomerOfCall(name=name, **{**known, **values})


def contact(name: str = "Cara", at_us: int = 1, contact_key: str = "k-1") -> Contact:
    return Contact(
        key=contact_key,
        name=name,
        company="Initech",
        account="",
        number=NUMBER,
        named_by="ana",
        at_us=at_us,
    )


def link(by: str = "ana", at_us: int = 1, number: str = NUMBER) -> NumberLink:
    return NumberLink(number=number, ref=ERP, name="Globex", chosen_by=by, at_us=at_us)
