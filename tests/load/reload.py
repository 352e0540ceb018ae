"""Is a call lost, doubled or late while the configuration changes?

    PYTHONPATH=tests python -m load.reload --rate 100 --seconds 20

The service as the bench starts it, with calls at a steady rate: first without a
change, then with another file every two seconds, in turn one that changes a source and
its lookup, one that changes words on pages and one that cannot work, then without a
change again. Each file is taken by itself, as an editor would leave it. Ring-to-pop is
from the sending of the webhook to the first frame at the agent's socket.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import tempfile
import urllib.request
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
from load.contacts import shown
from load.figures import Step
from load.measure import Bench, Plan, running, told
from load.process import cores
from load.service import ServiceTarget
from load.targets import Setting

from screenpop.support.tasks import TaskOwner

LOOKED_AT_EVERY_S = 0.25
WRITTEN_EVERY_S = 2.0
ROUNDS = 3


def others(config: dict[str, Any]) -> list[dict[str, Any]]:
    """In turn: a source, words, and a source that is not there."""
    first = next(iter(config["sources"]))
    source = {**config["sources"], first: {**config["sources"][first]}}
    source[first]["concurrency"] = 63
    words = {"sales": {"label": "Sales (renamed)"}}
    gone = {"connector": "csv_file", "path": "gone.csv", "numbers": ["phone"]}
    return [
        {**config, "sources": source},
        {**config, "queues": words},
        {**config, "sources": {**config["sources"], "gone": gone}},
        config,
    ]


def replace(path: Path, config: dict[str, Any]) -> None:
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(config))
    fresh.replace(path)


async def keep_changing(path: Path, config: dict[str, Any]) -> None:
    """Replace the file again and again, as one that is renamed into its place."""
    written = others(config)
    while True:
        for other in written:
            replace(path, other)
            await asyncio.sleep(WRITTEN_EVERY_S)


def metrics(port: int) -> Counter[str]:
    """What the service counted so far, by its series."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as got:
        lines = got.read().decode().splitlines()
    series = (line.rpartition(" ") for line in lines if not line.startswith("#"))
    return Counter({name: float(value) for name, _, value in series})


def counted(before: Counter[str], after: Counter[str], name: str) -> dict[str, int]:
    return {
        key.partition("{")[2].rstrip("}"): round(after[key] - before[key])
        for key in after
        if key.startswith(name) and after[key] != before[key]
    }


async def rounds(bench: Bench, what: str, options: argparse.Namespace) -> list[Step]:
    steps = []
    for _ in range(ROUNDS):
        step = await bench.step(options.rate, options.seconds)
        print(what, told("service", step), flush=True)
        steps.append(step)
    return steps


def figures(steps: list[Step]) -> dict[str, object]:
    """Sums of what must be 0, and each round's times."""
    return {
        "calls": sum(step.sent for step in steps),
        **{
            name: sum(getattr(step, name) for step in steps)
            for name in (
                "lost", "doubled", "misrouted", "refused", "unanswered", "incomplete",
                "disconnected",
            )
        },
        "rounds": [shown(step) for step in steps],
    }  # fmt: skip


class Watching(ServiceTarget):
    """The bench's service, which looks at its file often."""

    def command(self, port: int) -> Any:
        made = super().command(port)
        config = json.loads(self.file.read_text())
        config["server"]["reload_every_s"] = LOOKED_AT_EVERY_S
        self.file.write_text(json.dumps(config))
        return made

    @property
    def file(self) -> Path:
        return self._folder / "bench.yaml"


async def measure(folder: Path, options: argparse.Namespace) -> dict[str, object]:
    plan = Plan(agents=200, rates=(options.rate,), search=False)
    result: dict[str, object] = {"load": os.getloadavg()}
    setting = Setting(folder=folder, agents=plan.agents)
    async with running(Watching, setting, plan, print) as bench:
        assert isinstance(bench.target, Watching)
        port = bench.server.port
        await bench.step(50, 2)
        before = metrics(port)
        result["before"] = figures(await rounds(bench, "before", options))
        tasks = TaskOwner("bench")
        file = bench.target.file
        changing = keep_changing(file, json.loads(file.read_text()))
        tasks.spawn(changing, name="keep changing")
        result["while_it_changes"] = figures(await rounds(bench, "changing", options))
        await tasks.close()
        result["after"] = figures(await rounds(bench, "after", options))
        after = metrics(port)
        result["reloads"] = counted(before, after, "screenpop_config_reloads_total")
        result["events"] = counted(before, after, "screenpop_events_total")
        result["repeated"] = counted(before, after, "screenpop_events_repeated_total")
        result["rss_mb"] = round(bench.server.rss_kb() / 1024)
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=100, help="calls a second (100)")
    parser.add_argument("--seconds", type=float, default=20, help="a round (20)")
    options = parser.parse_args()
    _, load = cores()
    os.sched_setaffinity(0, load)
    with tempfile.TemporaryDirectory() as folder:
        result = asyncio.run(measure(Path(folder), options))
    print(msgspec.json.format(msgspec.json.encode(result)).decode())


if __name__ == "__main__":
    main()
