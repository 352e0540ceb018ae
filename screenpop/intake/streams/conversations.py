"""Who talks with whom, and what is told when that changes?

The calls of one switch and the agents' legs in them: a leg rings, is connected,
held, and ends; a channel goes over from one call to another. What the switch says
about its channels is read in `switchboard`.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from screenpop.domain.call import AgentId, EventType, Scope
from screenpop.intake.normal import Draft
from screenpop.intake.streams.base import StreamLimits, StreamLost
from screenpop.intake.streams.live import Channel, LiveCall, LiveLeg, Stamp, Teller
from screenpop.intake.streams.members import AgentNames, is_local

INBOUND, OUTBOUND, INTERNAL = "inbound", "outbound", "internal"


class Conversations:
    """All channels and calls of one switch; `teller` collects what changes."""

    def __init__(self, names: AgentNames, teller: Teller):
        self.names = names
        self.teller = teller
        self.channels: dict[str, Channel] = {}
        self.calls: dict[str, LiveCall] = {}
        self.bridges: dict[str, set[str]] = {}
        self.count = 0  # of facts about channels
        self._gone: OrderedDict[str, None] = OrderedDict()

    def _call_of(self, uid: str) -> LiveCall | None:
        channel = self.channels.get(uid)
        return channel.call if channel is not None else None

    def _made(self, call_id: str, stamp: Stamp) -> LiveCall:
        call = self.calls.get(call_id)
        if call is None:
            call = LiveCall(id=call_id, began=stamp, root=call_id)
            self.calls[call_id] = call
        return call

    def _join(self, channel: Channel, call: LiveCall) -> None:
        channel.call = call
        call.channels.add(channel.uid)
        if channel.uid == call.root and not call.direction:
            self._begin(call, channel)

    def _begin(self, call: LiveCall, channel: Channel) -> None:
        call.originator = self.names.of_channel(channel.shown.name)
        call.originated = channel.shown.being_called and call.originator is not None
        if call.originator is not None or is_local(channel.shown.name):
            return
        call.customer = channel.uid
        call.direction = OUTBOUND if channel.shown.being_called else INBOUND

    def move(self, channel: Channel, call: LiveCall, stamp: Stamp) -> None:
        old, leg = channel.call, channel.leg
        channel.leg = None
        if leg is not None:
            leg.channels.discard(channel.uid)
        if old is not None:
            old.channels.discard(channel.uid)
            if not old.customer:
                self.end_call(old, stamp, "joined", related=call.id)
            elif leg is not None and not leg.channels:
                self.end_leg(old, leg, stamp, "joined")
        self._join(channel, call)

    def announce(self, call: LiveCall) -> None:
        if call.announced or not call.direction:
            return
        call.announced = True
        self.teller.tell(call, "arrived", Draft(type=EventType.ARRIVED), call.began)

    def ring(
        self, call: LiveCall, channel: Channel, agent: AgentId, stamp: Stamp
    ) -> None:
        leg = call.legs.get(agent)
        if leg is None:
            call.leaving = False
            leg = call.legs[agent] = LiveLeg(agent=agent, id=channel.uid)
            self.announce(call)
            draft = Draft(type=EventType.ALERTING)
            self.teller.tell_leg(call, leg, "alerting", draft, stamp)
        leg.channels.add(channel.uid)
        channel.leg = leg

    def answers(self, channel: Channel, stamp: Stamp) -> None:
        call = channel.call
        if call is None or call.ended:
            return
        agent = self.names.of_channel(channel.shown.name)
        if self.is_own(call, agent):
            return
        if channel.leg is None and agent is None:
            self._answered_outside(call, channel, stamp)
        elif channel.leg is None and agent is not None:
            self.connect(call, channel, agent, stamp)
        elif channel.leg is not None:
            self._picked_up(call, channel, channel.leg, agent)
            leg = channel.leg
            self.connect(call, channel, leg.agent if leg else AgentId(""), stamp)

    def is_own(self, call: LiveCall, agent: AgentId | None) -> bool:
        """Click-to-dial rings the telephone of who calls: nobody is reached yet."""
        return agent is not None and agent == call.originator and not call.direction

    def _picked_up(
        self, call: LiveCall, channel: Channel, leg: LiveLeg, agent: AgentId | None
    ) -> None:
        """A colleague took the call: their device stands in the ringing one's place."""
        if agent in (None, leg.agent) or is_local(channel.shown.name):
            return
        if leg.talking or leg.channels != {channel.uid}:
            return
        leg.over = True
        call.legs.pop(leg.agent, None)
        assert agent is not None
        channel.leg = LiveLeg(agent=agent, id=channel.uid, channels={channel.uid})

    def _answered_outside(self, call: LiveCall, channel: Channel, stamp: Stamp) -> None:
        """A customer whom we called, or somebody outside to whom a call is sent."""
        if is_local(channel.shown.name) or channel.uid == call.root:
            return
        if call.direction == OUTBOUND and call.originator is not None:
            call.customer = channel.uid
            theirs = self._originators(call)
            if theirs:
                self.connect(call, theirs[0], call.originator, stamp)
            return
        for leg in list(call.legs.values()):
            if not leg.talking:
                self.end_leg(call, leg, stamp, "CANCEL")
        call.answered = True
        draft = Draft(type=EventType.ANSWERED)
        self.teller.tell(call, f"{channel.uid}/answered", draft, stamp)

    def _originators(self, call: LiveCall) -> list[Channel]:
        """The channels of who began the call: the first, and their telephones."""
        found = [self.channels[uid] for uid in (call.root,) if uid in self.channels]
        for uid in sorted(call.channels - {call.root}):
            channel = self.channels[uid]
            named = self.names.of_channel(channel.shown.name) == call.originator
            if named and not is_local(channel.shown.name):
                found.append(channel)
        return found

    def connect(
        self, call: LiveCall, channel: Channel, agent: AgentId, stamp: Stamp
    ) -> None:
        """An agent's channel is through to the other party."""
        if channel.call is not call:
            self.move(channel, call, stamp)
        leg = call.legs.get(agent)
        if leg is None:
            leg = channel.leg or LiveLeg(agent=agent, id=channel.uid)
            call.legs[agent] = leg
        leg.channels.add(channel.uid)
        channel.leg = leg
        if leg.talking:
            return
        leg.talking = call.answered = True
        call.parked = False
        self.announce(call)
        draft = Draft(type=EventType.ANSWERED)
        self.teller.tell_leg(call, leg, "answered", draft, stamp)

    def hold(self, uid: str, held: bool, stamp: Stamp) -> None:
        channel, call = self.channels.get(uid), self._call_of(uid)
        leg = channel.leg if channel is not None else None
        if leg is None or call is None or not leg.talking or uid == call.customer:
            return
        kind = EventType.HELD if held else EventType.RESUMED
        what = f"{kind.value}/{stamp.us}"
        self.teller.tell_leg(call, leg, what, Draft(type=kind), stamp)

    def end_leg(self, call: LiveCall, leg: LiveLeg, stamp: Stamp, cause: str) -> None:
        if leg.over:
            return
        leg.over = True
        call.legs.pop(leg.agent, None)
        if call.leaving or call.ended:
            return  # the call's own end says it
        draft = Draft(type=EventType.ENDED, scope=Scope.LEG, cause=cause)
        draft.outcome = None if leg.talking else "unanswered"
        self.teller.tell_leg(call, leg, "ended", draft, stamp)

    def end_call(
        self, call: LiveCall, stamp: Stamp, cause: str, related: str = ""
    ) -> None:
        if call.ended:
            return
        call.ended = True
        for leg in call.legs.values():
            leg.over = True
        call.legs.clear()
        if not call.announced and not call.last_us:
            return  # nobody was told of it
        draft = Draft(type=EventType.ENDED, scope=Scope.CALL, cause=cause)
        draft.related_call_id = related or None
        if call.voicemail and not call.answered:
            draft.outcome = "voicemail"
        self.teller.tell(call, "ended", draft, stamp)


