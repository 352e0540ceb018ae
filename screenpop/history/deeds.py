"""What does the history keep of an action of a person?"""

from __future__ import annotations

from collections.abc import Iterator

from screenpop.domain.call import CallKey
from screenpop.domain.offer import Mark, decode_offers
from screenpop.history.batch import (
    AlertChange,
    Contact,
    MarkedOffer,
    ReceiptOfPop,
    Written,
)
from screenpop.journal.records import ActionRecord


def alert_change_of(record: ActionRecord) -> AlertChange:
    return AlertChange(
        change_id=record.action_id,
        at_us=record.at_us,
        user=record.user,
        data=record.data,
    )


def written_in(record: ActionRecord, key: CallKey, name: str) -> Written:
    return Written(
        key=key,
        username=record.user,
        agent=record.agent,
        text=record.data[name],
        at_us=record.at_us,
    )


def marked_in(record: ActionRecord, key: CallKey) -> Iterator[MarkedOffer]:
    """`""` takes a mark back; `shown` and `held_back` leave the one that is there."""
    mark, at_us = Mark(record.data["mark"] or Mark.SHOWN), record.at_us
    new_only = record.data["mark"] in (Mark.SHOWN, Mark.HELD_BACK)
    for offer in decode_offers(record.data["offers"]):
        yield MarkedOffer(
            key=key, offer=offer, mark=mark, at_us=at_us, new_only=new_only
        )


def receipt_of(record: ActionRecord, key: CallKey) -> ReceiptOfPop:
    return ReceiptOfPop(
        key=key,
        action_id=record.action_id,
        username=record.user,
        agent=record.agent,
        at_us=record.at_us,
        ring_to_pop_ms=_number(record.data.get("ring_to_pop_ms", "")),
        painted_ms=_number(record.data.get("painted_ms", "")),
    )


def contact_of(record: ActionRecord) -> Contact:
    data = record.data
    return Contact(
        key=data["key"],
        name=data["name"],
        company=data.get("company", ""),
        account=data.get("account", ""),
        number=data.get("number") or None,
        named_by=record.user,
        at_us=record.at_us,
    )


def _number(text: str) -> float | None:
    return float(text) if text else None
