"""A session border controller and the telephone system behind it report one call."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from call_centre import SIGNING_SECRET, CallCentre, open_call_centre
from key_effects import shows_effect_of

CALLER = "+442079460391"
GENERIC = {
    "dialect": "generic",
    "country": "GB",
    "settings": {"signing_secret": SIGNING_SECRET},
}


@pytest.fixture
async def call_centre(tmp_path: Path) -> AsyncIterator[CallCentre]:
    lines = {"main": GENERIC, "sbc": {**GENERIC, "same_calls_as": "main"}}
    async with open_call_centre(tmp_path, lines=lines) as centre:
        yield centre


async def told(
    call_centre: CallCentre, line: str, kind: str, call_id: str, **more: object
) -> None:
    event = {"type": kind, "call_id": call_id, "from": CALLER, **more}
    assert await call_centre.tell(event, line=line) == 200


@shows_effect_of("lines.NAME.same_calls_as")
@pytest.mark.parametrize("first", ["sbc", "main"])
async def test_one_card_opens_and_one_call_is_counted(
    call_centre: CallCentre, first: str
) -> None:
    ana = await call_centre.sign_in("ana")
    ids = {"sbc": "a7f3@sbc", "main": "17"}
    second = "main" if first == "sbc" else "sbc"
    for line in (first, second):
        await told(call_centre, line, "alerting", ids[line], agents=["1001"])
    opened = await ana.next("pop.opened")
    assert (opened["line"], opened["call_id"]) == (first, ids[first])
    for line in (second, first):
        await told(call_centre, line, "ended", ids[line])
    await ana.next("pop.closed")
    await call_centre.ring("ana", call_id="sentinel", caller="+442079460999")
    assert (await ana.next_pop()).call_id == "sentinel"
    await call_centre.archived()
    calls = (await call_centre.get("sue", "/v1/calls"))["calls"]
    assert sorted(x["call_id"] for x in calls) == sorted([ids[first], "sentinel"])


async def test_the_next_call_of_that_number_is_another_one(
    call_centre: CallCentre,
) -> None:
    ana = await call_centre.sign_in("ana")
    for n in range(2):
        await told(call_centre, "sbc", "arrived", f"s-{n}")
        await told(call_centre, "main", "alerting", f"m-{n}", agents=["1001"])
        opened = await ana.next("pop.opened")
        assert opened["call_id"] == f"s-{n}"
        await told(call_centre, "main", "ended", f"m-{n}")
        await ana.next("pop.closed")


async def test_callers_who_withhold_their_number_stay_two_calls(
    call_centre: CallCentre,
) -> None:
    ana = await call_centre.sign_in("ana")
    for line in ("sbc", "main"):
        event = {"type": "alerting", "call_id": line, "from": "anonymous"}
        await call_centre.tell({**event, "agents": ["1001"]}, line=line)
        await ana.next("pop.opened")
