"""A call that is transferred brings what was written in it."""

from __future__ import annotations

from browser.company import ADA
from browser.house import House


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
