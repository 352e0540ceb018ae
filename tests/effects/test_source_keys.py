"""Keys under `sources.NAME`: each changes how the source is asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from key_effects import (
    NUMBER,
    built,
    customers,
    explained,
    loaded,
    shows_effect_of,
    turns,
)
from pipeline_doubles import Told
from pydantic import ConfigDict

from screenpop.connector import (
    Connector,
    ContactRecord,
    Lookup,
    LookupOptions,
    SourceOptions,
    Unavailable,
)
from screenpop.domain.errors import ConfigError
from screenpop.domain.profile import LookupOutcome
from screenpop.lookup.explain import call_from
from screenpop.lookup.guarded_source import GuardedSource, Result
from screenpop.support.clock import FakeClock


class Options(SourceOptions):
    model_config = ConfigDict(extra="ignore")


class Oracle(Connector[Options, LookupOptions]):
    """Its customers can be read; how often is counted."""

    name = "oracle"
    source_options = Options
    lookup_options = LookupOptions
    read = 0

    def lookup(self, name: str, options: LookupOptions) -> Lookup:
        raise NotImplementedError

    def contacts(self) -> AsyncIterator[ContactRecord]:
        return self._contacts()

    async def _contacts(self) -> AsyncIterator[ContactRecord]:
        type(self).read += 1
        yield ContactRecord(key="7", numbers=(NUMBER,), name="Ada")


class Steady(Oracle):
    """Its customers never change."""

    async def contacts_version(self) -> str:
        return "1"


class Asked:
    """One guarded source as the configuration makes it, and what it answered."""

    def __init__(self, guard: GuardedSource, clock: FakeClock):
        self.guard = guard
        self.clock = clock
        self.lookup = Told("number")
        self.results: list[Result] = []

    def ask(self, number: str = NUMBER) -> None:
        self.guard.ask("who", self.lookup, {"number": number}, self.results.append)

    @property
    def outcomes(self) -> list[LookupOutcome]:
        return [result.outcome for result in self.results]

    async def answered(self, number: str = NUMBER) -> None:
        self.ask(number)
        await self.lookup.answer({"name": number})

    async def failed(self) -> None:
        self.ask()
        await self.lookup.fail(Unavailable("it is away"))


@asynccontextmanager
async def asked(folder: Path, **keys: Any) -> AsyncIterator[Asked]:
    clock = FakeClock()
    erp = {"connector": "oracle", **keys}
    async with built(
        folder, clock=clock, find=lambda name: Oracle, sources={"erp": erp}
    ) as service:
        yield Asked(service.lookups.sources.guards["erp"], clock)


@shows_effect_of("sources.NAME.connector")
def test_an_unknown_connector_is_refused(tmp_path: Path) -> None:
    crm = customers(tmp_path, "7,Ada,020 7946 0958,Leeds")
    loaded(tmp_path, sources={"crm": crm})
    with pytest.raises(ConfigError, match="connector"):
        loaded(tmp_path, sources={"crm": crm | {"connector": "crystal_ball"}})


@shows_effect_of("sources.NAME.enabled")
@pytest.mark.parametrize("enabled", [True, False])
async def test_a_source_that_is_off_is_not_asked(tmp_path: Path, enabled: bool) -> None:
    crm = customers(tmp_path, "7,Ada,020 7946 0958,Leeds") | {"enabled": enabled}
    async with built(tmp_path, sources={"crm": crm}) as service:
        candidates = (await explained(service)).profile.candidates
        assert [each.name for each in candidates] == (["Ada"] if enabled else [])


@shows_effect_of("sources.NAME.label")
async def test_agents_know_a_source_by_its_label(tmp_path: Path) -> None:
    async with asked(tmp_path, label="The old ERP", breaker={"failures": 1}) as erp:
        await erp.failed()
        assert "The old ERP" in str(erp.results[0].message)


@shows_effect_of("sources.NAME.timeout_ms")
@pytest.mark.parametrize(("timeout_ms", "given_up"), [(20, True), (60_000, False)])
async def test_a_source_that_hangs_is_given_up(
    tmp_path: Path, timeout_ms: int, given_up: bool
) -> None:
    async with asked(tmp_path, timeout_ms=timeout_ms) as erp:
        erp.ask()
        try:
            async with asyncio.timeout(5 if given_up else 0.1):
                while not erp.results:
                    await asyncio.sleep(0.005)
        except TimeoutError:
            pass
        assert erp.outcomes == ([LookupOutcome.TIMED_OUT] if given_up else [])


@shows_effect_of("sources.NAME.concurrency")
@pytest.mark.parametrize("limit", [1, 3])
async def test_so_many_questions_are_asked_at_once(tmp_path: Path, limit: int) -> None:
    async with asked(tmp_path, concurrency=limit) as erp:
        for n in range(5):
            erp.ask(f"+4420794609{n}0")
        await turns()
        assert len(erp.lookup.asked) == limit


@shows_effect_of("sources.NAME.waiting_max")
@pytest.mark.parametrize("limit", [1, 4])
async def test_so_many_questions_wait_for_a_place(tmp_path: Path, limit: int) -> None:
    async with asked(tmp_path, concurrency=1, waiting_max=limit) as erp:
        for n in range(6):
            erp.ask(f"+4420794609{n}0")
        await turns()
        assert len(erp.results) == 6 - 1 - limit  # refused at once


@shows_effect_of("sources.NAME.cache_s")
@pytest.mark.parametrize(("cache_s", "times"), [(0, 2), (10, 2), (60, 1)])
async def test_a_fresh_answer_is_not_asked_for_again(
    tmp_path: Path, cache_s: float, times: int
) -> None:
    async with asked(tmp_path, cache_s=cache_s) as erp:
        await erp.answered()
        erp.clock.advance(30)
        erp.ask()
        await turns()
        assert len(erp.lookup.asked) == times


@shows_effect_of("sources.NAME.stale_s")
@pytest.mark.parametrize(
    ("stale_s", "outcome"),
    [(60, LookupOutcome.STALE), (20, LookupOutcome.FAILED)],
)
async def test_an_old_answer_helps_out_for_its_time(
    tmp_path: Path, stale_s: float, outcome: LookupOutcome
) -> None:
    async with asked(tmp_path, cache_s=1, stale_s=stale_s) as erp:
        await erp.answered()
        erp.clock.advance(30)
        await erp.failed()
        assert erp.outcomes == [LookupOutcome.OK, outcome]


@shows_effect_of("sources.NAME.cache_entries")
@pytest.mark.parametrize("limit", [2, 4])
async def test_so_many_answers_are_kept(tmp_path: Path, limit: int) -> None:
    async with asked(tmp_path, cache_entries=limit) as erp:
        for n in range(6):
            await erp.answered(f"+4420794609{n}0")
        assert len(erp.guard.cache) == limit


@shows_effect_of("sources.NAME.breaker.failures")
@pytest.mark.parametrize("limit", [1, 3])
async def test_so_many_failures_open_the_breaker(tmp_path: Path, limit: int) -> None:
    breaker = {"failures": limit}
    async with asked(tmp_path, cache_s=0, breaker=breaker) as erp:
        for done in range(1, 4):
            await erp.failed()
            assert erp.guard.breaker.is_open is (done >= limit)
            if erp.guard.breaker.is_open:
                break


@shows_effect_of("sources.NAME.breaker.open_s")
@pytest.mark.parametrize(("open_s", "again"), [(5, 2), (60, 1)])
async def test_an_open_breaker_lets_one_question_try_again(
    tmp_path: Path, open_s: float, again: int
) -> None:
    breaker = {"failures": 1, "open_s": open_s}
    async with asked(tmp_path, cache_s=0, breaker=breaker) as erp:
        await erp.failed()
        erp.clock.advance(10)
        erp.ask()
        await turns()
        assert len(erp.lookup.asked) == again


@shows_effect_of("sources.NAME.breaker.pause_max_s")
@pytest.mark.parametrize("limit_s", [5, 60])
async def test_a_retry_after_pauses_a_source_no_longer_than_this(
    tmp_path: Path, limit_s: float
) -> None:
    async with asked(tmp_path, cache_s=0, breaker={"pause_max_s": limit_s}) as erp:
        erp.ask()
        await erp.lookup.fail(Unavailable("429", retry_after_s=3600))
        assert erp.guard.breaker.retry_in_s == limit_s


@shows_effect_of("sources.NAME.contacts_every_s")
async def test_customers_are_read_again_in_their_time(tmp_path: Path) -> None:
    async def times(every_s: float) -> int:
        Oracle.read = 0
        erp = {"connector": "oracle", "contacts_every_s": every_s}
        async with built(
            tmp_path, find=lambda name: Oracle, sources={"erp": erp}
        ) as service:
            sources = service.lookups.sources
            await sources.open()
            sources.keep_index()
            async with asyncio.timeout(10):
                while not sources.index.sizes().get("erp") or (
                    every_s < 1 and Oracle.read < 3
                ):
                    await asyncio.sleep(0.01)
            return Oracle.read

    assert await times(600) == 1
    assert await times(0.01) >= 3


@shows_effect_of("sources.NAME.contacts_full_at")
@pytest.mark.parametrize(("at", "times"), [("10:00", 2), ("12:00", 1)])
async def test_all_customers_are_read_once_after_this_hour(
    tmp_path: Path, at: str, times: int
) -> None:
    clock = FakeClock()  # it is nine
    Steady.read = 0
    erp = {"connector": "oracle", "contacts_full_at": at}
    async with built(
        tmp_path, clock=clock, find=lambda name: Steady, sources={"erp": erp}
    ) as service:
        sources = service.lookups.sources
        await sources.open()
        for _ in range(3):
            await sources.read_contacts("erp")
        clock.advance(2 * 3600)
        for _ in range(3):
            await sources.read_contacts("erp")
        assert Steady.read == times


@shows_effect_of("sources.NAME.breaker.pause_max_s")
@pytest.mark.parametrize("limit", [20, 60])
async def test_a_source_gets_so_much_rest_at_most(tmp_path: Path, limit: float) -> None:
    breaker = {"pause_max_s": limit}
    async with asked(tmp_path, cache_s=0, breaker=breaker) as erp:
        erp.ask()
        await erp.lookup.fail(Unavailable("429", retry_after_s=86_400))
        assert erp.guard.breaker.retry_in_s == limit


class Chain(Oracle):
    """Two lookups: the second needs the customer whom the first finds."""

    asked: dict[str, Told]

    def lookup(self, name: str, options: LookupOptions) -> Lookup:
        return type(self).asked[name]


@shows_effect_of("calls.round_deadline_ms")
@pytest.mark.parametrize(("deadline_ms", "goes_on"), [(1_000, False), (9_000, True)])
async def test_a_calls_lookups_are_given_up_in_time(
    tmp_path: Path, deadline_ms: int, goes_on: bool
) -> None:
    clock = FakeClock()
    who, terms = Told("number"), Told("customer.key")
    Chain.asked = {"who": who, "terms": terms}
    config: dict[str, Any] = {
        "calls": {"round_deadline_ms": deadline_ms},
        "sources": {"erp": {"connector": "chain", "timeout_ms": 60_000}},
        "lookups": {
            "who": {"source": "erp", "facet": "identity", "kind": "identity"},
            "terms": {"source": "erp", "facet": "credit_terms", "kind": "fields"},
        },
    }
    async with built(
        tmp_path, clock=clock, find=lambda name: Chain, **config
    ) as service:
        calls = service.lookups.calls
        call = call_from(NUMBER, at_us=clock.now_us(), line="main")
        run = calls.new_run(call, calls.parties(call))
        run.start()
        await turns()
        clock.advance(5)
        await who.answer({"key": "7", "name": "Ada"})
        assert len(terms.asked) == goes_on
        run.close()


@pytest.mark.parametrize("number", ["020 7946 0958", "02079460958", "+442079460958"])
async def test_a_number_that_is_looked_up_by_hand_may_be_national(
    tmp_path: Path, number: str
) -> None:
    crm = customers(tmp_path, "7,Ada,020 7946 0958,Leeds")
    for config in (
        {"server": {"country": "GB"}},
        {"lines": {"main": {"country": "GB", "settings": {"token": "a-secret-token"}}}},
    ):
        async with built(
            tmp_path, sources={"crm": crm | {"country": "GB"}}, **config
        ) as s:
            told = await explained(s, number)
            assert [each.name for each in told.profile.candidates] == ["Ada"]
