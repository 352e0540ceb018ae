"""Which contacts of a source are read now, and what of it outlasts a restart?"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from screenpop.config.model import Configuration
from screenpop.connector.registry import Registry
from screenpop.lookup import number_filing
from screenpop.lookup.number_file import About
from screenpop.lookup.refreshing import FullPass
from screenpop.lookup.sources import Sources, make_sources
from screenpop.support.clock import FakeClock

SCHEMA = """
create table customer (
    id integer primary key, name text, phone text, fax text, changed integer
);
"""
QUERY = """select id as key, name, phone, fax as phone_2, changed from customer
    where changed >= :since order by changed"""


class Company:
    """A database of customers, and a node that reads them."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.clock = FakeClock()
        self.url = "sqlite:///crm.sqlite"
        self.query = QUERY
        self.run(SCHEMA)

    def run(self, statement: str) -> None:
        with closing(sqlite3.connect(self.folder / "crm.sqlite")) as database:
            database.executescript(statement)
            database.commit()

    def add(self, key: int, phone: str, changed: int) -> None:
        with closing(sqlite3.connect(self.folder / "crm.sqlite")) as database:
            database.execute(
                "insert or replace into customer values (?, ?, ?, null, ?)",
                (key, f"Customer {key}", phone, changed),
            )
            database.commit()

    @asynccontextmanager
    async def node(self, **keys: Any) -> AsyncIterator[Sources]:
        contacts = {"query": self.query, "since": 0}
        erp = {"connector": "sql", "url": self.url, "contacts": contacts, **keys}
        if erp["contacts"] is None:
            del erp["contacts"]
        config = Configuration.model_validate(
            {"server": {"country": "GB"}, "sources": {"erp": erp}}
        )
        made = make_sources(
            config,
            self.folder,
            Registry().find,
            self.clock,
            index_folder=self.folder / "numbers",
        )
        await made.open()
        try:
            yield made
        finally:
            await made.close()


@pytest.fixture
def company(tmp_path: Path) -> Company:
    made = Company(tmp_path)
    for key in range(1, 6):
        made.add(key, number(key), changed=key)
    return made


def number(key: int) -> str:
    return f"+44207946{key:04}"


def keys(sources: Sources, number: str) -> list[str]:
    return [each.candidate.ref.key for each in sources.index.find(number, "GB")]


def rows_read(sources: Sources) -> int:
    reading = sources.connectors["erp"].reading
    assert reading is not None
    return reading.rows


async def test_only_what_changed_is_read_again(company: Company) -> None:
    async with company.node() as node:
        assert await node.read_contacts("erp") == 5
        company.add(6, number(6), changed=9)
        company.add(2, number(222), changed=9)
        assert await node.read_contacts("erp") == 6
        assert rows_read(node) == 3  # those two, and the last one of before
        assert keys(node, number(6)) == ["6"]
        assert keys(node, number(222)) == ["2"]
        assert keys(node, number(2)) == []


async def test_it_goes_on_after_a_restart_where_it_was(company: Company) -> None:
    async with company.node() as node:
        await node.read_contacts("erp")
    company.add(6, number(6), changed=9)
    async with company.node() as node:
        assert keys(node, number(5)) == ["5"]
        assert keys(node, number(6)) == []
        assert await node.read_contacts("erp") == 6
        assert rows_read(node) == 2
        assert keys(node, number(6)) == ["6"]


async def test_a_customer_whose_number_was_taken_away_is_not_found(
    company: Company,
) -> None:
    async with company.node() as node:
        await node.read_contacts("erp")
        company.run("update customer set phone = null, changed = 9 where id = 3")
        assert await node.read_contacts("erp") == 4
        assert keys(node, number(3)) == []


async def test_deleted_customers_go_with_the_full_pass_of_the_night(
    company: Company,
) -> None:
    company.clock = FakeClock(datetime(2026, 11, 21, 1, 0, tzinfo=UTC))
    async with company.node() as node:
        await node.read_contacts("erp")
        company.run("delete from customer where id = 3")
        await node.read_contacts("erp")
        assert keys(node, number(3)) == ["3"]
    company.clock.advance(3 * 3600)
    async with company.node() as node:
        assert await node.read_contacts("erp") == 4
        assert keys(node, number(3)) == []
        assert rows_read(node) == 4
        company.add(6, number(6), changed=9)
        await node.read_contacts("erp")
        assert rows_read(node) == 2  # the full pass was for this day


async def test_what_did_not_change_is_not_read_after_a_restart(
    company: Company,
) -> None:
    company.run("insert into customer values (7, 'Gil', 'see notes', null, 7)")
    async with company.node() as node:
        await node.read_contacts("erp")
        before = node.readings["erp"]
        at_us = node.read_us["erp"]
    company.clock.advance(60)
    async with company.node() as node:
        assert await node.read_contacts("erp") is None
        assert node.connectors["erp"].reading is None
        assert node.read_us["erp"] == at_us
        assert node.readings["erp"].as_json() == before.as_json()
        assert "holds no number" in node.readings["erp"].odd.counts


