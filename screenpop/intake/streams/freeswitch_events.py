"""What do the events of a FreeSWITCH mean for calls and agents?

Pure: events in, call events out, over the same `switchboard` as for Asterisk. A
channel's `Channel-Call-UUID` joins it to its call. mod_callcenter offers a call to
an agent before there is a channel: until then a placeholder stands in for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from screenpop.domain.agent import AgentState
from screenpop.domain.call import AgentId, Call, CallEvent
from screenpop.intake.normal import LineContext
from screenpop.intake.streams import parking
from screenpop.intake.streams.freeswitch import Event
from screenpop.intake.streams.live import Channel, Snapshot, Stamp, Teller
from screenpop.intake.streams.members import AgentNames
from screenpop.intake.streams.presentation import synchronise
from screenpop.intake.streams.switchboard import Switchboard

DEFAULT_PATTERN = r"(?:sofia/(?!external/)[^/]+/|user/)(?:sip:)?(\d{2,6})(?:@.*)?"
VALET_PARKING = "valet_parking::info"
AGENTS_MAX = 50_000
_STATES = {
    "Available": AgentState.AVAILABLE,
    "Available (On Demand)": AgentState.AVAILABLE,
    "On Break": AgentState.BREAK,
    "Logged Out": AgentState.OFFLINE,
}
_GAVE_UP = frozenset({"BREAK_OUT", "NONE", ""})
_TALKING = frozenset({"ACTIVE", "HELD", "UNHELD"})
Row = Mapping[str, object]


class FreeswitchEvents:
    """The fold of one event socket, kept through its interruptions."""

    def __init__(self, line: LineContext, names: AgentNames):
        self.teller = Teller(line)
        self.board = Switchboard(names, self.teller)
        self.names = names
        self._offered: dict[tuple[str, str], str] = {}  # placeholders by call, agent
        self._told: dict[AgentId, AgentState] = {}
        self._asked = 0

    def decode(self, event: Event, received_us: int) -> list[CallEvent]:
        """One event; whatever is missing in it reads as empty."""
        name = event.get("Event-Name", "")
        if name == "CUSTOM":
            subclass = event.get("Event-Subclass", "")
            valet = subclass == VALET_PARKING
            name = f"valet-{event.get('Action', '')}"
            name = name if valet else event.get("CC-Action", "")
        meaning = _MEANINGS.get(name)
        if meaning is None:
            return []
        at = event.get("Event-Date-Timestamp", "")
        us = int(at) if at.isascii() and at.isdigit() and len(at) < 18 else None
        meaning(self, event, Stamp(received_us, us))
        return self.teller.take()

    # -- after a gap --------------------------------------------------------------

    def ask(self) -> None:
        """The lists are being asked for: what comes from now on is no gap."""
        self._asked = self.board.count

    def listed(
        self,
        channels: Iterable[Row],
        bridged: Iterable[Row],
        known: Iterable[Call],
        received_us: int,
    ) -> list[CallEvent]:
        """What `show channels` and `show calls` say."""
        where: dict[str, str] = {}
        for row in bridged:
            where[_text(row, "uuid")] = where[_text(row, "b_uuid")] = _text(row, "uuid")
        rows = [_listed(row, where) for row in channels if _text(row, "uuid")]
        present = {row.uid for row in rows}
        stand_ins = [
            self.board.channels[uid].shown
            for (session, _), uid in self._offered.items()
            if session in present and uid in self.board.channels
        ]
        stamp = Stamp(received_us)
        synchronise(self.board, [*rows, *stand_ins], self._asked, known, stamp)
        return self.teller.take()

    def agents_listed(
        self, agents: Iterable[tuple[str, str]], received_us: int
    ) -> list[CallEvent]:
        """Names and statuses, as `callcenter_config agent list` says them."""
        for name, status in agents:
            self._agent(name, status, Stamp(received_us))
        return self.teller.take()

    # -- channels -----------------------------------------------------------------

    def _see(self, event: Event, stamp: Stamp) -> str:
        uid = event.get("Unique-ID", "")
        if uid:
            self.board.see(_shown(event, uid), stamp)
        return uid

    def created(self, event: Event, stamp: Stamp) -> None:
        uid = self._see(event, stamp)
        self.board.lives(uid)
        other = event.get("Other-Leg-Unique-ID", "")
        if other and event.get("Call-Direction") == "outbound":
            self.board.dials(other, uid, stamp)

    def changed(self, event: Event, stamp: Stamp) -> None:
        self._see(event, stamp)

    def answered(self, event: Event, stamp: Stamp) -> None:
        uid = self._see(event, stamp)
        channel = self.board.channels.get(uid)
        if channel is not None and channel.shown.being_called:
            self._reached(channel, stamp)

    def _reached(self, channel: Channel, stamp: Stamp) -> None:
        """Not the agent of a queue, whom the queue connects when it is ready."""
        if channel.call is not None and channel.call.root != channel.uid:
            self.board.answers(channel, stamp)

    def bridged(self, event: Event, stamp: Stamp) -> None:
        uid = self._see(event, stamp)
        other = event.get("Other-Leg-Unique-ID", "")
        self.board.enters_bridge(uid, uid, stamp)
        called = self.board.channels.get(other)
        if called is not None:
            self.board.enters_bridge(other, uid, stamp)
            if called.shown.being_called:
                self._reached(called, stamp)

    def unbridged(self, event: Event, stamp: Stamp) -> None:
        uid = self._see(event, stamp)
        for member in (uid, event.get("Other-Leg-Unique-ID", "")):
            self.board.leaves_bridge(member, uid)

    def hold(self, event: Event, stamp: Stamp) -> None:
        held = event.get("Event-Name") == "CHANNEL_HOLD"
        self.board.hold(self._see(event, stamp), held, stamp)

    def hangup(self, event: Event, stamp: Stamp) -> None:
        self.board.leaving(self._see(event, stamp))

    def gone(self, event: Event, stamp: Stamp) -> None:
        uid = self._see(event, stamp)
        cause = event.get("Hangup-Cause", "")
        for key in [key for key in self._offered if key[0] == uid]:
            self.board.gone(self._offered.pop(key), cause, stamp)
        self.board.gone(uid, cause, stamp)

    # -- parking (mod_valet_parking) --------------------------------------------------

    def parked(self, event: Event, stamp: Stamp) -> None:
        uid = self._see(event, stamp)
        channel = self.board.channels.get(uid)
        call = channel.call if channel is not None else None
        legs = call.legs.values() if call is not None else ()
        talking = [leg.agent for leg in legs if leg.talking]
        parker = talking[0] if len(talking) == 1 else None
        parking.parks(self.board, uid, parker, stamp)

    def retrieved(self, event: Event, stamp: Stamp) -> None:
        """The channel of who retrieves, and to whom it is bridged."""
        uid = self._see(event, stamp)
        parking.retrieves(self.board, event.get("Bridge-To-UUID", ""), uid, stamp)

    # -- queues -----------------------------------------------------------------------

    def _caller(self, event: Event, stamp: Stamp) -> str:
        """The waiting caller's channel, which these events are about."""
        session = event.get("CC-Member-Session-UUID", "")
        if session and session not in self.board.channels:
            self.board.see(_member(event, session), stamp)
            self.board.lives(session)
        return session

    def queue_start(self, event: Event, stamp: Stamp) -> None:
        session = self._caller(event, stamp)
        self.board.joins_queue(session, event.get("CC-Queue", ""), stamp)

    def offered(self, event: Event, stamp: Stamp) -> None:
        self.queue_start(event, stamp)
        session, agent = self._caller(event, stamp), event.get("CC-Agent", "")
        if not agent or (session, agent) in self._offered:
            return
        uid = f"{session}/{agent}/{stamp.us}"
        shown = Snapshot(uid=uid, name=agent, linked=session, being_called=True)
        channel = self.board.see(shown, stamp)
        if channel is not None and channel.call is not None:
            self._offered[session, agent] = uid
            self.board.ring(channel.call, channel, self._named(agent), stamp)

    def connected(self, event: Event, stamp: Stamp) -> None:
        self.offered(event, stamp)
        agent, device = event.get("CC-Agent", ""), event.get("CC-Agent-UUID", "")
        session = self._caller(event, stamp)
        caller = self.board.channels.get(session)
        if caller is None or caller.call is None or not agent:
            return
        for uid in (device, self._offered.get((session, agent), "")):
            channel = self.board.channels.get(uid)
            if channel is not None:
                self.board.connect(caller.call, channel, self._named(agent), stamp)

    def failed(self, event: Event, stamp: Stamp) -> None:
        key = (self._caller(event, stamp), event.get("CC-Agent", ""))
        uid = self._offered.pop(key, "")
        self.board.gone(uid, event.get("CC-Hangup-Cause", ""), stamp)

    def released(self, event: Event, stamp: Stamp) -> None:
        """The agent's conversation is over; the caller may go on elsewhere."""
        session, agent = self._caller(event, stamp), event.get("CC-Agent", "")
        cause = event.get("CC-Hangup-Cause", "")
        caller = self.board.channels.get(session)
        leg = None
        if caller is not None and caller.call is not None:
            leg = caller.call.legs.get(self._named(agent))
            if leg is not None:
                self.board.end_leg(caller.call, leg, stamp, cause)
        self.board.gone(self._offered.pop((session, agent), ""), cause, stamp)

    def queue_end(self, event: Event, stamp: Stamp) -> None:
        """Given up by the caller, or left: then the call ends with its channel."""
        session = self._caller(event, stamp)
        reason = event.get("CC-Cancel-Reason", "")
        caller = self.board.channels.get(session)
        call = caller.call if caller is not None else None
        gave_up = event.get("CC-Cause") == "Cancel" and reason in _GAVE_UP
        if call is not None and gave_up:
            call.leaving = True
            self.board.end_call(call, stamp, reason)
        self.board.leaves_queue(session, stamp)

    # -- agents -----------------------------------------------------------

    def agent_status(self, event: Event, stamp: Stamp) -> None:
        name = event.get("CC-Agent", "")
        self._agent(name, event.get("CC-Agent-Status", ""), stamp)

    def _agent(self, name: str, status: str, stamp: Stamp) -> None:
        state = _STATES.get(status)
        agent = self._named(name)
        if state is None or not name or self._told.get(agent) is state:
            return
        if agent in self._told or len(self._told) < AGENTS_MAX:
            self._told[agent] = state
            self.teller.tell_agent(agent, state.value, None, stamp)

    def _named(self, name: str) -> AgentId:
        """mod_callcenter's own name, unless the configuration has another."""
        return self.names.of_interface(name) or AgentId(name)


