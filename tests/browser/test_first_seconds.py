"""What does the agent know before the first word is said?"""

from __future__ import annotations

from browser.company import ADA
from browser.desk import Desk
from browser.house import House
from playwright.async_api import expect

PROMISE = "Promised to call back Tuesday 10:00 about invoice RE-2026-0011, £480.50"


async def promised(house: House, desk: Desk) -> None:
    call = await house.ring("ana", caller=ADA, queue="sales")
    await house.answer(call, "ana")
    await desk.call_is("Talking")
    await desk.writes(PROMISE)
    await desk.button("Call back").click()
    await expect(desk.part('.dispositions [data-state="saved"]')).to_be_visible()
    await house.hang_up(call)
    await desk.button("Finish").click()
    await desk.has_no_card()
    await house.archived()


async def test_who_verdict_balance_and_the_last_contact_are_one_look(
    house: House,
) -> None:
    desk = await house.open_desk("ana")
    await promised(house, desk)
    await house.ring(
        "ana", caller=ADA, queue="sales", attributes={"menu": "2, open invoice"}
    )
    await desk.card_of("Ada Byron")
    await desk.facet_is("balance", "fresh")
    glance = desk.part(".glance")
    for fact, words in (
        ("open", "£1,250.00"),
        ("often", "2"),
        ("waited", "0:0"),
        ("call-back", "promised"),
    ):
        await expect(glance.locator(f'[data-fact="{fact}"]')).to_contain_text(words)
    last = glance.locator(".last-contact")
    await expect(last).to_contain_text("Call back")
    await expect(last).to_contain_text(PROMISE)
    await expect(desk.part(".call-line")).to_contain_text("2, open invoice")
    for part in (".hero h2", ".sure-word", ".verdict strong", ".last-contact q"):
        await expect(desk.part(part).first).to_be_in_viewport(ratio=1)


async def test_a_fact_that_lands_late_moves_nothing(house: House) -> None:
    house.company.holds("balance")
    desk = await house.open_desk("ana")
    await promised(house, desk)
    await house.ring("ana", caller=ADA)
    await desk.card_of("Ada Byron")
    facts = desk.part(".glance-fact, .last-contact, .verdict, .board")
    boxes = [await each.bounding_box() for each in await facts.all()]
    await expect(desk.part('[data-fact="open"]')).to_contain_text("asking")
    house.company.lets_go()
    await expect(desk.part('[data-fact="open"]')).to_contain_text("£1,250.00")
    assert [await each.bounding_box() for each in await facts.all()] == boxes


async def test_nothing_is_said_of_the_past_of_an_unknown_caller(house: House) -> None:
    desk = await house.open_desk("ana")
    await house.ring("ana", caller="+442079460123")
    await desk.card_of("020 7946 0123")
    await desk.sees("none: the first call known here", within=".last-contact")
    await expect(desk.part('[data-fact="often"]')).to_contain_text("1 (this one)")


async def test_the_number_of_a_known_caller_can_be_dialled(house: House) -> None:
    desk = await house.open_desk("ana")
    await house.ring("ana", caller=ADA)
    await desk.card_of("Ada Byron")
    number = desk.part(".number-line").get_by_role("link", name="020 7946 0958")
    await expect(number).to_have_attribute("href", f"tel:{ADA}")
