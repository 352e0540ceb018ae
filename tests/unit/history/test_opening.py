"""Are contacts and choices kept, and does the newest count?"""

from __future__ import annotations

import pytest
from unit.history import history

from screenpop.history import opening as module
from screenpop.history.engine import Database
from screenpop.history.opening import Contacts


@pytest.fixture
def contacts(database: Database) -> Contacts:
    return Contacts(database)


async def test_the_newest_naming_of_a_contact_counts(contacts: Contacts) -> None:
    await contacts.save(history.contact("Cara", at_us=2))
    await contacts.save(history.contact("Klara", at_us=1))
    assert [c async for c in contacts.all()] == [history.contact("Cara", at_us=2)]


async def test_all_contacts_are_read_step_by_step(
    contacts: Contacts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ROWS_PER_STEP", 2)
    for i in range(5):
        await contacts.save(history.contact(contact_key=f"k-{i}"))
    assert [c.key async for c in contacts.all()] == [f"k-{i}" for i in range(5)]


async def test_links_come_oldest_first_and_the_oldest_are_left_out_at_the_limit(
    contacts: Contacts,
) -> None:
    for i in range(4):
        await contacts.link(history.link(at_us=i, number=f"+4930{i}"))
    await contacts.link(history.link(by="ben", at_us=9, number="+49301"))
    found = [(x.number, x.chosen_by) async for x in contacts.links(limit=3)]
    assert found == [("+49302", "ana"), ("+49303", "ana"), ("+49301", "ben")]
