"""Through which door does the house write into the journal?"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from screenpop.domain.errors import Overloaded, Unavailable
from screenpop.journal.base import Journal, Receipt
from screenpop.journal.records import ActionRecord, Record

log = logging.getLogger(__name__)


class Door:
    """Appends for those who wait for durability, and for those who do not."""

    def __init__(self, journal: Journal):
        self._journal = journal

    async def keep(self, record: ActionRecord) -> int:
        """The offset, once it is durable. Raises `Overloaded`, `Unavailable`."""
        (receipt,) = await self._journal.append([record])
        return receipt.offset

    def keep_soon(self, record: Record) -> None:
        """For what can be had again: an outage is told, nobody waits."""
        self._keep_soon(record, patient=False)

    def keep_some_time(self, record: Record) -> None:
        """The same for what nobody looks at now: it waits to be written with others."""
        self._keep_soon(record, patient=True)

    def _keep_soon(self, record: Record, *, patient: bool) -> None:
        try:
            done = self._journal.submit([record], patient=patient)
            done.add_done_callback(_tell)
        except (Overloaded, Unavailable) as error:
            log.warning("a record could not be journalled: %s", error)

    def keep_all_soon(self, records: Sequence[Record]) -> None:
        for record in records:
            self.keep_soon(record)


def _tell(done: asyncio.Future[list[Receipt]]) -> None:
    if not done.cancelled() and (error := done.exception()) is not None:
        log.warning("a record could not be journalled: %s", error)
