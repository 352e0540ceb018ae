"""A call back is promised for a time by who talked, and taken back."""

from __future__ import annotations

from push_doubles import Floor

from screenpop.domain.agent import UserId
from screenpop.domain.recall import OpenPromise
from screenpop.support.clock import iso_from_us

NUMBER = "+442079460958"


async def test_a_call_back_is_promised_for_a_time_and_taken_back() -> None:
    floor = Floor()
    ana = await floor.sign_in("ana")
    floor.tell("alerting", "c-1", "1001", caller=NUMBER)
    at = iso_from_us(floor.clock.now_us() + 3_600_000_000)
    await ana.send("call_back", call_id="c-1", at=at, id="p1")
    assert ana.named("error")[-1]["code"] == "not_answered"
    floor.tell("answered", "c-1", "1001")
    for wrong in ("tomorrow", iso_from_us(floor.clock.now_us() - 1), "2199-01-01"):
        await ana.send("call_back", call_id="c-1", at=wrong, id="p2")
        assert ana.named("error")[-1]["code"] == "bad_time"
    await ana.send("call_back", call_id="c-1", at=at, id="p3")
    assert ana.named("pop.updated")[-1]["note"]["call_back_at"] == at
    assert floor.journal[-1].data["do"] == "promise"
    await ana.send("call_back", call_id="c-1", at="", id="p4")
    assert "call_back_at" not in ana.named("pop.updated")[-1]["note"]


async def test_a_caller_without_a_number_is_not_promised_a_call_back() -> None:
    floor = Floor()
    ana = await floor.sign_in("ana")
    floor.tell("answered", "c-1", "1001")
    at = iso_from_us(floor.clock.now_us() + 3_600_000_000)
    await ana.send("call_back", call_id="c-1", at=at, id="p1")
    assert ana.named("error")[-1]["code"] == "no_number"


async def test_a_promise_is_shown_when_the_number_comes_with_a_later_event() -> None:
    floor = Floor()
    due_us = floor.clock.now_us() + 3_600_000_000
    floor.promises[NUMBER] = OpenPromise(due_us, UserId("ana"))
    ana = await floor.sign_in("ana")
    floor.tell("alerting", "c-1", "1001")
    assert ana.named("pop.opened")[-1]["promised"] is None
    floor.tell("answered", "c-1", "1001", caller=NUMBER)
    told = ana.named("pop.updated")[-1]
    assert told["caller"]["number"] == NUMBER
    assert told["promised"]["at"] == iso_from_us(due_us)
    floor.tell("held", "c-1", "1001")
    assert "promised" not in ana.named("pop.updated")[-1]
    again = await floor.sign_in("ana")
    assert again.named("resync")[-1]["pops"][0]["promised"] == told["promised"]
