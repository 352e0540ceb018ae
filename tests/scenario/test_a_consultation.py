"""A colleague who is consulted sees the customer, not the colleague who asks."""

from __future__ import annotations

from pathlib import Path

from call_centre import open_call_centre

from screenpop.domain.call import (
    AgentId,
    CallEvent,
    CallId,
    Direction,
    EventType,
    LineId,
)
from screenpop.journal.records import EventRecord

CUSTOMER = "+442079460958"


async def test_the_customer_stays_on_the_card_of_who_is_consulted(
    tmp_path: Path,
) -> None:
    async with open_call_centre(tmp_path) as centre:
        ana, ben = await centre.sign_in("ana"), await centre.sign_in("ben")
        call = await centre.ring("ana", caller=CUSTOMER)
        await centre.answer(call, "ana")
        await ana.next("pop.updated")
        now_us = centre.service.clock.now_us()
        asks = CallEvent(
            type=EventType.ALERTING,
            line=LineId("main"),
            call_id=CallId("consultation"),
            event_id="consultation-1",
            at_us=now_us,
            received_us=now_us,
            direction=Direction.INTERNAL,
            caller="1001",
            agents=(AgentId("1002"),),
            related_call_id=CallId(call),
        )
        await centre.service.journal.append([EventRecord(event=asks)])
        pop = await ben.next_pop()
        assert pop.call_id == "consultation"
        assert pop.caller == CUSTOMER
