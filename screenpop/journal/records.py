"""What is written into the journal, and how does it travel as bytes?

A record knows its `stream` and `key`: the pair is its identity, and a second
append of the same pair changes nothing. Records are frozen dataclasses; their
bytes are JSON (msgspec), one codec per kind.
"""

from __future__ import annotations

from collections.abc import Mapping
from operator import attrgetter
from typing import TYPE_CHECKING, ClassVar

import msgspec
from msgspec.structs import replace

from screenpop.domain.call import (
    AgentId,
    CallEvent,
    CallId,
    CallKey,
    LineId,
    UserId,
)
from screenpop.domain.profile import Answer, Candidate, CandidateRef, LookupOutcome
from screenpop.domain.recall import Doing, RecallAction


class EventRecord(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A call event as a line reported it."""

    kind: ClassVar[str] = "event"
    event: CallEvent

    @property
    def stream(self) -> str:
        return self.event.line

    @property
    def key(self) -> str:
        return self.event.event_id

    if TYPE_CHECKING:

        @property
        def at_us(self) -> int: ...

    else:
        at_us = property(attrgetter("event.received_us"))


class AnswersRecord(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Answers of one call's lookups that landed together, and how they leave it.

    `round` marks one run of the call's lookups (a restarted service starts another),
    `part` counts its records from 0: part 0 is what was known without asking.
    `pending`, `candidates` and `chosen` hold as of this record.
    """

    kind: ClassVar[str] = "answers"
    line: str
    call_id: CallId
    occurrence: int = 0
    round: str
    part: int
    at_us: int
    answers: tuple[Answer, ...] = ()
    pending: tuple[str, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    chosen: CandidateRef | None = None
    by_agent: bool = False  # chosen by a person, not by confidence

    if TYPE_CHECKING:

        @property
        def call_key(self) -> CallKey: ...

    else:  # as `Call.key`
        call_key = property(attrgetter("line", "call_id", "occurrence"))

    @property
    def stream(self) -> str:
        return self.line

    @property
    def key(self) -> str:
        return f"answers/{self.call_id}/{self.round}/{self.part}"


class ActionRecord(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a person did: a choice, a note, a disposition, a state, a receipt.

    `action` is one of `choose` `contact` `unchoose` `note` `handover` `disposition`
    `offers` `agent_state` `receipt` `recall` `desk` (opened, or the last one closed);
    `data` is flat text.
    `action_id` makes a repeated send harmless.
    """

    kind: ClassVar[str] = "action"
    action: str
    action_id: str
    at_us: int
    user: str
    agent: AgentId | None = None
    line: str = ""
    call_id: CallId | None = None
    occurrence: int = 0
    data: Mapping[str, str]

    @property
    def call_key(self) -> CallKey | None:
        """The call that it is about; None when it is about none."""
        if self.call_id is None:
            return None
        return (LineId(self.line), self.call_id, self.occurrence)

    @property
    def stream(self) -> str:
        return "actions"

    @property
    def key(self) -> str:
        return self.action_id


Record = EventRecord | AnswersRecord | ActionRecord

_KINDS: dict[str, type[Record]] = {
    kind.kind: kind for kind in (EventRecord, AnswersRecord, ActionRecord)
}
_DECODERS = {name: msgspec.json.Decoder(kind) for name, kind in _KINDS.items()}
_ENCODER = msgspec.json.Encoder()


def encode(record: Record) -> bytes:
    return _ENCODER.encode(record)


def fit_for_storage(record: AnswersRecord) -> AnswersRecord:
    """What of it can be stored: an answer that cannot becomes a failure that says so.

    Lookups that landed must leave a card, whatever they brought.
    """
    return replace(
        record,
        answers=tuple(map(_fit_answer, record.answers)),
        candidates=tuple(filter(_can_be_stored, record.candidates)),
    )


def _fit_answer(answer: Answer) -> Answer:
    if _can_be_stored(answer):
        return answer
    return replace(
        answer,
        outcome=LookupOutcome.FAILED,
        rows=(),
        candidates=(),
        message=f"{answer.source} failed: its answer cannot be stored",
        detail="a value in its answer is not text, a number or a flag that can be"
        " stored. Correct the source, or leave that column out.",
    )


def _can_be_stored(value: object) -> bool:
    try:
        _ENCODER.encode(value)
    except (TypeError, ValueError, OverflowError):
        return False
    return True


def decode(kind: str, body: bytes) -> Record:
    """Raises `msgspec.ValidationError` when the bytes are not a record of that kind."""
    return _DECODERS[kind].decode(body)


def recall_action(record: ActionRecord) -> RecallAction | None:
    """What a journalled action does to a row; None when it cannot be read."""
    key, data = record.call_key, record.data
    try:
        do, until_us = Doing(data.get("do", "")), int(data.get("until_us", "0"))
    except ValueError:
        return None
    if key is None:
        return None
    return RecallAction(
        key=key,
        action_id=record.action_id,
        do=do,
        user=UserId(record.user),
        at_us=record.at_us,
        until_us=until_us,
        reason=data.get("reason", ""),
        forced=data.get("forced") == "yes",
    )
