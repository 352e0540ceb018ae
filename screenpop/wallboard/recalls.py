"""Which callers wait to be called back, and who may see them?

A fold of the journal by number; `domain.recall` has the rules. It holds the numbers
that reached no one, and for the order in which events may come, those that did. Of
both the longest untouched leave at `callers_max`. Numbers with a promised call back
are a third kind, kept as long as the promise is: `recall_actions` says which leave.

An agent sees the callers of the queues whose calls rang where they were; one without a
queue is seen by those at whose telephones it rang. Supervisors see all.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from screenpop.domain.agent import Role, User, UserId
from screenpop.domain.call import Call, CallKey
from screenpop.domain.profile import Profile
from screenpop.domain.recall import (
    CALLED_BACK,
    PROMISED,
    Doing,
    OpenPromise,
    RecallAction,
    RecallCall,
    RecallRow,
    RecallRules,
    RowState,
    Saying,
    recall_call,
    rows_of,
    urgency,
)
from screenpop.domain.stake import StakeColumns, stake_of
from screenpop.journal.records import ActionRecord, recall_action
from screenpop.wallboard.recall_actions import OrderedAction, RecallActions

DAY_US = 86_400_000_000
CALLS_OF_ONE_MAX = 200  # newest calls of one number; a dialler may call all day
COUNTED_FOR_US = 60_000_000  # rows grow too old without an event


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallSettings:
    days: int = 7
    callers_max: int = 20_000
    rules: RecallRules = field(default_factory=RecallRules)
    columns: StakeColumns = field(default_factory=StakeColumns)


class SavedRecalls(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True):
    """Some of what a snapshot keeps, in the order in which it is put back."""

    calls: list[RecallCall] = []
    actions: list[OrderedAction] = []


Calls = dict[CallKey, RecallCall]
Item = TypeVar("Item")


class RecallList:
    """All rows of one node; pure but for its own memory."""

    def __init__(self, settings: RecallSettings | None = None):
        self.settings = settings or RecallSettings()
        self._listed: OrderedDict[str, Calls] = OrderedDict()  # with an attempt
        self._quiet: OrderedDict[str, Calls] = OrderedDict()
        self._numbers: dict[CallKey, str] = {}
        self._actions = RecallActions(self.settings.callers_max)
        self.promising: OrderedDict[str, Calls] = OrderedDict()  # with a promise
        self._served: dict[UserId, Counter[str]] = {}
        self._rows: dict[str, list[RecallRow]] = {}
        self._stale: set[str] = set()  # numbers whose rows are to be made again
        self._called_back: dict[str, list[tuple[int, str]]] = {}  # when, which queue
        self._called_back_in = (0, 0), Counter[str]()  # a time, and the answer for it
        self._is_counted = False
        self._waiting = self._told = _RowsThatWait()
        self._serving: dict[str, set[UserId]] | None = None  # None: to be made again
        self._served_changed = False  # since `counts_changed`

    def __len__(self) -> int:
        return len(self._listed) + len(self.promising)

    # -- the fold

    def replace(self, call: Call, number: str | None) -> bool:
        """A call looks like this now. True: its caller reached no one.

        A view that begins later, of a trimmed journal, changes nothing.
        """
        known = self._call(call.key)
        if known is None and (number is None or not _is_decided(call)):
            return False
        if known is not None and known.arrived_us < call.arrived_us:
            return known.says is Saying.ATTEMPT
        said = recall_call(call, number, self.settings.rules)
        if known is not None and said is not None:
            said = replace(said, stake=known.stake)
        if said != known:
            self._put(known, said)
        return said is not None and said.says is Saying.ATTEMPT

    def know(self, key: CallKey, profile: Profile) -> None:
        """What was found out about the caller of an attempt."""
        known = self._call(key)
        if known is None or not self.is_attempt(key):
            return
        said = replace(known, stake=stake_of(profile, self.settings.columns))
        if said != known:
            self._put(known, said)

    def is_attempt(self, key: CallKey) -> bool:
        """Is it, or was a call back promised in it?"""
        known = self._call(key)
        promised = self._actions.has_promise((key,))
        return known is not None and (promised or known.says is Saying.ATTEMPT)

    def withdraw(self, key: CallKey) -> None:
        """The call never was."""
        known = self._call(key)
        if known is not None:
            self._put(known, None)

    def put_back(self, place: int, action: RecallAction) -> None:
        """An action that the store kept."""
        self._act(place, action)

    def act(self, place: int, record: ActionRecord) -> None:
        """A person did something to a row; again with another place: that one counts.

        An action that cannot be read changes nothing.
        """
        action = recall_action(record)
        if action is not None:
            self._act(place, action)

    def saved(self, some: int) -> list[SavedRecalls]:
        """For a snapshot, `some` at a time; calls last, as they keep their order."""
        calls = [
            call
            for callers in self._groups
            for each in callers.values()
            for call in each.values()
        ]
        return [
            *(SavedRecalls(actions=part) for part in _parts(self._actions.all(), some)),
            *(SavedRecalls(calls=part) for part in _parts(calls, some)),
        ]

    def restore(self, saved: SavedRecalls) -> None:
        for call in saved.calls:
            self._put(None, call)
        for place, action in saved.actions:
            self._act(place, action)

    # -- questions

    def row_of(self, key: CallKey) -> RecallRow | None:
        """The row in which that attempt is."""
        number = self._numbers.get(key)
        if number is None:
            return None
        rows = self._rows_of(number)
        return next((x for x in rows if any(key == a.key for a in x.attempts)), None)

    def promise_of(self, number: str | None) -> OpenPromise | None:
        """What an agent promised this caller, until somebody talked with them."""
        if number is None or number not in self.promising:
            return None
        for row in reversed(self._rows_of(number)):
            if row.closed is None and (made := row.promise) is not None:
                return OpenPromise(made.due_us, made.by[0])
        return None

    def rows(self, user: User, now_us: int) -> list[RecallRow]:
        """The rows that this person may see, the most urgent first."""
        seen = [row for row in self._all_rows(now_us) if self.may_see(user, row)]
        return sorted(seen, key=lambda row: urgency(row, now_us))

    def may_see(self, user: User, row: RecallRow) -> bool:
        if user.role.includes(Role.SUPERVISOR):
            return True
        if row.promise is not None and user.username in row.promise.by:
            return True
        if not row.queue:
            return user.username in row.newest.people
        return row.queue in self._served.get(user.username, ())

    def serving(self) -> Mapping[str, Collection[UserId]]:
        """By queue, who was at a telephone that its calls reached in these days."""
        if self._serving is None:
            self._serving = {}
            for user, served in self._served.items():
                for queue in served:
                    self._serving.setdefault(queue, set()).add(user)
        return self._serving

    def called_back(self, since_us: int, until_us: int) -> Counter[str]:
        """How many rows our own calls closed in that time, by queue."""
        self._make_stale_rows()
        if self._called_back_in[0] != (since_us, until_us):
            found = [
                queue
                for closed in self._called_back.values()
                for at_us, queue in closed
                if since_us <= at_us < until_us
            ]
            self._called_back_in = (since_us, until_us), Counter(found)
        return self._called_back_in[1]

    def waiting(self, user: User, now_us: int) -> int:
        """How many of them no one has claimed or put off."""
        counted = self._counted(now_us)
        if user.role.includes(Role.SUPERVISOR):
            return counted.total
        served = self._served.get(user.username, ())
        by_queue = sum(counted.by_queue[queue] for queue in served if queue)
        return by_queue + counted.direct[user.username]

    def waiting_by_queue(self, now_us: int) -> Mapping[str, int]:
        """As `waiting` for a supervisor; "" are those of no queue."""
        counted = self._counted(now_us)
        direct = counted.total - counted.by_queue.total()
        return {**counted.by_queue, "": direct}

    def counts_changed(self, now_us: int) -> bool:
        """May `waiting` say another number than when this was asked last?"""
        counted, served = self._counted(now_us), self._served_changed
        self._served_changed = False
        if counted == self._told and not served:
            return False
        self._told = counted
        return True

    def prune(self, now_us: int) -> None:
        """Forget numbers whose calls are too old for the list."""
        since_us = now_us - self.settings.days * DAY_US
        for callers in self._groups:
            for _ in range(len(callers)):
                number, calls = next(iter(callers.items()))
                if max(call.at_us for call in calls.values()) >= since_us:
                    break
                if self._actions.due_us(calls) >= since_us:
                    callers.move_to_end(number)  # the others are not kept with it
                else:
                    self._forget(callers)

    # -- its memory

    def _call(self, key: CallKey) -> RecallCall | None:
        number = self._numbers.get(key)
        return None if number is None else self._calls_of(number)[key]

    @property
    def _groups(self) -> tuple[OrderedDict[str, Calls], ...]:
        return self.promising, self._listed, self._quiet

    def _calls_of(self, number: str) -> Calls:
        for callers in self._groups:
            if (found := callers.get(number)) is not None:
                return found
        return {}

    def _put(self, known: RecallCall | None, said: RecallCall | None) -> None:
        if known is not None:
            self._take_out(known)
        if said is not None:
            self._take_in(said)

    def _take_in(self, said: RecallCall) -> None:
        calls = self._calls_of(said.number)
        calls[said.key] = said
        self._numbers[said.key] = said.number
        for user in said.people:
            served = self._served.setdefault(user, Counter())
            if said.queue not in served:
                self._served_changed, self._serving = True, None
            served[said.queue] += 1
        self._file(said.number, calls)
        while len(calls) > CALLS_OF_ONE_MAX:
            self._take_out(next(iter(calls.values())))

    def _take_out(self, known: RecallCall) -> None:
        self._file(known.number, self._lose(known))

    def _lose(self, known: RecallCall) -> Calls:
        """The other calls with its number."""
        calls = self._calls_of(known.number)
        del calls[known.key], self._numbers[known.key]
        for user in known.people:
            served = self._served[user]
            served[known.queue] -= 1
            if not served[known.queue]:
                del served[known.queue]
                self._serving = None
            if not served:
                del self._served[user]
        return calls

    def _file(self, number: str, calls: Calls) -> None:
        """Where the number belongs now, as the newest there."""
        self._changed(number)
        for callers in self._groups:
            callers.pop(number, None)
        if not calls:
            return
        if self._actions.has_promise(calls):
            callers = self.promising
        elif any(call.says is Saying.ATTEMPT for call in calls.values()):
            callers = self._listed
        else:
            callers = self._quiet
        callers[number] = calls
        if len(callers) > self.settings.callers_max:
            self._forget(callers)

    def _forget(self, callers: OrderedDict[str, Calls]) -> None:
        """The number that was untouched for longest."""
        number, calls = next(iter(callers.items()))
        for call in [*calls.values()]:
            self._lose(call)
            self._actions.forget(call.key)
        self._file(number, calls)

    def _act(self, place: int, action: RecallAction) -> None:
        left = self._actions.add(place, action)
        promised = action.key if action.do is Doing.PROMISE else None
        for key in (left, promised):
            if key is not None and (number := self._numbers.get(key)) is not None:
                self._file(number, self._calls_of(number))
        if (number := self._numbers.get(action.key)) is not None:
            self._changed(number)

    def _changed(self, number: str) -> None:
        self._stale.add(number)
        self._is_counted = False

    def _rows_of(self, number: str) -> list[RecallRow]:
        if number in self._stale:
            self._stale.discard(number)
            calls = self.promising.get(number) or self._listed.get(number)
            if self._called_back.pop(number, None):
                self._called_back_in = (0, 0), Counter()
            if calls is None:
                self._rows.pop(number, None)
            else:
                actions = self._actions.on(calls)
                rows = rows_of(calls.values(), actions, self.settings.rules)
                self._rows[number] = rows
                if ours := [*_called_back(rows)]:
                    self._called_back[number] = ours
                    self._called_back_in = (0, 0), Counter()
        return self._rows.get(number, [])

    def _make_stale_rows(self) -> None:
        for number in [*self._stale]:
            self._rows_of(number)

    def _all_rows(self, now_us: int) -> Iterator[RecallRow]:
        self._make_stale_rows()
        since_us = now_us - self.settings.days * DAY_US
        for rows in self._rows.values():
            yield from (row for row in rows if row.last_us >= since_us)

    def _counted(self, now_us: int) -> _RowsThatWait:
        counted = self._waiting
        lasts = counted.from_us <= now_us < counted.until_us
        if not (self._is_counted and lasts):
            counted = self._waiting = self._count(now_us)
            self._is_counted = True
        return counted

    def _count(self, now_us: int) -> _RowsThatWait:
        rules = self.settings.rules
        counted = _RowsThatWait(from_us=now_us, until_us=now_us + COUNTED_FOR_US)
        for row in self._all_rows(now_us):
            match row.state(now_us, rules):
                case RowState.WAITING:
                    counted.add(row)
                case RowState.CLAIMED:
                    counted.change_at(row.claimed_us + rules.claim_us)
                case RowState.SNOOZED:
                    counted.change_at(row.shown_again_us)
                case RowState.CLOSED:
                    pass
        return counted


@dataclass(slots=True)
class _RowsThatWait:
    """How many rows wait by queue, and without a queue by who saw it; until when."""

    from_us: int = field(default=0, compare=False)
    until_us: int = field(default=0, compare=False)
    total: int = 0
    by_queue: Counter[str] = field(default_factory=Counter)
    direct: Counter[UserId] = field(default_factory=Counter)

    def add(self, row: RecallRow) -> None:
        self.total += 1
        if row.queue:
            self.by_queue[row.queue] += 1
        else:
            by = row.promise.by if row.promise is not None else ()
            self.direct.update({*row.newest.people, *by})

    def change_at(self, at_us: int) -> None:
        self.until_us = min(self.until_us, at_us)


def _called_back(rows: Iterable[RecallRow]) -> Iterator[tuple[int, str]]:
    """When our call closed a row, and in which queue; not of a promise alone."""
    for row in rows:
        real = [x for x in row.attempts if x.kind != PROMISED]
        if real and row.closed is not None and row.closed.how == CALLED_BACK:
            yield row.closed.at_us, real[-1].queue


def _is_decided(call: Call) -> bool:
    return call.ended_us is not None or call.answered_us is not None


def _parts(things: list[Item], some: int) -> Iterable[list[Item]]:
    return (things[n : n + some] for n in range(0, len(things), some))
