"""`screenpop serve` whose clock stands in a file: the caller decides what time it is.

The first argument is the configuration, the second the file: microseconds since 1970
UTC, 8 bytes. The address is printed when it listens; it ends with its input,
at once.
"""

from __future__ import annotations

import asyncio
import mmap
import os
import struct
import sys
from pathlib import Path

from screenpop.node.asking import load_checked
from screenpop.node.build import running


class ClockInFile:
    """The time that another process says."""

    def __init__(self, file: Path):
        with file.open("rb") as opened:
            self._shared = mmap.mmap(opened.fileno(), 8, prot=mmap.PROT_READ)

    def now_us(self) -> int:
        at_us: int = struct.unpack("<q", self._shared)[0]
        return at_us

    steady_us = now_us

    def monotonic_s(self) -> float:
        return self.now_us() / 1e6


async def serve(config: Path, clock: Path) -> None:
    async with running(load_checked(config), clock=ClockInFile(clock)) as service:
        print(service.url, flush=True)
        await asyncio.to_thread(sys.stdin.read)
        os._exit(1)  # its parent is gone


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), Path(sys.argv[2])))
