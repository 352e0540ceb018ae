"""Who talks with whom on an Asterisk, and what does each of its events change?

A pure fold of facts, the same for AMI and ARI: channels begin, dial, wait, are
bridged, held, transferred, and go. It joins channels to calls by `Linkedid`, finds
the agents among them, and tells what changed as call events.

- The call's id is the id of the channel that began it; a customer's call keeps its
  id through every transfer.
- The customer is who came in over a trunk, or who was called over one. Within the
  house nobody is; then the call lives as long as its channels.
- A call that an agent's telephone begins is told once it reaches somebody: a
  feature code is no call.
- A number is told only after the switch had the chance to say that it is withheld.
"""

from __future__ import annotations

from collections.abc import Iterable

from screenpop.domain.call import AgentId, EventType
from screenpop.intake.normal import Draft
from screenpop.intake.streams.conversations import (
    INBOUND,
    INTERNAL,
    OUTBOUND,
    Conversations,
)
from screenpop.intake.streams.live import (
    NO_NUMBERS,
    Channel,
    LiveCall,
    LiveLeg,
    Snapshot,
    Stamp,
    number_in,
    same_number,
)
from screenpop.intake.streams.members import is_local, local_pair

CHANNELS_MAX = 50_000
GONE_MAX = 10_000  # channels remembered after their end: late words about them
VANISHED = "vanished"
VOICEMAIL_APPS = frozenset({"voicemail", "minivmrecord"})


