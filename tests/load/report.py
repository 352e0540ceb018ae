"""How does a person read what was measured, and how a program?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import msgspec
from load.figures import Step, TargetFigures
from load.goals import Goal, Rounds, goals
from rich.console import Console
from rich.table import Table

GENERATOR_BUSY_MAX = 0.85
WAITED_MAX = 0.05


def show(console: Console, rounds: Rounds) -> None:
    console.print(_steps(rounds))
    console.print(_browsers(rounds))
    if any(s.parts_cpu_us for many in rounds.values() for f in many for s in f.steps):
        console.print(_parts(rounds))
    found = goals(rounds)
    if found:
        console.print(_goals(found))
    for warning in warnings(rounds):
        console.print(f"[yellow]{warning}[/yellow]")


def save(path: Path, rounds: Rounds, about: dict[str, object]) -> None:
    data = {
        "about": about,
        "rounds": {name: [asdict(f) for f in found] for name, found in rounds.items()},
        "goals": [{**asdict(g), "verdict": g.verdict} for g in goals(rounds)],
    }
    path.write_bytes(msgspec.json.format(msgspec.json.encode(data), indent=1))


def warnings(rounds: Rounds) -> list[str]:
    """What makes these figures less worth than they look."""
    found: list[str] = []
    for name, many in rounds.items():
        steps = [s for f in many for s in (*f.steps, *([f.best] if f.best else []))]
        if any(step.generator_busy > GENERATOR_BUSY_MAX for step in steps):
            found.append(
                f"{name}: the load generator used more than {GENERATOR_BUSY_MAX:.0%} of"
                " its core: the server's limit may lie higher."
            )
        waited = max(
            (max(s.server_waited, s.generator_waited) for s in steps), default=0
        )
        if waited > WAITED_MAX:
            found.append(
                f"{name}: other processes held the cores for up to {waited:.0%} of the"
                " time. Latencies and highest rates hold on a quiet host only; CPU a"
                " call suffers less."
            )
    return found


def _steps(rounds: Rounds) -> Table:
    table = Table(title="Calls", title_justify="left")
    for heading in ("server", "round", "calls/s"):
        table.add_column(heading, no_wrap=True)
    for heading in (
        "pop p50 ms", "p99", "p99.9", "max", "card p50", "p99", "ack p99",
        "frames", "CPU us", "busy", "waited", "stall ms", "lost", "twice", "wrong",
    ):  # fmt: skip
        table.add_column(heading, justify="right")
    for name, many in rounds.items():
        for number, figures in enumerate(many, 1):
            for step in figures.steps:
                table.add_row(name, str(number), f"{step.rate:.0f}", *_cells(step))
            if figures.best:
                rate = f"max {figures.best.sent_per_s:.0f}"
                table.add_row(name, str(number), rate, *_cells(figures.best))
            for step in figures.watched:
                rate = f"{step.rate:.0f}, wallboards"
                table.add_row(name, str(number), rate, *_cells(step))
            for step in figures.slow[1:]:
                rate = f"{step.rate:.0f}, a source hangs"
                table.add_row(name, str(number), rate, *_cells(step))
    return table


def _parts(rounds: Rounds) -> Table:
    """Who of several nodes, and of what they share, used how much?"""
    table = Table(title="Processor time a call, us", title_justify="left")
    for heading in ("server", "round", "calls/s", "sum", "of which"):
        table.add_column(heading, no_wrap=heading != "of which")
    for name, many in rounds.items():
        for number, figures in enumerate(many, 1):
            for step in figures.steps:
                parts = [f"{x}: {us:.0f}" for x, us in step.parts_cpu_us.items()]
                if parts:
                    rate, total = f"{step.rate:.0f}", f"{step.server_cpu_us:.0f}"
                    table.add_row(name, str(number), rate, total, ", ".join(parts))
    return table


def _cells(step: Step) -> Sequence[str]:
    return (
        f"{step.opened.p50:.2f}", f"{step.opened.p99:.2f}", f"{step.opened.p999:.2f}",
        f"{step.opened.max:.1f}", f"{step.complete.p50:.2f}",
        f"{step.complete.p99:.2f}", f"{step.ack.p99:.2f}",
        f"{step.frames_per_call:.1f}",
        f"{step.server_cpu_us:.0f}", f"{step.server_busy:.0%}",
        f"{step.server_waited:.0%}",
        f"{step.stall_ms:.0f}", str(step.lost), str(step.doubled), str(step.wrong),
    )  # fmt: skip


def _browsers(rounds: Rounds) -> Table:
    table = Table(title="Start, browsers, wallboards", title_justify="left")
    for heading in ("server", "round"):
        table.add_column(heading, no_wrap=True)
    for heading in (
        "start s", "agents", "connect s", "KB an agent", "storm s",
        "storm stall ms", "wallboard frame us", "last has it ms",
    ):  # fmt: skip
        table.add_column(heading, justify="right")
    for name, many in rounds.items():
        for number, f in enumerate(many, 1):
            table.add_row(name, str(number), *_browser_cells(f))
    return table


def _browser_cells(f: TargetFigures) -> Sequence[str]:
    return (
        f"{f.start_s:.2f}", str(f.agents), f"{f.connect_s:.2f}",
        f"{f.idle_kb_per_agent:.1f}", _or_dash(f.storm_s, ".2f"),
        _or_dash(f.storm_stall_ms, ".0f"), _or_dash(f.fanout_us_per_frame, ".1f"),
        _or_dash(f.fanout_last_ms, ".1f"),
    )  # fmt: skip


def _or_dash(value: float | None, how: str) -> str:
    return "-" if value is None else format(value, how)


def _goals(found: Sequence[Goal]) -> Table:
    table = Table(title="Goals (medians over the rounds)", title_justify="left")
    table.add_column("goal")
    for heading in ("must", "aim", "measured"):
        table.add_column(heading, justify="right")
    table.add_column("", no_wrap=True)
    for goal in found:
        sign = "≥" if goal.at_least else "≤"
        table.add_row(
            goal.name, f"{sign} {goal.must:g} {goal.unit}",
            f"{sign} {goal.aim:g} {goal.unit}",
            f"{goal.measured:.2f} {goal.unit}", goal.verdict,
        )  # fmt: skip
    return table
