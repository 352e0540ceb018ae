from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace
from unit.wallboard.wallboard_story import at, call, event

from screenpop.domain.agent import Role, User, UserId
from screenpop.domain.call import AgentId, Call, CallId, Direction
from screenpop.domain.profile import (
    Candidate,
    CandidateRef,
    Facet,
    Field,
    FieldState,
    Profile,
)
from screenpop.domain.stake import StakeColumns
from screenpop.journal.records import ActionRecord
from screenpop.wallboard.recalls import DAY_US, RecallList, RecallSettings

SUE = User(username=UserId("sue"), name="Sue", role=Role.SUPERVISOR)
ANA = User(username=UserId("ana"), name="Ana", role=Role.AGENT)
BEN = User(username=UserId("ben"), name="Ben", role=Role.AGENT)
FRESH = FieldState.FRESH


def lost(
    name: str, seconds: float = 0, *, queue: str | None = "sales", rang: str = "ana"
) -> Call:
    """A call that rang at one person and was not answered."""
    ring = event("alerting", name, seconds + 1, agents=("1001",))
    ring = replace(ring, people={AgentId("1001"): (UserId(rang),)})
    begin = () if queue is None else (event("queued", name, seconds, queue=queue),)
    return call(*begin, ring, event("ended", name, seconds + 30))


def talked(name: str, seconds: float) -> Call:
    return call(event("answered", name, seconds, agents=("1001",)))


def recalls(*calls: tuple[Call, str], **settings: object) -> RecallList:
    made = RecallList(RecallSettings(**settings))  # type: ignore[arg-type]
    for each, number in calls:
        made.replace(each, number)
    return made


def numbers(made: RecallList, who: User, at_s: float = 100) -> list[str]:
    return [row.newest.number for row in made.rows(who, at(at_s))]


def claim(name: str, user: str, at_s: float = 60) -> ActionRecord:
    return ActionRecord(
        action="recall", action_id=f"{name}/{user}", at_us=at(at_s), user=user,
        line="main", call_id=CallId(name), data={"do": "claim"},
    )  # fmt: skip


def test_an_agent_sees_the_callers_of_their_queues() -> None:
    made = recalls(
        (lost("c-1"), "+1"),
        (lost("c-2", queue="service", rang="ben"), "+2"),
        (lost("c-3", queue="sales", rang="ben"), "+3"),
    )
    assert sorted(numbers(made, ANA)) == ["+1", "+3"]
    assert sorted(numbers(made, BEN)) == ["+1", "+2", "+3"]
    assert len(numbers(made, SUE)) == made.waiting(SUE, at(100)) == 3


def test_a_caller_without_a_queue_is_seen_where_it_rang() -> None:
    made = recalls((lost("c-1", queue=None), "+1"))
    assert (numbers(made, ANA), numbers(made, BEN)) == (["+1"], [])
    assert (made.waiting(ANA, at(99)), made.waiting(BEN, at(99))) == (1, 0)


def test_a_list_that_was_read_is_counted_again() -> None:
    made = recalls((lost("c-1"), "+1"))
    assert (made.waiting(SUE, at(50)), made.counts_changed(at(50))) == (1, True)
    made.replace(lost("c-2"), "+2")
    assert len(made.rows(SUE, at(51))) == 2
    assert (made.counts_changed(at(51)), made.waiting(SUE, at(51))) == (True, 2)
    assert not made.counts_changed(at(52))


def test_a_claim_that_ends_counts_again_without_an_event() -> None:
    made = recalls((lost("c-1"), "+1"))
    made.act(7, claim("c-1", "ben"))
    assert made.waiting(ANA, at(61)) == 0
    ends_us = at(60) + made.settings.rules.claim_us
    assert made.waiting(ANA, ends_us - 1) == 0
    assert made.waiting(ANA, ends_us) == 1


def test_the_first_claim_of_the_journal_wins_whatever_clocks_say() -> None:
    made = recalls((lost("c-1"), "+1"))
    made.act(8, claim("c-1", "ana", at_s=50))
    made.act(7, claim("c-1", "ben", at_s=60))
    (row,) = made.rows(SUE, at(70))
    assert row.claimed_by == "ben"


def test_an_action_that_returns_with_another_place_counts_once_there() -> None:
    made = recalls((lost("c-1"), "+1"))
    made.act(10**15, claim("c-1", "ana"))
    made.act(7, claim("c-1", "ben"))
    made.act(6, claim("c-1", "ana"))
    (row,) = made.rows(SUE, at(70))
    assert row.claimed_by == "ana"


