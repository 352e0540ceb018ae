"""Recordings of a real Asterisk, the stories they tell, and switches to listen to.

`STORIES` is what tests/payloads/asterisk/README.md says in words. `FakeAmi` serves a
recording byte for byte and knows, independently of our decoder, which channels are
live at any byte; `listening` runs a stream against it and folds what comes.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import lzma
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from screenpop.domain.call import Call, CallEvent, LineId
from screenpop.domain.call_state import CallBook
from screenpop.intake.normal import LineContext
from screenpop.intake.streams.ami_events import AmiEvents
from screenpop.intake.streams.ari_events import AriEvents
from screenpop.intake.streams.asterisk_ami import AmiParser, Message
from screenpop.intake.streams.base import Stream
from screenpop.intake.streams.members import AgentNames
from screenpop.support.tasks import TaskOwner

RECORDINGS = Path(__file__).parent / "payloads" / "asterisk"
NAMES = (
    "01_queue_answer_hold",
    "02_abandon",
    "03_anonymous",
    "03b_anonymous_presentation",
    "04_blind_transfer",
    "06_no_answer_requeued",
    "07_direct",
    "10_agent_states",
    "13_stasis",
)
NOON_US = 1_795_305_600_000_000
WITHIN_S = 10.0


@dataclass(frozen=True, kw_only=True)
class Story:
    """One call as its README tells it. Legs: agent, why released, talked."""

    call_id: str
    caller: str | None
    dialled: str
    legs: tuple[tuple[str, str, bool], ...]
    visits: tuple[tuple[str, str], ...] = ()
    outcome: str = "completed"
    name: str | None = None
    withheld: bool = False
    direction: str = "inbound"
    holds: int = 0
    transfers: tuple[tuple[str, str], ...] = ()


SALES = "+442079460100"
SUPPORT = "+442079460200"
ELSEWHERE = "answered_elsewhere"


def _by_1001(call_id: str, caller: str | None, **more: object) -> Story:
    return Story(
        call_id=call_id,
        caller=caller,
        dialled=SALES,
        legs=(("1002", ELSEWHERE, False), ("1001", "ended", True)),
        visits=(("sales", "answered"),),
        **more,  # type: ignore[arg-type]
    )


STORIES: dict[str, tuple[Story, ...]] = {
    "01_queue_answer_hold": (
        _by_1001("1795304390.0", "+442079460958", name="J SMITH", holds=1),
    ),
    "02_abandon": (
        Story(
            call_id="1795304403.0",
            caller="+442079460959",
            dialled=SALES,
            legs=(("1002", "ended", False), ("1001", "ended", False)),
            visits=(("sales", "abandoned"),),
            outcome="abandoned",
        ),
        Story(
            call_id="1795304409.3",
            caller="+442079460959",
            dialled=SUPPORT,
            legs=(("1003", "ended", False),),
            visits=(("support", "abandoned"),),
            outcome="abandoned",
        ),
    ),
    "03_anonymous": (
        _by_1001("1795304415.0", None, withheld=True),
        _by_1001("1795304421.3", "+447700900456"),
    ),
    "03b_anonymous_presentation": (
        _by_1001("1795304429.0", None, withheld=True),
        _by_1001("1795304434.3", None, withheld=True),
    ),
    "04_blind_transfer": (
        Story(
            call_id="1795304443.0",
            caller="+447700900123",
            dialled=SALES,
            legs=(
                ("1002", ELSEWHERE, False),
                ("1001", "transferred", True),
                ("1003", "ended", True),
            ),
            visits=(("sales", "answered"),),
            transfers=(("1001", "1003"),),
        ),
    ),
    "06_no_answer_requeued": (
        Story(
            call_id="1795304456.0",
            caller="+442079460961",
            name="Jones & Sons",
            dialled=SUPPORT,
            legs=(("1003", "unanswered", False), ("1004", "ended", True)),
            visits=(("support", "answered"),),
        ),
    ),
    "07_direct": (
        Story(
            call_id="1795304470.0",
            caller="+442079460962",
            dialled="+442079460102",
            legs=(("1002", "ended", True),),
        ),
        Story(
            call_id="1795304477.2",
            caller="1001",
            name="Alice Archer",
            dialled="1002",
            direction="internal",
            legs=(("1002", "ended", True),),
        ),
    ),
    "10_agent_states": (),
    "13_stasis": (
        Story(
            call_id="1795304499.0",
            caller="+442079460974",
            dialled="+442079460300",
            legs=(("1002", "ended", True), ("1001", ELSEWHERE, False)),
            visits=(("sales", "answered"),),
        ),
    ),
}


@cache
def recorded(name: str, kind: str = "ami") -> bytes:
    """The bytes of one recording; `kind` is `ami` or `ari.jsonl`."""
    return lzma.decompress((RECORDINGS / f"{name}.{kind}.xz").read_bytes())


@cache
def messages(name: str) -> tuple[Message, ...]:
    return tuple(AmiParser().feed(recorded(name)))


@cache
def frames(name: str) -> tuple[tuple[float, dict[str, object]], ...]:
    """Seconds since the start, and the ARI's frame."""
    lines = recorded(name, "ari.jsonl").splitlines()
    return tuple((each["t"], each["event"]) for each in map(json.loads, lines))


