"""What do these journal entries mean for the history?

Pure but for its memory of the calls it follows. One that it does not know (new, the
service was restarted, or nothing was heard for long) must learn first what the
store holds of it: `unknown`, `remember`.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from operator import add, attrgetter

from msgspec.structs import replace

from screenpop.domain.alert import ALERT
from screenpop.domain.call import (
    AgentId,
    Call,
    CallEvent,
    CallKey,
    EventType,
)
from screenpop.domain.call_fold import CallFold
from screenpop.domain.call_state import CallLimits
from screenpop.domain.decision import CHOICES
from screenpop.domain.popped import SEEN, SEEN_HOW, FacetViews
from screenpop.domain.profile import CONTACTS_SOURCE, Answer, CandidateRef
from screenpop.domain.recall import RECALL
from screenpop.history.batch import (
    Batch,
    CallState,
    CustomerOfCall,
    NumberLink,
    PeopleAt,
    ShownAnswer,
    ShownInCall,
    StoredEvent,
)
from screenpop.history.deeds import (
    alert_change_of,
    contact_of,
    marked_in,
    receipt_of,
    written_in,
)
from screenpop.history.occupancy import heard_of
from screenpop.history.rows import fit
from screenpop.journal.base import Entry
from screenpop.journal.records import (
    ActionRecord,
    AnswersRecord,
    EventRecord,
    encode,
    recall_action,
)

_OF_PEOPLE = ("agent_state", "desk")  # actions that say what a person does
FOLLOWED_MAX = 5000  # calls in memory; the store holds what others were
LEFT_MAX = 200  # former answers that stay on the cards of those who left the call
MESSAGE_CHARS = 500

NumberOf = Callable[[Call], str | None]
"""The outside party's number in E.164; None when it may not be kept or read."""


@dataclass(slots=True)
class _ArchivedCall:
    """One call: its events, what is on its cards, whom it is taken to speak of."""

    fold: CallFold
    open: list[AgentId] = field(default_factory=list)
    answers: dict[str, ShownAnswer] = field(default_factory=dict)
    left: list[ShownAnswer] = field(default_factory=list)
    customer: CustomerOfCall | None = None
    ended: bool = False

    def show(self, answer: ShownAnswer) -> bool:
        """A lookup's answer on the cards of all who are there; False if known."""
        before = self.answers.get(answer.lookup)
        if before is not None and _age(before) >= _age(answer):
            return False
        answer.agents = dict.fromkeys(self.open, answer.at_us)
        answer.views = None if before is None else before.views
        self.answers[answer.lookup] = answer
        if before is not None and not before.agents.keys() <= set(self.open):
            for agent in self.open:
                before.agents.pop(agent, None)
            self.left.append(before)
            del self.left[:-LEFT_MAX]
        return True

    def see(self, data: Mapping[str, str]) -> None:
        """What an agent looked at on their card: counted, without a name."""
        how = {name: data.get(name, "").split() for name in SEEN_HOW}
        there = {facet for facets in how.values() for facet in facets}
        for answer in self.answers.values():
            if (facet := answer.facet) in there:
                before = answer.views or FacetViews()
                one = (1, *(facet in how[name] for name in SEEN_HOW))
                answer.views = FacetViews(*map(add, before, one))

    def join(self, at_us: int) -> bool:
        """Who came in was shown what was known by then; True when somebody was."""
        before, self.open = self.open, self.fold.open_agents()
        joined = [agent for agent in self.open if agent not in before]
        for answer in self.answers.values():
            for agent in joined:
                answer.agents[agent] = max(at_us, answer.at_us)
        return bool(joined) and bool(self.answers)