def _shown(event: Event, uid: str) -> Snapshot:
    hides = event.get("Caller-Privacy-Hide-Number") == "true"
    return Snapshot(
        uid=uid,
        name=event.get("Channel-Name", ""),
        linked=event.get("Channel-Call-UUID", "") or uid,
        number=event.get("Caller-Caller-ID-Number", ""),
        caller_name=event.get("Caller-Caller-ID-Name", ""),
        dialled=event.get("Caller-Destination-Number", ""),
        up=event.get("Answer-State") == "answered",
        being_called=event.get("Call-Direction") == "outbound",
        presentation="prohib" if hides else "",
    )


def _member(event: Event, session: str) -> Snapshot:
    """A waiting caller of whom nothing was heard before."""
    return Snapshot(
        uid=session,
        name=event.get("Channel-Name", ""),
        linked=session,
        number=event.get("CC-Member-CID-Number", ""),
        caller_name=event.get("CC-Member-CID-Name", ""),
        dialled=event.get("CC-Member-DNIS", "")
        or event.get("Caller-Destination-Number", ""),
        presentation=_shown(event, session).presentation,
    )


def _listed(row: Row, where: Mapping[str, str]) -> Snapshot:
    uid = _text(row, "uuid")
    began = _text(row, "created_epoch")
    return Snapshot(
        uid=uid,
        name=_text(row, "name"),
        linked=_text(row, "call_uuid") or uid,
        number=_text(row, "cid_num"),
        caller_name=_text(row, "cid_name"),
        dialled=_text(row, "dest"),
        up=_text(row, "callstate") in _TALKING,
        being_called=_text(row, "direction") == "outbound",
        app=_text(row, "application"),
        app_data=_text(row, "application_data"),
        bridge=where.get(uid, ""),
        began_us=int(began) * 1_000_000
        if began.isascii() and began.isdigit() and len(began) < 12
        else None,
    )


