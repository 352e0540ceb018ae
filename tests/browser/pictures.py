"""Makes the pictures of the README from the running demo: scripts/pictures."""

from __future__ import annotations

import asyncio
import re
import tempfile
from pathlib import Path

from browser.chromium import launched
from browser.demo import SIZE, demo, desk_of, password
from browser.desk import Desk, Wallboard
from playwright.async_api import Browser, expect

from screenpop.demo.run import Ready

FOLDER = Path(__file__).parents[2] / "docs" / "images"
NARROW = {"width": 360, "height": 800}
FIRST_PORT = 18_300
PACE = 8.0
CALLS = 12  # offered before the wallboard is worth a picture
CALLERS = 5  # to call back
PATIENCE_MS = 240_000


async def take(tab: Desk | Wallboard, name: str) -> None:
    await tab.page.mouse.move(0, 799)
    await tab.page.screenshot(path=FOLDER / name, animations="disabled")


async def pictures_of_the_desk(desk: Desk) -> None:
    await desk.facet_is("credit_terms", "fresh")
    await desk.facet_is("recommendations", "fresh")
    await take(desk, "desk.png")
    await desk.page.emulate_media(color_scheme="dark")
    await take(desk, "desk-dark.png")
    await desk.page.emulate_media(color_scheme="light")
    await desk.page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    await take(desk, "desk-360.png")
    await desk.page.set_viewport_size(SIZE)  # type: ignore[arg-type]


async def pictures_of_a_supervisor(ready: Ready, browser: Browser) -> None:
    board = Wallboard(await browser.new_page(viewport=SIZE, locale="en-GB"))  # type: ignore[arg-type]
    await board.page.goto(f"{ready.url}/wallboard")
    await board.signs_in("grace", password(ready, "grace"))
    await picture_of_the_wallboard(board)
    await board.page.goto(f"{ready.url}/reports")
    await board.button("28 days").click()
    await expect(board.part(".chart-box canvas").first).to_be_visible()
    await expect(board.part("[aria-busy=true]")).to_have_count(0)
    await take(board, "reports.png")
    await board.page.goto(f"{ready.url}/recalls")
    rows = board.part(".recalls .recall")
    await expect(rows.nth(CALLERS - 1)).to_be_visible(timeout=PATIENCE_MS)
    await take(board, "recalls.png")


async def picture_of_the_wallboard(board: Wallboard) -> None:
    await board.is_live()
    offered = board.part(".tile").filter(has_text=re.compile("^Offered"))
    enough = re.compile(rf"^({CALLS}|1[3-9]|[2-9]\d)$")
    figure = offered.locator(".figure")
    await expect(figure).to_have_text(enough, timeout=PATIENCE_MS)
    await take(board, "wallboard.png")


async def picture_of_candidates(desk: Desk) -> None:
    """Two customers share a number; an earlier call stands in a tab beside it."""
    ringing = desk.part('.tab[data-state="alerting"]')
    who = desk.part(".chooser .candidates")
    async with asyncio.timeout(PATIENCE_MS / 1000):
        while not await who.count():
            await expect(ringing.first).to_be_visible(timeout=PATIENCE_MS)
            await ringing.first.click()
            if not await who.count():
                await expect(ringing).to_have_count(0, timeout=PATIENCE_MS)
    await take(desk, "candidates.png")


async def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        tour = demo(Path(folder), port=FIRST_PORT, pace=PACE)
        async with tour as ready, launched() as browser:
            desk = await desk_of(ready, browser)
            await pictures_of_the_desk(desk)
            await picture_of_candidates(desk)
            await pictures_of_a_supervisor(ready, browser)


if __name__ == "__main__":
    asyncio.run(main())
