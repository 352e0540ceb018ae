"""How does one get in, and who is not let in?"""

from __future__ import annotations

from browser.desk import Desk, Wallboard
from browser.house import House
from playwright.async_api import expect


async def test_a_wrong_password_is_said_plainly_and_the_right_one_opens_the_desk(
    house: House,
) -> None:
    desk = Desk(await (await house.stranger()).new_page())
    await desk.signs_in("ana", "not her password")
    await expect(desk.page.get_by_role("alert")).to_contain_text("password")
    await desk.signs_in("ana")
    await desk.is_ready()
    await desk.sees("Ready for the next call")


async def test_who_logs_out_is_out_after_a_reload_too(house: House) -> None:
    desk = await house.open_desk("ana")
    await desk.button("Log out").click()
    await expect(desk.page.get_by_label("Password")).to_be_visible()
    await desk.page.reload()
    await expect(desk.page.get_by_label("Password")).to_be_visible()


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
