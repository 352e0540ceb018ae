"""What /admin says of today is true after a restart, too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from call_centre import CallCentre, open_call_centre


async def today(centre: CallCentre) -> dict[str, Any]:
    (line,) = (await centre.get("ada", "/v1/lines"))["lines"]
    counts: dict[str, Any] = line["today"]
    return counts


async def test_requests_and_refusals_of_today_survive_a_restart(
    tmp_path: Path,
) -> None:
    async with open_call_centre(tmp_path) as centre:
        await centre.ring("ana")
        refused = await centre.http.post(
            f"{centre.url}/v1/telephony/main",
            data=b"{}",
            headers={"Authorization": "x"},
        )
        assert refused.status == 401
        before = await today(centre)
        assert (before["requests"], before["refused"]) == (2, 1)
    async with open_call_centre(tmp_path, people=False) as centre:
        assert await today(centre) == before
        await centre.ring("ben")
        assert (await today(centre))["requests"] == 3
