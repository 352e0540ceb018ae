"""Can every figure, name and date on the pages of supervisors be read to its end?"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from browser.company import ADA, ARABIC, LONG, STRANGER, configuration
from browser.cut_texts import out_of_place
from browser.desk import WITHIN_MS, Tab
from browser.house import House, open_house
from browser.test_past_alerts import RULES, happened
from playwright.async_api import Browser
from streams_doubles import eventually

from screenpop.demo.past_weeks import weeks_batch
from screenpop.history.archive import Archive

SIZES = {
    "en-GB": ((360, 780), (1280, 800), (3840, 2160)),
    "de": ((360, 780), (1280, 800)),
    "ar": ((360, 780), (1280, 800)),
}
LABELS = {
    "sales": "Trade customers south and overseas territories",
    "support": "Technical support and workshop appointments",
    "accounts": "Accounts, payments and reminders",
}
NAMES = {
    "ana": "Bartholomew Featherstonehaugh",
    "ben": "Nokuthula Ferreira-Magalhães",
    "cat": "Konstantinos Papadopoulos",
}
WATCHED = RULES | {
    "wait": {"number": "longest_wait_s", "of": ["sales"], "critical": 0.1, "for_s": 0},
    "free": {"number": "agents_available", "warning": 50, "for_s": 0},
}
TEAMS = {
    "north": {"label": "North", "members": ["ana", "ben"]},
    "late": {"label": "Evening and weekend team", "members": ["cat"]},
}
PAGES: dict[str, tuple[str, ...]] = {
    "wallboard": ("/wallboard", ".queues tbody tr"),
    "big screen": ("/wallboard?screen=big", ".screen .tile"),
    "calls": ("/reports?from={since}", ".by-place tbody tr"),
    "open the number": (
        "/reports?from={since}",
        '[data-figure="abandoned"]',
        ".call-list tbody tr",
    ),
    "today": ("/reports", ".by-kind"),
    "week": ("/reports?view=week", ".heat"),
    "pops": ("/reports?view=pops", ".pops table"),
    "alerts": ("/reports?view=alerts", ".past-alerts tbody tr"),
    "forecast": ("/reports?view=forecast", ".errors"),
    "compare": ("/reports?view=compare", ".compare"),
    "call back": ("/recalls", ".recall"),
    "insight": ("/insight", ".insight > section"),
    "admin": ("/admin", ".user-list tbody tr"),
}


def with_long_labels(url: str) -> dict[str, Any]:
    queues = {name: {"label": label} for name, label in LABELS.items()}
    many = {f"queue_{n}": {"label": f"Queue {n}"} for n in range(9)}
    return configuration(url) | {"queues": queues | many}


@pytest_asyncio.fixture(loop_scope="session")
async def house(tmp_path: Path, chromium: Browser) -> AsyncIterator[House]:
    """A house with weeks of calls, open alerts and callers who wait."""
    more: dict[str, Any] = {
        "alerts": {"rules": WATCHED},
        "teams": TEAMS,
        "calls": {"short_abandon_s": 0},
    }
    async with open_house(tmp_path, chromium, with_long_labels, **more) as house:
        await _a_busy_day(house)
        yield house


async def _a_busy_day(house: House) -> None:
    service = house.service
    for user, name in NAMES.items():
        await service.past.people.users.change(user, name=name)
    await service.read_users_again()
    zone = ZoneInfo(service.loaded.config.server.time_zone)
    weeks = weeks_batch(7, "main", service.clock.now_us(), zone)
    await Archive(service.past.database).write(weeks)
    story: list[tuple[str, str, int, str, float, int]] = [
        ("level", "", 1, "open", 0.7163, 3_000),
        ("level", "", 1, "close", 0.8, 2_000),
    ]
    happened(house, story)
    for number, caller in enumerate((LONG, ARABIC, STRANGER)):
        call = await house.ring("ana", caller=caller, queue="support")
        outcome = "callback" if number else "voicemail"
        await house.event("ended", call, outcome=outcome)
    for who, queue in zip(NAMES, LABELS, strict=True):
        call = await house.ring(who, caller=ADA, queue=queue)
        await house.answer(call, who)
    await house.event("queued", "c-9", queue="sales", direction="inbound")
    await eventually(lambda: len(house.service.feed.alerts.open()) >= 2)


@pytest.mark.parametrize("page", PAGES)
async def test_nothing_is_cut_broken_or_wider_than_its_place(
    house: House, page: str
) -> None:
    found = []
    for language, sizes in SIZES.items():
        person = await house.person("ada", reduced_motion="reduce", locale=language)
        tab = await shown(house, Tab(await person.new_page()), *PAGES[page])
        for width, height in sizes:
            await tab.page.set_viewport_size({"width": width, "height": height})
            if not await tab.fits_in_width():
                found.append(f"{language} {width}: wider than the window")
            wrong = await out_of_place(tab.page)
            found += [f"{language} {width}: {each}" for each in wrong]
        await person.context.close()
    assert found == []


async def shown(house: House, tab: Tab, path: str, wanted: str, *opened: str) -> Tab:
    """The page with what it is about; `opened` comes when that is clicked."""
    since = (datetime.now(UTC) - timedelta(days=9)).date()
    await tab.page.goto(house.url + path.format(since=since))
    await tab.part(wanted).first.wait_for(timeout=WITHIN_MS * 3)
    for selector in opened:
        await tab.part(wanted).click()
        await tab.part(selector).first.wait_for(timeout=WITHIN_MS * 3)
    await tab.page.wait_for_load_state("networkidle")
    return tab


FAULTS = {
    "is cut": "width:2rem;overflow:hidden;white-space:nowrap",
    "lies outside": "width:2rem",
    "is broken": "width:2rem;overflow-wrap:anywhere",
    "scrolls sideways": "width:2rem;overflow-x:auto",
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_the_measure_would_find_a_fault(house: House, fault: str) -> None:
    person = await house.person("sue", reduced_motion="reduce")
    tab = Tab(await person.new_page("/wallboard?screen=big"))
    tile = tab.part('.screen [data-group="today"] .tile').first
    await tile.wait_for()
    await tile.locator("dt").evaluate(
        f"part => {{ part.style.cssText = '{FAULTS[fault]}'; }}"
    )
    found = await out_of_place(tab.page)
    assert any(fault in each for each in found), found