def test_an_action_that_cannot_be_read_changes_nothing() -> None:
    made = recalls((lost("c-1"), "+1"))
    for data in ({}, {"do": "dance"}, {"do": "snooze", "until_us": "soon"}):
        made.act(7, replace(claim("c-1", "ana"), data=data))
    made.act(8, replace(claim("c-1", "ana"), call_id=None))
    assert made.waiting(SUE, at(70)) == 1


def test_old_callers_leave_the_list_and_then_the_memory() -> None:
    made = recalls((lost("c-1"), "+1"), (talked("c-2", 5), "+2"), days=2)
    late_us = at(0) + 2 * DAY_US + 60_000_000
    assert made.rows(SUE, late_us) == []
    made.prune(late_us)
    assert made.saved(10) == []


def test_beyond_the_limit_the_longest_untouched_leave() -> None:
    made = recalls(*((lost(f"c-{n}", n), f"+{n}") for n in range(5)), callers_max=3)
    assert sorted(numbers(made, SUE)) == ["+2", "+3", "+4"]
    made.replace(talked("t-1", 60), "+2")  # the contact stays with its caller
    for n in range(9):
        made.replace(talked(f"q-{n}", 61 + n), f"+9{n}")
    (row,) = [row for row in made.rows(SUE, at(99)) if row.newest.number == "+2"]
    assert row.closed is not None


def test_one_number_that_calls_all_day_keeps_its_newest_calls() -> None:
    made = recalls(*((lost(f"c-{n}", n * 40), "+1") for n in range(230)))
    (row,) = made.rows(SUE, at(230 * 40))
    assert len(row.attempts) == 200
    assert row.newest.key[1] == "c-229"


def test_a_view_that_begins_later_than_the_known_one_changes_nothing() -> None:
    """The journal was trimmed within the call: its answer is not there any more."""
    made = recalls((lost("c-1"), "+1"), (talked("c-2", 60), "+1"))
    rest = call(event("ended", "c-2", 90))
    made.replace(rest, None)
    (row,) = made.rows(SUE, at(100))
    assert row.closed is not None


def test_what_is_at_stake_is_read_from_the_profile() -> None:
    columns = StakeColumns(
        matter=("tickets.subject", "opportunities.name"),
        money=("opportunities.amount", "balance.overdue"),
        currencies={"opportunities.amount": "EUR"},
    )
    made = recalls((lost("c-1"), "+1"), columns=columns)
    key = lost("c-1").key
    made.know(key, profile(rows=[{"subject": "Pump leaks"}, {"subject": "Invoice"}]))
    (row,) = made.rows(SUE, at(100))
    stake = row.stake
    assert (stake.name, stake.company) == ("Ada", "Ada Ltd")
    assert (stake.matter, stake.matters) == ("Pump leaks", 2)
    assert (stake.amount, stake.currency) == ("120.50", "GBP")
    amounts = ("1000", 250.5, "unknown")
    made.know(key, profile(amounts=[{"amount": each} for each in amounts]))
    (row,) = made.rows(SUE, at(100))
    stake = row.stake
    assert (stake.amount, stake.currency) == ("1250.5", "EUR")
    assert stake.amount_of == "opportunities.amount"
    made.replace(lost("c-1"), "+1")  # a further event of the call
    assert made.rows(SUE, at(100)) == [row]


def profile(
    rows: Iterable[dict[str, object]] = (), amounts: Iterable[dict[str, object]] = ()
) -> Profile:
    def field(value: str) -> Field:
        return Field(value=value, source="erp", fetched_at="", state=FRESH)

    ref = CandidateRef(source="crm", key="1")
    ada = Candidate(ref=ref, name="Ada", company="Ada Ltd", confidence=1, why="so")
    owed = {"overdue": field("120.50"), "currency": field("GBP")}
    return Profile(
        candidates=(ada,),
        chosen=ref,
        facets={
            "tickets": Facet(state=FRESH, rows=tuple(rows)),  # type: ignore[arg-type]
            "opportunities": Facet(state=FRESH, rows=tuple(amounts)),  # type: ignore[arg-type]
            "balance": Facet(state=FRESH, fields=owed),
        },
    )


# -- a call back that an agent promised


