"""An agent says what became of an offer; all tabs show it, and history counts it."""

from __future__ import annotations

from typing import Any

from push_doubles import Browser, Floor

from screenpop.domain.offer import Offer, decode_offers


async def _talking() -> tuple[Floor, Browser]:
    floor = Floor()
    ana = await floor.sign_in("ana")
    floor.tell("answered", "c-1", "1001")
    floor.recommended("c-1", "tape", "bags")
    return floor, ana


async def _mark(browser: Browser, mark: str, *items: str, facet: str = "") -> None:
    offers = [{"facet": facet or "recommendations", "item": item} for item in items]
    await browser.send("offers", call_id="c-1", offers=offers, mark=mark, id="m1")


def _marks(browser: Browser) -> Any:
    return browser.named("pop.updated")[-1]["note"].get("marks")


async def test_a_mark_is_shown_in_all_tabs_and_after_a_reload() -> None:
    floor, ana = await _talking()
    other = await floor.sign_in("ana")
    await _mark(ana, "taken", "tape")
    assert _marks(ana) == _marks(other) == {"recommendations/tape": "taken"}
    (pop,) = (await floor.sign_in("ana")).named("resync")[0]["pops"]
    assert pop["note"]["marks"] == {"recommendations/tape": "taken"}


async def test_the_record_says_why_it_was_offered() -> None:
    floor, ana = await _talking()
    await _mark(ana, "declined", "tape", "bags")
    record = floor.journal[-1]
    assert (record.action, record.data["mark"]) == ("offers", "declined")
    assert decode_offers(record.data["offers"]) == [
        Offer("recommendations", "tape", "own", "m1"),
        Offer("recommendations", "bags", "own", "m1"),
    ]


async def test_that_it_was_on_screen_takes_no_mark_away() -> None:
    _, ana = await _talking()
    await _mark(ana, "taken", "tape")
    await _mark(ana, "shown", "tape", "bags")
    assert _marks(ana) == {
        "recommendations/tape": "taken",
        "recommendations/bags": "shown",
    }


async def test_a_mark_can_be_taken_back() -> None:
    _, ana = await _talking()
    await _mark(ana, "taken", "tape")
    await _mark(ana, "", "tape")
    assert _marks(ana) == {"recommendations/tape": "shown"}


async def test_a_note_and_a_mark_keep_each_other() -> None:
    _, ana = await _talking()
    await _mark(ana, "taken", "tape")
    await ana.send("note", call_id="c-1", text="wants two", id="n1")
    note = ana.named("pop.updated")[-1]["note"]
    assert (note["text"], note["marks"]["recommendations/tape"]) == (
        "wants two",
        "taken",
    )


async def test_what_is_not_on_the_card_cannot_be_marked() -> None:
    floor, ana = await _talking()
    for items, facet in ((("tape", "rope"), ""), (("tape",), "balance"), ((), "")):
        await _mark(ana, "taken", *items, facet=facet)
        assert ana.frames[-1]["frame"] == "error"
    assert [record.action for record in floor.journal].count("offers") == 0


async def test_a_colleague_cannot_mark_them() -> None:
    floor, _ = await _talking()
    ben = await floor.sign_in("ben")
    await _mark(ben, "taken", "tape")
    assert ben.frames[-1]["code"] == "not_your_call"
