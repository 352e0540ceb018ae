from __future__ import annotations

import logging
from typing import Any

import pytest
from key_effects import shows_effect_of

from screenpop.config.model import Limits
from screenpop.domain.errors import TimedOut, Unavailable


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
    async def late(*asked: str | None) -> dict[str, object]:
        raise TimedOut("no source answered within 1500 ms.")

    house = await open_house(lookup=late)
    await house.sign_in("ana")
    answer = await house.ask("GET", "/v1/lookup?number=1")
    assert (answer.status, answer.json["error"]["code"]) == (504, "timed_out")


@shows_effect_of("limits.lookups_per_minute")
async def test_nobody_reads_out_all_customers(
    open_house: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """400 of 400 customers in 3.7 s, without a trace."""
    written = []

    async def audit(user: str, action: str, object: str) -> None:
        written.append((user, action, object))

    house = await open_house(limits=Limits(lookups_per_minute=2), audit=audit)
    caplog.set_level(logging.INFO)
    path = "/v1/lookup?number=%2B442079460958"
    await house.sign_in("ana")
    answers = [await house.ask("GET", path) for _ in range(3)]
    assert [answer.status for answer in answers] == [200, 200, 429]
    assert answers[2].json["error"]["code"] == "too_many_lookups"
    assert int(answers[2].headers["Retry-After"]) in range(50, 62)
    assert written == [("ana", "lookup", "+4420…58")] * 2
    assert "2079460958" not in caplog.text
    await house.sign_in("ben")
    assert (await house.ask("GET", path)).status == 200
    house.clock.advance(60)
    await house.sign_in("ana")
    assert (await house.ask("GET", path)).status == 200


async def test_what_cannot_be_written_down_is_not_shown(open_house: Any) -> None:
    async def audit(user: str, action: str, object: str) -> None:
        raise Unavailable("the store does not answer.")

    house = await open_house(audit=audit)
    await house.sign_in("ana")
    assert (await house.ask("GET", "/v1/lookup?number=1")).status == 503


async def test_the_cause_of_a_failure_is_not_for_agents(open_house: Any) -> None:
    async def look_up(*asked: str | None) -> dict[str, Any]:
        return {"lookups": [{"name": "crm", "detail": "http://10.0.0.5 refused"}]}

    house = await open_house(lookup=look_up)
    for user, detail in (("ana", None), ("sue", "http://10.0.0.5 refused")):
        await house.sign_in(user)
        answer = await house.ask("GET", "/v1/lookup?number=1")
        assert answer.json["lookups"] == [{"name": "crm", "detail": detail}]


async def test_a_lookup_is_as_if_on_a_line_and_at_a_dialled_number(
    open_house: Any,
) -> None:
    seen = []

    async def look_up(*asked: str | None) -> dict[str, Any]:
        seen.append(asked)
        return {"lookups": []}

    house = await open_house(lookup=look_up)
    await house.sign_in("ana")
    await house.ask("GET", "/v1/lookup?number=1&line=main&dialled=%204420")
    await house.ask("GET", "/v1/lookup?number=1")
    assert seen == [("1", None, "main", "+4420"), ("1", None, "", None)]
    too_long = "1" * 65
    answer = await house.ask("GET", f"/v1/lookup?number=1&dialled={too_long}")
    assert answer.status == 400
