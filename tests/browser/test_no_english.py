"""Is a page in another language without English texts, of the page or the service?"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from browser import company
from browser.company import ADA, HALLS
from browser.desk import Desk
from browser.house import FILE, House, open_house
from docs.translations import I18N, catalogue
from playwright.async_api import Browser
from streams_doubles import eventually

from screenpop.domain.service_level import VARIANTS

REPORTS = [f"/reports?view={view}" for view in ("week", "pops", "alerts", "compare")]
PAGES = (
    "/", "/recalls", "/me", "/wallboard", "/wallboard?screen=big", "/reports",
    "/reports?view=forecast", *REPORTS, "/insight", "/admin",
)  # fmt: skip
ALERTS = {
    "rules": {
        "wait": {
            "number": "longest_wait_s",
            "of": ["sales"],
            "critical": 0.1,
            "for_s": 0,
        },
        "many": {"number": "waiting", "warning": 1, "for_s": 0},
    }
}
TEXTS = """() => {
  for (const each of document.querySelectorAll("details")) each.open = true;
  const found = [], skipped =
    "script, style, noscript, code, kbd, pre, .paste, .me-table td";
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode())
    if (!walker.currentNode.parentElement.closest(skipped))
      found.push(walker.currentNode.textContent.trim());
  for (const name of ["title", "aria-label", "placeholder", "data-label"])
    for (const each of document.querySelectorAll(`[${name}]`))
      found.push(each.getAttribute(name).trim());
  return [...new Set(found)].filter((text) => text);
}"""
ENGLISH_LEAST = 4  # letters of a word that is looked for alone
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
LATIN_RUN = re.compile(r"[A-Za-z][\w'’.@/:+-]*(?: [A-Za-z][\w'’.@/:+-]*)+", re.ASCII)
STRING = re.compile(r'("(?:[^"\\\n]|\\.)*")(:?)')
TECHNICAL = re.compile(r"[\d_./@:+]")
"""Keys, addresses, codes and identifiers are the same in each language."""


@pytest_asyncio.fixture(loop_scope="session")
async def house(tmp_path: Path, chromium: Browser) -> AsyncIterator[House]:
    async with open_house(tmp_path, chromium, alerts=ALERTS) as house:
        yield house


async def test_arabic_pages_have_no_latin_sentence_but_the_houses_own(
    house: House,
) -> None:
    known = _words_of_the_house(house) | _latin_words_of_the_catalogue("ar")
    known |= {x.lower() for each in VARIANTS for x in WORD.findall(each.source)}
    texts = await _texts(house, "ar")
    found = [
        f"{path}: {run}"
        for path, text in texts
        for run in LATIN_RUN.findall(text)
        if any(word.lower() not in known for word in _plain_words(run))
    ]
    english = {x.lower() for text in _strings_of("en") for x in WORD.findall(text)}
    found += [
        f"{path}: {text}"
        for path, text in texts
        for word in _plain_words(text)
        if len(word) >= ENGLISH_LEAST and word.lower() in english - known
    ]
    assert not found, "\n".join(sorted(set(found)))


async def test_german_pages_have_no_text_of_the_english_catalogues(
    house: House,
) -> None:
    german = set(_strings_of("de")) | {
        each for text in catalogue("de").values() for each in _forms(text)
    }
    english = ({*_strings_of("en"), *catalogue("de")} - german) - _labels(house)
    found = {
        f"{p}: {text}"
        for p, text in await _texts(house, "de")
        if text in english and _is_told(text)
    }
    assert not found, "\n".join(sorted(found))


async def _texts(house: House, language: str) -> list[tuple[str, str]]:
    """All that each page shows or reads aloud, after some calls."""
    await house.ring("ana", caller=HALLS, queue="sales")
    call = await house.ring("ana", caller=ADA, queue="sales")
    await house.answer(call, "ana")
    await house.event("queued", "c-9", queue="sales", direction="inbound")
    await eventually(lambda: len(house.service.feed.alerts.open()) == 2)
    found: list[tuple[str, str]] = []
    for name, paths in (("ana", ("/", "/me")), ("ada", PAGES)):
        person = await house.person(name, locale=language)
        for path in paths:
            tab = Desk(await person.new_page(path))
            await tab.page.locator("main").first.wait_for()
            await tab.page.wait_for_load_state("networkidle")
            found += [(path, text) for text in await tab.page.evaluate(TEXTS)]
            if "screen=big" in path:
                await tab.press("End")
                await tab.part(".screen-alert-list").wait_for()
                found += [(path, text) for text in await tab.page.evaluate(TEXTS)]
            await tab.page.close()
    assert len(found) > 300
    return found


def _plain_words(run: str) -> list[str]:
    return [
        word
        for part in run.split()
        if not TECHNICAL.search(part.strip(".:,;"))
        for word in WORD.findall(part)
    ]


def _words_of_the_house(house: House) -> set[str]:
    """What its sources, its configuration and its people are called."""
    data = [value for name, value in vars(company).items() if name.isupper()]
    people = [person.name for person in house.people]
    said = f"{data} {people} {(house.folder / FILE).read_text('utf-8')}"
    return {word.lower() for word in WORD.findall(said)}


def _labels(house: House) -> set[str]:
    return set(re.findall(r"label: (.+)", (house.folder / FILE).read_text("utf-8")))


def _latin_words_of_the_catalogue(language: str) -> set[str]:
    """Names that stay: Amazon Connect, CSV."""
    texts = [*_strings_of(language), json.dumps([*catalogue(language).values()])]
    return {word.lower() for text in texts for word in WORD.findall(text)}


def _is_told(text: str) -> bool:
    """Not a word that is also a name in the data, as `offers`."""
    return " " in text or text[:1].isupper()


def _forms(text: str | dict[str, str]) -> list[str]:
    return [text] if isinstance(text, str) else [*text.values()]


def _strings_of(language: str) -> list[str]:
    """The texts of the typed catalogue, without their keys."""
    found = (
        STRING.findall(file.read_text("utf-8"))
        for file in sorted((I18N / language).glob("*.ts"))
    )
    return [
        str(json.loads(text))
        for strings in found
        for text, colon in strings
        if not colon and not text.startswith('".')
    ]
