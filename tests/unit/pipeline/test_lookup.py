"""A source can neither block its askers nor be flooded by them."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline_doubles import AtOnce, Told, settled

from screenpop.connector import Lookup, Scalar, Unavailable
from screenpop.domain.profile import LookupOutcome
from screenpop.pipeline.lookup import GuardedSource, Result, SourceLimits
from screenpop.support.clock import FakeClock
from screenpop.support.tasks import TaskOwner

NUMBER = "+442079460958"


class Asker:
    def __init__(self, **limits: float):
        self.clock = FakeClock()
        self.source = GuardedSource(
            "erp",
            "ERP",
            SourceLimits(**limits),  # type: ignore[arg-type]
            self.clock,
            TaskOwner("test"),
        )
        self.heard: list[Result] = []

    def ask(self, lookup: Lookup, **params: Scalar) -> None:
        asked: Mapping[str, Scalar] = params or {"number": NUMBER}
        self.source.ask("who", lookup, asked, self.heard.append)

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
