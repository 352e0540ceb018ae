"""How does each thing the archiver hands over become a row, and back?"""

from __future__ import annotations

import json

from screenpop.domain.call import Call, Direction, Phase
from screenpop.domain.caller import CandidateRef
from screenpop.store.batch import (
    AnswerShown,
    CallKey,
    CallState,
    Contact,
    NumberLink,
    ReceiptOfPop,
    StoredEvent,
    Written,
)
from screenpop.store.tables import LABEL_CHARS
from screenpop.store.texts import fit, fit_id, fit_or_none
from screenpop.store.upsert import RowValues

AGENT_BYTES = 200
NUMBER_CHARS = 32
MESSAGE_CHARS = 500
NOTE_CHARS_MAX = 100_000
NOT_CHOSEN: dict[str, bool] = {"chosen_by_agent": False}


def named(key: CallKey) -> dict[str, str]:
    return {"line": fit(key[0], LABEL_CHARS), "call_id": fit_id(key[1])}


def call_row(state: CallState) -> RowValues:
    call = state.call
    hidden = call.withheld and call.direction is Direction.INBOUND
    return {
        **named((call.line, call.call_id)),
        "phase": call.phase.value,
        "direction": call.direction.value,
        "number": None if hidden else fit_or_none(state.number, NUMBER_CHARS),
        "caller": None if call.withheld else fit_or_none(call.caller),
        "withheld": call.withheld,
        "caller_name": fit_or_none(call.caller_name),
        "dialled": fit_or_none(call.dialled),
        "queue": fit_or_none(call.queue),
        "arrived_us": call.arrived_us,
        "queued_us": call.queued_us,
        "first_alerting_us": call.first_alerting_us,
        "answered_us": call.answered_us,
        "ended_us": call.ended_us,
        "outcome": None if call.outcome is None else call.outcome.value,
        "cause": fit_or_none(call.cause),
        "attributes": json.dumps(dict(call.attributes)),
        **NOT_CHOSEN,
    }


def stub(key: CallKey, at_us: int) -> RowValues:
    """For what belongs to a call whose events are gone from the journal."""
    return {
        **named(key),
        "phase": Phase.ARRIVED.value,
        "direction": Direction.INBOUND.value,
        "withheld": False,
        "arrived_us": at_us,
        "attributes": "{}",
        **NOT_CHOSEN,
    }


def leg_rows(call: Call) -> list[RowValues]:
    return [
        {
            **named((call.line, call.call_id)),
            "agent": fit_id(leg.agent, AGENT_BYTES),
            "arrived_us": call.arrived_us,
            "state": leg.state.value,
            "alerting_us": leg.alerting_us,
            "answered_us": leg.answered_us,
            "released_us": leg.released_us,
            "release": None if leg.release is None else leg.release.value,
            "attempt": leg.attempt,
        }
        for leg in call.legs
    ]


def visit_rows(call: Call) -> list[RowValues]:
    return [
        {
            **named((call.line, call.call_id)),
            "place": place,
            "queue": fit(visit.queue),
            "entered_us": visit.entered_us,
            "left_us": visit.left_us,
            "left": visit.left,
        }
        for place, visit in enumerate(call.visits)
    ]


def event_row(event: StoredEvent) -> RowValues:
    return {
        **named(event.key),
        "event_id": fit_id(event.event_id),
        "type": event.type,
        "at_us": event.at_us,
        "received_us": event.received_us,
        "body": event.body,
    }


def shown_row(shown: AnswerShown) -> RowValues:
    ref = shown.subject
    return {
        **named(shown.key),
        "agent": fit_id(shown.agent, AGENT_BYTES),
        "lookup": fit(shown.lookup, LABEL_CHARS),
        "source": fit(shown.source, LABEL_CHARS),
        "facet": fit(shown.facet, LABEL_CHARS),
        "state": shown.state,
        "at_us": shown.at_us,
        "fetched_us": shown.fetched_us,
        "ms": shown.ms,
        "row_count": shown.row_count,
        "subject_source": None if ref is None else fit(ref.source, LABEL_CHARS),
        "subject_key": None if ref is None else fit_id(ref.key),
        "message": fit_or_none(shown.message, MESSAGE_CHARS),
    }


def receipt_row(receipt: ReceiptOfPop) -> RowValues:
    return {
        **named(receipt.key),
        "action_id": fit_id(receipt.action_id),
        "username": fit(receipt.username),
        "agent": fit_or_none(receipt.agent),
        "at_us": receipt.at_us,
        "ring_to_pop_ms": receipt.ring_to_pop_ms,
        "painted_ms": receipt.painted_ms,
    }


def written_row(written: Written, column: str) -> RowValues:
    return {
        **named(written.key),
        "username": fit_id(written.username, AGENT_BYTES),
        "agent": fit_or_none(written.agent),
        column: fit(written.text, LABEL_CHARS if column == "code" else NOTE_CHARS_MAX),
        "at_us": written.at_us,
    }


def contact_row(contact: Contact) -> RowValues:
    return {
        "key": fit_id(contact.key),
        "name": fit(contact.name),
        "company": fit(contact.company),
        "account": fit(contact.account),
        "number": fit_or_none(contact.number or None, NUMBER_CHARS),
        "named_by": fit(contact.named_by),
        "at_us": contact.at_us,
    }


def link_row(link: NumberLink) -> RowValues:
    return {
        "number": fit(link.number, NUMBER_CHARS),
        "source": fit(link.ref.source, LABEL_CHARS),
        "key": fit_id(link.ref.key),
        "name": fit(link.name),
        "chosen_by": fit(link.chosen_by),
        "at_us": link.at_us,
    }


def shown_from(key: CallKey, row: RowValues) -> AnswerShown:
    values = {
        name: value
        for name, value in row.items()
        if name not in {"line", "call_id", "subject_source", "subject_key"}
    }
    source, subject = row["subject_source"], row["subject_key"]
    ref = (
        CandidateRef(source=str(source), key=str(subject))
        if source is not None and subject is not None
        else None
    )
    return AnswerShown(key=key, subject=ref, **values)  # type: ignore[arg-type]
