"""How is the real service made ready for the bench?

As its users would: `screenpop serve` with a configuration file, a folder for its
data, people in its store, and a connector installed by an entry point. Only the
log-in is short: 10,000 password hashes would take minutes, so the bench signs the
session cookies with the key in the data folder, and the service checks them as ever.
"""

from __future__ import annotations

import asyncio
import json
import sys
import threading
import time
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any

from load.agents import Door
from load.process import Command, ServerProcess
from load.targets import TESTS, Setting, environment
from load.workload import FACETS, LINE, SECRET, agent_name
from sqlalchemy import insert

from screenpop.domain.agent import Role, User, UserId
from screenpop.domain.call import AgentId
from screenpop.history import migrate
from screenpop.history.engine import Database, sqlite_url
from screenpop.history.tables import users
from screenpop.web.auth import COOKIE, FILE_NAME, Signer, session_key

SESSION_S = 86_400
PEOPLE_AT_ONCE = 500

ENTRY_POINT = (
    "[screenpop.connectors]\nbench_memory = load.memory_connector:MemoryConnector\n"
)
METADATA = "Metadata-Version: 2.1\nName: screenpop-bench-memory\nVersion: 0\n"


class ServiceTarget:
    """`screenpop serve`, with everything on and its defaults but for what is named."""

    name = "service"
    ends = True

    def __init__(self, setting: Setting):
        self._folder = setting.folder
        self._setting = setting
        data = setting.folder / "data"
        self._people = ServicePeople(setting, data / FILE_NAME)
        install_connector(self._folder)
        seeded(sqlite_url(data / "store.sqlite"), self._people)

    def server(self, port: int, core: set[int]) -> ServerProcess:
        return ServerProcess(self.command(port), port, core)

    def command(self, port: int) -> Command:
        config = self._folder / "bench.yaml"
        config.write_text(configuration(port, hanging=self._setting.hanging_source))
        return Command(
            args=[sys.executable, "-m", "screenpop", "serve", "--config", str(config)],
            env=environment(self._folder / "plugin", TESTS),
            ready_path="/readyz",
            log=self._folder / "service.log",
        )

    def agents(self, port: int) -> Door:
        return self._people.agents(port)

    def wallboards(self, port: int) -> Door | None:
        return self._people.wallboards(port)


class ServicePeople:
    """Everybody who logs in, and the key that signs their sessions."""

    def __init__(self, setting: Setting, key_file: Path):
        self.key_file = key_file
        self._agents = [_agent(index) for index in range(setting.agents)]
        self._boards = [_supervisor(index) for index in range(setting.supervisors)]
        self._signer = Signer(session_key(key_file))

    @property
    def all(self) -> list[User]:
        return [*self._agents, *self._boards]

    def agents(self, port: int) -> Door:
        return self._door(port, "/v1/agent", self._agents)

    def wallboards(self, port: int) -> Door:
        return self._door(port, "/v1/wallboard", self._boards)

    def _door(self, port: int, path: str, people: list[User]) -> Door:
        expires_s = int(time.time()) + SESSION_S
        origin = f"Origin: http://127.0.0.1:{port}\r\n"
        headers = [
            f"{origin}Cookie: {COOKIE}={self._signer.issue(person, expires_s)[0]}\r\n"
            for person in people
        ]
        return Door(port, path, headers.__getitem__)


def configuration(port: int, *, hanging: bool, **more: object) -> str:
    """As YAML, which JSON is: four lookups, each at its source every time.

    `more` are further top-level keys.

    `cache_s: 0` because the bench wants four lookups a call, not four cache hits.
    """
    sources: dict[str, object] = {
        name: {"connector": "bench_memory", "cache_s": 0, "concurrency": 64}
        for name in FACETS
    }
    lookups: dict[str, object] = {
        name: {"source": name, "facet": name, "rows_of": name} for name in FACETS
    }
    facets: dict[str, object] = {}
    if hanging:
        sources["hanging"] = {"connector": "bench_memory", "cache_s": 0, "hangs": True}
        lookups["never"] = {"source": "hanging", "facet": "never", "rows_of": "tickets"}
        facets["never"] = {"label": "Never"}
    return json.dumps(
        {
            "version": 1,
            "server": {
                "host": "127.0.0.1", "port": port, "data_dir": "data", "country": "GB",
            },
            "limits": {"live_calls_max": 200_000},
            "lines": {
                LINE: {"country": "GB", "settings": {"signing_secret": SECRET.decode()}}
            },
            "queues": {"sales": {"label": "Sales"}},
            "sources": sources,
            "lookups": lookups,
            "facets": facets,
            **more,
        },
        indent=1,
    )  # fmt: skip


def _agent(index: int) -> User:
    name = agent_name(index)
    return User(
        username=UserId(name),
        name=f"Agent {index}",
        role=Role.AGENT,
        agents=frozenset({AgentId(name)}),
    )


def _supervisor(index: int) -> User:
    return User(
        username=UserId(f"s{index:05d}"), name=f"Board {index}", role=Role.SUPERVISOR
    )


def install_connector(folder: Path) -> None:
    """What `pip install` of a plugin leaves behind, in a folder of this run."""
    info = folder / "plugin" / "screenpop_bench_memory-0.dist-info"
    info.mkdir(parents=True, exist_ok=True)
    (info / "METADATA").write_text(METADATA)
    (info / "entry_points.txt").write_text(ENTRY_POINT)


def seeded(url: str, people: ServicePeople) -> None:
    """A new store with these people in it, none of them with a password."""
    _apart(_seeded(url, people.all))


async def _seeded(url: str, people: list[User]) -> None:
    database = Database(url)
    await database.open()
    try:
        await migrate.upgrade(database)
        for batch in _batches(people):
            async with database.write() as connection:
                await connection.execute(insert(users), batch)
    finally:
        await database.close()


def _batches(people: list[User]) -> Iterator[list[dict[str, object]]]:
    for start in range(0, len(people), PEOPLE_AT_ONCE):
        yield [_row(person) for person in people[start : start + PEOPLE_AT_ONCE]]


def _row(person: User) -> dict[str, object]:
    return {
        "username": person.username, "name": person.name, "role": person.role.value,
        "agents": json.dumps(sorted(person.agents)), "locale": None, "active": True,
        "token_epoch": 0, "password_hash": None, "created_us": 1, "updated_us": 1,
    }  # fmt: skip


def _apart(work: Coroutine[Any, Any, None]) -> None:
    """Run it in a thread with a loop of its own: the bench's loop is running."""
    failed: list[BaseException] = []

    def run() -> None:
        try:
            asyncio.run(work)
        except BaseException as error:  # noqa: BLE001 - raised again below
            failed.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if failed:
        raise failed[0]
