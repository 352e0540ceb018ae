"""An agent finds a customer and attaches them to the call, for how long, undone."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from call_centre import CallCentre, Frame, Seat, open_call_centre
from customers_found import company
from key_effects import customers, shows_effect_of

from screenpop.history.opening import Contacts

STRANGER = "+442079460777"
SHARED = "020 7946 0958"
WITHIN_S = 10.0


async def found(seat: Seat, text: str, names: list[str]) -> list[Frame]:
    """What a search finds once all sources have answered."""
    await seat.send("find", text=text, id=f"find-{text}")

    def is_whole(frame: Frame) -> bool:
        states = [each["state"] for each in frame.get("sources", [])]
        return frame["frame"] == "found" and "pending" not in states

    frame = await seat.until(is_whole)
    assert [each["name"] for each in frame["customers"]] == names
    assert frame["reply_to"] == f"find-{text}"
    customers: list[Frame] = frame["customers"]
    return customers


async def attach(seat: Seat, call_id: str, customer: Frame, **more: Any) -> None:
    source, key = customer["source"], customer["key"]
    await seat.send(
        "choose",
        **{"call_id": call_id, "source": source, "key": key, "remember": False, **more},
        id=f"choose {call_id} {key}".replace(" ", "-"),
    )
    await seat.next("done")


async def owes(seat: Seat, amount: str | None) -> None:
    """The balance of the card in the newest frame that has it."""

    def says(frame: Frame) -> bool:
        balance = (frame.get("facets") or {}).get("balance", {})
        told = balance.get("fields", {}).get("open", {}).get("value")
        return bool(balance) and balance["state"] != "pending" and told == amount

    await seat.until(says)


async def chosen_is(seat: Seat, key: str | None) -> None:
    def says(frame: Frame) -> bool:
        if "chosen" not in frame:
            return False
        return (frame["chosen"] or {}).get("key") == key

    await seat.until(says)


async def read(centre: CallCentre) -> None:
    sources = centre.service.lookups.sources
    for name in sources.connectors:
        await sources.read_contacts(name)


async def test_a_withheld_caller_gets_a_customer_and_loses_them_again(
    tmp_path: Path,
) -> None:
    async with open_call_centre(tmp_path, **company(tmp_path)) as centre:
        ana = await centre.sign_in("ana")
        call_id = await centre.ring("ana", caller="anonymous")
        await ana.next_pop()
        [ada] = await found(ana, "A-41", ["Ada Byron"])
        await attach(ana, call_id, ada)
        await owes(ana, "41.00")
        await ana.send("choose", call_id=call_id, undo=True, id="u1")
        await chosen_is(ana, None)
        await ana.send("choose", call_id=call_id, undo=True, id="u2")
        refused = await ana.next("error")
        assert refused["code"] == "nothing_to_undo"


async def test_a_wrong_customer_is_corrected_and_the_correction_undone(
    tmp_path: Path,
) -> None:
    crm = customers(tmp_path, f"7,Eve,{STRANGER},York")
    async with open_call_centre(tmp_path, **company(tmp_path, crm=crm)) as centre:
        await read(centre)
        ana = await centre.sign_in("ana")
        call_id = await centre.ring("ana", caller=STRANGER)
        opened = (await ana.next_pop()).frame
        assert opened["chosen"]["key"] == "7"
        assert not opened["chosen_by_agent"]
        for name, key in (("Ada Byron", "41"), ("Charles Babbage", "43")):
            [customer] = await found(ana, name, [name])
            await attach(ana, call_id, customer)
            await chosen_is(ana, key)
        for key in ("41", "7"):
            await ana.send("choose", call_id=call_id, undo=True, id=f"undo-{key}")
            await chosen_is(ana, key)


async def test_only_who_was_found_or_offered_can_be_attached(tmp_path: Path) -> None:
    async with open_call_centre(tmp_path, **company(tmp_path)) as centre:
        ana = await centre.sign_in("ana")
        call_id = await centre.ring("ana")
        await ana.next_pop()
        choice = {"call_id": call_id, "source": "erp", "key": "43"}
        await ana.send("choose", **choice, id="c1")
        assert (await ana.next("error"))["code"] == "unknown_candidate"
        await ana.send("choose", **choice, found_by="Ada", id="c2")
        assert (await ana.next("error"))["code"] == "unknown_candidate"
        await ana.send("choose", **choice, found_by="Babbage", id="c3")
        await chosen_is(ana, "43")


async def test_who_was_attached_stays_after_a_restart_and_can_be_undone(
    tmp_path: Path,
) -> None:
    async with open_call_centre(tmp_path, **company(tmp_path)) as centre:
        ana = await centre.sign_in("ana")
        call_id = await centre.ring("ana", caller="anonymous")
        await ana.next_pop()
        [ada] = await found(ana, "A-41", ["Ada Byron"])
        await attach(ana, call_id, ada)
        await owes(ana, "41.00")
    for snapshot in (True, False):
        if not snapshot:
            for path in (tmp_path / "data").glob("*.snapshot"):
                path.unlink()
        async with open_call_centre(tmp_path, **company(tmp_path)) as centre:
            ana = await centre.sign_in("ana")
            [pop] = ana.named("resync")[0]["pops"]
            assert pop["chosen_by_agent"]
            key = ("main", call_id, pop["occurrence"])
            case = centre.service.follower.desk.cases[key]  # type: ignore[index]
            async with asyncio.timeout(WITHIN_S):
                while case.chosen is None or case.pending:
                    await asyncio.sleep(0.01)
            assert case.chosen.key == "41"
            [balance] = [x for x in case.answers.values() if x.lookup == "owes"]
            assert balance.rows == ({"open": "41.00"},)


async def test_a_remembered_choice_is_likely_at_most_and_an_undo_forgets_it(
    tmp_path: Path,
) -> None:
    async with open_call_centre(tmp_path, **company(tmp_path)) as centre:
        ana = await centre.sign_in("ana")
        for remember, undo in ((True, False), (True, True)):
            number = f"+44207946077{int(undo)}"
            call_id = await centre.ring("ana", caller=number)
            await ana.next_pop()
            [ada] = await found(ana, "A-41", ["Ada Byron"])
            await attach(ana, call_id, ada, remember=remember)
            await chosen_is(ana, "41")
            if undo:
                await ana.send("choose", call_id=call_id, undo=True, id="u")
                await chosen_is(ana, None)
            await centre.hang_up(call_id)
            await ana.next("pop.closed")
            await centre.ring("ana", caller=number)
            again = (await ana.next_pop()).frame
            if undo:
                assert again["candidates"] == []
            else:
                [candidate] = again["candidates"]
                assert 0.5 <= candidate["confidence"] < 0.75
                assert again["chosen"]["key"] == "41"
        await centre.archived()
        contacts = Contacts(centre.service.past.database)
        links = [link.number async for link in contacts.links(100)]
        assert links == ["+442079460770"]


async def test_a_consulted_colleague_sees_who_was_attached(tmp_path: Path) -> None:
    async with open_call_centre(tmp_path, **company(tmp_path)) as centre:
        ana, ben = await centre.sign_in("ana"), await centre.sign_in("ben")
        call_id = await centre.ring("ana", caller="anonymous")
        await centre.answer(call_id, "ana")
        [ada] = await found(ana, "A-41", ["Ada Byron"])
        await attach(ana, call_id, ada)
        await owes(ana, "41.00")
        await centre.ring(
            "ben",
            caller="1001",
            direction="internal",
            call_id="consult",
            related_call_id=call_id,
        )
        await chosen_is(ben, "41")


@shows_effect_of("limits.searches_per_minute")
async def test_searches_of_one_person_are_paced(tmp_path: Path) -> None:
    limits = {"searches_per_minute": 2}
    async with open_call_centre(tmp_path, limits=limits, **company(tmp_path)) as centre:
        ana, ben = await centre.sign_in("ana"), await centre.sign_in("ben")
        for text in ("A-41", "A-42"):
            await ana.send("find", text=text, id=text)
            await ana.next("found")
        await ana.send("find", text="A-43", id="third")
        refused = await ana.next("error")
        assert (refused["code"], refused["reply_to"]) == ("too_many_searches", "third")
        assert "limits.searches_per_minute" in refused["message"]
        await ben.send("find", text="A-43", id="ben")
        await ben.next("found")


async def test_what_a_connection_searched_is_forgotten_with_it(tmp_path: Path) -> None:
    async with open_call_centre(tmp_path, **company(tmp_path)) as centre:
        ana = await centre.sign_in("ana")
        await found(ana, "A-41", ["Ada Byron"])
        assert len(centre.service.hub.finding) == 1
        await ana.leave()
        async with asyncio.timeout(WITHIN_S):
            while len(centre.service.hub.finding):
                await asyncio.sleep(0.01)
