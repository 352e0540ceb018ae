"""A call's lookups start when their values exist, and leave as they land."""

from __future__ import annotations

import asyncio
import dataclasses

import pytest
import virtual_time
from key_effects import shows_effect_of
from msgspec.structs import replace
from pipeline_doubles import (
    AtOnce,
    Bench,
    Told,
    by_number,
    candidate,
    planned,
    settled,
)
from virtual_time import LoopClock

from screenpop.connector import Unavailable
from screenpop.domain.errors import ConfigError
from screenpop.domain.profile import CandidateRef
from screenpop.lookup.guarded_source import SourceLimits
from screenpop.lookup.identify import Evidence
from screenpop.lookup.plan import Plan, PlannedLookup
from screenpop.support.clock import FakeClock

NUMBER = "+442079460958"


async def test_a_lookup_by_number_is_asked_at_once() -> None:
    who = Told("number")
    bench = Bench(planned("who", "identity", who, "identity"), number=NUMBER)
    first = bench.start()
    await settled()
    assert first.pending == ("who",)
    assert who.asked == [{"number": NUMBER}]


async def test_a_source_is_asked_when_nothing_more_urgent_is_to_do() -> None:
    who, terms = Told("number"), Told("number")
    bench = Bench(
        planned("who", "identity", who, "identity"),
        planned("terms", "credit_terms", terms, source="credit"),
        number=NUMBER,
    )
    with bench.tools.spare:  # a phone rings
        first = bench.start()
        await settled()
        assert first.pending == ("terms", "who")
        assert (who.asked, terms.asked) == ([], [])
    await settled()
    assert (len(who.asked), len(terms.asked)) == (1, 1)


async def test_a_source_is_not_asked_for_a_call_that_is_over_meanwhile() -> None:
    who = Told("number")
    bench = Bench(planned("who", "identity", who, "identity"), number=NUMBER)
    bench.start()
    bench.run.close()
    await settled()
    assert who.asked == []


async def test_a_lookup_by_customer_waits_for_the_customer() -> None:
    who, balance = Told("number"), Told("customer.id")
    bench = Bench(
        planned("who", "identity", who, "identity"),
        planned("balance", "balance", balance),
        number=NUMBER,
    )
    first = bench.start()
    assert set(first.pending) == {"who", "balance"}
    assert balance.asked == []
    await who.answer({"key": "7", "id": 7, "name": "Ada"})
    assert balance.asked == [{"customer.id": 7}]
    await balance.answer({"open": "12.50"})
    assert bench.answers == {"who": "ok", "balance": "ok"}
    assert bench.records[-1].pending == ()
    assert bench.run.done.is_set()


async def test_the_index_knows_the_customer_without_waiting() -> None:
    balance = Told("customer.id")
    bench = Bench(
        planned("balance", "balance", balance), evidence=[by_number("7")], number=NUMBER
    )
    first = bench.start()
    await settled()
    assert first.chosen is not None
    assert first.chosen.key == "7"
    assert balance.asked == [{"customer.id": "7"}]


async def test_two_customers_on_one_number_are_offered_not_guessed() -> None:
    balance = Told("customer.id")
    bench = Bench(
        planned("balance", "balance", balance),
        evidence=[by_number("7"), by_number("8")],
        number=NUMBER,
    )
    first = bench.start()
    assert [c.ref.key for c in first.candidates] == ["7", "8"]
    assert first.chosen is None
    assert first.pending == ()
    bench.run.choose(first.candidates[1])
    await settled()
    assert balance.asked == [{"customer.id": "8"}]
    assert bench.records[-1].by_agent


async def test_another_choice_asks_anew_and_drops_the_older_answer() -> None:
    balance = Told("customer.id")
    bench = Bench(
        planned("balance", "balance", balance),
        evidence=[by_number("7"), by_number("8")],
        number=NUMBER,
    )
    first = bench.start()
    bench.run.choose(first.candidates[0])
    await settled()
    bench.run.choose(first.candidates[1])
    await settled()
    await balance.answer({"open": "1"})
    assert bench.answers == {}
    await balance.answer({"open": "2"})
    (answer,) = bench.records[-1].answers
    assert answer.rows == ({"open": "2"},)
    assert answer.subject is not None
    assert answer.subject.key == "8"


