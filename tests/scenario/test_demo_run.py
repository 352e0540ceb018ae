"""Does the demo bring up everything around the service, and keep it clean?

The service is a small stand-in that takes webhooks: the demo's own parts are real.
"""

from __future__ import annotations

import asyncio
import io
import json
import sqlite3
import stat
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import aiohttp
import pytest
import yaml
from aiohttp import web
from rich.console import Console

from screenpop.cli.demo import ready_json, show
from screenpop.config.load import examine
from screenpop.demo.delivery import signature
from screenpop.demo.folder import Account, Folder
from screenpop.demo.run import DemoOptions, Ready, run_demo

TODAY = date(2026, 11, 21)


class StandIn:
    """Takes webhooks as the service would, and remembers what it was given."""

    def __init__(self) -> None:
        self.events: list[dict[str, object]] = []
        self.config: Path | None = None
        self.accounts: tuple[Account, ...] = ()
        self.rings = asyncio.Event()

    @asynccontextmanager
    async def serve(
        self, config: Path, accounts: Sequence[Account]
    ) -> AsyncIterator[str]:
        self.config, self.accounts = config, tuple(accounts)
        text = await asyncio.to_thread(config.read_text, "utf-8")
        port = yaml.safe_load(text)["server"]["port"]
        app = web.Application()
        app.router.add_post("/v1/telephony/{line}", self._take)
        runner = web.AppRunner(app)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", port).start()
            yield f"http://127.0.0.1:{port}"
        finally:
            await runner.cleanup()

    async def _take(self, request: web.Request) -> web.Response:
        body = await request.read()
        assert self.config is not None
        secret = (self.config.parent / "secrets/signing_secret").read_text()
        given = request.headers["X-Screenpop-Signature"]
        stamp = int(given.partition(",")[0].removeprefix("t="))
        if given != signature(secret, body, stamp):
            return web.Response(status=401)
        event = json.loads(body)
        self.events.append(event)
        if event["type"] == "alerting":
            self.rings.set()
        return web.Response(status=202)


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Ready:
    """What a run without calls told when it was ready."""
    return asyncio.run(run(StandIn(), options(tmp_path_factory.mktemp("demo"))))


def options(folder: Path) -> DemoOptions:
    return DemoOptions(folder=folder, today=TODAY, port=0, calls=False)


async def run(
    stand_in: StandIn,
    chosen: DemoOptions,
    meanwhile: Callable[[Ready], AbstractAsyncContextManager[None]] | None = None,
) -> Ready:
    """Start the demo, do something while it runs, stop it."""
    stop, started = asyncio.Event(), asyncio.Future[Ready]()
    async with asyncio.TaskGroup() as group:
        group.create_task(
            run_demo(chosen, stand_in.serve, tell=started.set_result, stop=stop),
            name="demo",
        )
        ready = await started
        try:
            if meanwhile is not None:
                async with meanwhile(ready):
                    pass
        finally:
            stop.set()
    return ready


async def test_the_first_call_rings_signed_at_the_first_log_in(tmp_path: Path) -> None:
    stand_in = StandIn()

    @asynccontextmanager
    async def until_it_rings(ready: Ready) -> AsyncIterator[None]:
        await asyncio.wait_for(stand_in.rings.wait(), 20)
        yield

    chosen = replace(options(tmp_path), calls=True)
    ready = await run(stand_in, chosen, until_it_rings)
    first = next(e for e in stand_in.events if e["type"] == "alerting")
    agents = first["agents"]
    assert isinstance(agents, list)
    assert ready.accounts[0].login.agent in agents
    assert first["from"] == ready.first_caller
    assert ready.tally.refused == 0


async def test_the_credit_department_answers_with_the_written_secret(
    tmp_path: Path,
) -> None:
    stand_in = StandIn()

    @asynccontextmanager
    async def ask_for_credit(ready: Ready) -> AsyncIterator[None]:
        with closing(sqlite3.connect(tmp_path / "erp.sqlite")) as db:
            query = "SELECT CUSTNO FROM CUSTMAST WHERE KIND = 'T' LIMIT 1"
            account = db.execute(query).fetchone()[0]
        token = (tmp_path / "secrets/credit_token").read_text()
        headers = {"Authorization": f"Bearer {token}"}
        async with aiohttp.ClientSession(headers=headers) as session:
            url = f"{ready.credit_url}/credit/{account}"
            async with session.get(url) as response:
                assert (await response.json())["account"] == account
        yield

    await run(stand_in, options(tmp_path), ask_for_credit)


def test_the_configuration_it_writes_has_no_problem(ready: Ready) -> None:
    examined = examine(ready.folder.config, environ={})
    assert [str(problem) for problem in examined.problems] == []
    assert ready.folder.secret("credit_token") not in ready.folder.config.read_text()


def test_secrets_and_passwords_are_for_their_owner_only(ready: Ready) -> None:
    for name in ("secrets/signing_secret", "secrets/credit_token", "logins.json"):
        mode = (ready.folder.path / name).stat().st_mode
        assert stat.S_IMODE(mode) == 0o600


async def test_a_kept_folder_is_used_again_on_the_same_day(tmp_path: Path) -> None:
    first = await run(StandIn(), options(tmp_path))
    made = (tmp_path / "erp.sqlite").stat().st_mtime_ns
    second = await run(StandIn(), options(tmp_path))
    assert (first.reused, second.reused) == (False, True)
    assert (tmp_path / "erp.sqlite").stat().st_mtime_ns == made
    assert first.accounts == second.accounts
    tomorrow = replace(options(tmp_path), today=date(2026, 11, 22))
    assert not (await run(StandIn(), tomorrow)).reused


async def test_a_taken_port_gives_way_to_the_next_and_says_so(tmp_path: Path) -> None:
    taken = await asyncio.start_server(lambda r, w: None, "127.0.0.1", 0)
    port = taken.sockets[0].getsockname()[1]
    async with taken:
        ready = await run(StandIn(), replace(options(tmp_path), port=port))
    assert ready.port != port
    assert f"Port {port} is taken" in printed(ready, width=100)


def test_the_panel_says_where_to_go_and_with_which_password(ready: Ready) -> None:
    text = printed(ready, width=100)
    assert f"{ready.url}/wallboard" in text
    for account in ready.accounts:
        assert account.login.username in text
        assert account.password in text


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_password_is_torn_on_a_narrow_terminal(ready: Ready, width: int) -> None:
    text = printed(ready, width=width)
    for account in ready.accounts:
        assert account.password in text


def test_the_command_to_look_behind_a_card_can_be_copied_whole(ready: Ready) -> None:
    explain = f"screenpop explain {ready.first_caller} --config {ready.folder.config}"
    assert explain in printed(ready, width=60)


def test_json_names_everything_a_program_needs(ready: Ready) -> None:
    told = json.loads(json.dumps(ready_json(ready)))
    assert told["desk"].startswith("http://127.0.0.1:")
    visitor = told["logins"][0]
    assert {"username", "password", "agent", "role", "name"} <= set(visitor)
    assert {x["role"] for x in told["logins"]} == {"agent", "supervisor", "admin"}
    assert Folder(Path(told["folder"])).config.exists()


def printed(ready: Ready, *, width: int) -> str:
    console = Console(width=width, record=True, file=io.StringIO())
    show(ready, console)
    return console.export_text()
