"""Who parked a call, and who retrieves it?

A parked customer waits at no agent and the call goes on: who parked it has left,
whoever retrieves it talks with the customer.
"""

from __future__ import annotations

from screenpop.domain.call import AgentId, EventType
from screenpop.intake.normal import Draft
from screenpop.intake.streams.live import Channel, LiveCall, LiveLeg, Stamp
from screenpop.intake.streams.switchboard import Switchboard


def parks(
    board: Switchboard, parkee: str, parker: AgentId | None, stamp: Stamp
) -> None:
    """The channel `parkee` waits in a parking lot."""
    call = _call(board, parkee)
    if call is None or call.parked:
        return
    call.parked = True
    board.announce(call)
    draft = Draft(type=EventType.PARKED)
    leg = call.legs.pop(parker, None) if parker is not None else None
    if leg is not None:
        leg.over = True
        draft.agents = (leg.agent,)
    board.teller.tell(call, f"parked/{stamp.us}", draft, stamp)


def retrieves(board: Switchboard, parkee: str, retriever: str, stamp: Stamp) -> None:
    """The channel `retriever` talks with the one that was parked."""
    call, channel = _call(board, parkee), board.channels.get(retriever)
    if call is None:
        return
    call.parked = False
    what, draft = f"retrieved/{stamp.us}", Draft(type=EventType.RETRIEVED)
    leg = _leg_of(board, call, channel, stamp) if channel is not None else None
    if leg is None:
        board.teller.tell(call, what, draft, stamp)
    else:
        board.teller.tell_leg(call, leg, what, draft, stamp)


def comes_back(board: Switchboard, parkee: str) -> None:
    """Nobody retrieved it: the switch rings who parked it, or goes on elsewhere."""
    call = _call(board, parkee)
    if call is not None:
        call.parked = False


def _call(board: Switchboard, uid: str) -> LiveCall | None:
    channel = board.channels.get(uid)
    call = channel.call if channel is not None else None
    return None if call is None or call.ended else call


def _leg_of(
    board: Switchboard, call: LiveCall, channel: Channel, stamp: Stamp
) -> LiveLeg | None:
    agent = board.names.of_channel(channel.shown.name)
    if agent is None or channel.uid == call.customer:
        return None
    if channel.call is not call:
        board.move(channel, call, stamp)
    leg = call.legs.setdefault(agent, LiveLeg(agent=agent, id=channel.uid))
    leg.channels.add(channel.uid)
    channel.leg = leg
    leg.talking = call.answered = True
    return leg
