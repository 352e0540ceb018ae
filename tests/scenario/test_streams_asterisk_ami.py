"""A manager connection through real sockets: cuts, kicks, restarts, refusals."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest
from streams_doubles import (
    NAMES,
    NO_SUCH_CHANNEL,
    NOON_US,
    SECRET,
    USERNAME,
    FakeAmi,
    Listening,
    book_of,
    eventually,
    expected,
    listening,
    message,
    no_sleep,
    recorded,
    serving,
    stories_of,
)

from screenpop.domain.call import Call, CallEvent, Phase
from screenpop.domain.errors import Overloaded, Unavailable
from screenpop.intake.streams.base import Stream, StreamLimits, StreamTools
from screenpop.intake.streams.registry import make_stream
from screenpop.support.clock import FakeClock
from screenpop.support.tasks import TaskOwner

ELSEWHERE = "answered_elsewhere"
PATIENT = StreamLimits()
IMPATIENT = StreamLimits(silence_s=0.02, answer_s=0.02, connect_s=1)
END = message("QueueMemberPause", Queue="end", Interface="PJSIP/9999", Paused="1")


@dataclass
class LineOf:
    """What `lines.pbx` says, for a server on this machine."""

    port: int
    dialect: str = "asterisk_ami"
    country: str | None = "GB"
    time_zone: str = "UTC"
    settings: dict[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.settings = {
            "host": "127.0.0.1",
            "port": self.port,
            "username": USERNAME,
            "secret": SECRET,
            **self.settings,
        }


class Ticking(FakeClock):
    """A clock on which every look at it is a microsecond later."""

    def now_us(self) -> int:
        self.advance(1e-6)
        return super().now_us()


def stream_to(
    fake: FakeAmi,
    limits: StreamLimits = PATIENT,
    known: Sequence[Call] = (),
    sleep: object = no_sleep,
) -> Stream:
    clock = Ticking()
    tools = StreamTools(
        clock=clock,
        known_calls=lambda: known,
        limits=limits,
        sleep=sleep,  # type: ignore[arg-type]
    )
    return make_stream("pbx", LineOf(fake.port), clock, tools=tools)


def ended(events: list[CallEvent]) -> bool:
    """The sentinel after everything else was heard."""
    return any("9999" in event.agents for event in events)


def calls_only(events: Sequence[CallEvent]) -> list[CallEvent]:
    return [event for event in events if "9999" not in event.agents]


@pytest.mark.parametrize("lists", [True, False])
@pytest.mark.parametrize("name", NAMES)
async def test_a_recording_byte_for_byte_gives_the_calls_its_readme_tells(
    name: str, lists: bool
) -> None:
    fake = FakeAmi([(b"", recorded(name) + END)], lists=lists)
    async with serving(fake), listening(stream_to(fake)) as heard:
        await heard.until(ended)
        assert stories_of(calls_only(heard.events)) == expected(name)
        assert heard.stream.health.trouble is None
        assert heard.stream.health.counters["undecodable"] == 0
    assert "Challenge" in fake.asked


@pytest.mark.parametrize("name", ["01_queue_answer_hold", "04_blind_transfer"])
@pytest.mark.parametrize("tenth", range(1, 10))
async def test_a_cut_connection_loses_no_call_and_no_end(name: str, tenth: int) -> None:
    """The message that was cut is lost; what rings and talks then is asked for."""
    data = recorded(name)
    cut = len(data) * tenth // 10
    resumed = data.index(b"\r\n\r\n", cut) + 4
    parts = [(b"", data[:cut]), (data[cut:resumed], data[resumed:] + END)]
    fake = FakeAmi(parts)
    async with serving(fake), listening(stream_to(fake)) as heard:
        await heard.until(ended)
        told = _without_moments(stories_of(calls_only(heard.events)))
    assert told == _without_moments(expected(name))
    assert fake.connections == 2


def _without_moments(stories: object) -> object:
    """Short happenings may fall into the gap: a hold, a transfer's word."""
    return [
        replace(
            story,
            holds=0,
            transfers=(),
            legs=tuple(
                (a, "ended" if talked else why, talked) for a, why, talked in story.legs
            ),
        )
        for story in stories  # type: ignore[attr-defined]
    ]


async def test_calls_that_vanished_in_the_gap_are_ended() -> None:
    data = recorded("01_queue_answer_hold")
    talking = data.index(b"Event: Hold")
    fake = FakeAmi([(b"", data[:talking]), (data[talking:], END)])
    async with serving(fake), listening(stream_to(fake)) as heard:
        await heard.until(ended)
        (call,) = book_of(calls_only(heard.events))
    assert (call.phase, call.cause) == (Phase.ENDED, "vanished")
    assert [leg.release for leg in call.legs] == [ELSEWHERE, "ended"]


