"""A call centre in a test: the real service, real sockets, a vocabulary of calls.

async def test_an_agent_never_sees_a_colleagues_call(call_centre: CallCentre):
    ana = await call_centre.sign_in("ana")
    await call_centre.ring("ben", caller="+12025550101")
    await call_centre.ring("ana", caller="+12025550102")  # sentinel
    assert (await ana.next_pop()).caller == "+12025550102"
"""

from __future__ import annotations

import asyncio
import atexit
import hashlib
import hmac
import itertools
import json
import os
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import yaml
from sqlalchemy import text
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from screenpop.domain.agent import Role
from screenpop.history import migrate
from screenpop.history.engine import Database, sqlite_url
from screenpop.history.users import Users
from screenpop.journal.base import Journal
from screenpop.node.asking import load_checked
from screenpop.node.build import running
from screenpop.node.node import Service
from screenpop.support.clock import Clock
from screenpop.support.tasks import TaskOwner

PASSWORD = "correct horse battery"
SIGNING_SECRET = "a-signing-secret-for-tests"
AGENTS = {"ana": "1001", "ben": "1002", "cat": "1003"}
WITHIN_S = 10.0
NAMED = {"live_state_for": "agent", "agent_figures_for": "agent", "group_min": 1}
"""Stories are about who did something; by default there are no names."""

Frame = dict[str, Any]


@dataclass(frozen=True)
class Pop:
    """A frame about a call, read like a card."""

    frame: Frame

    @property
    def kind(self) -> str:
        return str(self.frame["frame"])

    @property
    def call_id(self) -> str:
        return str(self.frame["call_id"])

    @property
    def caller(self) -> str | None:
        number: str | None = self.frame["caller"]["number"]
        return number


class Seat:
    """One person's browser: the socket, what came, what is shown."""

    def __init__(self, socket: ClientConnection, name: str):
        self.name = name
        self.socket = socket
        self.frames: list[Frame] = []
        self.last_offset = 0
        self._came = asyncio.Condition()
        self._read = 0
        self.closed = asyncio.Event()

    async def listen(self) -> None:
        try:
            async for text in self.socket:
                frame = json.loads(text)
                async with self._came:
                    self.frames.append(frame)
                    self.last_offset = max(self.last_offset, frame["offset"])
                    self._came.notify_all()
        except ConnectionClosed:
            pass
        finally:
            self.closed.set()

    async def send(self, frame: str, **keys: object) -> None:
        await self.socket.send(json.dumps({"frame": frame, **keys}))

    async def until(self, wanted: Callable[[Frame], bool]) -> Frame:
        """The next frame, read in order, that is wanted."""
        async with asyncio.timeout(WITHIN_S), self._came:
            while True:
                while self._read < len(self.frames):
                    frame = self.frames[self._read]
                    self._read += 1
                    if wanted(frame):
                        return frame
                await self._came.wait()

    async def next(self, *names: str) -> Frame:
        return await self.until(lambda frame: frame["frame"] in names)

    async def next_pop(self) -> Pop:
        return Pop(await self.next("pop.opened"))

    async def card(self, call_id: str, *facets: str) -> dict[str, Any]:
        """All facets of a call once the named ones are no longer pending."""
        known: dict[str, Any] = {}
        for frame in self.frames:
            if frame.get("call_id") == call_id:
                known |= frame.get("facets") or {}

        def settled() -> bool:
            return all(
                known.get(x, {}).get("state", "pending") != "pending" for x in facets
            )

        while not settled():
            frame = await self.until(lambda f: f.get("call_id") == call_id)
            known |= frame.get("facets") or {}
        return known

    def known(self, call_id: str) -> dict[str, Any]:
        """All facets of a call as the frames so far tell them."""
        told: dict[str, Any] = {}
        for frame in self.frames:
            if frame.get("call_id") == call_id:
                told |= frame.get("facets") or {}
        return told

    async def value(self, call_id: str, facet: str, field: str) -> object:
        """The next value of a field that comes; an unset one is waited for."""

        def has(frame: Frame) -> bool:
            fields = (frame.get("facets") or {}).get(facet, {}).get("fields", {})
            return frame.get("call_id") == call_id and field in fields

        frame = await self.until(has)
        value: object = frame["facets"][facet]["fields"][field]["value"]
        return value

    def named(self, name: str) -> list[Frame]:
        return [frame for frame in self.frames if frame["frame"] == name]

    async def leave(self) -> None:
        await self.socket.close()
        await self.closed.wait()


