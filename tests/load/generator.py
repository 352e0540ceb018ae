"""Who makes the calls, and what became of each?

Arrivals are open-loop: they come at random moments (a seeded Poisson process)
whether or not the server keeps up, so a stall is felt by every call that falls into it.
Latency runs from the moment a POST's first byte is written.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import random
from array import array
from collections import deque
from collections.abc import Callable
from functools import partial
from time import perf_counter_ns

from load.agents import Browsers, Seen
from load.figures import Spread, Step, spread
from load.process import Processor, ServerProcess, used
from load.wire import Poster, get_request, post_request
from load.workload import (
    CALLERS,
    FACETS,
    LINE,
    agent_name,
    alerting,
    ended,
    signature,
    state_named,
)

PROBE_S = 0.005
POSTERS_MAX = 512
DRAIN_MAX_S = 60.0
QUIET_S = 4.0
ENDS_AT_ONCE = 100
STATE_EVERY_S = 0.1
AFTER_ENDS_S = 1.0
DRAIN_STEP_S = 0.02
PATH = f"/v1/telephony/{LINE}"


class Tally:
    """What is known of each call of one step, by its number."""

    def __init__(self, name: str, calls: int):
        self.name = name
        self.sent_ns = array("q", [0]) * calls
        self.due_ns = array("q", [0]) * calls
        self.acked_ns = array("q", [0]) * calls
        self.opened_ns = array("q", [0]) * calls
        self.complete_ns = array("q", [0]) * calls
        self.agent = array("l", [0]) * calls
        self.pending: dict[int, set[str]] = {}
        self.calls = calls
        self.progress_ns = 0  # when the server last answered or sent anything
        self.refused = self.doubled = self.misrouted = 0
        self.answered = self.completed = self.frames = 0

    def call_id(self, number: int) -> str:
        return f"{self.name}-{number}"

    def number_of(self, call_id: str) -> int | None:
        name, _, number = call_id.rpartition("-")
        return int(number) if name == self.name else None

    @property
    def settled(self) -> bool:
        return self.completed >= self.calls and self.answered >= self.calls

    def ack(self, number: int, status: int, now_ns: int) -> None:
        self.answered += 1
        self.progress_ns = now_ns
        if 200 <= status < 300:
            self.acked_ns[number] = now_ns
        else:
            self.refused += 1

    def frame(self, browser: int, seen: Seen, now_ns: int) -> None:
        self.frames += 1
        self.progress_ns = now_ns
        if seen.frame not in ("pop.opened", "pop.updated"):
            return
        number = self.number_of(seen.call_id)
        if number is None:
            return
        if self.agent[number] != browser:
            self.misrouted += 1
            return
        if seen.frame == "pop.opened":
            if self.opened_ns[number]:
                self.doubled += 1
                return
            self.opened_ns[number] = now_ns
        if seen.facets and not self.complete_ns[number]:
            self._filled(number, seen, now_ns)

    def _filled(self, number: int, seen: Seen, now_ns: int) -> None:
        missing = self.pending.get(number)
        if missing is None:
            missing = self.pending[number] = set(FACETS)
        assert isinstance(seen.facets, dict)
        for name, facet in seen.facets.items():
            if facet.state != "pending":
                missing.discard(name)
        if not missing:
            del self.pending[number]
            self.complete_ns[number] = now_ns
            self.completed += 1

    def since_sent(self, moments: array[int]) -> Spread:
        pairs = zip(self.sent_ns, moments, strict=True)
        return spread([at - sent for sent, at in pairs if at])

    def lag(self) -> Spread:
        pairs = zip(self.due_ns, self.sent_ns, strict=True)
        return spread([sent - due for due, sent in pairs if sent])


class Posters:
    """Keep-alive connections to the webhook; opens more while calls wait."""

    def __init__(self, port: int):
        self._port = port
        self._free: deque[Poster] = deque()
        self._waiting: deque[Callable[[Poster], None]] = deque()
        self._open = 0
        self.answered: Callable[[int, int, int], None] = lambda n, status, at: None

    async def open(self, count: int) -> None:
        loop = asyncio.get_running_loop()
        for _ in range(min(count, POSTERS_MAX - self._open)):
            self._open += 1
            _, poster = await loop.create_connection(
                lambda: Poster(self._done, self._back), "127.0.0.1", self._port
            )
            self._back(poster)

    def use(self, send: Callable[[Poster], None]) -> None:
        """Now, or as soon as a connection is free."""
        while self._free:
            poster = self._free.pop()
            if not poster.lost:
                send(poster)
                return
            self._open -= 1
        self._waiting.append(send)

    def close(self) -> None:
        for poster in self._free:
            if poster.transport is not None:
                poster.transport.abort()
        self._free.clear()
        self._open = 0

    def _done(self, number: int, status: int, now_ns: int) -> None:
        self.answered(number, status, now_ns)

    def _back(self, poster: Poster) -> None:
        if self._waiting:
            self._waiting.popleft()(poster)
        else:
            self._free.append(poster)


class Probe:
    """Asks `GET /livez` every 5 ms: its longest answer is the server's longest stall.

    `own_ms` is how late its own timer ran: a stall of the generator, not the server.
    """

    def __init__(self, port: int):
        self.longest_ms = 0.0
        self.own_ms = 0.0
        self._port = port
        self._asked_ns = 0
        self._task: asyncio.Task[None] | None = None
        self._poster: Poster | None = None

    async def __aenter__(self) -> Probe:
        loop = asyncio.get_running_loop()
        _, self._poster = await loop.create_connection(
            lambda: Poster(self._answer, lambda poster: None), "127.0.0.1", self._port
        )
        self._task = loop.create_task(self._ask())
        return self

    async def __aexit__(self, *exc: object) -> None:
        if self._asked_ns:  # still unanswered: count what it has waited so far
            self._answer(0, 200, perf_counter_ns())
        if self._task is not None:
            self._task.cancel()
        if self._poster is not None and self._poster.transport is not None:
            self._poster.transport.abort()

    async def _ask(self) -> None:
        request = get_request("/livez", f"127.0.0.1:{self._port}")
        assert self._poster is not None
        while not self._poster.lost:
            before_ns = perf_counter_ns()
            if not self._asked_ns:
                self._asked_ns = before_ns
                self._poster.send(0, request)
            await asyncio.sleep(PROBE_S)
            late_ms = (perf_counter_ns() - before_ns) / 1e6 - PROBE_S * 1e3
            self.own_ms = max(self.own_ms, late_ms)

    def _answer(self, number: int, status: int, now_ns: int) -> None:
        if not self._asked_ns:
            return  # counted when the probing ended, and answered after all
        self.longest_ms = max(self.longest_ms, (now_ns - self._asked_ns) / 1e6)
        self._asked_ns = 0


class Generator:
    """Calls at a rate against one server, and the figures of each stretch."""

    def __init__(self, server: ServerProcess, *, ends: bool = False, seed: int = 11):
        self.posters = Posters(server.port)
        self._server = server
        self._ends = ends
        self.probes = True
        self._random = random.Random(seed)
        self._step = 0
        self._tally: Tally | None = None
        self.posters.answered = self._acked

    def on_frame(self, browser: int, seen: Seen, now_ns: int) -> None:
        if self._tally is not None:
            self._tally.frame(browser, seen, now_ns)

    def _acked(self, number: int, status: int, now_ns: int) -> None:
        if self._tally is not None and number < self._tally.calls:
            self._tally.ack(number, status, now_ns)

    async def run(self, browsers: Browsers, rate: float, seconds: float) -> Step:
        """Calls at that rate for that long, then wait for what is under way."""
        self._step += 1
        tally = Tally(f"b{os.getpid()}s{self._step}", max(1, round(rate * seconds)))
        browsers.lost.clear()
        gc.collect()
        gc.freeze()
        gc.disable()
        self._tally = tally
        probe = Probe(self._server.port)
        async with probe if self.probes else contextlib.nullcontext():
            server, own = self._server.used(), used(os.getpid())
            parts = self._server.parts()
            began_ns = perf_counter_ns()
            await self._arrivals(tally, rate, browsers.count)
            sending_ns = perf_counter_ns() - began_ns
            own = used(os.getpid()).since(own)
            await _drained(tally)
            elapsed_ns = perf_counter_ns() - began_ns
            server = self._server.used().since(server)
            parts = {n: x.since(parts[n]) for n, x in self._server.parts().items()}
        self._tally = None
        gc.enable()
        if self._ends:
            await self._hang_up(tally)
        opened = sum(1 for at in tally.opened_ns if at)
        return Step(
            rate=rate,
            sent=tally.calls,
            sent_per_s=tally.calls / sending_ns * 1e9,
            ack=tally.since_sent(tally.acked_ns),
            opened=tally.since_sent(tally.opened_ns),
            complete=tally.since_sent(tally.complete_ns),
            lag=tally.lag(),
            frames_per_call=tally.frames / tally.calls,
            refused=tally.refused,
            unanswered=tally.calls - tally.answered,
            lost=tally.calls - opened,
            incomplete=opened - tally.completed,
            doubled=tally.doubled,
            misrouted=tally.misrouted,
            disconnected=len(browsers.lost),
            server_cpu_us=server.ran_ns / tally.calls / 1e3,
            parts_cpu_us={n: x.ran_ns / tally.calls / 1e3 for n, x in parts.items()},
            server_busy=server.ran_ns / elapsed_ns,
            server_waited=server.waited_ns / elapsed_ns,
            generator_busy=own.ran_ns / sending_ns,
            generator_waited=own.waited_ns / sending_ns,
            stall_ms=probe.longest_ms,
            generator_stall_ms=probe.own_ms,
        )

    async def _arrivals(self, tally: Tally, rate: float, agents: int) -> None:
        due_ns = float(perf_counter_ns())
        for number in range(tally.calls):
            due_ns += self._random.expovariate(rate) * 1e9
            await _until(due_ns)
            if number % 64 == 63:
                await asyncio.sleep(0)  # behind time: still read what comes in
            tally.due_ns[number] = int(due_ns)
            tally.agent[number] = self._random.randrange(agents)
            self.posters.use(self._sender(tally, number))

    async def name_states(self, seconds: float) -> Processor:
        """Agents name states for that long; what the server used meanwhile."""
        before = self._server.used()
        for number in range(round(seconds / STATE_EVERY_S)):
            body = state_named(number, agent_name(0))
            headers = f"X-Screenpop-Signature: {signature(body)}\r\n"
            request = post_request(PATH, "127.0.0.1", headers, body)
            self.posters.use(partial(_post, number=number, request=request))
            await asyncio.sleep(STATE_EVERY_S)
        return self._server.used().since(before)

    async def _hang_up(self, tally: Tally) -> None:
        """End the calls of a step, after its figures were taken, and let it settle.

        A service follows calls until they end; without this each step would be
        measured with all calls of the earlier ones still ringing.
        """
        waiting = list(range(0, tally.calls, ENDS_AT_ONCE))
        all_answered = asyncio.Event()

        def answered(number: int, status: int, now_ns: int) -> None:
            waiting.remove(number)
            if not waiting:
                all_answered.set()

        self.posters.answered = answered
        for start in tuple(waiting):
            stop = min(start + ENDS_AT_ONCE, tally.calls)
            self._post_ends(tally, start, stop)
            await asyncio.sleep(0.02)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_MAX_S):
                await all_answered.wait()
        self.posters.answered = self._acked
        await asyncio.sleep(AFTER_ENDS_S)

    def _post_ends(self, tally: Tally, start: int, stop: int) -> None:
        body = ended([tally.call_id(number) for number in range(start, stop)])
        headers = f"X-Screenpop-Signature: {signature(body)}\r\n"
        request = post_request(PATH, "127.0.0.1", headers, body)
        self.posters.use(partial(_post, number=start, request=request))

    def _sender(self, tally: Tally, number: int) -> Callable[[Poster], None]:
        def send(poster: Poster) -> None:
            agent = agent_name(tally.agent[number])
            caller = CALLERS[(number * 7919) % len(CALLERS)]
            body = alerting(tally.call_id(number), caller, agent)
            headers = f"X-Screenpop-Signature: {signature(body)}\r\n"
            request = post_request(PATH, "127.0.0.1", headers, body)
            tally.sent_ns[number] = perf_counter_ns()
            poster.send(number, request)

        return send


def _post(poster: Poster, *, number: int, request: bytes) -> None:
    poster.send(number, request)


async def _until(moment_ns: float) -> None:
    early_ns = moment_ns - perf_counter_ns()
    if early_ns > 0:
        await asyncio.sleep(early_ns / 1e9)


async def _drained(tally: Tally) -> None:
    """Until every call is answered and complete, or nothing more can be hoped for.

    What comes late is late, not lost: as long as anything comes, it is waited for.
    """
    tally.progress_ns = perf_counter_ns()
    for _ in range(round(DRAIN_MAX_S / DRAIN_STEP_S)):
        if tally.settled:
            return
        if perf_counter_ns() - tally.progress_ns > QUIET_S * 1e9:
            return
        await asyncio.sleep(DRAIN_STEP_S)
