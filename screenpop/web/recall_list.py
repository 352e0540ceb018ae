"""Who is to be called back, and who does it?

Agents see the callers of their queues, supervisors all. What a person does to a row is
journalled; the answer says how the row stands after it.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

import msgspec

from screenpop.domain.agent import Role, User, UserId
from screenpop.domain.call import AgentId, CallKey, NamedCall
from screenpop.domain.directory import Directory, principal
from screenpop.domain.errors import BadInput, Forbidden, NotFound
from screenpop.domain.profile import Json
from screenpop.domain.recall import (
    CLOSE_REASONS,
    RECALL,
    SORT_RULE,
    Closing,
    Doing,
    RecallCall,
    RecallRow,
    RowState,
)
from screenpop.journal.appending import Door
from screenpop.journal.records import ActionRecord
from screenpop.support.clock import Clock, iso_from_us
from screenpop.support.numbering import describe
from screenpop.wallboard.recalls import RecallList

LIMIT = 200
MINUTE_US = 60_000_000
FOLDED_WITHIN_S, FOLD_PAUSE_S = 2.0, 0.02
OPEN = "open"
SHOWN = (OPEN, *(state.value for state in RowState))


class RecallBody(msgspec.Struct, frozen=True, kw_only=True):
    """`minutes` belongs to `snooze`, `reason` to `close`.

    A call back is promised on the desk, not here.
    """

    do: Doing
    minutes: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallWords:
    """How things are called on the page, and how a line calls a number."""

    queues: Mapping[str, str]
    columns: Mapping[str, str]  # of money, by `FACET.COLUMN`
    click_to_call: Mapping[str, str]  # by line
    home_country: str | None = None
    time_zone: str = "UTC"  # of the centre: promises are made in it


class Recalls:
    """The recall list as the web asks for it."""

    def __init__(
        self,
        recalls: RecallList,
        directory: Directory,
        door: Door,
        clock: Clock,
        words: RecallWords,
        folded: Callable[[int], bool] = lambda offset: True,
    ):
        """`folded` says whether this node has read up to an offset."""
        self._recalls = recalls
        self._directory = directory
        self._door = door
        self._clock = clock
        self._words = words
        self._folded = folded

    def listed(
        self,
        user: User,
        shown: str = OPEN,
        queue: str | None = None,
        limit: int = LIMIT,
    ) -> Json:
        """The rows that this person may see, the most urgent first."""
        now_us, rules = self._clock.now_us(), self._recalls.settings.rules
        rows = [
            (row.state(now_us, rules), row)
            for row in self._recalls.rows(user, now_us)
            if queue in (None, row.queue)
        ]
        states = [state for state, _ in rows]
        chosen = [(s, row) for s, row in rows if _is_shown(s, shown)]
        if shown == RowState.CLOSED:
            chosen.sort(key=lambda pair: -_closed_us(pair[1]))
        return {
            "at": iso_from_us(now_us),
            "recalls": [self._row(user, *pair) for pair in chosen[:limit]],
            "count": len(chosen),
            "counts": {state.value: states.count(state) for state in RowState},
            "rule": SORT_RULE,
            "reasons": [{"code": c, "label": x} for c, x in CLOSE_REASONS.items()],
            "claim_s": rules.claim_us / 1e6,
            "days": self._recalls.settings.days,
            "time_zone": self._words.time_zone,
        }

    def queues_of(self, user: User) -> list[str]:
        """Those that this person serves, whatever their role."""
        serving = self._recalls.serving().items()
        return sorted(name for name, who in serving if name and user.username in who)

    async def act(self, name: NamedCall, user: User, body: RecallBody) -> Json:
        """Raises `BadInput`, `Forbidden`, `NotFound`, and what the journal raises."""
        key, row = self._the_row(name, user)
        self._refuse_closed(row, user)
        self._refuse_claimed(row, user)
        offset = await self._door.keep(record := self._record(key, user, body))
        self._recalls.act(offset, record)
        await self._read_up_to(offset)
        row = self._recalls.row_of(key) or row
        if row.closed is None:  # a colleague may have been faster, at another node
            self._refuse_claimed(row, user)
        state = row.state(self._clock.now_us(), self._recalls.settings.rules)
        return self._row(user, state, row)

    async def _read_up_to(self, offset: int) -> None:
        for _ in range(round(FOLDED_WITHIN_S / FOLD_PAUSE_S)):
            if self._folded(offset):
                return
            await asyncio.sleep(FOLD_PAUSE_S)

    def _the_row(self, name: NamedCall, user: User) -> tuple[CallKey, RecallRow]:
        """The newest attempt of that name in a row that the person may see."""
        now_us = self._clock.now_us()
        found = [
            (attempt.at_us, attempt.key, row)
            for row in self._recalls.rows(user, now_us)
            for attempt in row.attempts
            if name.fits(attempt.key)
        ]
        if not found:
            raise NotFound(
                f"no caller to call back by the call {name.call_id[:80]!r}.",
                code="unknown_recall",
                remedy="See GET /v1/recalls for those there are.",
            )
        _, key, row = max(found, key=lambda each: each[:2])
        return key, row

    def _record(self, key: CallKey, user: User, body: RecallBody) -> ActionRecord:
        now_us, data = self._clock.now_us(), {"do": body.do.value}
        if body.do is Doing.PROMISE:
            raise BadInput(
                "do: a call back is promised on the desk.",
                code="bad_recall",
                remedy="Use claim, release, snooze or close.",
            )
        if body.do is Doing.SNOOZE:
            data["until_us"] = str(now_us + self._minutes(body) * MINUTE_US)
        if body.do is Doing.CLOSE:
            data["reason"] = _reason(body)
        if user.role.includes(Role.SUPERVISOR):
            data["forced"] = "yes"
        return ActionRecord(
            action=RECALL,
            action_id=uuid.uuid4().hex,
            at_us=now_us,
            user=user.username,
            agent=principal(user),
            line=key[0],
            call_id=key[1],
            occurrence=key[2],
            data=data,
        )

    def _minutes(self, body: RecallBody) -> int:
        minutes_max = self._recalls.settings.days * 24 * 60
        if not 1 <= body.minutes <= minutes_max:
            raise BadInput(
                f"minutes: must be 1 to {minutes_max}, is {body.minutes}.",
                code="bad_recall",
                remedy="Say in how many minutes the caller shall be shown again.",
            )
        return body.minutes

    def _refuse_closed(self, row: RecallRow, user: User) -> None:
        if row.closed is not None:
            who = self._who_did(user, row.closed.by, row.closed.agent)
            by = "" if who is None else f" by {who}"
            raise BadInput(
                f"the caller is not waiting any more: {row.closed.how}{by}.",
                code="recall_closed",
                remedy="Load the list again.",
            )

    def _refuse_claimed(self, row: RecallRow, user: User) -> None:
        rules, now_us = self._recalls.settings.rules, self._clock.now_us()
        if row.state(now_us, rules) is not RowState.CLAIMED:
            return
        if row.claimed_by == user.username or user.role.includes(Role.SUPERVISOR):
            return
        who = self._who_claimed(user, row) or "a colleague"
        raise Forbidden(
            f"{who} calls this caller back.",
            code="recall_claimed",
            remedy=f"Take another caller. The claim ends at"
            f" {iso_from_us(row.claimed_us + rules.claim_us)}.",
        )

    def _row(self, user: User, state: RowState, row: RecallRow) -> Json:
        newest, stake = row.newest, row.stake
        label = self._words.queues.get(row.queue, row.queue)
        mine = row.claimed_by == user.username
        claimed = state is RowState.CLAIMED
        snoozed, promise = state is RowState.SNOOZED, row.promise
        claim_us = self._recalls.settings.rules.claim_us
        return {
            **_named(newest.key),
            "first": _named(row.attempts[0].key),
            "state": state.value,
            "number": newest.number,
            "display": describe(newest.number, self._words.home_country).text,
            "name": stake.name or newest.caller_name,
            "company": stake.company,
            "kind": newest.kind,
            "asked": any(x.kind == "callback" for x in row.attempts),
            "out_of_hours": newest.out_of_hours,
            "queue": row.queue or None,
            "queue_label": label or None,
            "attempts": len(row.attempts),
            "first_at": iso_from_us(row.attempts[0].at_us),
            "last_at": iso_from_us(newest.at_us),
            "waited_s": round(newest.waited_us / 1e6, 1),
            "tries": len(row.tries),
            "last_try": self._try(user, row.tries[-1]) if row.tries else None,
            "matter": stake.matter,
            "matters": stake.matters,
            "money": self._money(row),
            "claimed_by": self._who_claimed(user, row) if claimed else None,
            "claimed_by_me": claimed and mine,
            "claimed_until": iso_from_us(row.claimed_us + claim_us)
            if claimed
            else None,
            "snoozed_until": iso_from_us(row.shown_again_us) if snoozed else None,
            "promised": None if promise is None else self._promise(user, promise),
            "closed": None if row.closed is None else self._closing(user, row.closed),
            "tel": f"tel:{newest.number}",
            "click_to_call": self._click_to_call(newest, user),
        }

    def _money(self, row: RecallRow) -> Json | None:
        stake = row.stake
        if stake.amount is None:
            return None
        of = stake.amount_of or ""
        return {
            "amount": stake.amount,
            "currency": stake.currency,
            "label": self._words.columns.get(of, of),
        }

    def _promise(self, user: User, promise: RecallCall) -> Json:
        return {
            "at": iso_from_us(promise.due_us),
            "by": self._who_did(user, promise.by, None),
            "by_me": user.username in promise.by,
        }

    def _try(self, user: User, call: RecallCall) -> Json:
        who = self._who_did(user, call.people, call.agent)
        return {"at": iso_from_us(call.at_us), "by": who}

    def _closing(self, user: User, closed: Closing) -> Json:
        return {
            "how": closed.how,
            "label": CLOSE_REASONS.get(closed.how),
            "at": iso_from_us(closed.at_us),
            "by": self._who_did(user, closed.by, closed.agent),
        }

    def _who_claimed(self, viewer: User, row: RecallRow) -> str | None:
        """Who calls back now: live state."""
        if row.claimed_by is None:
            return None
        named = self._directory.privacy.names_live(viewer.role)
        return self._people(viewer, (row.claimed_by,), None, named)

    def _who_did(
        self, viewer: User, people: tuple[UserId, ...], agent: AgentId | None
    ) -> str | None:
        named = self._directory.privacy.names_past(viewer.role)
        return self._people(viewer, people, agent, named)

    def _people(
        self,
        viewer: User,
        people: tuple[UserId, ...],
        agent: AgentId | None,
        named: bool,
    ) -> str | None:
        """Whom to name; the only place where this list names a person."""
        if not named:  # all but oneself
            people = tuple(user for user in people if user == viewer.username)
        names = " / ".join(map(self._directory.name_of, people))
        return names or (agent if named else None)

    def _click_to_call(self, call: RecallCall, user: User) -> str | None:
        url = self._words.click_to_call.get(call.key[0])
        if url is None:
            return None
        values = {
            "{number}": call.number,
            "{digits}": call.number.removeprefix("+"),
            "{agent}": principal(user) or "",
        }
        for name, value in values.items():
            url = url.replace(name, quote(value, safe=""))
        return url


def _named(key: CallKey) -> Json:
    return {"line": key[0], "call_id": key[1], "occurrence": key[2]}


def _is_shown(state: RowState, shown: str) -> bool:
    return state is not RowState.CLOSED if shown == OPEN else state == shown


def _closed_us(row: RecallRow) -> int:
    return 0 if row.closed is None else row.closed.at_us


def _reason(body: RecallBody) -> str:
    if body.reason not in CLOSE_REASONS:
        raise BadInput(
            f"reason: {body.reason[:40]!r} is not known.",
            code="bad_recall",
            remedy=f"Use one of {', '.join(CLOSE_REASONS)}.",
        )
    return body.reason
