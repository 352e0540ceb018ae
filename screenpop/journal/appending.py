"""Through which door does the house write into the journal?"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from functools import partial

from screenpop.domain.errors import Overloaded, Unavailable
from screenpop.journal.base import Journal, Receipt
from screenpop.journal.records import (
    ActionRecord,
    AnswersRecord,
    Record,
    fit_for_storage,
)
from screenpop.support.log import Outage

log = logging.getLogger(__name__)


class Door:
    """Appends for those who wait for durability, and for those who do not."""

    def __init__(self, journal: Journal):
        self._journal = journal
        self._outage = Outage("records that can be had again", log)

    async def keep(self, record: ActionRecord) -> int:
        """The offset, once it is durable. Raises `Overloaded`, `Unavailable`."""
        (receipt,) = await self._journal.append([record])
        return receipt.offset

    def lost(self, offset: int) -> bool:
        """Had an entry this number that is gone? See `Journal.lost`."""
        return self._journal.lost(offset)

    def keep_soon(self, record: Record) -> None:
        """For what can be had again: an outage is logged, no one waits."""
        self._keep_soon(record, patient=False)

    def keep_some_time(self, record: Record) -> None:
        """The same for what no one looks at now: it waits to be written with others."""
        self._keep_soon(record, patient=True)

    def _keep_soon(self, record: Record, *, patient: bool) -> None:
        try:
            done = self._journal.submit([record], patient=patient)
        except (Overloaded, Unavailable) as error:
            self._outage.failed(error)
        except Exception as error:  # noqa: BLE001  who folds an entry must go on
            self._unfit(record, error, patient=patient)
        else:
            done.add_done_callback(partial(self._done, record))

    def keep_all_soon(self, records: Sequence[Record]) -> None:
        for record in records:
            self.keep_soon(record)

    def _done(self, record: Record, done: asyncio.Future[list[Receipt]]) -> None:
        if done.cancelled():
            return
        error = done.exception()
        if error is None:
            self._outage.recovered()
        elif isinstance(error, Overloaded | Unavailable):
            self._outage.failed(error)
        else:
            self._unfit(record, error, patient=False)

    def _unfit(self, record: Record, error: BaseException, *, patient: bool) -> None:
        """Not the error's text: it may quote what a record holds.

        What lookups brought is stored without what is to blame: else their card
        would wait for them for ever.
        """
        log.error(
            "a record (%s) cannot be stored (%s): left out",
            record.kind,
            type(error).__name__,
        )
        if isinstance(record, AnswersRecord):
            fit = fit_for_storage(record)
            if fit != record:
                self._keep_soon(fit, patient=patient)
