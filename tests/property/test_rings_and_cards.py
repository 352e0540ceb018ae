"""Each ring at an agent gives exactly one card, and it closes.

Whatever call ids a telephone system uses again, however often it offers a call to the
same agent, whoever sits where, and whatever its clock or ours is set to.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from screenpop.desk import frames
from screenpop.desk.desk import Desk
from screenpop.domain.agent import Role, User, UserId
from screenpop.domain.call import (
    AgentId,
    Call,
    CallEvent,
    EventType,
    LineId,
    Scope,
)
from screenpop.domain.call_state import CallBook
from screenpop.domain.directory import Directory
from screenpop.domain.occurrences import Occurrences
from screenpop.domain.phone import Ani, Dnis, Parties
from screenpop.domain.profile import Profile
from screenpop.intake.normal import Draft, LineContext
from screenpop.support.clock import FakeClock

PEOPLE = ("ana", "ben")
AGENTS = ("1001", "1002")
CALLERS = ("+442079460958", "+442079460959", None)
HOUR_S = 3600.0
QUARTER_S = 900.0


def _parties(call: Call) -> Parties:
    return Parties(ani=Ani(raw=call.caller or ""), dnis=Dnis(raw=""))


@dataclass
class Floor:
    """A telephone system with a clock of its own, and the desks of two people."""

    dated: bool
    clock: FakeClock = field(default_factory=FakeClock)
    line_ahead_s: float = 0.0
    seated: tuple[str, ...] = AGENTS
    offset: int = 0
    rings: int = 0
    probes: int = 0
    seen: set[str] = field(default_factory=set)
    told: list[tuple[UserId, frames.PopOpened | frames.PopClosed]] = field(
        default_factory=list
    )

    def __post_init__(self) -> None:
        self.occurrences = Occurrences()
        self.book = CallBook()
        self.line = LineContext(line=LineId("pbx"), country="GB", zone=ZoneInfo("UTC"))
        self.directory = Directory()
        self.desk = Desk(self.directory, profile_of=lambda case: Profile())
        self.sit(AGENTS)

    def sit(self, agents: tuple[str, ...]) -> None:
        self.directory.replace(
            User(
                username=UserId(name),
                name=name,
                role=Role.AGENT,
                agents=frozenset({AgentId(agent)}),
            )
            for name, agent in zip(PEOPLE, agents, strict=True)
        )

    def tell(self, kind: str, call_id: str, *agents: str, **more: object) -> None:
        """The telephone system reports; an impatient one does it twice."""
        ahead_us = round(self.line_ahead_s * 1e6)
        draft = Draft(
            type=EventType(kind),
            call_id=call_id,
            agents=agents,
            at_us=self.clock.now_us() + ahead_us if self.dated else None,
            **more,  # type: ignore[arg-type]
        )
        for _ in range(2):
            event = self.line.event(draft, self.clock.now_us())
            placed = self.occurrences.place(event, self.clock.steady_us())
            if placed.event_id not in self.seen:
                self.seen.add(placed.event_id)
                self.fold(placed)

    def set_clock(self, whose: str, seconds: float) -> None:
        """Ours is set by that much; theirs too, or right (0).

        Then other calls go on: one event alone cannot be told from a late one.
        """
        if whose == "ours":
            self.clock.set(seconds)
            self.line_ahead_s -= seconds
        else:
            self.line_ahead_s = self.line_ahead_s + seconds if seconds else 0.0
        for _ in range(3):
            self.wait(20)
            self.probes += 1
            self.tell("arrived", f"probe-{self.probes}")

    def fold(self, event: CallEvent) -> None:
        self.offset += 1
        self.occurrences.learn(event)
        change = self.book.apply(event, self.clock.steady_us())
        if change is None:
            return
        for out in self.desk.event(self.offset, event, change, _parties(change.after)):
            if isinstance(out.frame, frames.PopOpened | frames.PopClosed):
                self.told.append((out.user, out.frame))

    def wait(self, seconds: float) -> None:
        self.clock.advance(seconds)
        for end in self.book.overdue(self.clock.steady_us()):
            self.fold(end)
        self.book.settled()
        for call in self.book.forget(self.clock.steady_us()):
            self.desk.forget(call, self.offset)
            self.occurrences.settle(*call.key)


offers = st.tuples(
    st.sets(st.sampled_from(AGENTS), min_size=1).map(lambda x: tuple(sorted(x))),
    st.booleans(),  # does one of them answer?
    st.floats(0.05, 30),
)


@st.composite
def stories(draw: st.DrawFn) -> list[tuple[str, object]]:
    """What happens in turn: calls, clocks that are set, people who move."""
    call = st.tuples(
        st.just("call"),
        st.tuples(
            st.sampled_from(["1", "2"]),
            st.sampled_from(CALLERS),
            st.lists(offers, min_size=1, max_size=3),
            st.floats(10, 2000),  # until the next call
        ),
    )
    ours = st.tuples(
        st.just("ours"), st.sampled_from([-86400.0, -HOUR_S, 2.0, 86400.0])
    )
    theirs = st.tuples(
        st.just("theirs"),
        st.sampled_from([0.0, 3 * QUARTER_S, -HOUR_S, 5 * HOUR_S, -2 * QUARTER_S]),
    )
    move = st.tuples(st.just("move"), st.permutations(AGENTS).map(tuple))
    return draw(st.lists(st.one_of(call, call, ours, theirs, move), max_size=8))


@settings(max_examples=300, deadline=None)
@given(st.booleans(), st.floats(-40_000, 40_000), stories())
def test_each_ring_gives_one_card_that_closes(
    dated: bool, ahead_s: float, told: list[tuple[str, object]]
) -> None:
    floor = Floor(dated=dated, line_ahead_s=ahead_s)
    for what, value in told:
        if what == "call":
            one_call(floor, *value)  # type: ignore[misc]
        elif what == "move":
            floor.sit(value)  # type: ignore[arg-type]
        else:
            floor.set_clock(what, value)  # type: ignore[arg-type]
    floor.wait(20_000)
    opened = [f for _, f in floor.told if isinstance(f, frames.PopOpened)]
    closed = [f for _, f in floor.told if isinstance(f, frames.PopClosed)]
    assert len(opened) == floor.rings
    assert len(closed) == floor.rings


def one_call(
    floor: Floor,
    call_id: str,
    caller: str | None,
    rounds: list[tuple[tuple[str, ...], bool, float]],
    pause_s: float,
) -> None:
    """The call is offered until one answers, talks, and hangs up."""
    for agents, answered, rings_s in rounds:
        floor.tell("alerting", call_id, *agents, caller=caller)
        floor.rings += len(agents)
        floor.wait(rings_s)
        if answered:
            floor.tell("answered", call_id, agents[0])
            floor.wait(rings_s)
            floor.tell("held", call_id, agents[0])
            floor.tell("resumed", call_id, agents[0])
            break
        for agent in agents:
            floor.tell("ended", call_id, agent, scope=Scope.LEG)
        floor.wait(0.2)
    floor.tell("ended", call_id)
    floor.wait(pause_s)
