"""A running web with everything behind it doubled."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from web_doubles import (
    EchoHub,
    FakeCalls,
    FakeIntake,
    FakeOffers,
    FakeUsers,
    services,
)

from screenpop.config.model import Server
from screenpop.support.clock import FakeClock
from screenpop.web.server import WebServer


@dataclass
class Answer:
    status: int
    headers: Any
    body: bytes
    json: Any


@dataclass
class House:
    """The words of the web's tests."""

    server: WebServer
    http: aiohttp.ClientSession
    clock: FakeClock
    hub: EchoHub
    users: FakeUsers
    calls: FakeCalls
    offers: FakeOffers
    intake: FakeIntake
    csrf: str = ""
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return self.server.url

    async def ask(self, method: str, path: str, **options: Any) -> Answer:
        """One request with the cookie of whoever signed in here."""
        headers = dict(options.pop("headers", {}))
        if self.cookies and "Cookie" not in headers:
            pairs = (f"{name}={value}" for name, value in self.cookies.items())
            headers["Cookie"] = "; ".join(pairs)
        async with self.http.request(
            method, self.url + path, headers=headers, **options
        ) as response:
            body = await response.read()
            is_json = response.content_type == "application/json" and body
            return Answer(
                status=response.status,
                headers=response.headers,
                body=body,
                json=await response.json() if is_json else None,
            )

    async def sign_in(self, username: str) -> Answer:
        answer = await self.ask(
            "POST",
            "/v1/session",
            json={"username": username, "password": self.users.password},
        )
        cookie = answer.headers.get("Set-Cookie", "")
        if cookie:
            name, _, rest = cookie.partition("=")
            self.cookies[name] = rest.partition(";")[0]
            self.csrf = answer.json["csrf"]
        return answer

    async def change(self, method: str, path: str, **options: Any) -> Answer:
        """As our own page does it: with the CSRF token and our Origin."""
        headers = {"X-Screenpop-CSRF": self.csrf, "Origin": self.url}
        headers |= options.pop("headers", {})
        return await self.ask(method, path, headers=headers, **options)

    async def raw(self, data: bytes) -> bytes:
        """Send bytes, read until the other side closes."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.server.port)
        writer.write(data)
        await writer.drain()
        answer = await reader.read()
        writer.close()
        await writer.wait_closed()
        return answer


Open = Callable[..., Awaitable[House]]


@pytest.fixture
async def open_house(tmp_path: Path) -> AsyncIterator[Open]:
    houses: list[House] = []

    async def opened(**other: Any) -> House:
        clock = FakeClock()
        doubles = {
            "clock": clock,
            "hub": EchoHub(),
            "users": FakeUsers(),
            "calls": FakeCalls(),
            "offers": FakeOffers(),
            "intake": FakeIntake(),
            "assets": tmp_path / "assets",
            "server": Server(port=0),
        }
        given = services(tmp_path / "data", **{**doubles, **other})
        server = WebServer(given)
        await server.start()
        house = House(
            server=server,
            http=aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()),
            clock=clock,
            hub=given.hub,  # type: ignore[arg-type]
            users=given.users,  # type: ignore[arg-type]
            calls=given.calls,  # type: ignore[arg-type]
            offers=given.offers,  # type: ignore[arg-type]
            intake=given.intake,  # type: ignore[arg-type]
        )
        houses.append(house)
        return house

    yield opened
    for house in houses:
        await house.http.close()
        await house.server.stop()


@pytest.fixture
async def house(open_house: Open) -> House:
    return await open_house()