def _text(row: Row, name: str) -> str:
    value = row.get(name, "")
    return value if isinstance(value, str) else ""


Meaning = Callable[[FreeswitchEvents, Event, Stamp], None]
_MEANINGS: Mapping[str, Meaning] = {
    "CHANNEL_CREATE": FreeswitchEvents.created,
    "CHANNEL_PROGRESS": FreeswitchEvents.changed,
    "CHANNEL_ANSWER": FreeswitchEvents.answered,
    "CHANNEL_BRIDGE": FreeswitchEvents.bridged,
    "CHANNEL_UNBRIDGE": FreeswitchEvents.unbridged,
    "CHANNEL_HOLD": FreeswitchEvents.hold,
    "CHANNEL_UNHOLD": FreeswitchEvents.hold,
    "CHANNEL_HANGUP": FreeswitchEvents.hangup,
    "CHANNEL_HANGUP_COMPLETE": FreeswitchEvents.gone,
    "member-queue-start": FreeswitchEvents.queue_start,
    "member-queue-resume": FreeswitchEvents.queue_start,
    "agent-offering": FreeswitchEvents.offered,
    "bridge-agent-start": FreeswitchEvents.connected,
    "bridge-agent-fail": FreeswitchEvents.failed,
    "bridge-agent-end": FreeswitchEvents.released,
    "member-queue-end": FreeswitchEvents.queue_end,
    "valet-hold": FreeswitchEvents.parked,
    "valet-bridge": FreeswitchEvents.retrieved,
    "agent-status-change": FreeswitchEvents.agent_status,
}
