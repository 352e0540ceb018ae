"""What do the events of an Asterisk manager connection mean for calls and agents?

Pure: messages in, call events out. One table says which event is which fact about
channels (`switchboard`), queues and their members (`members`); all else is noise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache

from screenpop.domain.call import Call, CallEvent
from screenpop.intake.normal import LineContext
from screenpop.intake.streams import parking, switchboard
from screenpop.intake.streams.asterisk_ami import Message, text_of
from screenpop.intake.streams.live import Snapshot, Stamp, Teller
from screenpop.intake.streams.members import AgentNames, Member, Members
from screenpop.intake.streams.presentation import synchronise
from screenpop.intake.streams.switchboard import Switchboard

STATE_DOWN, STATE_UP = "0", "6"
PRESENTATION = "CALLERID(num-pres)"
_PREFIXES = (
    "", "Dest", "Transferer", "Transferee", "OrigTransferer", "SecondTransferer",
    "TransferTarget", "Parkee", "Parker", "Retriever",
)  # fmt: skip


class AmiEvents:
    """The fold of one manager connection, kept through its interruptions."""

    def __init__(
        self,
        line: LineContext,
        names: AgentNames,
        variables: frozenset[str] = frozenset(),
    ):
        self.teller = Teller(line)
        self.board = Switchboard(names, self.teller)
        self.members = Members(names, self.teller)
        self.variables = variables
        self.presentation_told: bool | None = None  # None: no call came yet
        self._rows: list[Snapshot] = []
        self._members: list[Member] = []
        self._asked = 0

    def decode(self, message: Message, received_us: int) -> list[CallEvent]:
        """One message; never raises for a message that is well-formed text."""
        meaning = _MEANINGS.get(text_of(message, "Event"))
        if meaning is None:
            return []
        stamp = Stamp(received_us, _timestamp(message))
        meaning(self, message, stamp)
        return self.teller.take()

    # -- after a gap ----------------------------------------------------

    def ask(self) -> None:
        """The lists are being asked for: what comes from now on is no gap."""
        self._rows, self._members = [], []
        self._asked = self.board.count

    def channels_listed(
        self, known: Iterable[Call], received_us: int
    ) -> list[CallEvent]:
        """All rows of `CoreShowChannels` came."""
        stamp = Stamp(received_us)
        synchronise(self.board, self._rows, self._asked, known, stamp)
        self._rows = []
        return self.teller.take()

    def queues_listed(self, received_us: int) -> list[CallEvent]:
        """All rows of `QueueStatus` came."""
        self.members.replace(self._members, Stamp(received_us))
        self._members = []
        return self.teller.take()

    def list_channel(self, message: Message, stamp: Stamp) -> None:
        for shown in self._snapshots(message, stamp):
            self._rows.append(shown)

    def list_member(self, message: Message, stamp: Stamp) -> None:
        self._members.append(_member(message, text_of(message, "Location")))

    # -- channels -----------------------------------------------------------

    def see(self, message: Message, stamp: Stamp) -> None:
        """Every channel that the message shows, whatever it is about."""
        for shown in self._snapshots(message, stamp):
            self.board.see(shown, stamp)

    def _snapshots(self, message: Message, stamp: Stamp) -> Iterator[Snapshot]:
        for prefix in _PREFIXES:
            uid = text_of(message, f"{prefix}Uniqueid")
            name = text_of(message, f"{prefix}Channel")
            if uid and name:
                yield self._snapshot(message, prefix, uid, name, stamp)

    def _snapshot(
        self, message: Message, prefix: str, uid: str, name: str, stamp: Stamp
    ) -> Snapshot:
        variables = dict(_variables(message, f"{prefix}ChanVariable"))
        presentation = variables.get(PRESENTATION, "")
        if self.presentation_told is not True and not prefix:
            self.presentation_told = PRESENTATION in variables
        state = text_of(message, f"{prefix}ChannelState")
        return Snapshot(
            uid=uid,
            name=name,
            linked=text_of(message, f"{prefix}Linkedid"),
            number=text_of(message, f"{prefix}CallerIDNum"),
            caller_name=text_of(message, f"{prefix}CallerIDName"),
            dialled=text_of(message, f"{prefix}Exten"),
            up=state == STATE_UP,
            being_called=state == STATE_DOWN,
            presentation=presentation,
            app=text_of(message, "Application"),
            app_data=text_of(message, "ApplicationData"),
            bridge=text_of(message, "BridgeId"),
            began_us=_began_us(text_of(message, "Duration"), stamp),
        )

    def newstate(self, message: Message, stamp: Stamp) -> None:
        self.see(message, stamp)
        self.board.lives(text_of(message, "Uniqueid"))

    def newexten(self, message: Message, stamp: Stamp) -> None:
        self.see(message, stamp)
        app = text_of(message, "Application")
        self.board.runs(text_of(message, "Uniqueid"), app, stamp)

    def varset(self, message: Message, stamp: Stamp) -> None:
        name = text_of(message, "Variable")
        if name in self.variables and text_of(message, "Uniqueid"):
            self.see(message, stamp)
            value = text_of(message, "Value")
            self.board.learns(text_of(message, "Uniqueid"), name, value, stamp)

    def hangup_request(self, message: Message, stamp: Stamp) -> None:
        self.see(message, stamp)
        self.board.leaving(text_of(message, "Uniqueid"))

    def hangup(self, message: Message, stamp: Stamp) -> None:
        self.see(message, stamp)
        cause = text_of(message, "Cause-txt") or text_of(message, "Cause")
        self.board.gone(text_of(message, "Uniqueid"), cause, stamp)

    # -- dialling -------------------------------------------------------------

    def dial_begin(self, message: Message, stamp: Stamp) -> None:
        self.see(message, stamp)
        peer, dial_string = (
            text_of(message, x) for x in ("DestUniqueid", "DialString")
        )
        self.board.dials(text_of(message, "Uniqueid"), peer, stamp, dial_string)

    def dial_end(self, message: Message, stamp: Stamp) -> None:
        self.see(message, stamp)
        peer = text_of(message, "DestUniqueid")
        self.board.dial_ends(peer, text_of(message, "DialStatus"), stamp)

    # -- queues ---------------------------------------------------------------

    def queue_join(self, message: Message, stamp: Stamp) -> None:
        self.see(message, stamp)
        queue = text_of(message, "Queue")
        self.board.joins_queue(text_of(message, "Uniqueid"), queue, stamp)

    def queue_leave(self, message: Message, stamp: Stamp) -> None:
        self.see(message, stamp)
        self.board.leaves_queue(text_of(message, "Uniqueid"), stamp)

    def queue_abandon(self, message: Message, stamp: Stamp) -> None:
        self.see(message, stamp)
        self.board.leaving(text_of(message, "Uniqueid"))

    def agent_called(self, message: Message, stamp: Stamp) -> None:
        self.see(message, stamp)
        peer = self.board.channels.get(text_of(message, "DestUniqueid"))
        if peer is None or peer.call is None or peer.leg is not None:
            return
        agent = self.members.names.member(text_of(message, "Interface"))
        caller = text_of(message, "Uniqueid")
        self.board.joins_queue(caller, text_of(message, "Queue"), stamp)
        self.board.ring(peer.call, peer, agent, stamp)

    def agent_connect(self, message: Message, stamp: Stamp) -> None:
        self.see(message, stamp)
        peer = self.board.channels.get(text_of(message, "DestUniqueid"))
        if peer is None or peer.call is None or peer.call.ended:
            return
        agent = self.members.names.member(text_of(message, "Interface"))
        leg = peer.leg
        self.board.connect(peer.call, peer, leg.agent if leg else agent, stamp)

    def agent_no_answer(self, message: Message, stamp: Stamp) -> None:
        self.see(message, stamp)
        peer = text_of(message, "DestUniqueid")
        self.board.dial_ends(peer, "NOANSWER", stamp)

    # -- talking --------------------------------------------------------------

    def hold(self, message: Message, stamp: Stamp) -> None:
        self.see(message, stamp)
        held = text_of(message, "Event") == "Hold"
        self.board.hold(text_of(message, "Uniqueid"), held, stamp)

    def bridge_enter(self, message: Message, stamp: Stamp) -> None:
        self.see(message, stamp)
        bridge = text_of(message, "BridgeUniqueid")
        self.board.enters_bridge(text_of(message, "Uniqueid"), bridge, stamp)

    def bridge_leave(self, message: Message, stamp: Stamp) -> None:
        self.see(message, stamp)
        bridge = text_of(message, "BridgeUniqueid")
        self.board.leaves_bridge(text_of(message, "Uniqueid"), bridge)

    def blind_transfer(self, message: Message, stamp: Stamp) -> None:
        self.see(message, stamp)
        transferer = text_of(message, "TransfererUniqueid")
        if _succeeded(message):
            target = text_of(message, "Extension")
            switchboard.blind(self.board, transferer, target, stamp)

    def attended_transfer(self, message: Message, stamp: Stamp) -> None:
        self.see(message, stamp)
        first = text_of(message, "OrigTransfererUniqueid")
        second = text_of(message, "SecondTransfererUniqueid")
        if _succeeded(message):
            switchboard.attended(self.board, first, second, stamp)

    def parked(self, message: Message, stamp: Stamp) -> None:
        self.see(message, stamp)
        interface = text_of(message, "ParkerDialString")
        parker = self.members.names.of_interface(interface) if interface else None
        parking.parks(self.board, text_of(message, "ParkeeUniqueid"), parker, stamp)

    def unparked(self, message: Message, stamp: Stamp) -> None:
        self.see(message, stamp)
        parkee = text_of(message, "ParkeeUniqueid")
        retriever = text_of(message, "RetrieverUniqueid")
        parking.retrieves(self.board, parkee, retriever, stamp)

    def parked_too_long(self, message: Message, stamp: Stamp) -> None:
        self.see(message, stamp)
        parking.comes_back(self.board, text_of(message, "ParkeeUniqueid"))

    def gave_up_parked(self, message: Message, stamp: Stamp) -> None:
        self.see(message, stamp)
        self.board.leaving(text_of(message, "ParkeeUniqueid"))

    # -- agents ---------------------------------------------------------------

    def member(self, message: Message, stamp: Stamp) -> None:
        member = _member(message, text_of(message, "Interface"))
        self.members.changed(member, stamp)

    def member_removed(self, message: Message, stamp: Stamp) -> None:
        member = _member(message, text_of(message, "Interface"))
        self.members.removed(member, stamp)


def _succeeded(message: Message) -> bool:
    return text_of(message, "Result") == "Success"


def _member(message: Message, interface: str) -> Member:
    return Member(
        queue=text_of(message, "Queue"),
        interface=interface,
        reachable=text_of(message, "Status") not in ("4", "5"),
        paused=text_of(message, "Paused") == "1",
        reason=text_of(message, "PausedReason"),
    )


def _variables(message: Message, name: str) -> Iterator[tuple[str, str]]:
    """`ChanVariable: NAME=value`, once or several times."""
    value = message.get(name, ())
    for text in (value,) if isinstance(value, str) else value:
        key, equals, rest = text.partition("=")
        if equals:
            yield key, rest


def _timestamp(message: Message) -> int | None:
    """`Timestamp: 1795304390.359123`, with `timestampevents = yes`."""
    text = text_of(message, "Timestamp")
    return _epoch_us(text) if text else None


@lru_cache(maxsize=256)
def _epoch_us(text: str) -> int | None:
    seconds, _, fraction = text.partition(".")
    digits = f"{fraction[:6]:0<6}"
    if not (seconds.isascii() and seconds.isdigit() and digits.isdigit()):
        return None
    us = int(seconds[:12]) * 1_000_000 + int(digits)
    return us if us > 0 else None


def _began_us(duration: str, stamp: Stamp) -> int | None:
    """A channel that lives for `00:01:12` began that long ago."""
    parts = duration.split(":")
    if len(parts) != 3 or not all(p.isascii() and p.isdigit() for p in parts):
        return None
    hours, minutes, seconds = (int(p[:6]) for p in parts)
    return stamp.us - (hours * 3600 + minutes * 60 + seconds) * 1_000_000


Meaning = Callable[[AmiEvents, Message, Stamp], None]
_MEANINGS: Mapping[str, Meaning] = {
    "Newchannel": AmiEvents.see,
    "Newstate": AmiEvents.newstate,
    "Newexten": AmiEvents.newexten,
    "NewCallerid": AmiEvents.see,
    "VarSet": AmiEvents.varset,
    "HangupRequest": AmiEvents.hangup_request,
    "Hangup": AmiEvents.hangup,
    "DialBegin": AmiEvents.dial_begin,
    "DialEnd": AmiEvents.dial_end,
    "QueueCallerJoin": AmiEvents.queue_join,
    "QueueCallerLeave": AmiEvents.queue_leave,
    "QueueCallerAbandon": AmiEvents.queue_abandon,
    "AgentCalled": AmiEvents.agent_called,
    "AgentConnect": AmiEvents.agent_connect,
    "AgentRingNoAnswer": AmiEvents.agent_no_answer,
    "Hold": AmiEvents.hold,
    "Unhold": AmiEvents.hold,
    "BridgeEnter": AmiEvents.bridge_enter,
    "BridgeLeave": AmiEvents.bridge_leave,
    "BlindTransfer": AmiEvents.blind_transfer,
    "AttendedTransfer": AmiEvents.attended_transfer,
    "ParkedCall": AmiEvents.parked,
    "UnParkedCall": AmiEvents.unparked,
    "ParkedCallTimeOut": AmiEvents.parked_too_long,
    "ParkedCallGiveUp": AmiEvents.gave_up_parked,
    "QueueMemberAdded": AmiEvents.member,
    "QueueMemberStatus": AmiEvents.member,
    "QueueMemberPause": AmiEvents.member,
    "QueueMemberRemoved": AmiEvents.member_removed,
    "CoreShowChannel": AmiEvents.list_channel,
    "QueueMember": AmiEvents.list_member,
}
