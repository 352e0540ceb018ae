"""How fast is the service, and how far from what Python can do at all?

    scripts/bench                    1,000 agents at 50, 200 and 1,000 calls/s, then
                                     the highest rate, beside two bare servers
    scripts/bench --quick            a minute: few agents, for continuous integration
    scripts/bench --agents 10000 --storm     a large centre, and all reconnect at once
    scripts/bench --slow-source      one of five sources never answers
    scripts/bench --fanout           500 wallboards
    scripts/bench --training         a model is trained on the same cores all the time
    scripts/bench --awake …          on a virtual machine, whose cores fall asleep
    scripts/bench --nodes 2          calls at one node, agents at another, on Redis
    scripts/bench --workers 1,2,4    the highest rate of `serve --workers N`
    scripts/bench --dialects         the cost of decoding one event, by dialect
    scripts/bench --targets raw-full,raw-cached      the generator on bare servers only

Read docs/performance.md for what is measured how.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import uvloop
from load.figures import TargetFigures
from load.measure import Plan, measure
from load.process import awake, cores
from load.report import save, show
from load.targets import BARE, SERVICE, names, preparation
from load.training import training
from rich.console import Console

SPARE_FILES = 1_500
WIDTH = 170  # of the tables where no terminal says it


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        "scripts/bench",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("--quick", action="store_true", help="a minute, for CI")
    made.add_argument("--agents", type=int, help="browsers connected (1000)")
    made.add_argument("--rates", help="calls/s, comma-separated (50,200,1000)")
    made.add_argument("--seconds", type=float, help="at each rate (10)")
    made.add_argument("--rounds", type=int, default=1, help="interleaved rounds (1)")
    made.add_argument("--targets", help=f"some of {SERVICE},{','.join(BARE)}")
    made.add_argument("--no-search", action="store_true", help="skip the highest rate")
    made.add_argument("--search-from", type=float, help="calls/s (400)")
    made.add_argument("--p99-limit", type=float, help="of the highest rate, ms (50)")
    made.add_argument("--storm", action="store_true", help="kill -9, all come back")
    made.add_argument("--slow-source", action="store_true", help="a source hangs")
    made.add_argument("--fanout", action="store_true", help="500 wallboards")
    made.add_argument("--training", action="store_true", help="a model is trained")
    made.add_argument("--nodes", type=int, metavar="N", help="1 to N nodes on Redis")
    made.add_argument("--workers", metavar="N,…", help="serve --workers N, each")
    made.add_argument("--dialects", action="store_true", help="decoding cost only")
    made.add_argument(
        "--awake", action="store_true", help="virtual cores must not fall asleep"
    )
    made.add_argument("--json", type=Path, metavar="FILE", help="write all figures")
    return made


def planned(given: argparse.Namespace) -> Plan:
    """What the options add up to."""
    plan = Plan()
    if given.quick:
        plan = Plan(agents=200, rates=(50, 200), seconds=3, warm_s=1, search=False)
    if given.agents:
        rates = (33.0, 200.0, 1000.0) if given.agents >= 10_000 else plan.rates
        plan = replace(plan, agents=given.agents, rates=rates)
    if given.rates:
        plan = replace(plan, rates=tuple(float(r) for r in given.rates.split(",")))
    if given.seconds:
        plan = replace(plan, seconds=given.seconds)
    if given.search_from:
        plan = replace(plan, search_rate=given.search_from)
    if given.p99_limit:
        plan = replace(plan, p99_limit_ms=given.p99_limit)
    if given.no_search:
        plan = replace(plan, search=False)
    return replace(
        plan,
        storm=given.storm,
        supervisors=500 if given.fanout else 0,
        hanging_source=given.slow_source,
    )


def chosen(given: argparse.Namespace) -> list[str]:
    if given.targets:
        return list(names(given.targets))
    if given.nodes:
        several = sorted({1, min(2, given.nodes), given.nodes})
        return [SERVICE, *names(",".join(f"redis-{n}" for n in several))]
    if given.workers:
        return list(names(",".join(f"workers-{n}" for n in given.workers.split(","))))
    return (
        [SERVICE, "raw-full"] if given.quick else [SERVICE, "raw-full", "aiohttp-full"]
    )


def raise_file_limit(browsers: int) -> None:
    """A connection is a file, here and in the server."""
    needed = browsers + SPARE_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < needed:
        sys.exit(
            f"{browsers} browsers need {needed} open files, the limit is {hard}."
            f" Raise it (`ulimit -Hn {needed}` as root) or use fewer --agents."
        )
    if soft < needed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))


async def run(
    targets: list[str], plan: Plan, rounds: int, folder: Path, console: Console
) -> dict[str, list[TargetFigures]]:
    """All targets one after another, as often as asked: interleaved."""
    found: dict[str, list[TargetFigures]] = {name: [] for name in targets}
    for number in range(1, rounds + 1):
        for name in targets:
            console.print(f"[bold]round {number} of {rounds}: {name}[/bold]")
            where = folder / f"{name}-{number}"
            prepare = preparation(name)
            bare = name in BARE
            asked = replace(plan, hanging_source=False) if bare else plan
            found[name].append(await measure(prepare, where, asked, console.print))
    return found


def about(plan: Plan, *, awake: bool) -> dict[str, object]:
    server, load = cores()
    return {
        "python": platform.python_version(),
        "machine": platform.platform(),
        "cores": os.cpu_count(),
        "server_core": sorted(server),
        "load_core": sorted(load),
        "kept_awake": awake,
        "agents": plan.agents,
        "rates": list(plan.rates),
        "seconds": plan.seconds,
    }


def main() -> None:
    given = parser().parse_args()
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=WIDTH)
    if given.dialects:
        from load.dialects import show_costs  # needs the intake only

        show_costs(console)
        return
    plan = planned(given)
    raise_file_limit(plan.agents + plan.supervisors)
    server, load = cores()
    if server == load:
        console.print("[yellow]one core: server and load share it[/yellow]")
    os.sched_setaffinity(0, load)
    with (
        awake(given.awake),
        training(given.training),
        tempfile.TemporaryDirectory(prefix="screenpop-bench-") as folder,
    ):
        work = run(chosen(given), plan, given.rounds, Path(folder), console)
        rounds = uvloop.run(work)
    show(console, rounds)
    if given.json:
        save(given.json, rounds, about(plan, awake=given.awake))


if __name__ == "__main__":
    main()
