"""Everything that is stored about a person is found, and nothing about others."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import Select, insert, select, text
from unit.history import history

from screenpop.domain.agent import AgentState, Role, User, UserId
from screenpop.domain.call import AgentId
from screenpop.domain.recall import Doing, RecallAction
from screenpop.domain.workday import said
from screenpop.history import tables
from screenpop.history.archive import Archive
from screenpop.history.audit import Audit
from screenpop.history.batch import AlertChange
from screenpop.history.engine import Database
from screenpop.history.opening import Contacts
from screenpop.history.own_calls import _counting, _of_own_calls
from screenpop.history.own_records import OwnRecords, RecordsFound, _query
from screenpop.history.own_sections import (
    NOT_OF_A_USER,
    SECTIONS,
    RecordsAsked,
    Section,
)
from screenpop.history.passwords import Passwords
from screenpop.history.tokens import Tokens
from screenpop.history.users import Users
from screenpop.support.clock import FakeClock

ANA = User(
    username=UserId("ana"), name="Ana", role=Role.AGENT,
    agents=frozenset({AgentId("1001")}),
)  # fmt: skip
SUE = User(username=UserId("sue"), name="Sue", role=Role.SUPERVISOR)
BEN = User(username=UserId("ben"), name="Ben", role=Role.AGENT)
SECOND_US = 1_000_000
OF_PEOPLE = ("user", "agent", "_by", "by_", "person")
WITHOUT_A_PERSON = {
    ("calls", "chosen_by_agent"): "whether one did",
    ("person_keys", "person"): "a caller",
}


def test_each_table_that_names_a_user_has_a_section() -> None:
    shown = {section.table.name for section in SECTIONS}
    assert shown | NOT_OF_A_USER.keys() == tables.metadata.tables.keys()
    assert not shown & NOT_OF_A_USER.keys()
    for name in NOT_OF_A_USER:
        for column in tables.metadata.tables[name].columns:
            named = any(part in column.name for part in OF_PEOPLE)
            assert not named or (name, column.name) in WITHOUT_A_PERSON, column


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.name)
def test_each_column_is_shown_or_its_reason_stands_there(section: Section) -> None:
    columns = {column.name for column in section.table.columns}
    assert {*section.columns, *section.left_out} == columns
    assert not {*section.columns} & {*section.left_out}


async def people(database: Database, clock: FakeClock, passwords: Passwords) -> str:
    """Ana with a token and Ben; returns the secret of the token."""
    users, tokens = Users(database, clock, passwords), Tokens(database, clock)
    for person in (ANA, BEN):
        await users.create(person.username, password="correct horse battery", by="ada")
    await users.change("ana", agents=["1001"], by="ada")
    token, secret = await tokens.create("ana", "export of ana", by="ada")
    await tokens.create("ben", "export of ben", by="ada")
    await tokens.revoke(token.token_id, by="ada")
    return secret


async def work(database: Database) -> None:
    """A call at both, who both wrote about it, and did all else that is stored."""
    both = [("1001", "ana"), ("1002", "ben")]
    key = history.key()
    shown = history.shown(
        history.answer("balance", agents={"1001": 2_000}),
        history.answer("tickets of ben", agents={"1002": 2_000}),
    )
    names = ("ana", "ben")
    await Archive(database).write(
        history.batch(
            calls=[history.state(people=both), history.state("c-2", people=both[1:])],
            shown=[shown],
            receipts=[history.receipt()],
            notes=[history.written(f"note of {x}", username=x) for x in names],
            handovers=[history.written(f"next of {x}", username=x) for x in names],
            dispositions=[history.written(f"by-{x}", username=x) for x in names],
            recalls=[
                RecallAction(
                    key=key, action_id=f"a-{x}", user=UserId(x), do=Doing.CLOSE,
                    at_us=4_000, reason=f"closed by {x}",
                )
                for x in names
            ],
            alerts=[
                AlertChange(
                    change_id=x, at_us=5_000, user=x,
                    data={"do": "acknowledge", "label": f"seen by {x}", "subject": "q"},
                )
                for x in names
            ],
            heard=[
                (UserId("ana"), said(AgentState.BREAK, 4_000, "desk")),
                (UserId("ben"), said(AgentState.OFFLINE, 4_000, "desk")),
            ],
            heard_us=4_000,
        )
    )  # fmt: skip
    sums = {"interval_us": 0, "queue": "sales", "line": "main", "dialled": "",
            "outcome": "completed", "customer": "known", "calls": 1}  # fmt: skip
    taken = [
        {**sums, "level": level, "result": f"by-{x}", "username": x}
        for x in names
        for level in ("day", "month")
    ]
    async with database.write() as connection:
        await connection.execute(insert(tables.kind_people), taken)
    contacts = Contacts(database)
    for place, name in enumerate(names):
        contact = history.contact(f"Contact of {name}", contact_key=name)
        await contacts.save(replace(contact, named_by=name))
        await contacts.link(history.link(by=name, number=f"+44207946000{place}"))


async def audited(database: Database, clock: FakeClock) -> None:
    audit = Audit(database, clock)
    await audit.write("sue", "agents.seen", "wallboard")
    await audit.write("sue", "call.read", "c-1")
    await audit.write("sue", "call.read", "c-2")
    await audit.write("sue", "call.over", "main/c-1")
    await audit.write("ana", "lookup", "+44…58")
    await audit.write("ben", "lookup", "+44…77")


async def of_ana(database: Database, **asked: Any) -> dict[str, RecordsFound]:
    wanted = RecordsAsked(user=ANA, **{"limit": 100, **asked})
    found = await OwnRecords(database).about(wanted)
    return {each.section.name: each for each in found}


async def test_every_section_has_the_rows_of_the_person_and_of_no_one_else(
    database: Database, clock: FakeClock, passwords: Passwords
) -> None:
    secret = await people(database, clock, passwords)
    await work(database)
    await audited(database, clock)
    found = {name: x.rows for name, x in (await of_ana(database)).items()}
    assert {name for name, rows in found.items() if not rows} == set()
    shown = json.dumps(found)
    for kept_back in ("ben", "1002", secret, "argon2"):
        assert kept_back not in shown
    (account,) = found["account"]
    assert account["agents"] == ["1001"]
    assert account["has_password"] is True
    assert [row["label"] for row in found["tokens"]] == ["export of ana"]
    assert [row["lookup"] for row in found["answers"]] == ["balance"]
    assert [row["text"] for row in found["notes"]] == ["note of ana"]
    assert [row["text"] for row in found["handovers"]] == ["next of ana"]
    assert [row["code"] for row in found["results"]] == ["by-ana"]
    assert [row["reason"] for row in found["recalls"]] == ["closed by ana"]
    assert [row["label"] for row in found["alerts"]] == ["seen by ana"]
    assert [row["name"] for row in found["contacts"]] == ["Contact of ana"]
    assert [row["object"] for row in found["deeds"]] == ["+44…58"]
    assert {row["action"] for row in found["changes"]} == {
        "user.create", "user.change", "token.create", "token.revoke",
    }  # fmt: skip
    looks = [(row["username"], row["action"], row["object"]) for row in found["looks"]]
    assert sorted(looks) == [
        ("sue", "agents.seen", "wallboard"),
        ("sue", "call.over", "main/c-1"),
        ("sue", "call.read", "c-1"),
    ]


async def test_a_call_at_two_telephones_of_a_person_has_one_card_each(
    database: Database,
) -> None:
    two = [("1001", "ana"), ("1009", "ana")]
    shown = history.shown(history.answer(agents={"1001": 1, "1009": 2}))
    receipts = [history.receipt()]
    calls = [history.state(people=two)]
    await Archive(database).write(
        history.batch(calls=calls, shown=[shown], receipts=receipts)
    )
    found = await of_ana(database)
    assert len(found["calls"].rows) == 2
    assert len(found["pops"].rows) == 1
    assert len(found["answers"].rows) == 2


async def test_whom_an_administrator_changed_is_not_shown_to_them(
    database: Database, clock: FakeClock
) -> None:
    await Audit(database, clock).write("ana", "user.change", "ben", '{"name": "Ben"}')
    found = (await of_ana(database))["deeds"].rows
    assert [(row["action"], row["object"]) for row in found] == [("user.change", None)]


async def test_older_rows_are_asked_for_with_an_earlier_end(database: Database) -> None:
    states = [
        history.state(f"c-{n}", arrived_us=n * SECOND_US, people=[("1001", "ana")])
        for n in range(1, 6)
    ]
    await Archive(database).write(history.batch(calls=states))
    seen: set[object] = set()
    to_us: int | None = None
    for _ in range(10):
        page = (await of_ana(database, limit=2, to_us=to_us))["calls"]
        assert len(page.rows) <= 2
        seen |= {row["call_id"] for row in page.rows}
        if page.next_us is None:
            break
        to_us = page.next_us
    assert seen == {f"c-{n}" for n in range(1, 6)}
    early = await of_ana(database, from_us=2 * SECOND_US, to_us=4 * SECOND_US)
    assert [row["call_id"] for row in early["calls"].rows] == ["c-3", "c-2"]


async def test_so_many_calls_are_looked_through_and_the_rest_is_asked_for(
    database: Database,
) -> None:
    """A supervisor's note on a call that rang elsewhere is found, too."""
    states = [
        history.state(f"c-{n}", arrived_us=n * SECOND_US, people=[("1002", "ben")])
        for n in range(1, 8)
    ]
    await Archive(database).write(history.batch(calls=states))
    async with database.write() as connection:
        note = {"username": "sue", "text": "old", "at_us": 9 * SECOND_US}
        key = {"line": "main", "call_id": "c-2", "occurrence": 0}
        await connection.execute(insert(tables.notes).values(**key, **note))
    records = OwnRecords(database, searched_max=3)
    to_us: int | None = None
    asked_times = 0
    while True:
        wanted = RecordsAsked(user=SUE, limit=10, to_us=to_us)
        found = {x.section.name: x for x in await records.about(wanted)}["notes"]
        asked_times += 1
        if found.rows:
            break
        assert found.next_us is not None
        assert to_us is None or found.next_us < to_us
        to_us = found.next_us
    assert asked_times == 2


