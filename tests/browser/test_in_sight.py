"""Does the agent always see who is on the line, and nothing that misleads?"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from browser.company import (
    ADA,
    ARABIC,
    ARABIC_NAME,
    HALLS,
    LONG,
    LONG_NAME,
    STRANGER,
    configuration,
)
from browser.desk import WITHIN_MS, Desk
from browser.house import House, open_house
from playwright.async_api import Browser, Page, WebSocketRoute, expect

SIZES = [(1280, 800), (768, 1024), (360, 640)]
NOTICED_WITHIN_MS = 10_000


def at(width: int, height: int) -> dict[str, dict[str, int]]:
    return {"viewport": {"width": width, "height": height}}


async def talking(house: House, **context: object) -> tuple[Desk, str]:
    desk = await house.open_desk("ana", **context)
    call = await house.ring("ana", caller=ADA)
    await house.answer(call, "ana")
    await desk.call_is("Talking")
    return desk, call


@pytest.mark.parametrize("size", SIZES)
async def test_a_new_call_is_seen_from_the_top_however_far_the_page_is_scrolled(
    house: House, size: tuple[int, int]
) -> None:
    desk, call = await talking(house, **at(*size))
    await house.hang_up(call)
    await desk.call_is("After-call work")
    await desk.facet_is("balance", "fresh")
    await desk.page.evaluate("scrollTo(0, document.body.scrollHeight)")
    await desk.page.wait_for_function("scrollY > 0")
    await house.ring("ana", caller=STRANGER)
    await desk.card_of("020 7946 0123")
    assert await desk.page.evaluate("scrollY") == 0
    await expect(desk.part(".hero h2")).to_be_in_viewport()
    await expect(desk.part(".hero .pill")).to_be_in_viewport()


@pytest.mark.parametrize("size", SIZES)
async def test_who_rings_stays_in_sight_while_the_card_is_scrolled(
    house: House, size: tuple[int, int]
) -> None:
    desk, _ = await talking(house, **at(*size))
    await desk.facet_is("balance", "fresh")
    await desk.page.evaluate("scrollTo(0, 400)")
    await desk.page.wait_for_function("scrollY > 0")
    await house.ring("ana", caller=HALLS)
    tab = desk.part('.tab[data-state="alerting"]')
    for words in (tab, tab.locator(".tab-name"), tab.locator(".tab-more")):
        await expect(words).to_be_in_viewport(ratio=0.95)
    await expect(tab).to_contain_text("020 7946 0999")
    await expect(tab).to_contain_text("Ringing")
    await expect(desk.page.get_by_role("tab", selected=True)).to_be_in_viewport()
    covered = await tab.evaluate(
        """each => {
            const box = each.getBoundingClientRect();
            const x = box.left + box.width / 2, y = box.top + box.height / 2;
            return !each.contains(document.elementFromPoint(x, y));
        }"""
    )
    assert not covered


async def test_the_call_on_which_one_talks_is_named_and_comes_after_the_typing(
    house: House,
) -> None:
    desk, first = await talking(house)
    second = await house.ring("ana", caller=ARABIC)
    await desk.writes("wants ")
    await house.event("held", first, agents=["1001"])
    await house.answer(second, "ana")
    await desk.sees(re.compile("You are talking to"), within=".talking-bar")
    await desk.sees(ARABIC_NAME, within=".talking-bar")
    await desk.sees("(on hold)", within=".talking-bar")
    await expect(desk.note).to_be_focused()
    await desk.note.press_sequentially("forty")
    await expect(desk.note).to_have_value("wants forty")
    await desk.card_of(ARABIC_NAME)  # the pause brought it to the front
    await desk.no_longer_sees(".talking-bar")
    await expect(desk.note).to_be_focused()
    await expect(desk.note).to_have_value("")
    await desk.page.keyboard.type("other")
    await desk.note_is_saved()
    await desk.page.get_by_role("tab", name=re.compile("Ada")).click()
    await expect(desk.note).to_have_value("wants forty")
    await desk.press("Alt+Shift+G")
    await desk.card_of(ARABIC_NAME)
    await expect(desk.note).to_have_value("other")


async def test_the_bar_about_the_talk_leaves_room_for_the_card(house: House) -> None:
    desk = await house.open_desk("ana", **at(360, 760))
    call = await house.ring("ana", caller=LONG)
    await house.answer(call, "ana")
    await desk.call_is("Talking")
    await house.ring("ana", caller=ADA)
    await desk.part('.tab[data-state="alerting"]').click()
    await desk.card_of("Ada Byron")
    bar = desk.part(".talking-bar")
    assert (await bar.inner_text()).count("Wolfeschlegel") == 1
    head, whole = await desk.part(".desk-head").bounding_box(), await bar.bounding_box()
    assert head
    assert head["height"] < 200
    assert whole
    assert whole["height"] < 60
    await desk.button("Go to this call", exact=False).click()
    await desk.card_of(LONG_NAME)


@pytest.mark.parametrize("width", [360, 1280, 1600])
async def test_a_name_of_any_length_can_be_read_to_its_end(
    house: House, width: int
) -> None:
    names = f"key,name,company,phone\n1,{'Featherstonehaugh ' * 12},,020 7946 0958\n"
    (house.folder / "cards.csv").write_text(names)
    await house.goes_down()
    await house.comes_back()
    desk = await house.open_desk("ana", **at(width, 800))
    await house.ring("ana", caller=ADA)
    name = desk.part(".hero h2 .name")
    await expect(name).to_contain_text("Featherstonehaugh", timeout=WITHIN_MS)
    scrolls = "each => each.scrollHeight > each.clientHeight"
    title = desk.part(".hero h2")
    assert await title.evaluate(scrolls)
    await expect(title).to_have_css("overflow-y", "auto")


def with_a_late_contact(url: str) -> dict[str, Any]:
    config = configuration(url)
    config["lookups"]["late"] = {
        "source": "erp",
        "facet": "identity",
        "kind": "fields",
        "path": "/terms/{customer.key}",
        "fields": {"contact": "currency"},
    }
    return config


async def test_the_details_of_a_caller_keep_their_places_between_two_calls(
    tmp_path: Path, chromium: Browser
) -> None:
    async with open_house(tmp_path, chromium, with_a_late_contact) as house:
        house.company.holds("terms")
        desk, _ = await talking(house)
        labels = desk.part(".identity .cell-label")
        await expect(labels).to_have_text(["E-mail", "City"])
        house.company.lets_go()
        await expect(labels).to_have_text(["E-mail", "City", "Contact"])
        await house.ring("ana", caller=STRANGER)
        await expect(desk.page.get_by_role("tab")).to_have_count(2)
        await desk.press("]")
        await desk.card_of("020 7946 0123")
        await desk.press("[")
        await desk.card_of("Ada Byron")
        await expect(labels).to_have_text(["E-mail", "City", "Contact"])


@pytest.mark.parametrize("size", [*SIZES, (1000, 700), (1600, 900)])
async def test_the_help_stands_over_neither_note_nor_results(
    house: House, size: tuple[int, int]
) -> None:
    desk, _ = await talking(house, **at(*size))
    await desk.facet_is("balance", "fresh")
    await desk.settings().click()
    help_, writing = desk.part(".help"), desk.part(".writing")
    boxes = [await each.bounding_box() for each in (help_, writing)]
    (a, b) = ((x["x"], x["y"], x["width"], x["height"]) for x in boxes if x)
    beside = a[0] + a[2] <= b[0] or b[0] + b[2] <= a[0]
    assert beside or a[1] + a[3] <= b[1] or b[1] + b[3] <= a[1]


async def test_a_caller_on_hold_counts_from_the_hold(house: House) -> None:
    desk, call = await talking(house)
    await expect(desk.part(".hero .timer")).to_have_text("0:02", timeout=WITHIN_MS)
    await house.event("held", call, agents=["1001"])
    await desk.call_is("On hold0:0")
    assert (await desk.part(".hero .timer").inner_text()) in ("0:00", "0:01")


async def test_a_hold_is_not_known_while_its_source_is_still_asked(
    house: House,
) -> None:
    house.company.holds("terms")
    house.company.says("terms", blocked=True)
    desk = await house.open_desk("ana")
    await house.ring("ana", caller=ADA)
    verdict = desk.part(".verdict")
    await expect(verdict).to_contain_text("Overdue")
    await expect(verdict).to_contain_text("Credit hold not known yet")
    house.company.lets_go()
    await expect(verdict).to_have_attribute("data-level", "hold")
    await expect(verdict).not_to_contain_text("not known")


@pytest.mark.parametrize("size", [(640, 400), (360, 640), (320, 256)])
async def test_a_hold_is_read_in_full_at_a_large_zoom(
    house: House, size: tuple[int, int]
) -> None:
    reason = "Two invoices over 90 days, ask Accounts before anything is shipped"
    house.company.says("terms", blocked=True, reason=reason)
    desk = await house.open_desk("ana", **at(*size))
    await house.ring("ana", caller=ADA)
    verdict = desk.part(".verdict")
    await expect(verdict).to_have_attribute("data-level", "hold")
    headline = verdict.get_by_text("Credit hold")
    if size[1] >= 400:
        await expect(headline).to_be_in_viewport(ratio=1)
        covered = await headline.evaluate(
            """each => {
                const box = each.getBoundingClientRect();
                return !each.contains(
                    document.elementFromPoint(box.left + 2, box.bottom - 2));
            }"""
        )
        assert not covered
    cut = await verdict.evaluate(
        """each => [each, ...each.querySelectorAll("*")].some(part =>
            part.scrollWidth > part.clientWidth + 1 && part.clientWidth
            || part.scrollHeight > part.clientHeight + 3 && part.clientHeight)"""
    )
    assert not cut
    above = await desk.page.evaluate(
        """() => document.querySelector(".verdict").getBoundingClientRect().bottom
            <= document.querySelector(".identity").getBoundingClientRect().top"""
    )
    assert above


async def test_high_contrast_shows_what_is_chosen(house: House) -> None:
    house.company.says("terms", blocked=True)
    desk, _ = await talking(house, forced_colors="active")
    await desk.chooses_state("Available")
    await desk.state_is("Available")
    await desk.button("Sold").click()
    await house.ring("ana", caller=STRANGER)
    look = """each => {
        const style = getComputedStyle(each);
        return [style.backgroundColor, style.color].join();
    }"""

    async def differs(one: str, other: str) -> bool:
        shown = [await desk.part(each).first.evaluate(look) for each in (one, other)]
        return bool(shown[0] != shown[1])

    chosen, others = '[aria-pressed="true"]', '[aria-pressed="false"]'
    assert await differs(f".switch {chosen}", f".switch {others}")
    assert await differs(f".dispositions {chosen}", f".dispositions {others}")
    assert await differs('.tab[aria-selected="true"]', '.tab[aria-selected="false"]')
    assert await differs('.verdict[data-level="hold"]', ".facet")
    assert await differs(".limit-used", ".limit-track")
    for dot in (".switch .dot", ".tab .dot"):
        assert await differs(dot, "main")


async def test_an_outgoing_call_is_told_as_outgoing_everywhere(house: House) -> None:
    desk = await house.open_desk("ana")

    async def calls(call: str) -> None:
        await house.event(
            "alerting", call, **{"from": "1001"}, to=ADA, direction="outbound",
            agents=["1001"],
        )  # fmt: skip
        await desk.card_of("Ada Byron")

    await calls("out-1")
    await desk.call_is("Calling")
    await desk.sees("Outgoing", within=".hero")
    await expect(desk.part(".hero")).not_to_contain_text("Dialled")
    await expect(desk.part(".hero")).not_to_contain_text("Ringing")
    await expect(desk.page).to_have_title("● Calling Ada Byron")
    await house.hang_up("out-1")
    await desk.has_no_card()
    await desk.sees("called, no answer", within=".farewells")
    await expect(desk.part(".farewells")).not_to_contain_text("missed")
    await house.archived()
    await calls("out-2")
    await desk.facet_says("interactions", "Outgoing")
    await desk.facet_says("interactions", "No answer")
    await expect(desk.facet("interactions")).not_to_contain_text("Missed")


def silent_after(page: Page, silent: Callable[[], bool]) -> Callable[..., None]:
    """The service is there but says nothing any more, as one that is stopped."""

    def route(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()

        def said(message: str | bytes) -> None:
            if not silent():
                socket.send(message)

        server.on_message(said)

    return route


async def test_a_service_that_stops_answering_is_noticed_within_ten_seconds(
    house: House,
) -> None:
    person = await house.person("ana")
    page = await person.context.new_page()
    stopped = False
    await page.route_web_socket(
        re.compile("/v1/agent"), silent_after(page, lambda: stopped)
    )
    await page.goto(house.url)
    desk = Desk(page)
    await desk.is_ready()
    await desk.chooses_state("Available")
    await desk.state_is("Available")
    stopped = True
    await expect(desk.part(".banner")).to_be_visible(timeout=NOTICED_WITHIN_MS)
    await desk.sees(re.compile("Nothing was heard since"))
    await expect(desk.part(".switch")).to_have_attribute("data-live", "false")
    stopped = False
    await desk.is_ready()
    await desk.no_longer_sees(".banner")


async def test_the_panel_and_the_verdict_are_told_to_a_screen_reader(
    house: House,
) -> None:
    desk = await house.open_desk("ana")
    call = await house.ring("ana", caller=ADA)
    panel = desk.page.get_by_role("tabpanel", name="Ada Byron, 020 7946 0958")
    await expect(panel).to_be_visible()
    at_once = desk.part('[aria-live="assertive"]')
    await expect(at_once).to_contain_text("Ada Byron is ringing")
    politely = desk.part('main > [aria-live="polite"].hidden')
    await expect(politely).to_have_count(1)
    await expect(politely).to_contain_text("Overdue, £480.50")
    await house.answer(call, "ana")
    await expect(at_once).to_be_empty()
    await house.event("held", call, agents=["1001"])
    await expect(politely).to_contain_text("Ada Byron: On hold")
    await house.event("resumed", call, agents=["1001"])
    await expect(politely).not_to_contain_text("On hold")


def with_a_second_source_of_the_balance(url: str) -> dict[str, Any]:
    config = configuration(url)
    config["lookups"]["payments"] = {
        "source": "credit",
        "facet": "balance",
        "kind": "fields",
        "path": "/terms/{customer.key}",
        "fields": {"last_payment": "limit"},
    }
    return config


async def test_a_facets_head_counts_the_sources_that_it_has_no_room_for(
    tmp_path: Path, chromium: Browser
) -> None:
    sources = with_a_second_source_of_the_balance
    async with open_house(tmp_path, chromium, sources) as house:
        desk, _ = await talking(house)
        await desk.facet_is("balance", "fresh")
        head = desk.facet("balance").locator(".sources")
        await expect(head.locator(".further")).to_have_text("+1")
        await expect(head.locator(":scope > span:visible")).to_have_count(2)
        await expect(head).to_have_attribute("title", re.compile("ERP.*\nCredit"))
        cut = "each => each.scrollWidth > each.clientWidth"
        assert not await head.locator("span").first.evaluate(cut)
