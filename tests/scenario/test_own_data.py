"""Two agents, a supervisor and an administrator: each sees themselves and no one else.

The names of agents are switched on, so that only these routes keep them back.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from call_centre import CallCentre, open_call_centre

OWN = {"ana": "Wants a pump", "ben": "Asked for a quote", "sue": "Listened in"}


async def tell_the_story(centre: CallCentre) -> None:
    """A call at both agents; both and the supervisor write about it."""
    ana, ben = await centre.sign_in("ana"), await centre.sign_in("ben")
    await centre.ring("ana", "ben", call_id="c-1", queue="sales")
    for seat in (ana, ben):
        pop = (await seat.next_pop()).frame
        await seat.send("ack", call_id="c-1", offset=pop["offset"])
    await centre.answer("c-1", "ana")
    await centre.event("transferred", "c-1", "ben")
    await centre.answer("c-1", "ben")
    await centre.hang_up("c-1")
    await centre.archived()
    for name, words in OWN.items():
        done = await centre.post(name, "/v1/calls/c-1/notes", text=words)
        assert done[0] == 201, done
    done = await centre.post("ana", "/v1/calls/c-1/disposition", code="sold")
    assert done[0] == 200, done
    await centre.get("sue", "/v1/calls/c-1")
    await centre.get("ana", "/v1/lookup?number=%2B442079460958")
    await centre.archived()
    await ana.leave()
    await ben.leave()


@pytest.fixture
async def centre(tmp_path: Path) -> AsyncIterator[CallCentre]:
    async with open_call_centre(tmp_path) as centre:
        await tell_the_story(centre)
        yield centre


@pytest.mark.parametrize("who", ["ana", "ben", "sue", "ada"])
async def test_what_is_stored_about_oneself_names_no_one_else(
    centre: CallCentre, who: str
) -> None:
    found = await centre.get(who, "/v1/me/data")
    rows = {section["name"]: section["rows"] for section in found["sections"]}
    assert [row["username"] for row in rows["account"]] == [who]
    assert [row["text"] for row in rows["notes"]] == [OWN[x] for x in OWN if x == who]
    for entry in rows.pop("changes") + rows.pop("looks"):
        assert entry["username"] != who
    text = json.dumps(rows).casefold()
    for other in {"ana", "ben", "cat", "sue", "ada", "1001", "1002"} - {who}:
        own = {"ana": "1001", "ben": "1002"}.get(who)
        assert other == own or f'"{other}"' not in text, other


@pytest.mark.parametrize(
    ("who", "part", "talked", "result"),
    [("ana", "answered", 1, "sold"), ("ben", "answered", 1, None)],
)
async def test_an_agents_calls_and_figures_are_their_own(
    centre: CallCentre, who: str, part: str, talked: int, result: str | None
) -> None:
    (call,) = (await centre.get(who, "/v1/me/calls"))["calls"]
    assert (call["part"], call["note"], call["result"]) == (part, OWN[who], result)
    values = (await centre.get(who, "/v1/me"))["figures"][0]["values"]
    assert (values["rang"], values["answered"]) == (1, talked)
    assert values["results"] == ({result: 1} if result else {})


@pytest.mark.parametrize("who", ["sue", "ada"])
async def test_who_has_no_telephone_has_no_calls_of_others(
    centre: CallCentre, who: str
) -> None:
    assert (await centre.get(who, "/v1/me/calls"))["calls"] == []
    for query in ("?user=ana", "?username=ana", "?agent=1001"):
        assert (await centre.get(who, f"/v1/me/calls{query}"))["calls"] == []
    found = await centre.get(who, "/v1/me")
    assert found["user"]["username"] == who
    assert found["state"] is None
    for figures in found["figures"]:
        assert not any(figures["values"].values())


async def test_an_agent_sees_who_opened_their_call(centre: CallCentre) -> None:
    found = await centre.get("ana", "/v1/me/data")
    rows = {section["name"]: section["rows"] for section in found["sections"]}
    looks = {(row["username"], row["action"], row["object"]) for row in rows["looks"]}
    assert ("sue", "call.read", "c-1") in looks
    assert [row["code"] for row in rows["results"]] == ["sold"]
    assert [row["action"] for row in rows["deeds"]] == ["lookup"]
    assert rows["pops"]
    assert found["state"]["state"]


async def test_in_the_default_mode_it_is_the_same(tmp_path: Path) -> None:
    async with open_call_centre(tmp_path, privacy={}) as centre:
        await tell_the_story(centre)
        found = await centre.get("ben", "/v1/me/data")
    rows = {section["name"]: section["rows"] for section in found["sections"]}
    assert [row["text"] for row in rows["notes"]] == [OWN["ben"]]
