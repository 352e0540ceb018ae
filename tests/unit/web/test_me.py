"""Each person sees themselves, and no one else."""

from __future__ import annotations

from typing import Any

import pytest
from web_doubles import MORE, FakeOwnCalls, FakeOwnRecords

from screenpop.domain.agent import AgentState, UserId
from screenpop.domain.call import AgentId
from screenpop.history.own_search import CallsWanted
from screenpop.wallboard.agent_rows import Person, person
from screenpop.wallboard.agents import AgentBoard
from screenpop.web.me import CALL_COLUMNS, DATA_PER_MINUTE, FORMULAS


@pytest.mark.parametrize("who", ["ana", "sue", "ada"])
async def test_who_asks_is_who_is_answered_whatever_is_asked(
    open_house: Any, who: str
) -> None:
    records = FakeOwnRecords()
    house = await open_house(own_records=records)
    await house.sign_in(who)
    for query in ("", "?user=ben", "?username=ben&agent=1002"):
        found = (await house.ask("GET", f"/v1/me/data{query}")).json
        assert found["user"] == who
        assert found["sections"][0]["rows"] == [{"username": who}]
    assert {asked.user.username for asked in records.asked} == {who}


async def test_it_says_how_long_what_is_kept(house: Any) -> None:
    await house.sign_in("ana")
    found = (await house.ask("GET", "/v1/me/data")).json
    assert found["sections"][0]["kept"] == "As long as the account exists."
    assert found["sections"][0]["next_to"] == "1970-01-01T00:00:03Z"
    kept = {each["label"]: each["kept"] for each in found["elsewhere"]}
    assert kept["Journal and saved states"] == "36 hours."
    assert kept["Log-in"] == "12 hours."
    assert kept.keys() == {
        "Journal and saved states", "Log-in", "Your browser", "Configuration",
        "Log files", "Requests of the telephone system", "Backups",
    }  # fmt: skip
    assert found["log_in"]["expires_at"].endswith("Z")
    assert found["state"] is None


async def test_the_state_of_now_is_the_persons_own(open_house: Any) -> None:
    board = AgentBoard(
        Person(user=UserId(name), name=name, agents=frozenset({AgentId(agent)}))
        for name, agent in (("ana", "1001"), ("ben", "1002"))
    )
    board.say(person(UserId("ana")), AgentState.BREAK, 5_000_000)
    board.say(person(UserId("ben")), AgentState.AVAILABLE, 6_000_000)
    house = await open_house(board=board)
    await house.sign_in("ana")
    assert (await house.ask("GET", "/v1/me/data")).json["state"] == {
        "state": "break",
        "telephone": "idle",
        "since": "1970-01-01T00:00:05Z",
    }


async def test_a_program_sees_its_user_and_the_id_of_its_token(house: Any) -> None:
    headers = {"Authorization": "Bearer token-of-ana"}
    found = (await house.ask("GET", "/v1/me/data", headers=headers)).json
    assert found["user"] == "ana"
    assert found["log_in"] == {"token_id": "token-of-ana", "expires_at": None}


async def test_the_range_and_the_rows_are_bounded(open_house: Any) -> None:
    records = FakeOwnRecords()
    house = await open_house(own_records=records)
    await house.sign_in("ana")
    path = "/v1/me/data?from=1970-01-01&to=1970-01-01T00:00:03Z&limit=100"
    assert (await house.ask("GET", path)).status == 200
    asked = records.asked[-1]
    assert (asked.from_us, asked.to_us, asked.limit) == (0, 3_000_000, 100)
    for wrong in ("limit=99", "limit=2001", "from=x", "from=2026-01-02&to=2026-01-01"):
        refused = await house.ask("GET", f"/v1/me/data?{wrong}")
        assert (refused.status, refused.json["error"]["code"]) == (400, "bad_query")


async def test_so_many_times_a_minute_it_may_be_asked(house: Any) -> None:
    await house.sign_in("ana")
    asked = [await house.ask("GET", "/v1/me/data") for _ in range(DATA_PER_MINUTE + 1)]
    assert [each.status for each in asked] == [200] * DATA_PER_MINUTE + [429]
    assert asked[-1].json["error"]["code"] == "too_many_exports"
    await house.sign_in("ben")
    assert (await house.ask("GET", "/v1/me/data")).status == 200
    house.clock.advance(61)
    await house.sign_in("ana")
    assert (await house.ask("GET", "/v1/me/data")).status == 200


