"""From the telephone's webhook to the right browser, through the real service."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from call_centre import CallCentre, Frame, open_call_centre

CARDS = """key,name,company,phone,open,overdue_since
7,Ada Byron,Analytical Ltd,020 7946 0958,1250.00,2026-10-01
8,Ben Hall,Hall & Sons,020 7946 0999,0,
9,Carla Hall,Hall & Sons,020 7946 0999,10.50,
"""


@pytest.fixture
async def call_centre(tmp_path: Path) -> AsyncIterator[CallCentre]:
    (tmp_path / "cards.csv").write_text(CARDS)
    async with open_call_centre(
        tmp_path,
        sources={
            "cards": {
                "connector": "csv_file",
                "path": "cards.csv",
                "numbers": ["phone"],
            }
        },
        lookups={
            "who": {"source": "cards", "facet": "identity", "kind": "identity"},
            "balance": {
                "source": "cards",
                "facet": "balance",
                "match": {"key": "customer.key"},
                "fields": {"open": "open", "overdue_since": "overdue_since"},
            },
        },
    ) as centre:
        yield centre


async def test_an_agent_never_sees_a_colleagues_call(call_centre: CallCentre) -> None:
    ana = await call_centre.sign_in("ana")
    await call_centre.ring("ben", caller="+442079460901")
    await call_centre.ring("ana", caller="+442079460902")  # sentinel
    assert (await ana.next_pop()).caller == "+442079460902"


async def test_the_card_says_who_calls_and_what_they_owe(
    call_centre: CallCentre,
) -> None:
    ana = await call_centre.sign_in("ana")
    call = await call_centre.ring("ana", caller="020 7946 0958")
    facets = await ana.card(call, "identity", "balance")
    assert facets["identity"]["fields"]["name"]["value"] == "Ada Byron"
    assert facets["balance"]["fields"]["open"]["value"] == "1250.00"
    assert facets["balance"]["fields"]["open"]["source"] == "cards"


async def test_two_customers_on_one_number_are_offered_and_the_choice_comes_first(
    call_centre: CallCentre,
) -> None:
    ana = await call_centre.sign_in("ana")
    first = await call_centre.ring("ana", caller="+442079460999")
    offered = await ana.until(lambda f: len(f.get("candidates") or []) == 2)
    assert offered["call_id"] == first
    await ana.send("choose", call_id=first, source="cards", key="9", id="x1")
    assert await ana.value(first, "balance", "open") == "10.50"
    await call_centre.hang_up(first)
    again = await call_centre.ring("ana", caller="+442079460999")
    offered = await ana.until(
        lambda f: f.get("call_id") == again and len(f.get("candidates") or []) == 2
    )
    assert [each["key"] for each in offered["candidates"]] == ["9", "8"]
    assert not offered.get("chosen")


async def test_an_unknown_caller_is_named_once_and_known_from_then_on(
    call_centre: CallCentre,
) -> None:
    ana = await call_centre.sign_in("ana")
    call = await call_centre.ring("ana", caller="+442079460123")
    await ana.send(
        "choose", call_id=call, contact={"name": "Dora", "company": "D Ltd"}, id="n1"
    )
    assert await ana.value(call, "identity", "name") == "Dora"
    await call_centre.hang_up(call)
    again = await call_centre.ring("ana", caller="+442079460123")
    assert await ana.value(again, "identity", "name") == "Dora"


@pytest.mark.parametrize(
    "caller", ["anonymous", "Restricted", "+266696687", "withheld"]
)
async def test_a_withheld_number_is_said_plainly_and_never_looked_up(
    call_centre: CallCentre, caller: str
) -> None:
    ana = await call_centre.sign_in("ana")
    await call_centre.ring("ana", caller=caller)
    pop = await ana.next_pop()
    assert pop.frame["caller"]["presentation"] == "withheld"
    assert pop.frame["caller"]["number"] is None
    states = {name: facet["state"] for name, facet in pop.frame["facets"].items()}
    assert states["balance"] == "withheld"
    assert states["interactions"] == "withheld"
    assert pop.frame["candidates"] == []


async def test_when_a_colleague_answers_the_card_leaves(
    call_centre: CallCentre,
) -> None:
    ana, ben = await call_centre.sign_in("ana"), await call_centre.sign_in("ben")
    call = await call_centre.ring("ana", "ben")
    await call_centre.answer(call, "ben")
    closed = await ana.next("pop.closed")
    assert (closed["reason"], closed["answered_by"]) == ("answered_elsewhere", "Ben")
    await call_centre.hang_up(call)
    stays = await ben.next("pop.closed")
    assert stays["wrap_up"]


async def test_a_repeated_delivery_changes_nothing(call_centre: CallCentre) -> None:
    ana = await call_centre.sign_in("ana")
    event = {
        "type": "alerting",
        "call_id": "c-7",
        "from": "+442079460901",
        "agents": ["1001"],
        "event_id": "e-1",
    }
    for _ in range(3):
        assert await call_centre.tell(event) == 200
    await call_centre.ring("ana", call_id="sentinel")
    await ana.until(lambda f: f.get("call_id") == "sentinel")
    assert [f["call_id"] for f in ana.named("pop.opened")] == ["c-7", "sentinel"]


async def test_a_browser_that_was_away_gets_exactly_what_it_missed(
    call_centre: CallCentre,
) -> None:
    ana = await call_centre.sign_in("ana")
    first = await call_centre.ring("ana")
    await ana.card(first, "identity", "balance", "interactions")
    await ana.leave()
    second = await call_centre.ring("ana")
    await call_centre.hang_up(second)
    third = await call_centre.ring("ana")
    back = await call_centre.sign_in("ana", after=ana.last_offset)
    opened = [f["call_id"] for f in back.named("pop.opened")]
    assert opened == [second, third]
    assert [f["call_id"] for f in back.named("pop.closed")] == [second]


async def test_a_forged_webhook_is_refused_and_changes_nothing(
    call_centre: CallCentre,
) -> None:
    ana = await call_centre.sign_in("ana")
    answer = await call_centre.http.post(
        f"{call_centre.url}/v1/telephony/main",
        json={"type": "alerting", "call_id": "forged", "agents": ["1001"]},
        headers={"X-Screenpop-Signature": "t=1,v1=00"},
    )
    assert answer.status == 401
    assert set((await answer.json())["error"]) >= {"code", "message", "remedy"}
    await call_centre.ring("ana", call_id="sentinel")
    assert (await ana.next_pop()).call_id == "sentinel"


async def test_notes_and_dispositions_are_in_the_calls_history(
    call_centre: CallCentre,
) -> None:
    ana = await call_centre.sign_in("ana")
    call = await call_centre.ring("ana")
    await call_centre.answer(call, "ana")
    await ana.send("note", call_id=call, text="wants a quote", id="n1")
    await ana.next("done")
    await ana.send("handover", call_id=call, text="speaks Dutch", id="h1")
    await ana.next("done")
    await call_centre.hang_up(call)
    await ana.send("disposition", call_id=call, code="sold", id="d1")
    await ana.next("done")
    await call_centre.archived()
    past = await call_centre.get("ana", f"/v1/calls/{call}")
    assert [note["text"] for note in past["handovers"]] == ["speaks Dutch"]
    assert past["note"] == "wants a quote"
    again = await call_centre.ring("ana")
    facets = await ana.card(again, "interactions")
    (earlier,) = facets["interactions"]["rows"]
    assert (earlier["note"], earlier["disposition"]) == ("wants a quote", "sold")


async def test_a_supervisor_sees_the_queue_move(call_centre: CallCentre) -> None:
    sue = await call_centre.sign_in("sue", kind="wallboard")
    await sue.next("wallboard.snapshot")
    await call_centre.event("queued", "c-1", queue="sales")

    def waits(frame: Frame) -> bool:
        return any(
            row["queue"] == "sales" and row["values"]["waiting"] == 1
            for row in frame.get("queues") or []
        )

    delta = await sue.until(waits)
    assert delta["frame"] == "wallboard.delta"


async def test_programs_read_an_average_of_nothing_as_null(
    call_centre: CallCentre,
) -> None:
    headers = {"Cookie": await call_centre.cookie_of("sue")}
    answer = await call_centre.http.get(f"{call_centre.url}/v1/stats", headers=headers)
    (total,) = (await answer.json())["queues"]
    assert total["values"]["average_speed_of_answer_s"] is None
    assert total["values"]["abandon_rate"] is None
    assert total["values"]["offered"] == 0
