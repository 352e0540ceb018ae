"""A real Redis of the machine's own binary, which can be killed, stopped and restarted.

Where there is none the tests that need it are skipped; in CI they fail.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

START_S = 10.0
LOOPBACK = "127.0.0.1"
DURABLE = ("--appendonly", "yes", "--appendfsync", "always")  # a kill loses nothing


def need_redis() -> None:
    if shutil.which("redis-server") is None and not os.environ.get("CI"):
        pytest.skip("no Redis on this machine: install redis-server")


class RedisServer:
    """A server with a folder of its own; `command` speaks to it synchronously."""

    def __init__(self, *options: str, env: Mapping[str, str] | None = None):
        """`env` is added to the environment of the server."""
        self._env = {**os.environ, **(env or {})}
        self.folder = Path(tempfile.mkdtemp(prefix="screenpop-redis-"))
        self.port = free_port()
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://{LOOPBACK}:{self.port}/0"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self, *more: str, wait: bool = True) -> None:
        """Returns when it answers."""
        self._process = subprocess.Popen(
            [
                "redis-server", "--port", str(self.port), "--bind", LOOPBACK,
                "--dir", str(self.folder), "--save", "", *self._options, *more,
            ],
            env=self._env,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        until_s = time.monotonic() + START_S
        while wait and not self._answers():
            assert self._process.poll() is None, "redis-server ended"
            assert time.monotonic() < until_s, "redis-server does not answer"
            time.sleep(0.02)

    def kill(self) -> None:
        """As by the kernel when memory runs out."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def send(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def close(self) -> None:
        self.kill()
        shutil.rmtree(self.folder)

    def command(self, *parts: str | bytes) -> str:
        """What `redis-cli` prints; raises when the server refuses."""
        done = subprocess.run(
            ["redis-cli", "-e", "-p", str(self.port), *parts],
            capture_output=True,
            check=True,
        )
        return done.stdout.decode().strip()

    def _answers(self) -> bool:
        with suppress(subprocess.CalledProcessError):
            return self.command("PING") == "PONG"
        return False

    def _end(self, number: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(number)
            process.send_signal(signal.SIGCONT)
            process.wait(START_S)


@contextmanager
def redis_server(
    *options: str, env: Mapping[str, str] | None = None
) -> Iterator[RedisServer]:
    need_redis()
    server = RedisServer(*options, env=env)
    try:
        server.start()
        yield server
    finally:
        server.close()


def free_port() -> int:
    """Low enough for the port of a cluster's bus, which is 10,000 higher."""
    while True:
        with socket.socket() as probe:
            probe.bind((LOOPBACK, 0))
            port: int = probe.getsockname()[1]
        if port + 10_000 < 65_536:
            return port


def on_redis(server: RedisServer, node: str = "a", **more: Any) -> dict[str, Any]:
    return {"engine": "redis", "url": server.url, "node": node, **more}


def folder(path: Path, name: str) -> Path:
    (path / name).mkdir()
    return path / name
