from __future__ import annotations

from typing import Any

import pytest


async def test_an_agent_sees_only_their_own_calls(house: Any) -> None:
    await house.sign_in("ana")
    assert (await house.ask("GET", "/v1/calls")).json["calls"] == [{"call_id": "c-ana"}]
    assert (await house.ask("GET", "/v1/calls/c-ben")).status == 404
    assert (await house.ask("GET", "/v1/calls/c-ana")).json == {
        "call_id": "c-ana",
        "line": "main",
        "line_label": "main",
        "facet_labels": {},
    }


async def test_a_supervisor_sees_all_calls(house: Any) -> None:
    await house.sign_in("sue")
    calls = (await house.ask("GET", "/v1/calls")).json["calls"]
    assert [call["call_id"] for call in calls] == ["c-ana", "c-ben"]


async def test_nobody_sees_no_calls(house: Any) -> None:
    answer = await house.ask("GET", "/v1/calls")
    assert (answer.status, answer.json["error"]["code"]) == (401, "unauthenticated")


async def test_a_note_is_written_by_our_page_only(house: Any) -> None:
    await house.sign_in("ana")
    path, body = "/v1/calls/c-ana/notes", {"text": "asked for a refund"}
    forged = await house.ask("POST", path, json=body, headers={"Origin": house.url})
    assert (forged.status, forged.json["error"]["code"]) == (403, "csrf")
    foreign = await house.change(
        "POST", path, json=body, headers={"Origin": "https://evil.test"}
    )
    assert (foreign.status, foreign.json["error"]["code"]) == (403, "foreign_origin")
    assert (await house.change("POST", path, json=body)).status == 201
    assert house.calls.notes == [("c-ana", "ana", "asked for a refund")]


async def test_no_note_is_written_to_a_colleagues_call(house: Any) -> None:
    await house.sign_in("ana")
    answer = await house.change("POST", "/v1/calls/c-ben/notes", json={"text": "x"})
    assert answer.status == 404
    assert house.calls.notes == []


async def test_the_longest_note_fits_and_one_more_character_does_not(
    house: Any,
) -> None:
    await house.sign_in("ana")
    path = "/v1/calls/c-ana/notes"
    assert (await house.change("POST", path, json={"text": "€" * 4000})).status == 201
    answer = await house.change("POST", path, json={"text": "x" * 4001})
    assert (answer.status, answer.json["error"]["code"]) == (413, "too_large")
    huge = await house.change("POST", path, json={"text": "x" * 100_000})
    assert huge.status == 413


async def test_a_disposition_is_chosen(house: Any) -> None:
    await house.sign_in("ana")
    path = "/v1/calls/c-ana/disposition"
    answer = await house.change("POST", path, json={"code": "sold"})
    assert answer.json == {"call_id": "c-ana", "disposition": "sold"}
    assert (await house.change("POST", path, json={"code": ""})).status == 400


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "limit=x", "limit=-1", "limit=٣",
              "before=x", "before=" + "1" * 3001, "limit=" + "9" * 5000],
)  # fmt: skip
async def test_a_query_that_cannot_be_used_is_told_so(house: Any, query: str) -> None:
    await house.sign_in("ana")
    answer = await house.ask("GET", f"/v1/calls?{query}")
    assert (answer.status, answer.json["error"]["code"]) == (400, "bad_query")


async def test_a_call_id_may_hold_what_systems_put_into_it(house: Any) -> None:
    await house.sign_in("ana")
    house.calls.owner["a/b c@d"] = "ana"
    answer = await house.ask("GET", "/v1/calls/a%2Fb%20c@d")
    assert answer.json["call_id"] == "a/b c@d"
    assert (await house.ask("GET", "/v1/calls/" + "x" * 301)).status == 400
