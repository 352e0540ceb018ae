"""Can the load generator be trusted? Its parts, and one small run on a bare server."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from subprocess import PIPE

import pytest
from load.agents import FacetSeen, Seen
from load.figures import Step, TargetFigures, percentile, spread
from load.generator import Tally
from load.goals import Goal, goals
from load.measure import Plan, measure, sustained
from load.process import cores, tree, used, used_by_tree
from load.targets import names, preparation
from load.wire import (
    PING,
    PONG,
    TEXT,
    FrameClient,
    WireError,
    client_frame,
    next_frame,
    server_frame,
)
from load.workload import FACETS, alerting, signature, verified


@pytest.mark.parametrize("size", [0, 125, 126, 65_535, 65_536])
def test_a_frame_of_any_length_is_read_as_it_was_written(size: int) -> None:
    payload = bytes(n % 251 for n in range(size))
    data = b"before" + server_frame(TEXT, payload) + b"after"
    frame = next_frame(data, 6)
    assert frame == (TEXT, payload, len(data) - 5)


def test_a_frame_that_is_not_all_there_waits() -> None:
    data = server_frame(TEXT, b"x" * 300)
    assert [next_frame(data[:n], 0) for n in range(len(data))] == [None] * len(data)


def test_a_fragment_is_refused_not_guessed() -> None:
    with pytest.raises(WireError):
        next_frame(b"\x01\x02hi", 0)


def test_a_clients_frame_is_masked() -> None:
    assert client_frame(TEXT, b"hello")[1] & 0x80


class Wire(asyncio.Transport):
    """Keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written.append(bytes(data))


def test_a_client_reads_frames_in_any_pieces_and_answers_pings() -> None:
    got: list[bytes] = []
    client = FrameClient(
        7, b"GET", lambda c, payload, at: got.append(payload), lambda c, why: None
    )
    wire = Wire()
    client.connection_made(wire)
    stream = (
        b"HTTP/1.1 101 Switching Protocols\r\n\r\n"
        + server_frame(TEXT, b"one")
        + server_frame(PING, b"?")
        + server_frame(TEXT, b"two" * 100)
    )
    for byte in stream:
        client.data_received(bytes([byte]))
    assert got == [b"one", b"two" * 100]
    assert wire.written == [b"GET", client_frame(PONG, b"?")]


def test_percentiles_are_values_that_were_measured() -> None:
    hundred = [float(n) for n in range(1, 101)]
    assert [percentile(hundred, share) for share in (0.5, 0.99, 0.999)] == [50, 99, 100]
    assert percentile([], 0.5) == 0
    assert spread([3_000_000, 1_000_000]).p50 == 1.0


def opened(call_id: str, state: str) -> Seen:
    facets = {name: FacetSeen(state=state) for name in FACETS}
    return Seen(frame="pop.opened", offset=1, call_id=call_id, facets=facets)


@pytest.fixture
def tally() -> Tally:
    made = Tally("run", 2)
    made.agent[0] = 3
    return made


def test_a_card_is_complete_when_no_facet_is_pending(tally: Tally) -> None:
    tally.frame(3, opened("run-0", "pending"), 10)
    assert (tally.opened_ns[0], tally.complete_ns[0]) == (10, 0)
    updated = opened("run-0", "fresh")
    updated.frame = "pop.updated"
    tally.frame(3, updated, 20)
    assert (tally.complete_ns[0], tally.completed) == (20, 1)


def test_a_pop_at_the_wrong_agent_or_a_second_one_is_counted(tally: Tally) -> None:
    tally.frame(4, opened("run-0", "fresh"), 10)
    assert (tally.misrouted, tally.opened_ns[0]) == (1, 0)
    tally.frame(3, opened("run-0", "fresh"), 11)
    tally.frame(3, opened("run-0", "fresh"), 12)
    assert (tally.doubled, tally.opened_ns[0]) == (1, 11)


def test_frames_of_an_earlier_step_do_not_count(tally: Tally) -> None:
    tally.frame(3, opened("earlier-0", "fresh"), 10)
    assert list(tally.opened_ns) == [0, 0]


def test_the_bench_signs_as_it_verifies() -> None:
    body = alerting("c-1", "+442079460001", "a00001")
    assert verified(signature(body), body)
    assert not verified(signature(body), body + b" ")
    assert not verified(signature(body, at_s=1_000), body)


def figures(target: str, p99_ms: float) -> TargetFigures:
    latency = spread([round(p99_ms * 1e6)])
    step = Step(
        rate=200, sent=1, sent_per_s=200, ack=latency, opened=latency,
        complete=latency, lag=spread([0]), frames_per_call=1,
        refused=0, unanswered=0, lost=0, incomplete=0, doubled=0,
        misrouted=0, disconnected=0, server_cpu_us=100, server_busy=0.1,
        server_waited=0,
        generator_busy=0.1, generator_waited=0, stall_ms=3, generator_stall_ms=1,
    )  # fmt: skip
    return TargetFigures(target=target, agents=1000, steps=[step])


