"""Who keeps the workers of `screenpop serve --workers N` running, and ends them?

One parent process. It opens no journal and takes no call: it starts the workers, starts
one that died again, and passes SIGTERM on. Each worker is a whole node in a process of
its own (`worker.py`). Two pipes join them:

    parent -> worker    which of the others do not run, for `/readyz`; its end: the
                        parent is gone, and the worker stops
    worker -> parent    a line each two seconds; a worker that serves and then is silent
                        for half a minute hangs, and is killed
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Sequence
from contextlib import suppress

import msgspec

from screenpop.config.load import Loaded
from screenpop.domain.errors import ConfigError
from screenpop.support.log import NodeProblem
from screenpop.support.tasks import Restarts, TaskOwner

log = logging.getLogger(__name__)

ALIVE_EVERY_S = 2.0
SILENT_MAX_S = 30
FAILURES_MAX = 10  # in a row, of one worker; then all end, with exit code 1
RESTARTS = Restarts(first_s=0.5, max_s=30.0)
SAVING_S = 30.0  # beyond server.drain_s, to save the state of all calls
UNREAD_BYTES_MAX = 65_536  # in the pipe of a worker that does not read

SERVING = b"serving\n"
ALIVE = b"alive\n"

Command = Callable[[int], Sequence[str]]
"""The words that start the worker of a number."""


class WorkerDown(msgspec.Struct, frozen=True):
    """What the parent reports of a worker that does not run."""

    worker: int
    why: str


_down = msgspec.json.Decoder(list[WorkerDown])


class WorkerProcess:
    """One worker: its process now, and how it fared so far."""

    def __init__(self, number: int):
        self.number = number
        self.process: Process | None = None
        self.failures = 0  # in a row
        self.has_served = False  # since the parent began
        self.serves = False
        self.why: str | None = "starts"  # it does not run
        self.silent_s = 0  # counted by the parent's own turns

    def hear(self, line: bytes) -> None:
        self.silent_s = 0
        if line == SERVING:
            self.has_served = self.serves = True

    def send(self, number: signal.Signals) -> None:
        if self.process is not None and self.process.returncode is None:
            with suppress(ProcessLookupError):
                self.process.send_signal(number)

    def tell(self, message: bytes) -> None:
        """For a worker that runs and reads."""
        pipe = None if self.process is None else self.process.stdin
        if pipe is None or pipe.is_closing():
            return
        if pipe.transport.get_write_buffer_size() < UNREAD_BYTES_MAX:
            pipe.write(message)


class Workers:
    """All workers of one parent."""

    def __init__(
        self,
        count: int,
        command: Command,
        *,
        end_within_s: float,
        restarts: Restarts = RESTARTS,
        silent_max_s: int = SILENT_MAX_S,
    ):
        self.all = [WorkerProcess(number) for number in range(1, count + 1)]
        self._command = command
        self._end_within_s = end_within_s
        self._restarts = restarts
        self._silent_max_s = silent_max_s
        self._tasks = TaskOwner("workers")
        self._stopping = asyncio.Event()
        self._failed = False

    def stop(self) -> None:
        """Let all drain and end; a second call changes nothing."""
        if not self._stopping.is_set():
            self._stopping.set()
            for worker in self.all:
                worker.send(signal.SIGTERM)

    def reload(self) -> None:
        """Each worker reads its configuration again."""
        for worker in self.all:
            if worker.serves:
                worker.send(signal.SIGHUP)

    async def run(self) -> int:
        """Until `stop`, or until one cannot be kept running; the exit code."""
        kept = [
            self._tasks.spawn(self._keep(each), name=f"keep worker {each.number}")
            for each in self.all
        ]
        self._tasks.keep_running(self._watch, name="watch the workers")
        await self._stopping.wait()
        _, late = await asyncio.wait(kept, timeout=self._end_within_s)
        if late:
            log.error("%d workers did not end in time and are killed", len(late))
            self._failed = True
            for worker in self.all:
                worker.send(signal.SIGKILL)
            await asyncio.wait(late)
        for task in kept:
            task.result()
        await self._tasks.close()
        return 1 if self._failed else 0

    async def _keep(self, worker: WorkerProcess) -> None:
        """Start it, and again when it ends, until all stop."""
        loop = asyncio.get_running_loop()
        while not self._stopping.is_set():
            began_s = loop.time()
            code = await self._one_life(worker)
            if self._stopping.is_set():
                self._failed |= code not in (0, -signal.SIGTERM)
                return
            if loop.time() - began_s >= self._restarts.ran_well_s:
                worker.failures = 0
            worker.failures += 1
            how = _how(code)
            if not worker.has_served and code > 0:
                self._give_up(f"worker {worker.number} cannot start: it {how}")
                return
            if worker.failures >= FAILURES_MAX:
                text = f"worker {worker.number} {how}, {FAILURES_MAX} times in a row"
                self._give_up(text)
                return
            pause_s = self._restarts.pause_s(worker.failures)
            worker.why = f"{how} and is started again in {pause_s:.1f} s"
            log.error("worker %d %s", worker.number, worker.why)
            self._tell_all()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause_s)

    async def _one_life(self, worker: WorkerProcess) -> int:
        """From its start to its end; the exit code, negative for a signal."""
        worker.serves, worker.silent_s = False, 0
        process = worker.process = await asyncio.create_subprocess_exec(
            *self._command(worker.number), stdin=PIPE, stdout=PIPE
        )
        log.info("worker %d started, pid %d", worker.number, process.pid)
        worker.why = None
        self._tell_all()
        if self._stopping.is_set():  # it came while this one was being started
            worker.send(signal.SIGTERM)
        assert process.stdout is not None
        while line := await process.stdout.readline():
            worker.hear(line)
        return await process.wait()

    def _give_up(self, why: str) -> None:
        log.critical("%s. All workers end; the log has the reason", why)
        self._failed = True
        self.stop()

    async def _watch(self) -> None:
        """Kill what hangs. Turns are counted: a parent may be suspended itself."""
        while True:
            await asyncio.sleep(1)
            for worker in self.all:
                worker.silent_s += 1
                if worker.serves and worker.silent_s == self._silent_max_s:
                    log.error(
                        "worker %d has been silent for %d s and is killed",
                        worker.number,
                        worker.silent_s,
                    )
                    worker.send(signal.SIGKILL)

    def _tell_all(self) -> None:
        down = [WorkerDown(x.number, x.why) for x in self.all if x.why is not None]
        message = msgspec.json.encode(down) + b"\n"
        for worker in self.all:
            worker.tell(message)


def _how(code: int) -> str:
    if code < 0:
        return f"was ended by signal {-code}"
    return f"ended with exit code {code}"


def time_to_end_s(loaded: Loaded) -> float:
    return loaded.config.server.drain_s + SAVING_S


def reserved(loaded: Loaded) -> list[socket.socket]:
    """Sockets that keep the shared port for the workers of this parent.

    They do not listen, so no connection comes to them. Another program that
    listens there is noticed: with SO_REUSEPORT it would get a part of the connections.
    Raises `ConfigError`.
    """
    server = loaded.config.server
    kept: list[socket.socket] = []
    try:
        for family, kind, _, _, address in socket.getaddrinfo(
            server.host, server.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        ):
            for shares in (False, True):
                one = socket.socket(family, kind)
                one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, shares)
                if family == socket.AF_INET6:
                    one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                kept.append(one)
                one.bind(address)
                if not shares:
                    one.listen(1)  # says whether somebody listens
                    kept.pop().close()
    except OSError as error:
        for one in kept:
            one.close()
        raise ConfigError(
            f"cannot listen on {server.host}:{server.port}: {error.strerror}."
            " Set server.host and server.port to a free address, or end the program"
            " that holds it."
        ) from error
    return kept


# -- The worker's side


class Parent:
    """The parent, as a worker sees it. There is one in a process."""

    def __init__(self, number: int, stop: asyncio.Event):
        """Takes the pipes: no program that this worker starts may hold them open."""
        self.others_down: list[NodeProblem] = []
        self._number = number
        self._stop = stop
        self._reports = False
        self._in, self._out = os.dup(0), os.dup(1)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.dup2(2, 1)  # whatever prints, prints to the log
        os.close(nothing)
        os.set_blocking(self._out, False)

    async def listen(self) -> None:
        """What it says of the others, until it is gone: then this worker stops."""
        reader = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(self._in, "rb", 0)
        )
        while line := await reader.readline():
            self.others_down[:] = [
                NodeProblem(part=f"worker {x.worker}", message=x.why, fatal=False)
                for x in _down.decode(line)
                if x.worker != self._number
            ]
        if not self._stop.is_set():
            log.error("the parent process has ended: this worker stops")
            self._stop.set()

    def serves(self, tasks: TaskOwner) -> None:
        """From the first time on it is reported that the event loop turns."""
        if not self._reports:
            self._reports = True
            tasks.keep_running(self._report, name="report to the parent")

    async def _report(self) -> None:
        self._say(SERVING)
        while True:
            await asyncio.sleep(ALIVE_EVERY_S)
            self._say(ALIVE)

    def _say(self, line: bytes) -> None:
        with suppress(BlockingIOError, BrokenPipeError):
            os.write(self._out, line)
