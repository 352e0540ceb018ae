"""How does each thing the archiver hands over become a row, and back?

A row is a plain tuple in the order of its table's columns.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from functools import lru_cache

import msgspec

from screenpop.domain.call import Call, CallKey, Direction, Phase
from screenpop.domain.profile import CandidateRef
from screenpop.domain.recall import RecallAction
from screenpop.history.batch import (
    AlertChange,
    CallState,
    Contact,
    CustomerOfCall,
    MarkedOffer,
    NumberLink,
    ReceiptOfPop,
    ShownAnswer,
    ShownInCall,
    StoredEvent,
    Written,
)
from screenpop.history.statement import Values
from screenpop.history.tables import ID_CHARS, LABEL_CHARS, NAME_CHARS

AGENT_BYTES = 200
NUMBER_CHARS = 32
MESSAGE_CHARS = 500
NOTE_CHARS_MAX = 100_000
NOBODY = ""  # in place of a user name
NO_CUSTOMER: Values = (None, None, None, False)

_JSON = msgspec.json.Encoder()
_SHOWN = msgspec.json.Decoder(tuple[ShownAnswer, ...])


@lru_cache(4_096)
def named(key: CallKey) -> tuple[str, str, int]:
    return fit(key[0], LABEL_CHARS), fit_id(key[1]), key[2]


def call_row(state: CallState) -> Values:
    call = state.call
    hidden = call.withheld and call.direction is Direction.INBOUND
    attributes = {fit_json(k): fit_json(v) for k, v in call.attributes.items()}
    return (
        *named(call.key),
        call.phase.value,
        call.direction.value,
        None if hidden else fit_or_none(state.number, NUMBER_CHARS),
        None if call.withheld else fit_or_none(call.caller),
        call.withheld,
        fit_or_none(call.caller_name),
        fit_or_none(call.dialled),
        fit_or_none(call.queue),
        call.arrived_us,
        call.queued_us,
        call.first_alerting_us,
        call.answered_us,
        call.ended_us,
        None if call.outcome is None else call.outcome.value,
        fit_or_none(call.cause),
        *(NO_CUSTOMER if state.customer is None else _customer(state.customer)),
        _JSON.encode(attributes).decode() if attributes else "{}",
    )


def customer_row(customer: CustomerOfCall) -> Values:
    """For `choosing`: the customer of a call that is there."""
    return (*_customer(customer), *named(customer.key))


def stub(key: CallKey, at_us: int) -> Values:
    """For what belongs to a call whose events are gone from the journal."""
    phase, direction = Phase.ARRIVED.value, Direction.INBOUND.value
    nothing: Values = (None, None, None)
    return (
        *named(key), phase, direction, None, None, False, *nothing, at_us,
        *nothing, None, None, None, *NO_CUSTOMER, "{}",
    )  # fmt: skip


def leg_rows(call: Call) -> Iterator[Values]:
    """One row for each person who was at the telephone, at least one for each leg."""
    for leg in call.legs:
        for user in leg.people or (NOBODY,):
            yield (
                *named(call.key),
                fit_id(leg.agent, AGENT_BYTES),
                fit_id(user, AGENT_BYTES),
                call.arrived_us,
                leg.state.value,
                leg.alerting_us,
                leg.answered_us,
                leg.released_us,
                None if leg.release is None else leg.release.value,
                leg.attempt,
            )


def visit_rows(call: Call) -> Iterator[Values]:
    for place, visit in enumerate(call.visits):
        yield (
            *named(call.key),
            place,
            fit_name(visit.queue),
            visit.entered_us,
            visit.left_us,
            visit.left,
        )


def alert_row(change: AlertChange) -> Values:
    data = json.dumps(dict(change.data), ensure_ascii=False)
    return fit_id(change.change_id), change.at_us, fit(change.user), data


def recall_row(action: RecallAction) -> Values:
    return (
        *named(action.key),
        fit_id(action.action_id),
        fit(action.user),
        action.do.value,
        action.at_us,
        action.until_us,
        fit(action.reason, LABEL_CHARS),
        action.forced,
    )


def event_row(event: StoredEvent) -> Values:
    return (
        *named(event.key),
        fit_id(event.event_id),
        event.type,
        event.at_us,
        event.received_us,
        event.body,
    )


def shown_row(shown: ShownInCall) -> Values:
    body = _JSON.encode(shown.answers).decode()
    return (*named(shown.key), shown.at_us, body)


def shown_from(body: str) -> tuple[ShownAnswer, ...]:
    return _SHOWN.decode(body)


def receipt_row(receipt: ReceiptOfPop) -> Values:
    return (
        *named(receipt.key),
        fit_id(receipt.action_id),
        fit_name(receipt.username),
        fit_or_none(receipt.agent),
        receipt.at_us,
        receipt.ring_to_pop_ms,
        receipt.painted_ms,
    )


def note_row(note: Written) -> Values:
    return _written(note, NOTE_CHARS_MAX)


def disposition_row(chosen: Written) -> Values:
    return _written(chosen, LABEL_CHARS)


def offer_row(marked: MarkedOffer) -> Values:
    offer = marked.offer
    return (
        *named(marked.key),
        fit(offer.facet, LABEL_CHARS),
        fit_id(offer.item),
        fit(offer.basis, LABEL_CHARS),
        fit(offer.model, LABEL_CHARS),
        marked.mark.value,
        marked.at_us,
        None,
    )


def contact_row(contact: Contact) -> Values:
    return (
        fit_id(contact.key),
        fit(contact.name),
        fit(contact.company),
        fit(contact.account),
        fit_or_none(contact.number or None, NUMBER_CHARS),
        fit(contact.named_by),
        contact.at_us,
    )


def link_row(link: NumberLink) -> Values:
    return (
        fit(link.number, NUMBER_CHARS),
        fit(link.ref.source, LABEL_CHARS),
        fit_id(link.ref.key),
        fit(link.name),
        fit(link.chosen_by),
        link.at_us,
    )


def unlink_row(link: NumberLink) -> Values:
    """For `UNLINK`: what names a link, and its time."""
    return (
        fit(link.number, NUMBER_CHARS),
        fit(link.ref.source, LABEL_CHARS),
        fit_id(link.ref.key),
        link.at_us,
    )


def stored_ref(ref: CandidateRef) -> CandidateRef:
    """The customer as its columns hold it."""
    return CandidateRef(source=fit(ref.source, LABEL_CHARS), key=fit_id(ref.key))


def fit_json(text: str) -> str:
    """As long as it is, but writable: half of a surrogate pair is not."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _customer(customer: CustomerOfCall) -> Values:
    if customer.ref is None:
        return NO_CUSTOMER
    return (
        fit_name(customer.ref.source)[:LABEL_CHARS],
        fit_id(customer.ref.key),
        fit_or_none(customer.name),
        customer.by_agent,
    )


