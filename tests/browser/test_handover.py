"""A colleague who is asked, or gets the call, sees what was written in it."""

from __future__ import annotations

import os

from browser.company import ADA
from browser.desk import WITHIN_MS, Desk
from browser.house import House
from playwright.async_api import expect


async def picture(desk: Desk, name: str) -> None:
    """For whoever looks: `PICTURES` names a folder."""
    if folder := os.environ.get("PICTURES"):
        await desk.page.screenshot(path=f"{folder}/{name}.png")


async def test_after_a_transfer_the_card_shows_what_the_colleague_wrote(
    house: House,
) -> None:
    ana = await house.open_desk("ana")
    ben = await house.open_desk("ben")
    call = await house.ring("ana", caller=ADA)
    await ana.card_of("Ada Byron")
    await house.answer(call, "ana")
    await ana.writes("Wants to pay on Monday")
    await ana.note_is_saved()
    await house.event("transferred", call, "ben")
    await house.event("alerting", call, "ben")
    await ben.card_of("Ada Byron")
    await ben.sees("Wants to pay on Monday", within=".handover")
    await ana.writes(", by transfer")
    await ben.sees("Wants to pay on Monday, by transfer", within=".handover")


async def test_a_note_for_the_next_agent_stands_first_on_their_card(
    house: House,
) -> None:
    ana = await house.open_desk("ana", viewport={"width": 1280, "height": 800})
    ben = await house.open_desk("ben", viewport={"width": 360, "height": 800})
    call = await house.ring("ana", caller=ADA)
    await ana.card_of("Ada Byron")
    await house.answer(call, "ana")
    await ana.writes("Pays on Monday")
    await ana.note_is_saved()
    await ana.button("Note for the next agent").focus()
    await ana.press("Enter")
    await ana.press("Tab")
    await ana.page.keyboard.type("She speaks Dutch, be patient")
    await ana.sees("Left for the next agent")
    await picture(ana, "for_next_1280")
    assert await ana.fits_in_width()
    await house.event("transferred", call, "ben")
    await house.event("alerting", call, "ben")
    await ben.card_of("Ada Byron")
    left = ben.part(".for-you")
    await expect(left).to_contain_text("Ana", timeout=WITHIN_MS)
    lines = ben.part(".handover-text")
    await expect(lines).to_have_text(["She speaks Dutch, be patient", "Pays on Monday"])
    await expect(left).to_be_in_viewport(ratio=1)
    await picture(ben, "for_next_360")
    assert await ben.fits_in_width()
    await house.answer(call, "ben")
    await ben.call_is("Talking")
    await ben.button("Note for the next agent").click()
    await picture(ben, "for_next_360_writing")
    await house.hang_up(call)
    await ben.sees("Pays on Monday", within=".handover")
    await ben.no_longer_sees(".for-you")


async def test_a_consultation_says_who_asks_and_then_the_call_is_handed_over(
    house: House,
) -> None:
    ana = await house.open_desk("ana")
    ben = await house.open_desk("ben", viewport={"width": 360, "height": 800})
    call = await house.ring("ana", caller=ADA)
    await ana.card_of("Ada Byron")
    await house.answer(call, "ana")
    await ana.writes("Wants ten per cent off")
    await ana.note_is_saved()
    await house.event("held", call, "ana")
    asking = {"from": "1001", "direction": "internal", "related_call_id": call}
    await house.event("alerting", "ask-1", "ben", **asking)
    await ben.card_of("Ada Byron")
    await ben.sees("Consult from Ana", within=".call-line")
    await ben.sees("Wants ten per cent off", within=".handover")
    await ana.sees("Asking Ben · Ringing", within=".call-line")
    await picture(ben, "consult_360")
    assert await ben.fits_in_width()
    await house.event("answered", "ask-1", "ben", **asking)
    await ana.sees("Asking Ben · Talking", within=".call-line")
    await picture(ana, "consult_1280")
    await ana.writes(", five are agreed")
    await ben.sees("Wants ten per cent off, five are agreed", within=".handover")
    await ben.writes("Five is fine")
    await ana.sees("Five is fine", within=".handover")
    await ana.button("Note for the next agent").click()
    await ana.press("Tab")
    await ana.page.keyboard.type("Ship before Friday")
    await ana.sees("Left for the next agent")
    await ben.sees("Ship before Friday", within=".for-you")
    await house.event("transferred", call, "ben", from_agent="1001", target="1002")
    await house.hang_up("ask-1")
    await house.answer(call, "ben")
    await ben.call_is("Talking")
    await ben.sees("Ship before Friday", within=".for-you")
    await ben.sees("Talked before Ana", within=".call-line")
    await ben.no_longer_sees(".consult")
    await ana.no_longer_sees(".consult")
