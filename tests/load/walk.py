"""Which files and functions does one call pass until its first frame?

    PYTHONPATH=tests python -m load.walk [--begin NAME] [--end NAME] [--list]

The service as the bench starts it and calls as the bench makes them, one at a time.
Each function of ours that its main thread enters is noted in order, from the webhook
(`--begin`) to the first frame at an agent's socket (`--end`); comprehensions are left
out. The call in the middle by number of functions is told: what a timer or another
task does in between belongs to no call and is rare at this rate.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from load.measure import Bench, Plan
from load.process import Command
from load.service import ServiceTarget
from load.targets import Setting

RATE = 4.0
CALLS = 12
WIRING = ("node", "app")  # the room of the wiring, today and once
SERVE = """
import signal, sys
steps = []
def note(frame, event, arg):
    code = frame.f_code
    if event != "call" or "/screenpop/" not in code.co_filename:
        return
    if code.co_name[-1] != ">":
        above = frame.f_back
        while above and "/screenpop/" not in above.f_code.co_filename:
            above = above.f_back
        caller = above.f_code.co_filename if above else ""
        steps.append((caller, code.co_filename, code.co_qualname))
def begin(number, frame):
    sys.setprofile(note)
def write(number, frame):
    sys.setprofile(None)
    with open(sys.argv[-1], "w") as out:
        out.writelines(f"{caller} {file}:{name}\\n" for caller, file, name in steps)
    print("walk written", file=sys.stderr)
signal.signal(signal.SIGUSR1, begin)
signal.signal(signal.SIGUSR2, write)
from screenpop.cli import main
main(sys.argv[1:-1])
"""


class Walked(ServiceTarget):
    """The service, with the way of each call noted."""

    def command(self, port: int) -> Command:
        usual = super().command(port)
        serve = usual.args[usual.args.index("serve") :]
        return replace(
            usual, args=[sys.executable, "-c", SERVE, *serve, str(self.file)]
        )

    @property
    def file(self) -> Path:
        return self._folder / "walked.txt"


async def walked(folder: Path) -> list[str]:
    """`CALLER FILE:NAME` of each step of all calls, in order."""
    target = Walked(Setting(folder=folder, agents=4))
    bench = Bench(target, Plan(agents=4, rates=(RATE,), search=False), lambda _: None)
    try:
        await bench.open()
        await bench.step(RATE, 1.0)
        os.kill(bench.server.process.pid, signal.SIGUSR1)
        await bench.step(RATE, CALLS / RATE)
        os.kill(bench.server.process.pid, signal.SIGUSR2)
        while not target.file.exists() or not target.file.read_text().endswith("\n"):
            await asyncio.sleep(0.1)
    finally:
        bench.close()
    return target.file.read_text().splitlines()


def calls(steps: list[str], begin: str, end: str) -> Iterator[list[str]]:
    """The steps of each call; from the webhook to whatever frame comes next."""
    way: list[str] = []
    on = False
    for step in steps:
        name = step.rpartition(":")[2]
        if name == begin:
            way, on = [], True
        if on:
            way.append(step)
        if on and name == end:
            yield way
            on = False


def room(step: str) -> str:
    return step.partition("/screenpop/")[2].partition("/")[0]


def returns(way: list[str]) -> int:
    """How often another room calls up into the wiring."""
    pairs = [step.split(" ") for step in way]
    return sum(
        room(called) in WIRING and room(caller) not in (*WIRING, "")
        for caller, called in pairs
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--begin", default="Dispatcher.__call__")
    parser.add_argument("--end", default="Socket.write")
    parser.add_argument(
        "--through", default="Desk.opened", help="the card's first frame"
    )
    parser.add_argument("--list", action="store_true", help="each step, in order")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        steps = asyncio.run(walked(Path(folder)))
    ways = [
        way
        for way in calls(steps, given.begin, given.end)
        if any(step.endswith(f":{given.through}") for step in way)
    ]
    ways.sort(key=lambda way: len(set(way)))
    if not ways:
        sys.exit(f"no call went from {given.begin} to {given.end}: see --begin, --end")
    way = ways[len(ways) // 2]
    passed = [step.partition(" ")[2].partition("/screenpop/")[2] for step in way]
    files = {step.partition(":")[0] for step in passed}
    if given.list:
        for step, where in zip(way, passed, strict=True):
            print(f"{where:60} from {room(step.partition(' ')[0]) or 'outside'}")
    print(
        f"{len(files)} files, {len(set(passed))} functions, {len(way)} steps until the"
        f" frame; {returns(way)} returns to the wiring ({len(ways)} calls)"
    )


if __name__ == "__main__":
    main()
