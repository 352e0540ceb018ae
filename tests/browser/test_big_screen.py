"""Does a screen on the wall show the board, page after page, and name no one?"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from browser.axe import violations
from browser.company import ADA
from browser.desk import WITHIN_MS, Wallboard
from browser.house import House, open_house
from playwright.async_api import Browser, expect

GROUPS: dict[str, Any] = {
    "privacy": {"live_state_for": "none", "agent_figures_for": "none", "group_min": 2},
    "teams": {
        "north": {"label": "North", "members": ["ana", "ben", "cat"]},
        "vip": {"label": "Key accounts", "members": []},
    },
    "alerts": {
        "rules": {
            "wait": {
                "number": "longest_wait_s", "critical": 0.5, "for_s": 0,
                "label": "Callers wait too long", "of": ["sales"],
            },
        }
    },
}  # fmt: skip
NAMES = re.compile(r"\b(ana|ben|cat|sue|ada)\b", re.IGNORECASE)


async def big_screen(house: House, **context: Any) -> Wallboard:
    person = await house.person("sue", **context)
    board = Wallboard(await person.new_page("/wallboard?screen=big"))
    await expect(board.part('.screen[data-live="true"]')).to_be_visible()
    return board


async def title_is(board: Wallboard, title: str | re.Pattern[str]) -> None:
    await expect(board.part(".screen h1")).to_have_text(title)


async def busy(house: House, many: int = 12) -> None:
    for number in range(many):
        queue = "sales" if number == 0 else f"Queue {number}"
        await house.event("queued", f"c-{number}", queue=queue, direction="inbound")


async def test_pages_turn_by_themselves_until_a_key_or_a_pointer_stops_them(
    house: House,
) -> None:
    board = await big_screen(house)
    await busy(house)
    await board.page.get_by_label("every").select_option("5")
    await expect(board.part(".screen h1")).to_have_text(
        re.compile("Queues 1 of"), timeout=WITHIN_MS
    )
    await board.part(".screen-page").click()
    await expect(board.button("Rotate")).to_be_visible()
    await board.press("End")
    last = await board.part(".screen-place").inner_text()
    assert last == f"{last.split(' / ')[1]} / {last.split(' / ')[1]}"
    await board.press("ArrowRight")
    await title_is(board, "All queues")
    await board.press("ArrowLeft")
    await expect(board.part(".screen-place")).to_have_text(last)
    await board.press("Home")
    await title_is(board, "All queues")
    await board.page.reload()
    await expect(board.page.get_by_label("every")).to_have_value("5")
    await expect(board.button("Stop")).to_be_visible()
    await board.press("Escape")
    await board.is_live()
    assert board.page.url.endswith("/wallboard")
    await board.button("Big screen").click()
    assert board.page.url.endswith("?screen=big")


async def test_who_wants_less_movement_turns_the_pages_by_hand(house: House) -> None:
    board = await big_screen(house, reduced_motion="reduce")
    await expect(board.button("Rotate")).to_have_attribute("aria-pressed", "false")


async def test_a_screen_that_is_not_live_says_so_in_large_letters(house: House) -> None:
    board = await big_screen(house)
    await house.goes_down()
    await board.sees(re.compile("STALE: as of .*, not live"))
    await expect(board.part('.screen[data-live="false"]')).to_be_visible()
    assert await violations(board) == []
    await house.comes_back()
    await expect(board.part('.screen[data-live="true"]')).to_be_visible()


@pytest.mark.parametrize("width", [360, 1280, 3840])
async def test_every_page_fits_and_names_no_one(
    tmp_path: Path, chromium: Browser, width: int
) -> None:
    height = {360: 800, 1280: 720, 3840: 2160}[width]
    async with open_house(tmp_path, chromium, **GROUPS) as house:
        desk = await house.open_desk("ana")
        await desk.chooses_state("Available")
        board = await big_screen(
            house, viewport={"width": width, "height": height}, reduced_motion="reduce"
        )
        await busy(house)
        await house.ring("ana", caller=ADA, queue="sales")
        await expect(board.part(".screen-alerts")).to_contain_text(
            "1 alert, 1 critical"
        )
        place = board.part(".screen-place")
        pages = int((await place.inner_text()).split(" / ")[1])
        seen: list[str] = []
        for _ in range(pages):
            text = await board.part(".screen").inner_text()
            seen.append(text)
            assert not NAMES.search(text), text
            assert await board.fits_in_width()
            shown_px = await board.part(".screen-tools").evaluate(
                "part => part.getBoundingClientRect().bottom"
            )
            if width > 360:
                assert shown_px <= height, text
            page = f"{width}-{len(seen)}"
            for scheme in ("light", "dark"):
                await board.page.emulate_media(color_scheme=scheme)
                await board.page.screenshot(path=tmp_path / f"{page}-{scheme}.png")
                assert await violations(board) == []
            await board.press("ArrowRight")
        whole = "\n".join(seen)
        for words in ("Queue 11", "North", "Callers wait too long, Sales"):
            assert words in whole
        assert "Key accounts" not in whole


async def test_a_board_of_groups_has_teams_and_no_agent(
    tmp_path: Path, chromium: Browser
) -> None:
    async with open_house(tmp_path, chromium, **GROUPS) as house:
        desk = await house.open_desk("ana")
        await desk.chooses_state("Available")
        board = await house.open_wallboard("sue")
        await board.is_live()
        await board.shows_for("North", "Available", "1")
        await expect(board.part(".teams")).to_contain_text("Key accounts")
        await expect(board.part(".agents")).to_have_count(0)
        main = await board.part("main").inner_text()
        assert not NAMES.search(main), main
        assert await violations(board) == []
        await board.page.get_by_role("combobox", name="Team").select_option(
            "Key accounts"
        )
        await expect(board.part(".teams tbody tr")).to_have_count(0)


SOUNDS = """
const heard = [];
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (when) {
  heard.push(this.frequency.value);
  document.documentElement.dataset.tones = String(heard.length);
  return start.call(this, when);
};
"""


async def test_a_new_alert_is_heard_where_it_was_switched_on(
    tmp_path: Path, chromium: Browser
) -> None:
    async with open_house(tmp_path, chromium, alerts=GROUPS["alerts"]) as house:
        silent = await house.open_wallboard("ada")
        person = await house.person("sue")
        await person.context.add_init_script(SOUNDS)
        board = Wallboard(await person.new_page("/wallboard"))
        await board.is_live()
        await board.page.get_by_text("Sound is off").click()
        switch = board.page.get_by_role("checkbox", name="Sound for a new alert")
        await expect(switch).not_to_be_checked()
        volume = board.page.get_by_role("group", name="Sound for a new alert")
        volume = volume.get_by_role("slider")
        await board.button("Test").click()
        page = board.part("html")
        await expect(page).to_have_attribute("data-tones", "3")
        await switch.check()
        await house.event("queued", "c-1", queue="sales", direction="inbound")
        await expect(page).to_have_attribute("data-tones", "6")
        await house.event("ended", "c-1")
        await board.no_longer_sees(".alerts li")
        await volume.fill("20")
        await board.page.wait_for_function(
            "() => JSON.parse(localStorage['screenpop.preferences_of']) === null"
        )
        await board.page.reload()
        await board.is_live()
        await board.page.get_by_text("Sound is on").click()
        await expect(volume).to_have_value("20")
        await expect(silent.page.get_by_text("Sound is off")).to_be_visible()
        assert await violations(board) == []
