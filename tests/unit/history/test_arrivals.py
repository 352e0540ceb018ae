"""Are inbound calls counted when they entered, in total and by queue?"""

from __future__ import annotations

from typing import Any

from unit.history.history import batch, state

from screenpop.domain.call import Direction, Phase, QueueVisit
from screenpop.history.archive import Archive
from screenpop.history.arrivals import STEP_US, Arrivals, arrivals
from screenpop.history.engine import Database

S = 1_000_000


def visits(*stays: tuple[str, int]) -> tuple[QueueVisit, ...]:
    return tuple(QueueVisit(queue=queue, entered_us=at) for queue, at in stays)


async def test_calls_are_counted_by_five_minutes(database: Database) -> None:
    over: dict[str, Any] = {
        "phase": Phase.ENDED,
        "answered_us": 20 * S,
        "ended_us": 200 * S,
    }
    await Archive(database).write(
        batch(
            calls=[
                state("a", arrived_us=10 * S, **over),
                state("b", arrived_us=11 * S),
                state("out", arrived_us=12 * S, direction=Direction.OUTBOUND),
                state(
                    "c",
                    arrived_us=STEP_US - 1,
                    visits=visits(("sales", STEP_US - 1), ("support", STEP_US)),
                ),
                state("late", arrived_us=9 * STEP_US),
            ]
        )
    )
    assert await arrivals(database, 0, 9 * STEP_US) == [Arrivals(0, 3, 1, 180 * S)]
    assert await arrivals(database, 0, 9 * STEP_US, "support") == [
        Arrivals(STEP_US, 1, 0, 0)
    ]
    assert await arrivals(database, 0, 10 * STEP_US) == [
        Arrivals(0, 3, 1, 180 * S),
        Arrivals(9 * STEP_US, 1, 0, 0),
    ]
