"""Which servers can be put under load, and how does one start and enter each?"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from load.agents import Door
from load.process import Command, ServerProcess
from load.workload import agent_name

TESTS = Path(__file__).parents[1]

BARE = ("raw-full", "raw-cached", "raw-nothing", "aiohttp-full")
SERVICE = "service"
SEVERAL = re.compile(r"(redis|workers)-[1-9]")


class Target(Protocol):
    """A server under test, prepared in a folder of its own."""

    name: str
    ends: bool  # does it follow calls, so that each must be ended some time?

    def command(self, port: int) -> Command: ...

    def server(self, port: int, core: set[int]) -> ServerProcess: ...

    def agents(self, port: int) -> Door: ...

    def wallboards(self, port: int) -> Door | None:
        """None when this server has none."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a target is prepared for."""

    folder: Path
    agents: int
    supervisors: int = 0
    hanging_source: bool = False


Prepare = Callable[[Setting], Target]


def environment(*paths: Path) -> dict[str, str]:
    """Ours, with these folders in front of the module path."""
    before = os.environ.get("PYTHONPATH", "")
    joined = os.pathsep.join([*map(str, paths), *([before] if before else [])])
    return {**os.environ, "PYTHONPATH": joined}


class BareTarget:
    """One of the servers of `load.bare`: they know agents by a header."""

    ends = False

    def __init__(self, name: str, setting: Setting):
        self.name = name
        self._setting = setting

    def command(self, port: int) -> Command:
        return Command(
            args=[sys.executable, "-m", "load.bare", self.name, "--port", str(port)],
            env=environment(TESTS),
            ready_path="/livez",
            log=self._setting.folder / f"{self.name}.log",
        )

    def server(self, port: int, core: set[int]) -> ServerProcess:
        return ServerProcess(self.command(port), port, core)

    def agents(self, port: int) -> Door:
        return Door(port, "/v1/agent", lambda i: f"X-Bench-Agent: {agent_name(i)}\r\n")

    def wallboards(self, port: int) -> Door | None:
        if self.name == "aiohttp-full":
            return None
        return Door(port, "/v1/wallboard", lambda index: "")


def preparation(name: str) -> Prepare:
    """How to make ready the target of that name."""
    if name in BARE:
        return lambda setting: BareTarget(name, setting)
    if name == SERVICE:
        from load.service import ServiceTarget  # only importable with the service

        return ServiceTarget
    from load.nodes import NodesTarget

    return lambda setting: NodesTarget(name, setting)


def names(text: str) -> Sequence[str]:
    """A comma-separated list from the command line; raises `ValueError`."""
    found = [name.strip() for name in text.split(",") if name.strip()]
    unknown = [
        name
        for name in found
        if name not in (SERVICE, *BARE) and not SEVERAL.fullmatch(name)
    ]
    if unknown or not found:
        known = ", ".join((SERVICE, *BARE, "redis-N", "workers-N"))
        raise ValueError(f"no target is called {', '.join(unknown) or text!r}: {known}")
    return found
