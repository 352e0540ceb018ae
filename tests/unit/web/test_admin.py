from __future__ import annotations

from typing import Any

import pytest

from screenpop.config.model import Server
from screenpop.lookup.source_states import CacheSeen, SourceSeen

PATHS = (
    "/v1/lines",
    "/v1/lines/main/requests",
    "/v1/sources",
    "/v1/sources/erp/times",
    "/v1/orders",
    "/v1/node",
)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(("who", "status"), [(None, 401), ("ana", 403), ("sue", 403)])
async def test_lines_and_their_requests_are_for_administrators(
    house: Any, path: str, who: str | None, status: int
) -> None:
    if who is not None:
        await house.sign_in(who)
    answer = await house.ask("GET", path)
    assert answer.status == status
    assert "error" in answer.json


async def test_the_address_to_paste_is_the_public_one(open_house: Any) -> None:
    house = await open_house(
        server=Server(port=0, public_url="https://pop.example.net/")
    )
    await house.sign_in("ada")
    [line] = (await house.ask("GET", "/v1/lines")).json["lines"]
    assert line["address"] == "https://pop.example.net/v1/telephony/main"


async def test_without_a_public_url_it_is_where_the_administrator_is(
    house: Any,
) -> None:
    await house.sign_in("ada")
    [line] = (await house.ask("GET", "/v1/lines")).json["lines"]
    assert line["address"] == f"{house.url}/v1/telephony/main"


async def test_requests_after_a_number_are_followed(house: Any) -> None:
    await house.sign_in("ada")
    answer = await house.ask("GET", "/v1/lines/main/requests?after=1")
    assert [each["number"] for each in answer.json["requests"]] == [2]
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("after", ["-1", "x", "1.5", "9" * 19])
async def test_after_must_be_a_number(house: Any, after: str) -> None:
    await house.sign_in("ada")
    answer = await house.ask("GET", f"/v1/lines/main/requests?after={after}")
    assert (answer.status, answer.json["error"]["code"]) == (400, "bad_query")


async def test_an_unknown_line_is_not_found(house: Any) -> None:
    await house.sign_in("ada")
    answer = await house.ask("GET", "/v1/lines/none/requests")
    assert (answer.status, answer.json["error"]["code"]) == (404, "unknown_line")


async def test_a_program_may_follow_with_its_token(house: Any) -> None:
    headers = {"Authorization": "Bearer token-of-ada"}
    answer = await house.ask("GET", "/v1/lines/main/requests", headers=headers)
    assert answer.status == 200


async def test_the_sources_are_listed(open_house: Any) -> None:
    crm = SourceSeen(
        source="crm", label="CRM", connector="sql", state="working", retry_in_s=None,
        last_answer_at=None, last_failure=None,
        cache=CacheSeen(entries=1, entries_max=9),
    )  # fmt: skip
    house = await open_house(sources=lambda: [crm])
    await house.sign_in("ada")
    [shown] = (await house.ask("GET", "/v1/sources")).json["sources"]
    assert (shown["source"], shown["state"]) == ("crm", "working")


async def test_the_node_tells_its_browsers_and_what_is_wrong(house: Any) -> None:
    await house.sign_in("ada")
    node = (await house.ask("GET", "/v1/node")).json
    assert node["status"] == "ready"
    assert node["sessions"] == {"agent": 0, "wallboard": 0}
