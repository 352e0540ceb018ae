"""Which texts of a page cannot be read to their end?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from playwright.async_api import Page

FIND = """root => {
    const LEAVES = ".hidden, .tool-word, .tab-number, .cell-state, title";
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
        const sheet = node.parentElement.closest(".writing, .top");
        const lies = sheet && getComputedStyle(sheet).position !== "static";
        return lies || node.parentElement.closest(".chooser, .who h2, .cell-label, svg")
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
                || !y && v && (box.top < room.top - box.height / 5
                               || box.bottom > room.bottom + box.height / 10)));
            if (out) return each.className || each.localName;
        }
        return null;
    };
    const found = [], shown = [];
    for (const top of document.querySelectorAll(root)) {
        const walk = document.createTreeWalker(top, NodeFilter.SHOW_TEXT);
        for (let node = walk.nextNode(); node; node = walk.nextNode()) {
            if (!node.data.trim() || !seen(node.parentElement)
                || node.parentElement.closest(LEAVES))
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
"""Texts that something clips. A room of two lines or more that scrolls can be read;
what leaves as a whole where there is no room is told in another place."""


async def cut_texts(page: Page, root: str = ".card, .desk-head") -> list[str]:
    found: list[str] = await page.evaluate(FIND, root)
    return found


SIDEWAYS = """() => [...document.querySelectorAll("main *, header *")]
    .filter(each => !each.closest(".hidden, .tabs, .url-buttons, .me-scroll")
        && !each.matches(".source-name, .top-tools > button"))
    .filter(each => each.scrollWidth > each.clientWidth + 1 && each.clientWidth > 1
        && getComputedStyle(each).overflowX !== "visible")
    .map(each => `${each.localName}.${each.className}`)"""
"""Boxes whose content is wider than they are, and that are not made for it."""


async def sideways(page: Page) -> list[str]:
    found: list[str] = await page.evaluate(SIDEWAYS)
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


OUT_OF_PLACE = """() => {
    const PLACE = "td, th, .tile, .figure, button, li, dt, dd, select, section, label";
    const WORD = /[\\p{L}\\p{M}\\p{N}][\\p{L}\\p{M}\\p{N}.,:%'’/@_]*/gu;
    const found = new Set();
    const shown = node => node.checkVisibility({ opacityProperty: true })
        && !node.closest(".hidden, svg, .uplot, code, .mono, .body, option")
        && ![...ancestors(node)].some(
            each => getComputedStyle(each).clipPath !== "none");
    function* ancestors(node) {
        for (let each = node; each; each = each.parentElement) yield each;
    }
    for (const node of document.querySelectorAll("main *")) {
        const { overflowX } = getComputedStyle(node);
        if (["auto", "scroll"].includes(overflowX) && shown(node)
            && node.scrollWidth > node.clientWidth + 1 && node.localName !== "textarea")
            found.add(`${node.className || node.localName} scrolls sideways`);
    }
    const walk = document.createTreeWalker(
        document.querySelector("main"), NodeFilter.SHOW_TEXT);
    for (let node = walk.nextNode(); node; node = walk.nextNode()) {
        const text = node.data.trim(), parent = node.parentElement;
        if (!text || !shown(parent)) continue;
        const range = document.createRange();
        range.selectNodeContents(node);
        const boxes = [...range.getClientRects()].filter(box => box.width);
        const beyond = room => boxes.some(
            box => box.left < room.left - 1 || box.right > room.right + 1);
        const place = parent.closest(PLACE);
        if (place && beyond(place.getBoundingClientRect()))
            found.add(`${text} lies outside of its place`);
        for (const each of ancestors(parent))
            if (["hidden", "clip"].includes(getComputedStyle(each).overflowX)
                && beyond(each.getBoundingClientRect()))
                found.add(`${text} is cut`);
        for (const { 0: word, index } of node.data.matchAll(WORD)) {
            if (word.length > 24 || /[/@_]/.test(word)) continue;
            range.setStart(node, index);
            range.setEnd(node, index + word.length);
            const tops = new Set([...range.getClientRects()]
                .filter(box => box.width).map(box => Math.round(box.top)));
            if (tops.size > 1) found.add(`${word} in “${text}” is broken`);
        }
    }
    return [...found];
}"""
"""Texts that are cut or lie beyond their cell or tile, words and figures that go on in
the next line, and boxes that scroll sideways."""


async def out_of_place(page: Page) -> list[str]:
    found: list[str] = await page.evaluate(OUT_OF_PLACE)
    return found
