"""People move between telephones: their calls, notes and states move with them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from call_centre import CallCentre, open_call_centre


@pytest.fixture
async def call_centre(tmp_path: Path) -> AsyncIterator[CallCentre]:
    async with open_call_centre(
        tmp_path,
        dispositions=[
            {"code": "sold", "label": "Sold"},
            {"code": "complaint", "label": "Complaint", "note_required": True},
        ],
    ) as centre:
        yield centre


async def listed(centre: CallCentre, name: str) -> list[dict[str, Any]]:
    answer = await centre.get(name, "/v1/calls")
    calls: list[dict[str, Any]] = answer["calls"]
    return calls


async def swapped(centre: CallCentre) -> None:
    """Ana goes to 4444, Ben takes her extension 1001."""
    await centre.move("ana", "4444")
    await centre.move("ben", "1001")


async def test_a_call_goes_on_on_the_desk_of_who_moved_and_closes_there(
    call_centre: CallCentre,
) -> None:
    ana, ben = await call_centre.sign_in("ana"), await call_centre.sign_in("ben")
    call = await call_centre.ring("1001", caller="+442079460911")
    await call_centre.event("answered", call, "1001")
    await ana.until(lambda f: f.get("state") == "answered")
    await swapped(call_centre)
    await call_centre.event("held", call, "1001")
    assert (await ana.until(lambda f: f.get("state") == "held"))["call_id"] == call
    await call_centre.hang_up(call)
    closed = await ana.next("pop.closed")
    assert (closed["call_id"], closed["reason"]) == (call, "ended")
    sentinel = await call_centre.ring("1001", caller="+442079460912")
    assert (await ben.next_pop()).call_id == sentinel


async def test_the_past_stays_with_the_person_and_not_with_the_extension(
    call_centre: CallCentre,
) -> None:
    call = await call_centre.ring("1001")
    await call_centre.event("answered", call, "1001")
    ana = await call_centre.sign_in("ana")
    await ana.send("note", call_id=call, text="private", id="n-1")
    await ana.next("done")
    await call_centre.hang_up(call)
    await swapped(call_centre)
    await call_centre.archived()
    assert [(c["call_id"], c["note"]) for c in await listed(call_centre, "ana")] == [
        (call, "private")
    ]
    assert await listed(call_centre, "ben") == []
    assert await call_centre.status("ben", f"/v1/calls/{call}") == 404
    whole = await call_centre.get("sue", f"/v1/calls/{call}")
    assert whole["agents"] == ["Ana"]
    assert [(leg["agent"], leg["user"]) for leg in whole["legs"]] == [("1001", "ana")]


async def test_who_answered_at_a_telephone_taken_over_while_it_rang_has_the_card(
    call_centre: CallCentre,
) -> None:
    ana, ben = await call_centre.sign_in("ana"), await call_centre.sign_in("ben")
    call = await call_centre.ring("1001")
    await ana.next_pop()
    await swapped(call_centre)
    await call_centre.event("answered", call, "1001")
    closed = await ana.next("pop.closed")
    assert (closed["reason"], closed["answered_by"]) == ("answered_elsewhere", "Ben")
    assert (await ben.next_pop()).frame["state"] == "answered"


async def test_a_replay_gives_the_same_people(
    call_centre: CallCentre, tmp_path: Path
) -> None:
    call = await call_centre.ring("1001")
    await call_centre.event("answered", call, "1001")
    await swapped(call_centre)
    before = call_centre.service.follower.book.newest("main", call)
    entries = await call_centre.service.journal.read(0, 100)  # type: ignore[arg-type]
    from screenpop.domain.call_state import CallBook
    from screenpop.journal.records import EventRecord

    book = CallBook()
    for entry in entries:
        if isinstance(entry.record, EventRecord):
            book.apply(entry.record.event)
    assert before is not None
    assert book.newest("main", call) == before
    assert [leg.people for leg in before.legs] == [("ana",)]


async def test_two_people_with_one_telephone_both_get_the_call_and_readyz_says_so(
    call_centre: CallCentre,
) -> None:
    await call_centre.share("cat", "1001")
    ana, cat = await call_centre.sign_in("ana"), await call_centre.sign_in("cat")
    call = await call_centre.ring("1001")
    assert (await ana.next_pop()).call_id == (await cat.next_pop()).call_id == call
    await call_centre.hang_up(call)
    for seat in (ana, cat):
        assert (await seat.next("pop.closed"))["call_id"] == call
    ready = await call_centre.get("ada", "/readyz")
    (problem,) = [each for each in ready["problems"] if each["part"] == "users"]
    assert "ana, cat" in problem["message"]


async def test_notes_are_read_by_who_talked_and_not_by_who_was_only_rung(
    call_centre: CallCentre,
) -> None:
    call = await call_centre.ring("ana", "ben", "cat")
    await call_centre.answer(call, "ana")
    ana = await call_centre.sign_in("ana")
    await ana.send("note", call_id=call, text="hers", id="n-1")
    await ana.next("done")
    await call_centre.event("transferred", call, from_agent="1001", agents=["1002"])
    await call_centre.answer(call, "ben")
    await call_centre.hang_up(call)
    await call_centre.archived()
    seen = {
        name: await call_centre.get(name, f"/v1/calls/{call}")
        for name in ("ana", "ben", "cat", "sue")
    }
    notes = {name: [n["text"] for n in x["notes"]] for name, x in seen.items()}
    assert notes == {"ana": ["hers"], "ben": ["hers"], "cat": [], "sue": ["hers"]}
    assert {name: x["note"] for name, x in seen.items()} == {
        name: texts[0] if texts else "" for name, texts in notes.items()
    }
    assert [c["note"] for c in await listed(call_centre, "cat")] == [""]


async def test_a_result_that_needs_a_note_is_refused_over_http_without_one(
    call_centre: CallCentre,
) -> None:
    call = await call_centre.ring("ana")
    await call_centre.answer(call, "ana")
    await call_centre.hang_up(call)
    await call_centre.archived()
    path = f"/v1/calls/{call}"
    refused = await call_centre.post("ana", f"{path}/disposition", code="complaint")
    assert (refused[0], refused[1]["error"]["code"]) == (400, "note_required")
    assert (await call_centre.post("ana", f"{path}/notes", text="angry"))[0] == 201
    done = await call_centre.post("ana", f"{path}/disposition", code="complaint")
    assert done[0] == 200
    await call_centre.post("ana", f"{path}/notes", text=" ")
    again = await call_centre.post("ana", f"{path}/disposition", code="complaint")
    assert again[0] == 400