def a_line(country: str | None = "GB") -> LineContext:
    return LineContext(line=LineId("pbx"), country=country, zone=ZoneInfo("UTC"))


def ami_fold(**more: object) -> AmiEvents:
    return AmiEvents(a_line(), AgentNames(), **more)  # type: ignore[arg-type]


def ari_fold() -> AriEvents:
    return AriEvents(a_line(), AgentNames())


def ami_events(name: str, fold: AmiEvents | None = None) -> list[CallEvent]:
    """A recording decoded, a millisecond between its messages."""
    fold = fold or ami_fold()
    return [
        event
        for index, message in enumerate(messages(name))
        for event in fold.decode(message, NOON_US + index * 1000)
    ]


def ari_events(name: str) -> list[CallEvent]:
    fold = ari_fold()
    return [
        event
        for t, frame in frames(name)
        for event in fold.decode(frame, NOON_US + round(t * 1e6))
    ]


def book_of(events: Sequence[CallEvent]) -> CallBook:
    """As the journal would: an id counts once."""
    book, seen = CallBook(), set()
    for event in events:
        if event.event_id not in seen:
            seen.add(event.event_id)
            book.apply(event)
    return book


def stories_of(events: Sequence[CallEvent]) -> tuple[Story, ...]:
    calls = sorted(book_of(events), key=lambda call: call.call_id)
    return tuple(_story(call, events) for call in calls)


def expected(name: str) -> tuple[Story, ...]:
    return tuple(sorted(STORIES[name], key=lambda story: story.call_id))


def _story(call: Call, events: Sequence[CallEvent]) -> Story:
    mine = [event for event in events if event.call_id == call.call_id]
    return Story(
        call_id=call.call_id,
        caller=call.caller,
        name=call.caller_name,
        withheld=call.withheld,
        dialled=call.dialled or "",
        direction=call.direction.value,
        legs=tuple(
            (leg.agent, leg.release.value if leg.release else "open", leg.talked)
            for leg in call.legs
        ),
        visits=tuple((visit.queue, visit.left or "waits") for visit in call.visits),
        outcome=call.outcome.value if call.outcome else "goes on",
        holds=sum(event.type == "held" for event in mine),
        transfers=tuple(
            (event.from_agent or "", event.target or "")
            for event in mine
            if event.type == "transferred"
        ),
    )


# -- switches to listen to -------------------------------------------------------

USERNAME, SECRET = "screenpop", "opensesame"
CHALLENGE = "158713606"
NO_SUCH_CHANNEL = {"Response": "Error", "Message": "No such channel"}


def message(event: str, **headers: str) -> bytes:
    """One AMI event as bytes."""
    return _block({"Event": event, **headers})


def _block(headers: dict[str, str]) -> bytes:
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"{lines}\r\n".encode()


def _begins(what: str, ours: dict[str, str]) -> bytes:
    """A list is announced before its rows come, as events among the others."""
    head = {"Response": "Success", **ours, "EventList": "start"}
    return _block({**head, "Message": f"{what} will follow"})


def _ends(event: str, items: int, ours: dict[str, str]) -> bytes:
    end = {"EventList": "Complete", "ListItems": str(items)}
    return _block({"Event": event, **ours, **end})


def _headers(block: bytes) -> dict[str, str]:
    lines = block.decode("utf-8", "replace").split("\r\n")
    return dict(line.split(": ", 1) for line in lines if ": " in line)


def live_channels(data: bytes) -> list[dict[str, str]]:
    """Rows of `CoreShowChannels` after these bytes, from the bytes alone."""
    rows: dict[str, dict[str, str]] = {}
    for block in data.split(b"\r\n\r\n")[:-1]:
        event = _headers(block)
        kind, uid = event.get("Event", ""), event.get("Uniqueid", "")
        if kind == "Hangup":
            rows.pop(uid, None)
        elif kind in _SHOWS:
            row = rows.setdefault(uid, {"BridgeId": "", "Application": ""})
            row |= {name: event[name] for name in _ROW if name in event}
            if kind == "Newexten":
                row |= {"Application": event["Application"]}
                row |= {"ApplicationData": event["AppData"]}
            elif kind == "BridgeEnter":
                row["BridgeId"] = event["BridgeUniqueid"]
            elif kind == "BridgeLeave":
                row["BridgeId"] = ""
    return list(rows.values())


_SHOWS = ("Newchannel", "Newstate", "Newexten", "BridgeEnter", "BridgeLeave")
_ROW = (
    "Channel", "ChannelState", "CallerIDNum", "CallerIDName", "Exten", "Uniqueid",
    "Linkedid", "ChanVariable",
)  # fmt: skip


