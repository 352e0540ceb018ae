"""How many Python functions does one call cost, and in which files?

    PYTHONPATH=tests python -m load.cost [--calls N] [--top N]

The service as the bench starts it, a call as the bench makes it: event, card, four
answers, receipt, and its end. Counted in the main thread (`load.counted_serve`), less
what an idle service does in the same time.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import tempfile
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

from load.measure import Bench, Plan
from load.process import Command
from load.service import ServiceTarget
from load.targets import Setting

AGENTS = 20
RATE = 12.0  # so slowly that a counted service keeps up on any machine
WARM_S = 2.0


class Counted(ServiceTarget):
    """The service, with each function counted that it calls."""

    def command(self, port: int) -> Command:
        usual = super().command(port)
        args = list(usual.args)
        args[2:3] = ["load.counted_serve", str(self.file)]
        return replace(usual, args=args)

    @property
    def file(self) -> Path:
        return self._folder / "called.json"


async def cost(folder: Path, calls: int = 200) -> Counter[str]:
    """Calls of each function, `FILE:NAME`, for all `calls` together."""
    target = Counted(Setting(folder=folder, agents=AGENTS))
    plan = Plan(agents=AGENTS, rates=(RATE,), search=False)
    bench = Bench(target, plan, lambda _: None)
    try:
        await bench.open()
        bench.generator.probes = False  # 200 requests a second would be counted too
        await bench.step(RATE, WARM_S)
        pid = bench.server.process.pid
        began_s = time.perf_counter()
        os.kill(pid, signal.SIGUSR1)
        step = await bench.step(RATE, calls / RATE)
        busy = await asyncio.to_thread(_read, target.file, pid)
        took_s = time.perf_counter() - began_s
        os.kill(pid, signal.SIGUSR1)
        await asyncio.sleep(took_s)
        idle = await asyncio.to_thread(_read, target.file, pid)
    finally:
        bench.close()
    assert step.clean, step
    busy.subtract(idle)
    scale = calls / step.sent
    return Counter({name: round(n * scale) for name, n in busy.items() if n > 0})


def _read(file: Path, pid: int) -> Counter[str]:
    file.unlink(missing_ok=True)
    os.kill(pid, signal.SIGUSR2)
    until_s = time.perf_counter() + 10
    while not file.exists():
        assert time.perf_counter() < until_s, "the service does not answer"
        time.sleep(0.02)
    return Counter(json.loads(file.read_text()))


def short(name: str) -> str:
    """`desk/hub.py:Hub.send`, wherever the package lies."""
    path, _, function = name.rpartition(":")
    parts = path.split("/")
    for root in ("screenpop", "site-packages", "python3.11", "tests"):
        if root in parts:
            parts = parts[parts.index(root) + 1 :]
    return f"{'/'.join(parts[-3:])}:{function}"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--calls", type=int, default=200)
    parser.add_argument("--top", type=int, default=60)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        called = asyncio.run(cost(Path(folder), given.calls))
    by_file: Counter[str] = Counter()
    for name, times in called.items():
        by_file[short(name).partition(":")[0]] += times
    print(f"{called.total() / given.calls:.0f} functions a call")
    for title, table in (("file", by_file), ("function", called)):
        print(f"\n{title}")
        for name, times in table.most_common(given.top):
            shown = name if title == "file" else short(name)
            print(f"{times / given.calls:8.1f}  {shown}")


if __name__ == "__main__":
    main()
