"""Is a worker that died started again, in ever longer pauses, and not for ever?"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from screenpop.node.workers import FAILURES_MAX, SILENT_MAX_S, Workers
from screenpop.support.tasks import Restarts

SERVES = "print('serving', flush=True)\n"
UNTIL_TOLD = "import time\nwhile True: time.sleep(1)\n"
NO_PAUSE = Restarts(first_s=0, max_s=0)
WITHIN_S = 60


def running(code: str, count: int = 1, silent_max_s: int = SILENT_MAX_S) -> Workers:
    def command(number: int) -> Sequence[str]:
        return (sys.executable, "-c", code, str(number))

    return Workers(
        count,
        command,
        end_within_s=0.5,
        restarts=NO_PAUSE,
        silent_max_s=silent_max_s,
    )


async def code_of(workers: Workers) -> int:
    async with asyncio.timeout(WITHIN_S):
        return await workers.run()


async def test_one_that_ends_again_and_again_ends_all_with_code_1(
    tmp_path: Path,
) -> None:
    lives = tmp_path / "lives"
    code = SERVES + f"open({str(lives)!r}, 'a').write('x')\nraise SystemExit(3)"
    assert await code_of(running(code)) == 1
    assert lives.read_text() == "x" * FAILURES_MAX


async def test_one_that_never_served_is_not_started_again(tmp_path: Path) -> None:
    lives = tmp_path / "lives"
    code = f"open({str(lives)!r}, 'a').write('x')\nraise SystemExit(1)"
    assert await code_of(running(code)) == 1
    assert lives.read_text() == "x"


async def test_one_that_does_not_end_in_time_is_killed() -> None:
    deaf = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    workers = running(deaf + SERVES + UNTIL_TOLD)
    asyncio.get_running_loop().create_task(_stopped_when_it_serves(workers))
    assert await code_of(workers) == 1


async def test_all_that_end_when_told_to_end_well() -> None:
    ends = "import signal, sys\nsignal.signal(signal.SIGTERM, lambda *_: sys.exit(0))\n"
    workers = running(ends + SERVES + UNTIL_TOLD, count=2)
    asyncio.get_running_loop().create_task(_stopped_when_it_serves(workers))
    assert await code_of(workers) == 0


async def test_one_that_serves_and_then_is_silent_is_killed(
    caplog: pytest.LogCaptureFixture,
) -> None:
    workers = running(SERVES + UNTIL_TOLD, silent_max_s=1)
    running_all = asyncio.get_running_loop().create_task(code_of(workers))
    async with asyncio.timeout(WITHIN_S):
        while "was ended by signal 9" not in caplog.text:
            await asyncio.sleep(0.05)
    workers.stop()
    await running_all
    assert "silent for 1 s" in caplog.text


async def _stopped_when_it_serves(workers: Workers) -> None:
    while not all(worker.serves for worker in workers.all):
        await asyncio.sleep(0.02)
    workers.stop()
