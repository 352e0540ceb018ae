"""Which appends wait for a moment, while the last spooled entries are drained?"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from screenpop.domain.errors import ScreenpopError
from screenpop.journal.base import Receipt
from screenpop.journal.records import Record

APPENDS_MAX = 10_000

Done = asyncio.Future[list[Receipt]]


class HeldAppends:
    """Between `begin` and `release` appends are kept; then each is submitted."""

    def __init__(self, submit: Callable[[Sequence[Record]], Done]):
        self._submit = submit
        self._held: list[tuple[Sequence[Record], Done]] | None = None

    def begin(self) -> None:
        self._held = []

    def add(self, records: Sequence[Record]) -> Done | None:
        """None when none are held now, or too many."""
        if self._held is None or len(self._held) >= APPENDS_MAX:
            return None
        mine: Done = asyncio.get_running_loop().create_future()
        self._held.append((records, mine))
        return mine

    def release(self) -> None:
        held, self._held = self._held or [], None
        for records, mine in held:
            self._release(records, mine)

    def _release(self, records: Sequence[Record], mine: Done) -> None:
        try:
            done = self._submit(records)
        except ScreenpopError as error:
            fail(mine, error)
        else:
            done.add_done_callback(lambda done: pass_on(done, mine))


def pass_on(done: Done, mine: Done) -> None:
    """What became of one append becomes of the other."""
    if mine.done():
        return
    if done.cancelled():
        mine.cancel()
    elif (error := done.exception()) is not None:
        fail(mine, error)
    else:
        mine.set_result(done.result())


def fail(mine: Done, error: BaseException) -> None:
    if not mine.done():
        mine.set_exception(error)
        mine.exception()  # retrieved, also when its caller has gone
