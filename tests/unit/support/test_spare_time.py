"""Work that can wait lets the urgent pass, and is done all the same."""

from __future__ import annotations

import asyncio
import time
from functools import partial

import pytest

from screenpop.support.spare_time import (
    BREATH_EVERY_S,
    BREATH_NEAR_CALLS_EVERY_S,
    BREATH_S,
    PAUSE_S_MAX,
    Breath,
    SpareTime,
)
from screenpop.support.tasks import spawn

NEVER_S = 3600.0


@pytest.fixture
def done() -> list[str]:
    return []


async def turns(count: int = 5) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def test_with_nothing_urgent_it_is_done_in_its_order(done: list[str]) -> None:
    spare = SpareTime(NEVER_S)
    for name in "abc":
        spare.run(partial(done.append, name))
    assert done == []
    await turns()
    assert done == ["a", "b", "c"]
    assert spare.waiting == 0


async def test_it_waits_while_something_is_urgent(done: list[str]) -> None:
    spare = SpareTime(NEVER_S)
    with spare:
        spare.run(lambda: done.append("could wait"))
        with spare:
            await turns()
        await turns()
        done.append("urgent")
    await turns()
    assert done == ["urgent", "could wait"]


async def test_what_became_urgent_meanwhile_goes_first(done: list[str]) -> None:
    spare = SpareTime(NEVER_S)
    spare.run(lambda: done.append("could wait"))
    with spare:
        await turns()
        done.append("urgent")
    await turns()
    assert done == ["urgent", "could wait"]


async def test_it_is_not_put_off_for_ever() -> None:
    spare = SpareTime(late_s=0.001)
    late: asyncio.Queue[str] = asyncio.Queue()
    with spare:
        spare.run(lambda: late.put_nowait("late"))
        assert await late.get() == "late"


async def test_one_that_fails_is_told_and_costs_no_other(
    done: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    spare = SpareTime(NEVER_S)
    spare.run(lambda: 1 / 0)
    spare.run(lambda: done.append("next"))
    await turns()
    assert done == ["next"]
    (told,) = caplog.records
    assert told.exc_info is not None
    assert told.exc_info[0] is ZeroDivisionError


async def test_work_may_bring_more_work(done: list[str]) -> None:
    spare = SpareTime(NEVER_S)

    def more() -> None:
        done.append("first")
        spare.run(lambda: done.append("second"))

    spare.run(more)
    await turns()
    assert done == ["first", "second"]


async def test_long_work_lets_the_sockets_be_looked_at_in_between(
    done: list[str],
) -> None:
    spare = SpareTime(NEVER_S, slice_s=0.0)
    for name in "abc":
        spare.run(partial(done.append, name))
    await turns(1)
    assert done == ["a"]
    await turns()
    assert done == ["a", "b", "c"]


async def test_a_task_waits_for_its_turn(done: list[str]) -> None:
    spare = SpareTime(NEVER_S)

    async def long_task() -> None:
        await spare.turn()
        done.append("task")

    with spare:
        task = spawn(long_task(), name="long task")
        await turns()
        done.append("urgent")
    await task
    assert done == ["urgent", "task"]


async def test_when_all_is_done_it_says_so(done: list[str]) -> None:
    spare = SpareTime(NEVER_S)
    spare.when_idle = lambda: done.append("idle")
    spare.run(lambda: done.append("work"))
    await turns()
    assert done == ["work", "idle"]


async def test_no_more_than_its_limit_waits_and_nothing_is_dropped(
    done: list[str],
) -> None:
    spare = SpareTime(NEVER_S, waiting_max=3)
    with spare:
        for name in "abcdef":
            spare.run(partial(done.append, name))
            assert spare.waiting <= 3
        assert done == ["a", "b", "c"]
    await turns()
    assert done == list("abcdef")


async def test_work_that_brings_more_work_ends_at_the_limit(done: list[str]) -> None:
    spare = SpareTime(NEVER_S, waiting_max=2)

    def again() -> None:
        done.append("again")
        spare.run(again)

    with spare:
        for _ in range(10):
            spare.run(again)
        assert spare.waiting == 10  # it brings as much as it takes: no endless loop
        assert len(done) < 100


async def test_a_failure_when_idle_costs_nothing(
    done: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    spare = SpareTime(NEVER_S)
    spare.when_idle = lambda: 1 / 0
    spare.run(lambda: done.append("a"))
    await turns()
    spare.run(lambda: done.append("b"))
    await turns()
    assert done == ["a", "b"]
    assert "ZeroDivisionError" in caplog.text


def test_a_thread_that_worked_long_sleeps_and_one_that_did_not_goes_on() -> None:
    assert any(not Breath().take() for _ in range(100))  # the machine may be busy
    breath = Breath()
    until = time.perf_counter() + BREATH_EVERY_S
    while time.perf_counter() <= until:
        pass
    before = time.perf_counter()
    assert breath.take()
    assert time.perf_counter() - before >= BREATH_S


def test_a_thread_breathes_more_often_while_calls_come() -> None:
    with SpareTime():
        pass
    breath = Breath()
    until = time.perf_counter() + BREATH_NEAR_CALLS_EVERY_S
    while time.perf_counter() <= until:
        pass
    assert breath.take()


def test_a_thread_pauses_while_an_event_is_made_durable_but_not_for_ever() -> None:
    breath = Breath()
    urgent = SpareTime()
    with urgent:
        time.sleep(BREATH_EVERY_S)  # it has worked for so long
        before = time.perf_counter()
        assert breath.take()
        assert time.perf_counter() - before >= PAUSE_S_MAX
    time.sleep(BREATH_EVERY_S)
    rounds = [once_without_calls(breath) for _ in range(20)]
    assert min(rounds) < PAUSE_S_MAX


def once_without_calls(breath: Breath) -> float:
    time.sleep(BREATH_EVERY_S)
    before = time.perf_counter()
    assert breath.take()
    return time.perf_counter() - before
