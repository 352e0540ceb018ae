from __future__ import annotations

import asyncio

import pytest
from msgspec.structs import replace
from unit.wallboard.wallboard_story import at, changes, event

from screenpop.domain.agent import AgentState, UserId
from screenpop.domain.call import AgentId, CallEvent, Direction
from screenpop.domain.call_state import CallBook
from screenpop.domain.service_level import ServiceLevelRules
from screenpop.support.clock import FakeClock
from screenpop.support.tasks import spawn
from screenpop.wallboard import feed as feed_module
from screenpop.wallboard.agent_metrics import AGENTS, TEAMS
from screenpop.wallboard.agent_rows import Person, person
from screenpop.wallboard.agents import AgentBoard
from screenpop.wallboard.feed import (
    AGENTS_PER_DELTA_MAX,
    DeltaData,
    FeedData,
    SnapshotData,
    WallboardFeed,
)
from screenpop.wallboard.metrics import definitions

ANA = AgentId("1001")
ENTERED = event("queued", queue="sales")
RINGS = event("alerting", seconds=1, agents=("1001",))
ENDED = event("ended", seconds=30)


class Board:
    """A feed, the calls it counts, and its clock."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.calls = CallBook()
        self.offset = 0
        people = [Person(user=UserId("ana"), name="Ana", agents=frozenset({ANA}))]
        self.feed = WallboardFeed(
            self.clock, agents=AgentBoard(people), queue_labels={"sales": "Sales"}
        )

    def happens(self, *events: CallEvent) -> None:
        for one in events:
            self.offset += 1
            change = self.calls.apply(one)
            if change is not None:
                self.feed.replace(change.before, change.after, self.offset)

    def delta(self) -> DeltaData:
        data = self.feed.tick()
        assert isinstance(data, DeltaData)
        return data


@pytest.fixture
def board() -> Board:
    return Board()


def test_a_snapshot_shows_the_total_first_and_configured_queues_though_empty(
    board: Board,
) -> None:
    snapshot = board.feed.snapshot()
    assert [(row.queue, row.label) for row in snapshot.queues] == [
        ("", "All queues"),
        ("sales", "Sales"),
    ]
    assert [row.name for row in snapshot.agents] == ["Ana"]
    assert (snapshot.day, snapshot.time_zone) == ("2026-11-21", "UTC")


def test_every_number_of_a_row_has_its_definition_and_none_is_missing(
    board: Board,
) -> None:
    total, sales = board.feed.snapshot().queues
    names = {definition.name for definition in definitions(ServiceLevelRules())}
    assert set(total.values) == names - {d.name for d in TEAMS}
    of_total = {d.name for d in AGENTS} - {"agents_wrap_up"} | {"occupancy"}
    of_a_team = {d.name for d in TEAMS}
    assert set(sales.values) == names - of_total - of_a_team


def test_nothing_is_sent_while_nothing_changes(board: Board) -> None:
    assert board.feed.tick() is None
    board.happens(ENTERED)
    board.delta()
    board.clock.advance(60)  # the page counts the wait up by itself
    assert board.feed.tick() is None


def test_a_delta_holds_whole_rows_of_what_changed_and_nothing_else(
    board: Board,
) -> None:
    board.happens(ENTERED)
    board.clock.advance(8)
    delta = board.delta()
    assert [row.queue for row in delta.queues] == ["", "sales"]
    assert delta.agents == ()
    assert delta.queues[1].values["offered"] == 1
    assert delta.queues[1].values["longest_wait_s"] == 8
    assert delta.queues[1].oldest_waiting_us == at(0)
    assert delta.offset == 1


def test_a_caller_who_was_called_back_counts_in_the_queue_and_in_the_total(
    board: Board,
) -> None:
    lost = changes([ENTERED, ENDED])[-1].after
    board.feed.recalls.replace(lost, "+442079460958")
    assert board.feed.tick() is None
    ours = replace(
        changes([event("answered", "c-2", 60, agents=("1001",))])[-1].after,
        direction=Direction.OUTBOUND,
    )
    board.feed.recalls.replace(ours, "+442079460958")
    for row in board.delta().queues:
        assert (row.queue, row.values["called_back"]) in {("", 1), ("sales", 1)}
    assert len(board.feed.snapshot().queues) == 2
    board.clock.advance(86_400)
    tomorrow = board.feed.tick()
    assert isinstance(tomorrow, SnapshotData)
    assert [row.values["called_back"] for row in tomorrow.queues] == [0, 0]


def test_days_beyond_what_one_tick_adds_up_follow_in_the_next(
    board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_module, "WORKDAYS_PER_TICK_MAX", 1)
    users = [UserId("ana"), UserId("ben")]
    board.feed.agents.know(
        Person(user=user, name=user, agents=frozenset({AgentId(user)}))
        for user in users
    )
    for user, state in zip(
        users, (AgentState.AVAILABLE, AgentState.WRAP_UP), strict=True
    ):
        board.feed.say(person(user), state, board.clock.now_us(), 1)
    board.clock.advance(100)
    found = [board.delta().queues[0].values["occupancy"] for _ in users]
    assert found[0] in (0, 1)
    assert found[1] == 0.5
    assert board.feed.tick() is None


def test_many_changes_between_two_ticks_become_one_delta(board: Board) -> None:
    for n in range(50):
        board.happens(event("queued", f"c-{n}", queue="sales"))
    assert board.delta().queues[0].values["waiting"] == 50
    assert board.feed.tick() is None


def test_what_came_and_went_between_two_ticks_is_not_sent(board: Board) -> None:
    talk = event("alerting", "c-9", agents=("1001",), queue="sales")
    board.happens(talk)
    board.feed.drop(changes([talk])[0].after)
    delta = board.delta()  # it was offered directly; that stays
    assert [row.values["alerting"] for row in delta.queues] == [0, 0]
    ana = person(UserId("ana"))
    board.feed.say(ana, AgentState.BREAK, at(5), 7, "telephone")
    board.feed.say(ana, AgentState.OFFLINE, at(6), 8, "telephone")
    board.delta()  # `since` moved
    board.feed.say(ana, AgentState.BREAK, at(1), 9, "telephone")  # overtaken
    assert board.feed.tick() is None


def test_an_agents_state_is_sent_with_the_totals_it_changes(board: Board) -> None:
    board.feed.say(person(UserId("ana")), AgentState.AVAILABLE, at(0), 4)
    delta = board.delta()
    assert [row.state for row in delta.agents] == [AgentState.AVAILABLE]
    assert [row.queue for row in delta.queues] == [""]
    assert delta.queues[0].values["agents_available"] == 1
    assert delta.offset == 4


def test_an_agent_who_leaves_is_named_as_gone(board: Board) -> None:
    board.feed.agents.know([])
    assert board.delta().gone_users == ("ana",)
    assert board.feed.tick() is None


def test_a_delta_names_a_limited_number_of_agents_and_the_next_the_others(
    board: Board,
) -> None:
    many = tuple(str(n) for n in range(2000, 2000 + AGENTS_PER_DELTA_MAX + 1))
    board.happens(event("alerting", agents=many))
    first, second = board.delta(), board.delta()
    assert (len(first.agents), len(second.agents)) == (AGENTS_PER_DELTA_MAX, 1)
    assert second.queues[0].values["agents_on_call"] == AGENTS_PER_DELTA_MAX + 1
    assert board.feed.tick() is None


def test_one_who_begins_to_watch_between_two_ticks_misses_nothing(
    board: Board,
) -> None:
    board.happens(ENTERED)
    snapshot = board.feed.snapshot()
    assert snapshot.queues[1].values["waiting"] == 1
    board.happens(RINGS)
    assert board.delta().queues[1].values["alerting"] == 1


def test_a_new_business_day_sends_everything_anew(board: Board) -> None:
    board.happens(ENTERED, ENDED, event("queued", "c-2", 15 * 3600 - 9, queue="sales"))
    board.delta()
    board.clock.advance(15 * 3600)
    snapshot = board.feed.tick()
    assert isinstance(snapshot, SnapshotData)
    assert snapshot.day == "2026-11-22"
    assert snapshot.queues[1].values["offered"] == 0
    assert snapshot.queues[1].values["waiting"] == 1  # still on the line
    assert board.feed.tick() is None


def test_a_queue_nobody_configured_leaves_with_a_last_row_of_zeros(
    board: Board,
) -> None:
    rings = event("alerting", "c-3", -86_400, agents=("1001",), queue="night")
    board.happens(rings)
    assert [row.queue for row in board.delta().queues] == ["", "night"]
    board.feed.drop(changes([rings])[0].after)
    last = board.delta().queues[-1]
    assert (last.queue, last.values["alerting"]) == ("night", 0)
    assert [row.queue for row in board.feed.snapshot().queues] == ["", "sales"]


async def test_run_sends_at_most_once_in_each_interval(board: Board) -> None:
    sent: list[FeedData] = []
    pauses: asyncio.Queue[float] = asyncio.Queue()
    go_on = asyncio.Semaphore(0)

    async def pause(seconds: float) -> None:
        pauses.put_nowait(seconds)
        await go_on.acquire()

    async def send(data: FeedData) -> None:
        sent.append(data)

    task = spawn(board.feed.run(send, interval_s=0.25, pause=pause), name="feed")
    assert await pauses.get() == 0.25
    board.happens(ENTERED, RINGS)
    assert sent == []
    go_on.release()
    await pauses.get()
    assert len(sent) == 1
    go_on.release()
    await pauses.get()
    assert len(sent) == 1  # nothing changed: nothing sent
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_what_could_not_be_sent_is_in_the_next_snapshot(board: Board) -> None:
    board.happens(ENTERED)

    async def refuse(data: FeedData) -> None:
        raise ValueError("cannot be encoded")

    with pytest.raises(ValueError, match="encoded"):
        await board.feed.run(refuse)
    sent: list[FeedData] = []

    async def send(data: FeedData) -> None:
        sent.append(data)

    async def enough(seconds: float) -> None:
        if len(sent) == 2:
            raise EOFError
        board.happens(RINGS)

    with pytest.raises(EOFError):
        await board.feed.run(send, pause=enough)
    snapshot, delta = sent
    assert isinstance(snapshot, SnapshotData)
    [sales] = [row for row in snapshot.queues if row.queue == "sales"]
    assert sales.values["waiting"] == 1
    assert isinstance(delta, DeltaData)
