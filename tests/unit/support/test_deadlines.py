"""Deadlines that share a timer fall due one by one, and cost nothing once cancelled."""

from __future__ import annotations

import asyncio

from screenpop.support.spare_time import Deadlines

SHORT_S = 0.002


async def test_what_is_late_is_told_once() -> None:
    late: asyncio.Queue[str] = asyncio.Queue()
    Deadlines().after(SHORT_S, lambda: late.put_nowait("late"))
    assert await late.get() == "late"
    assert late.empty()


async def test_what_was_taken_back_is_never_late() -> None:
    late: asyncio.Queue[str] = asyncio.Queue()
    deadlines = Deadlines()
    first = deadlines.after(SHORT_S, lambda: late.put_nowait("first"))
    deadlines.after(SHORT_S, lambda: late.put_nowait("second"))
    first.cancel()
    assert await late.get() == "second"
    assert late.empty()
    assert len(deadlines) == 0


async def test_a_later_deadline_of_the_same_length_waits_for_its_own_time() -> None:
    loop = asyncio.get_running_loop()
    told: asyncio.Queue[float] = asyncio.Queue()
    deadlines = Deadlines()
    deadlines.after(SHORT_S, lambda: told.put_nowait(loop.time()))
    await asyncio.sleep(SHORT_S / 2)
    second_due_s = deadlines.after(SHORT_S, lambda: told.put_nowait(loop.time())).due_s
    await told.get()
    assert await told.get() >= second_due_s


async def test_one_that_is_late_may_set_the_next() -> None:
    done = asyncio.Event()
    deadlines = Deadlines()

    def again() -> None:
        deadlines.after(SHORT_S, done.set)

    deadlines.after(SHORT_S, again)
    await done.wait()


async def test_deadlines_that_were_taken_back_do_not_pile_up() -> None:
    deadlines = Deadlines()
    for _ in range(1000):
        deadlines.after(60, lambda: None).cancel()
    assert len(deadlines) == 1


async def test_one_that_fails_keeps_no_other_from_being_told() -> None:
    failures: list[object] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: failures.append(context["exception"]))
    done = asyncio.Event()
    deadlines = Deadlines()

    def fail() -> None:
        raise LookupError

    deadlines.after(SHORT_S, fail)
    deadlines.after(SHORT_S, done.set)
    await done.wait()
    assert [type(x) for x in failures] == [LookupError]


async def test_one_that_is_late_may_take_another_back() -> None:
    told: list[str] = []
    last = asyncio.Event()
    deadlines = Deadlines()
    deadlines.after(SHORT_S, lambda: second.cancel())
    second = deadlines.after(SHORT_S, lambda: told.append("second"))
    deadlines.after(SHORT_S, last.set)
    await last.wait()
    assert told == []
