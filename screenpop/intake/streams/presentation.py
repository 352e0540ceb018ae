"""Is this caller's number withheld, where the switch says so only when asked?

Without `channelvars` the events of an Asterisk show a number that its caller withheld.
So what is told of a call waits until the switch was asked for its presentation. That
takes a few milliseconds; who does not answer, or may not, is not waited for again.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Collection, Iterable, Sequence

from msgspec.structs import replace

from screenpop.domain.call import Call, CallEvent, Direction, Phase
from screenpop.intake.streams.live import Channel, LiveCall, Snapshot, Stamp
from screenpop.intake.streams.members import is_local
from screenpop.intake.streams.switchboard import VANISHED, Switchboard

PRESENTATION_HINT = (
    "the switch says which numbers are withheld only when it is asked, call by call:"
    " add `channelvars = CALLERID(num-pres)` to {file}"
)
PRESENTATION_REFUSED = (
    "the switch does not say which numbers are withheld, so they are shown: add"
    " `channelvars = CALLERID(num-pres)` to {file}, or give the user the right to ask"
    " (manager.conf: write for call)"
)
PATIENCE_S = 0.3  # how long the events of one call wait for the answer
UNANSWERED_MAX = 3  # questions in a row; then nothing waits until we connect anew
ASKED_MAX = 1000  # calls at once
WAITING_MAX = 10_000  # events; then they are told as they are
DECIDED_MAX = 10_000


class Presentations:
    """Which calls' numbers may be shown; pure, the stream asks.

    Events leave in the order in which they came: what is behind a call that is asked
    about waits with it.
    """

    def __init__(self, board: Switchboard):
        self._board = board
        self._line: deque[CallEvent] = deque()
        self._asked: set[str] = set()
        self._withheld: OrderedDict[str, bool] = OrderedDict()  # by call, decided
        self._unanswered = 0
        self._refused = False

    @property
    def are_told(self) -> bool:
        """False: the switch refuses, or does not answer."""
        return not self._refused and self._unanswered < UNANSWERED_MAX

    def connected(self) -> None:
        """A switch that was deaf, or has other rights now, is asked again."""
        self._unanswered, self._refused = 0, False

    def questions(self, events: Sequence[CallEvent]) -> list[str]:
        """Take these into the line; the calls about which the switch is to be asked."""
        self._line.extend(events)
        asked: list[str] = list(
            dict.fromkeys(each.call_id for each in events if self._must_ask(each))
        )
        self._asked.update(asked)
        if len(self._line) > WAITING_MAX:
            self.lost()
        return asked

    def _must_ask(self, event: CallEvent) -> bool:
        call_id = event.call_id
        if event.caller is None or event.direction is not Direction.INBOUND:
            return False
        if call_id in self._asked or call_id in self._withheld:
            return False
        return (
            self.are_told
            and len(self._asked) < ASKED_MAX
            and call_id in self._board.channels
        )

    def ready(self) -> list[CallEvent]:
        """Those that may be told now, without numbers that are withheld."""
        told: list[CallEvent] = []
        while self._line and self._line[0].call_id not in self._asked:
            event = self._line.popleft()
            told.append(_hidden(event) if self._withheld.get(event.call_id) else event)
        return told

    def answered(self, call_id: str, presentation: str) -> None:
        self._unanswered = 0
        self._decide(call_id, withheld=presentation.startswith("prohib"))

    def refused(self, call_id: str, *, for_good: bool) -> None:
        """An error. Of a channel that is gone nobody can know: it is not shown."""
        self._unanswered = 0
        self._refused = self._refused or for_good
        self._decide(call_id, withheld=not for_good)

    def unanswered(self, call_id: str) -> None:
        """The patience is over: told as the events tell it."""
        if call_id in self._asked:
            self._unanswered += 1
            self._decide(call_id, withheld=False)

    def lost(self) -> None:
        """The connection is gone, and with it the answers."""
        for call_id in list(self._asked):
            self._decide(call_id, withheld=False)

    def _decide(self, call_id: str, *, withheld: bool) -> None:
        self._asked.discard(call_id)
        self._withheld[call_id] = withheld
        if len(self._withheld) > DECIDED_MAX:
            self._withheld.popitem(last=False)
        call = self._board.calls.get(call_id)
        if withheld and call is not None:
            call.withheld = True


def _hidden(event: CallEvent) -> CallEvent:
    return replace(event, caller=None, caller_name=None, withheld=True)


# -- What happened while nobody listened?
# After a gap the switch lists its channels. What is gone has vanished, what is new
# is told as if it had just begun, and what rings or talks now does so from now on.
# A call that only the journal still knows, from before a restart, is over too.

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
