"""Is the configuration fit to run, and on which event loop?"""

from __future__ import annotations

import asyncio
from pathlib import Path

from screenpop.app.intake import bind_line
from screenpop.config.check import verdict
from screenpop.config.load import Loaded, examine
from screenpop.config.model import Line
from screenpop.config.problems import ConfigProblems
from screenpop.support import log as logs


def load_checked(path: Path) -> Loaded:
    """Read and check a file; raises `ConfigProblems` with everything that is wrong.

    What must never be logged is known to the log from here on.
    """
    examined = examine(path)
    public_url = None
    if examined.loaded is not None:
        logs.protect(examined.loaded.secrets)
        public_url = examined.loaded.config.server.public_url

    def check_line(name: str, line: Line) -> None:
        bind_line(name, line, public_url)

    checked = verdict(examined, check_line=check_line)
    logs.protect(checked.secrets)
    if checked.problems or examined.loaded is None:
        raise ConfigProblems(checked.problems)
    return examined.loaded


def quick_loop() -> asyncio.Runner:
    """uvloop where it is installed: less CPU for each socket, nothing else."""
    try:
        import uvloop
    except ImportError:
        return asyncio.Runner()
    return asyncio.Runner(loop_factory=uvloop.new_event_loop)
