"""What must be on whose desk, and which frame brings it there?

`Desk` folds the journal into cases and pops and says, entry by entry, which frames go
to whom. All pop frames of an entry reach a person in one piece, so that an offset tells
exactly what a browser has seen.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping

import msgspec

from screenpop.desk import consult, frames, render
from screenpop.desk.card_frames import (
    closed_card,
    common_changes,
    dropped_card,
    opened_card,
)
from screenpop.desk.case import Case, Pop, ProfileOf
from screenpop.desk.consult import family
from screenpop.desk.handover import earlier_agents, handed_over, promised, takers
from screenpop.domain.agent import UserId
from screenpop.domain.call import AgentLeg, Call, CallEvent, CallKey
from screenpop.domain.call_state import Change
from screenpop.domain.decision import decided
from screenpop.domain.directory import Directory
from screenpop.domain.phone import Parties
from screenpop.domain.profile import Candidate, Profile
from screenpop.domain.recall import OpenPromise
from screenpop.journal.records import ActionRecord, AnswersRecord

PopFrame = frames.PopOpened | frames.PopUpdated | frames.PopClosed


class Outgoing(msgspec.Struct, frozen=True, gc=False):
    user: UserId
    frame: PopFrame
    opens: Pop | None = None  # set when the frame is the first one of a card


class Desk:
    """All live cases and everybody's recent pops."""

    def __init__(
        self,
        directory: Directory,
        *,
        profile_of: ProfileOf,
        queue_labels: Mapping[str, str] | None = None,
        source_labels: Mapping[str, str] | None = None,
        pops_per_user_max: int = 500,
        listens: Callable[[UserId], bool] = lambda user: True,
        promise_of: Callable[[str | None], OpenPromise | None] = lambda number: None,
    ):
        """`listens` says who has a browser open: only they get frames made."""
        self.directory = directory
        self._profile_of = profile_of
        self.queue_labels = queue_labels or {}
        self.labels = source_labels or {}
        self._pops_max = pops_per_user_max
        self.listens = listens
        self._promise_of = promise_of
        self.cases: dict[CallKey, Case] = {}
        self.pops: dict[UserId, OrderedDict[CallKey, Pop]] = {}
        self.floors: dict[UserId, int] = {}
        self.open_pops: dict[UserId, dict[CallKey, Pop]] = {}
        self.touched: set[CallKey] = set()  # cases that changed, for a snapshot
        self.unshown: set[tuple[UserId, CallKey]] = set()  # opened, no desk heard of it

    def event(
        self,
        offset: int,
        event: CallEvent,
        change: Change,
        parties: Parties,
        known: AnswersRecord | None = None,
        about: CallKey | None = None,
    ) -> list[Outgoing]:
        """One event changed a call; `known` is what was found without waiting.

        `about` is the customer's call, of one in which a colleague is asked about it.
        """
        call, key = change.after, change.after.key
        self.touched.add(key)
        case = self.cases.get(key)
        before = case.call if case is not None else None
        others = before is not None and render.parties_changed(before, call)
        if case is None:
            case = self.cases[key] = Case(call=call, parties=parties)
            case.promise = self._promise_of(parties.ani.number)
        elif others:
            if parties.ani.number != case.parties.ani.number:
                case.promise = self._promise_of(parties.ani.number)
            case.parties, case.profile = parties, None
        case.call = call
        old = case.profile
        if known is not None:
            case.take(known)
        joined = about != case.about
        if joined:
            consult.join(self.cases, case, about)
        audience = self.directory.audience(call)
        common = _UNHEARD
        if any(map(self.listens, case.pops)):
            common = common_changes(
                before,
                case,
                old,
                self.profile(case),
                others=others,
                queue_labels=self.queue_labels,
                source_labels=self.labels,
            )
        sent: list[Outgoing] = []
        for user, leg in audience.items():
            if frame := self._for(offset, event, case, user, leg, common):
                sent.append(frame)
        if len(case.call.legs) > 1 or case.consults or case.about is not None:
            told = consult.changes(self.cases, case, self.directory, joined=joined)
            for pop, changes in told:
                self.touched.add(pop.key)
                if not pop.closed and (frame := self._updated(offset, pop, changes)):
                    sent.append(frame)
        return sent

    def answers(self, offset: int, record: AnswersRecord) -> list[Outgoing]:
        """Answers landed: whoever has the call on the desk gets what changed."""
        key = record.call_key
        case = self.cases.get(key)
        if case is None:
            return []
        old = case.profile
        if not case.take(record):
            return []
        self.touched.add(key)
        if not any(map(self.listens, case.pops)):
            case.touch(offset)
            return []
        changes = render.changes(old, self.profile(case), self.labels)
        return self._updates(offset, case, changes) if changes else []

    def action(self, offset: int, record: ActionRecord) -> list[Outgoing]:
        """A person wrote something: all tabs of that person show it."""
        key = record.call_key
        mine = self.pops.get(UserId(record.user))
        pop = mine.get(key) if mine is not None and key is not None else None
        if pop is None:
            return []
        note = render.written(pop.note, record)
        if note is None:
            return []
        pop.note, pop.finished = note, note.disposition is not None
        pop.changed = offset
        self.touched.add(pop.key)
        update = self._updated(offset, pop, {"note": pop.note})
        return [*self._hand_over(offset, pop), *([] if update is None else [update])]

    def _hand_over(self, offset: int, pop: Pop) -> Iterator[Outgoing]:
        """Colleagues who have the call now see what was written in it before."""
        related = family(self.cases, self.cases[pop.key])
        for other in takers(related, pop):
            notes = handed_over(related, other.user, self.directory)
            if update := self._updated(offset, other, {"handover": notes}):
                yield update

    def chosen(self, offset: int, record: ActionRecord) -> list[Outgoing]:
        """An agent said who it is, or took that back."""
        key = record.call_key
        case = self.cases.get(key) if key is not None else None
        if case is None:
            return []
        case.unpack()
        case.decisions = decided(
            case.decisions, record.action, record.data, record.at_us
        )
        self.touched.add(case.call.key)
        by_agent: dict[str, object] = {"chosen_by_agent": bool(case.decisions)}
        return self._updates(offset, case, by_agent)

    def decision(self, key: CallKey | None) -> Candidate | None:
        """Whom an agent took the caller for, of a live call."""
        case = self.cases.get(key) if key is not None else None
        return case.decisions[-1].candidate if case and case.decisions else None

    def pop_of(
        self,
        user: UserId,
        call_id: str,
        line: str | None = None,
        occurrence: int | None = None,
    ) -> Pop | None:
        """That person's newest pop of a call id, on that line, of that occurrence."""
        for key, pop in reversed(self.pops.get(user, {}).items()):
            if key[1] != call_id or (line is not None and key[0] != line):
                continue
            if occurrence is None or key[2] == occurrence:
                return pop
        return None

    def case_of(self, pop: Pop) -> Case | None:
        case = self.cases.get(pop.key)
        if case is not None:
            case.unpack()
        return case

    def acknowledged(self, pop: Pop) -> None:
        """The card was on that person's screen."""
        pop.acked = True
        self.touched.add(pop.key)

    def receipt(self, record: ActionRecord) -> None:
        """As it is journalled."""
        user, call_id = UserId(record.user), record.call_id or ""
        pop = self.pop_of(user, call_id, record.line, record.occurrence)
        if pop is not None:
            self.acknowledged(pop)

    def settle(self, call: Call) -> None:
        """The call has been over for a while: its card is rarely looked at again."""
        if (case := self.cases.get(call.key)) is not None:
            case.pack()

    def forget(self, call: Call, offset: int) -> list[Outgoing]:
        """The call left the book: its pops cannot be resumed any more.

        Cards that are still open close; who is away then starts afresh.
        """
        case = self.cases.pop(call.key, None)
        self.touched.add(call.key)
        sent = []
        for pop in [*case.pops.values()] if case is not None else ():
            if not pop.closed:
                pop.closed = offset
                sent.append(Outgoing(pop.user, dropped_card(offset, pop)))
            self._drop(pop)
        return sent

    def rejoin(self, offset: int) -> None:
        """No frame has a greater offset any more; see `Follower.rejoin`."""
        self.touched.update(self.cases)
        for case in self.cases.values():
            for pop in case.pops.values():
                pop.opened = min(pop.opened, offset)
                pop.changed = min(pop.changed, offset)
                pop.closed = min(pop.closed, offset)
        self.floors = {user: min(at, offset) for user, at in self.floors.items()}

    def users_changed(self, offset: int) -> None:
        """Cards of people who may not log in any more leave.

        Those of who moved to another telephone stay: a call belongs to who was there
        when it rang. A page that saw them, at `offset` or before, gets its desk as a
        whole again.
        """
        for name in [name for name in self.pops if name not in self.directory.users]:
            for pop in list(self.pops[name].values()):
                self._drop(pop)
            self.floors[name] = offset + 1

    def profile(self, case: Case) -> Profile:
        if case.profile is None:
            if case.packed:
                case.unpack()
            case.profile = self._profile_of(case)
        return case.profile

    def missed(self, user: UserId, after: int) -> list[PopFrame] | None:
        """What happened since an offset, in order; None when that is too long ago."""
        if after < self.floors.get(user, 0):
            return None
        found: list[tuple[int, PopFrame]] = []
        for pop in self.pops.get(user, {}).values():
            found.extend(self._missed_of(pop, after))
        return [frame for _, frame in sorted(found, key=lambda pair: pair[0])]

    def present(self, user: UserId) -> list[frames.PopOpened]:
        """Everything that belongs on this desk now."""
        return [
            self.opened(pop)
            for pop in self.pops.get(user, {}).values()
            if not pop.closed
            or (pop.wrap_up and not pop.finished)
            or (user, pop.key) in self.unshown
        ]

    def opened(self, pop: Pop, offset: int | None = None) -> frames.PopOpened:
        """The whole card as it stands."""
        case = self.cases[pop.key]
        return opened_card(
            pop,
            case,
            self.profile(case),
            offset=max(pop.opened, pop.changed) if offset is None else offset,
            queue_labels=self.queue_labels,
            source_labels=self.labels,
            earlier_agents=earlier_agents(case.call, pop.user, self.directory),
            handover=handed_over(family(self.cases, case), pop.user, self.directory),
            promised=promised(case, pop.user, self.directory),
        )

    def _for(
        self,
        offset: int,
        event: CallEvent,
        case: Case,
        user: UserId,
        leg: AgentLeg,
        common: Mapping[str, object],
    ) -> Outgoing | None:
        pop = case.pops.get(user)
        if pop is None or (pop.closed and leg.open):
            if not leg.open:
                return None
            pop = self._open(offset, event, case, user, leg, pop)
            if not self.listens(user):
                return None
            return Outgoing(user, self.opened(pop, offset), opens=pop)
        before, pop.leg = pop.leg, leg
        changes = dict(common)
        if "caller" in changes:
            changes["promised"] = promised(case, user, self.directory)
        if pop.closed:
            if before.release is not leg.release and not leg.open:
                return Outgoing(user, self._closed(pop.closed, pop, case.call))
            return self._updated(offset, pop, changes)
        if not leg.open:
            pop.closed = offset
            self._no_longer_open(pop)
            return Outgoing(user, self._closed(offset, pop, case.call))
        if before.state is not leg.state:
            changes["state"] = render.POP_STATES[leg.state]
        if before.answered_us != leg.answered_us:
            changes["answered_at"] = render.maybe_iso(leg.answered_us)
        if leg.held_us is not None and before.held_us != leg.held_us:
            changes["held_at"] = render.maybe_iso(leg.held_us)
        earlier = earlier_agents(case.call, user, self.directory)
        if pop.earlier != earlier:
            pop.earlier = changes["earlier_agents"] = earlier
        return self._updated(offset, pop, changes)

    def _open(
        self,
        offset: int,
        event: CallEvent,
        case: Case,
        user: UserId,
        leg: AgentLeg,
        earlier: Pop | None,
    ) -> Pop:
        key = case.call.key
        pop = Pop(
            user=user,
            key=key,
            leg=leg,
            opened=offset,
            changed=offset,
            received_us=event.received_us,
            earlier=earlier_agents(case.call, user, self.directory),
        )
        if len(case.call.legs) > 1 or case.consults or case.about is not None:
            related = family(self.cases, case)
            pop.consult = consult.consult_of(related, case, pop, self.directory)
        if earlier is not None:
            pop.note = earlier.note
        case.pops[user] = pop
        self.open_pops.setdefault(user, {})[key] = pop
        mine = self.pops.setdefault(user, OrderedDict())
        mine[key] = pop
        mine.move_to_end(key)
        while len(mine) > self._pops_max:
            self._drop(next(iter(mine.values())))
        return pop

    def _no_longer_open(self, pop: Pop) -> None:
        mine = self.open_pops.get(pop.user, {})
        if mine.get(pop.key) is pop:
            del mine[pop.key]
            if not mine:
                del self.open_pops[pop.user]

    def _drop(self, pop: Pop) -> None:
        """Forget one pop; who has not seen its end by now must start afresh."""
        mine = self.pops.get(pop.user)
        if mine is None or mine.pop(pop.key, None) is None:
            return
        self.touched.add(pop.key)
        if not mine:
            del self.pops[pop.user]
        self._no_longer_open(pop)
        last = max(pop.opened, pop.changed, pop.closed)
        self.floors[pop.user] = max(self.floors.get(pop.user, 0), last)
        case = self.cases.get(pop.key)
        if case is not None:
            case.pops.pop(pop.user, None)

    def _updated(
        self, offset: int, pop: Pop, changes: dict[str, object]
    ) -> Outgoing | None:
        if not changes:
            return None
        pop.changed = offset
        return Outgoing(pop.user, render.update(offset, pop.key, changes))

    def _updates(
        self, offset: int, case: Case, changes: dict[str, object]
    ) -> list[Outgoing]:
        frame = render.update(offset, case.call.key, changes)
        sent = []
        for pop in case.pops.values():
            if not pop.closed or pop.wrap_up:
                pop.changed = offset
                sent.append(Outgoing(pop.user, frame))
        return sent

    def _closed(self, offset: int, pop: Pop, call: Call) -> frames.PopClosed:
        colleague = render.answered_by(call, pop.leg)
        by = None
        if colleague is not None:
            by = self.directory.colleague(colleague, pop.user)
        return closed_card(offset, pop, call, by)

    def _missed_of(self, pop: Pop, after: int) -> Iterator[tuple[int, PopFrame]]:
        call = self.cases[pop.key].call
        shown = 0
        if pop.opened > after:
            shown = max(pop.opened, pop.changed)
            yield shown, self.opened(pop)
        elif pop.changed > after:
            yield pop.changed, render.as_update(self.opened(pop))
        if pop.closed > after:
            yield max(pop.closed, shown), self._closed(pop.closed, pop, call)


_UNHEARD: Mapping[str, object] = {"state": None}  # something changed, no frame made
