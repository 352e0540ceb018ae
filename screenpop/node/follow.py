"""What does this node make of each journal entry?

One consumer reads the journal in order and hands every entry to the folds, in this
order: the place, the calls, lookups, desks, and when the card is out, the wallboard's
counters and the lines' clocks. After a restart the same code reads what is stored,
quietly; then it goes on live.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from screenpop.desk.desk import Desk, Outgoing
from screenpop.desk.hub import Hub
from screenpop.desk.presence import DESK, Said
from screenpop.domain.agent import UserId, agent_state
from screenpop.domain.alert import ALERT
from screenpop.domain.call import Call, CallEvent, CallKey, EventType, Phase
from screenpop.domain.call_state import CallBook, Change
from screenpop.domain.decision import CHOICES
from screenpop.domain.directory import Directory
from screenpop.domain.profile import Candidate
from screenpop.domain.recall import RECALL
from screenpop.domain.related_calls import about
from screenpop.history.past_calls import RecentNotes
from screenpop.intake.placing import Placing
from screenpop.journal.appending import Door
from screenpop.journal.base import Entry, ReturnedEntry
from screenpop.journal.duty import CallDuty
from screenpop.journal.records import (
    ActionRecord,
    AnswersRecord,
    EventRecord,
    Record,
)
from screenpop.journal.spool import APART
from screenpop.lookup.calls import CallLookups
from screenpop.node.fold_failures import FoldFailures
from screenpop.support.clock import Clock
from screenpop.wallboard.agent_rows import Subject, person, telephone
from screenpop.wallboard.feed import WallboardFeed

log = logging.getLogger(__name__)


@dataclass(kw_only=True)
class Follower:
    """All folds of one node, and the order in which they hear of an entry."""

    book: CallBook
    lookups: CallLookups
    desk: Desk
    hub: Hub
    feed: WallboardFeed
    door: Door
    placing: Placing
    duty: CallDuty
    clock: Clock
    failures: FoldFailures
    notes: RecentNotes = field(default_factory=RecentNotes)
    live: bool = False  # False while stored entries are read again
    offset: int = 0
    heard_us: int = 0  # when the newest entry was received, in steady microseconds
    _shared: int = 0  # see `shared_offset`
    _quiet: bool = False  # no desk hears of what is folded

    @property
    def directory(self) -> Directory:
        return self.desk.directory

    def take(self, entry: Entry) -> None:
        """Fold one entry in.

        A fold that fails does not keep the entry from the others, nor later entries
        from itself: it is logged, counted and shown. It keeps what it knew of that
        call, and takes the whole of it with the call's next event.

        While this node goes on alone, entries of the shared journal are what others
        did. No desk hears of them: each is brought as a whole when this node rejoins.
        """
        offset, alone = entry.offset, self.offset >= APART
        quiet = alone and offset < APART
        if offset <= (self._shared if quiet else self.offset):
            return
        if quiet:
            self._shared = offset
        else:
            if not alone:
                self._shared = self.offset
            self.offset = offset
        self._quiet, self.failures.offset = quiet, offset
        try:
            self._take(entry)
        except Exception as error:  # noqa: BLE001
            self.failures.failed("entry", error)
        self._quiet = False
        self.hub.offset = max(self.hub.offset, self.offset)

    @property
    def shared_offset(self) -> int:
        """The newest entry of the shared journal that was folded."""
        return self.offset if self.offset < APART else self._shared

    async def keep_duty(self) -> None:
        """Ask for the calls of a node that died, too."""
        await self.duty.run(
            lambda: {call.node for call in self.going_on() if call.node is not None},
            self._take_over,
        )

    def going_on(self) -> Iterator[Call]:
        return (call for call in self.book if call.phase is not Phase.ENDED)

    def _take_over(self, node: str) -> None:
        calls = [call.key for call in self.going_on() if call.node == node]
        log.info("the lookups of %d calls of another node go on here", len(calls))
        for key in calls:
            self.failures.guarded("lookups", self.begin_lookups, key)

    def rejoin(self, offset: int, known: Sequence[Entry] = ()) -> None:
        """Entries had numbers of this node's own for a while: they are over.

        Everybody at this node gets their desk as a whole, under `offset`. Of `known`
        entries this node has made a second call, if it took them alone in another
        occurrence: that call never was.
        """
        self.offset = offset
        self.placing.rejoin()
        for entry in self.placing.placed(known):
            if isinstance(entry.record, EventRecord):
                event = entry.record.event
                alone = self.placing.folded_alone(event)
                if alone not in (None, event.occurrence):
                    self._never_was((event.line, event.call_id, alone))
        self.notes.rejoin(offset)
        self.desk.rejoin(offset)
        self.feed.rejoin(offset)
        self.hub.rejoin(offset)
        self.desk.unshown.clear()

    @property
    def now_us(self) -> int:
        return self.clock.steady_us() if self.live else self.heard_us

    def tidy(self, at_most: int = sys.maxsize) -> list[Record]:
        """Close what has no end, make small what is over, forget what is long over.

        Of so many calls at most: half a millisecond of the event loop for each.
        """
        now_us = self.now_us
        ends = self.book.overdue(now_us, at_most)
        for call in self.book.settled():
            key = call.key
            case = self.desk.cases.get(key)
            is_known = case is not None and bool(case.candidates)
            self.feed.meters.over(call, now_us, is_known=is_known)
            if case is not None and self.live:
                self.failures.guarded("lookups", self.lookups.learn, case.answers)
            self.failures.guarded("lookups", self.lookups.end, call)
            self.failures.guarded("desk", self.desk.settle, call)
            self.failures.guarded("occurrences", self.placing.occurrences.settle, *key)
        for call in self.book.forget(now_us):
            self._forget(call)
        return [EventRecord(event=event) for event in ends]

    def _forget(self, call: Call) -> None:
        """The call left the book: whatever is kept of it anywhere goes."""
        self.failures.guarded("lookups", self.lookups.end, call)
        self.failures.guarded("wallboard", self.feed.drop, call)
        self.failures.guarded("desk", self._forget_cards, call)
        self.failures.guarded("occurrences", self.placing.occurrences.settle, *call.key)

    def _forget_cards(self, call: Call) -> None:
        closed = self.desk.forget(call, self.offset)
        if not self._quiet:
            self.hub.deliver(self.offset, closed)

    def number_of(self, key: CallKey) -> str | None:
        """The number of the customer whom a call in the book is about, in E.164."""
        call = self.book.get(key)
        if call is None:
            return None
        return self.lookups.parties(self.book.with_customer(call)).ani.number

    def _hear(self, record: Record) -> None:
        """When was this entry received, on the scale of `steady_us`?"""
        if self.live:
            self.heard_us = self.clock.steady_us()
        else:  # a clock may have been set back, or was ahead, at that time
            at_us = min(record.at_us, self.clock.steady_us())
            self.heard_us = max(self.heard_us, at_us)

    def _take(self, entry: Entry) -> None:
        record = entry.record
        if not isinstance(record, EventRecord):
            record = self.placing.renamed(record)
        if isinstance(entry, ReturnedEntry):
            if isinstance(record, EventRecord):
                self._returned(entry.offset, record.event)
                return
            if isinstance(record, ActionRecord) and record.action == RECALL:
                self.feed.recalls.act(entry.offset, record)  # its place is known now
            if record is entry.record:
                return  # it is folded, and about the call that it names
        self._hear(record)
        match record:
            case EventRecord(event=event):
                placed = self.placing.folded(entry.offset, event)
                try:
                    self._placed(entry.offset, placed)
                finally:
                    self.placing.learn(entry.offset, placed)
            case AnswersRecord() as record:
                shown = self.desk.answers(entry.offset, record)
                self.hub.deliver(entry.offset, [] if self._quiet else shown)
                self.failures.guarded("recalls", self._know, record.call_key)
            case ActionRecord() as record:
                self._action(entry.offset, record)

    def _returned(self, offset: int, event: CallEvent) -> None:
        """An event that was folded while this node was alone has its place now.

        Where the order of the shared journal makes it one of another occurrence, the
        call that it was alone never was: every event of it comes back like this.
        """
        alone = self.placing.folded_alone(event)
        placed = self.placing.folded(offset, event)
        key = (placed.line, placed.call_id, placed.occurrence)
        if alone is None or (alone == placed.occurrence and self.book.get(key)):
            return
        self._fold_anew(offset, placed, [alone])

    def _placed(self, offset: int, event: CallEvent) -> None:
        """What this node made alone of the same call gives way, until it returns."""
        others = self.placing.made_alone(event) if offset < APART else []
        if others:
            self._fold_anew(offset, event, others)
        else:
            self._event(offset, event)

    def _fold_anew(self, offset: int, event: CallEvent, not_in: Sequence[int]) -> None:
        """Fold an event whose call had other occurrences here; each desk as a whole."""
        people: list[UserId] = []
        for occurrence in not_in:
            if occurrence != event.occurrence:
                people += self._never_was((event.line, event.call_id, occurrence))
        self._event(offset, event, as_it_happens=False)
        case = self.desk.cases.get((event.line, event.call_id, event.occurrence))
        people += [] if case is None else [*case.pops]
        self.hub.bring_whole(offset, dict.fromkeys(people))

    def _never_was(self, key: CallKey) -> list[UserId]:
        """Take a call out of all folds; returns who had its card."""
        call = self.book.withdraw(key)
        if call is None:
            return []
        case = self.desk.cases.get(call.key)
        people = [] if case is None else [*case.pops]
        self.failures.guarded("lookups", self.lookups.end, call)
        self.failures.guarded("wallboard", self.feed.withdraw, call)
        self.failures.guarded("recalls", self.feed.recalls.withdraw, call.key)
        self.failures.guarded("desk", self.desk.forget, call, self.offset)
        return people

    def _event(
        self, offset: int, event: CallEvent, *, as_it_happens: bool = True
    ) -> None:
        """Without `as_it_happens` no desk hears of it: its card was shown before."""
        if event.type is EventType.AGENT_STATE:
            self._telephone_said(offset, event)
            return
        change = self.book.apply(event, self.heard_us)
        if change is None:
            return
        if change.before is None:
            self.feed.meters.arrived(event.line, self.heard_us)
        for call in change.dropped:
            self._forget(call)
        self.failures.guarded(
            "desk", self._to_desks, offset, event, change, as_it_happens
        )
        self.failures.guarded(
            "wallboard", self.feed.replace, change.before, change.after, offset
        )
        self.failures.guarded("recalls", self._recall, change.after)

    def _recall(self, call: Call) -> None:
        """Did its caller reach no one? Then what is known of them is kept with it."""
        says = call.outcome or call.ended_us or call.answered_us
        ani = self.lookups.parties(call).ani if says else None
        number = ani.number if ani is not None and ani.may_look_up else None
        if self.feed.recalls.replace(call, number):
            self._know(call.key)

    def _know(self, key: CallKey) -> None:
        case = self.desk.cases.get(key)
        if case is not None and self.feed.recalls.is_attempt(key):
            self.feed.recalls.know(key, self.desk.profile(case))

    def tell_recalls(self) -> None:
        """Say on each desk how many callers wait to be called back, if it changed."""
        now_us = self.clock.now_us()
        self.feed.recalls.prune(now_us)
        if self.feed.recalls.counts_changed(now_us):
            self.hub.tell_recalls()

    def _to_desks(
        self, offset: int, event: CallEvent, change: Change, as_it_happens: bool
    ) -> None:
        shown = self._shown(offset, event, change)
        for other in self.book.dependents(change.after):  # a consultation learns late
            shown += self._shown(offset, event, Change(before=other, after=other))
        if self._quiet:
            opened = (item.opens for item in shown)
            self.desk.unshown |= {(x.user, x.key) for x in opened if x is not None}
        if self._quiet or not as_it_happens:
            return
        moved = self.live and change.moves_legs
        people = self.desk.cases[change.after.key].pops if moved else ()
        self.hub.deliver(offset, shown, people)

    def _shown(self, offset: int, event: CallEvent, change: Change) -> list[Outgoing]:
        """What brings a call to the desks, about the customer whom it is about.

        Counters and history keep the call as it is: a colleague who is consulted is
        no second call of the customer.
        """
        root = self.book.root(call := change.after)
        seen, of = about(call, root), None if root is call else root.key
        known, asks = None, self.duty.mine(seen.node)
        parties = self.lookups.parties(seen)
        if self.live:
            try:
                decided = lambda: self._decided(change.after)  # noqa: E731
                known = self.lookups.follow(seen, parties, asks=asks, decided=decided)
            except Exception as error:  # noqa: BLE001  the card opens without them
                self.failures.failed("lookups", error)
            if asks and known is not None and (known.answers or known.candidates):
                self.door.keep_soon(known)  # else it says no more than the event does
        shown = Change(before=change.before, after=seen)
        return self.desk.event(offset, event, shown, parties, known, of)

    def _action(self, offset: int, record: ActionRecord) -> None:
        if record.action == "agent_state":
            if (state := agent_state(record.data.get("state"))) is not None:
                reason = record.data.get("reason", "")
                said = Said(state, self.heard_us, "desk", reason)
                self._said(offset, person(UserId(record.user)), said)
        elif record.action == ALERT:
            self.feed.alerts.act(record)
        elif record.action == DESK:
            self._desk(offset, record)
        elif record.action in CHOICES:
            self._choose(offset, record)
        elif record.action == "receipt":
            self.desk.receipt(record)
        else:
            if record.action == "note":
                self.notes.take(offset, record)
            elif record.action == RECALL and (key := record.call_key):
                self.feed.recalls.act(offset, record)
                self._know(key)
            shown = self.desk.action(offset, record)
            self.hub.deliver(offset, [] if self._quiet else shown)

    def _choose(self, offset: int, record: ActionRecord) -> None:
        """An agent in wrap-up may still say who it was: then it is looked up again."""
        shown, key = self.desk.chosen(offset, record), record.call_key
        self.hub.deliver(offset, [] if self._quiet else shown)
        call = None if key is None else self.book.get(key)
        self.lookups.remember_choice(record)
        if self.live and call is not None:
            seen = self.book.with_customer(call)
            self.lookups.follow(seen, asks=self.duty.mine(seen.node))
            for each in (call, *self.book.dependents(call)):
                self.lookups.decide(each.key, self._decided(each))

    def _decided(self, call: Call) -> Candidate | None:
        """Whom an agent took the caller for: in it, or in the call it is part of."""
        root, of = self.book.root(call), self.desk.decision
        return of(call.key) or of(root.key)

    def _desk(self, offset: int, record: ActionRecord) -> None:
        """A person opened a desk, or has none any more."""
        user, is_open = UserId(record.user), record.data.get("open") == "yes"
        self.hub.presence.take(user, is_open=is_open)
        self.feed.desk(user, is_open=is_open, at_us=self.heard_us, offset=offset)

    def _telephone_said(self, offset: int, event: CallEvent) -> None:
        """The telephone system named a state: of the people who were there then.

        It counts as of when it was received, less its age: see `_hear`.
        """
        at_us = self.heard_us - max(0, event.received_us - event.at_us)
        state = agent_state(event.agent_state)
        if state is None:
            return
        for agent in event.agents:
            there = (event.people or {}).get(agent)
            users = self.directory.at(agent) if there is None else there
            for who in [*map(person, users)] or [telephone(agent)]:
                self._said(offset, who, Said(state, at_us, "telephone"))

    def _said(self, offset: int, who: Subject, said: Said) -> None:
        state, at_us, by, reason = said
        self.feed.say(who, state, at_us, offset, by, reason)
        if who.user is not None:
            self.hub.agent_said(who.user, said)

    def begin_lookups(self, key: CallKey) -> None:
        """Without an event of the call; nothing where another node asks for it."""
        call = self.book.get(key)
        if call is None or not self.duty.mine(call.node):
            return
        seen = self.book.with_customer(call)
        known = self.lookups.follow(seen, decided=lambda: self._decided(call))
        if known is not None:
            self.door.keep_soon(known)
