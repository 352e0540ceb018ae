"""On which event loop does a program run?"""

from __future__ import annotations

import asyncio


def quick_loop() -> asyncio.Runner:
    """uvloop where it is installed: less CPU for each socket, nothing else."""
    try:
        import uvloop
    except ImportError:
        return asyncio.Runner()
    return asyncio.Runner(loop_factory=uvloop.new_event_loop)
