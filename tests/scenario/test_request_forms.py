"""Odd requests, from the socket to the card: no name and no form loses a call."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from call_centre import CallCentre, open_call_centre, signed
from yarl import URL

EXOTEL = {
    "dialect": "exotel",
    "country": "IN",
    "settings": {"query_name": "key", "query_value": "a-key-for-the-test"},
}
NAME = "Jörg Müller"


@pytest.fixture
async def call_centre(tmp_path: Path) -> AsyncIterator[CallCentre]:
    async with open_call_centre(tmp_path) as centre:
        yield centre


def ringing(call_id: str) -> str:
    event = {
        "type": "alerting",
        "call_id": call_id,
        "agents": ["1001"],
        "from": "03023125771",
        "to": "+493023125100",
        "caller_name": NAME,
    }
    return json.dumps(event, ensure_ascii=False)


@pytest.mark.parametrize("charset", ["latin-1", "utf-8", "utf-16"])
@pytest.mark.parametrize("path", ["/v1/telephony/main", "/v1/telephony/main/"])
async def test_a_card_opens_with_the_name_in_any_charset(
    call_centre: CallCentre, charset: str, path: str
) -> None:
    ana = await call_centre.sign_in("ana")
    body = ringing("l-1").encode(charset)
    headers = {**signed(body), "Content-Type": "application/json"}
    url = f"{call_centre.url}{path}"
    async with call_centre.http.post(url, data=body, headers=headers) as answer:
        assert answer.status == 200
    pop = await ana.next_pop()
    assert pop.frame["caller"]["name"] == NAME


def multipart(**fields: str) -> bytes:
    parts = [
        f'--B\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    return ("".join(parts) + "--B--\r\n").encode()


async def test_exotels_callback_in_several_parts_ends_the_call(tmp_path: Path) -> None:
    async with open_call_centre(tmp_path, lines={"exotel": EXOTEL}) as centre:
        ana = await centre.sign_in("ana")
        url = URL(f"{centre.url}/v1/telephony/exotel?key=a-key-for-the-test")
        rings = url.update_query(
            CallSid="ex-1", CallFrom="09820012345", CallTo="02248901234",
            Direction="incoming", Status="busy", AgentEmail="1001",
        )  # fmt: skip
        async with centre.http.get(rings) as answer:
            assert answer.status == 200
        assert (await ana.next_pop()).call_id == "ex-1"
        body = multipart(CallSid="ex-1", Status="completed", From="09820012345")
        headers = {"Content-Type": "multipart/form-data; boundary=B"}
        async with centre.http.post(url, data=body, headers=headers) as answer:
            assert answer.status == 200
        assert (await ana.next("pop.closed"))["call_id"] == "ex-1"