class BatchMaker:
    """Folds entries into batches for the store."""

    def __init__(
        self,
        consumer: str,
        number_of: NumberOf,
        limits: CallLimits,
        people_at: PeopleAt = lambda agent: (),
    ):
        self._people_at = people_at
        self._consumer = consumer
        self._number_of = number_of
        self._limits = limits
        self._followed: OrderedDict[CallKey, _ArchivedCall] = OrderedDict()
        self._over: set[CallKey] = set()
        self._batch = Batch(consumer=consumer)
        self._changed: dict[CallKey, _ArchivedCall] = {}
        self._cards: dict[CallKey, int] = {}  # what is shown changed, and when
        self._chosen: dict[CallKey, CustomerOfCall] = {}

    def __len__(self) -> int:
        return len(self._followed)

    def unknown(self, entries: Iterable[Entry]) -> set[CallKey]:
        """Calls of these entries that are not in memory."""
        keys = {_followed(entry) for entry in entries}
        return {key for key in keys if key is not None and key not in self._followed}

    def remember(
        self,
        key: CallKey,
        events: Iterable[CallEvent],
        answers: Iterable[ShownAnswer],
        customer: CustomerOfCall | None,
    ) -> None:
        """Take in what the store holds of a call."""
        call = self._follow(key)
        for event in events:
            call.fold.add(event)
        call.open = call.fold.open_agents()
        call.customer = customer
        for answer in answers:
            before = call.answers.get(answer.lookup)
            if before is not None and _age(before) > _age(answer):
                call.left.append(answer)
                continue
            if before is not None:
                call.left.append(before)
            call.answers[answer.lookup] = answer

    def add(self, entry: Entry) -> None:
        """Take one entry; they must come in the journal's order."""
        record, batch = entry.record, self._batch
        batch.heard_us = max(batch.heard_us, record.at_us)
        if isinstance(record, EventRecord):
            self._event(record)
        elif isinstance(record, AnswersRecord):
            self._lookups(record)
        else:
            self._action(record)
        batch.offset = entry.offset

    def states(self) -> Iterator[None]:
        """Look at the calls that changed, some at each step; before `finish`."""
        batch = self._batch
        for followed in self._changed.values():
            call = self._with_people(followed.fold.call())
            batch.calls.append(
                CallState(
                    call=call, number=self._number_of(call), customer=followed.customer
                )
            )
            followed.ended = call.ended_us is not None
            yield

    def _with_people(self, call: Call) -> Call:
        nameless = [leg for leg in call.legs if leg.people is None]
        if not nameless:
            return call
        legs = [
            replace(leg, people=self._people_at(leg.agent)) if leg in nameless else leg
            for leg in call.legs
        ]
        return replace(call, legs=tuple(legs))

    def finish(self, now_us: int) -> Batch:
        """All that was added since the last batch, but for the `states`."""
        batch, self._batch = self._batch, Batch(consumer=self._consumer)
        changed, self._changed = self._changed, {}
        cards, self._cards = self._cards, {}
        chosen, self._chosen = self._chosen, {}
        batch.at_us = now_us
        batch.customers = [
            x for key, x in chosen.items() if key not in changed or x.ref is None
        ]
        batch.shown = [
            ShownInCall(key=key, at_us=at_us, answers=(*of.left, *of.answers.values()))
            for key, at_us in cards.items()
            if (of := self._followed.get(key)) is not None and len(of.fold)
        ]
        self._forget(changed)
        return batch

    def _follow(self, key: CallKey) -> _ArchivedCall:
        followed = self._followed.get(key)
        if followed is None:
            limit = self._limits.events_per_call_max
            followed = _ArchivedCall(CallFold(*key, limit=limit))
            self._followed[key] = followed
        return followed

    def _event(self, record: EventRecord) -> None:
        event = record.event
        if event.type is EventType.AGENT_STATE:
            self._batch.heard += heard_of(record, self._people_at)
            return
        stored = stored_event(record)
        self._batch.events.append(stored)
        key = stored.key
        followed = self._follow(key)
        if not followed.fold.add(event):
            return
        self._changed[key] = followed
        if followed.join(event.received_us):
            self._cards[key] = event.received_us

    def _lookups(self, record: AnswersRecord) -> None:
        key = record.call_key
        followed = self._follow(key)
        for answer in filter(attrgetter("facet"), record.answers):
            if followed.show(_shown(answer, record.at_us)):
                self._cards[key] = record.at_us
        if record.chosen is not None:
            names = {c.ref: c.name or c.company for c in record.candidates}
            name = names.get(record.chosen)
            self._choose(key, record.chosen, name, by_agent=record.by_agent)

    def _choose(
        self,
        key: CallKey,
        ref: CandidateRef | None,
        name: str | None,
        *,
        by_agent: bool,
    ) -> None:
        followed = self._follow(key)
        customer = CustomerOfCall(key=key, ref=ref, name=name, by_agent=by_agent)
        followed.customer = self._chosen[key] = customer
        if len(followed.fold):
            self._changed[key] = followed

    def _forget(self, changed: dict[CallKey, _ArchivedCall]) -> None:
        """Calls that were over a batch ago; beyond the limit the longest silent."""
        for key in self._over - changed.keys():
            self._followed.pop(key, None)
        self._over = {key for key, followed in changed.items() if followed.ended}
        for key in changed:
            self._followed.move_to_end(key)
        while len(self._followed) > FOLLOWED_MAX:
            self._followed.popitem(last=False)

    def _action(self, record: ActionRecord) -> None:
        key, batch = record.call_key, self._batch
        if record.action == ALERT:
            batch.alerts.append(alert_change_of(record))
        elif record.action in _OF_PEOPLE:
            batch.heard += heard_of(record, self._people_at)
        if key is None:
            return
        match record.action:
            case "note":
                batch.notes.append(written_in(record, key, "text"))
            case "handover":
                batch.handovers.append(written_in(record, key, "text"))
            case "disposition":
                batch.dispositions.append(written_in(record, key, "code"))
            case "offers":
                batch.offers.extend(marked_in(record, key))
            case action if action == RECALL:
                done = recall_action(record)
                if done is not None:
                    batch.recalls.append(done)
            case action if action == SEEN:
                self._follow(key).see(record.data)
                self._cards[key] = record.at_us
            case "receipt":
                batch.receipts.append(receipt_of(record, key))
            case "choose":
                data = record.data
                ref = CandidateRef(source=data["source"], key=data["key"])
                self._chosen_by_agent(record, key, ref)
            case "unchoose":
                self._choose(key, None, None, by_agent=False)
                self._batch.unlinks.extend(_taken_back(record))
            case "contact":
                batch.contacts.append(contact_of(record))
                ref = CandidateRef(source=CONTACTS_SOURCE, key=record.data["key"])
                self._chosen_by_agent(record, key, ref)

    def _chosen_by_agent(
        self, record: ActionRecord, key: CallKey, ref: CandidateRef
    ) -> None:
        data = record.data
        name = data.get("name") or data.get("company", "")
        self._choose(key, ref, name, by_agent=True)
        if data.get("remember") == "yes" and data.get("number"):
            self._batch.links.append(
                NumberLink(
                    number=data["number"],
                    ref=ref,
                    name=name,
                    chosen_by=record.user,
                    at_us=record.at_us,
                )
            )


