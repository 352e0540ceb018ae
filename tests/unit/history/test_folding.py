"""What do entries become, what is remembered between batches, and how much of it?"""

from __future__ import annotations

from itertools import count

import pytest

from screenpop.domain.call import (
    AgentId,
    Call,
    CallEvent,
    CallId,
    EventType,
    LineId,
    Scope,
)
from screenpop.domain.call_state import CallLimits
from screenpop.domain.popped import FacetViews
from screenpop.domain.profile import Answer, CandidateRef, LookupOutcome
from screenpop.history import folding as history_batch
from screenpop.history.batch import Batch
from screenpop.history.folding import BatchMaker
from screenpop.journal.base import Entry, Offset
from screenpop.journal.records import (
    ActionRecord,
    AnswersRecord,
    EventRecord,
    Record,
    decode,
)

KEY = (LineId("main"), CallId("c-1"), 0)
ERP = CandidateRef(source="erp", key="c-7")


class Telling:
    """Entries in the journal's order, and the batches they become."""

    def __init__(self) -> None:
        self.maker = BatchMaker("archiver", number_of, CallLimits())
        self.entries: list[Entry] = []
        self._times = count(1)

    def add(self, record: Record) -> None:
        entry = Entry(Offset(len(self.entries) + 1), record)
        self.entries.append(entry)
        self.maker.add(entry)

    def event(
        self,
        type_: EventType,
        *agents: str,
        call_id: str = "c-1",
        scope: Scope = Scope.CALL,
    ) -> None:
        at_us = next(self._times)
        event = CallEvent(
            type=type_,
            line=LineId("main"),
            call_id=CallId(call_id),
            event_id=f"e-{at_us}",
            at_us=at_us,
            received_us=at_us,
            caller="+442079460958",
            agents=tuple(AgentId(agent) for agent in agents),
            scope=scope,
        )
        self.add(EventRecord(event=event))

    def answer(
        self,
        state: LookupOutcome = LookupOutcome.OK,
        chosen: CandidateRef | None = None,
    ) -> None:
        at_us = next(self._times)
        answer = Answer(lookup="balance", source="erp", facet="f", outcome=state)
        self.add(
            AnswersRecord(
                line="main", call_id=KEY[1], round="r", part=at_us, at_us=at_us,
                answers=(answer,), chosen=chosen,
            )
        )  # fmt: skip

    def see(self, **facets: str) -> None:
        at_us = next(self._times)
        self.add(
            ActionRecord(
                action="seen", action_id=str(at_us), at_us=at_us, user="ana",
                line="main", call_id=KEY[1], data=facets,
            )
        )  # fmt: skip

    def choose(self, key: str) -> None:
        at_us = next(self._times)
        data = {"source": "erp", "key": key, "name": key}
        self.add(
            ActionRecord(
                action="choose", action_id=str(at_us), at_us=at_us, user="ana",
                line="main", call_id=KEY[1], data=data,
            )
        )  # fmt: skip

    def take_back(self, key: str, of_us: int, number: str = "") -> None:
        at_us = next(self._times)
        data = {"source": "erp", "key": key, "number": number, "of_us": str(of_us)}
        self.add(
            ActionRecord(
                action="unchoose", action_id=str(at_us), at_us=at_us, user="ana",
                line="main", call_id=KEY[1], data=data,
            )
        )  # fmt: skip

    def finish(self) -> Batch:
        return finished(self.maker)


def ref(key: str) -> CandidateRef:
    return CandidateRef(source="erp", key=key)


def number_of(call: Call) -> str | None:
    return call.caller


def finished(maker: BatchMaker) -> Batch:
    for _ in maker.states():
        pass
    return maker.finish(1_000)


def on_cards(batch: Batch) -> set[tuple[str, str, int]]:
    """(agent, state, since when)"""
    (shown,) = batch.shown
    return {
        (agent, answer.state, at_us)
        for answer in shown.answers
        for agent, at_us in answer.agents.items()
    }


@pytest.fixture
def telling() -> Telling:
    return Telling()


def test_a_whole_call_in_one_batch_is_one_state_with_its_customer(
    telling: Telling,
) -> None:
    telling.event(EventType.ALERTING, "1001")
    telling.answer(chosen=ERP)
    telling.event(EventType.ANSWERED, "1001")
    telling.event(EventType.ENDED)
    batch = telling.finish()
    (state,) = batch.calls
    assert (state.call.phase, state.number) == ("ended", "+442079460958")
    assert state.customer is not None
    assert state.customer.ref == ERP
    assert (len(batch.events), batch.customers, batch.offset) == (3, [], 4)
    assert on_cards(batch) == {("1001", "ok", 2)}


