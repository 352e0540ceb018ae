"""Has the file changed, and which content is the last good one?"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from screenpop.connector import ConnectorContext, Unavailable
from screenpop.support.tasks import TaskOwner
from screenpop_connectors.csv_file.table import Table

Mark: TypeAlias = tuple[int, int, int] | None
"""Date, size and inode; None: no such file."""


class WatchedTable:
    """The last good content of a file that may change or break at any time."""

    def __init__(
        self,
        path: Path,
        load: Callable[[], Table],
        context: ConnectorContext,
        *,
        poll_s: float,
        reload_wait_s: float,
    ):
        self._path = path
        self._load = load
        self._context = context
        self._poll_s = poll_s
        self._reload_wait_s = reload_wait_s
        self._table: Table | None = None
        self._error: Unavailable | None = None
        self._mark: Mark = None
        self._looked_s: float | None = None
        self._reading: asyncio.Task[None] | None = None
        self._owner = TaskOwner(f"csv_file {context.source}")

    @property
    def mark(self) -> Mark:
        return self._mark

    async def current(self) -> Table:
        """The content; raises `Unavailable` only when there never was a good one."""
        self._look()
        if self._reading is not None:
            await self._wait(self._reading)
        if self._table is None:
            raise self._error or Unavailable(f"{self._path} is still being read.")
        return self._table

    async def ping(self) -> None:
        """Raises `Unavailable` when the file as it is now cannot be used."""
        await self.current()
        if self._error is not None:
            raise self._error

    async def close(self) -> None:
        await self._owner.close()

    def _look(self) -> None:
        """See now and then whether it is another file than the one read last."""
        now_s = self._context.clock.monotonic_s()
        if self._reading is not None or (
            self._looked_s is not None and now_s < self._looked_s + self._poll_s
        ):
            return
        self._looked_s = now_s
        self._reading = self._owner.spawn(self._read_if_changed(), name="read")

    async def _wait(self, reading: asyncio.Task[None]) -> None:
        """For the first content as long as the caller likes, else not for long."""
        limit_s = self._reload_wait_s if self._table is not None else None
        await asyncio.wait({reading}, timeout=limit_s)

    async def _read_if_changed(self) -> None:
        try:
            mark = await asyncio.to_thread(mark_of, self._path)
            if mark == self._mark and (self._table or self._error):
                return
            self._mark = mark
            self._swap(await asyncio.to_thread(self._load))
        except Unavailable as error:
            self._broken(error)
        except Exception as error:  # a defect of the reader, or a file of a new kind
            self._context.log.exception("source %s", self._context.source)
            self._broken(
                Unavailable(
                    f"{self._path} cannot be read ({type(error).__name__}). Save it"
                    " again as CSV, UTF-8; if that does not help report it."
                )
            )
        finally:
            self._reading = None

    def _swap(self, table: Table) -> None:
        log, source = self._context.log, self._context.source
        again = " again" if self._error is not None else ""
        log.info("source %s: %d rows read%s.", source, len(table.rows), again)
        self._table, self._error = table, None

    def _broken(self, error: Unavailable) -> None:
        """Told once per broken version of the file."""
        self._error = error
        kept = " The earlier content is used." if self._table is not None else ""
        self._context.log.warning("source %s: %s%s", self._context.source, error, kept)


def mark_of(path: Path) -> Mark:
    """Blocks: use a thread."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
