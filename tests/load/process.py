"""How is a server under test started, watched from outside, and ended?"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_ALLOWED = sorted(os.sched_getaffinity(0))


def cores() -> tuple[set[int], set[int]]:
    """(for the server, for the load): two different ones where there are two.

    As the process found them: by now the load generator may have moved to its own.
    """
    return {_ALLOWED[0]}, {_ALLOWED[-1]}


@dataclass(frozen=True, slots=True)
class Processor:
    """What all threads of a process used so far, and how long they queued for it.

    `waited_ns` is time in which a thread could run and did not: another process or
    another of its own threads had the core, or the core had to wake up. In a process
    of one thread it tells how busy the host was with something else.
    """

    ran_ns: int
    waited_ns: int

    def since(self, before: Processor) -> Processor:
        return Processor(self.ran_ns - before.ran_ns, self.waited_ns - before.waited_ns)


def used(pid: int) -> Processor:
    ran = waited = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        fields = (task / "schedstat").read_text().split()
        ran += int(fields[0])
        waited += int(fields[1])
    return Processor(ran, waited)


def used_by_tree(pid: int) -> Processor:
    """By a process and all that it started; of those that ended, in ticks of 10 ms."""
    ran, waited = _ended_ns(pid), 0
    for one in tree(pid):
        with contextlib.suppress(OSError):  # it has just ended
            part = used(one)
            ran, waited = ran + part.ran_ns, waited + part.waited_ns
    return Processor(ran, waited)


def _ended_ns(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    ticks = int(fields[13]) + int(fields[14])  # cutime, cstime: proc(5)
    return ticks * 1_000_000_000 // os.sysconf("SC_CLK_TCK")


def tree(pid: int) -> Iterator[int]:
    """A process and all below it; one that ends meanwhile is left out."""
    yield pid
    children: list[str] = []
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            children += (task / "children").read_text().split()
    for child in children:
        yield from tree(int(child))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True, kw_only=True)
class Command:
    """How to start it, and which path says that it serves."""

    args: Sequence[str]
    env: Mapping[str, str]
    ready_path: str
    log: Path


@contextlib.contextmanager
def awake(wanted: bool) -> Iterator[None]:
    """Keep all cores from falling asleep, with work that yields to any other.

    A virtual processor that sleeps takes up to milliseconds to come back, which is
    the host's doing: for whoever is measured on it, latencies say nothing below that.
    """
    spinners = [] if not wanted else [_spinner(core) for core in range(_core_count())]
    try:
        yield
    finally:
        for spinner in spinners:
            spinner.kill()
            spinner.wait()


def _spinner(core: int) -> subprocess.Popen[bytes]:
    code = (
        f"import os; os.sched_setaffinity(0, {{{core}}});"
        " os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))\n"
        "parent = os.getppid()\n"
        "while os.getppid() == parent:\n    for _ in range(1_000_000): pass"
    )
    return subprocess.Popen([sys.executable, "-c", code])


def _core_count() -> int:
    return os.cpu_count() or 1


def _rss_kb(pid: int) -> int:
    text = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in text.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1])


class ServerProcess:
    """One running server on one core."""

    def __init__(self, command: Command, port: int, core: set[int]):
        self.port = port
        self.start_s = 0.0
        self._command = command
        self._core = core
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, within_s: float = 60.0) -> None:
        """Returns when it serves; `start_s` says how long that took."""
        began = time.perf_counter()
        self.launch()
        while not self.answers():
            if self.process.poll() is not None:
                raise RuntimeError(f"it ended at once:\n{self.last_words()}")
            if time.perf_counter() - began > within_s:
                raise RuntimeError(f"not ready after {within_s} s: {self.last_words()}")
            time.sleep(0.005)
        self.start_s = time.perf_counter() - began

    def launch(self) -> None:
        """Start it and do not wait."""
        with self._command.log.open("ab") as log:
            self._process = subprocess.Popen(
                list(self._command.args), env=dict(self._command.env),
                stdout=log, stderr=log,
            )  # fmt: skip
        os.sched_setaffinity(self._process.pid, self._core)

    @property
    def process(self) -> subprocess.Popen[bytes]:
        assert self._process is not None, "not started"
        return self._process

    def answers(self) -> bool:
        """Does the ready path answer 200?"""
        try:
            with socket.create_connection(("127.0.0.1", self.port), 5) as link:
                request = f"GET {self._command.ready_path} HTTP/1.1\r\nHost: x\r\n\r\n"
                link.sendall(request.encode())
                return link.recv(64).startswith(b"HTTP/1.1 200")
        except OSError:
            return False

    def listens(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), 5).close()
        except OSError:
            return False
        return True

    def used(self) -> Processor:
        """With its workers, where it has some."""
        return used_by_tree(self.process.pid)

    def parts(self) -> Mapping[str, Processor]:
        """What each of several processes used so far, by its name."""
        return {}

    def rss_kb(self) -> int:
        return sum(_rss_kb(pid) for pid in tree(self.process.pid))

    def kill(self) -> None:
        """As a power cut would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        self.process.send_signal(how)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(5)

    def last_words(self) -> str:
        text = self._command.log.read_text(errors="replace")
        return "\n".join(text.splitlines()[-25:])