def test_who_left_keeps_the_answer_that_was_on_their_card(telling: Telling) -> None:
    telling.event(EventType.ALERTING, "1001", "1002")
    telling.answer(LookupOutcome.TIMED_OUT)
    telling.event(EventType.ENDED, "1001", scope=Scope.LEG)
    telling.answer(LookupOutcome.OK)
    expected = {("1001", "timed_out", 2), ("1002", "ok", 4)}
    assert on_cards(telling.finish()) == expected
    telling.event(EventType.ALERTING, "1003")
    assert on_cards(telling.finish()) == expected | {("1003", "ok", 5)}


def test_a_former_answer_that_nobody_kept_is_forgotten(telling: Telling) -> None:
    telling.event(EventType.ALERTING, "1001")
    telling.answer(LookupOutcome.TIMED_OUT)
    telling.answer(LookupOutcome.OK)
    (shown,) = telling.finish().shown
    assert [answer.state for answer in shown.answers] == ["ok"]


def test_told_again_after_a_restart_nothing_is_shown_anew(telling: Telling) -> None:
    telling.event(EventType.ALERTING, "1001", "1002")
    telling.answer(LookupOutcome.TIMED_OUT)
    telling.event(EventType.ENDED, "1001", scope=Scope.LEG)
    telling.answer(LookupOutcome.OK, chosen=ERP)
    telling.event(EventType.ENDED)
    batch = telling.finish()
    again = BatchMaker("archiver", number_of, CallLimits())
    assert again.unknown(telling.entries) == {KEY}
    records = [decode("event", event.body.encode()) for event in batch.events]
    events = [record.event for record in records if isinstance(record, EventRecord)]
    again.remember(KEY, events, batch.shown[0].answers, batch.calls[0].customer)
    assert again.unknown(telling.entries) == set()
    for entry in telling.entries:
        again.add(entry)
    repeated = finished(again)
    assert repeated.shown == []
    assert repeated.calls == batch.calls
    assert repeated.offset == batch.offset


def test_the_last_choice_of_a_call_counts_and_those_of_unknown_calls_are_kept(
    telling: Telling,
) -> None:
    telling.choose("1")
    telling.choose("2")
    batch = telling.finish()
    assert batch.calls == []
    assert [customer.ref for customer in batch.customers] == [ref("2")]
    assert batch.customers[0].by_agent


def test_a_choice_that_is_taken_back_leaves_neither_customer_nor_link(
    telling: Telling,
) -> None:
    telling.event(EventType.ALERTING, "1001")
    telling.choose("9")
    telling.finish()
    telling.take_back("9", of_us=77, number="+442079460958")
    batch = telling.finish()
    assert [customer.ref for customer in batch.customers] == [None]
    [unlink] = batch.unlinks
    assert (unlink.ref, unlink.at_us) == (ref("9"), 77)


def test_a_choice_alone_is_told_with_the_call(telling: Telling) -> None:
    telling.event(EventType.ALERTING, "1001")
    telling.finish()
    telling.choose("9")
    batch = telling.finish()
    (state,) = batch.calls
    assert state.customer is not None
    assert (state.customer.ref, batch.customers) == (ref("9"), [])


def test_a_call_that_is_over_is_followed_for_one_more_batch(telling: Telling) -> None:
    telling.event(EventType.ALERTING, "1001", call_id="c-2")
    telling.event(EventType.ALERTING, "1001")
    telling.event(EventType.ENDED)
    telling.finish()
    assert len(telling.maker) == 2
    telling.finish()
    assert telling.maker.unknown(telling.entries) == {KEY}


def test_no_more_calls_are_in_memory_than_the_limit(
    telling: Telling, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history_batch, "FOLLOWED_MAX", 3)
    for n in range(3):
        telling.event(EventType.ALERTING, "1001", call_id=f"c-{n}")
    telling.finish()
    telling.event(EventType.ANSWERED, "1001", call_id="c-0")
    telling.event(EventType.ALERTING, "1001", call_id="c-3")
    telling.finish()
    assert len(telling.maker) == 3
    assert telling.maker.unknown(telling.entries) == {KEY}


def test_what_was_looked_at_is_counted_by_facet_without_a_name(
    telling: Telling,
) -> None:
    telling.event(EventType.ANSWERED, "1001")
    telling.answer()
    telling.see(in_view="f", opened="f g", unopened="")
    telling.event(EventType.ENDED)
    (shown,) = finished(telling.maker).shown
    (answer,) = shown.answers
    assert answer.views == FacetViews(cards=1, in_view=1, opened=1)
    telling.see(unopened="f")  # of the agent whom the call was handed on to
    telling.answer(LookupOutcome.STALE)  # keeps them
    (shown,) = finished(telling.maker).shown
    views = {each.state: each.views for each in shown.answers}
    assert views[LookupOutcome.STALE] == FacetViews(2, 1, 1, 1)


def test_the_call_of_a_card_is_followed_again_to_count_it(telling: Telling) -> None:
    telling.see(opened="f")
    (entry,) = telling.entries
    restarted = BatchMaker("archiver", number_of, CallLimits())
    assert restarted.unknown([entry]) == {KEY}
