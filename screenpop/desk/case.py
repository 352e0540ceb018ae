"""What does this node know of one live call, and what did each person see of it?"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping

import msgspec

from screenpop.desk import frames
from screenpop.domain.agent import UserId
from screenpop.domain.call import AgentLeg, Call, CallKey
from screenpop.domain.decision import Decision
from screenpop.domain.phone import Parties
from screenpop.domain.profile import Answer, Candidate, CandidateRef, Facet, Profile
from screenpop.domain.recall import OpenPromise
from screenpop.journal.records import AnswersRecord

NO_NOTE = frames.AgentNote()


class Pop(msgspec.Struct, kw_only=True, gc=False):
    """One call on one person's desk. Offsets are 0 while a thing has not happened."""

    user: UserId
    key: CallKey
    leg: AgentLeg
    opened: int
    changed: int
    received_us: int  # of the event that opened it: ring-to-pop starts there
    closed: int = 0
    note: frames.AgentNote = NO_NOTE
    acked: bool = False
    earlier: list[str] = []  # colleagues who talked before, as last told
    finished: bool = False  # a disposition was given: nothing more to do
    consult: frames.Consult | None = None  # as last sent

    @property
    def wrap_up(self) -> bool:
        """Does the card stay for its notes after the end?"""
        return bool(self.closed) and self.leg.talked


class _Found(msgspec.Struct, frozen=True, array_like=True):
    """What the lookups of a case found."""

    answers: Mapping[str, Answer]
    pending: frozenset[str]
    candidates: tuple[Candidate, ...]


_NOTHING: dict[str, Answer] = {}  # of every packed case; `unpack` makes its own
_NO_MEMO: dict[str, tuple[tuple[object, ...], Facet]] = {}
_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(_Found)


class Case(msgspec.Struct, kw_only=True, gc=False):
    """A live call with all that was found out about its caller."""

    call: Call
    parties: Parties
    answers: dict[str, Answer] = {}
    pending: frozenset[str] = frozenset()
    candidates: tuple[Candidate, ...] = ()
    chosen: CandidateRef | None = None
    chosen_us: int = 0
    decisions: list[Decision] = []  # of agents, the newest counts
    profile: Profile | None = None
    memo: dict[str, tuple[tuple[object, ...], Facet]] = {}
    pops: dict[UserId, Pop] = {}
    promise: OpenPromise | None = None  # to this caller, when their number came
    about: CallKey | None = None  # the customer's call, of a consultation
    consults: list[CallKey] = []  # calls that are about this one
    forgotten_rounds: set[str] = set()
    round: str = ""
    part: int = -1
    packed: bytes = b""

    def found(self) -> bytes:
        """What the lookups found, in few bytes."""
        if self.packed:
            return self.packed
        found = _Found(self.answers, self.pending, self.candidates)
        return zlib.compress(_ENCODER.encode(found), 1)

    def saved(self) -> SavedCase:
        return SavedCase(
            self.call,
            self.found(),
            self.chosen,
            self.chosen_us,
            list(self.pops.values()),
            self.forgotten_rounds,
            self.round,
            self.part,
            self.decisions,
            self.about,
            self.consults,
            self.promise,
        )

    @classmethod
    def of(cls, saved: SavedCase, parties: Parties) -> Case:
        return cls(
            call=saved.call,
            parties=parties,
            packed=saved.found,
            chosen=saved.chosen,
            chosen_us=saved.chosen_us,
            pops={pop.user: pop for pop in saved.pops},
            forgotten_rounds=saved.forgotten_rounds,
            round=saved.round,
            part=saved.part,
            decisions=saved.decisions,
            about=saved.about,
            consults=saved.consults,
            promise=saved.promise,
        )

    def pack(self) -> None:
        """The call is over: what was found is kept in few bytes until it is wanted."""
        if self.packed:
            return
        self.packed = self.found()
        self.answers, self.pending, self.candidates = _NOTHING, frozenset(), ()
        self.profile, self.memo = None, _NO_MEMO

    def forget_merged(self) -> None:
        """The facets are made otherwise from now on: make all of them again."""
        if not self.packed:
            self.memo = {}

    def unpack(self) -> None:
        if not self.packed:
            return
        found = _DECODER.decode(zlib.decompress(self.packed))
        self.packed = b""
        self.answers, self.pending = dict(found.answers), found.pending
        self.memo = {}
        self.candidates = found.candidates

    def touch(self, offset: int) -> None:
        """Whoever comes back must be told that there is more to see."""
        for pop in self.pops.values():
            if not pop.closed or pop.wrap_up:
                pop.changed = offset

    def take(self, record: AnswersRecord) -> bool:
        """Take answers in; False when this record was taken before."""
        if self.packed:
            self.unpack()
        if record.round == self.round and record.part <= self.part:
            return False
        if record.round in self.forgotten_rounds:
            return False
        if record.round != self.round:
            if self.round:
                self.forgotten_rounds.add(self.round)
            self.round = record.round
        self.part = record.part
        for answer in record.answers:
            self.answers[answer.lookup] = answer
        self.pending = frozenset(record.pending)
        self.candidates = record.candidates
        if record.chosen != self.chosen:
            self.chosen, self.chosen_us = record.chosen, record.at_us
        self.profile = None
        return True


class SavedCase(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A case as a snapshot keeps it."""

    call: Call
    found: bytes  # as `Case.packed`
    chosen: CandidateRef | None
    chosen_us: int
    pops: list[Pop]
    forgotten_rounds: set[str]
    round: str
    part: int
    decisions: list[Decision] = []
    about: CallKey | None = None
    consults: list[CallKey] = []
    promise: OpenPromise | None = None


ProfileOf = Callable[[Case], Profile]
