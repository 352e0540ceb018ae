from __future__ import annotations

import asyncio

from screenpop.web.sockets import TurnGate


async def test_no_turn_of_the_loop_lets_more_in_than_it_may() -> None:
    gate, turn, entered = TurnGate(3), 0, list[int]()

    async def one() -> None:
        await gate.enter()
        entered.append(turn)

    everybody = asyncio.gather(*(one() for _ in range(10)))
    while not everybody.done():
        await asyncio.sleep(0)
        turn += 1
    counts = [entered.count(turn) for turn in sorted(set(entered))]
    assert len(entered) == 10
    assert max(counts) <= 3


async def test_who_gave_up_waiting_takes_no_place() -> None:
    gate, order = TurnGate(1), list[str]()

    async def one(name: str) -> None:
        await gate.enter()
        order.append(name)

    tasks = [asyncio.gather(one(name)) for name in ("a", "b", "c")]
    await asyncio.sleep(0)
    tasks[1].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert order == ["a", "c"]