async def test_a_restart_of_the_switch_ends_all_its_calls() -> None:
    """Nothing is live on a switch that has just begun."""
    data = recorded("02_abandon")
    ringing = data.index(b"Event: HangupRequest")
    fake = FakeAmi([(b"", data[:ringing]), (data[ringing:], END)])
    async with serving(fake), listening(stream_to(fake)) as heard:
        await heard.until(ended)
        calls = list(book_of(calls_only(heard.events)))
    assert [(call.phase, call.outcome) for call in calls] == [
        (Phase.ENDED, "abandoned")
    ]


async def test_a_call_that_only_the_journal_knows_is_ended() -> None:
    """It ended while Screenpop was not running."""
    data = recorded("01_queue_answer_hold")
    before = FakeAmi([(b"", data[: data.index(b"Event: Hold")] + END)])
    async with serving(before), listening(stream_to(before)) as heard:
        await heard.until(ended)
        book = book_of(calls_only(heard.events))
    after = FakeAmi([(data, END)])
    async with serving(after), listening(stream_to(after, known=list(book))) as heard:
        await heard.until(ended)
        for event in calls_only(heard.events):
            book.apply(event)
    assert [(call.phase, call.cause) for call in book] == [(Phase.ENDED, "vanished")]


async def test_after_a_restart_of_ours_a_call_goes_on_under_its_name() -> None:
    data = recorded("01_queue_answer_hold")
    hold = data.index(b"Event: Hold")
    before = FakeAmi([(b"", data[:hold] + END)])
    async with serving(before), listening(stream_to(before)) as first:
        await first.until(ended)
    known = list(book_of(calls_only(first.events)))
    after = FakeAmi([(data[:hold], data[hold:] + END)])
    async with serving(after), listening(stream_to(after, known=known)) as second:
        await second.until(ended)
    told = stories_of(calls_only([*first.events, *second.events]))
    assert told == expected("01_queue_answer_hold")


async def test_a_silent_kick_is_noticed_by_asking() -> None:
    """The server neither closes nor says anything, not even to a ping."""
    fake = FakeAmi([(b"", b"")])
    async with serving(fake), listening(stream_to(fake, IMPATIENT)) as heard:
        await eventually(lambda: "Ping" in fake.asked)
        fake.mute = True
        await eventually(lambda: fake.connections > 1)
        assert "is silent and does not answer" in str(heard.stream.health.trouble)
        fake.mute = False
        await eventually(lambda: heard.stream.health.trouble is None)
    assert any("connected again" in text for text in heard.said)


async def test_a_refused_log_in_is_told_in_clear_words_and_retried_slowly() -> None:
    fake, slept = FakeAmi([(b"", b"")], secret="another"), []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        await asyncio.sleep(0)

    async with serving(fake), listening(stream_to(fake, sleep=sleep)) as heard:
        await eventually(lambda: fake.connections > 3)
    assert "refuses the log-in of `screenpop`: Authentication failed" in heard.said[0]
    assert "manager.conf" in heard.said[0]
    assert len(heard.said) == 1
    assert all(30 <= seconds <= 60 for seconds in slept)
    assert SECRET not in repr(heard.said)


async def test_a_switch_that_knows_no_challenge_is_logged_in_to() -> None:
    fake = FakeAmi([(b"", recorded("07_direct") + END)], old=True)
    async with serving(fake), listening(stream_to(fake)) as heard:
        await heard.until(ended)
        assert stories_of(calls_only(heard.events)) == expected("07_direct")


async def test_nobody_there_is_told_once_and_tried_with_growing_pauses() -> None:
    fake, slept = FakeAmi([(b"", END)]), []
    async with serving(fake):
        pass

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        await asyncio.sleep(0)

    async with listening(stream_to(fake, sleep=sleep)) as heard:
        await eventually(lambda: len(slept) > 8)
        assert len(heard.said) == 1
        assert "cannot connect" in heard.said[0]
        assert slept[0] <= 1
        assert 15 <= slept[8] <= 30
        async with serving(fake):
            await heard.until(ended)