@pytest.mark.parametrize("who", ["ana", "sue", "ada"])
async def test_calls_and_figures_are_those_of_who_asks(
    open_house: Any, who: str
) -> None:
    calls = FakeOwnCalls()
    house = await open_house(own_calls=calls)
    await house.sign_in(who)
    for path in ("/v1/me", "/v1/me/calls"):
        for query in ("", "?user=ben", "?username=ben&agent=1002"):
            assert (await house.ask("GET", f"{path}{query}")).status == 200
    assert {asked.user.username for asked in calls.asked} == {who}
    assert (await house.ask("GET", "/v1/me")).json["user"]["username"] == who


async def test_figures_have_a_formula_each_and_are_plain_numbers(
    open_house: Any,
) -> None:
    calls = FakeOwnCalls()
    house = await open_house(own_calls=calls)
    await house.sign_in("ana")
    found = (await house.ask("GET", "/v1/me")).json
    today, days = found["figures"]
    assert (today["period"], days["period"]) == ("today", "28_days")
    assert {each["name"] for each in found["counters"]} == FORMULAS.keys()
    assert today["values"].keys() == {*FORMULAS, "results"}
    assert (today["values"]["talk_s"], today["values"]["missed"]) == (90, 3)
    begins = [asked.from_us or 0 for asked in calls.asked]
    assert begins[0] - begins[1] == 27 * 86_400_000_000
    assert found["results"] == [{"code": "sold", "label": "Sold"}]


async def test_calls_are_a_file_that_computes_nothing(house: Any) -> None:
    await house.sign_in("ana")
    csv = {"Accept": "text/csv"}
    found = await house.ask("GET", "/v1/me/calls", headers=csv)
    head, row, _ = found.body.decode().split("\r\n")
    assert head.split(",") == [column.name for column in CALL_COLUMNS]
    assert ",'=1+1," in row
    assert ",+442079460958," in row
    assert found.headers["X-Next-Before"] == MORE
    rest = await house.ask("GET", f"/v1/me/calls?before={MORE}", headers=csv)
    assert rest.headers["X-Next-Before"] == ""


async def test_a_range_of_calls_is_checked(open_house: Any) -> None:
    calls = FakeOwnCalls()
    house = await open_house(own_calls=calls)
    await house.sign_in("ana")
    path = "/v1/me/calls?from=1970-01-01&to=1970-01-02&limit=500"
    assert (await house.ask("GET", path)).json["before"] == MORE
    asked = calls.asked[-1]
    assert (asked.from_us, asked.to_us, asked.limit) == (0, 86_400_000_000, 500)
    for wrong in ("limit=0", "limit=501", "from=x", "from=2026-01-02&to=2026-01-01"):
        refused = await house.ask("GET", f"/v1/me/calls?{wrong}")
        assert (refused.status, refused.json["error"]["code"]) == (400, "bad_query")


async def test_a_search_is_checked_and_says_how_far_it_went(open_house: Any) -> None:
    calls = FakeOwnCalls()
    house = await open_house(own_calls=calls)
    await house.sign_in("ana")
    query = "q=ada+pump&direction=inbound&part=missed&result=sold&queue=sales&note=with"
    found = (await house.ask("GET", f"/v1/me/calls?{query}")).json
    assert found["searched_to"] == "1970-01-01T00:00:00Z"
    assert calls.wanted[-1] == CallsWanted(
        words="ada pump", direction="inbound", part="missed", result="sold",
        queue="sales", noted=True,
    )  # fmt: skip
    wrong = ("q=" + "x" * 101, "direction=up", "part=slept", "note=perhaps")
    for query in wrong:
        refused = await house.ask("GET", f"/v1/me/calls?{query}")
        assert (refused.status, refused.json["error"]["code"]) == (400, "bad_query")


async def test_the_queues_of_ones_calls_are_named(house: Any) -> None:
    await house.sign_in("ana")
    found = (await house.ask("GET", "/v1/me")).json
    assert found["queues"] == [{"name": "sales", "label": "Sales"}]
