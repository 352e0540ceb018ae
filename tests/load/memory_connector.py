"""Can the four sources answer from memory, through the public door?

The bench's own connector: installed for the service by an entry point in a folder of
the run (`load.service`), as any stranger's plugin is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from load.workload import ANSWERS

from screenpop.connector import (
    Connector,
    Lookup,
    LookupOptions,
    Row,
    Scalar,
    SourceOptions,
)


class MemorySource(SourceOptions):
    hangs: bool = False  # never answers: the service's deadline must end it


class MemoryLookup(LookupOptions):
    rows_of: str


class MemoryConnector(Connector[MemorySource, MemoryLookup]):
    name = "bench_memory"
    source_options = MemorySource
    lookup_options = MemoryLookup

    def lookup(self, name: str, options: MemoryLookup) -> Lookup:
        return FromMemory(options.rows_of, hangs=self.options.hangs)


class FromMemory(Lookup):
    needs = frozenset({"number"})

    def __init__(self, rows_of: str, *, hangs: bool):
        self._rows = ANSWERS[rows_of]
        self._hangs = hangs

    async def fetch(self, params: Mapping[str, Scalar]) -> Sequence[Row]:
        """Suspends once, as any real source does."""
        await asyncio.sleep(0)
        if self._hangs:
            await asyncio.Event().wait()
        return self._rows[str(params["number"])]
