"""What do these journal entries mean for the history?

Pure but for its memory of live calls. A call it does not know (the service was
restarted) must be told first what the store holds of it: `unknown`, `remember`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from screenpop.domain.call import Call, CallEvent, CallId, EventType, LineId
from screenpop.domain.call_state import CallBook, CallLimits, Change
from screenpop.domain.caller import CandidateRef
from screenpop.domain.profile import Answer
from screenpop.journal.base import Entry
from screenpop.journal.records import ActionRecord, AnswersRecord, EventRecord, encode
from screenpop.store.batch import (
    AnswerShown,
    Batch,
    CallKey,
    CallState,
    Contact,
    Customer,
    NumberLink,
    ReceiptOfPop,
    StoredEvent,
    Written,
)

CONTACTS_SOURCE = "contacts"
FORGET_EVERY_US = 30_000_000

NumberOf = Callable[[Call], str | None]
"""The outside party's number in E.164; None when it may not be kept or read."""


class BatchMaker:
    """Folds entries into batches for the store."""

    def __init__(self, consumer: str, number_of: NumberOf, limits: CallLimits):
        self._consumer = consumer
        self._number_of = number_of
        self._book = CallBook(limits)
        self._answers: dict[CallKey, dict[str, AnswerShown]] = {}
        self._forgot_us = 0
        self._batch = Batch(consumer=consumer)
        self._changed: dict[CallKey, Call] = {}

    def unknown(self, entries: Iterable[Entry]) -> set[CallKey]:
        """Calls of these entries that are not in memory."""
        return {
            key
            for entry in entries
            if (key := _followed(entry)) is not None and self._book.get(*key) is None
        }

    def remember(
        self, key: CallKey, events: Iterable[CallEvent], shown: Iterable[AnswerShown]
    ) -> None:
        """Take in what the store holds of a call."""
        for event in events:
            self._book.apply(event)
        for answer in shown:
            self._answers.setdefault(key, {})[answer.lookup] = answer

    def add(self, entry: Entry) -> None:
        """Take one entry; they must come in the journal's order."""
        record = entry.record
        self._batch.offset = entry.offset
        if isinstance(record, EventRecord):
            self._event(record, self._batch)
        elif isinstance(record, AnswersRecord):
            self._lookups(record, self._batch)
        else:
            _action(record, self._batch)

    def finish(self, now_us: int) -> Batch:
        """All that was added since the last batch."""
        batch, self._batch = self._batch, Batch(consumer=self._consumer)
        changed, self._changed = self._changed, {}
        batch.at_us = now_us
        batch.calls = [
            CallState(call=call, number=self._number_of(call))
            for call in changed.values()
        ]
        self._forget(now_us)
        return batch

    def _event(self, record: EventRecord, batch: Batch) -> None:
        event = record.event
        if event.type is EventType.AGENT_STATE:
            return
        key = (event.line, event.call_id)
        batch.events.append(
            StoredEvent(
                key=key,
                event_id=event.event_id,
                type=event.type.value,
                at_us=event.at_us,
                received_us=event.received_us,
                body=encode(record).decode(),
            )
        )
        change = self._book.apply(event)
        if change is None:
            return
        self._changed[key] = change.after
        for agent in _joined(change):
            batch.shown += [
                _at(answer, agent, event.received_us)
                for answer in self._answers.get(key, {}).values()
            ]

    def _lookups(self, record: AnswersRecord, batch: Batch) -> None:
        key = (LineId(record.line), record.call_id)
        call = self._book.get(*key)
        for answer in record.answers:
            shown = _shown(key, answer, record.at_us)
            self._answers.setdefault(key, {})[answer.lookup] = shown
            if call is not None:
                batch.shown += [
                    _at(shown, agent, record.at_us) for agent in sorted(_open(call))
                ]
        if record.chosen is not None:
            names = {c.ref: c.company or c.name for c in record.candidates}
            batch.customers.append(
                Customer(
                    key=key,
                    ref=record.chosen,
                    name=names.get(record.chosen),
                    by_agent=record.by_agent,
                )
            )

    def _forget(self, now_us: int) -> None:
        if now_us - self._forgot_us < FORGET_EVERY_US:
            return
        self._forgot_us = now_us
        self._book.forget(now_us)
        self._answers = {
            key: answers
            for key, answers in self._answers.items()
            if self._book.get(*key) is not None
        }


