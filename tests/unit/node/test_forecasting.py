"""A forecast from a store, in the process that makes it and from outside of it."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from unit.history.history import call

from screenpop.domain.call import Call, Outcome, Phase, QueueVisit
from screenpop.domain.errors import Unavailable
from screenpop.history.archive import Archive
from screenpop.history.batch import Batch, CallState
from screenpop.history.engine import Database, sqlite_url
from screenpop.history.migrate import upgrade
from screenpop.node.forecast_orders import came_now
from screenpop.node.forecasting import ForecastOrder, forecast_answer, made_apart
from screenpop.planning.asked import ForecastAsked
from screenpop.wallboard.feed import QueueRow, SnapshotData

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 18, 11, 10, tzinfo=LONDON)  # a Wednesday
BY_HOUR = {9: 4, 10: 12, 11: 8, 14: 8, 15: 4}


async def stored(folder: Path, days: int, night_talk_s: int | None = None) -> str:
    """`days` days of calls until now, none at weekends; the URL of the store.

    With `night_talk_s` every fourth is of the queue `night` and talks so long.
    """
    url = sqlite_url(folder / "store.sqlite")
    database = Database(url)
    await database.open()
    try:
        await upgrade(database)
        batch = Batch(consumer="test", at_us=us(NOW))
        for place in range(days + 1):
            batch.calls += [
                CallState(call=each, number=None)
                for each in _calls_of(place, night_talk_s)
            ]
        await Archive(database).write(batch)
    finally:
        await database.close()
    return url


def _calls_of(days_ago: int, night_talk_s: int | None) -> list[Any]:
    midnight = (NOW - timedelta(days=days_ago)).replace(hour=0, minute=0)
    if midnight.weekday() >= 5:
        return []
    moments = [
        midnight + timedelta(hours=hour, minutes=60 / count * place)
        for hour, count in BY_HOUR.items()
        for place in range(count)
    ]
    return [
        _queued(
            f"c-{at:%m%d-%H%M}",
            us(at),
            is_answered=place % 8 > 0,
            queue="night" if is_night else "sales",
            talk_s=night_talk_s if is_night and night_talk_s else 180,
        )
        for place, at in enumerate(moments)
        if at < NOW - timedelta(minutes=10)
        for is_night in [night_talk_s is not None and place % 4 == 1]
    ]


def _queued(
    call_id: str,
    at_us: int,
    *,
    is_answered: bool,
    queue: str = "sales",
    talk_s: int = 180,
) -> Call:
    """Answered after 10 s, or given up after 40 s."""
    left_us = at_us + (10 if is_answered else 40) * 1_000_000
    visit = QueueVisit(
        queue=queue,
        entered_us=at_us,
        left_us=left_us,
        left="answered" if is_answered else "abandoned",
    )
    ended_us = left_us + (talk_s * 1_000_000 if is_answered else 0)
    return call(
        call_id,
        arrived_us=at_us,
        answered_us=left_us if is_answered else None,
        ended_us=ended_us,
        last_event_us=ended_us,
        phase=Phase.ENDED,
        outcome=Outcome.COMPLETED if is_answered else Outcome.ABANDONED,
        visits=(visit,),
        people=(),
    )


def us(at: datetime) -> int:
    return int(at.astimezone(UTC).timestamp()) * 1_000_000


def order(url: str, **asked: Any) -> ForecastOrder:
    goals: dict[str, Any] = {
        "service_level": 0.8,
        "within_s": 20,
        "occupancy_max": 0.85,
    }
    return ForecastOrder(
        asked=ForecastAsked(**goals, abandon_max=0.1, shrinkage=0.3, **asked),
        store_url=url,
        time_zone="Europe/London",
        now_us=us(NOW),
        closed=(date(2026, 11, 20),),
        agents_now=4,
    )


@pytest.fixture(scope="module")
def six_weeks(tmp_path_factory: pytest.TempPathFactory) -> str:
    return asyncio.run(stored(tmp_path_factory.mktemp("history"), 42))


def at(rows: list[dict[str, Any]], start: str) -> dict[str, Any]:
    return next(row for row in rows if row["start"].startswith(start))


async def test_a_forecast_has_bands_errors_and_agents(six_weeks: str) -> None:
    found = await forecast_answer(order(six_weeks, queue="sales"))
    assert found["state"] == "made"
    assert found["method"] == found["errors"][0]["method"]
    assert sum(error["is_baseline"] for error in found["errors"]) == 3
    ten = at(found["rows"], "2026-11-19T10:00+00:00")
    assert ten["expected"] == pytest.approx(6, rel=0.2)
    assert ten["low"] <= ten["expected"] <= ten["high"]
    assert ten["agents"] >= 1
    assert ten["headcount"] > ten["agents"]
    assert ten["came"] is None
    assert found["staffing"]["model"] == "Erlang A"
    night = at(found["rows"], "2026-11-19T03:00")
    assert (night["agents"], night["service_level"]) == (0, None)


async def test_a_closed_day_of_the_configuration_has_no_calls(six_weeks: str) -> None:
    found = await forecast_answer(order(six_weeks))
    assert found["closed"] == (date(2026, 11, 20),)
    assert at(found["rows"], "2026-11-20T10:00")["expected"] == 0


async def test_the_day_so_far_stands_next_to_what_was_planned(six_weeks: str) -> None:
    found = await forecast_answer(order(six_weeks, queue="sales"))
    assert len(found["planned"]) == 48
    assert at(found["planned"], "2026-11-18T10:00")["came"] == 6
    assert at(found["planned"], "2026-11-18T11:00")["came"] is None  # goes on
    assert found["rows"][0]["start"] == "2026-11-18T11:30+00:00"


async def test_calls_that_go_on_are_among_those_that_came(six_weeks: str) -> None:
    asked = order(six_weeks, queue="sales")
    so_far = (await forecast_answer(asked))["came_today"]
    assert so_far > 0
    more = msgspec.structs.replace(asked, came_now=so_far + 2)
    assert (await forecast_answer(more))["came_today"] == so_far + 2


def test_the_wallboard_says_how_many_calls_came_today() -> None:
    board = SnapshotData(
        offset=1, at_us=0, day="2026-11-18", time_zone="UTC", counters=(), agents=(),
        queues=(
            QueueRow(queue="", label="", values={"calls": 5, "direct": 2}),
            QueueRow(queue="sales", label="Sales", values={"offered": 6}),
        ),
    )  # fmt: skip
    assert [came_now(board, each) for each in (None, "sales", "other")] == [7, 6, 0]


async def test_a_past_plan_used_only_what_was_known_before(six_weeks: str) -> None:
    asked = order(six_weeks, queue="sales", as_of=date(2026, 11, 11), days=1)
    found = await forecast_answer(asked)
    assert (found["planned"], found["if_fewer"]) == ([], None)
    assert found["rows"][0]["start"] == "2026-11-11T00:00+00:00"
    assert at(found["rows"], "2026-11-11T10:00")["came"] == 6


async def test_with_fewer_agents_the_service_level_falls(six_weeks: str) -> None:
    found = (await forecast_answer(order(six_weeks)))["if_fewer"]
    assert (found["agents"], found["agents_are"]) == (4, "at_their_telephones")
    assert found["so_far"]["calls"] > 0
    assert [row["away"] for row in found["away"]] == [0, 1, 2, 3, 4]
    by_three = found["ends"].index("2026-11-18T15:00+00:00")
    levels = [row["from_now"][by_three] for row in found["away"]]
    assert levels == sorted(levels, reverse=True)
    assert levels[0] > 0.8 > levels[4] == 0
    assert found["away"][4]["whole_day"][by_three] > 0  # the morning was served


async def test_agents_that_are_asked_for_count(six_weeks: str) -> None:
    found = (await forecast_answer(order(six_weeks, agents=2)))["if_fewer"]
    assert (found["agents"], found["agents_are"]) == (2, "asked")
    of_queue = (await forecast_answer(order(six_weeks, queue="sales")))["if_fewer"]
    assert of_queue["agents_are"] == "needed"


async def test_less_than_four_weeks_is_an_answer(tmp_path: Path) -> None:
    found = await forecast_answer(order(await stored(tmp_path, 20)))
    assert (found["state"], found["days_needed"]) == ("too_short", 28)
    assert "20 days" in found["message"]
    assert found["remedy"]


async def test_a_history_without_calls_is_an_answer(six_weeks: str) -> None:
    found = await forecast_answer(order(six_weeks, queue="no such"))
    assert found["state"] == "too_short"
    assert "no inbound calls of queue no such" in found["message"]


async def test_on_a_weekday_that_is_always_closed_there_is_a_forecast(
    six_weeks: str,
) -> None:
    sunday = NOW + timedelta(days=4)
    asked = msgspec.structs.replace(order(six_weeks, days=1), now_us=us(sunday))
    found = await forecast_answer(asked)
    assert found["state"] == "made"
    assert len(found["rows"]) == len(found["planned"]) == 48
    assert {row["expected"] for row in found["planned"]} == {0}


async def test_its_own_process_gives_the_same_answer(six_weeks: str) -> None:
    apart = await made_apart(order(six_weeks, queue="sales", days=1))
    here = await forecast_answer(order(six_weeks, queue="sales", days=1))
    assert apart["rows"] == here["rows"]
    assert apart["method"] == here["method"]


async def test_a_store_that_is_away_is_a_failure_with_its_cause(tmp_path: Path) -> None:
    (tmp_path / "broken.sqlite").write_bytes(b"no database" * 500)
    with pytest.raises(Unavailable, match=r"the forecast failed: .*broken\.sqlite"):
        await made_apart(order(sqlite_url(tmp_path / "broken.sqlite")))


async def test_a_handle_time_that_may_not_be_seen_changes_nothing(
    tmp_path: Path,
) -> None:
    """Two centres that differ in the handle time of one queue alone."""
    urls = []
    for talk_s in (900, 1_800):
        (tmp_path / str(talk_s)).mkdir()
        urls.append(await stored(tmp_path / str(talk_s), 42, talk_s))

    async def made(url: str, **asked: Any) -> dict[str, Any]:
        return await forecast_answer(order(url, days=1, **asked))

    own = await made(urls[0], queue="night")
    assert handle_s(own) == {900}
    assert not any("handle time" in words for words in own["charged"])
    assumed = [await made(url, queue="night", handle_time_of="no_one") for url in urls]
    assert handle_s(assumed[0]) == {240}
    assert assumed[0] == assumed[1]
    assert any("assumed to be 240 s" in words for words in assumed[0]["charged"])
    asked = {"queue": "night", "handle_time_of": "all_queues", "wrap_up_s": 20}
    with_all = await made(urls[0], **asked)
    of_all = await made(urls[0], wrap_up_s=20)
    assert handle_s(with_all) == handle_s(of_all)
    assert not handle_s(with_all) & {900, 920, 200}
    assert any("is that of all queues" in words for words in with_all["charged"])


def handle_s(found: dict[str, Any]) -> set[float]:
    return {row["handle_s"] for row in [*found["rows"], *found["planned"]]}
