"""How long do callers wait, and how many give up, with so many agents?

Erlang C (M/M/n: no caller gives up) and Erlang A (M/M/n+M: callers wait an exponential
time with the mean `patience_s`), after Palm and after Gans, Koole, Mandelbaum,
"Telephone Call Centers: Tutorial, Review, and Research Prospects" (M&SOM 2003). Both
assume a level rate within the interval, one queue, and agents who all take any call.
Units are seconds; a load is in erlang: calls a second times handle time.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from screenpop.domain.errors import BadInput
from screenpop.planning.counts import Floats

AGENTS_MAX = 100_000
STATES_MAX = 2_000_000  # callers waiting in the chain of Erlang A
NEGLIGIBLE = 1e-14  # a state's probability relative to the likeliest
TERMS_SD = 9.0  # of the Poisson number of jumps that are added up


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """Calls of an interval and what serving one takes."""

    calls: float
    interval_s: float
    handle_s: float  # AHT: talk, hold and wrap-up
    patience_s: float | None = None  # None: no caller gives up, Erlang C

    @property
    def rate(self) -> float:
        """Calls a second."""
        return self.calls / self.interval_s

    @property
    def erlang(self) -> float:
        return self.rate * self.handle_s


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitFigures:
    """What a load and a number of agents lead to, in the long run."""

    wait_share: float  # of callers who wait at all
    mean_wait_s: float  # of all callers, those who give up included (ASA of Erlang C)
    occupancy: float
    abandon_share: float
    served_within: float  # answered within the target / all callers
    answered_within: float  # the same / callers who are answered


def waiting(load: Load, agents: int, within_s: float) -> WaitFigures | None:
    """Erlang A where a patience is given, else C; None where C has no steady state.

    Raises `BadInput` for numbers outside of what the formulas are for.
    """
    _check(load, agents, within_s)
    if load.calls == 0:
        return _without_calls()
    if load.patience_s is None:
        return _erlang_c(load, agents, within_s)
    return _erlang_a(load, agents, within_s, load.patience_s)


def erlang_b(erlang: float, agents: int) -> float:
    """Share of callers who are lost where none may wait, by a stable recursion."""
    blocked = 1.0
    for k in range(1, agents + 1):
        blocked = erlang * blocked / (k + erlang * blocked)
    return blocked


def _without_calls() -> WaitFigures:
    return WaitFigures(
        wait_share=0.0,
        mean_wait_s=0.0,
        occupancy=0.0,
        abandon_share=0.0,
        served_within=1.0,
        answered_within=1.0,
    )


def _erlang_c(load: Load, agents: int, within_s: float) -> WaitFigures | None:
    spare = agents - load.erlang
    if spare <= 0:
        return None
    blocked = erlang_b(load.erlang, agents)
    waits = blocked / (1 - load.erlang / agents * (1 - blocked))
    level = 1 - waits * math.exp(-spare * within_s / load.handle_s)
    return WaitFigures(
        wait_share=waits,
        mean_wait_s=waits * load.handle_s / spare,
        occupancy=load.erlang / agents,
        abandon_share=0.0,
        served_within=level,
        answered_within=level,
    )


def _erlang_a(
    load: Load, agents: int, within_s: float, patience_s: float
) -> WaitFigures:
    served, gives_up = 1 / load.handle_s, 1 / patience_s
    serving, queue = _state_shares(load, agents, served, gives_up)
    waits = float(queue.sum())
    length = float(np.arange(len(queue)) @ queue)
    abandon = gives_up * length / load.rate
    on_time = float(serving.sum()) + float(
        queue @ _reached(len(queue), agents * served, gives_up, within_s)
    )
    return WaitFigures(
        wait_share=waits,
        mean_wait_s=length / load.rate,
        occupancy=load.rate * (1 - abandon) / (agents * served) if agents else 0.0,
        abandon_share=abandon,
        served_within=on_time,
        answered_within=on_time / (1 - abandon) if abandon < 1 else 0.0,
    )


def _state_shares(
    load: Load, agents: int, served: float, gives_up: float
) -> tuple[Floats, Floats]:
    """Time shares of states: (agents,) an agent is free, (m,) m callers wait.

    Birth and death chain in logarithms; cut off where a state is negligible.
    """
    busy = np.arange(1, agents + 1) * served
    logs = np.concatenate([[0.0], np.cumsum(np.log(load.rate / busy))])
    waiting_logs = [logs[-1]]
    highest = float(logs.max())
    while waiting_logs[-1] > highest + math.log(NEGLIGIBLE) or _rises(
        load.rate, agents * served + len(waiting_logs) * gives_up
    ):
        ends = agents * served + len(waiting_logs) * gives_up
        waiting_logs.append(waiting_logs[-1] + math.log(load.rate / ends))
        highest = max(highest, waiting_logs[-1])
        if len(waiting_logs) > STATES_MAX:
            raise BadInput(
                "patience: so long that millions would wait.",
                remedy="Use a shorter patience, or none (Erlang C).",
            )
    free, queue = np.exp(logs[:-1] - highest), np.exp(np.array(waiting_logs) - highest)
    total = free.sum() + queue.sum()
    return free / total, queue / total


def _rises(rate: float, ends: float) -> bool:
    return rate > ends


def _reached(states: int, frees: float, gives_up: float, within_s: float) -> Floats:
    """(states,) chance to be answered in time with so many callers ahead.

    A caller with j ahead moves on at `frees + j * gives_up` and leaves at `gives_up`;
    from none ahead the next agent is theirs. Uniformisation: a Poisson number of jumps
    of one rate, the chances after each, added up.
    """
    ahead = np.arange(states)
    moves = frees + ahead * gives_up
    pace = float(moves[-1] + gives_up)
    jumps = pace * within_s
    terms = int(jumps + TERMS_SD * math.sqrt(jumps) + 30)
    chances, answered = np.zeros(states), np.zeros(states)
    stays = 1 - (moves + gives_up) / pace
    weight = -jumps  # logarithm of the Poisson probability
    for term in range(terms + 1):
        answered += math.exp(weight) * chances
        nearer = np.concatenate([[1.0], chances[:-1]])
        chances = moves / pace * nearer + stays * chances
        weight += math.log(jumps / (term + 1)) if jumps else -math.inf
    return answered


def _check(load: Load, agents: int, within_s: float) -> None:
    rules = (
        ("calls", load.calls, 0 <= load.calls < math.inf, "0 or more"),
        ("interval_s", load.interval_s, load.interval_s > 0, "greater than 0"),
        ("handle_s", load.handle_s, load.handle_s > 0, "greater than 0"),
        ("agents", agents, 0 <= agents <= AGENTS_MAX, f"0 to {AGENTS_MAX:,}"),
        ("within_s", within_s, 0 <= within_s < math.inf, "0 or more"),
        (
            "patience_s",
            load.patience_s,
            load.patience_s is None or load.patience_s > 0,
            "greater than 0",
        ),
    )
    for name, value, is_right, expected in rules:
        if not is_right:
            raise BadInput(
                f"{name}: must be {expected}, is {value}.", remedy="Correct it."
            )
