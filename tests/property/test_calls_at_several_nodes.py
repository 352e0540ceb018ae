"""Two nodes take the events of one call id at once: is it the same call everywhere?

Events arrive at either node and wait there to be appended; each node reads the journal
when it comes to it. A node may also go on alone for a while: it folds what it takes
before it is in the journal, and catches up with the others before it rejoins.
Whatever the order: both nodes, a replay and a node that joins with a saved state have
the same calls, and those are the calls that one node has.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from screenpop.domain.call import CallEvent, CallId, EventType, LineId
from screenpop.domain.journal_order import JournalOrder
from screenpop.domain.occurrences import UNPLACED, Occurrences
from screenpop.intake.placing import Placing
from screenpop.journal.base import Entry, Offset
from screenpop.journal.records import EventRecord
from screenpop.journal.spool import APART
from screenpop.support.clock import FakeClock

Calls = dict[int, list[str]]
PARTS = ("arrived", "alerting", "answered", "held", "ended")
SOON_S, LATER_S = 0.01, 60.0  # within and far beyond the grace of a call id


@dataclass
class Journal:
    entries: list[CallEvent] = field(default_factory=list)
    known: set[str] = field(default_factory=set)

    def append(self, event: CallEvent) -> bool:
        if event.event_id in self.known:
            return False
        self.known.add(event.event_id)
        self.entries.append(event)
        return True


class Node:
    def __init__(self, name: str, journal: Journal, clock: FakeClock):
        self.name = name
        self.journal = journal
        self.offset = 0
        self.placing = Placing(Occurrences(), clock, JournalOrder())
        self.placing.read_up_to = lambda: self.offset
        self.placing.live = True
        self.folded: dict[str, CallEvent] = {}
        self.waiting: list[CallEvent] = []
        self.alone = 0  # entries that were folded alone, while it is; 0: it is not
        self.spool: dict[str, CallEvent] = {}  # not drained
        self.own: set[str] = set()  # drained, not read
        self.known: list[int] = []  # drained, and read before
        self.spooled: set[str] = set()

    def take(self, event: CallEvent) -> None:
        given = EventRecord(event=replace(event, node=self.name))
        (record,) = self.placing.stamped([given])
        assert isinstance(record, EventRecord)
        self.waiting.append(record.event)

    def append(self) -> None:
        while self.waiting:
            event = self.waiting.pop(0)
            if self.alone and event.event_id not in self.spooled:
                self.spool[event.event_id] = event
                self.spooled.add(event.event_id)
                self.alone += 1
                self.fold(APART + self.alone, event)
            elif self.alone or not self.journal.append(event):
                self.placing.not_kept([EventRecord(event=event)])

    def read(self, count: int | None = None) -> None:
        if self.alone:
            self.drain()
        upto = len(self.journal.entries) if count is None else self.offset + count
        for event in self.journal.entries[self.offset : upto]:
            self.offset += 1
            if event.event_id in self.own:
                self.own.discard(event.event_id)
                self.placing.folded_alone(event)
            self.fold(self.offset, event)

    def fold(self, offset: int, event: CallEvent) -> None:
        placed = self.placing.folded(offset, event)
        self.placing.learn(offset, placed)
        self.folded.pop(event.event_id, None)
        self.folded[event.event_id] = placed

    def part(self) -> None:
        if not self.alone:
            self.alone = 1
            self.spooled.clear()

    def drain(self) -> None:
        for event in self.spool.values():
            if self.journal.append(event):
                self.own.add(event.event_id)
                continue
            [at] = (
                at
                for at, entry in enumerate(self.journal.entries, 1)
                if entry.event_id == event.event_id
            )
            if at > self.offset:
                self.own.add(event.event_id)
            else:
                self.known.append(at)
        self.spool.clear()

    def rejoin(self) -> None:
        if not self.alone:
            return
        self.drain()
        self.alone = 0
        self.placing.rejoin()
        entries = [Entry(Offset(x), EventRecord(event=self.at(x))) for x in self.known]
        for entry in self.placing.placed(entries):
            assert isinstance(entry.record, EventRecord)
            event = entry.record.event
            self.placing.folded_alone(event)
            self.folded[event.event_id] = event
        self.known.clear()

    def at(self, offset: int) -> CallEvent:
        return self.journal.entries[offset - 1]

    def calls(self) -> Calls:
        found: Calls = defaultdict(list)
        for event_id in (entry.event_id for entry in self.journal.entries):
            if event_id in self.folded:
                found[self.folded[event_id].occurrence].append(event_id)
        assert sum(map(len, found.values())) == len(self.folded)
        return dict(found)


def event(kind: str, number: int, at_us: int) -> CallEvent:
    return CallEvent(
        type=EventType(kind),
        line=LineId("main"),
        call_id=CallId("c-1"),
        event_id=f"e-{number}",
        at_us=at_us,
        received_us=at_us,
        at_given=False,
    )


STEPS = st.one_of(
    st.tuples(st.just("take"), st.sampled_from("ab"), st.sampled_from(PARTS)),
    st.tuples(st.just("append"), st.sampled_from("ab"), st.none()),
    st.tuples(st.just("read"), st.sampled_from("ab"), st.integers(1, 3)),
    st.tuples(st.just("again"), st.sampled_from("ab"), st.integers(0, 5)),
    st.tuples(st.just("later"), st.just("a"), st.none()),
)
APART_STEPS = st.one_of(
    STEPS,
    st.tuples(st.sampled_from(("part", "rejoin")), st.sampled_from("ab"), st.none()),
)


class Story:
    """What a list of steps makes of two nodes."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.journal = Journal()
        self.nodes = {x: Node(x, self.journal, self.clock) for x in "ab"}
        self.taken: list[CallEvent] = []
        self.lately = 0  # how many of them came since the last long pause

    def step(self, what: str, name: str, more: object) -> None:
        node = self.nodes[name]
        if what == "take":
            self.clock.advance(SOON_S)
            new = event(str(more), len(self.taken), self.clock.now_us())
            self.taken.append(new)
            self.lately += 1
            node.take(new)
        elif what == "append":
            node.append()
        elif what == "read":
            assert isinstance(more, int)
            node.read(more)
        elif what == "again" and self.lately:  # the sender repeats it, at any node
            assert isinstance(more, int)
            node.take(self.taken[-1 - more % self.lately])
        elif what == "part":
            node.part()
        elif what == "rejoin":
            node.rejoin()
        elif what == "later":
            for each in self.nodes.values():
                each.append()
            self.clock.advance(LATER_S)
            self.lately = 0

    def end(self) -> None:
        for node in self.nodes.values():
            node.append()
            node.rejoin()
        for node in self.nodes.values():
            node.read()

    def replayed(self) -> Calls:
        node = Node("c", self.journal, self.clock)
        node.read()
        return node.calls()

    def joined(self) -> Calls:
        """A node that goes on from a state saved half way."""
        half, node = (Node(x, self.journal, self.clock) for x in "de")
        half.read(len(self.journal.entries) // 2)
        assert half.placing.order is not None
        assert node.placing.order is not None
        node.placing.order.restore(half.placing.order.saved())
        names = half.placing.occurrences
        node.placing.occurrences.restore(
            [names.saved(name) for name in names.order()],  # type: ignore[misc]
            {},
        )
        node.offset, node.folded = half.offset, dict(half.folded)
        node.read()
        return node.calls()

    def of_one_node(self) -> set[frozenset[str]]:
        """Its calls, of the events in the order of the journal."""
        one, calls = Occurrences(), defaultdict(set)
        for entry in self.journal.entries:
            plain = next(x for x in self.taken if x.event_id == entry.event_id)
            plain = replace(plain, received_us=entry.received_us)
            placed = one.place(plain, plain.received_us)
            calls[placed.occurrence].add(plain.event_id)
        return {frozenset(events) for events in calls.values()}


@given(steps=st.lists(STEPS, max_size=40))
@settings(max_examples=400)
def test_the_same_calls_at_every_node_and_as_with_one(
    steps: list[tuple[str, str, object]],
) -> None:
    story = Story()
    for step in steps:
        story.step(*step)
    story.end()
    a, b = (node.calls() for node in story.nodes.values())
    assert a == b == story.replayed() == story.joined()
    assert {frozenset(events) for events in a.values()} == story.of_one_node()


@given(steps=st.lists(APART_STEPS, max_size=40))
@settings(max_examples=400)
def test_the_same_calls_where_nodes_go_on_alone_and_catch_up(
    steps: list[tuple[str, str, object]],
) -> None:
    """One node alone may cut them otherwise: it did not know of the others."""
    story = Story()
    for step in steps:
        story.step(*step)
    story.end()
    a, b = (node.calls() for node in story.nodes.values())
    assert a == b == story.replayed() == story.joined()
    assert sum(map(len, a.values())) == len(story.journal.entries)


def test_the_first_events_of_a_call_at_two_nodes_begin_one_call() -> None:
    story = Story()
    for step in (("take", "a", "arrived"), ("take", "b", "alerting")):
        story.step(*step)
    story.end()
    for node in story.nodes.values():
        assert list(node.calls().values()) == [["e-0", "e-1"]]
    began = story.journal.entries[0].occurrence
    story.step("take", "b", "ended")  # it goes on with the call of the other node
    assert story.nodes["b"].waiting[0].occurrence == began


def test_a_node_that_had_not_read_the_end_begins_the_next_call() -> None:
    story = Story()
    story.step("take", "a", "arrived")
    story.nodes["a"].append()
    story.nodes["b"].read()
    story.step("take", "a", "ended")
    story.step("later", "a", None)
    story.step("take", "b", "arrived")  # the id again, by a node that is behind
    story.end()
    for node in story.nodes.values():
        assert list(node.calls().values()) == [["e-0", "e-1"], ["e-2"]]


def test_what_was_taken_while_a_node_starts_is_placed_alike_everywhere() -> None:
    story = Story()
    story.nodes["b"].placing.live = False
    story.step("take", "a", "arrived")
    story.step("take", "b", "alerting")
    assert story.nodes["b"].waiting[0].occurrence == UNPLACED
    story.step("append", "b", None)
    story.end()
    a, b = (node.calls() for node in story.nodes.values())
    assert a == b == story.replayed()
    assert list(a.values()) == [["e-1", "e-0"]]
