"""Does a shared journal with a spool keep every promise, while nothing is away?"""

from __future__ import annotations

from pathlib import Path

from contract.journal.journal_contract import PENDING_MAX, JournalContract

from screenpop.journal.base import Journal
from screenpop.journal.memory import MemoryJournal
from screenpop.journal.spool import SpooledJournal
from screenpop.journal.sqlite import SqliteJournal
from screenpop.support.clock import FakeClock


class TestSpooledJournal(JournalContract):
    def make(self, folder: Path, clock: FakeClock) -> Journal:
        return SpooledJournal(
            MemoryJournal(clock, pending_max=PENDING_MAX),
            SqliteJournal(folder / "spool.sqlite", clock=clock),
            clock=clock,
        )

    async def accepts_anything(self, journal: Journal) -> bool:
        return True
