"""Two nodes, two agents: what is learned about a caller, and how it is forgotten."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from browser.company import HALLS, STRANGER, open_company
from browser.desk import Desk
from browser.house import House
from browser.test_find_customer import box, customer, searchable
from playwright.async_api import Browser, expect
from redis_server import redis_server
from scenario.test_erasing import is_told_to_begin_again, screenpop
from shared_store import shared_store

from screenpop.node import erase

WITHIN_MS = 30_000
ADA = "Ada Byron"


@asynccontextmanager
async def two_nodes(path: Path, browser: Browser) -> AsyncIterator[tuple[House, House]]:
    """On one Redis and one PostgreSQL."""
    async with AsyncExitStack() as stack:
        server = stack.enter_context(redis_server("--appendonly", "yes"))
        store = await stack.enter_async_context(shared_store())
        company = await stack.enter_async_context(open_company())
        nodes = []
        for name in ("a", "b"):
            (path / name).mkdir()
            settings: dict[str, Any] = {
                "sources": searchable,
                "journal": {"engine": "redis", "url": server.url, "node": name},
                "store": {"url": store},
                "privacy": {"key_file": "../persons.key"},
            }
            node = House.opened(path / name, browser, company, None, settings)
            nodes.append(await stack.enter_async_context(node))
        yield nodes[0], nodes[1]


async def attaches(desk: Desk, text: str, name: str) -> None:
    await box(desk).fill(text)
    await customer(desk, name).click(timeout=WITHIN_MS)
    await desk.card_of(name)


async def begins_again(*nodes: House) -> None:
    """As the process does it when it is told that somebody was erased."""
    for node in nodes:
        await is_told_to_begin_again(node)
    for node in nodes:
        await node.goes_down()
    for node in nodes:
        await node.comes_back()


async def test_who_was_attached_is_known_on_both_nodes_until_they_are_erased(
    tmp_path: Path, chromium: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erase, "SECOND_LOOK_S", 3.0)
    async with two_nodes(tmp_path, chromium) as (a, b):
        ana, ben = await a.open_desk("ana"), await b.open_desk("ben")

        withheld = await a.ring("ana", "ben", caller="anonymous", call_id="both")
        for desk in (ana, ben):
            await desk.card_of("Withheld number")
        await attaches(ana, "byron", ADA)
        await ben.card_of(ADA)
        await ben.facet_says("balance", "£1,250.00")
        await ben.press("Alt+Shift+F")
        await box(ben).fill("carla")
        await customer(ben, "Carla Hall").click(timeout=WITHIN_MS)
        await ana.card_of("Carla Hall")
        await ben.press("Alt+Shift+Z")
        await ana.card_of(ADA)

        await a.hang_up(withheld)
        await ben.has_no_card()

        wrong = await b.ring("ben", caller=HALLS, call_id="wrong")
        await ben.sees("2 possible customers")
        await attaches(ben, "byron", ADA)
        await b.hang_up(wrong)
        await ben.has_no_card()

        first = await b.ring("ben", caller=STRANGER, call_id="first")
        await ben.sees("No customer has this number")
        await attaches(ben, "byron", ADA)
        await b.hang_up(first)
        await ben.has_no_card()
        again = await a.ring("ana", caller=STRANGER, call_id="again")
        await ana.card_of(ADA)
        await expect(ana.part(".hero .sure-word")).to_have_text("likely")
        unknown = await b.ring("ben", caller="anonymous", call_id="unknown")
        await ben.card_of("Withheld number")
        await attaches(ben, "byron", ADA)
        await b.answer(unknown, "ben")
        await ben.call_is("Talking")
        await b.hang_up(unknown)
        await ben.state_is("Wrap-up")

        await a.archived()
        await b.archived()
        await erased(tmp_path / "a" / "screenpop.yaml")
        await begins_again(a, b)
        await ben.card_of("Withheld number")
        for desk in (ana, ben):
            await desk.is_ready()
            await expect(desk.part("body")).not_to_contain_text(ADA)
        await a.hang_up(again)
        await ben.button("Finish").click()
        for node, name, desk in ((a, "ana", ana), (b, "ben", ben)):
            await desk.has_no_card()
            call = await node.ring(name, caller=STRANGER, call_id=f"later-{name}")
            await desk.sees("No customer has this number")
            await node.hang_up(call)


async def erased(config: Path) -> None:
    said = await screenpop(
        "privacy", "erase", "--customer", "cards:7", "--config", config
    )
    assert "5 calls" in said
