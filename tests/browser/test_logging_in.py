"""How does one get in, and who is not let in?"""

from __future__ import annotations

import re

from browser.company import ADA
from browser.desk import Desk, Wallboard
from browser.house import House
from call_centre import PASSWORD
from playwright.async_api import expect


async def test_a_wrong_password_is_said_plainly_and_the_right_one_opens_the_desk(
    house: House,
) -> None:
    desk = Desk(await (await house.stranger()).new_page())
    await desk.signs_in("ana", "not her password")
    await expect(desk.page.get_by_role("alert")).to_contain_text("password")
    await desk.signs_in("ana")
    await desk.is_ready()
    await desk.sees("You are not available now")


async def test_who_logs_out_is_out_after_a_reload_too(house: House) -> None:
    desk = await house.open_desk("ana")
    await desk.button("Log out").click()
    await expect(desk.page.get_by_label("Password")).to_be_visible()
    await desk.page.reload()
    await expect(desk.page.get_by_label("Password")).to_be_visible()


async def test_a_session_that_is_over_says_so_and_no_word_is_lost(
    house: House,
) -> None:
    desk = await house.open_desk("ana")
    call = await house.ring("ana", caller=ADA)
    await house.answer(call, "ana")
    await desk.call_is("Talking")
    await desk.writes("wants forty cogs")
    await desk.note_is_saved()
    await house.goes_down()
    await desk.sees(re.compile("Connection lost"))
    await desk.writes(", by Friday")
    await desk.sees("Kept here until connected")
    await desk.page.context.clear_cookies()
    await house.comes_back()
    await desk.sees("Your session is over. Log in again; nothing you wrote is lost.")
    await desk.signs_in("ana")
    await desk.card_of("Ada Byron")
    await expect(desk.note).to_have_value("wants forty cogs, by Friday")
    await desk.note_is_saved()


async def test_a_desk_becomes_that_of_who_logged_in_without_the_old_notes(
    house: House,
) -> None:
    desk = await house.open_desk("ana")
    call = await house.ring("ana", "ben", caller=ADA)
    await desk.writes("only Ana knows")
    await desk.note_is_saved()
    bens = (await house.cookie_of("ben")).partition("=")
    await house.goes_down()
    await desk.sees(re.compile("Connection lost"))
    await desk.writes(", and nobody else")
    cookie = {"name": bens[0], "value": bens[2], "url": house.url}
    await desk.page.context.add_cookies([cookie])  # type: ignore[list-item]
    await house.comes_back()
    await desk.sees("Ben", within=".person")
    await house.answer(call, "ben")
    await desk.call_is("Talking")
    await expect(desk.note).to_have_value("")


async def test_people_change_their_own_password_and_go_on(house: House) -> None:
    desk, other = await house.open_desk("ana"), await house.open_desk("ana")
    await desk.settings().click()
    await desk.button("Change password").click()
    form = desk.page.get_by_role("form", name="Change password")
    await form.get_by_label("Password of now").fill("not hers")
    for label in ("New password", "New password again"):
        await form.get_by_label(label, exact=True).fill("quite another phrase")
    change = form.get_by_role("button", name="Change password")
    await change.click()
    await expect(form.get_by_role("alert")).to_contain_text("old password is wrong")
    call = await house.ring("ana", caller=ADA)  # nothing is in the way
    await desk.card_of("Ada Byron")
    await form.get_by_label("Password of now").fill(PASSWORD)
    await change.click()
    await expect(form).to_be_hidden()
    await house.answer(call, "ana")
    await desk.call_is("Talking")
    await other.sees("Your session is over. Log in again; nothing you wrote is lost.")
    await other.signs_in("ana", "quite another phrase")
    await other.is_ready()


async def test_an_agent_is_politely_refused_at_the_wallboard(house: House) -> None:
    board = await house.open_wallboard("ana")
    await board.sees("The wallboard is for supervisors")
    await board.page.get_by_role("link", name="Back to your desk").click()
    await Desk(board.page).is_ready()


async def test_a_supervisor_without_a_telephone_is_led_to_the_wallboard(
    house: House,
) -> None:
    desk = await house.open_desk("sue")
    await desk.sees("No telephone belongs to you")
    await desk.page.get_by_role("link", name="Go to the wallboard").click()
    await Wallboard(desk.page).is_live()


async def test_pages_carry_a_strict_policy_and_nothing_in_them_breaks_it(
    house: House,
) -> None:
    desk = await house.open_desk("ana")
    answer = await desk.page.request.get(house.url)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    await house.ring("ana")
    await desk.facet_says("credit_terms", "£5,000.00")
    await desk.press("s")
    board = await house.open_wallboard("sue")
    await board.is_live()
    assert desk.complaints + board.complaints == []
