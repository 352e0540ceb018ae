"""The demo's service, its telephones at hand, and a desk of its first agent."""

from __future__ import annotations

import itertools
import json
import time
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
from browser.desk import Desk
from playwright.async_api import Browser
from running_demo import running_demo

from screenpop.demo.delivery import HttpPost, LineCredentials
from screenpop.demo.run import (
    LINE,
    OFFERS_WITHIN_S,
    VISITOR,
    DemoOptions,
    Ready,
)

SIZE = {"width": 1280, "height": 800}


def demo(
    folder: Path, *, port: int = 0, pace: float = 1.0, calls: bool = True
) -> AbstractAsyncContextManager[Ready]:
    today = datetime.now(UTC).date()
    options = DemoOptions(folder=folder, today=today, port=port, pace=pace, calls=calls)
    return running_demo(options, OFFERS_WITHIN_S)


async def desk_of(ready: Ready, browser: Browser, locale: str = "en-GB") -> Desk:
    """Ana's, logged in: the form is English before anybody is known."""
    page = await browser.new_page(viewport=SIZE, locale=locale)  # type: ignore[arg-type]
    page.set_default_timeout(30_000)
    session = {"username": "ana", "password": password(ready, "ana")}
    await page.context.request.post(
        f"{ready.url}/v1/session", data=session, headers={"Origin": ready.url}
    )
    await page.goto(ready.url)
    desk = Desk(page)
    await desk.is_ready()
    return desk


def password(ready: Ready, name: str) -> str:
    return next(a.password for a in ready.accounts if a.login.username == name)


@dataclass
class Telephones:
    """The exchange of the demo, in the hand of a test: all calls ring at Ana's."""

    ready: Ready
    http: aiohttp.ClientSession
    _ids: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    async def ring(self, caller: str, account: str | None = None) -> str:
        call = f"test-{next(self._ids)}"
        attributes = {"account": account} if account else {}
        await self._tell(
            "alerting",
            call,
            **{"from": caller, "to": "+442079460100", "direction": "inbound"},
            queue="sales",
            agents=[VISITOR],
            attributes=attributes,
        )
        return call

    async def answer(self, call: str) -> None:
        await self._tell("answered", call, agents=[VISITOR])

    async def hang_up(self, call: str) -> None:
        await self._tell("ended", call)

    async def _tell(self, kind: str, call: str, **more: object) -> None:
        body = json.dumps({"type": kind, "call_id": call, **more}).encode()
        post = HttpPost(self.http, f"{self.ready.url}/v1/telephony/{LINE}")
        secret = self.ready.folder.secret("signing_secret")
        headers = LineCredentials(secret=secret).headers(body, int(time.time()))
        status = await post(body, headers)
        assert status < 300, status