async def test_another_query_reads_all_again(company: Company) -> None:
    async with company.node() as node:
        await node.read_contacts("erp")
    company.query = QUERY.replace("where", "where id < 3 and")
    async with company.node() as node:
        assert await node.read_contacts("erp") == 2
        assert keys(node, number(3)) == []


async def test_another_database_is_read_from_the_beginning(
    company: Company, tmp_path: Path
) -> None:
    async with company.node() as node:
        await node.read_contacts("erp")
    (tmp_path / "crm.sqlite").rename(tmp_path / "moved.sqlite")
    company.run(SCHEMA)
    company.add(9, number(9), changed=1)
    (tmp_path / "crm.sqlite").rename(tmp_path / "other.sqlite")
    company.url = "sqlite:///other.sqlite"
    async with company.node() as node:
        assert await node.read_contacts("erp") == 1
        assert keys(node, number(9)) == ["9"]


async def test_a_first_reading_that_was_stopped_goes_on_where_it_was(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(number_filing, "FIRST_COMMIT", 100)
    rows = "with recursive n(x) as (select 100 union all select x + 1 from n"
    company.run(
        f"{rows} where x < 3099) insert into customer select x, 'C ' || x,"
        " '+44207946' || substr('000' || x, -4), null, x from n"
    )
    async with company.node() as node:
        feed = node.connectors["erp"].contacts_from(0)
        assert feed is not None
        loading = node.index.begin("erp", 0, configured="same", first_since=0)
        async for batch in feed:
            loading.add(batch.contacts, batch.gone, batch.since)
            break
        loading.abandon()
        about = node.index.about("erp")
        assert not about.whole
        again = node.index.begin("erp", 0, configured="same", first_since=0)
        assert again.since == about.since
        assert isinstance(again.since, int)
        assert again.since > 100
        later = node.connectors["erp"].contacts_from(again.since)
        assert later is not None
        async for batch in later:
            again.add(batch.contacts, batch.gone, batch.since)
        assert again.finish(now_us=1) == 3005
        assert node.index.about("erp").whole
        assert node.index.about("erp").full_us == 1
        assert keys(node, number(1)) == ["1"]
        assert keys(node, number(3099)) == ["3099"]


def test_the_lines_of_one_customer_are_replaced_together(tmp_path: Path) -> None:
    from screenpop.connector import ContactRecord
    from screenpop.lookup.number_index import NumberIndex

    def line(text: str) -> ContactRecord:
        return ContactRecord(key="7", numbers=(text,), name="Ada")

    index = NumberIndex("GB", tmp_path)
    loading = index.begin("erp", 0, first_since=0)
    loading.add([line(number(1)), line(number(2))], since=1)
    loading.finish(now_us=1)
    changes = index.begin("erp", 0, first_since=0, everything=False)
    assert changes.since == 1
    changes.add([line(number(2))])
    changes.add([line(number(3))], since=2)
    assert changes.finish(now_us=2) == 2
    found = [bool(index.find(number(n), "GB")) for n in (1, 2, 3)]
    assert found == [False, True, True]


async def test_what_changed_is_logged_and_is_no_warning(
    company: Company, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with company.node() as node:
        await node.read_contacts("erp")
        caplog.clear()
        company.run("update customer set phone = null, changed = 9 where id = 5")
        await node.read_contacts("erp")
        assert node.readings["erp"].rows == 5
    [told] = [x for x in caplog.records if "contacts indexed" in x.message]
    assert told.levelno == logging.INFO
    assert "1 rows had changed; 4 contacts" in told.message


@pytest.mark.parametrize(
    ("zone", "at", "now", "full", "due"),
    [
        ("UTC", "03:00", "2026-11-21T02:59:00", "2026-11-20T03:00:00", False),
        ("UTC", "03:00", "2026-11-21T03:01:00", "2026-11-20T03:00:00", True),
        ("UTC", "03:00", "2026-11-21T23:00:00", "2026-11-21T03:00:00", False),
        ("UTC", "23:30", "2026-11-21T00:10:00", "2026-11-20T23:29:00", True),
        ("Europe/Berlin", "03:00", "2026-11-21T02:01:00", "2026-11-21T01:59:00", True),
        ("Europe/Berlin", "03:00", "2026-11-21T01:59:00", "2026-11-20T12:00:00", False),
        ("Europe/Berlin", "02:30", "2026-03-29T02:00:00", "2026-03-28T12:00:00", True),
    ],
)
def test_the_full_pass_is_due_once_a_day_from_its_hour_on(
    zone: str, at: str, now: str, full: str, due: bool
) -> None:
    def us(text: str) -> int:
        moment = datetime.fromisoformat(text).replace(tzinfo=UTC)
        return round(moment.timestamp() * 1e6)

    done = FullPass(at=time.fromisoformat(at), zone=ZoneInfo(zone))
    assert done.is_due(About(full_us=us(full)), us(now)) is due
