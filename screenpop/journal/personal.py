"""Which parts of a record speak of a person, and what is left without them?

A record is split into a clear one, which is what remains of it when the person is
erased, and its personal part as bytes. The clear one gives the same counts: what was
an outside number still reads as one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from screenpop.domain.call import CallEvent, Direction, is_extension
from screenpop.domain.decision import CHOICES
from screenpop.domain.phone import erased_number
from screenpop.domain.profile import Answer, Candidate, CandidateRef
from screenpop.journal.records import (
    ActionRecord,
    AnswersRecord,
    EventRecord,
    Record,
)

ERASED = "erased"
"""The action that is left of a note, a choice or a contact."""

_ACTIONS = frozenset({"note", "handover", *CHOICES})


class PersonalEvent(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """What an event says of a person; the names are those of `CallEvent`."""

    caller: str | None = None
    caller_name: str | None = None
    dialled: str | None = None
    target: str | None = None
    attributes: Mapping[str, str] = {}


class PersonalAnswers(msgspec.Struct, frozen=True, gc=False):
    answers: tuple[Answer, ...]
    candidates: tuple[Candidate, ...]
    chosen: CandidateRef | None


class PersonalAction(msgspec.Struct, frozen=True, gc=False):
    action: str
    data: Mapping[str, str]


_ENCODER = msgspec.json.Encoder()
_EVENT = msgspec.json.Decoder(PersonalEvent)
_ANSWERS = msgspec.json.Decoder(PersonalAnswers)
_ACTION = msgspec.json.Decoder(PersonalAction)


def split(record: Record, mark: int = 0) -> tuple[Record, bytes | None]:
    """The record without what is personal, and that; None: it has nothing personal.

    `mark` (0 to 15) keeps two numbers of one call apart after they were erased.
    """
    if isinstance(record, EventRecord):
        return _split_event(record, mark)
    if isinstance(record, AnswersRecord):
        return _split_answers(record)
    return _split_action(record)


def joined(clear: Record, personal: bytes) -> Record:
    """The record that was split. Raises `msgspec.ValidationError`."""
    if isinstance(clear, EventRecord):
        found = _EVENT.decode(personal)
        given: dict[str, Any] = {
            name: getattr(found, name)
            for name in PersonalEvent.__struct_fields__
            if getattr(found, name)
        }
        return EventRecord(event=replace(clear.event, **given))
    if isinstance(clear, AnswersRecord):
        said = _ANSWERS.decode(personal)
        return replace(
            clear,
            answers=said.answers,
            candidates=said.candidates,
            chosen=said.chosen,
        )
    did = _ACTION.decode(personal)
    return replace(clear, action=did.action, data=did.data)


def number_text(event: CallEvent) -> str | None:
    """The outside party's number as sent; None when this event does not say it."""
    text = event.dialled if event.direction is Direction.OUTBOUND else event.caller
    return None if text is None or is_extension(text) else text


def _split_event(record: EventRecord, mark: int) -> tuple[Record, bytes | None]:
    event = record.event
    caller = _outside(event.caller)
    dialled = None if event.direction is Direction.INBOUND else _outside(event.dialled)
    name, target, attributes = event.caller_name, event.target, event.attributes
    if not (caller or dialled or name or target or attributes):
        return record, None
    personal = PersonalEvent(caller, name, dialled, target, attributes)
    clear = replace(
        event,
        caller=erased_number(caller, mark) if caller else event.caller,
        caller_name=None,
        dialled=erased_number(dialled, mark) if dialled else event.dialled,
        target=None,
        attributes={},
    )
    return EventRecord(event=clear), _ENCODER.encode(personal)


def _outside(text: str | None) -> str | None:
    return None if text is None or is_extension(text) else text


def _split_answers(record: AnswersRecord) -> tuple[Record, bytes | None]:
    if not (record.answers or record.candidates or record.chosen):
        return record, None
    personal = PersonalAnswers(record.answers, record.candidates, record.chosen)
    clear = [replace(answer, **_NOTHING) for answer in record.answers]
    left = replace(record, answers=tuple(clear), candidates=(), chosen=None)
    return left, _ENCODER.encode(personal)


_NOTHING: Mapping[str, Any] = {
    "rows": (), "candidates": (), "subject": None, "message": None, "detail": None
}  # fmt: skip
"""What is left of an answer in place of what speaks of a person."""


def _split_action(record: ActionRecord) -> tuple[Record, bytes | None]:
    if record.action not in _ACTIONS:
        return record, None
    personal = PersonalAction(record.action, record.data)
    return replace(record, action=ERASED, data={}), _ENCODER.encode(personal)