async def test_what_was_written_with_a_role_of_before_is_found(
    database: Database, clock: FakeClock, passwords: Passwords
) -> None:
    users = Users(database, clock, passwords)
    await users.create("ana", password="correct horse battery", role=Role.SUPERVISOR)
    elsewhere = history.state(people=[("1002", "ben")])
    notes = [history.written("as a supervisor")]
    await Archive(database).write(history.batch(calls=[elsewhere], notes=notes))
    assert not (await of_ana(database))["notes"].rows
    await users.change("ana", role=Role.AGENT, by="ada")
    found = (await of_ana(database))["notes"].rows
    assert [row["text"] for row in found] == ["as a supervisor"]


BY_LEGS = [x for x in SECTIONS if x.found_by in ("legs", "telephones")]


@pytest.mark.parametrize("section", BY_LEGS, ids=lambda section: section.name)
async def test_what_belongs_to_own_calls_is_found_along_their_index(
    database: Database, section: Section
) -> None:
    await is_found_along_the_index(
        database, _query(section, RecordsAsked(user=ANA, limit=10)), section.table.name
    )


@pytest.mark.parametrize("table", ["notes", "dispositions", "calls"])
async def test_figures_read_no_table_as_a_whole(database: Database, table: str) -> None:
    asked = RecordsAsked(user=ANA, limit=1, from_us=1, to_us=2)
    query = _counting(asked)
    if table != "calls":
        written = tables.metadata.tables[table]
        query = select(written).select_from(_of_own_calls(asked, written))
    await is_found_along_the_index(database, query, table)


async def is_found_along_the_index(
    database: Database, query: Select[Any], table: str
) -> None:
    """The plan begins with the person's legs, and goes to the table by its key."""
    async with database.read() as connection:
        if not database.is_sqlite:  # so small a table it would rather scan
            for way in ("seqscan", "bitmapscan", "hashjoin", "mergejoin"):
                await connection.execute(text(f"SET LOCAL enable_{way} = off"))
        explain = "EXPLAIN QUERY PLAN" if database.is_sqlite else "EXPLAIN"
        literal = {"literal_binds": True}
        sql = query.compile(dialect=connection.dialect, compile_kwargs=literal).string
        rows = await connection.exec_driver_sql(f"{explain} {sql}")
        plan = " | ".join(str(row[-1]) for row in rows)
    assert "call_legs_by_user" in plan
    for read in ("call_legs", table):
        assert not re.search(rf"(SCAN|Seq Scan on) {read}\b", plan), plan
