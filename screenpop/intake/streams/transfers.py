"""Who has a call after a transfer?

The customer's call goes on under its own id. A consultation, the agent's second
call, ends in it: whoever was reached there has the customer's call now, ringing or
talking, and the agent who transferred has left.
"""

from __future__ import annotations

from screenpop.domain.call import AgentId, EventType
from screenpop.intake.normal import Draft
from screenpop.intake.streams.live import Channel, LiveCall, Stamp
from screenpop.intake.streams.switchboard import Switchboard


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
