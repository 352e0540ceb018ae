"""A stream goes on whatever happens to its connection or to what it hands on."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
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
    assert any("internal error (ValueError)" in text for text in heard.said)


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
    told = "an event is left out: it is too large (arrived of call b)"
    assert f"pbx: {told}" in heard.said
    assert told in stream.health.hints


class Driver(Exception):
    """What some library raises, of no kind that we know."""


@pytest.mark.parametrize(
    ("names", "odd", "error"),
    [
        ("abc", "b", KeyError("x")),
        ("abc", "c", UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates")),
        ("a", "a", RecursionError()),
        ("abcd", "bc", TypeError("not a number")),
        ("abc", "b", Driver("no such column")),
        ("abcd", "bc", Driver("no such column")),
        ("abc", "a", RuntimeError("odd")),
    ],
)
async def test_an_odd_event_is_left_out_reported_and_counted(
    names: str, odd: str, error: Exception
) -> None:
    stream = Script([event(name) for name in names])
    heard = Listening(stream)

    async def emit(events: Sequence[CallEvent]) -> None:
        if any(each.event_id in odd for each in events):
            raise error
        await heard.emit(events)

    owner = TaskOwner("test")
    owner.spawn(stream.run(emit, heard.say), name="stream")
    await eventually(lambda: stream.health.counters["refused"] == len(odd))
    await eventually(lambda: stream.health.counters["held"] == 0)
    await owner.close()
    assert {e.event_id for e in heard.events} == set(names) - set(odd)
    assert len([text for text in heard.said if "left out" in text]) == len(odd)
    assert stream.health.counters["emitted"] == len(names) - len(odd)


async def test_an_outage_of_an_unknown_kind_loses_no_event() -> None:
    """While nothing at all is taken, nothing is left out, however long it lasts."""
    stream, failures = Script([event(name) for name in "abc"]), 0
    heard = Listening(stream)

    async def emit(events: Sequence[CallEvent]) -> None:
        nonlocal failures
        failures += 1
        if failures < 200:
            raise Driver("the server is starting up")
        await heard.emit(events)

    owner = TaskOwner("test")
    owner.spawn(stream.run(emit, heard.say), name="stream")
    await eventually(lambda: stream.health.counters["emitted"] == 3)
    await owner.close()
    assert stream.health.counters["refused"] == 0
    assert sorted(e.event_id for e in heard.events) == ["a", "b", "c"]


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
