"""The records that the journal's own tests write."""

from __future__ import annotations

from screenpop.domain.call import AgentId, CallEvent, CallId, EventType, LineId
from screenpop.journal.records import EventRecord


def rang(event_id: str, line: str = "main", at_us: int = 1_000) -> EventRecord:
    return EventRecord(
        event=CallEvent(
            type=EventType.ALERTING,
            line=LineId(line),
            call_id=CallId("c-1"),
            event_id=event_id,
            at_us=at_us,
            received_us=at_us,
            caller="+442079460958",
            agents=(AgentId("1001"),),
        )
    )
