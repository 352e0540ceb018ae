"""Which texts of a page cannot be read to their end?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from playwright.async_api import Page

FIND = """root => {
    const clips = overflow => ["hidden", "clip"].includes(overflow);
    const scrolls = overflow => ["auto", "scroll"].includes(overflow);
    const seen = node => {
        for (let each = node; each; each = each.parentElement)
            if (invisible(getComputedStyle(each))) return false;
        return true;
    };
    const invisible = style =>
        style.visibility === "hidden" || style.clipPath !== "none"
        || style.opacity === "0";
    const aside = (node, box) => {
        const list = node.parentElement.closest(".room, .identity, .last-contact");
        const room = list?.getBoundingClientRect();
        return node.parentElement.closest(".chooser, .who h2, .cell-label, svg")
            || room && (box.bottom > room.bottom || box.top < room.top);
    };
    const cutBy = (boxes, from) => {
        let [x, y] = [false, false];
        for (let each = from; each && each.matches("main *, .desk-head *");
             each = each.parentElement) {
            const style = getComputedStyle(each);
            const room = each.getBoundingClientRect();
            const two = 2.2 * parseFloat(getComputedStyle(document.body).fontSize);
            x ||= scrolls(style.overflowX);
            y ||= scrolls(style.overflowY) && room.height >= two;
            const h = clips(style.overflowX), v = style.overflowY !== "visible";
            const out = boxes.some(box => box.width > 0 && (
                !x && h && (box.left < room.left - 1 || box.right > room.right + 1)
                || !y && v && (box.top < room.top - box.height / 3
                               || box.bottom > room.bottom + box.height / 3)));
            if (out) return each.className || each.localName;
        }
        return null;
    };
    const found = [], shown = [];
    for (const top of document.querySelectorAll(root)) {
        const walk = document.createTreeWalker(top, NodeFilter.SHOW_TEXT);
        for (let node = walk.nextNode(); node; node = walk.nextNode()) {
            if (!node.data.trim() || node.parentElement.closest(".hidden, title")
                || !seen(node.parentElement))
                continue;
            const range = document.createRange();
            range.selectNodeContents(node);
            const by = cutBy([...range.getClientRects()], node.parentElement);
            const of = node.parentElement.closest("[class]")?.className;
            for (const box of by ? [] : range.getClientRects()) {
                const lies = ([of_, other]) => of_ !== node
                    && box.left + 2 < other.right && other.left + 2 < box.right
                    && box.top + box.height / 2 < other.bottom
                    && other.top + other.height / 2 < box.bottom;
                const under = aside(node, box) ? null : shown.find(lies);
                if (under) found.push(`${node.data.trim()} lies on ${under[0].data}`);
                if (!aside(node, box) && box.width > 1) shown.push([node, box]);
            }
            if (by) found.push(`${node.data.trim()} (${of}, cut by ${by})`);
        }
    }
    return found;
}"""
"""Texts that something clips. A room of two lines or more that scrolls can be read."""


async def cut_texts(page: Page, root: str = ".card, .tabs") -> list[str]:
    found: list[str] = await page.evaluate(FIND, root)
    return found


async def moved(page: Page) -> Callable[[], Awaitable[float]]:
    """From now on: the sum of the browser's layout shifts (CLS without windows)."""
    await page.evaluate(
        """() => {
            window.shifts = 0;
            new PerformanceObserver(list => {
                for (const each of list.getEntries()) window.shifts += each.value;
            }).observe({type: "layout-shift"});
        }"""
    )

    async def so_far() -> float:
        sum_: float = await page.evaluate(
            "() => new Promise(done => requestAnimationFrame("
            "() => setTimeout(() => done(window.shifts))))"
        )
        return sum_

    return so_far
