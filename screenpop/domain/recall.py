"""Which callers reached no one, and who calls them back?

A caller is a number. Each call with it says one thing:
- an *attempt*: the caller reached no one (abandoned, missed, voicemail, asked to be
  called back, or out of hours),
- a *contact*: an agent talked with the caller, on a call of either side,
- a *try*: we called, and it was not answered.

A call back that an agent promised for a time counts as an attempt, made when it was
promised: it waits for that time.

The attempts since the last contact are one row. A contact closes the row: of an attempt
that began before the answer the caller got through, or was called back. People claim,
snooze and close rows; each action names an attempt and reaches the row that it is in.
A row is closed up to that attempt, so that a call which the person did not see yet
begins another one. The rows are a function of the set of calls and of the ordered
actions: neither the order in which calls became known nor repetition changes them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from math import inf

import msgspec
from msgspec.structs import replace

from screenpop.domain.agent import UserId
from screenpop.domain.call import AgentId, AgentLeg, Call, CallKey, Direction, Outcome
from screenpop.domain.call_counts import (
    is_direct,
    is_short,
    ring_began_us,
    wait_beginnings_us,
)
from screenpop.domain.opening_hours import OpeningHours
from screenpop.domain.stake import Stake

RECALL = "recall"
"""The name of the action in the journal; its `do` is a `Doing`."""
PROMISED = "promised"
"""The kind of an attempt that is an agent's promise to call back."""
PROMISE_DAYS_MAX = 90
GOT_THROUGH, CALLED_BACK = "got_through", "called_back"
CLOSE_REASONS: Mapping[str, str] = {
    "settled": "Settled without a call",
    "not_reached": "Tried, not reached",
    "wrong_number": "Wrong number",
    "not_wanted": "No call wanted",
    "other": "Other reason",
}
"""Why a person may close a row, and how the page says it. Free text is not taken."""
SORT_RULE = (
    "First promised call-backs that are due, then who asked to be called back, then who"
    " tried most often, then the most money at stake, then who has waited longest since"
    " the first attempt."
)
OPEN_KINDS = (Outcome.REJECTED, Outcome.FAILED)  # an attempt only out of hours


class Saying(StrEnum):
    ATTEMPT = "attempt"
    CONTACT = "contact"
    TRY = "try"


class Doing(StrEnum):
    CLAIM = "claim"
    RELEASE = "release"
    SNOOZE = "snooze"
    CLOSE = "close"
    PROMISE = "promise"  # of a call in which an agent talked; for `until_us`


class RowState(StrEnum):
    WAITING = "waiting"
    CLAIMED = "claimed"
    SNOOZED = "snoozed"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallRules:
    """What decides what a call says, and how long a claim holds."""

    short_abandon_s: float = 5
    hours: OpeningHours | None = None  # None: nothing is out of hours
    claim_us: int = 1_800_000_000