def _written(written: Written, chars: int) -> Values:
    return (
        *named(written.key),
        fit_id(written.username, AGENT_BYTES),
        fit_or_none(written.agent),
        fit(written.text, chars),
        written.at_us,
    )


def fit(text: str, chars: int = NAME_CHARS) -> str:
    """Cut to the column; PostgreSQL refuses NUL and half of a surrogate pair."""
    if text.isascii() and len(text) <= chars and "\x00" not in text:
        return text
    return text.encode("utf-8", "replace").decode().replace("\x00", "\ufffd")[:chars]


def one_line(text: str, chars_max: int) -> bool:
    """Is it what a person may type as a name: short, visible, storable?"""
    return 0 < len(text.strip()) <= len(text) <= chars_max and not any(
        char < " " or char == "\x7f" or "\ud800" <= char <= "\udfff" for char in text
    )


@lru_cache(4_096)
def fit_name(text: str) -> str:
    """`fit` for names of the configuration; most are asked for often."""
    return fit(text)


def fit_or_none(text: str | None, chars: int = NAME_CHARS) -> str | None:
    if text is None or (text.isascii() and len(text) <= chars and "\x00" not in text):
        return text  # as `fit`, without its call
    return fit(text, chars)


def fit_id(text: str, size: int = ID_CHARS) -> str:
    """As `fit`, but two different ids stay different: a cut one ends in its hash.

    `size` counts bytes: PostgreSQL refuses index entries beyond 2,700 of them.
    """
    if text.isascii() and len(text) <= size and "\x00" not in text:
        return text
    data = text.encode("utf-8", "surrogatepass")
    if len(data) <= size and fit(text, size) == text:
        return text
    digest = hashlib.sha256(data).hexdigest()
    head = data[: size - len(digest) - 1].decode("utf-8", "ignore")
    return f"{fit(head)}#{digest}"