def promise(
    name: str, due_s: float, user: str = "ana", at_s: float = 60
) -> ActionRecord:
    until_us = at(due_s) if due_s else 0
    return ActionRecord(
        action="recall", action_id=f"{name}/{user}/{at_s}", at_us=at(at_s), user=user,
        line="main", call_id=CallId(name),
        data={"do": "promise", "until_us": str(until_us)},
    )  # fmt: skip


def test_a_promise_is_known_by_number_until_someone_talks_with_them() -> None:
    made = recalls((talked("c-1", 10), "+1"))
    made.act(1, promise("c-1", 500))
    assert "+1" in made.promising
    open_now = made.promise_of("+1")
    assert open_now is not None
    assert (open_now.due_us, open_now.by) == (at(500), "ana")
    assert (made.waiting(ANA, at(100)), made.waiting(ANA, at(500))) == (0, 1)
    made.replace(talked("c-2", 600), "+1")
    assert made.promise_of("+1") is None
    assert made.waiting(SUE, at(700)) == 0


def test_who_promised_sees_the_row_whatever_their_queues_are() -> None:
    made = recalls((lost("c-0"), "+1"), (talked("c-1", 40), "+1"))
    made.act(1, promise("c-1", 50, user="ben"))
    assert numbers(made, BEN) == ["+1"]


def test_a_promise_outlives_the_days_of_the_list_and_a_snapshot() -> None:
    made = recalls((talked("c-1", 10), "+1"), (lost("c-2"), "+2"), days=1)
    made.act(1, promise("c-1", 3 * 86_400))
    other = RecallList(made.settings)
    for part in made.saved(10):
        other.restore(part)
    for each in (made, other):
        each.prune(at(60) + 2 * DAY_US)
        assert len(each) == 1
        assert each.waiting(SUE, at(0) + 3 * DAY_US) == 1
        each.prune(at(60) + 5 * DAY_US)
        assert len(each) == 0


def test_a_promise_that_is_taken_back_leaves_the_list() -> None:
    made = recalls((talked("c-1", 10), "+1"))
    made.act(1, promise("c-1", 50))
    made.act(2, promise("c-1", 0, at_s=61))
    assert made.promise_of("+1") is None
    assert made.waiting(SUE, at(100)) == 0


def test_a_promise_that_we_kept_is_no_caller_called_back() -> None:
    made = recalls((talked("c-1", 10), "+1"))
    made.act(1, promise("c-1", 50))
    ours = replace(talked("o-1", 70), direction=Direction.OUTBOUND)
    made.replace(ours, "+1")
    assert made.waiting(SUE, at(100)) == 0
    assert made.called_back(0, at(1_000)) == {}


def test_of_too_many_promises_those_due_last_leave() -> None:
    calls = [(talked(f"c-{n}", 10 + n), f"+{n}") for n in range(5)]
    made = recalls(*calls, callers_max=3)
    for place, (name, due_s) in enumerate(
        [("c-2", 900), ("c-3", 5_000), ("c-4", 300), ("c-3", 700)]
    ):
        made.act(place, promise(name, due_s, at_s=60 + place))
    assert {*made.promising} == {"+2", "+3", "+4"}
    made.replace(talked("c-9", 90), "+9")
    made.act(9, promise("c-9", 800, at_s=99))
    assert {*made.promising} == {"+3", "+4", "+9"}  # of +2 it was due last
    assert made.promise_of("+2") is None
    made.act(10, promise("c-4", 0, at_s=100))  # taken back: there is room again
    made.replace(talked("c-8", 91), "+8")
    made.act(11, promise("c-8", 99_000, at_s=101))
    assert {*made.promising} == {"+3", "+8", "+9"}


def test_promises_leave_for_no_caller_and_no_action_of_another_row() -> None:
    made = recalls((talked("c-0", 10), "+0"), callers_max=3)
    made.act(0, promise("c-0", 90_000))
    for n in range(1, 9):
        made.replace(lost(f"l-{n}", 20 + n), f"+5{n}")
        made.act(n, claim(f"l-{n}", "ben"))
        made.replace(talked(f"q-{n}", 200 + n), f"+6{n}")
    assert made.promise_of("+0") is not None
    assert sorted(numbers(made, SUE)) == ["+0", "+56", "+57", "+58"]
    other = RecallList(made.settings)
    for part in made.saved(2):
        other.restore(part)
    assert other.promise_of("+0") == made.promise_of("+0")
    assert numbers(other, SUE) == numbers(made, SUE)