class RecallCall(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What one call with a number says.

    `at_us` is the arrival, of a contact the answer. `people` were at the telephones
    that had a leg in it; of a contact `by` talked first, at `agent`.
    """

    key: CallKey
    number: str
    says: Saying
    at_us: int
    arrived_us: int
    queue: str = ""
    kind: str = ""  # of an attempt: an `Outcome`; of a contact: how
    waited_us: int = 0
    out_of_hours: bool = False
    people: tuple[UserId, ...] = ()
    by: tuple[UserId, ...] = ()
    agent: AgentId | None = None
    caller_name: str | None = None
    stake: Stake | None = None
    due_us: int = 0  # of a promise: for when it was made

    @property
    def order(self) -> tuple[int, bool, CallKey]:
        """An attempt and an answer of the same moment: the attempt was first."""
        return self.at_us, self.says is Saying.CONTACT, self.key


class RecallAction(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What a person did to the row of one attempt.

    `forced`: by somebody who may overrule a colleague's claim.
    """

    key: CallKey
    action_id: str
    do: Doing
    user: UserId
    at_us: int
    until_us: int = 0
    reason: str = ""
    forced: bool = False


class OpenPromise(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """An agent promised to call back then; no one talked with the caller since."""

    due_us: int
    by: UserId


class Closing(msgspec.Struct, frozen=True, gc=False):
    """`how` is `got_through`, `called_back`, or a key of `CLOSE_REASONS`."""

    how: str
    at_us: int
    by: tuple[UserId, ...] = ()
    agent: AgentId | None = None


class RecallRow(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One caller who reached no one; oldest attempt first."""

    attempts: tuple[RecallCall, ...]
    tries: tuple[RecallCall, ...] = ()
    claimed_by: UserId | None = None
    claimed_us: int = 0
    snoozed_by: UserId | None = None
    snoozed_until_us: int = 0
    closed: Closing | None = None

    @property
    def newest(self) -> RecallCall:
        return self.attempts[-1]

    @property
    def queue(self) -> str:
        return self.newest.queue

    @property
    def promise(self) -> RecallCall | None:
        """The newest promise among the attempts."""
        return next((x for x in reversed(self.attempts) if x.due_us), None)

    @property
    def last_us(self) -> int:
        """When something was last to be done about it."""
        return max(self.newest.at_us, self.newest.due_us)

    @property
    def shown_again_us(self) -> int:
        """Put off until then: by a person, or as it was promised for that time."""
        return max(self.snoozed_until_us, self.newest.due_us)

    @property
    def stake(self) -> Stake:
        """As the newest call knows it that knows anything."""
        known = (x.stake for x in reversed(self.attempts) if x.stake is not None)
        return next(known, _NO_STAKE)

    def state(self, now_us: int, rules: RecallRules) -> RowState:
        if self.closed is not None:
            return RowState.CLOSED
        if self.claimed_by is not None and now_us < self.claimed_us + rules.claim_us:
            return RowState.CLAIMED
        if now_us < self.shown_again_us:
            return RowState.SNOOZED
        return RowState.WAITING


_NO_STAKE = Stake()


def urgency(row: RecallRow, now_us: int) -> tuple[bool, float, bool, int, Decimal, int]:
    """The place of a row in the list, the smallest first: `SORT_RULE`.

    What is put off, or promised for later, comes last.
    """
    due_us = inf if row.promise is None else row.promise.due_us
    asked = any(x.kind == Outcome.CALLBACK for x in row.attempts)
    first_us = row.attempts[0].at_us
    order = (not asked, -len(row.attempts), -row.stake.value, first_us)
    return now_us < row.shown_again_us, due_us if due_us <= now_us else inf, *order


# -- What does one call say?


def recall_call(
    call: Call, number: str | None, rules: RecallRules
) -> RecallCall | None:
    """None while it says nothing: no number, going on unanswered, or an inner call."""
    if number is None or call.direction is Direction.INTERNAL:
        return None
    outbound = call.direction is Direction.OUTBOUND
    if call.outcome in (None, Outcome.COMPLETED) and call.answered_us is not None:
        return _contact(call, number, CALLED_BACK if outbound else GOT_THROUGH)
    if call.outcome is Outcome.COMPLETED:  # by a leg that does not say when
        return _contact(call, number, CALLED_BACK if outbound else GOT_THROUGH)
    if call.ended_us is None:
        return None
    if outbound:
        return _said(call, number, Saying.TRY, call.arrived_us)
    closed = rules.hours is not None and not rules.hours.covers(call.arrived_us)
    kind = _kind(call, rules, out_of_hours=closed)
    if kind is None:
        return None
    return _said(
        call, number, Saying.ATTEMPT, call.arrived_us,
        kind=kind.value, out_of_hours=closed, waited_us=_waited_us(call),
    )  # fmt: skip


def _contact(call: Call, number: str, how: str) -> RecallCall:
    first = _first_to_talk(call.legs) or (call.legs[0] if call.legs else None)
    at_us = call.answered_us
    if at_us is None:
        at_us = call.arrived_us if first is None else first.answered_us
    return _said(
        call, number, Saying.CONTACT, at_us or call.arrived_us, kind=how,
        by=() if first is None else first.people or (),
        agent=None if first is None else first.agent,
    )  # fmt: skip


def _said(
    call: Call, number: str, says: Saying, at_us: int, **more: object
) -> RecallCall:
    people = {user for leg in call.legs for user in leg.people or ()}
    return RecallCall(
        key=call.key,
        number=number,
        says=says,
        at_us=at_us,
        arrived_us=call.arrived_us,
        queue=call.visits[-1].queue if call.visits else call.queue or "",
        people=tuple(sorted(people)),
        caller_name=call.caller_name,
        **more,  # type: ignore[arg-type]
    )


def _first_to_talk(legs: Iterable[AgentLeg]) -> AgentLeg | None:
    talked = [leg for leg in legs if leg.answered_us is not None]
    return min(talked, key=lambda leg: leg.answered_us or 0, default=None)


def _kind(call: Call, rules: RecallRules, *, out_of_hours: bool) -> Outcome | None:
    """Short ones are left out, as in the counts, but not out of hours."""
    outcome = call.outcome
    if outcome in (Outcome.VOICEMAIL, Outcome.CALLBACK):
        return outcome
    if out_of_hours:
        return Outcome.MISSED if outcome in OPEN_KINDS else outcome
    if outcome not in (Outcome.ABANDONED, Outcome.MISSED) or call.ended_us is None:
        return None
    if not (call.visits or is_direct(call)):
        return None  # left in a menu: no queue and no telephone was reached
    since_us = ring_began_us(call)
    if call.visits:
        since_us = wait_beginnings_us(call.visits)[-1]
    short = is_short(since_us, call.ended_us, rules.short_abandon_s)
    return None if short else outcome


def _waited_us(call: Call) -> int:
    since_us = call.visits[0].entered_us if call.visits else ring_began_us(call)
    return max(0, (call.ended_us or since_us) - since_us)


# -- Which rows do all calls with a number make?


@dataclass(slots=True)
class _Segment:
    """Attempts between two contacts; those from `first` on are not closed by hand."""

    attempts: list[RecallCall] = field(default_factory=list)
    tries: list[RecallCall] = field(default_factory=list)
    contact: RecallCall | None = None
    first: int = 0
    closed: list[tuple[int, int, Closing]] = field(default_factory=list)
    claimed_by: UserId | None = None
    claimed_us: int = 0
    snoozed_by: UserId | None = None
    snoozed_until_us: int = 0
    snoozed_at: int = -1  # the newest attempt that the person saw

    def act(self, action: RecallAction, place: int, rules: RecallRules) -> None:
        if place < self.first or not self._may(action, rules):
            return
        match action.do:
            case Doing.CLAIM:
                self.claimed_by, self.claimed_us = action.user, action.at_us
                self.snoozed_by, self.snoozed_until_us = None, 0
            case Doing.RELEASE:
                self.claimed_by = None
            case Doing.SNOOZE:
                self.claimed_by = None
                self.snoozed_by, self.snoozed_until_us = action.user, action.until_us
                self.snoozed_at = place
            case Doing.CLOSE:
                self._close(action, place)
            case Doing.PROMISE:
                pass  # it is an attempt: see `_promises`

    def _may(self, action: RecallAction, rules: RecallRules) -> bool:
        """A colleague's claim keeps all others off while it holds."""
        if action.forced or self.claimed_by in (None, action.user):
            return True
        return action.at_us >= self.claimed_us + rules.claim_us

    def _close(self, action: RecallAction, place: int) -> None:
        how = Closing(action.reason, action.at_us, (action.user,))
        self.closed.append((self.first, place + 1, how))
        self.first = place + 1
        self.claimed_by = self.snoozed_by = None
        self.snoozed_until_us = 0

    def rows(self) -> list[RecallRow]:
        rows = [self._part(*part) for part in self.closed]
        if self.first == len(self.attempts):
            return rows
        asleep = self.snoozed_at == len(self.attempts) - 1
        closing = None if self.contact is None else _closing(self.contact)
        row = replace(
            self._part(self.first, len(self.attempts), closing),
            claimed_by=self.claimed_by,
            claimed_us=self.claimed_us,
            snoozed_by=self.snoozed_by if asleep else None,
            snoozed_until_us=self.snoozed_until_us if asleep else 0,
        )
        return [*rows, row]

    def _part(self, first: int, end: int, closing: Closing | None) -> RecallRow:
        """Our own calls belong to the attempts before them."""
        later = self.attempts[end:]
        from_us = self.attempts[first].at_us
        to_us = later[0].at_us if later else None
        tries = [
            each
            for each in self.tries
            if from_us <= each.at_us and (to_us is None or each.at_us < to_us)
        ]
        attempts = tuple(self.attempts[first:end])
        return RecallRow(attempts=attempts, tries=tuple(tries), closed=closing)


def _closing(contact: RecallCall) -> Closing:
    return Closing(contact.kind, contact.at_us, contact.by, contact.agent)


def rows_of(
    calls: Iterable[RecallCall], actions: Sequence[RecallAction], rules: RecallRules
) -> list[RecallRow]:
    """The rows of one number, the oldest first; `actions` in the journal's order."""
    calls = [*calls]
    segments = _segments([*calls, *_promises(calls, actions)])
    places = {
        attempt.key: (segment, place)
        for segment in segments
        for place, attempt in enumerate(segment.attempts)
    }
    for action in actions:
        found = places.get(action.key)
        if found is not None:
            segment, place = found
            segment.act(action, place, rules)
    return [row for segment in segments for row in segment.rows()]


def _promises(
    calls: Iterable[RecallCall], actions: Sequence[RecallAction]
) -> Iterable[RecallCall]:
    """What was promised last in each call, unless it was taken back."""
    last = {each.key: each for each in actions if each.do is Doing.PROMISE}
    for call in calls:
        made = last.get(call.key)
        if made is not None and made.until_us and call.says is Saying.CONTACT:
            yield replace(
                call,
                says=Saying.ATTEMPT,
                kind=PROMISED,
                at_us=max(made.at_us, call.at_us + 1),  # their clocks may differ
                due_us=made.until_us,
                by=(made.user,),
            )


def _segments(calls: Iterable[RecallCall]) -> list[_Segment]:
    segments: list[_Segment] = []
    for call in sorted(calls, key=lambda each: each.order):
        is_open = bool(segments) and segments[-1].contact is None
        match call.says:
            case Saying.ATTEMPT if is_open:
                segments[-1].attempts.append(call)
            case Saying.ATTEMPT:
                segments.append(_Segment(attempts=[call]))
            case Saying.CONTACT if is_open:
                segments[-1].contact = call
            case Saying.TRY if is_open:
                segments[-1].tries.append(call)
            case _:
                pass  # no one waited for it
    return segments