PIECE_BYTES = 16_384
SECOND_LOOK_S = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a switch listens."""

    host: str
    port: int
    tls: bool = False
    check_certificate: bool = True

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"

    @property
    def ssl(self) -> ssl.SSLContext | None:
        if not self.tls:
            return None
        context = ssl.create_default_context()
        if not self.check_certificate:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context


class Wire:
    """One open connection."""

    def __init__(
        self,
        address: Address,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        limits: StreamLimits,
    ):
        self.address = address
        self.limits = limits
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, address: Address, limits: StreamLimits) -> Wire:
        """Raises `StreamLost`."""
        try:
            async with asyncio.timeout(limits.connect_s):
                reader, writer = await asyncio.open_connection(
                    address.host, address.port, ssl=address.ssl
                )
        except (OSError, TimeoutError) as error:
            why = str(error) or f"no answer in {limits.connect_s:g} s"
            raise StreamLost(f"cannot connect to {address}: {why}") from error
        return cls(address, reader, writer, limits)

    async def read(self, ask: Callable[[], bytes] | None = None) -> bytes:
        """The next bytes. After a silence `ask()` is sent, which must be answered.

        Raises `StreamLost` at the end of the connection, and when nothing comes.
        """
        limits = self.limits
        data = await self._within(limits.answer_s if ask is None else limits.silence_s)
        if data is None and ask is not None:
            await self.write(ask())
            data = await self._within(limits.answer_s)
        if data is None:
            raise StreamLost(f"{self.address} is silent and does not answer")
        if not data:
            raise StreamLost(f"{self.address} closed the connection")
        await asyncio.sleep(0)  # a full buffer must not keep others waiting
        return data

    async def read_to_end(self) -> bytes:
        """The next bytes, none at the end of the connection."""
        data = await self._within(self.limits.answer_s)
        if data is None:
            raise StreamLost(f"{self.address} does not answer")
        return data

    async def _within(self, seconds: float) -> bytes | None:
        """None when nothing came: looked at twice, for we may have slept ourselves."""
        for patience_s in (seconds, SECOND_LOOK_S):
            try:
                async with asyncio.timeout(patience_s):
                    return await self._reader.read(PIECE_BYTES)
            except TimeoutError:
                continue
            except OSError as error:
                raise StreamLost(f"{self.address}: {error}") from error
        return None

    async def write(self, data: bytes) -> None:
        """A failure shows at the next read: what came before it is still read."""
        with suppress(OSError, TimeoutError):
            self._writer.write(data)
            async with asyncio.timeout(self.limits.answer_s):
                await self._writer.drain()

    async def close(self) -> None:
        self._writer.close()
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(1):
                await self._writer.wait_closed()
