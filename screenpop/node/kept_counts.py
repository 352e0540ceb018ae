"""Which counts of this node are in no journal, and yet outlive a restart?"""

from __future__ import annotations

import asyncio
from pathlib import Path

from screenpop.intake.recent import RequestLog
from screenpop.intake.shown import LineToday
from screenpop.lookup.calls import CallLookups
from screenpop.lookup.column_watch import LookupColumns
from screenpop.support.small_file import SAVE_EVERY_S, SmallFile

REQUESTS = "requests-today.json"
COLUMNS = "lookup-columns.json"


class KeptCounts:
    """Today's requests of the lines, and which columns the answers had."""

    def __init__(
        self, folder: Path, requests: RequestLog, lookups: CallLookups, now_us: int
    ):
        """Both go on from what was saved."""
        columns = lookups.columns
        self._requests = SmallFile(
            folder / REQUESTS, dict[str, LineToday], requests.counts
        )
        self._columns = SmallFile(
            folder / COLUMNS, dict[str, LookupColumns], columns.saved
        )
        requests.go_on_from(self._requests.load() or {})
        columns.resume(self._columns.load() or {}, now_us)

    async def keep_saved(self) -> None:
        """For ever; an `OSError` is for the supervisor, who tries again."""
        while True:
            await asyncio.sleep(SAVE_EVERY_S)
            await self.save()

    async def save(self) -> None:
        await self._requests.save()
        await self._columns.save()
