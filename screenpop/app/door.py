"""Through which door does the house write into the journal?"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from screenpop.domain.errors import Overloaded, Unavailable
from screenpop.journal.base import Journal
from screenpop.journal.records import ActionRecord, Record
from screenpop.support.tasks import TaskOwner

log = logging.getLogger(__name__)


class Door:
    """Appends for those who wait for durability, and for those who do not."""

    def __init__(self, journal: Journal, tasks: TaskOwner):
        self._journal = journal
        self._tasks = tasks

    async def keep(self, record: ActionRecord) -> int:
        """The offset, once it is durable. Raises `Overloaded`, `Unavailable`."""
        (receipt,) = await self._journal.append([record])
        return receipt.offset

    def keep_soon(self, record: Record) -> None:
        """For what can be had again: an outage is told, nobody waits."""
        self._tasks.spawn(self.keep_or_tell([record]), name="append")

    async def keep_or_tell(self, records: Sequence[Record]) -> None:
        try:
            await self._journal.append(records)
        except (Overloaded, Unavailable) as error:
            log.warning("%d records could not be journalled: %s", len(records), error)
