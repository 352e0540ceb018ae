"""What of the folds does a snapshot keep, and how is it put back?

Four folds hold an item for each call, card, call name or agent; what the others hold
is little and taken as a whole. They are restored in the order of the parts: cards and
counters need the calls.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec

import screenpop
from screenpop.config.facets import all_shapes
from screenpop.config.model import Configuration
from screenpop.desk.case import Case, Pop, SavedCase
from screenpop.desk.desk import Desk
from screenpop.desk.presence import SavedStates
from screenpop.domain.agent import UserId
from screenpop.domain.call import CallEvent, CallKey, CallName, LineId
from screenpop.domain.call_state import SavedCall
from screenpop.domain.journal_order import SavedBegin
from screenpop.domain.line_clock import SavedClock
from screenpop.domain.occurrences import NewestOf
from screenpop.domain.related_calls import SavedBegun, SavedJoined
from screenpop.history.past_calls import SavedNote
from screenpop.lookup.calls import CallLookups, Choice
from screenpop.node.follow import Follower
from screenpop.node.parts import (
    call_limits,
    counting_rules,
    placing_limits,
    recall_settings,
)
from screenpop.node.snapshots import SavedPart, fingerprint
from screenpop.wallboard.agent_rows import AgentFacts, Subject
from screenpop.wallboard.alerts import Alert
from screenpop.wallboard.counters import SavedSums
from screenpop.wallboard.recalls import SavedRecalls

SLICE = 500  # of a list that is packed together

CODE = (
    "domain/*.py", "wallboard/*.py", "desk/*.py", "history/past_calls.py",
    "intake/placing.py", "lookup/calls.py", "lookup/normalise.py", "journal/records.py",
    "node/follow.py", "node/snapshots.py", "node/snapshot_parts.py",
)  # fmt: skip
"""The code that decides what the folds make of an entry."""

Item = TypeVar("Item")


class Times(msgspec.Struct, frozen=True):
    """Where the clocks stood: a former process had a steady clock of its own."""

    heard_us: int
    steady_us: int
    now_us: int


class Small(msgspec.Struct, frozen=True):
    """Folds that hold little."""

    times: Times
    sums: SavedSums
    states: SavedStates
    present: list[UserId]
    clocks: dict[LineId, SavedClock]
    floors: dict[UserId, int]


class StatePiece(msgspec.Struct, frozen=True, omit_defaults=True):
    """Some of what is taken as a whole."""

    small: Small | None = None
    ended: list[CallKey] = []
    gone: list[CallKey] = []
    choices: list[Choice] = []
    notes: list[SavedNote] = []
    decided: list[tuple[int, CallEvent]] = []
    begun: list[SavedBegun] = []
    joined: list[SavedJoined] = []
    order: list[SavedBegin] = []
    recalls: SavedRecalls | None = None
    alerts: list[Alert] = []


class Saved:
    """All of a snapshot, decoded."""

    def __init__(self) -> None:
        self.pieces: list[StatePiece] = []
        self.calls: list[SavedCall] = []
        self.cards: list[SavedCase] = []
        self.names: list[tuple[CallName, NewestOf]] = []
        self.agents: list[tuple[Subject, AgentFacts]] = []

    @property
    def small(self) -> Small:
        found = [piece.small for piece in self.pieces if piece.small is not None]
        if len(found) != 1:
            raise ValueError("it has no counters")
        return found[0]


class _PartLoader(Generic[Item]):
    """Decodes one part; `adopt` is called when all parts are decoded."""

    def __init__(
        self,
        kind: Any,
        items: list[Item],
        pieces: list[StatePiece],
        adopt: Callable[[], None],
    ):
        self._decoder: msgspec.msgpack.Decoder[Item] = msgspec.msgpack.Decoder(kind)
        self._items = items
        self._pieces = pieces
        self.adopt = adopt

    def item(self, data: bytes) -> None:
        self._items.append(self._decoder.decode(data))

    def rest(self, place: int, data: bytes) -> None:
        self._pieces.append(_PIECE.decode(data))


_PIECE = msgspec.msgpack.Decoder(StatePiece)


class _Keyed(Generic[Item]):
    """A fold that holds items, as a part."""

    def __init__(
        self,
        name: str,
        fold: Any,
        kind: Any,
        loading: Callable[[], list[Item]],
        adopt: Callable[[], None] = lambda: None,
        rest: Callable[[], Sequence[object]] = lambda: (),
        pieces: Callable[[], list[StatePiece]] = lambda: [],
    ):
        """`fold` has `touched`, `order` and `saved`; `loading` is where items go."""
        self.name = name
        self._fold = fold
        self._kind = kind
        self._loading = loading
        self._adopt = adopt
        self.rest = rest
        self._pieces = pieces

    @property
    def touched(self) -> set[Any]:
        touched: set[Any] = self._fold.touched
        return touched

    def order(self) -> Sequence[Any]:
        keys: Sequence[Any] = self._fold.order()
        return keys

    def item(self, key: Any) -> object:
        return self._fold.saved(key)

    def loader(self) -> _PartLoader[Item]:
        return _PartLoader(self._kind, self._loading(), self._pieces(), self._adopt)


class Folds:
    """All folds of a follower, as parts of a snapshot."""

    def __init__(self, follower: Follower):
        self._follower = follower
        self._saved = Saved()
        self._cards = SavedDesk(follower.desk)

    def parts(self) -> list[SavedPart]:
        it, saved = self._follower, self._saved
        names = it.placing.occurrences
        return [
            _Keyed("calls", it.book, SavedCall, lambda: saved.calls),
            _Keyed("cards", self._cards, SavedCase, lambda: saved.cards),
            _Keyed("names", names, tuple[CallName, NewestOf], lambda: saved.names),
            _Keyed(
                "agents",
                it.feed.agents,
                tuple[Subject, AgentFacts],
                lambda: saved.agents,
                adopt=self._adopt,
                rest=self._rest,
                pieces=lambda: saved.pieces,
            ),
        ]

    def _rest(self) -> Sequence[object]:
        """Copies: they are packed in a thread."""
        it = self._follower
        ended, gone = it.book.over()
        begun, joined = it.placing.occurrences.same_calls.saved()
        order = it.placing.order
        return [
            StatePiece(small=self._small()),
            *(StatePiece(ended=some) for some in _sliced(ended)),
            *(StatePiece(gone=some) for some in _sliced(gone)),
            *(
                StatePiece(choices=some)
                for some in _sliced([*it.lookups.chosen_lately])
            ),
            *(StatePiece(notes=some) for some in _sliced(it.notes.saved())),
            *(StatePiece(decided=some) for some in _sliced(it.placing.saved())),
            *(StatePiece(begun=some) for some in _sliced(begun)),
            *(StatePiece(joined=some) for some in _sliced(joined)),
            *(
                StatePiece(order=some)
                for some in _sliced(order.saved() if order else [])
            ),
            *(StatePiece(recalls=some) for some in it.feed.recalls.saved(SLICE)),
            *(StatePiece(alerts=some) for some in it.feed.alerts.saved(SLICE)),
        ]

    def _small(self) -> Small:
        it = self._follower
        clock = it.clock
        clocks = it.placing.occurrences.clocks
        return Small(
            times=Times(it.heard_us, clock.steady_us(), clock.now_us()),
            sums=it.feed.counters.saved(),
            states=it.hub.states.saved(),
            present=it.hub.presence.saved(),
            clocks={line: each.saved() for line, each in clocks.items()},
            floors=dict(it.desk.floors),
        )

    def _adopt(self) -> None:
        it, saved = self._follower, self._saved
        small, pieces = saved.small, saved.pieces
        shift_us = small.times.now_us - small.times.steady_us
        it.heard_us = small.times.heard_us + shift_us
        it.placing.occurrences.restore(saved.names, small.clocks)
        it.book.restore(
            saved.calls,
            ended=[key for piece in pieces for key in piece.ended],
            gone=[key for piece in pieces for key in piece.gone],
            shift_us=shift_us,
        )
        self._cards.restore(saved.cards, small.floors, it.lookups)
        it.feed.restore(small.sums, saved.agents, it.book, it.offset)
        it.hub.states.restore(small.states)
        it.hub.presence.restore(small.present)
        for piece in pieces:
            for choice in piece.choices:
                it.lookups.remember(*choice)
                it.lookups.chosen_lately.append(choice)
            it.notes.restore(piece.notes)
            if piece.recalls is not None:
                it.feed.recalls.restore(piece.recalls)
            it.feed.alerts.restore(piece.alerts)
            it.placing.restore(piece.decided)
            if it.placing.order is not None:
                it.placing.order.restore(piece.order)
            it.placing.occurrences.same_calls.restore(piece.begun, piece.joined)
        self._saved = Saved()


def made_by(config: Configuration) -> str:
    """Names the code and the settings of which a snapshot is the result.

    Labels, and what only answers yet to come depend on, are not among them.
    """
    lines, server = config.lines.items(), config.server
    read = (
        call_limits(config),
        placing_limits(config),
        counting_rules(config),
        recall_settings(config),
        config.limits.resume_pops_max,
        (server.time_zone, server.country),
        sorted((name, str(x.country), str(x.same_calls_as)) for name, x in lines),
        [
            (shape.name, column.name, column.type)
            for shape in all_shapes(config)
            for column in (*shape.fields, *shape.columns)
        ],
    )
    return fingerprint(repr(read).encode(), *_code())


@cache
def _code() -> tuple[bytes, ...]:
    root = Path(screenpop.__file__).parent
    code = [path for pattern in CODE for path in sorted(root.glob(pattern))]
    return tuple(path.read_bytes() for path in code)


def _sliced(things: list[Any]) -> list[list[Any]]:
    return [things[n : n + SLICE] for n in range(0, len(things), SLICE)]


# -- What of the desks does a snapshot keep, and how is it put back?


class SavedDesk:
    """A desk, case by case."""

    def __init__(self, desk: Desk):
        self._desk = desk

    @property
    def touched(self) -> set[CallKey]:
        return self._desk.touched

    def order(self) -> list[CallKey]:
        """All cases, in the order in which their calls came."""
        return list(self._desk.cases)

    def saved(self, key: CallKey) -> SavedCase | None:
        case = self._desk.cases.get(key)
        return None if case is None else case.saved()

    def restore(
        self,
        cases: Iterable[SavedCase],
        floors: Mapping[UserId, int],
        lookups: CallLookups,
    ) -> None:
        """Take up what was saved of another desk; this one is empty."""
        desk, pops = self._desk, list[Pop]()
        for saved in cases:
            case = Case.of(saved, lookups.parties(saved.call))
            desk.cases[case.call.key] = case
            pops += case.pops.values()
        for pop in sorted(pops, key=lambda pop: pop.opened):
            desk.pops.setdefault(pop.user, OrderedDict())[pop.key] = pop
            if not pop.closed:
                desk.open_pops.setdefault(pop.user, {})[pop.key] = pop
        desk.floors = dict(floors)
