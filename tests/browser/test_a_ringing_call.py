"""What does an agent see while a call rings, and when it leaves?"""

from __future__ import annotations

from browser.company import ADA
from browser.house import House


async def test_the_card_opens_and_fills_in_source_by_source_without_moving(
    house: House,
) -> None:
    house.company.holds("balance", "terms", "orders", "offers", "years", "often")
    desk = await house.open_desk("ana")
    await house.ring("ana", caller=ADA, queue="sales")
    await desk.card_of("Ada Byron")
    await desk.call_is("Ringing")
    await desk.facet_is("balance", "pending")
    before = await desk.landmarks()
    assert len(before) > 10
    house.company.lets_go("balance")
    await desk.facet_says("balance", "£1,250.00")
    await desk.facet_is("credit_terms", "pending")
    assert await desk.landmarks() == before
    house.company.lets_go()
    await desk.facet_says("credit_terms", "£5,000.00")
    await desk.facet_says("sales_history", "SO-0")
    await desk.facet_says("recommendations", "Punched cards")
    assert await desk.landmarks() == before


async def test_the_card_leaves_when_a_colleague_answers(house: House) -> None:
    ana, ben = await house.open_desk("ana"), await house.open_desk("ben")
    call = await house.ring("ana", "ben", caller=ADA)
    await ana.card_of("Ada Byron")
    await ben.card_of("Ada Byron")
    await house.answer(call, "ben")
    await ana.has_no_card()
    await ana.sees("answered by Ben")
    await ben.call_is("Talking")