class Switchboard(Conversations):
    """Facts about channels go in; `teller` collects events."""

    def see(self, shown: Snapshot, stamp: Stamp) -> Channel | None:
        """Any event shows a channel: know it, and what has changed of it.

        None for a channel that is gone: what comes later brings it not back.
        """
        self.count += 1
        channel = self.channels.get(shown.uid)
        if channel is None:
            if shown.uid in self._gone:
                return None
            self._make_room()
            channel = self.channels[shown.uid] = Channel(shown, since=self.count)
            self._place(channel, stamp)
        else:
            channel.shown = shown
            linked = shown.linked
            if linked and (channel.call is None or channel.call.id != linked):
                self._relink(channel, linked, stamp)
        self._learn(channel, stamp)
        return channel

    def _make_room(self) -> None:
        if len(self.channels) >= CHANNELS_MAX:
            oldest = next(iter(self.channels))
            self._drop(self.channels[oldest])

    def _place(self, channel: Channel, stamp: Stamp) -> None:
        shown = channel.shown
        linked = shown.linked
        if not linked and not shown.being_called and not self._device(channel):
            linked = shown.uid  # where nothing is told of links, a trunk begins calls
        if linked:
            self._join(channel, self._made(linked, stamp))

    def _device(self, channel: Channel) -> bool:
        name = channel.shown.name
        return is_local(name) or self.names.of_channel(name) is not None

    def _learn(self, channel: Channel, stamp: Stamp) -> None:
        """What the customer's channel says of the customer, until it is told."""
        call, shown = channel.call, channel.shown
        if call is None or channel.uid != call.root:
            return
        if not call.announced:
            call.caller = "" if shown.presentation == "unavailable" else shown.number
            call.caller_name = shown.caller_name
            if not self._is_dialled(call, call.dialled):
                call.dialled = shown.dialled
        if shown.hidden and call.direction == INBOUND and not call.withheld:
            call.withheld = True
            if call.announced:
                draft = Draft(type=EventType.ARRIVED)
                self.teller.tell(call, "withheld", draft, stamp)

    def _relink(self, channel: Channel, linked: str, stamp: Stamp) -> None:
        """Calls were joined: an agent's channel goes over, a customer's never."""
        old = channel.call
        if old is not None and channel.uid in (old.customer, linked):
            return  # also not back to the call that it began itself
        self.move(channel, self._made(linked, stamp), stamp)

    def runs(self, uid: str, app: str, stamp: Stamp) -> None:
        """A channel begins an application."""
        call = self._call_of(uid)
        if call is None or uid != call.customer:
            return
        self.announce(call)
        call.voicemail = app.lower() in VOICEMAIL_APPS

    def lives(self, uid: str) -> None:
        """A channel changed its state: whoever it is can be told by now."""
        call = self._call_of(uid)
        if call is not None and uid == call.customer:
            self.announce(call)

    def learns(self, uid: str, name: str, value: str, stamp: Stamp) -> None:
        """A variable that the configuration asks for."""
        call = self._call_of(uid)
        if call is None or not value or call.attributes.get(name) == value:
            return
        call.attributes[name] = value
        if call.announced and not call.ended:
            draft = Draft(type=EventType.ARRIVED)
            self.teller.tell(call, f"attribute/{name}/{value}", draft, stamp)

    def joins_queue(self, uid: str, queue: str, stamp: Stamp) -> None:
        channel, call = self.channels.get(uid), self._call_of(uid)
        if channel is None or call is None or channel.queue == queue:
            return
        if not call.direction and uid == call.root:
            self._within_the_house(call)
        channel.queue = call.queue = queue
        call.answered = False
        visit = call.joins[queue] = call.joins.get(queue, 0) + 1
        self.announce(call)
        draft = Draft(type=EventType.QUEUED)
        self.teller.tell(call, f"queued/{queue}/{visit}", draft, stamp)

    def leaves_queue(self, uid: str, stamp: Stamp) -> None:
        """Without an answer and not hanging up: the dialplan goes on with the call."""
        channel, call = self.channels.get(uid), self._call_of(uid)
        if channel is None or call is None or not channel.queue:
            return
        queue, channel.queue = channel.queue, ""
        if not (call.answered or call.leaving or call.ended):
            draft = Draft(type=EventType.TRANSFERRED, cause="left the queue")
            visit = call.joins.get(queue, 1)
            self.teller.tell(call, f"left/{queue}/{visit}", draft, stamp)
            call.queue = ""

    def leaving(self, uid: str) -> None:
        """A party hangs up; the customer's agents are not the ones who left."""
        call = self._call_of(uid)
        if call is not None and uid == (call.customer or call.root):
            call.leaving = True

    def links(self, caller: str | None, peer: str, stamp: Stamp) -> None:
        """Who calls whom belongs together, where the switch does not say it itself."""
        called = self.channels.get(peer)
        calling = self.channels.get(caller) if caller else None
        if called is None or calling is None:
            return
        if calling.call is None:
            self._join(calling, self._made(calling.uid, stamp))
            self._learn(calling, stamp)
        if called.call is None and calling.call is not None:
            self._join(called, calling.call)

    def dials(
        self, caller: str | None, peer: str, stamp: Stamp, dial_string: str = ""
    ) -> None:
        """One channel begins to call a device or a trunk."""
        self.links(caller, peer, stamp)
        called = self.channels.get(peer)
        calling = self.channels.get(caller) if caller else None
        if called is None or called.leg is not None:
            return
        leg = self._leg_behind(calling) if calling is not None else None
        if leg is not None:
            leg.channels.add(peer)
            called.leg = leg
            return
        call = called.call
        if call is None or peer == call.root:
            return
        agent = self.names.of_channel(called.shown.name)
        if self.is_own(call, agent):
            return
        if not call.direction:
            self._reaches(call, called, agent, stamp, dial_string)
        if agent is not None:
            self.ring(call, called, agent, stamp)

    def _leg_behind(self, channel: Channel) -> LiveLeg | None:
        """A device called from the far half of a Local channel is that leg's."""
        name = channel.shown.name
        if not is_local(name) or channel.call is None:
            return None
        pair = local_pair(name)
        for uid in channel.call.channels:
            other = self.channels.get(uid)
            if other is None or other.leg is None:
                continue
            if local_pair(other.shown.name) == pair:
                return other.leg
        return None

    def _reaches(
        self,
        call: LiveCall,
        called: Channel,
        agent: AgentId | None,
        stamp: Stamp,
        dial_string: str,
    ) -> None:
        """Somebody of the house calls: a colleague, or a customer over a trunk."""
        if agent is not None or is_local(called.shown.name):
            self._within_the_house(call)
            self._calls_as_themselves(call)
            self.announce(call)
            return
        call.direction, call.customer = OUTBOUND, called.uid
        if not self._is_dialled(call, call.dialled):
            known = (number_in(dial_string), called.shown.dialled, called.shown.number)
            call.dialled = next((n for n in known if self._is_dialled(call, n)), "")
        self._calls_as_themselves(call)
        self.announce(call)
        theirs = self._originators(call) if call.originator is not None else []
        for channel in theirs:
            assert call.originator is not None
            self.ring(call, channel, call.originator, stamp)

    def _is_dialled(self, call: LiveCall, number: str) -> bool:
        """Click-to-dial begins at the telephone of who calls: that is not dialled."""
        own = call.originated and number == call.originator
        return number not in NO_NUMBERS and not own

    def _calls_as_themselves(self, call: LiveCall) -> None:
        """Click-to-dial may show the customer's number, or none, as the caller's."""
        customers = same_number(call.caller, call.dialled)
        if call.originator is not None and (call.originated or customers):
            call.caller, call.caller_name = call.originator, ""

    def _within_the_house(self, call: LiveCall) -> None:
        """A colleague asked for advice: the call belongs to the customer's."""
        call.direction = INTERNAL
        theirs = [
            other.id
            for other in self.calls.values()
            if other.customer
            and not other.ended
            and (leg := other.legs.get(call.originator or AgentId(""))) is not None
            and leg.talking
        ]
        if len(theirs) == 1:
            call.related = theirs[0]

    def dial_ends(self, peer: str, status: str, stamp: Stamp) -> None:
        """`ANSWER`, or why not: `NOANSWER`, `BUSY`, `CANCEL` …"""
        channel = self.channels.get(peer)
        if channel is None:
            return
        if status == "ANSWER":
            self.answers(channel, stamp)
            return
        leg, call = channel.leg, channel.call
        if leg is None or call is None or leg.talking:
            return
        leg.channels.discard(peer)
        channel.leg = None
        if not leg.channels:
            self.end_leg(call, leg, stamp, status)

    def gone(self, uid: str, cause: str, stamp: Stamp) -> None:
        """A channel is no more."""
        channel = self.channels.get(uid)
        if channel is None:
            return
        call, leg = channel.call, channel.leg
        self._drop(channel)
        if call is None:
            return
        if leg is not None and not leg.channels:
            self.end_leg(call, leg, stamp, cause)
        if uid == call.customer and (call.direction == INBOUND or call.answered):
            self.announce(call)
            self.end_call(call, stamp, cause)
        if not call.channels - {uid}:
            self.end_call(call, stamp, cause)
            self.calls.pop(call.id, None)

    def _drop(self, channel: Channel) -> None:
        uid = channel.uid
        self.channels.pop(uid, None)
        self._gone[uid] = None
        if len(self._gone) > GONE_MAX:
            self._gone.popitem(last=False)
        self.leaves_bridge(uid, channel.bridge)
        if channel.leg is not None:
            channel.leg.channels.discard(uid)
        if channel.call is not None:
            channel.call.channels.discard(uid)

    def enters_bridge(self, uid: str, bridge: str, stamp: Stamp) -> None:
        channel = self.channels.get(uid)
        if channel is None:
            return
        self.leaves_bridge(uid, channel.bridge)
        channel.bridge, channel.moved = bridge, self.count
        self.bridges.setdefault(bridge, set()).add(uid)
        self._meet(self.bridges[bridge], stamp)

    def leaves_bridge(self, uid: str, bridge: str) -> None:
        members = self.bridges.get(bridge)
        if members is None:
            return
        members.discard(uid)
        if not members:
            self.bridges.pop(bridge, None)
        channel = self.channels.get(uid)
        if channel is not None and channel.bridge == bridge:
            channel.bridge, channel.moved = "", self.count

    def _meet(self, members: Iterable[str], stamp: Stamp) -> None:
        """Whoever of us is in one bridge with a customer talks with them."""
        present = [self.channels[uid] for uid in sorted(members)]
        call = next(
            (x.call for x in present if x.call and x.call.customer == x.uid), None
        )
        if call is None or call.ended:
            return
        for other in present:
            agent = other.leg.agent if other.leg else None
            agent = agent or self.names.of_channel(other.shown.name)
            if agent is not None and other.uid != call.customer:
                self.connect(call, other, agent, stamp)


