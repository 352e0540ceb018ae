"""An agent who hangs up last has ended the call, not left it."""

from __future__ import annotations

from asterisk_switch import Switch
from streams_doubles import Listening, a_line, book_of, eventually

from screenpop.domain.call import CallEvent, EventType, Release, Scope
from screenpop.intake.normal import Draft
from screenpop.intake.streams import base
from screenpop.intake.streams.base import LastLegs, Stream, StreamTools
from screenpop.support.clock import FakeClock
from screenpop.support.tasks import TaskOwner


def event(kind: str, call: str = "c", **more: object) -> CallEvent:
    draft = Draft(type=EventType(kind), call_id=call, event_id=f"{kind}{more}")
    for name, value in more.items():
        setattr(draft, name, value)
    return a_line().event(draft, 1)


LEFT = event("ended", scope=Scope.LEG, agents=("1001",))
OVER = event("ended")
NEXT = event("queued", queue="support")


def test_the_end_of_the_call_says_it_all() -> None:
    legs = LastLegs()
    assert legs.through([LEFT]) == ([], {"c"})
    assert legs.through([OVER]) == ([OVER], set())
    assert legs.due(LEFT.call_id) == []
    assert legs.through([LEFT, OVER]) == ([OVER], set())


def test_a_call_that_goes_on_was_left() -> None:
    legs = LastLegs()
    legs.through([LEFT])
    assert legs.through([NEXT]) == ([LEFT, NEXT], set())
    legs.through([LEFT])
    assert legs.through([event("ended", call="other")])[0][0].call_id == "other"
    assert legs.due(LEFT.call_id) == [LEFT]
    assert legs.due(LEFT.call_id) == []


def test_who_did_not_talk_and_what_vanished_does_not_wait() -> None:
    unanswered = event("ended", scope=Scope.LEG, outcome="unanswered")
    vanished = event("ended", scope=Scope.LEG, cause="vanished")
    assert LastLegs().through([unanswered, vanished])[0] == [unanswered, vanished]


def test_only_so_many_wait() -> None:
    legs = LastLegs()
    ends = [
        event("ended", call=f"c{n}", scope=Scope.LEG)
        for n in range(base.WAITING_MAX + 2)
    ]
    now, begun = legs.through(ends)
    assert now == ends[-2:]
    assert len(begun) == base.WAITING_MAX


class Told(Stream):
    """Hands on what a switch tells of a call whose agent hangs up first."""

    dialect = "told"

    def __init__(self, groups: list[list[CallEvent]]):
        super().__init__("pbx", StreamTools(clock=FakeClock()))
        self.groups = groups

    @property
    def where(self) -> str:
        return "here"

    async def _session(self) -> None:
        self._connected()
        for group in self.groups:
            await self._hand_on(group)
        await self.tools.sleep(3600)


async def heard_of(groups: list[list[CallEvent]], count: int) -> list[CallEvent]:
    stream = Told(groups)
    heard, owner = Listening(stream), TaskOwner("test")
    owner.spawn(stream.run(heard.emit, heard.say), name="stream")
    await heard.until(lambda events: len(events) >= count)
    await eventually(lambda: stream.health.counters["held"] == 0)
    await owner.close()
    return heard.events


async def test_the_agents_card_says_ended_where_they_hang_up_last() -> None:
    """The trunk's channel goes two milliseconds after the agent's."""
    switch = Switch()
    switch.calls("1001", "1.1")
    before = len(switch.events)
    switch.hangs_up("1.1")
    leg_end, already = switch.events[before:], len(switch.events)
    switch.say("Hangup", **switch.of("1.0"))
    groups = [switch.events[:before], leg_end, switch.events[already:]]
    events = await heard_of(groups, before + 1)
    (call,) = book_of(events)
    assert [leg.release for leg in call.legs] == [Release.ENDED]


async def test_an_agent_who_leaves_a_call_that_goes_on_has_left() -> None:
    switch = Switch()
    switch.calls("1001", "1.1")
    switch.hangs_up("1.1")
    events = await heard_of([switch.events], len(switch.events))
    (call,) = book_of(events)
    assert [leg.release for leg in call.legs] == [Release.LEFT]
