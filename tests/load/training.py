"""A training that never ends, beside a server under test.

It is the process that the service itself starts for a training, on an order store of
`LINES` generated lines, begun again as soon as it is done.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np

from screenpop.connector.orders import OrderRecord
from screenpop.insight.order_store import OrderStore
from screenpop.insight.training import TrainingOrder

LINES = 500_000
CUSTOMERS = 20_000
ITEMS = 5_000  # the most that are inverted as a whole: the hardest work for a processor
LINES_OF_ORDER = 10
AT_ONCE = 50_000


@contextlib.contextmanager
def training(wanted: bool) -> Iterator[None]:
    """Trainings on any core, one after another. Raises `SystemExit` if one failed."""
    if not wanted:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="screenpop-training-") as folder:
        asyncio.run(_fill(Path(folder)))
        trainings = _Trainings(folder)
        trainings.start()
        try:
            yield
        finally:
            trainings.end()
    print(f"{trainings.done} trainings of {LINES:,} order lines ended meanwhile")


async def _fill(folder: Path) -> None:
    store = OrderStore(folder)
    await store.open()
    filing = await store.begin("bench", since=None, made_by="bench", now_us=1)
    chance = np.random.default_rng(1)
    for start in range(0, LINES, AT_ONCE):
        who = chance.integers(0, CUSTOMERS, AT_ONCE // LINES_OF_ORDER)
        at = chance.uniform(0, 3e7, len(who))
        items = (
            who[:, None] + chance.geometric(0.01, (len(who), LINES_OF_ORDER))
        ) % ITEMS
        await filing.add(
            OrderRecord(
                f"c{who[row]}", f"b{start + row}", None, at[row], f"i{item}", 1.0,
                10.0, "EUR", None,
            )
            for row in range(len(who))
            for item in items[row].tolist()
        )  # fmt: skip
    await filing.finish(None, 1)
    await store.close()


class _Trainings(threading.Thread):
    def __init__(self, folder: str) -> None:
        super().__init__(daemon=True)
        self.done = 0
        self._order = msgspec.json.encode(TrainingOrder(data_dir=folder))
        self._ends = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._failed = b""

    def run(self) -> None:
        cores = range(os.cpu_count() or 1)
        while not self._ends.is_set():
            self._process = subprocess.Popen(
                [sys.executable, "-m", "screenpop.insight.training"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
            with contextlib.suppress(ProcessLookupError):
                os.sched_setaffinity(self._process.pid, cores)
            said, _ = self._process.communicate(self._order)
            if self._process.returncode and not self._ends.is_set():
                self._failed = said
                return
            self.done += not self._process.returncode

    def end(self) -> None:
        self._ends.set()
        if self._process is not None:
            self._process.terminate()
        self.join()
        if self._failed:
            sys.exit(f"the training failed: {self._failed.decode(errors='replace')}")
