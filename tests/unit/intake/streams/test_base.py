"""A stream goes on whatever happens to its connection or to what it hands on."""

from __future__ import annotations

from collections.abc import Sequence

from streams_doubles import Listening, a_line, eventually, no_sleep

from screenpop.domain.call import CallEvent, EventType
from screenpop.domain.errors import BadInput
from screenpop.intake.normal import Draft
from screenpop.intake.streams.base import (
    KINDS_MAX,
    OTHER_KINDS,
    Stream,
    StreamLost,
    StreamTools,
)
from screenpop.support.clock import FakeClock
from screenpop.support.tasks import TaskOwner


def event(name: str) -> CallEvent:
    draft = Draft(type=EventType.ARRIVED, call_id=name, event_id=name)
    return a_line().event(draft, 1)


class Script(Stream):
    """Each connection plays one part; an exception among the parts ends it."""

    dialect = "script"

    def __init__(self, *parts: list[CallEvent] | Exception):
        tools = StreamTools(clock=FakeClock(), sleep=no_sleep)
        super().__init__("pbx", tools)
        self.parts = list(parts)

    @property
    def where(self) -> str:
        return "192.0.2.1:1"

    async def _session(self) -> None:
        part = self.parts.pop(0) if self.parts else StreamLost("nothing more")
        if isinstance(part, Exception):
            raise part
        self._connected()
        await self._hand_on(part)
        raise StreamLost("the end of a part")


async def test_a_mistake_of_ours_ends_the_connection_not_the_stream() -> None:
    stream = Script([event("a")], ValueError("oops"), [event("b")])
    heard = Listening(stream)
    owner = TaskOwner("test")
    owner.spawn(stream.run(heard.emit, heard.say), name="stream")
    await heard.until(lambda events: len(events) == 2)
    await owner.close()
    assert any("a mistake of ours (ValueError)" in text for text in heard.said)


async def test_an_event_that_is_refused_is_left_out_alone() -> None:
    stream = Script([event(name) for name in "abc"])
    heard = Listening(stream)

    async def emit(events: Sequence[CallEvent]) -> None:
        if any(each.event_id == "b" for each in events):
            raise BadInput("it is too large")
        await heard.emit(events)

    owner = TaskOwner("test")
    owner.spawn(stream.run(emit, heard.say), name="stream")
    await heard.until(lambda events: [e.event_id for e in events] == ["a", "c"])
    await eventually(lambda: stream.health.counters["emitted"] == 2)
    await owner.close()
    assert stream.health.counters["refused"] == 1
    assert "pbx: an event is left out: it is too large" in heard.said


async def test_what_fails_in_an_unknown_way_is_tried_again() -> None:
    stream, failures = Script([event("a")]), iter([RuntimeError("?"), KeyError("x")])
    heard = Listening(stream)

    async def emit(events: Sequence[CallEvent]) -> None:
        error = next(failures, None)
        if error is not None:
            raise error
        await heard.emit(events)

    owner = TaskOwner("test")
    owner.spawn(stream.run(emit, heard.say), name="stream")
    await heard.until(lambda events: [e.event_id for e in events] == ["a"])
    await owner.close()


def test_messages_that_told_nothing_are_counted_by_kind_within_a_limit() -> None:
    stream, told = Script(), [event("a")]
    assert stream._meant("Newchannel", told) is told
    for number in range(KINDS_MAX + 50):
        stream._meant(f"Made{number}", [])
        stream._meant("VarSet", [])
    ignored = stream.health.ignored
    assert "Newchannel" not in ignored
    assert (ignored["VarSet"], ignored["Made0"]) == (KINDS_MAX + 50, 1)
    assert len(ignored) == KINDS_MAX + 1
    assert ignored[OTHER_KINDS] == 51


async def test_an_outage_is_told_once_and_its_end_once() -> None:
    away = StreamLost("nobody there")
    stream = Script([event("a")], away, away, away, [event("b")])
    heard = Listening(stream)
    owner = TaskOwner("test")
    owner.spawn(stream.run(heard.emit, heard.say), name="stream")
    await heard.until(lambda events: len(events) == 2)
    await owner.close()
    assert heard.said[:4] == [
        "pbx: connected.",
        "pbx: the end of a part; trying again.",
        "pbx: nobody there; trying again.",
        "pbx: connected again.",
    ]
