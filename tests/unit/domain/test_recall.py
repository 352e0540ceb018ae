from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace
from unit.wallboard.wallboard_story import at, call, event

from screenpop.domain.agent import UserId
from screenpop.domain.call import Call, CallEvent, Direction
from screenpop.domain.opening_hours import OpeningHours, span_of
from screenpop.domain.recall import (
    Doing,
    RecallAction,
    RecallCall,
    RecallRow,
    RecallRules,
    RowState,
    Saying,
    recall_call,
    rows_of,
    urgency,
)
from screenpop.domain.stake import Stake

NUMBER = "+442079460958"
S = 1_000_000
QUEUED = event("queued", queue="sales")
ANA, BEN = UserId("ana"), UserId("ben")
RULES = RecallRules()
CLOSED = RecallRules(hours=OpeningHours(zone=ZoneInfo("UTC"), week=tuple([()] * 7)))


def said(*events: CallEvent, rules: RecallRules = RULES) -> RecallCall | None:
    return recall_call(call(*events), NUMBER, rules)


def outbound(*events: CallEvent) -> Call:
    return call(*(replace(each, direction=Direction.OUTBOUND) for each in events))


def attempt(name: str, seconds: float, kind: str = "abandoned") -> RecallCall:
    it = event("queued", name, seconds, queue="sales")
    end = event("ended", name, seconds + 30, outcome=None)
    found = said(it, end)
    assert found is not None
    return replace(found, kind=kind)


def contact(name: str, seconds: float, who: UserId = ANA) -> RecallCall:
    it = replace(
        event("answered", name, seconds, agents=("1001",)), people={"1001": (who,)}
    )
    found = said(it)
    assert found is not None
    assert found.says is Saying.CONTACT
    return found


def tried(name: str, seconds: float) -> RecallCall:
    made = outbound(event("arrived", name, seconds), event("ended", name, seconds + 9))
    found = recall_call(made, NUMBER, RULES)
    assert found is not None
    return found


def did(
    what: str, on: RecallCall, who: UserId = ANA, at_s: float = 100, **more: object
) -> RecallAction:
    return RecallAction(
        key=on.key, action_id=f"{what}/{who}/{at_s}", do=Doing(what), user=who,
        at_us=at(at_s), **more,  # type: ignore[arg-type]
    )  # fmt: skip


def rows(*calls: RecallCall, actions: tuple[RecallAction, ...] = ()) -> list[RecallRow]:
    return rows_of(calls, actions, RULES)


def states(found: list[RecallRow], at_s: float = 200) -> list[str]:
    return [row.state(at(at_s), RULES).value for row in found]


# -- what does one call say?


@pytest.mark.parametrize(
    ("events", "kind"),
    [
        ((QUEUED, event("ended", seconds=30)), "abandoned"),
        ((event("alerting", agents=("1001",)), event("ended", seconds=30)), "missed"),
        ((QUEUED, event("ended", seconds=2, outcome="voicemail")), "voicemail"),
        ((QUEUED, event("ended", seconds=2, outcome="callback")), "callback"),
    ],
)  # fmt: skip
def test_a_call_that_reached_no_one_is_an_attempt(
    events: tuple[CallEvent, ...], kind: str
) -> None:
    found = said(*events)
    assert found is not None
    assert (found.says, found.kind, found.out_of_hours) == ("attempt", kind, False)


@pytest.mark.parametrize(
    "events",
    [
        (event("queued", queue="sales"), event("ended", seconds=4)),  # short
        (event("alerting", agents=("1001",)), event("ended", seconds=4)),
        (event("arrived"), event("ended", seconds=40)),  # left in a menu
        (QUEUED, event("ended", seconds=40, outcome="rejected")),
        (event("queued", queue="sales"),),  # waits still
    ],
)  # fmt: skip
def test_these_are_not_attempts(events: tuple[CallEvent, ...]) -> None:
    assert said(*events) is None


@pytest.mark.parametrize("kind", [None, "rejected", "voicemail"])
def test_out_of_hours_each_unanswered_call_is_an_attempt(kind: str | None) -> None:
    found = said(
        event("arrived"), event("ended", seconds=1, outcome=kind), rules=CLOSED
    )
    assert found is not None
    assert found.out_of_hours
    assert found.kind in ("missed", "voicemail")


def test_a_call_without_a_number_or_between_colleagues_says_nothing() -> None:
    made = call(event("queued", queue="sales"), event("ended", seconds=30))
    assert recall_call(made, None, RULES) is None
    assert (
        recall_call(replace(made, direction=Direction.INTERNAL), NUMBER, RULES) is None
    )


