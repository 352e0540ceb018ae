"""The real service with its telephones and a company, and people with browsers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from browser.company import CARDS, Company, configuration, open_company
from browser.desk import Desk, Person, Wallboard
from call_centre import CallCentre, let_everybody_in, write_config
from playwright.async_api import Browser

from screenpop.node.asking import load_checked
from screenpop.node.build import running
from screenpop.support.clock import Clock

FILE = "screenpop.yaml"
TRAINED_S = 60  # generous: it takes two seconds on a free core
DESK_SIZE = {"width": 1280, "height": 800}
Sources = Callable[[str], dict[str, Any]]
QUIET_BREAKER: dict[str, object] = {"limits": {}}


@dataclass
class House(CallCentre):
    """A call centre that people see in their browsers.

    `goes_down` and `comes_back` end and start the service on the same port.
    """

    browser: Browser = field(kw_only=True)
    company: Company = field(kw_only=True)
    folder: Path = field(kw_only=True)
    running: AsyncExitStack = field(kw_only=True, default_factory=AsyncExitStack)
    people: list[Person] = field(kw_only=True, default_factory=list)
    settings: dict[str, Any] = field(kw_only=True, default_factory=dict)

    @classmethod
    @asynccontextmanager
    async def opened(
        cls,
        folder: Path,
        browser: Browser,
        company: Company,
        clock: Clock | None = None,
        settings: dict[str, Any] | None = None,
        cards: str = CARDS,
    ) -> AsyncIterator[House]:
        """Its people are in its store already; `settings` are those of `_configure`."""
        (folder / "cards.csv").write_text(cards)
        _configure(folder, company, port=0, **(settings or {}))
        async with aiohttp.ClientSession() as http, AsyncExitStack() as stack:
            service = await stack.enter_async_context(
                running(load_checked(folder / FILE), clock=clock)
            )
            house = cls(
                service=service,
                http=http,
                browser=browser,
                company=company,
                folder=folder,
                running=stack.pop_all(),
                settings=settings or {},
            )
            try:
                yield house
            finally:
                company.lets_go()
                await house.close()

    async def open_desk(self, name: str, **context: Any) -> Desk:
        """Somebody's desk, logged in (not through the form) and connected."""
        person = await self.person(name, **context)
        return await person.another_tab()

    async def open_wallboard(self, name: str, **context: Any) -> Wallboard:
        person = await self.person(name, **context)
        return Wallboard(await person.new_page("/wallboard"))

    async def person(self, name: str, **context: Any) -> Person:
        person = await self.stranger(name, **context)
        cookie_name, _, value = (await self.cookie_of(name)).partition("=")
        cookie = {"name": cookie_name, "value": value, "url": self.url}
        await person.context.add_cookies([cookie])  # type: ignore[list-item]
        return person

    async def stranger(self, name: str = "", **context: Any) -> Person:
        """Somebody with an empty browser profile."""
        settings: dict[str, Any] = {"viewport": DESK_SIZE, "locale": "en-GB"}
        made = await self.browser.new_context(**{**settings, **context})
        person = Person(name, made, self.url)
        self.people.append(person)
        return person

    async def has_customers(self) -> None:
        """All sources were read once, so that a caller is found by their number."""
        async with asyncio.timeout(10):
            while self.service.lookups.sources.unread:
                await asyncio.sleep(0.01)

    async def has_offers(self) -> None:
        """The orders were read and a model was trained on them."""
        async with asyncio.timeout(TRAINED_S):
            await self.service.insight.ready.wait()

    async def goes_down(self) -> None:
        await self.running.aclose()

    async def comes_back(self) -> None:
        port = urlsplit(self.url).port or 0
        _configure(self.folder, self.company, port=port, **self.settings)
        running_service = running(load_checked(self.folder / FILE))
        self.service = await self.running.enter_async_context(running_service)

    async def close(self) -> None:
        for person in self.people:
            await person.context.close()
        await super().close()
        await self.running.aclose()


@asynccontextmanager
async def open_house(
    folder: Path,
    browser: Browser,
    sources: Sources = configuration,
    reload_every_s: float = 2,
    clock: Clock | None = None,
    zone: str = "UTC",
    cards: str = CARDS,
    **more: object,
) -> AsyncIterator[House]:
    """`more` are further top-level keys of its configuration."""
    settings: dict[str, Any] = {
        "sources": sources,
        "reload_every_s": reload_every_s,
        "zone": zone,
    }
    async with open_company() as company:
        await let_everybody_in(folder)
        settings |= more
        made = House.opened(folder, browser, company, clock, settings, cards)
        async with made as house:
            yield house


def _configure(
    folder: Path,
    company: Company,
    *,
    port: int,
    sources: Sources = configuration,
    reload_every_s: float = 2,
    zone: str = "UTC",
    **more: object,
) -> None:
    """The first start takes any free port, later ones that same port."""
    server: dict[str, object] = {
        "port": port,
        "heartbeat_s": 5,
        "desk_grace_s": 0.5,
        "reload_every_s": reload_every_s,
        "time_zone": zone,
    }
    write_config(folder, server=server, **sources(company.url), **more)