def _followed(entry: Entry) -> CallKey | None:
    """The call whose state matters for this entry."""
    record = entry.record
    if isinstance(record, EventRecord):
        event = record.event
        if event.type is EventType.AGENT_STATE:
            return None
        return event.line, event.call_id, event.occurrence
    if isinstance(record, AnswersRecord):
        return record.call_key
    return record.call_key if record.action in (*CHOICES, SEEN) else None


def _taken_back(record: ActionRecord) -> Iterator[NumberLink]:
    """The choice for a number that is not to be remembered any more."""
    data = record.data
    if data.get("number") and data.get("of_us", "").isdecimal():
        yield NumberLink(
            number=data["number"],
            ref=CandidateRef(source=data["source"], key=data["key"]),
            name="",
            chosen_by=record.user,
            at_us=int(data["of_us"]),
        )


def _age(answer: ShownAnswer) -> tuple[int, int]:
    return answer.at_us, answer.fetched_us


@lru_cache(1_024)
def _fit_key(key: str) -> str:
    return fit(key, MESSAGE_CHARS)


def _shown(answer: Answer, at_us: int) -> ShownAnswer:
    subject = answer.subject
    return ShownAnswer(
        lookup=answer.lookup,
        source=answer.source,
        facet=answer.facet,
        state=answer.outcome,
        at_us=at_us,
        fetched_us=answer.fetched_us,
        ms=answer.ms,
        row_count=len(answer.rows) or len(answer.candidates),
        subject_source=None if subject is None else subject.source,
        subject_key=None if subject is None else _fit_key(subject.key),
        message=None if answer.message is None else fit(answer.message, MESSAGE_CHARS),
    )


def stored_event(record: EventRecord) -> StoredEvent:
    """As the history keeps it: what a call is folded from again."""
    event = record.event
    return StoredEvent(
        key=(event.line, event.call_id, event.occurrence),
        event_id=event.event_id,
        type=event.type.value,
        at_us=event.at_us,
        received_us=event.received_us,
        body=encode(record).decode(),
    )
