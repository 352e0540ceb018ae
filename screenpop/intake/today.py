"""How do the counts of today's requests outlive a restart?

Requests that were refused or ignored are in no journal, so the counts of all lines
are saved in a small file: every `SAVE_EVERY_S` when they changed, and at a stop. A
crash loses the requests since the last save from the counts, never an event.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

log = logging.getLogger(__name__)

NAME = "requests-today.json"
SAVE_EVERY_S = 5.0


class LineToday(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of one line until `day_end_us`; they mean nothing afterwards."""

    day_end_us: int
    requests: int = 0
    accepted: int = 0
    ignored: int = 0
    refused: int = 0


Lines = Mapping[str, LineToday]
_LINES = msgspec.json.Decoder(dict[str, LineToday])


class TodayFile:
    """The file in the data folder."""

    def __init__(self, folder: Path, counts: Callable[[], Lines]):
        self._path = folder / NAME
        self._counts = counts
        self._saved: Lines = {}

    def load(self) -> Lines:
        """Empty when there is none or it cannot be read: counting begins again."""
        try:
            self._saved = _LINES.decode(self._path.read_bytes())
        except FileNotFoundError:
            return {}
        except (OSError, msgspec.MsgspecError) as error:
            log.warning("%s cannot be read, counts begin at 0: %s", self._path, error)
        return self._saved

    async def keep_saved(self) -> None:
        """For ever; an `OSError` is for the supervisor, who tries again."""
        while True:
            await asyncio.sleep(SAVE_EVERY_S)
            await self.save()

    async def save(self) -> None:
        counts = dict(self._counts())
        if counts != self._saved:
            await asyncio.to_thread(self._write, msgspec.json.encode(counts))
            self._saved = counts

    def _write(self, data: bytes) -> None:
        fresh = self._path.with_suffix(".new")
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        fresh.replace(self._path)
