"""Which calls go on, and who says that one of them is over?

A lost `ended` leaves a call on desks and wallboard until its time limit. A person
may end it before: an agent the call on their own desk, a supervisor every call. The
end is journalled with who said it and is undone by any later sign of life.
"""

from __future__ import annotations

import heapq
import logging
import uuid
from collections.abc import Iterable
from typing import Any

from screenpop.domain.agent import User, visible_to
from screenpop.domain.call import Call, LegState, NamedCall, Phase
from screenpop.domain.call_state import CallBook
from screenpop.domain.directory import Directory
from screenpop.domain.errors import Forbidden, NotFound, Unavailable
from screenpop.domain.profile import Json
from screenpop.history.audit import Audit
from screenpop.intake.placing import EventDoor
from screenpop.journal.records import ActionRecord, EventRecord
from screenpop.support.clock import Clock, iso_from_us

log = logging.getLogger(__name__)

LISTED_MAX = 200  # the oldest calls; a stuck one is among them
OVER = "over"


class LiveCalls:
    """The calls of the book as the web asks for them."""

    def __init__(
        self,
        book: CallBook,
        directory: Directory,
        door: EventDoor,
        audit: Audit,
        clock: Clock,
    ):
        self._book = book
        self._directory = directory
        self._door = door
        self._audit = audit
        self._clock = clock

    def listed(self, viewer: User) -> dict[str, Any]:
        """The calls that go on, oldest first, at most `LISTED_MAX`."""
        named = self._directory.privacy.names_live(viewer.role)
        going_on = [call for call in self._book if call.phase is not Phase.ENDED]
        oldest = heapq.nsmallest(LISTED_MAX, going_on, key=lambda x: x.arrived_us)
        return {
            "calls": [self._shown(x, named) for x in oldest],
            "count": len(going_on),
        }

    async def end(self, named: NamedCall, user: User) -> Json:
        """Raises `NotFound`, `Forbidden`, and what the journal raises."""
        call = self._the_call(named, user)
        now_us = self._clock.now_us()
        action = ActionRecord(
            action=OVER,
            action_id=uuid.uuid4().hex,
            at_us=now_us,
            user=user.username,
            line=call.line,
            call_id=call.call_id,
            occurrence=call.occurrence,
            data={"phase": call.phase.value},
        )
        end = self._book.end_by_hand(call, self._clock.steady_us())
        await self._door.keep([action, EventRecord(event=end)])
        await self._audited(call, user)
        return {**_name(call), "at": iso_from_us(now_us)}

    def _the_call(self, named: NamedCall, user: User) -> Call:
        going_on = [
            call
            for call in self._book
            if named.fits(call.key) and call.phase is not Phase.ENDED
        ]
        if visible_to(user) is not None:
            going_on = [x for x in going_on if self._is_theirs(x, user)]
        if not going_on:
            raise NotFound(
                f"no call {named.call_id[:80]!r} goes on that you may end.",
                code="unknown_call",
                remedy="It may be over already; else ask a supervisor.",
            )
        call = max(going_on, key=lambda x: x.arrived_us)
        if visible_to(user) is not None:
            self._refuse_with_others(call, user)
        return call

    def _is_theirs(self, call: Call, user: User) -> bool:
        return user.username in self._directory.audience(call)

    def _refuse_with_others(self, call: Call, user: User) -> None:
        others = [
            self._directory.name(leg)
            for leg in call.legs
            if leg.open and user.username not in self._directory.of_leg(leg)
        ]
        if others:
            named = self._directory.privacy.names_live(user.role)
            where = ", ".join(others[:5]) if named else "another telephone"
            raise Forbidden(
                f"the call is also at {where}.",
                code="others_in_call",
                remedy="Ask them, or a supervisor, to end it.",
            )

    async def _audited(self, call: Call, user: User) -> None:
        """The journal has it in any case."""
        try:
            name = f"{call.line}/{call.call_id}"
            await self._audit.write(user.username, "call.over", name, call.phase.value)
        except Unavailable as error:
            log.warning("the audit misses who ended a call: %s", error)

    def _shown(self, call: Call, named: bool) -> Json:
        return {
            **_name(call),
            "phase": call.phase.value,
            "held": _held(call),
            "direction": call.direction.value,
            "queue": call.queue,
            "arrived_at": iso_from_us(call.arrived_us),
            "last_event_at": iso_from_us(call.last_event_us),
            "agents": self._names(call) if named else [],
        }

    def _names(self, call: Call) -> list[str]:
        open_legs: Iterable[str] = (
            self._directory.name(leg) for leg in call.legs if leg.open
        )
        return list(dict.fromkeys(open_legs))


def _held(call: Call) -> bool:
    """The caller is on hold: nobody talks to them, somebody put them there."""
    states = {leg.state for leg in call.legs}
    return LegState.HELD in states and LegState.ANSWERED not in states


def _name(call: Call) -> dict[str, object]:
    return {
        "call_id": call.call_id,
        "line": call.line,
        "occurrence": call.occurrence,
    }