@dataclass
class CallCentre:
    """The service with its telephones; everything goes over loopback sockets."""

    service: Service
    http: aiohttp.ClientSession
    tasks: TaskOwner = field(default_factory=lambda: TaskOwner("call centre"))
    _ids: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    _cookies: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return self.service.url

    async def sign_in(self, name: str, after: int = 0, kind: str = "agent") -> Seat:
        cookie = await self.cookie_of(name)
        address = self.url.replace("http", "ws", 1)
        socket = await connect(
            f"{address}/v1/{kind}",
            subprotocols=["screenpop.v1"],  # type: ignore[list-item]
            additional_headers={"Cookie": cookie, "Origin": self.url},
            compression=None,
            proxy=None,
        )
        seat = Seat(socket, name)
        self.tasks.spawn(seat.listen(), name=f"seat of {name}")
        await seat.next("hello")
        await seat.send("resume", after=after)
        if kind == "agent":
            await seat.next("agent.updated", "resync")
        return seat

    async def cookie_of(self, name: str) -> str:
        if name not in self._cookies:
            answer = await self.http.post(
                f"{self.url}/v1/session",
                json={"username": name, "password": PASSWORD},
                headers={"Origin": self.url},
            )
            assert answer.status == 200, await answer.text()
            cookie = answer.cookies["screenpop_session"]
            self._cookies[name] = f"screenpop_session={cookie.value}"
        return self._cookies[name]

    async def get(self, name: str, path: str) -> dict[str, Any]:
        """What a person reads at a path of the API."""
        headers = {"Cookie": await self.cookie_of(name)}
        async with self.http.get(f"{self.url}{path}", headers=headers) as answer:
            read: dict[str, Any] = await answer.json()
            return read

    async def status(self, name: str, path: str) -> int:
        headers = {"Cookie": await self.cookie_of(name)}
        async with self.http.get(f"{self.url}{path}", headers=headers) as answer:
            return answer.status

    async def post(self, name: str, path: str, /, **body: Any) -> tuple[int, Any]:
        """Post as the person's page does; the status and what was answered."""
        session = await self.get(name, "/v1/session")
        headers = {
            "Cookie": await self.cookie_of(name),
            "Origin": self.url,
            "X-Screenpop-CSRF": session["csrf"],
        }
        url = f"{self.url}{path}"
        async with self.http.post(url, json=body, headers=headers) as answer:
            return answer.status, await answer.json()

    async def log_out(self, name: str) -> None:
        session = await self.get(name, "/v1/session")
        headers = {
            "Cookie": self._cookies.pop(name),
            "Origin": self.url,
            "X-Screenpop-CSRF": session["csrf"],
        }
        async with self.http.delete(f"{self.url}/v1/session", headers=headers) as done:
            assert done.status == 204

    async def move(self, name: str, *agents: str) -> None:
        """A person goes to other telephones, as `screenpop users set` does it."""
        await self.service.past.people.users.change(name, agents=agents)
        await self.service.read_users_again()

    async def share(self, name: str, *agents: str) -> None:
        """What `users set` refuses, as a store of before may have it."""
        async with self.service.past.database.write() as connection:
            await connection.execute(
                text("UPDATE users SET agents = :agents WHERE username = :name"),
                {"agents": json.dumps(agents), "name": name},
            )
        await self.service.read_users_again()

    async def tell(self, *events: Frame, line: str = "main") -> int:
        """Post events as the telephone system does; returns the HTTP status."""
        body = json.dumps(list(events) if len(events) != 1 else events[0]).encode()
        answer = await self.http.post(
            f"{self.url}/v1/telephony/{line}",
            data=body,
            headers=signed(body, self.service.clock),
        )
        return answer.status

    async def event(self, kind: str, call_id: str, *names: str, **more: object) -> None:
        agents = [AGENTS.get(name, name) for name in names]
        event = {"type": kind, "call_id": call_id, "agents": agents, **more}
        status = await self.tell(event)
        assert status == 200, status

    async def ring(
        self, *names: str, caller: str | None = "+442079460958", **more: object
    ) -> str:
        """A call rings at these people; returns its id."""
        call_id = str(more.pop("call_id", None) or f"c-{next(self._ids)}")
        more = {"from": caller, "to": "+442079460100", "direction": "inbound", **more}
        await self.event("alerting", call_id, *names, **more)
        return call_id

    async def answer(self, call_id: str, name: str) -> None:
        await self.event("answered", call_id, name)

    async def hang_up(self, call_id: str) -> None:
        await self.event("ended", call_id)

    async def archived(self) -> None:
        """Everything that is in the journal is in the history, too."""
        async with asyncio.timeout(WITHIN_S):
            while await self.service.archiver.lag():
                await asyncio.sleep(0.02)

    async def close(self) -> None:
        await self.tasks.close()


