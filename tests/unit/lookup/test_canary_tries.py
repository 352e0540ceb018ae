"""What happens when a source does not know its canary callers as it should?"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, ClassVar

import pytest
from key_effects import NUMBER, built
from pydantic import ConfigDict

from screenpop.connector import (
    Connector,
    Lookup,
    LookupOptions,
    Row,
    SourceOptions,
    Unavailable,
)
from screenpop.journal.base import START
from screenpop.lookup.canary_tries import AGAIN_US
from screenpop.lookup.source_states import CanariesSeen, SourceStates, problems_of
from screenpop.node.canary_watch import try_due
from screenpop.node.gauges import show_sources
from screenpop.node.node import Service
from screenpop.support.clock import FakeClock

OTHER = "+442079460111"


class Options(SourceOptions):
    model_config = ConfigDict(extra="ignore")


class Moody(Connector[Options, LookupOptions]):
    """Answers `rows`, or raises `error`."""

    name = "moody"
    source_options = Options
    lookup_options = LookupOptions
    rows: ClassVar[list[Row]] = []
    error: ClassVar[Exception | None] = None
    asked: ClassVar[list[str]] = []

    def lookup(self, name: str, options: LookupOptions) -> Lookup:
        return Question(name)


class Question(Lookup):
    needs = frozenset({"number"})

    def __init__(self, name: str):
        self.name = name

    async def fetch(self, params: Any) -> list[Row]:
        Moody.asked.append(self.name)
        if Moody.error is not None:
            raise Moody.error
        return Moody.rows


@pytest.fixture(autouse=True)
def in_a_good_mood(monkeypatch: pytest.MonkeyPatch) -> None:
    ada: Row = {"key": "7", "name": "Ada", "open": "12.50"}
    monkeypatch.setattr(Moody, "rows", [ada])
    monkeypatch.setattr(Moody, "error", None)
    monkeypatch.setattr(Moody, "asked", [])


@asynccontextmanager
async def moody(
    folder: Path, clock: FakeClock | None = None, **more: Any
) -> AsyncIterator[Service]:
    """An ERP that must know a caller and their balance, and another source."""
    canaries = {"numbers": [NUMBER], "expect": ["balance.open"]}
    source = {"connector": "moody", "cache_s": 0, "stale_s": 0}
    config = {
        "sources": {"erp": {**source, "canaries": canaries}, "other": source},
        "lookups": {
            "who": {"source": "erp", "facet": "identity", "kind": "identity"},
            "owed": {"source": "erp", "facet": "balance"},
            "news": {"source": "other", "facet": "tickets"},
        },
        **more,
    }
    async with built(
        folder, clock=clock or FakeClock(), find=lambda name: Moody, **config
    ) as service:
        yield service


async def seen(service: Service) -> CanariesSeen:
    await try_due(service.lookups)
    shown = SourceStates(service.loaded, service.lookups.sources, str).shown()
    (erp,) = (each for each in shown if each.source == "erp")
    assert erp.canaries is not None
    return erp.canaries


def gauges(service: Service) -> dict[str, float]:
    show_sources(service.metrics, service.lookups.sources)
    (family,) = service.metrics.canaries.collect()
    return {x.labels["outcome"]: x.value for x in family.samples}


def ready(service: Service) -> list[str]:
    found = problems_of(service.lookups.sources)
    return [each.message for each in found if "canary" in each.message]


async def test_one_that_is_found_is_no_call_and_asks_its_source_alone(
    tmp_path: Path,
) -> None:
    async with moody(tmp_path) as service:
        (one,) = (await seen(service)).results
        assert (one.outcome, one.missing, one.why) == ("found", (), None)
        assert sorted(Moody.asked) == ["owed", "who"]
        assert await service.journal.read(START) == []
        assert len(service.follower.book) == len(service.lookups.calls) == 0
        (lookups,) = service.metrics.lookup_s.collect()
        assert lookups.samples == []
        assert service.metrics.profile_s.count == 0
        assert gauges(service)["found"] == 1
        assert ready(service) == []


@pytest.mark.parametrize(
    ("rows", "error", "outcome", "said"),
    [
        ([], None, "not_found", "canary caller +4420…58: not found"),
        (
            [{"key": "7", "name": "Ada", "open": None}],
            None,
            "incomplete",
            "canary caller +4420…58: found without balance.open",
        ),
        (
            [],
            Unavailable("its disk is full. Make room."),
            "failed",
            ": its disk is full. Make room.",
        ),
        (
            [],
            ZeroDivisionError("x / 0"),
            "failed",
            "canary caller +4420…58: no answer: ",
        ),
    ],
)
async def test_one_that_fails_is_seen_everywhere_until_it_is_found_again(
    tmp_path: Path,
    rows: list[Row],
    error: Exception | None,
    outcome: str,
    said: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock, rules = FakeClock(), {"it": {"number": "source_failing", "for_s": 0}}
    good = Moody.rows
    async with moody(tmp_path, clock, alerts={"rules": rules}) as service:
        Moody.rows, Moody.error = rows, error
        with caplog.at_level(logging.WARNING, "screenpop.lookup.canaries"):
            (one,) = (await seen(service)).results
            assert one.outcome == outcome
            assert gauges(service)[outcome] == 1
            assert said in ready(service)[0]
            assert service.alerting.sources()["erp"] == "failing"
            assert service.alerting.sources()["other"] == "unasked"
            clock.advance(AGAIN_US / 1e6 - 1)
            asked = len(Moody.asked)
            await try_due(service.lookups)
            assert len(Moody.asked) == asked
            clock.advance(1)
            await try_due(service.lookups)
            assert len(Moody.asked) > asked
            mine = "screenpop.lookup.canaries"
            logged = [x.getMessage() for x in caplog.records if x.name == mine]
            assert len(logged) == 1, "a lasting failure is logged once"
            assert said in logged[0]
            assert NUMBER not in caplog.text
            Moody.rows, Moody.error = good, None
            clock.advance(AGAIN_US / 1e6)
            assert (await seen(service)).results[0].outcome == "found"
            assert ready(service) == []
            assert service.alerting.sources()["erp"] == "working"
            assert "all canary callers are found again" in caplog.text


async def test_a_source_without_any_has_no_series(tmp_path: Path) -> None:
    async with moody(tmp_path) as service:
        await try_due(service.lookups)
        gauges(service)
        for gauge in (service.metrics.canaries, service.metrics.canaries_tried_at):
            (family,) = gauge.collect()
            assert {x.labels["source"] for x in family.samples} == {"erp"}
        service.lookups.sources.canaries.tried.clear()
        assert gauges(service) == {}


async def test_results_of_other_settings_are_forgotten(tmp_path: Path) -> None:
    async with moody(tmp_path) as service:
        await try_due(service.lookups)
        canaries = service.lookups.sources.canaries
        assert list(canaries.tried) == ["erp"]
        canaries.forget_others({})
        assert canaries.tried == {}