def test_an_answer_is_a_contact_before_the_call_ends_and_says_who() -> None:
    found = contact("c-2", 50)
    assert (found.kind, found.by, found.at_us) == ("got_through", (ANA,), at(50))


def test_a_call_of_ours_is_a_contact_or_a_try() -> None:
    answered = outbound(event("answered", agents=("1001",)), event("ended", seconds=9))
    found = recall_call(answered, NUMBER, RULES)
    assert found is not None
    assert (found.says, found.kind) == ("contact", "called_back")
    assert tried("t-1", 0).says is Saying.TRY


def test_opening_hours_are_those_of_the_zone() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    week = ([span_of("08:00-18:00")],) * 5 + ((), ())
    hours = OpeningHours(zone=berlin, week=week)
    saturday_us = at(0)  # 21 November 2026
    day_us = 86_400 * S
    assert not hours.covers(saturday_us)
    assert hours.covers(saturday_us - day_us)  # Friday 10:00 in Berlin
    assert not hours.covers(saturday_us - day_us + 8 * 3600 * S)  # 18:00


@pytest.mark.parametrize(
    "text", ["18:00-08:00", "8-18", "08:00", "08:00-24:30", "08:61-09:00"]
)
def test_a_span_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        span_of(text)


# -- which rows do they make?


def test_attempts_of_one_caller_are_one_row() -> None:
    (row,) = rows(attempt("c-1", 0), attempt("c-2", 40), tried("t-1", 90))
    assert len(row.attempts) == 2
    assert len(row.tries) == 1
    assert states([row]) == ["waiting"]


def test_a_row_closes_when_the_caller_gets_through_and_says_by_whom() -> None:
    (row,) = rows(contact("c-2", 90), attempt("c-1", 0))
    assert row.closed is not None
    assert (row.closed.how, row.closed.by) == ("got_through", (ANA,))


def test_who_calls_again_in_vain_afterwards_waits_again() -> None:
    found = rows(attempt("c-1", 0), contact("c-2", 90), attempt("c-3", 150))
    assert states(found) == ["closed", "waiting"]


def test_a_contact_before_the_attempt_closes_nothing() -> None:
    assert states(rows(contact("c-1", 0), attempt("c-2", 90))) == ["waiting"]


def test_a_claim_keeps_others_off_until_it_ends() -> None:
    one = attempt("c-1", 0)
    claim, other = did("claim", one), did("claim", one, BEN, at_s=101)
    (row,) = rows(one, actions=(claim, other))
    assert row.claimed_by == ANA
    late = did("claim", one, BEN, at_s=100 + RULES.claim_us / S)
    (row,) = rows(one, actions=(claim, late))
    assert row.claimed_by == BEN


def test_a_claim_ends_by_itself() -> None:
    one = attempt("c-1", 0)
    (row,) = rows(one, actions=(did("claim", one),))
    end_us = at(100) + RULES.claim_us
    assert row.state(end_us - 1, RULES) is RowState.CLAIMED
    assert row.state(end_us, RULES) is RowState.WAITING


def test_only_who_claimed_it_releases_it_or_a_supervisor() -> None:
    one = attempt("c-1", 0)
    claim = did("claim", one)
    (row,) = rows(one, actions=(claim, did("release", one, BEN, at_s=101)))
    assert row.claimed_by == ANA
    (row,) = rows(one, actions=(claim, did("release", one, BEN, at_s=101, forced=True)))
    assert row.claimed_by is None


def test_a_snoozed_row_comes_back_at_its_time_or_when_the_caller_calls() -> None:
    one, two = attempt("c-1", 0), attempt("c-2", 150)
    snooze = did("snooze", one, until_us=at(500))
    assert states(rows(one, actions=(snooze,))) == ["snoozed"]
    assert states(rows(one, actions=(snooze,)), at_s=500) == ["waiting"]
    assert states(rows(one, two, actions=(snooze,))) == ["waiting"]


def test_a_row_is_closed_up_to_the_attempt_that_the_person_saw() -> None:
    one, two = attempt("c-1", 0), attempt("c-2", 50)
    done = did("close", one, reason="settled")
    first, second = rows(one, tried("t-1", 20), two, tried("t-2", 70), actions=(done,))
    assert first.closed is not None
    assert (first.closed.how, first.closed.by) == ("settled", (ANA,))
    assert [x.key[1] for x in first.tries] == ["t-1"]
    assert [x.key[1] for x in second.attempts] == ["c-2"]
    assert [x.key[1] for x in second.tries] == ["t-2"]
    assert states([first, second]) == ["closed", "waiting"]


