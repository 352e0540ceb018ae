"""Where the files of `deploy/` are, and what they are read with."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
SBIN = "/usr/sbin"
START_S = 10.0


def program(name: str, *, in_ci: bool = True) -> str:
    """Its path; skips where it is not installed, but fails in CI if `in_ci`."""
    found = shutil.which(name, path=os.pathsep.join([os.environ["PATH"], SBIN]))
    if found is None:
        if in_ci and os.environ.get("CI"):
            pytest.fail(f"CI needs {name}: scripts/setup services")
        pytest.skip(f"{name} is not on this machine")
    return found


def read_yaml(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / name).read_text())
    return found


@contextmanager
def started(command: list[str], port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A program that listens on a port of this machine; ended at the end."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        until_s = time.monotonic() + START_S
        while not _listens(port):
            assert process.poll() is None, f"{command[0]} ended"
            assert time.monotonic() < until_s, f"{command[0]} does not listen"
            time.sleep(0.02)
        yield process
    finally:
        process.terminate()
        process.wait(START_S)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
