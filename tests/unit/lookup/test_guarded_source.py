"""A source can neither block its askers nor be flooded by them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from decimal import Decimal

import pytest
import virtual_time
from pipeline_doubles import AtOnce, Told, settled
from virtual_time import LoopClock

from screenpop.connector import Busy, Lookup, Row, Scalar, Unavailable
from screenpop.domain.profile import LookupOutcome
from screenpop.lookup.guarded_source import GuardedSource, Result, SourceLimits
from screenpop.support.clock import Clock, FakeClock
from screenpop.support.tasks import TaskOwner

NUMBER = "+442079460958"


class Asker:
    def __init__(self, clock: Clock | None = None, **limits: float):
        self.clock = FakeClock()
        self.source = GuardedSource(
            "erp",
            "ERP",
            SourceLimits(**limits),  # type: ignore[arg-type]
            clock or self.clock,
            TaskOwner("test"),
        )
        self.heard: list[Result] = []

    def ask(self, lookup: Lookup, name: str = "who", **params: Scalar) -> None:
        asked: Mapping[str, Scalar] = params or {"number": NUMBER}
        self.source.ask(name, lookup, asked, self.heard.append)

    @property
    def outcomes(self) -> list[str]:
        return [result.outcome.value for result in self.heard]


async def test_equal_questions_share_one_flight() -> None:
    lookup, asker = Told("number"), Asker()
    asker.ask(lookup)
    asker.ask(lookup)
    await lookup.answer({"id": 1})
    assert len(lookup.asked) == 1
    assert asker.outcomes == ["ok", "ok"]


async def test_different_values_are_different_questions() -> None:
    lookup, asker = Told("number"), Asker()
    asker.ask(lookup, number="+1")
    asker.ask(lookup, number="+2")
    await settled()
    assert len(lookup.asked) == 2


async def test_an_empty_answer_is_an_answer() -> None:
    asker = Asker()
    asker.ask(AtOnce(["number"]))
    await settled()
    assert asker.outcomes == ["empty"]


async def test_a_fresh_answer_comes_from_the_cache_until_it_is_old() -> None:
    lookup, asker = AtOnce(["number"], {"id": 1}), Asker(cache_s=15)
    asker.ask(lookup)
    await settled()
    asker.clock.advance(14)
    asker.ask(lookup)
    assert lookup.asked == 1
    asker.clock.advance(2)
    asker.ask(lookup)
    await settled()
    assert lookup.asked == 2
    assert asker.outcomes == ["ok", "ok", "ok"]


async def test_a_failure_shows_the_older_answer_as_stale_and_says_why() -> None:
    lookup, asker = Told("number"), Asker(cache_s=0)
    asker.ask(lookup)
    await lookup.answer({"id": 1})
    asker.clock.advance(60)
    asker.ask(lookup)
    await lookup.fail(Unavailable("it is down"))
    stale = asker.heard[-1]
    assert stale.outcome is LookupOutcome.STALE
    assert stale.rows == ({"id": 1},)
    assert (stale.message, stale.detail) == ("ERP cannot answer now", "it is down")


async def test_a_source_that_keeps_failing_is_left_alone_then_tried_once() -> None:
    lookup = Told("number")
    asker = Asker(breaker_failures=2, breaker_open_s=10, cache_s=0)
    for _ in range(2):
        asker.ask(lookup)
        await lookup.fail(Unavailable("down"))
    asker.ask(lookup)
    assert len(lookup.asked) == 2
    assert asker.heard[-1].message == "ERP keeps failing; next try in 10 s"
    asker.clock.advance(10.1)
    asker.ask(lookup, number="+1")
    asker.ask(lookup, number="+2")
    await lookup.answer({"id": 1})
    assert len(lookup.asked) == 3
    assert asker.outcomes[-2:] == ["failed", "ok"]


async def test_places_are_limited_and_so_is_the_queue_for_them() -> None:
    lookup = Told("number")
    asker = Asker(concurrency=1, waiting_max=1)
    asker.ask(lookup, number="+1")
    await settled()
    asker.ask(lookup, number="+2")
    await settled()
    asker.ask(lookup, number="+3")
    assert len(lookup.asked) == 1
    assert asker.outcomes == ["failed"]
    assert "asked by too many at once" in (asker.heard[0].message or "")
    await lookup.answer()
    assert len(lookup.asked) == 2


class Slow(Lookup):
    """Takes its time over each question."""

    needs = frozenset({"number"})

    def __init__(self, takes_s: float):
        self.takes_s = takes_s
        self.asked = 0

    async def fetch(self, params: Mapping[str, Scalar]) -> Sequence[Row]:
        self.asked += 1
        await asyncio.sleep(self.takes_s)
        return ({"id": 1},)


def test_waiting_for_a_place_is_no_failure_of_the_source() -> None:
    async def story() -> None:
        lookup, asker = Slow(0.1), Asker(LoopClock(), concurrency=1, timeout_ms=150)
        for number in range(8):
            asker.ask(lookup, number=f"+{number}")
        await asyncio.sleep(1)
        assert asker.outcomes[0] == "ok"
        assert asker.outcomes.count("timed_out") >= 5
        busy = "ERP is busy with other lookups: no answer within 0.15 s"
        assert (asker.heard[-1].message or "").startswith(busy)
        assert not asker.source.breaker.is_open
        assert asker.source.failure is None
        asker.ask(lookup, number="+9")
        await asyncio.sleep(0.2)
        assert asker.outcomes[-1] == "ok"

    virtual_time.run(story())


def test_what_nobody_waits_for_any_more_is_not_asked() -> None:
    async def story() -> None:
        lookup, asker = Slow(0.4), Asker(LoopClock(), concurrency=1, timeout_ms=300)
        for number in range(5):
            asker.ask(lookup, number=f"+{number}")
        await asyncio.sleep(2)
        assert lookup.asked == 1

    virtual_time.run(story())


def test_a_source_that_hangs_is_paused_however_many_wait_for_it() -> None:
    async def story() -> None:
        clock = LoopClock()
        asker = Asker(clock, concurrency=1, timeout_ms=100, breaker_failures=3)
        lookup = Slow(60)
        for number in range(40):
            asker.ask(lookup, number=f"+{number}")
            await asyncio.sleep(0.03)
        assert asker.source.breaker.is_open

    virtual_time.run(story())


def test_who_joins_a_flight_late_has_a_whole_deadline_too() -> None:
    async def story() -> None:
        clock = LoopClock()
        asker = Asker(clock, timeout_ms=300)
        lookup = Told("number")
        asker.ask(lookup)
        await asyncio.sleep(0.25)
        asker.ask(lookup)
        await asyncio.sleep(0.1)
        assert asker.outcomes == ["timed_out"]
        await asyncio.sleep(0.1)
        assert len(lookup.asked) == 2
        lookup.forget_the_first()
        await lookup.answer({"id": 1})
        assert asker.outcomes == ["timed_out", "ok"]

    virtual_time.run(story())


def test_a_late_joiner_hears_at_its_own_deadline() -> None:
    async def story() -> None:
        asker = Asker(LoopClock(), timeout_ms=300)
        lookup = Told("number")
        asker.ask(lookup)
        await asyncio.sleep(0.25)
        asker.ask(lookup)
        await asyncio.sleep(0.29)
        assert asker.outcomes == ["timed_out"]
        await asyncio.sleep(0.02)
        assert asker.outcomes == ["timed_out", "timed_out"]
        assert asker.heard[1].message == "ERP did not answer within 0.3 s"

    virtual_time.run(story())


async def test_a_source_that_asks_for_rest_gets_it_and_no_failure_is_counted() -> None:
    lookup = Told("number")
    asker = Asker(breaker_failures=1, cache_s=0, pause_max_s=60)
    asker.ask(lookup)
    await lookup.fail(Unavailable("429", retry_after_s=20))
    assert not asker.source.breaker.is_open
    asker.clock.advance(19)
    asker.ask(lookup)
    assert asker.heard[-1].message == "ERP asked to be asked less; next try in 1 s"
    asker.clock.advance(1.1)
    asker.ask(lookup, number="+1")
    asker.ask(lookup, number="+2")
    await lookup.answer({"id": 1})
    await lookup.answer({"id": 2})
    assert asker.outcomes == ["failed", "failed", "ok", "ok"]


async def test_a_rest_has_a_limit() -> None:
    lookup, asker = Told("number"), Asker(cache_s=0, pause_max_s=60)
    asker.ask(lookup)
    await lookup.fail(Unavailable("429", retry_after_s=86_400))
    assert asker.source.breaker.retry_in_s == 60


async def test_a_limit_of_ours_is_no_failure_of_the_source() -> None:
    lookup, asker = Told("number"), Asker(breaker_failures=1, cache_s=0)
    asker.ask(lookup)
    await lookup.fail(Busy("all connections are busy", brief="is busy"))
    assert not asker.source.breaker.is_open
    assert asker.heard[-1].message == "ERP is busy"
    assert asker.source.failure is None


async def test_a_question_that_cannot_be_answered_does_not_open_the_breaker() -> None:
    lookup, asker = Told("number"), Asker(breaker_failures=1, cache_s=0)
    asker.ask(lookup)
    await lookup.fail(Unavailable("a key of another type", blames_source=False))
    assert asker.outcomes == ["failed"]
    assert not asker.source.breaker.is_open
    assert asker.source.failing.lookups == ("who",)


async def test_a_cached_answer_ages_though_the_system_clock_goes_back() -> None:
    lookup, asker = AtOnce(["number"], {"id": 1}), Asker(cache_s=15)
    asker.ask(lookup)
    await settled()
    asker.clock.set_back(3600)
    asker.clock.advance(16)
    asker.ask(lookup)
    await settled()
    assert lookup.asked == 2


async def test_an_outage_is_logged_once_and_so_is_its_end(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "screenpop.lookup")
    asker = Asker(cache_s=0, breaker_failures=100)
    balance, terms = Told("number"), Told("number")
    for _ in range(3):
        asker.ask(balance, name="balance")
        await balance.fail(Unavailable("no table account"))
        asker.ask(terms, name="terms")
        await terms.fail(Unavailable("no table terms"))
    asker.clock.advance(4)
    for name, lookup in (("balance", balance), ("terms", terms)):
        asker.ask(lookup, name=name)
        await lookup.answer({"id": 1})
    assert caplog.messages == [
        "source erp is away: lookup balance: no table account",
        "source erp is back after 4.0 s and 6 failures",
    ]


async def test_a_lookup_that_always_fails_is_not_logged_at_each_call(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "screenpop.lookup")
    asker = Asker(cache_s=0)
    wrong, right = Told("number"), Told("number")
    for _ in range(4):
        asker.ask(wrong, name="wrong")
        await wrong.fail(Unavailable("no such column: opn"))
        asker.ask(right, name="right")
        await right.answer({"id": 1})
    assert caplog.messages == ["source erp is away: lookup wrong: no such column: opn"]


class Odd(Lookup):
    """Answers what no journal can hold."""

    needs = frozenset({"number"})

    def __init__(self, *rows: object):
        self.rows = rows

    async def fetch(self, params: Mapping[str, Scalar]) -> Sequence[Row]:
        return self.rows  # type: ignore[return-value]


async def test_what_a_connector_answers_is_made_fit_for_the_journal() -> None:
    asker = Asker()
    asker.ask(Odd({"name": "half \ud83d", "open": Decimal("1.50"), "n": 2**80}))
    await settled()
    (row,) = asker.heard[0].rows
    assert row == {"name": "half \ufffd", "open": "1.50", "n": str(2**80)}


async def test_rows_without_columns_are_a_defect_that_is_said() -> None:
    asker = Asker()
    asker.ask(Odd("no row"))
    await settled()
    assert asker.outcomes == ["failed"]
    assert "a row is a str" in (asker.heard[0].detail or "")
