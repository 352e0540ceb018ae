"""A Sentinel of the machine's own binary, for one master."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from redis_server import RedisServer


@contextmanager
def sentinel_of(
    master: RedisServer, *settings: str, name: str = "main"
) -> Iterator[RedisServer]:
    """One Sentinel that decides alone; `settings` are lines of its file."""
    sentinel = RedisServer()
    file = sentinel.folder / "sentinel.conf"
    lines = (
        f"port {sentinel.port}",
        "bind 127.0.0.1",
        f"dir {sentinel.folder}",
        f"sentinel monitor {name} 127.0.0.1 {master.port} 1",
        f"sentinel down-after-milliseconds {name} 1000",
        f"sentinel failover-timeout {name} 5000",
        *settings,
    )
    file.write_text("\n".join(lines) + "\n")
    process = subprocess.Popen(
        ["redis-server", str(file), "--sentinel"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield sentinel
    finally:
        process.kill()
        process.wait()
        sentinel.close()


def said_by(sentinel: RedisServer) -> str:
    """What it knows of its masters; nothing while it starts."""
    try:
        return sentinel.command("INFO", "sentinel")
    except subprocess.CalledProcessError:
        return ""