async def test_a_customer_of_another_source_is_not_asked_about() -> None:
    balance = Told("customer.id")
    lookup = PlannedLookup(
        name="balance",
        source="erp",
        facet="balance",
        kind="fields",
        lookup=balance,
        customers_of=frozenset({"erp"}),
    )
    ours = candidate("7")
    foreign = replace(ours, ref=CandidateRef(source="cards", key="7"))
    evidence = [Evidence(kind="number", candidate=x) for x in (ours, foreign)]
    bench = Bench(lookup, evidence=evidence, number=NUMBER)
    bench.start()
    bench.run.choose(ours)
    await settled()
    bench.run.choose(foreign)
    await settled()
    assert len(balance.asked) == 1
    assert bench.records[-1].pending == ()
    bench.run.choose(ours)
    await balance.answer({"open": "1"})
    assert [a.rows for a in bench.records[-1].answers] == [({"open": "1"},)]


async def test_a_column_of_one_lookup_feeds_the_next() -> None:
    order, items = Told("number"), Told("order.id")
    bench = Bench(
        planned("order", "sales_history", order),
        planned("items", "items", items, "rows"),
        number=NUMBER,
    )
    bench.start()
    await order.answer({"id": 4711})
    assert items.asked == [{"order.id": 4711}]


async def test_answers_of_one_turn_leave_as_one_record() -> None:
    lookups = [
        planned(f"l{i}", f"f{i}", AtOnce(["number"], {"x": i})) for i in range(4)
    ]
    bench = Bench(*lookups, number=NUMBER)
    bench.start()
    await settled()
    assert [len(r.answers) for r in bench.records] == [0, 4]


async def two_known_to_take(seconds: float) -> tuple[Bench, Told, Told]:
    """A second call at two sources, of which the second usually takes that long."""
    clock = FakeClock()
    first, second = Told("number"), Told("number")
    bench = Bench(
        planned("one", "balance", first, source="erp"),
        planned("two", "credit_terms", second, source="credit"),
        clock=clock,
        number=NUMBER,
    )
    bench.start()
    await first.answer({"x": 1})
    clock.advance(seconds)
    await second.answer({"x": 2})
    bench.records.clear()
    bench.run = bench.another(number="+442079460959")
    bench.start()
    await first.answer({"x": 1})
    return bench, first, second


async def test_answers_that_usually_come_at_once_leave_as_one_record() -> None:
    bench, _, second = await two_known_to_take(0.001)
    assert [len(r.answers) for r in bench.records] == [0]
    await second.answer({"x": 2})
    assert [len(r.answers) for r in bench.records] == [0, 2]


async def test_a_source_that_usually_takes_longer_holds_no_answer_back() -> None:
    bench, _, _ = await two_known_to_take(0.5)
    assert [len(r.answers) for r in bench.records] == [0, 1]


async def test_a_fast_source_that_hangs_holds_the_others_back_for_a_moment() -> None:
    bench, _, _ = await two_known_to_take(0.001)
    while len(bench.records) < 2:
        await asyncio.sleep(0)
    assert bench.records[-1].pending == ("two",)


async def test_a_cached_answer_is_known_without_waiting() -> None:
    lookup = AtOnce(["number"], {"x": 1})
    bench = Bench(planned("l", "f", lookup), number=NUMBER)
    bench.start()
    await settled()
    again = bench.another(number=NUMBER)
    first = again.start()
    assert [a.lookup for a in first.answers] == ["l"]
    assert lookup.asked == 1


async def test_an_account_from_the_ivr_that_comes_late_still_counts() -> None:
    by_account = Told("ivr.account")
    bench = Bench(planned("who", "identity", by_account, "identity"), number=NUMBER)
    first = bench.start()
    assert first.pending == ()
    bench.run.learn({"number": NUMBER, "ivr.account": "4711"}, [])
    await by_account.answer({"key": "9", "name": "Ben"})
    assert bench.records[-1].chosen is not None


async def test_what_the_ivr_learns_after_the_deadline_is_looked_up() -> None:
    clock, by_account, terms = FakeClock(), Told("ivr.account"), Told("customer.key")
    bench = Bench(
        planned("who", "identity", by_account, "identity"),
        planned("terms", "credit_terms", terms),
        clock=clock,
        number=NUMBER,
    )
    bench.start()
    clock.advance(25)  # round_deadline_ms is 10 s: the caller types slowly
    bench.run.learn({"number": NUMBER, "ivr.account": "4711"}, [])
    await by_account.answer({"key": "9", "name": "Ben"})
    clock.advance(5)
    await terms.answer({"limit": "100"})
    assert bench.answers == {"who": "ok", "terms": "ok"}


