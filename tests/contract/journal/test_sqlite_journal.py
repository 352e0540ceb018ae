"""Does the embedded journal keep every promise?"""

from __future__ import annotations

from pathlib import Path

import pytest
from contract.journal.journal_contract import PENDING_MAX, JournalContract

from screenpop.journal.base import Journal
from screenpop.journal.sqlite import SqliteJournal
from screenpop.journal.sqlite_file import Synchronous
from screenpop.support.clock import FakeClock


@pytest.mark.parametrize("synchronous", ["normal", "full"])
class TestSqliteJournal(JournalContract):
    @pytest.fixture(autouse=True)
    def _choose(self, synchronous: Synchronous) -> None:
        self.synchronous: Synchronous = synchronous

    def make(self, folder: Path, clock: FakeClock) -> Journal:
        return SqliteJournal(
            folder / "journal.sqlite", self.synchronous, PENDING_MAX, clock
        )

    async def opened_again(self, journal: Journal) -> Journal:
        assert isinstance(journal, SqliteJournal)
        again = SqliteJournal(journal.path, self.synchronous, PENDING_MAX)
        await again.open()
        return again