# -- Who has a call after a transfer?
# The customer's call goes on under its own id. A consultation, the agent's second
# call, ends in it: whoever was reached there has the customer's call now, ringing
# or talking, and the agent who transferred has left.


def blind(board: Switchboard, transferer: str, target: str, stamp: Stamp) -> None:
    """`transferer` sent the other party to the extension `target`, and left."""
    channel = board.channels.get(transferer)
    if channel is None or channel.call is None or channel.uid == channel.call.customer:
        return
    agent = _agent(board, channel)
    if agent is not None:
        _leave(board, channel.call, agent, transferer, target, "", stamp)


def attended(board: Switchboard, first: str, second: str, stamp: Stamp) -> None:
    """The agent's two calls become one: `first` and `second` are their channels."""
    channel, consulting = board.channels.get(first), board.channels.get(second)
    if channel is None or consulting is None:
        return
    main, other = channel.call, consulting.call
    if main is None or other is None:
        return
    agent = _agent(board, channel) or _agent(board, consulting)
    if other.customer and not main.customer:
        main, other, first = other, main, second
    target = _take_over(board, main, other, agent, stamp) if main is not other else ""
    if agent is not None:
        _leave(board, main, agent, first, target, other.id, stamp)
    if main is not other and not other.customer:
        board.end_call(other, stamp, "transferred", related=main.id)


def _agent(board: Switchboard, channel: Channel) -> AgentId | None:
    if channel.leg is not None:
        return channel.leg.agent
    return board.names.of_channel(channel.shown.name)


def _take_over(
    board: Switchboard,
    main: LiveCall,
    other: LiveCall,
    agent: AgentId | None,
    stamp: Stamp,
) -> str:
    """Legs of the consultation become legs of the customer's call."""
    taken = [leg for leg in other.legs.values() if leg.agent != agent]
    for leg in taken:
        talking, channels = leg.talking, sorted(leg.channels)
        for channel in (board.channels[uid] for uid in channels):
            board.move(channel, main, stamp)
            if talking:
                board.connect(main, channel, leg.agent, stamp)
            else:
                board.ring(main, channel, leg.agent, stamp)
    return taken[0].agent if len(taken) == 1 else ""


def _leave(
    board: Switchboard,
    call: LiveCall,
    agent: AgentId,
    channel: str,
    target: str,
    related: str,
    stamp: Stamp,
) -> None:
    draft = Draft(type=EventType.TRANSFERRED)
    draft.from_agent = agent
    draft.target = target or None
    draft.related_call_id = related if related != call.id else None
    board.teller.tell(call, f"transferred/{channel}", draft, stamp)
    leg = call.legs.pop(agent, None)
    if leg is not None:
        leg.over = True
    call.queue = ""
