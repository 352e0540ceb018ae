from __future__ import annotations

from typing import Any


async def test_statistics_are_for_supervisors(house: Any) -> None:
    await house.sign_in("ana")
    refused = await house.ask("GET", "/v1/stats")
    assert (refused.status, refused.json["error"]["code"]) == (403, "role")
    await house.sign_in("sue")
    assert (await house.ask("GET", "/v1/stats")).json == {"queues": [], "agents": []}
    await house.sign_in("ada")
    assert (await house.ask("GET", "/v1/stats")).status == 200
