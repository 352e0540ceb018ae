"""What a person does and sees in a browser, in the words of a story.

desk = await house.open_desk("ana")
await house.ring("ana", caller=ADA)
await desk.sees("Ada Byron")
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from call_centre import PASSWORD
from playwright.async_api import BrowserContext, Locator, Page, expect

WITHIN_MS = 30_000  # generous: nothing here waits longer than it must
LANDMARKS = (".hero", ".hero h2", ".board", ".writing", ".facet", ".dispositions")

Box = tuple[str, float, float, float, float]


@dataclass
class Tab:
    """One page of one person."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._listen)

    def _listen(self, message: object) -> None:
        text = getattr(message, "text", "")
        if "Content Security Policy" in text:
            self.complaints.append(text)

    def part(self, selector: str) -> Locator:
        return self.page.locator(selector)

    def button(self, name: str | re.Pattern[str], *, exact: bool = True) -> Locator:
        return self.page.get_by_role("button", name=name, exact=exact)

    def settings(self) -> Locator:
        """What opens them, on every page."""
        return self.page.get_by_role("button", name="Settings")

    async def sees(self, text: str | re.Pattern[str], *, within: str = "body") -> None:
        place = self.part(within).get_by_text(text).filter(visible=True).first
        await expect(place).to_be_visible(timeout=WITHIN_MS)

    async def no_longer_sees(self, selector: str) -> None:
        await expect(self.part(selector)).to_have_count(0, timeout=WITHIN_MS)

    async def press(self, keys: str) -> None:
        await self.page.keyboard.press(keys)

    async def fits_in_width(self) -> bool:
        """Whether the page can be read without scrolling sideways."""
        fits: bool = await self.page.evaluate(
            "document.scrollingElement.scrollWidth <= innerWidth"
        )
        return fits

    async def signs_in(self, name: str, password: str = PASSWORD) -> None:
        await self.page.get_by_label("User name").fill(name)
        await self.page.get_by_label("Password").fill(password)
        await self.button("Log in").click()


@dataclass
class Desk(Tab):
    """An agent's desk."""

    @property
    def note(self) -> Locator:
        return self.page.get_by_role("textbox", name="Note", exact=True)

    def facet(self, name: str) -> Locator:
        return self.part(f'[data-facet="{name}"]')

    async def is_ready(self) -> None:
        await expect(self.part('main.desk[data-live="true"]')).to_be_visible(
            timeout=WITHIN_MS
        )
        await expect(self.page.get_by_text("Connecting…")).to_have_count(0)

    async def card_of(self, title: str) -> None:
        """The card in front is about this caller."""
        await expect(self.part(".hero h2")).to_have_text(title, timeout=WITHIN_MS)

    async def facet_is(self, name: str, state: str) -> None:
        await expect(self.facet(name)).to_have_attribute(
            "data-state", state, timeout=WITHIN_MS
        )

    async def facet_says(self, name: str, text: str | re.Pattern[str]) -> None:
        await expect(self.facet(name)).to_contain_text(text, timeout=WITHIN_MS)

    async def call_is(self, word: str) -> None:
        await expect(self.part(".hero .pill")).to_contain_text(word, timeout=WITHIN_MS)

    async def writes(self, text: str) -> None:
        await self.note.click()
        await self.note.press_sequentially(text)

    async def note_is_saved(self) -> None:
        await expect(self.part('.save-state[data-level="saved"]')).to_be_visible(
            timeout=WITHIN_MS
        )

    async def state_is(self, name: str) -> None:
        await expect(
            self.part(".switch").get_by_role("button", name=re.compile(f"^{name}"))
        ).to_have_attribute("aria-pressed", "true", timeout=WITHIN_MS)

    async def chooses_state(self, name: str) -> None:
        await (
            self.part(".switch")
            .get_by_role("button", name=re.compile(f"^{name}"))
            .click()
        )

    async def has_no_card(self) -> None:
        await self.no_longer_sees(".card")

    async def landmarks(self) -> list[Box]:
        """Where the fixed parts of the card stand, in pixels of the page."""
        boxes: list[list[float | str]] = await self.page.evaluate(
            """selectors => selectors.flatMap(selector =>
                [...document.querySelectorAll(selector)].map((each, index) => {
                    const box = each.getBoundingClientRect();
                    const name = each.dataset.facet ?? `${selector} ${index}`;
                    return [name, box.x, box.y + scrollY, box.width, box.height]
                        .map(n => typeof n === "number" ? Math.round(n) : n);
                }))""",
            list(LANDMARKS),
        )
        return [
            (str(name), float(x), float(y), float(width), float(height))
            for name, x, y, width, height in boxes
        ]


@dataclass
class Wallboard(Tab):
    """A supervisor's wallboard."""

    async def is_live(self) -> None:
        await expect(self.part('main.wallboard[data-live="true"]')).to_be_visible(
            timeout=WITHIN_MS
        )

    async def shows(self, label: str, figure: str | re.Pattern[str]) -> None:
        """The total of that name."""
        tile = self.part(".tile").filter(
            has=self.page.locator("dt", has_text=re.compile(f"^{re.escape(label)}$"))
        )
        await expect(tile.locator(".figure")).to_have_text(figure, timeout=WITHIN_MS)

    async def shows_for(self, queue: str, label: str, figure: str) -> None:
        row = self.part(".queues tr").filter(
            has=self.page.get_by_role("rowheader", name=queue, exact=True)
        )
        await expect(row.locator(f'td[data-label="{label}"]').first).to_have_text(
            figure, timeout=WITHIN_MS
        )


@dataclass
class Person:
    """Somebody with a browser profile of their own, and its tabs."""

    name: str
    context: BrowserContext
    url: str

    async def new_page(self, path: str = "/") -> Page:
        page = await self.context.new_page()
        page.set_default_timeout(WITHIN_MS)
        await page.goto(self.url + path)
        return page

    async def another_tab(self) -> Desk:
        desk = Desk(await self.new_page())
        await desk.is_ready()
        return desk
