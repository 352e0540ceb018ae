"""Does the journal that nodes share keep every promise?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from contract.journal.journal_contract import PENDING_MAX, JournalContract
from redis_server import RedisServer, redis_server

from screenpop.journal.base import Journal
from screenpop.journal.redis import RedisJournal
from screenpop.journal.redis_address import parse_address
from screenpop.support.clock import FakeClock


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    with redis_server() as server:
        yield server


class TestRedisJournal(JournalContract):
    @pytest.fixture(autouse=True)
    def _choose(self, server: RedisServer) -> None:
        self.url = server.url

    def make(self, folder: Path, clock: FakeClock) -> Journal:
        return RedisJournal(
            parse_address(self.url),
            prefix=str(folder),
            pending_max=PENDING_MAX,
            clock=clock,
        )
