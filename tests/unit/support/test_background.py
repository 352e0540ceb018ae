"""A process that takes only what calls leave of the cores."""

from __future__ import annotations

import asyncio
import sys

import pytest

from screenpop.support import background

SHOWS = """
import os
from screenpop.support.background import let_calls_go_first
let_calls_go_first(is_waited_for=IS_WAITED_FOR)
idle = os.sched_getscheduler(0) == os.SCHED_IDLE
print(os.nice(0), idle, os.environ["OPENBLAS_NUM_THREADS"])
"""
DEAF = """
import signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("deaf", flush=True)
time.sleep(600)
"""


async def started(code: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE
    )


@pytest.mark.parametrize(
    ("is_waited_for", "shown"),
    [(False, [b"19", b"True", b"1"]), (True, [b"10", b"False", b"1"])],
)
async def test_calls_go_first(is_waited_for: bool, shown: list[bytes]) -> None:
    code = SHOWS.replace("IS_WAITED_FOR", str(is_waited_for))
    output, _ = await (await started(code)).communicate()
    assert output.split() == shown


@pytest.mark.parametrize("code", ["import time; time.sleep(600)", "pass"])
async def test_a_process_is_ended(code: str) -> None:
    process = await started(code)
    await background.ended(process)
    assert process.returncode is not None


async def test_one_that_does_not_listen_is_killed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(background, "ENDING_S", 0.05)
    process = await started(DEAF)
    assert process.stdout is not None
    assert await process.stdout.readline() == b"deaf\n"
    await background.ended(process)
    assert process.returncode == -9
