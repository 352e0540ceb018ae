"""What do the frames of an Asterisk REST interface mean for calls and agents?

Pure: frames in, call events out, over the same `switchboard` as the manager
interface. The ARI tells no `Linkedid` and no queue events; calls are joined by who
dials whom, and a queue is known by its application `Queue` in the dialplan.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from screenpop.domain.call import Call, CallEvent
from screenpop.domain.profile import Json
from screenpop.intake.normal import LineContext
from screenpop.intake.streams import parking, switchboard
from screenpop.intake.streams.live import Snapshot, Stamp, Teller
from screenpop.intake.streams.members import AgentNames, Member, Members
from screenpop.intake.streams.presentation import QUEUE_APP, queue_of, synchronise
from screenpop.intake.streams.switchboard import Switchboard

PRESENTATION = "CALLERID(num-pres)"
QUEUES_MAX = 200  # names of queues that are remembered
PARKING_LOT = "parking"  # the class of its bridge
NOTHING: Json = {}


class AriEvents:
    """The fold of one ARI connection, kept through its interruptions."""

    def __init__(
        self,
        line: LineContext,
        names: AgentNames,
        variables: frozenset[str] = frozenset(),
        queues: frozenset[str] = frozenset(),
    ):
        self.teller = Teller(line)
        self.board = Switchboard(names, self.teller)
        self.members = Members(names, self.teller, by_telephone=True)
        self.variables = variables
        self.presentation_told: bool | None = None  # None: no call came yet
        self._asked = 0
        self._queues = dict.fromkeys(sorted(queues)[:QUEUES_MAX])  # known names

    def decode(self, frame: Json, received_us: int) -> list[CallEvent]:
        """One frame; whatever is missing in it reads as empty."""
        meaning = _MEANINGS.get(_text(frame, "type"))
        if meaning is None:
            return []
        meaning(self, frame, Stamp(received_us, iso_us(_text(frame, "timestamp"))))
        return self.teller.take()

    # -- after a gap ---------------------------------------------------------

    def ask(self) -> None:
        """The lists are being asked for: what comes from now on is no gap."""
        self._asked = self.board.count

    def unlinked(self, channels: Iterable[Json]) -> list[str]:
        """Of these the switch must be asked which call they belong to.

        The new ones, and those whose dialling may have fallen into the gap.
        """
        listed = (_text(channel, "id") for channel in channels)
        known = self.board.channels
        return [
            uid
            for uid in listed
            if uid and (uid not in known or known[uid].call is None)
        ]

    def listed(
        self,
        channels: Iterable[Json],
        bridges: Iterable[Json],
        links: Mapping[str, str],
        known: Iterable[Call],
        received_us: int,
    ) -> list[CallEvent]:
        """What `GET /channels` and `/bridges` say; `links` are the linked ids."""
        where = {
            uid: _text(bridge, "id")
            for bridge in bridges
            for uid in _texts(bridge, "channels")
        }
        rows = [
            self._snapshot(channel, where, links)
            for channel in channels
            if _text(channel, "id")
        ]
        synchronise(self.board, rows, self._asked, known, Stamp(received_us))
        return self.teller.take()

    def places(
        self, endpoints: Iterable[Json], queues: Iterable[str | None]
    ) -> list[str]:
        """Devices that tell who is on a break: `Queue:sales_pause_PJSIP/1003`.

        `GET /deviceStates` has only those that an application set itself, so each is
        asked for by name: those that are known, and agents in queues that are known.
        """
        joined = (queue for call in self.board.calls.values() for queue in call.joins)
        for queue in (*queues, *joined):
            self._heard_of(queue or "")
        agents = [
            interface
            for interface in map(_interface, endpoints)
            if self.members.names.of_interface(interface) is not None
        ]
        guessed = [(queue, agent) for queue in self._queues for agent in agents]
        places = dict.fromkeys([*self.members.places(), *guessed])
        return [f"Queue:{queue}_pause_{interface}" for queue, interface in places]

    @property
    def queues(self) -> int:
        """How many names of queues are known."""
        return len(self._queues)

    def _heard_of(self, queue: str) -> None:
        if queue and len(self._queues) < QUEUES_MAX:
            self._queues[queue] = None

    def devices_listed(
        self, devices: Iterable[Json], endpoints: Iterable[Json], received_us: int
    ) -> list[CallEvent]:
        """What `GET /deviceStates` and `/endpoints` say."""
        stamp = Stamp(received_us)
        for endpoint in endpoints:
            state = _text(endpoint, "state")
            if state in ("online", "offline"):
                self.members.reaches(_interface(endpoint), state == "online", stamp)
        for device in sorted(devices, key=lambda x: ":" not in _text(x, "name")):
            self._device(_text(device, "name"), _text(device, "state"), stamp)
        return self.teller.take()

    # -- channels -------------------------------------------------------------

    def see(self, frame: Json, stamp: Stamp, key: str = "channel") -> str:
        """The channel under `key`; its uid, empty when there is none."""
        shown = self._snapshot(_json(frame, key))
        if shown.uid:
            self.board.see(shown, stamp)
        return shown.uid

    def _snapshot(
        self,
        channel: Json,
        bridges: Mapping[str, str] | None = None,
        links: Mapping[str, str] | None = None,
    ) -> Snapshot:
        uid = _text(channel, "id")
        variables = _json(channel, "channelvars")
        if uid and self.presentation_told is not True:
            self.presentation_told = PRESENTATION in variables
        dialplan, caller = _json(channel, "dialplan"), _json(channel, "caller")
        state = _text(channel, "state")
        known = self.board.channels.get(uid)
        return Snapshot(
            uid=uid,
            name=_text(channel, "name"),
            linked=(links or {}).get(uid, ""),
            number=_text(caller, "number"),
            caller_name=_text(caller, "name"),
            dialled=_text(dialplan, "exten"),
            up=state == "Up",
            being_called=known.shown.being_called if known else state == "Down",
            presentation=_text(variables, PRESENTATION),
            app=_text(dialplan, "app_name"),
            app_data=_text(dialplan, "app_data"),
            bridge=(bridges or {}).get(uid, ""),
            began_us=iso_us(_text(channel, "creationtime")),
        )

    def created(self, frame: Json, stamp: Stamp) -> None:
        self.see(frame, stamp)

    def changed(self, frame: Json, stamp: Stamp) -> None:
        self.board.lives(self.see(frame, stamp))

    def dialplan(self, frame: Json, stamp: Stamp) -> None:
        uid = self.see(frame, stamp)
        app = _text(frame, "dialplan_app")
        self.board.runs(uid, app, stamp)
        if app.lower() == QUEUE_APP:
            queue = queue_of(_text(frame, "dialplan_app_data"))
            self._heard_of(queue)
            self.board.joins_queue(uid, queue, stamp)
        else:
            self.board.leaves_queue(uid, stamp)

    def varset(self, frame: Json, stamp: Stamp) -> None:
        name = _text(frame, "variable")
        if name in self.variables and _json(frame, "channel"):
            uid = self.see(frame, stamp)
            self.board.learns(uid, name, _text(frame, "value"), stamp)

    def hangup_request(self, frame: Json, stamp: Stamp) -> None:
        self.board.leaving(self.see(frame, stamp))

    def destroyed(self, frame: Json, stamp: Stamp) -> None:
        cause = _text(frame, "cause_txt") or str(frame.get("cause", ""))
        self.board.gone(self.see(frame, stamp), cause, stamp)

    # -- dialling and talking -------------------------------------------------

    def dial(self, frame: Json, stamp: Stamp) -> None:
        caller = self.see(frame, stamp, "caller")
        peer = self.see(frame, stamp, "peer")
        status = _text(frame, "dialstatus")
        if status in _STILL_CALLING:
            self._in_queue(caller, _json(frame, "caller"), stamp)
            dialled = _text(frame, "dialstring")
            self.board.dials(caller or None, peer, stamp, dialled)
        else:
            self.board.links(caller or None, peer, stamp)
            self.board.dial_ends(peer, status, stamp)

    def _in_queue(self, uid: str, channel: Json, stamp: Stamp) -> None:
        """A queue rings agents, though its beginning fell into a gap."""
        dialplan, known = _json(channel, "dialplan"), self.board.channels.get(uid)
        if known is None or known.queue or known.call is None or known.call.answered:
            return
        if _text(dialplan, "app_name").lower() == QUEUE_APP:
            queue = queue_of(_text(dialplan, "app_data"))
            self._heard_of(queue)
            self.board.joins_queue(uid, queue, stamp)

    def hold(self, frame: Json, stamp: Stamp) -> None:
        held = _text(frame, "type") == "ChannelHold"
        self.board.hold(self.see(frame, stamp), held, stamp)

    def bridge_enter(self, frame: Json, stamp: Stamp) -> None:
        bridge, uid = _json(frame, "bridge"), self.see(frame, stamp)
        self.board.enters_bridge(uid, _text(bridge, "id"), stamp)
        if _text(bridge, "bridge_class") == PARKING_LOT:
            parking.parks(self.board, uid, None, stamp)

    def bridge_leave(self, frame: Json, stamp: Stamp) -> None:
        bridge = _text(_json(frame, "bridge"), "id")
        self.board.leaves_bridge(self.see(frame, stamp), bridge)

    def blind_transfer(self, frame: Json, stamp: Stamp) -> None:
        transferer = self.see(frame, stamp)
        if _text(frame, "result") == "Success":
            switchboard.blind(self.board, transferer, _text(frame, "exten"), stamp)

    def attended_transfer(self, frame: Json, stamp: Stamp) -> None:
        first = self.see(frame, stamp, "transferer_first_leg")
        second = self.see(frame, stamp, "transferer_second_leg")
        if _text(frame, "result") == "Success":
            switchboard.attended(self.board, first, second, stamp)

    # -- agents ---------------------------------------------------------------

    def device(self, frame: Json, stamp: Stamp) -> None:
        state = _json(frame, "device_state")
        self._device(_text(state, "name"), _text(state, "state"), stamp)

    def _device(self, name: str, state: str, stamp: Stamp) -> None:
        """`Queue:sales_pause_PJSIP/1003` is a place, `PJSIP/1003` a telephone.

        `Queue:sales_avail` tells the name of a queue.
        """
        queue, paused, interface = name.removeprefix("Queue:").partition("_pause_")
        if name.startswith("Queue:"):
            if paused and state in _PAUSE_STATES:
                self._heard_of(queue)
                member = Member(
                    queue=queue, interface=interface, paused=state == "INUSE"
                )
                self.members.changed(member, stamp)
            elif name.endswith("_avail"):
                self._heard_of(queue.removesuffix("_avail"))
            return
        self.members.reaches(name, state not in ("UNAVAILABLE", "INVALID"), stamp)


_PAUSE_STATES = frozenset({"INUSE", "NOT_INUSE"})  # else: it is not a place
_STILL_CALLING = frozenset({"", "RINGING", "PROGRESS", "PROCEEDING"})


def iso_us(text: str) -> int | None:
    """`2026-11-21T23:39:50.359+0000` in microseconds."""
    try:
        return round(datetime.fromisoformat(text).timestamp() * 1_000_000)
    except (ValueError, OverflowError):
        return None


def in_application(channel: Json, app: str) -> bool:
    """Does this channel wait in `Stasis(app)`?"""
    dialplan = _json(channel, "dialplan")
    running = _text(dialplan, "app_name") == "Stasis"
    return running and _text(dialplan, "app_data").partition(",")[0] == app


def _interface(endpoint: Json) -> str:
    """`PJSIP/1003` of `GET /endpoints`."""
    return f"{_text(endpoint, 'technology')}/{_text(endpoint, 'resource')}"


def _json(value: Json, key: str) -> Json:
    inner = value.get(key)
    return inner if isinstance(inner, dict) else NOTHING


def _text(value: Json, key: str) -> str:
    inner = value.get(key)
    return inner if isinstance(inner, str) else ""


def _texts(value: Json, key: str) -> list[str]:
    inner = value.get(key)
    return [x for x in inner if isinstance(x, str)] if isinstance(inner, list) else []


Meaning = Callable[[AriEvents, Json, Stamp], None]
_MEANINGS: Mapping[str, Meaning] = {
    "ChannelCreated": AriEvents.created,
    "ChannelStateChange": AriEvents.changed,
    "ChannelCallerId": AriEvents.created,
    "StasisStart": AriEvents.changed,
    "ChannelDialplan": AriEvents.dialplan,
    "ChannelVarset": AriEvents.varset,
    "ChannelHangupRequest": AriEvents.hangup_request,
    "ChannelDestroyed": AriEvents.destroyed,
    "Dial": AriEvents.dial,
    "ChannelHold": AriEvents.hold,
    "ChannelUnhold": AriEvents.hold,
    "ChannelEnteredBridge": AriEvents.bridge_enter,
    "ChannelLeftBridge": AriEvents.bridge_leave,
    "BridgeBlindTransfer": AriEvents.blind_transfer,
    "BridgeAttendedTransfer": AriEvents.attended_transfer,
    "DeviceStateChanged": AriEvents.device,
}
