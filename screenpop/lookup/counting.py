"""What came of reading the contacts of a source, and which of its lookups fail?

In batches: a million objects at once cost a gigabyte and long pauses. One contact
that is not what the SDK says costs none of the others.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from typing import Any

from screenpop.connector import (
    Connector,
    ContactRecord,
    ContactsBatch,
    ContactsReading,
    Unavailable,
)
from screenpop.connector.reading import OVER_LIMIT
from screenpop.lookup.number_index import may_belong
from screenpop.support.clock import Clock
from screenpop.support.log import Outage

CONTACTS_MAX = 20_000_000
BATCH_CONTACTS = 500  # made in one turn of the event loop: about a millisecond


class TooSlow(Unavailable):
    """The time was over before all contacts were read; `read` of them were."""

    def __init__(self, read: int, within_s: float):
        super().__init__(
            f"after {within_s:g} s only the first {read} of its customers had been"
            " read: others may have this number, too"
        )
        self.read = read


class Counting:
    """One reading, in batches, counted."""

    def __init__(self, connector: Connector[Any, Any]):
        self.reading = ContactsReading()
        self._connector = connector
        self.read = 0

    async def batches(
        self, given: AsyncIterator[ContactsBatch], only: str | None
    ) -> AsyncIterator[ContactsBatch]:
        """Those that may be filed; with `only` a number, who may have it."""
        own, over = ContactsReading(), False
        async for batch in given:
            kept = list[ContactRecord]()
            for contact in batch.contacts:
                self.read += 1
                if over := self.read > CONTACTS_MAX:
                    own.leave_out(OVER_LIMIT)
                    break
                if (odd := _odd(contact)) is not None:
                    own.odd.add(f"contact {self.read}", None, odd)
                elif only is None or may_belong(contact, only):
                    kept.append(contact)
            yield ContactsBatch(contacts=kept, gone=batch.gone, since=batch.since)
            if over:
                break
        self.reading = self._joined(own)

    def _joined(self, own: ContactsReading) -> ContactsReading:
        """What the connector counted; else what was counted here."""
        counted = self._connector.reading
        if counted is None:
            own.rows, own.contacts = self.read, self.read - len(own.odd)
            return own
        counted.left_out.update(own.left_out)
        for odd in own.odd.first:
            counted.odd.add(*odd)
        return counted


async def in_batches(
    contacts: AsyncIterator[ContactRecord],
) -> AsyncIterator[ContactsBatch]:
    batch = list[ContactRecord]()
    async for contact in contacts:
        batch.append(contact)
        if len(batch) >= BATCH_CONTACTS:
            yield ContactsBatch(contacts=batch)
            batch = []
    yield ContactsBatch(contacts=batch)


def _odd(contact: object) -> str | None:
    """What is wrong with a contact that a connector made; None: nothing."""
    if not isinstance(contact, ContactRecord):
        return f"is a {type(contact).__name__}, not a ContactRecord"
    if not isinstance(contact.key, str) or not contact.key.strip():
        return "has no key, or one that is not text"
    if not isinstance(contact.name, str):
        return "has a name that is not text"
    if not isinstance(contact.numbers, tuple | list) or not all(
        isinstance(text, str) for text in contact.numbers
    ):
        return "has numbers that are not text"
    return None


log = logging.getLogger(__name__)


# -- Which lookups of a source fail, and was it said?
# An outage begins with the first failure, however many lookups fail after it, and
# is logged once when it begins and once when it ends. It ends when a lookup that
# failed in it answers: one lookup whose query is wrong does not begin an outage at
# each call because the others of its source answer.


class Failing:
    """The lookups of one source that failed and have not answered since."""

    def __init__(self, source: str, clock: Clock):
        self._outage = Outage(f"source {source}", log, clock)
        self._late: dict[str, bool] = {}

    @property
    def any(self) -> bool:
        """Has one failed, or been late, that has not answered since?"""
        return bool(self._late)

    @property
    def lookups(self) -> tuple[str, ...]:
        """Those that fail; not those that merely were late the last time."""
        return tuple(name for name, late in self._late.items() if not late)

    def failed(self, lookup: str, why: str, *, late: bool = False) -> None:
        self._late[lookup] = late
        self._outage.failed(f"lookup {lookup}: {why}")

    def answered(self, lookup: str) -> None:
        if lookup in self._late:
            self._late.clear()
            self._outage.recovered()
