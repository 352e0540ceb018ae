from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from unit.history.history import ERP, NUMBER, batch, key, state

from screenpop.domain.call import CallEvent, CallId, Direction, EventType, LineId
from screenpop.domain.profile import CONTACTS_SOURCE, CandidateRef, LookupOutcome
from screenpop.history import erasing
from screenpop.history.archive import Archive
from screenpop.history.batch import (
    CallState,
    Contact,
    CustomerOfCall,
    NumberLink,
    ShownAnswer,
    ShownInCall,
    StoredEvent,
    Written,
)
from screenpop.history.engine import Database
from screenpop.history.erasing import Traces
from screenpop.history.rolled import UTC
from screenpop.history.tables import calls, metadata
from screenpop.journal.records import EventRecord, encode

OTHER = "+12025550101"
NAME = "Zoë Quill"


def of_customer(call_id: str, ref: CandidateRef = ERP, **values: Any) -> CallState:
    found = state(call_id, **values)
    customer = CustomerOfCall(
        key=key(call_id), ref=ref, name="Zoë Quill", by_agent=True
    )
    return CallState(call=found.call, number=found.number, customer=customer)


def event(call_id: str, caller: str) -> StoredEvent:
    said = CallEvent(
        type=EventType.ALERTING,
        line=LineId("main"),
        call_id=CallId(call_id),
        event_id="e",
        at_us=1,
        received_us=1,
        caller=caller,
        caller_name="Zoë Quill",
        queue="sales",
    )
    body = encode(EventRecord(event=said)).decode()
    return StoredEvent(
        key=key(call_id),
        event_id="e",
        type="alerting",
        at_us=1,
        received_us=1,
        body=body,
    )


def note(call_id: str, text: str = "Zoë Quill calls back") -> Written:
    return Written(key=key(call_id), username="ana", agent=None, text=text, at_us=1)


def answer(call_id: str) -> ShownInCall:
    shown = ShownAnswer(
        lookup="who", source="erp", facet="identity", state=LookupOutcome.OK, at_us=1,
        fetched_us=1, ms=1, row_count=1, subject_source="erp", subject_key="c-7",
        message=None,
    )  # fmt: skip
    return ShownInCall(key=key(call_id), at_us=1, answers=(shown,))


async def everything(database: Database) -> str:
    async with database.read() as connection:
        rows = [
            f"{table.name}{tuple(row)}"
            for table in metadata.sorted_tables
            for row in await connection.execute(select(table))
        ]
    return "\n".join(rows)


async def erased(
    database: Database,
    numbers: Iterable[str] = (),
    refs: Iterable[CandidateRef] = (),
    zone: ZoneInfo = UTC,
) -> Traces:
    async with database.write() as connection:
        wanted = {*numbers}
        for ref in refs:
            wanted |= await erasing.numbers_of(connection, ref)
        found = await erasing.traces(connection, wanted, refs)
        await erasing.erase(connection, found, zone)
    left = await erasing.overwrite(database)
    assert (left is None) is database.is_sqlite
    return found


@pytest.fixture
async def archive(database: Database) -> Archive:
    archive = Archive(database)
    await archive.begin("archiver")
    return archive


async def test_a_number_is_taken_out_and_other_callers_stay(
    database: Database, archive: Archive
) -> None:
    link = NumberLink(
        number=NUMBER, ref=ERP, name="Zoë Quill", chosen_by="ana", at_us=1
    )
    contact = Contact(
        key="k", name="Zoë Quill", company="", account="", number=NUMBER,
        named_by="ana", at_us=1,
    )  # fmt: skip
    await archive.write(
        batch(
            calls=[of_customer("c-1"), state("c-2", number=OTHER, caller=OTHER)],
            events=[event("c-1", "020 7946 0958"), event("c-2", OTHER)],
            notes=[note("c-1"), note("c-2", "stays")],
            handovers=[note("c-1"), note("c-2", "stays")],
            shown=[answer("c-1"), answer("c-2")],
            contacts=[contact],
            links=[link],
        )
    )
    found = await erased(database, [NUMBER])
    assert (len(found.calls), found.notes, found.answers) == (1, 2, 1)
    assert (found.contacts, found.choices) == (1, 1)
    left = await everything(database)
    for trace in (NUMBER, "020 7946 0958", "Zoë Quill calls back", "link", "4711')"):
        assert trace not in left.split("c-2")[0]
    assert OTHER in left
    assert "stays" in left
    assert left.count("calls('main'") == 2  # counts stay
    assert left.count("call_legs(") == left.count("call_visits(") == 2
    again = await erased(database, [NUMBER])
    assert again.calls == ()


async def test_a_consultation_about_the_caller_is_taken_out(
    database: Database, archive: Archive
) -> None:
    inside = of_customer(
        "c-2", number=None, caller="1002", direction=Direction.INTERNAL
    )
    other = of_customer("c-3", number=OTHER, caller=OTHER)  # a colleague of the caller
    await archive.write(batch(calls=[of_customer("c-1"), inside, other]))
    found = await erased(database, [NUMBER])
    assert {call[1] for call in found.calls} == {"c-1", "c-2"}
    async with database.read() as connection:
        names = await connection.execute(select(calls.c.call_id, calls.c.customer_name))
        assert {row.call_id: row.customer_name for row in names} == {
            "c-1": None,
            "c-2": None,
            "c-3": "Zoë Quill",
        }


async def test_whom_we_called_is_taken_out(
    database: Database, archive: Archive
) -> None:
    out = state("c-1", direction=Direction.OUTBOUND, dialled=NUMBER, caller="1001")
    await archive.write(batch(calls=[out, state("c-2", number=OTHER, caller=OTHER)]))
    await erased(database, [NUMBER])
    left = await everything(database)
    assert NUMBER not in left
    own = "+442079460100"  # as c-2 dialled it: in the call, its counts, and 3 sums
    assert left.count(own) == 5


@pytest.mark.parametrize("ref", [ERP, CandidateRef(source=CONTACTS_SOURCE, key="k")])
async def test_a_customer_goes_with_all_numbers(
    database: Database, archive: Archive, ref: CandidateRef
) -> None:
    contact = Contact(
        key="k", name="Zoë Quill", company="", account="", number=None, named_by="ana",
        at_us=1,
    )  # fmt: skip
    first = of_customer("c-1", ref)
    second = of_customer("c-2", ref, number=OTHER, caller=OTHER)
    withheld = of_customer("c-3", ref, number=None, caller=None, withheld=True)
    third = state("c-4", number="+12025550199", caller="+12025550199")
    await archive.write(
        batch(calls=[first, second, withheld, third], contacts=[contact])
    )
    found = await erased(database, refs=[ref])
    assert found.numbers == (OTHER, NUMBER)
    assert len(found.calls) == 3
    left = await everything(database)
    assert [x for x in (NUMBER, OTHER) if x in left] == []
    assert ("Zoë Quill" in left) is (ref == ERP)  # the contact is of another source
    assert "+12025550199" in left
