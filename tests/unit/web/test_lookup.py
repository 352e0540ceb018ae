from __future__ import annotations

from typing import Any

import pytest

from screenpop.domain.errors import TimedOut


@pytest.mark.parametrize("query", ["%2B442079460958", "+442079460958"])
async def test_a_plus_is_a_plus_however_it_was_sent(house: Any, query: str) -> None:
    await house.sign_in("ana")
    answer = await house.http.get(
        f"{house.url}/v1/lookup?number={query}",
        headers={"Authorization": "Bearer token-of-ana"},
    )
    assert (await answer.json())["number"] == "+442079460958"


async def test_a_lookup_needs_a_number_and_an_agent(house: Any) -> None:
    assert (await house.ask("GET", "/v1/lookup?number=1")).status == 401
    await house.sign_in("ana")
    assert (await house.ask("GET", "/v1/lookup")).status == 400
    assert (await house.ask("GET", "/v1/lookup?number=" + "1" * 65)).status == 400


async def test_sources_that_are_late_are_no_defect_of_ours(open_house: Any) -> None:
    async def late(number: str, candidate: str | None) -> dict[str, object]:
        raise TimedOut("no source answered within 1500 ms.")

    house = await open_house(lookup=late)
    await house.sign_in("ana")
    answer = await house.ask("GET", "/v1/lookup?number=1")
    assert (answer.status, answer.json["error"]["code"]) == (504, "timed_out")
