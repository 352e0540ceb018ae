"""Offers begin, change and end while calls go on."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from call_centre import CallCentre, Frame, Seat, open_call_centre, write_config
from effects.test_insight_keys import ITEMS, SHOP, offered, sales

from screenpop.insight.adviser import EXCLUDED

TRAINED_WITHIN_S = 120.0  # a process of its own, on a machine that does much else
CRM = {
    "connector": "sql",
    "url": "sqlite+aiosqlite:///crm.db",
    "contacts": {
        "query": "select id as key, name, phone from customers",
        "numbers": ["phone"],
    },
}
BOTH: dict[str, Any] = {"crm": CRM, "shop": SHOP}


def customer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as made, made:
        made.executescript(
            """create table customers (id, name, phone);
            insert into customers values ('c1', 'Ada Byron', '020 7946 0958');"""
        )


async def reload(centre: CallCentre, folder: Path, **config: Any) -> None:
    write_config(folder, **config)
    done = await centre.service.reloader.reload("ada")
    assert done.outcome == "switched", done.problems


async def facets(seat: Seat) -> set[str]:
    return {x["name"] for x in (await seat.next("hello"))["facets"]}


async def offers(seat: Seat, call: str) -> Frame:
    """What a card says of what to offer, when it says anything."""

    def says(frame: Frame) -> bool:
        return frame.get("call_id") == call and settled(frame) is not None

    found = settled(await seat.until(says))
    assert found is not None
    return found


def settled(frame: Frame) -> Frame | None:
    found: Frame | None = (frame.get("facets") or {}).get("recommendations")
    return None if found is None or found["state"] == "pending" else found


async def test_offers_begin_change_and_end_without_a_restart(tmp_path: Path) -> None:
    customer(tmp_path / "crm.db")
    sales(tmp_path)
    async with open_call_centre(tmp_path, sources={"crm": CRM}) as centre:
        ana, service = await centre.sign_in("ana"), centre.service
        await reload(centre, tmp_path, sources=BOTH)
        assert "recommendations" in await facets(ana)
        async with asyncio.timeout(TRAINED_WITHIN_S):
            await service.insight.ready.wait()
        call = await centre.ring("ana")
        assert len((await offers(ana, call))["rows"]) == 3

        few = {"offers_max": 2, "excluded_items": list(ITEMS[:3])}
        await reload(centre, tmp_path, sources=BOTH, insight=few)
        found = offered(service)["recommendations"]
        assert len(found) == 2
        assert not {*found} & {*ITEMS[:3]}
        await reload(
            centre, tmp_path, sources=BOTH, insight={"excluded_customers": ["c1"]}
        )
        await centre.answer(call, "ana")  # looked up again
        none = await offers(ana, call)
        assert (none["state"], none["rows"]) == ("empty", [])
        assert [note["message"] for note in none["notes"]] == [EXCLUDED]
        await reload(centre, tmp_path, sources=BOTH, insight={"customers_of": ["shop"]})
        assert not offered(service, source="crm")
        await reload(centre, tmp_path, sources=BOTH, insight={"holdout_share": 0.5})
        calls = [offered(service, call=n)["recommendations"] for n in range(60)]
        assert 10 < sum(map(bool, calls)) < 50

        await reload(centre, tmp_path, sources={"crm": CRM})
        assert "recommendations" not in await facets(ana)
        assert "recommendations" not in service.lookups.sources.plan.lookups
