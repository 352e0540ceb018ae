"""How does heavy work run in a process of its own without disturbing the calls?"""

from __future__ import annotations

import asyncio
import contextlib
import os

NICENESS = 19  # of the process: calls come first
WAITED_FOR_NICENESS = 10  # where a person waits for it: a tenth of a busy core
ENDING_S = 5.0  # from asking a process to end to killing it
_THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


def let_calls_go_first(*, is_waited_for: bool = False) -> None:
    """Take only what nothing else wants of the cores, where the system can do that.

    `is_waited_for`: take a little also where calls use all of them. One thread of
    linear algebra: the other cores belong to the calls. Call it before numpy is loaded.
    """
    if hasattr(os, "nice"):
        os.nice(WAITED_FOR_NICENESS if is_waited_for else NICENESS)
    if hasattr(os, "SCHED_IDLE") and not is_waited_for:
        with contextlib.suppress(OSError):  # a container may forbid it
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    for name in _THREADS:
        os.environ.setdefault(name, "1")


async def ended(process: asyncio.subprocess.Process) -> None:
    """End a process that may have ended already."""
    if process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(ENDING_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