async def test_after_the_round_deadline_no_further_lookup_begins() -> None:
    clock, who, terms = FakeClock(), Told("number"), Told("customer.key")
    bench = Bench(
        planned("who", "identity", who, "identity"),
        planned("terms", "credit_terms", terms),
        clock=clock,
        number=NUMBER,
    )
    bench.start()
    clock.advance(10.1)
    await who.answer({"key": "9", "name": "Ben"})
    assert terms.asked == []


async def test_whom_an_agent_named_stays_when_more_is_learnt_of_the_call() -> None:
    terms = Told("customer.key")
    bench = Bench(planned("terms", "credit_terms", terms), number=NUMBER)
    bench.start()
    bench.run.choose(candidate("77"))
    bench.run.learn({"number": NUMBER, "queue": "sales"}, [])
    await settled()
    assert [c.ref.key for c in bench.run.candidates] == ["77"]
    assert terms.asked == [{"customer.key": "77"}]


async def test_nothing_new_publishes_nothing() -> None:
    bench = Bench(planned("l", "f", Told("number")), number=NUMBER)
    bench.start()
    bench.run.learn({"number": NUMBER}, [])
    await settled()
    assert len(bench.records) == 1


async def test_a_failing_source_says_so_and_costs_the_others_nothing() -> None:
    bad, good = Told("number"), Told("number")
    bench = Bench(
        planned("bad", "credit_terms", bad, source="credit"),
        planned("good", "balance", good),
        number=NUMBER,
    )
    bench.start()
    await good.answer({"open": "1"})
    await bad.fail(Unavailable("it answered 500. Ask its owner."))
    assert bench.answers == {"good": "ok", "bad": "failed"}
    (answer,) = [a for r in bench.records for a in r.answers if a.lookup == "bad"]
    assert answer.message == "CREDIT cannot answer now"
    assert answer.detail == "it answered 500. Ask its owner."


async def test_a_defect_of_a_connector_is_told_as_one() -> None:
    bad = Told("number")
    bench = Bench(planned("bad", "balance", bad), number=NUMBER)
    bench.start()
    await bad.fail(KeyError("secret detail"))
    message = bench.records[-1].answers[0].message
    assert message is not None
    assert "defect" in message
    assert "secret detail" not in message


async def test_a_source_that_hangs_is_told_at_its_deadline() -> None:
    hanging = Told("number")
    bench = Bench(
        planned("slow", "balance", hanging),
        limits=SourceLimits(timeout_ms=1),
        number=NUMBER,
    )
    bench.start()
    await bench.run.done.wait()
    assert bench.answers == {"slow": "timed_out"}


async def test_after_the_end_nothing_is_published() -> None:
    late = Told("number")
    bench = Bench(planned("l", "f", late), number=NUMBER)
    bench.start()
    await settled()
    bench.run.close()
    await late.answer({"x": 1})
    assert len(bench.records) == 1


def test_lookups_that_wait_for_each_other_are_a_configuration_error() -> None:
    with pytest.raises(ConfigError, match="in a circle: a -> b"):
        Plan([planned("a", "f", Told("b.x")), planned("b", "g", Told("a.y"))])


@shows_effect_of("lookups.NAME.again_after_s")
def test_a_search_that_lags_behind_is_asked_once_more_after_the_pop() -> None:
    async def story() -> None:
        who = AtOnce(["number"])
        terms = AtOnce(["customer.key"], {"limit": 5})
        lookup = dataclasses.replace(
            planned("who", "identity", who, "identity"), again_after_s=30
        )
        terms_of = planned("terms", "credit_terms", terms)
        bench = Bench(lookup, terms_of, clock=LoopClock(), number=NUMBER)
        bench.start()
        await settled()
        assert bench.records[-1].candidates == ()
        assert bench.run.done.is_set()  # the card does not wait for it
        await asyncio.sleep(29)
        assert who.asked == 1
        who.rows = ({"key": "41", "name": "Ada"},)  # the service's index has caught up
        await asyncio.sleep(2)
        await settled()
        assert bench.records[-1].chosen == CandidateRef(source="erp", key="41")
        assert terms.asked == 1
        await asyncio.sleep(100)
        assert who.asked == 2

    virtual_time.run(story())


@pytest.mark.parametrize("over", [True, False])
def test_it_is_asked_once_more_only_while_the_call_is_there(over: bool) -> None:
    async def story() -> None:
        who = AtOnce(["number"])
        lookup = dataclasses.replace(
            planned("who", "identity", who, "identity"), again_after_s=30
        )
        bench = Bench(lookup, clock=LoopClock(), number=NUMBER)
        bench.start()
        await settled()
        if over:
            bench.run.close()
        await asyncio.sleep(100)
        assert who.asked == (1 if over else 2)

    virtual_time.run(story())
