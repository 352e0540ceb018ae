"""A night through the webhook: wallboard, past, lists and an independent model agree.

With a midnight and the end of summer time, late and repeated events, ring-all,
transfers, overflow and callbacks.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from call_centre import CallCentre, open_call_centre
from unit.history.simulated_day import START_US, SimulatedDay

from screenpop.domain.call import CallEvent
from screenpop.domain.call_counts import NUMBERS
from screenpop.support.clock import FakeClock, iso_from_us

LONDON = ZoneInfo("Europe/London")
CALLERS = 80
LATE_S = (*[0] * 16, 7, 21, 35, 49)  # the same twice in a row would be a clock
TODAY = "from=2026-10-25"
NIGHT = "from=2026-10-24&to=2026-10-26"
TOKEN = "a-line-token-of-the-simulated-night"


async def live_through(centre: CallCentre, clock: FakeClock, day: SimulatedDay) -> None:
    for at_us, event in day.timed():
        clock.advance(max(0, at_us - clock.now_us()) / 1e6)
        answer = await centre.http.post(
            f"{centre.url}/v1/telephony/main",
            data=json.dumps(sent(event)),
            headers={
                "Authorization": f"Bearer {TOKEN}",
                "Content-Type": "application/json",
            },
        )
        assert answer.status == 200, await answer.text()
    await centre.archived()


def sent(event: CallEvent) -> dict[str, Any]:
    known = {
        "type": event.type.value,
        "call_id": event.call_id,
        "event_id": event.event_id,
        "from": "+442079460958",
        "to": event.dialled,
        "direction": "inbound",
        "at": iso_from_us(event.at_us),
        "agents": list(event.agents),
        "from_agent": event.from_agent,
        "queue": event.queue,
        "outcome": event.outcome,
    }
    return {name: value for name, value in known.items() if value}


def counted(values: dict[str, Any]) -> dict[str, int]:
    return {name: values[name] for name in NUMBERS if values.get(name)}


def wanted(
    night: SimulatedDay, place: int, day: int | None = None
) -> dict[Any, dict[str, int]]:
    """The model's plain numbers by part `place` of their places."""
    found: dict[Any, Counter[str]] = {}
    for at, sums in night.wanted.items():
        if day not in (None, datetime.fromtimestamp(at[0] / 1e6, LONDON).day):
            continue
        found.setdefault(at[place], Counter()).update(sums)
    return {key: counted(sums) for key, sums in found.items() if counted(sums)}


async def test_a_night_has_the_same_numbers_wherever_one_looks(tmp_path: Path) -> None:
    day = SimulatedDay(random.Random(5), lines=("main",), late_s=LATE_S)
    day.callers(CALLERS)
    clock = FakeClock(datetime.fromtimestamp(START_US / 1e6, UTC))
    settings = {"settings": {"token": TOKEN}, "dialect": "generic", "country": "GB"}
    zone = {"port": 0, "country": "GB", "data_dir": "data", "time_zone": LONDON.key}
    async with open_call_centre(
        tmp_path, clock, lines={"main": settings}, server=zone
    ) as centre:
        await live_through(centre, clock, day)
        await same_as_live(centre, day)
        await same_by_quarter(centre, day)
        await same_when_opened(centre, day)


async def same_as_live(centre: CallCentre, day: SimulatedDay) -> None:
    live = await centre.get("sue", "/v1/stats")
    past = await centre.get("sue", f"/v1/stats?{TODAY}&by=day&group=queue")
    shown = {row["queue"]: row["values"] for row in live["queues"]}
    total = past["total"]
    assert {name: shown[""][name] for name in total} == total
    rows = {row["queue"]: row["values"] for row in past["rows"]}
    named = {queue: values for queue, values in rows.items() if queue}
    assert {
        queue: {name: shown[queue][name] for name in values}
        for queue, values in named.items()
    } == named
    assert {queue: counted(values) for queue, values in rows.items()} == wanted(
        day, 1, day=25
    )


async def same_by_quarter(centre: CallCentre, day: SimulatedDay) -> None:
    past = await centre.get("sue", f"/v1/stats?{NIGHT}&by=15m")
    assert len(past["rows"]) == 96 + 100
    found = {
        round(datetime.fromisoformat(row["start"]).timestamp()) * 1_000_000: numbers
        for row in past["rows"]
        if (numbers := counted(row["values"]))
    }
    assert found == wanted(day, 0)


async def same_when_opened(centre: CallCentre, day: SimulatedDay) -> None:
    for name, amount in counted(dict(day.totals())).items():
        calls: list[dict[str, Any]] = []
        before = ""
        while True:
            asked = f"/v1/stats/calls?number={name}&{NIGHT}&limit=50{before}"
            page = await centre.get("sue", asked)
            calls.extend(page["calls"])
            if page["before"] is None:
                break
            before = f"&before={page['before']}"
        assert sum(call["counts"][name] for call in calls) == amount
        assert not any("1001" in json.dumps(call) for call in calls)
