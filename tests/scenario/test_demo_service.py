"""Does the demo run on the real service, and do simulated calls reach all desks?"""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager
from datetime import date
from pathlib import Path

import aiohttp
from running_demo import running_demo

from screenpop.demo.run import DemoOptions, Ready
from screenpop.demo.simulate import SimulateOptions as SimulateOptions
from screenpop.demo.simulate import simulate
from screenpop.node.asking import load_checked

TODAY = date(2026, 11, 21)


def demo(
    folder: Path, *, calls: bool, offers_within_s: float = 0
) -> AbstractAsyncContextManager[Ready]:
    options = DemoOptions(folder=folder, today=TODAY, port=0, calls=calls)
    return running_demo(options, offers_within_s)


async def signed_in(ready: Ready, session: aiohttp.ClientSession, at: int) -> None:
    account = ready.accounts[at]
    body = {"username": account.login.username, "password": account.password}
    async with session.post(f"{ready.url}/v1/session", json=body) as response:
        assert response.status == 200, await response.text()


def browser() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))


async def test_the_first_log_in_sees_the_first_call_fill_its_card(
    tmp_path: Path,
) -> None:
    wanted = {"balance", "credit_terms", "sales_history", "recommendations", "notes"}
    async with (
        demo(tmp_path, calls=True, offers_within_s=300) as ready,
        browser() as session,
    ):
        await signed_in(ready, session, 0)
        async with session.ws_connect(
            f"{ready.url}/v1/agent", protocols=["screenpop.v1"], origin=ready.url
        ) as socket:
            await socket.send_json({"frame": "resume", "after": 0})
            facets: dict[str, dict[str, object]] = {}
            while not wanted <= {k for k, v in facets.items() if v["state"] == "fresh"}:
                frame = await asyncio.wait_for(socket.receive_json(), 30)
                if frame["frame"] != "hello":
                    for pop in frame.get("pops", [frame]):
                        facets |= pop.get("facets") or {}
    balance = facets["balance"]["fields"]
    assert isinstance(balance, dict)
    assert float(balance["overdue"]["value"]) > 0
    identity = facets["identity"]["fields"]
    assert isinstance(identity, dict)
    assert any(field["others"] for field in identity.values()), "a conflict is shown"


async def test_every_simulated_ring_is_shown_once(tmp_path: Path) -> None:
    async with demo(tmp_path, calls=False) as ready:
        loaded = load_checked(ready.folder.config)
        said: list[str] = []
        options = SimulateOptions(rate=4, agents=4, minutes=0.05)
        report = await simulate(loaded, options, tell=said.append)
    assert report.calls >= 3
    assert report.rings >= 3
    assert report.flawless, report
    assert len(said) == 2