def signed(body: bytes, clock: Clock | None = None) -> dict[str, str]:
    now = str(int(time.time() if clock is None else clock.now_us() / 1e6))
    digest = hmac.new(
        SIGNING_SECRET.encode(), f"{now}.".encode() + body, hashlib.sha256
    )
    return {
        "X-Screenpop-Signature": f"t={now},v1={digest.hexdigest()}",
        "Content-Type": "application/json",
    }


def write_config(folder: Path, **more: Any) -> Path:
    """A small configuration; `more` are further top-level keys."""
    config: dict[str, Any] = {
        "version": 1,
        "server": {"port": 0, "country": "GB", "data_dir": "data"},
        "lines": {
            "main": {
                "dialect": "generic",
                "country": "GB",
                "settings": {"signing_secret": SIGNING_SECRET},
            }
        },
        "dispositions": [{"code": "sold", "label": "Sold"}],
    }
    for key, value in more.items():
        if isinstance(value, dict) and key in config:
            config[key] = {**config[key], **value}
        else:
            config[key] = value
    config.setdefault("privacy", NAMED)
    path = folder / "screenpop.yaml"
    path.write_text(yaml.safe_dump(config))
    return path


async def let_everybody_in(folder: Path) -> None:
    """Agents ana, ben and cat, supervisor sue, admin ada. Made once, then copied."""
    (folder / "data").mkdir(exist_ok=True)
    template = Path(tempfile.gettempdir()) / f"screenpop-test-people-{os.getpid()}"
    if not template.is_file():
        await _make_people(template)
        atexit.register(template.unlink, missing_ok=True)
    store = folder / "data" / "store.sqlite"
    if not store.exists():  # it holds the keys of what the journal has
        shutil.copy(template, store)


async def _make_people(path: Path) -> None:
    database = Database(sqlite_url(path))
    await database.open()
    try:
        await migrate.ensure(database)
        users = Users(database)
        for name, agent in AGENTS.items():
            title = name.title()
            await users.create(name, password=PASSWORD, name=title, agents=[agent])
        for name, role in (("sue", Role.SUPERVISOR), ("ada", Role.ADMIN)):
            title = name.title()
            await users.create(name, password=PASSWORD, name=title, role=role)
    finally:
        await database.close()


@asynccontextmanager
async def open_call_centre(
    folder: Path,
    clock: Clock | None = None,
    *,
    medium: Journal | None = None,
    people: bool = True,
    **config: Any,
) -> AsyncIterator[CallCentre]:
    """`medium` is used in place of the configured journal.

    Without `people` the folder's store is taken as it is.
    """
    path = write_config(folder, **config)
    if people:
        await let_everybody_in(folder)
    async with (
        running(load_checked(path), clock=clock, journal=medium) as service,
        aiohttp.ClientSession() as http,
    ):
        centre = CallCentre(service=service, http=http)
        try:
            yield centre
        finally:
            await centre.close()
