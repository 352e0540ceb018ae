"""Hold by the leg alone, as Wazo says it: also after a restart of the service."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from call_centre import CallCentre, open_call_centre

WAZO = {
    "dialect": "wazo",
    "country": "GB",
    "settings": {"query_name": "key", "query_value": "a-key-for-the-test"},
}
WHOLE = {"call_id": "1.2", "conversation_id": "1.0", "user_uuid": "1001"}


async def tell(centre: CallCentre, event: str, **data: Any) -> None:
    url = f"{centre.url}/v1/telephony/wazo?key=a-key-for-the-test"
    body = {"event": event, "data": data}
    async with centre.http.post(url, json=body) as answer:
        assert answer.status == 200


async def test_a_hold_after_a_restart_belongs_to_the_call_of_its_leg(
    tmp_path: Path,
) -> None:
    lines = {"wazo": WAZO}
    async with open_call_centre(tmp_path, lines=lines) as centre:
        ana = await centre.sign_in("ana")
        await tell(centre, "call_created", **WHOLE, peer_caller_id_number="02079460958")
        assert (await ana.next_pop()).call_id == "1.0"
        await tell(centre, "call_answered", **WHOLE)
    async with open_call_centre(tmp_path, people=False, lines=lines) as centre:
        ana = await centre.sign_in("ana")
        await tell(centre, "call_held", call_id="1.2", user_uuid="1001")
        await ana.until(lambda frame: "held" in str(frame.get("state")))
        calls = await centre.get("ana", "/v1/calls")
        assert {call["call_id"] for call in calls["calls"]} <= {"1.0"}