def test_what_was_done_to_a_closed_row_changes_nothing() -> None:
    one = attempt("c-1", 0)
    close = did("close", one, reason="settled")
    (row,) = rows(one, actions=(close, did("claim", one, BEN, at_s=110)))
    assert (row.claimed_by, row.state(at(120), RULES)) == (None, RowState.CLOSED)


def test_an_action_on_a_call_that_was_answered_after_all_changes_nothing() -> None:
    one, two = attempt("c-1", 0), attempt("c-9", 10)
    assert states(rows(two, actions=(did("close", one, reason="other"),))) == [
        "waiting"
    ]


def in_order(found: list[RecallRow], now_us: int) -> list[RecallRow]:
    return sorted(found, key=lambda row: urgency(row, now_us))


def test_the_order_is_the_stated_one() -> None:
    asked = rows(attempt("c-1", 90, kind="callback"))[0]
    often = rows(attempt("c-2", 50), attempt("c-3", 60))[0]
    rich = rows(replace(attempt("c-4", 30), stake=Stake(amount="900.00")))[0]
    poor = rows(replace(attempt("c-5", 10), stake=Stake(amount="20.00")))[0]
    old, new = rows(attempt("c-6", 0))[0], rows(attempt("c-7", 5))[0]
    ordered = [asked, often, rich, poor, old, new]
    assert in_order([new, poor, often, old, asked, rich], at(1_000)) == ordered


# -- a call back that an agent promised for a time


def promised(on: RecallCall, until_s: float, at_s: float = 20) -> RecallAction:
    return did("promise", on, at_s=at_s, until_us=at(until_s) if until_s else 0)


def test_a_promised_call_back_waits_for_its_time() -> None:
    talk = contact("c-1", 10)
    found = rows(talk, actions=(promised(talk, 500),))
    assert [x.promise and x.promise.by for x in found] == [(ANA,)]
    assert states(found) == ["snoozed"]
    assert states(found, at_s=500) == ["waiting"]


def test_the_newest_promise_counts_and_can_be_taken_back() -> None:
    talk = contact("c-1", 10)
    first, second = promised(talk, 500), promised(talk, 900, at_s=30)
    (row,) = rows(talk, actions=(first, second))
    assert row.shown_again_us == at(900)
    assert rows(talk, actions=(first, second, promised(talk, 0, at_s=40))) == []


@pytest.mark.parametrize("later", [contact("c-2", 600), contact("c-2", 100)])
def test_the_next_talk_closes_a_promise(later: RecallCall) -> None:
    talk = contact("c-1", 10)
    found = rows(talk, later, actions=(promised(talk, 500),))
    assert states(found, at_s=700) == ["closed"]


def test_the_call_in_which_it_was_promised_does_not_close_it() -> None:
    talk = contact("c-1", 50)  # its line's clock is ahead of ours
    assert states(rows(talk, actions=(promised(talk, 500, at_s=20),))) == ["snoozed"]


def test_a_caller_who_calls_again_before_the_promised_time_waits_now() -> None:
    talk = contact("c-1", 10)
    found = rows(talk, attempt("c-2", 100), actions=(promised(talk, 500),))
    assert states(found) == ["waiting"]
    assert found[0].promise is not None


def test_a_promise_is_claimed_and_closed_by_hand() -> None:
    talk = contact("c-1", 10)
    made, claim = promised(talk, 150), did("claim", talk, BEN)
    assert states(rows(talk, actions=(made, claim))) == ["claimed"]
    done = did("close", talk, BEN, at_s=160, reason="settled", forced=True)
    assert states(rows(talk, actions=(made, claim, done))) == ["closed"]


def test_a_promise_that_is_due_comes_before_all_others() -> None:
    one, two = contact("c-1", 10), contact("c-2", 20)
    early, late = (
        rows(each, actions=(promised(each, until_s),))[0]
        for each, until_s in ((one, 150), (two, 160))
    )
    asked = rows(attempt("c-3", 0, kind="callback"))[0]
    assert in_order([asked, late, early], at(200)) == [early, late, asked]
    assert in_order([late, asked, early], at(155)) == [early, asked, late]
    assert in_order([late, asked, early], at(140)) == [asked, early, late]
