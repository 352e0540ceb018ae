"""What does an agent see while a call rings, and when it leaves?"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from browser.company import ADA, HALLS, STRANGER, configuration
from browser.house import House, open_house
from playwright.async_api import Browser, expect


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


async def test_overdue_money_is_seen_at_once(house: House) -> None:
    desk = await house.open_desk("ana")
    await house.ring("ana", caller=ADA)
    await expect(desk.part(".verdict")).to_contain_text("£480.50")
    await desk.facet_says("balance", "1 Sept 2026")


async def test_a_source_that_hangs_or_fails_says_so_and_the_others_are_there(
    house: House,
) -> None:
    house.company.holds("tickets")
    house.company.breaks("terms")
    desk = await house.open_desk("ana")
    await house.ring("ana", caller=ADA)
    await desk.facet_says("balance", "£1,250.00")
    await desk.facet_says("credit_terms", "Credit department failed")
    await desk.facet_says("credit_terms", "it answered 500")
    await desk.facet_says("tickets", "Warehouse did not answer within 0.4 s")


async def test_an_older_value_says_so_in_words_while_its_source_is_away(
    house: House,
) -> None:
    desk = await house.open_desk("ana")
    call = await house.ring("ana", caller=ADA)
    await desk.facet_says("balance", "£1,250.00")
    await house.hang_up(call)
    await desk.has_no_card()
    house.company.breaks("balance")
    await house.ring("ana", caller=ADA)
    await desk.facet_is("balance", "stale")
    await desk.facet_says("balance", "£1,250.00")
    await desk.facet_says("balance", re.compile(r"\bold · ERP"))
    await desk.sees("ERP is not answering: older values", within=".verdict")
    await desk.button("Sources").click()
    await expect(desk.facet("balance")).to_contain_text("older value")
    await expect(desk.facet("credit_terms")).not_to_contain_text("older")


async def test_what_is_not_overdue_is_said_in_words_and_what_is_missing_is_not(
    house: House,
) -> None:
    house.company.says("balance", overdue="0.00", overdue_since=None)
    desk = await house.open_desk("ana")
    call = await house.ring("ana", caller=ADA)
    since = desk.facet("balance").locator('[data-field="overdue_since"]')
    await expect(since).to_contain_text("none overdue")
    await desk.sees("Nothing overdue, no hold.")
    await house.hang_up(call)
    await desk.has_no_card()
    house.company.says("balance", overdue=None, overdue_since=None)
    await house.ring("ana", caller=ADA)
    await expect(since).to_contain_text("–")
    await expect(since).not_to_contain_text("none")


async def test_every_value_can_show_its_source_and_age(house: House) -> None:
    desk = await house.open_desk("ana")
    await house.ring("ana", caller=ADA)
    await desk.facet_says("balance", "£1,250.00")
    overdue = desk.facet("balance").locator('[data-field="overdue"]')
    await expect(overdue).not_to_contain_text("ERP")
    await desk.button("Sources").click()
    await expect(overdue).to_contain_text("ERP")


async def test_two_calls_stand_in_tabs_and_no_typing_is_lost(house: House) -> None:
    desk = await house.open_desk("ana")
    first = await house.ring("ana", caller=ADA)
    await desk.card_of("Ada Byron")
    await house.answer(first, "ana")
    await desk.call_is("Talking")
    await desk.writes("wants forty")
    await house.ring("ana", caller=HALLS)
    await expect(desk.page.get_by_role("tab")).to_have_count(2)
    await desk.card_of("Ada Byron")
    await expect(desk.note).to_be_focused()
    await desk.note.press_sequentially(" cogs")
    await desk.page.get_by_role("tab").nth(1).click()
    await desk.sees("2 possible customers")
    await expect(desk.note).to_have_value("")
    await desk.page.get_by_role("tab", name=re.compile("Ada")).click()
    await expect(desk.note).to_have_value("wants forty cogs")


async def test_who_talks_to_one_and_looks_at_the_other_writes_on_the_right_call(
    house: House,
) -> None:
    desk = await house.open_desk("ana")
    talk = await house.ring("ana", caller=ADA)
    await house.answer(talk, "ana")
    await desk.call_is("Talking")
    await desk.writes("wants forty")
    other = await house.ring("ana", "ben", caller=HALLS)
    await desk.page.get_by_role("tab").nth(1).click()
    await desk.sees("2 possible customers")
    bar = desk.part(".talking-bar")
    await expect(bar).to_contain_text("You are talking to")
    await expect(bar).to_contain_text("Ada Byron")
    await desk.writes("rings ")
    third = await house.ring("ana", caller=STRANGER)
    await expect(desk.page.get_by_role("tab")).to_have_count(3)
    await expect(desk.note).to_be_focused()
    await desk.page.keyboard.type("for Ben")
    await expect(desk.note).to_have_value("rings for Ben")
    await expect(bar).to_contain_text("Ada Byron")
    await desk.note_is_saved()
    await house.answer(other, "ben")  # the card leaves while it is looked at
    await expect(desk.page.get_by_role("tab")).to_have_count(2)
    await desk.card_of("Ada Byron")
    await expect(desk.note).to_have_value("wants forty")
    await desk.no_longer_sees(".talking-bar")
    await house.archived()
    for call, text in (
        (talk, ["wants forty"]),
        (other, ["rings for Ben"]),
        (third, []),
    ):
        found = await house.get("ana", f"/v1/calls/{call}")
        assert [note["text"] for note in found["notes"]] == text


def with_a_reason(url: str) -> dict[str, Any]:
    config = configuration(url)
    config["lookups"]["terms"]["fields"]["reason"] = "reason"
    return config


async def test_a_value_that_is_seldom_there_is_shown_when_it_comes(
    tmp_path: Path, chromium: Browser
) -> None:
    async with open_house(tmp_path, chromium, with_a_reason) as house:
        desk = await house.open_desk("ana")
        reason = desk.facet("credit_terms").locator('[data-field="reason"]')
        for shown in (1, 1, 1, 1, 1, 0):  # left out after five answers without one
            call = await house.ring("ana", caller=ADA)
            await desk.facet_is("credit_terms", "fresh")
            await expect(reason).to_have_count(shown)
            await house.hang_up(call)
            await desk.has_no_card()
        house.company.says("terms", blocked=True, reason="ask Accounts first")
        await house.ring("ana", caller=ADA)
        await expect(reason).to_contain_text("ask Accounts first")


async def test_older_values_make_no_verdict_green(house: House) -> None:
    house.company.says("balance", open="0.00", overdue="0.00")
    desk = await house.open_desk("ana")
    call = await house.ring("ana", caller=ADA)
    verdict = desk.part(".verdict")
    await expect(verdict).to_have_attribute("data-level", "good")
    await house.hang_up(call)
    await desk.has_no_card()
    house.company.breaks("balance", "terms")
    await house.ring("ana", caller=ADA)
    await desk.facet_is("credit_terms", "stale")
    await expect(verdict).to_have_attribute("data-level", "stale")
    await expect(verdict.locator(".caveat")).to_be_visible()


async def test_the_title_of_the_tab_says_who_is_ringing(house: House) -> None:
    desk = await house.open_desk("ana")
    await expect(desk.page).to_have_title("Screenpop")
    call = await house.ring("ana", caller=ADA)
    await expect(desk.page).to_have_title("● Ada Byron is ringing")
    await house.answer(call, "ana")
    await expect(desk.page).to_have_title("Screenpop")


async def test_an_agent_closes_a_call_whose_end_was_never_reported(
    house: House,
) -> None:
    desk = await house.open_desk("ana")
    call = await house.ring("ana", caller=ADA)
    await house.answer(call, "ana")
    await desk.call_is("Talking")
    await desk.button("This call is over").click()
    await desk.sees("Closed by hand")
