"""Does the journal for tests keep every promise?"""

from __future__ import annotations

from pathlib import Path

from contract.journal.journal_contract import PENDING_MAX, JournalContract

from screenpop.journal.base import Journal
from screenpop.journal.memory import MemoryJournal
from screenpop.support.clock import FakeClock


class TestMemoryJournal(JournalContract):
    def make(self, folder: Path, clock: FakeClock) -> Journal:
        return MemoryJournal(clock, pending_max=PENDING_MAX)

    async def accepts_anything(self, journal: Journal) -> bool:
        return True
