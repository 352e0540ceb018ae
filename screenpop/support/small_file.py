"""How do counts that are in no journal outlive a restart?

In a small JSON file in the data folder, written every few seconds when it would
differ, and at a stop. A crash loses what came since the last time, never an event.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

log = logging.getLogger(__name__)

SAVE_EVERY_S = 5.0

T = TypeVar("T")


class SmallFile(Generic[T]):
    def __init__(self, path: Path, kind: type[T], now: Callable[[], T]):
        """`now` makes what is to be saved."""
        self._path = path
        self._decoder = msgspec.json.Decoder(kind)
        self._now = now
        self._saved = b""

    def load(self) -> T | None:
        """None when there is none or it cannot be read: counting begins again."""
        try:
            data = self._path.read_bytes()
            found = self._decoder.decode(data)
        except FileNotFoundError:
            return None
        except (OSError, msgspec.MsgspecError) as error:
            log.warning("%s cannot be read, counts begin at 0: %s", self._path, error)
            return None
        self._saved = data
        return found

    async def save(self) -> None:
        data = msgspec.json.encode(self._now())
        if data != self._saved:
            await asyncio.to_thread(self._write, data)
            self._saved = data

    def _write(self, data: bytes) -> None:
        fresh = self._path.with_suffix(".new")
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        fresh.replace(self._path)