def test_a_ratio_is_taken_within_each_round_and_the_median_counts() -> None:
    rounds = {
        "service": [figures("service", p99) for p99 in (2.0, 30.0, 3.0)],
        "raw-full": [figures("raw-full", p99) for p99 in (2.0, 10.0, 2.0)],
    }
    found = {goal.name: goal for goal in goals(rounds)}
    goal = found["ring to pop at 200/s, p99, against raw-full"]
    assert (goal.measured, goal.verdict) == (1.5, "must reached")
    assert found["ring to pop at 200/s, p99"].verdict == "must reached"


@pytest.mark.parametrize(
    ("measured", "verdict"),
    [
        (0.9, "aim reached"),
        (0.55, "must reached"),
        (0.2, "MISSED"),
        (None, "not measured"),
    ],
)
def test_a_goal_says_in_words_how_far_it_is(
    measured: float | None, verdict: str
) -> None:
    goal = Goal(
        name="calls/s", unit="", must=0.5, aim=0.6, measured=measured, at_least=True
    )
    assert goal.verdict == verdict


def test_a_rate_with_one_lost_call_is_not_sustained() -> None:
    step = figures("service", 2.0).steps[0]
    assert sustained(step)
    assert not sustained(replace(step, lost=1))
    assert not sustained(replace(step, opened=spread([60_000_000])))


def test_an_unknown_target_is_named() -> None:
    assert names("raw-full, service") == ["raw-full", "service"]
    with pytest.raises(ValueError, match="no target is called 'raw-ful'"):
        names("raw-ful")
    assert names("redis-2,workers-4") == ["redis-2", "workers-4"]
    with pytest.raises(ValueError, match="redis-0"):
        names("redis-0")


def test_a_pop_at_another_node_is_compared_with_one_at_the_same() -> None:
    rounds = {
        name: [figures(name, p99)]
        for name, p99 in (("service", 2.0), ("redis-1", 4.0), ("redis-2", 10.0))
    }
    found = {goal.name: goal for goal in goals(rounds)}
    shared = found["p99 of a pop at another node, against one node on the same Redis"]
    assert (shared.measured, shared.verdict) == (2.5, "must reached")
    alone = found["p99 of a pop at another node, against one node on SQLite"]
    assert (alone.measured, alone.verdict) == (5.0, "MISSED")


def test_the_processor_time_of_children_counts_also_when_they_ended() -> None:
    code = (
        "import subprocess, sys, time\n"
        "busy = 'import time\\nwhile time.process_time() < 0.3: pass'\n"
        "subprocess.run([sys.executable, '-c', busy])\n"
        "print('ended', flush=True)\n"
        "input()\n"
        "subprocess.run([sys.executable, '-c', busy + '\\ntime.sleep(60)'])\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=PIPE, stdout=PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.readline()
        ended = used_by_tree(process.pid).ran_ns
        assert ended >= 300_000_000 > used(process.pid).ran_ns
        process.stdin.write(b"go on\n")
        process.stdin.flush()
        until_s = time.monotonic() + 30
        while used_by_tree(process.pid).ran_ns < ended + 300_000_000:
            assert time.monotonic() < until_s
            time.sleep(0.02)
        for pid in [*tree(process.pid)]:
            os.kill(pid, signal.SIGKILL)


@pytest.fixture
def own_core() -> Iterator[None]:
    before = os.sched_getaffinity(0)
    yield
    os.sched_setaffinity(0, before)


@pytest.mark.skipif(os.cpu_count() == 1, reason="one core")
def test_a_generator_on_its_own_core_leaves_the_other_to_the_server(
    own_core: None,
) -> None:
    server, load = cores()
    os.sched_setaffinity(0, load)
    assert cores() == (server, load)
    assert server != load


@pytest.mark.parametrize("server", ["raw-full", "raw-nothing", "aiohttp-full"])
async def test_a_bare_server_gets_every_call_to_its_agent_once(
    tmp_path: Path, own_core: None, server: str
) -> None:
    plan = Plan(agents=20, rates=(50,), seconds=1, warm_s=0.2, search=False, storm=True)
    found = await measure(preparation(server), tmp_path, plan, lambda line: None)
    step = found.steps[0]
    assert step.clean, step
    assert step.opened.count == step.complete.count == step.ack.count == 50
    assert 0 < step.opened.p50 <= step.opened.p99 <= step.opened.max
    assert step.server_cpu_us > 0
    assert found.storm_s is not None
