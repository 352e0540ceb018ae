"""How are several nodes made ready for the bench, with what they share?

`redis-N`: N processes on one Redis and one PostgreSQL, as on N machines. Calls come to
the first, agents are at the second (`redis-1`: at the same); further nodes only follow.
The first node, Redis and PostgreSQL have the server's core, the others the load's.

`workers-N`: `screenpop serve --workers N`. Calls and agents come to the shared port,
and all processes may use all cores.
"""

from __future__ import annotations

import atexit
import os
import sys
from collections.abc import Mapping
from typing import Any

from load.agents import Door
from load.process import (
    Command,
    Processor,
    ServerProcess,
    cores,
    free_port,
    used_by_tree,
)
from load.service import ServicePeople, configuration, install_connector, seeded
from load.targets import TESTS, Setting, environment
from redis_server import RedisServer
from unit.history.postgres_server import PostgresServer

PERSISTENCE = ("--appendonly", "yes", "--appendfsync", "everysec")


class BenchBackplane:
    """A Redis that persists as docs/journal.md advises, and a PostgreSQL."""

    def __init__(self) -> None:
        self.redis = RedisServer(*PERSISTENCE)
        atexit.register(self.close)
        self.redis.start()
        self.postgres = PostgresServer()
        self.postgres.start()

    def pids(self) -> dict[str, int]:
        return {"redis": self.redis.pid, "postgresql": self.postgres.pid}

    def close(self) -> None:
        """Also called when the bench ends before its time."""
        atexit.unregister(self.close)
        self.redis.close()
        self.postgres.close()


class FirstOfSeveral(ServerProcess):
    """The first node, to which calls come; the others begin, end and count with it."""

    def __init__(
        self,
        command: Command,
        port: int,
        core: set[int],
        others: list[ServerProcess],
        backplane: BenchBackplane,
    ):
        super().__init__(command, port, core)
        self._others = others
        self._backplane = backplane

    def start(self, within_s: float = 60.0) -> None:
        super().start(within_s)
        for other in self._others:
            other.start(within_s)

    def listens(self) -> bool:
        return super().listens() and all(x.listens() for x in self._others)

    def parts(self) -> Mapping[str, Processor]:
        nodes = [super().used(), *(other.used() for other in self._others)]
        named = {f"node {number}": used for number, used in enumerate(nodes, 1)}
        shared = self._backplane.pids().items()
        return named | {name: used_by_tree(pid) for name, pid in shared}

    def used(self) -> Processor:
        parts = self.parts().values()
        ran, waited = sum(x.ran_ns for x in parts), sum(x.waited_ns for x in parts)
        return Processor(ran, waited)

    def rss_kb(self) -> int:
        """Of the nodes; what they share is not counted."""
        return super().rss_kb() + sum(other.rss_kb() for other in self._others)

    def stop(self) -> None:
        super().stop()
        for other in self._others:
            other.stop()
        self._backplane.close()


class NodesTarget:
    """`redis-N` and `workers-N`."""

    ends = True

    def __init__(self, name: str, setting: Setting):
        kind, _, count = name.partition("-")
        self.name = name
        self._count = int(count)
        self._workers = kind == "workers"
        self._setting = setting
        self._people = ServicePeople(setting, setting.folder / "session.key")
        self._backplane = BenchBackplane()
        install_connector(setting.folder)
        seeded(self._backplane.postgres.url, self._people)
        self._ports = [free_port() for _ in range(1 if self._workers else self._count)]

    def server(self, port: int, core: set[int]) -> ServerProcess:
        """`port` is not used: each node has one of its own."""
        _, load = cores()
        everywhere = set(range(os.cpu_count() or 1))
        first = everywhere if self._workers else core
        for pid in self._backplane.pids().values():
            os.sched_setaffinity(pid, first)
        others = [
            ServerProcess(self.command(port), port, load) for port in self._ports[1:]
        ]
        port = self._ports[0]
        return FirstOfSeveral(self.command(port), port, first, others, self._backplane)

    def command(self, port: int) -> Command:
        place = self._ports.index(port)
        folder = self._setting.folder / f"node-{place + 1}"
        folder.mkdir(exist_ok=True)
        config = folder / "bench.yaml"
        hanging = self._setting.hanging_source
        config.write_text(configuration(port, hanging=hanging, **self._shared(place)))
        several = self._workers and self._count > 1
        return Command(
            args=[
                sys.executable, "-m", "screenpop", "serve", "--config", str(config),
                *(("--workers", str(self._count)) if several else ()),
            ],
            env=environment(self._setting.folder / "plugin", TESTS),
            ready_path="/readyz",
            log=folder / "service.log",
        )  # fmt: skip

    def _shared(self, place: int) -> dict[str, Any]:
        return {
            "journal": {
                "engine": "redis",
                "url": self._backplane.redis.url,
                "node": f"bench-{place + 1}",
            },
            "store": {"url": self._backplane.postgres.url},
            "security": {"session_key_file": str(self._people.key_file)},
        }

    def agents(self, port: int) -> Door:
        return self._people.agents(self._ports[min(1, len(self._ports) - 1)])

    def wallboards(self, port: int) -> Door | None:
        return self._people.wallboards(self._ports[0])
