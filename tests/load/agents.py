"""Thousands of browsers in one process: who is connected, and who saw what?"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from time import perf_counter_ns

import msgspec
from load.wire import FrameClient, upgrade_request

CONNECTING_AT_ONCE = 400
RETRY_S = 0.05
NOT_YET = "HTTP/1.1 503"
AGAIN_S = 0.3  # what the desk waits before its second try, on average


class FacetSeen(msgspec.Struct):
    state: str


class Seen(msgspec.Struct):
    """The part of a server frame that the bench looks at."""

    frame: str
    offset: int = 0
    call_id: str = ""
    facets: dict[str, FacetSeen] | list[msgspec.Raw] | None = None  # list: `hello`'s


_decode = msgspec.json.Decoder(Seen).decode

OnFrame = Callable[[int, Seen, int], None]
"""(browser, frame, moment)."""


@dataclass(frozen=True, slots=True)
class Door:
    """Where and as whom a browser connects."""

    port: int
    path: str
    headers: Callable[[int], str]

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def request(self, index: int) -> bytes:
        return upgrade_request(self.path, self.host, self.headers(index))


class Browsers:
    """Connects, answers `hello` with `resume`, sends receipts, comes back."""

    def __init__(self, door: Door, count: int, on_frame: OnFrame, *, acks: bool = True):
        self.count = count
        self.lost: list[str] = []  # why connections ended that we did not end
        self._door = door
        self._on_frame = on_frame
        self._acks = acks
        self._clients: list[FrameClient | None] = [None] * count
        self._after = [0] * count
        self._ready = [False] * count
        self._waiting = 0
        self._gate = asyncio.Semaphore(CONNECTING_AT_ONCE)
        self._coming: set[asyncio.Task[None]] = set()
        self._all_ready = asyncio.Event()
        self.last_ready_ns = 0

    def __iter__(self) -> Iterator[FrameClient]:
        return (client for client in self._clients if client is not None)

    async def connect(self, within_s: float = 120.0, at_once: int = 0) -> float:
        """Open all and wait until each was brought up to date; seconds it took."""
        began_ns = perf_counter_ns()
        self._ready = [False] * self.count
        self._waiting = self.count
        self._all_ready.clear()
        gate = self._gate = asyncio.Semaphore(at_once or CONNECTING_AT_ONCE)
        async with asyncio.timeout(within_s), asyncio.TaskGroup() as group:
            for index in range(self.count):
                group.create_task(self._open(index, gate))
            await self._all_ready.wait()
        return (self.last_ready_ns - began_ns) / 1e9

    async def _open(self, index: int, gate: asyncio.Semaphore) -> None:
        """Try until the port takes us: a server that starts refuses for a while."""
        loop = asyncio.get_running_loop()
        request = self._door.request(index)
        async with gate:
            while True:
                try:
                    _, client = await loop.create_connection(
                        lambda: FrameClient(index, request, self._frame, self._gone),
                        "127.0.0.1", self._door.port,
                    )  # fmt: skip
                except OSError:
                    await asyncio.sleep(RETRY_S)
                else:
                    self._clients[index] = client
                    return

    def close(self) -> None:
        for client in self:
            client.close()
        self._clients = [None] * self.count

    def forget(self) -> None:
        """The server is gone: what ends now is no surprise."""
        self.close()
        self.lost.clear()

    def _frame(self, client: FrameClient, payload: bytes, now_ns: int) -> None:
        seen = _decode(payload)
        index = client.index
        if seen.frame == "hello":
            after = self._after[index]
            client.send(b'{"frame":"resume","after":%d}' % after)
            return
        if not self._ready[index]:
            self._became_ready(index, now_ns)
        if seen.offset > self._after[index]:
            self._after[index] = seen.offset
        if self._acks and seen.frame == "pop.opened":
            client.send(_receipt(seen))
        self._on_frame(index, seen, now_ns)

    def _became_ready(self, index: int, now_ns: int) -> None:
        self._ready[index] = True
        self.last_ready_ns = now_ns
        self._waiting -= 1
        if not self._waiting:
            self._all_ready.set()

    def _gone(self, client: FrameClient, why: str) -> None:
        self._clients[client.index] = None
        if not self._ready[client.index] and NOT_YET in why:
            self._come_again(client.index)
            return
        self.lost.append(why)
        if not self._ready[client.index]:  # refused: a storm goes on without it
            self._became_ready(client.index, perf_counter_ns())

    def _come_again(self, index: int) -> None:
        """The server still reads its journal: as the desk does, try a little later."""
        pause_s = AGAIN_S * (0.5 + random.random())
        coming = asyncio.get_running_loop().create_task(self._later(index, pause_s))
        self._coming.add(coming)
        coming.add_done_callback(self._coming.discard)

    async def _later(self, index: int, pause_s: float) -> None:
        await asyncio.sleep(pause_s)
        await self._open(index, self._gate)


def _receipt(seen: Seen) -> bytes:
    return b'{"frame":"ack","call_id":"%b","offset":%d,"painted_ms":4}' % (
        seen.call_id.encode(),
        seen.offset,
    )


def reasons(lost: Iterable[str]) -> str:
    """The first few, for people."""
    different = list(dict.fromkeys(why.splitlines()[0] for why in lost))
    return "; ".join(different[:3])