def _followed(entry: Entry) -> CallKey | None:
    """The call whose state matters for this entry."""
    record = entry.record
    if isinstance(record, EventRecord):
        event = record.event
        if event.type is EventType.AGENT_STATE:
            return None
        return event.line, event.call_id
    if isinstance(record, AnswersRecord):
        return LineId(record.line), record.call_id
    return None


def _open(call: Call) -> set[str]:
    return {leg.agent for leg in call.legs if leg.open}


def _joined(change: Change) -> list[str]:
    before = set() if change.before is None else _open(change.before)
    return sorted(_open(change.after) - before)


def _shown(key: CallKey, answer: Answer, at_us: int) -> AnswerShown:
    return AnswerShown(
        key=key,
        agent="",
        lookup=answer.lookup,
        source=answer.source,
        facet=answer.facet,
        state=answer.outcome.value,
        at_us=at_us,
        fetched_us=answer.fetched_us,
        ms=answer.ms,
        row_count=len(answer.rows) or len(answer.candidates),
        subject=answer.subject,
        message=answer.message,
    )


def _at(shown: AnswerShown, agent: str, at_us: int) -> AnswerShown:
    """The same answer on this agent's card from that time on."""
    return AnswerShown(
        key=shown.key,
        agent=agent,
        lookup=shown.lookup,
        source=shown.source,
        facet=shown.facet,
        state=shown.state,
        at_us=max(at_us, shown.at_us),
        fetched_us=shown.fetched_us,
        ms=shown.ms,
        row_count=shown.row_count,
        subject=shown.subject,
        message=shown.message,
    )


def _action(record: ActionRecord, batch: Batch) -> None:
    if record.call_id is None:
        return
    key = (LineId(record.line), CallId(record.call_id))
    match record.action:
        case "note":
            batch.notes.append(_written(record, key, "text"))
        case "disposition":
            batch.dispositions.append(_written(record, key, "code"))
        case "receipt":
            batch.receipts.append(_receipt(record, key))
        case "choose":
            data = record.data
            ref = CandidateRef(source=data["source"], key=data["key"])
            _chosen(record, key, ref, batch)
        case "contact":
            batch.contacts.append(_contact(record))
            ref = CandidateRef(source=CONTACTS_SOURCE, key=record.data["key"])
            _chosen(record, key, ref, batch)


def _written(record: ActionRecord, key: CallKey, name: str) -> Written:
    return Written(
        key=key,
        username=record.user,
        agent=record.agent,
        text=record.data[name],
        at_us=record.at_us,
    )


def _receipt(record: ActionRecord, key: CallKey) -> ReceiptOfPop:
    return ReceiptOfPop(
        key=key,
        action_id=record.action_id,
        username=record.user,
        agent=record.agent,
        at_us=record.at_us,
        ring_to_pop_ms=_number(record.data.get("ring_to_pop_ms", "")),
        painted_ms=_number(record.data.get("painted_ms", "")),
    )


def _contact(record: ActionRecord) -> Contact:
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


def _chosen(
    record: ActionRecord, key: CallKey, ref: CandidateRef, batch: Batch
) -> None:
    data = record.data
    name = data.get("company") or data.get("name", "")
    batch.customers.append(Customer(key=key, ref=ref, name=name, by_agent=True))
    if data.get("remember") == "yes" and data.get("number"):
        batch.links.append(
            NumberLink(
                number=data["number"],
                ref=ref,
                name=name,
                chosen_by=record.user,
                at_us=record.at_us,
            )
        )


def _number(text: str) -> float | None:
    return float(text) if text else None