@dataclass
class FakeAmi:
    """A manager interface. Each connection plays one of `parts`, the last for ever.

    `done` is set when the last part was written. `mute` answers nothing at all;
    `lists` False: the lists are never answered, as by a server of less skill.
    """

    parts: list[tuple[bytes, bytes]]  # what happened unheard, what is played
    secret: str = SECRET
    mute: bool = False
    lists: bool = True
    old: bool = False  # knows no challenge
    boots: bool = True  # says at once that it is ready
    variables: dict[str, dict[str, str]] | None = None  # answers to Getvar, by channel
    asked: list[str] = field(default_factory=list)
    connections: int = 0
    done: asyncio.Event = field(default_factory=asyncio.Event)
    port: int = 0
    _states: dict[int, set[str]] = field(default_factory=dict)

    async def serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.connections += 1
        self._states[id(writer)] = set()
        writer.write(b"Asterisk Call Manager/9.0.0\r\n")
        try:
            while request := _headers(await reader.readuntil(b"\r\n\r\n")):
                self.asked.append(request["Action"])
                if not self.mute and await self._answer(request, writer):
                    writer.write_eof()  # what was sent is read before the end is
                    await reader.read()
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _answer(
        self, request: dict[str, str], writer: asyncio.StreamWriter
    ) -> bool:
        """True: the part is over and the connection to be cut."""
        action, ours = request["Action"], {"ActionID": request["ActionID"]}
        if action == "Challenge":
            told = {"Response": "Error", "Message": "Invalid/unknown command"}
            if not self.old:
                told = {"Response": "Success", "Challenge": CHALLENGE}
            writer.write(_block({**told, **ours}))
        elif action == "Login":
            if not self._may(request):
                told = {"Response": "Error", "Message": "Authentication failed"}
                writer.write(_block({**told, **ours}))
                return True
            told = {"Response": "Success", "Message": "Authentication accepted"}
            writer.write(_block({**told, **ours}))
            if self.boots:
                writer.write(_block({"Event": "FullyBooted", "Status": "Fully Booted"}))
        elif action == "CoreShowChannels" and self.lists:
            writer.write(_begins("Channels", ours))
            self._list(ours, writer)
        elif action == "QueueStatus":
            if self.lists:
                writer.write(_begins("Queue status", ours))
                writer.write(_ends("QueueStatusComplete", 0, ours))
            if "played" not in self._state(writer):
                return await self._play(writer)
        elif action == "Getvar" and self.variables is not None:
            told = self.variables.get(request["Channel"], NO_SUCH_CHANNEL)
            writer.write(_block({**told, **ours}))
        elif action == "Ping":
            told = {"Ping": "Pong", "Timestamp": "1795304390.359123"}
            writer.write(_block({"Response": "Success", **ours, **told}))
        return False

    def _may(self, request: dict[str, str]) -> bool:
        key = hashlib.md5((CHALLENGE + self.secret).encode()).hexdigest()
        proof = request.get("Secret") == self.secret if self.old else None
        return proof or request.get("Key") == key

    def _list(self, ours: dict[str, str], writer: asyncio.StreamWriter) -> None:
        part = min(self.connections, len(self.parts)) - 1
        heard = b"".join(unheard + played for unheard, played in self.parts[:part])
        rows = live_channels(heard + self.parts[part][0])
        for row in rows:
            writer.write(_block({"Event": "CoreShowChannel", **ours, **row}))
        writer.write(_ends("CoreShowChannelsComplete", len(rows), ours))

    def _state(self, writer: asyncio.StreamWriter) -> set[str]:
        return self._states.setdefault(id(writer), set())

    async def _play(self, writer: asyncio.StreamWriter) -> bool:
        self._state(writer).add("played")
        last = self.connections >= len(self.parts)
        if self.connections <= len(self.parts):
            writer.write(self.parts[self.connections - 1][1])
        await writer.drain()
        if last:
            self.done.set()
        return not last


@asynccontextmanager
async def serving(fake: FakeAmi) -> AsyncIterator[FakeAmi]:
    server = await asyncio.start_server(fake.serve, "127.0.0.1", fake.port)
    fake.port = server.sockets[0].getsockname()[1]
    try:
        yield fake
    finally:
        server.close()
        await asyncio.sleep(0)


async def no_sleep(seconds: float) -> None:
    """Time passes at once; the others get their turn."""
    await asyncio.sleep(0)


@dataclass
class Listening:
    """What came of a stream so far."""

    stream: Stream
    events: list[CallEvent] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    _moved: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def emit(self, events: Sequence[CallEvent]) -> None:
        self.events.extend(events)
        async with self._moved:
            self._moved.notify_all()

    def say(self, text: str) -> None:
        self.said.append(text)

    async def until(self, holds: Callable[[list[CallEvent]], bool]) -> None:
        """Fails when it does not come to hold."""
        async with asyncio.timeout(WITHIN_S), self._moved:
            await self._moved.wait_for(lambda: holds(self.events))


@asynccontextmanager
async def listening(stream: Stream) -> AsyncIterator[Listening]:
    heard = Listening(stream)
    owner = TaskOwner("test")
    owner.spawn(stream.run(heard.emit, heard.say), name="stream")
    try:
        yield heard
    finally:
        await owner.close()


async def eventually(holds: Callable[[], bool]) -> None:
    """Give others their turns until something holds; fails after a while."""
    async with asyncio.timeout(WITHIN_S):
        while not holds():
            await asyncio.sleep(0.001)