async def test_events_wait_while_the_journal_is_away() -> None:
    fake = FakeAmi([(b"", recorded("01_queue_answer_hold") + END)])
    refused = 0

    async def emit(events: Sequence[CallEvent]) -> None:
        nonlocal refused
        if refused < 5:
            refused += 1
            raise Unavailable("the disk is full") if refused % 2 else Overloaded("no")
        await heard.emit(events)

    owner = TaskOwner("test")
    async with serving(fake):
        heard = Listening(stream_to(fake))
        owner.spawn(heard.stream.run(emit, heard.say), name="stream")
        await heard.until(ended)
        await owner.close()
    assert stories_of(calls_only(heard.events)) == expected("01_queue_answer_hold")
    held = [text for text in heard.said if "held back" in text]
    assert held == ["pbx: events are held back: the disk is full"]
    assert heard.said[-1] == "pbx: events are taken again."


async def test_what_waits_is_bounded_and_nothing_is_lost() -> None:
    """With room for three, reading stops until the journal takes them."""
    fake = FakeAmi([(b"", recorded("03b_anonymous_presentation") + END)])
    gate = asyncio.Event()

    async def emit(events: Sequence[CallEvent]) -> None:
        await gate.wait()
        await heard.emit(events)

    owner = TaskOwner("test")
    async with serving(fake):
        stream = stream_to(fake, replace(PATIENT, held_events_max=3))
        heard = Listening(stream)
        owner.spawn(stream.run(emit, heard.say), name="stream")
        await eventually(lambda: stream.health.counters["held"] >= 3)
        await eventually(fake.done.is_set)
        assert stream.health.counters["held"] == 3
        gate.set()
        await heard.until(ended)
        await owner.close()
    assert stories_of(calls_only(heard.events)) == expected(
        "03b_anonymous_presentation"
    )


async def never(seconds: float) -> None:
    await asyncio.Event().wait()


TRUNK_B = "PJSIP/trunk-00000003"  # of the caller who is withheld, in 03_anonymous
PROHIBITED = {"Response": "Success", "Value": "prohib_not_screened"}
ALLOWED = {"Response": "Success", "Value": "allowed_not_screened"}
DENIED = {"Response": "Error", "Message": "Permission denied"}


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        (PROHIBITED, False),
        (ALLOWED, True),
        (DENIED, True),
        (NO_SUCH_CHANNEL, False),
    ],
)
async def test_where_events_do_not_say_it_the_switch_is_asked_what_is_withheld(
    answer: dict[str, str], shown: bool
) -> None:
    fake = FakeAmi([(b"", recorded("03_anonymous") + END)], variables={TRUNK_B: answer})
    async with serving(fake), listening(stream_to(fake, sleep=never)) as heard:
        await heard.until(ended)
        told = stories_of(calls_only(heard.events))
        hint = " ".join(heard.stream.health.hints)
    assert [story.withheld for story in told] == [True, not shown]
    assert told[1].caller == ("+447700900456" if shown else None)
    assert ("7700900456" in repr(heard.events)) is shown
    assert fake.asked.count("Getvar") == 1
    assert ("so they are shown" in hint) is (answer is DENIED)


async def test_a_switch_that_does_not_answer_is_not_waited_for() -> None:
    fake = FakeAmi([(b"", recorded("03_anonymous") + END)])
    async with serving(fake), listening(stream_to(fake)) as heard:
        await heard.until(ended)
        told = stories_of(calls_only(heard.events))
    assert told == expected("03_anonymous")
    assert "Getvar" in fake.asked


async def test_a_switch_that_says_it_in_its_events_is_not_asked() -> None:
    fake = FakeAmi([(b"", recorded("03b_anonymous_presentation") + END)])
    async with serving(fake), listening(stream_to(fake, sleep=never)) as heard:
        await heard.until(ended)
    assert "Getvar" not in fake.asked


async def test_a_burst_of_fifty_calls_is_decoded_without_blocking_anybody() -> None:
    """Four thousand events, half of them noise, as fast as the socket gives them."""
    data = b"".join(_numbered(number) for number in range(50))
    assert data.count(b"Event: ") > 4000
    fake = FakeAmi([(b"", data + END)])
    turns = 0
    async with serving(fake), listening(stream_to(fake)) as heard:
        while not ended(heard.events):
            turns += 1
            await asyncio.sleep(0)
    calls = list(book_of(calls_only(heard.events)))
    assert len(calls) == 50
    assert all(call.outcome == "completed" for call in calls)
    assert turns > 100  # others had their turns all the while


def _numbered(number: int) -> bytes:
    """One of many equal calls, with ids and a number of its own."""
    data = recorded("01_queue_answer_hold").replace(
        b"1795304390.", b"17953%d." % number
    )
    return data.replace(b"02079460958", b"020794609%02d" % number)


def test_the_clock_of_these_tests_is_in_the_recordings_year() -> None:
    assert abs(FakeClock().now_us() - NOON_US) < 86_400_000_000
