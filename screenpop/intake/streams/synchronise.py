"""What happened while nobody listened?

After a gap the switch lists its channels. What is gone has vanished, what is new is
told as if it had just begun, and what rings or talks now does so from now on. A call
that only the journal still knows, from before a restart, is over too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from screenpop.domain.call import Call, Phase
from screenpop.intake.streams.agent_names import is_local
from screenpop.intake.streams.live import Channel, LiveCall, Snapshot, Stamp
from screenpop.intake.streams.switchboard import VANISHED, Switchboard

QUEUE_APP = "queue"
QUEUE_APPS = frozenset({QUEUE_APP, "callcenter"})  # Asterisk, FreeSWITCH


def synchronise(
    board: Switchboard,
    rows: Collection[Snapshot],
    asked: int,
    known: Iterable[Call],
    stamp: Stamp,
) -> None:
    """`rows` are all channels, `asked` is `board.count` when they were asked for.

    A channel that came after the question is not missed in the answer.
    """
    listed = {row.uid for row in rows}
    _take_away(board, listed, asked, stamp)
    for row in sorted(rows, key=_roots_first):
        _bring_in(board, row, stamp)
    for row in rows:
        channel = board.channels.get(row.uid)
        if row.bridge and channel is not None and channel.moved <= asked:
            board.enters_bridge(row.uid, row.bridge, stamp)
    for call in known:
        _forget(board, call, stamp)


def queue_of(app_data: str) -> str:
    """`sales,tT,,,60` is the queue `sales`."""
    return app_data.partition(",")[0]


def _roots_first(row: Snapshot) -> tuple[bool, str]:
    return (row.linked not in ("", row.uid), row.uid)


def _take_away(board: Switchboard, listed: set[str], asked: int, stamp: Stamp) -> None:
    """The customers first, so that their calls end, not only the agents' legs."""
    missing = [
        channel
        for channel in board.channels.values()
        if channel.uid not in listed and channel.since <= asked
    ]
    for channel in sorted(missing, key=lambda x: not _is_customer(x)):
        board.gone(channel.uid, VANISHED, stamp)


def _is_customer(channel: Channel) -> bool:
    return channel.call is not None and channel.call.customer == channel.uid


def _bring_in(board: Switchboard, row: Snapshot, stamp: Stamp) -> None:
    began = Stamp(stamp.received_us, row.began_us)
    known = row.uid in board.channels
    channel = board.see(row, stamp if known else began)
    call = channel.call if channel is not None else None
    if channel is None or call is None:
        return
    board.lives(row.uid)
    if row.uid == call.root:
        if row.app.lower() in QUEUE_APPS and not channel.queue:
            _was_queued(board, row, call, began)
        return
    if channel.leg is None and not is_local(row.name):
        board.dials(call.root, row.uid, stamp)
    if channel.leg is not None and row.up and not channel.leg.talking:
        board.answers(channel, stamp)


def _was_queued(
    board: Switchboard, row: Snapshot, call: LiveCall, began: Stamp
) -> None:
    """It came by this queue, whether it still waits or an agent has it by now."""
    queue, answered = queue_of(row.app_data), call.answered
    waits = not row.bridge and not answered
    if waits or queue not in call.joins:
        board.joins_queue(row.uid, queue, began)
        call.answered = answered


def _forget(board: Switchboard, call: Call, stamp: Stamp) -> None:
    """`call` is as the journal tells it; the switch knows better what is over."""
    if call.phase is Phase.ENDED:
        return
    live = board.calls.get(call.call_id)
    if live is None:
        board.teller.tell_vanished(call.call_id, stamp)
        return
    for leg in call.legs:
        if leg.open and leg.agent not in live.legs:
            board.teller.tell_lost_leg(live, leg.agent, stamp)
