"""Who rings while the customers are read becomes known when they are."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from call_centre import Frame, open_call_centre, write_config

from screenpop.connector import ContactRecord
from screenpop_connectors.sql.connector import SqlConnector

ADA, BEN = "+442079460958", "+442079460111"


def crm(**more: Any) -> dict[str, Any]:
    contacts = {
        "query": "select id as key, name, phone from customers",
        "numbers": ["phone"],
    }
    url = "sqlite+aiosqlite:///crm.db"
    return {"connector": "sql", "url": url, "contacts": contacts, **more}


def customer(folder: Path, key: str, name: str, phone: str) -> None:
    with closing(sqlite3.connect(folder / "crm.db")) as made, made:
        made.execute("create table if not exists customers (id, name, phone)")
        made.execute("insert into customers values (?, ?, ?)", (key, name, phone))


def names(frame: Frame) -> list[str]:
    return [each["name"] for each in frame.get("candidates") or ()]


async def test_a_caller_of_the_first_reading_is_known_without_another_event(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer(tmp_path, "7", "Ada Byron", ADA)
    read, contacts = asyncio.Event(), SqlConnector.contacts

    async def slowly(self: SqlConnector) -> AsyncIterator[ContactRecord]:
        await read.wait()
        given = contacts(self)
        assert given is not None
        async for contact in given:
            yield contact

    monkeypatch.setattr(SqlConnector, "contacts", slowly)
    async with open_call_centre(tmp_path, sources={"crm": crm()}) as centre:
        ana, ben = await centre.sign_in("ana"), await centre.sign_in("ben")
        first = await centre.ring("ana", caller=ADA)
        stranger = await centre.ring("ben", caller=BEN)
        opened = [await seat.next("pop.opened") for seat in (ana, ben)]
        assert [names(frame) for frame in opened] == [[], []]
        read.set()
        shown = await ana.until(lambda x: x.get("call_id") == first and bool(names(x)))
        assert names(shown) == ["Ada Byron"]
        await centre.hang_up(stranger)  # sentinel: no one was found for it before
        await ben.until(lambda x: x["frame"] == "pop.closed")
        assert not [x for x in ben.frames if names(x)]


async def test_a_customer_who_was_created_meanwhile_is_known_with_the_next_reading(
    tmp_path: Path,
) -> None:
    customer(tmp_path, "7", "Ada Byron", ADA)
    source = crm(contacts_every_s=0.05)
    async with open_call_centre(tmp_path, sources={"crm": source}) as centre:
        ana = await centre.sign_in("ana")
        call = await centre.ring("ana", caller=BEN)
        await ana.next("pop.opened")
        customer(tmp_path, "8", "Ben Lee", BEN)
        shown = await ana.until(lambda x: x.get("call_id") == call and bool(names(x)))
        assert names(shown) == ["Ben Lee"]


async def test_the_customers_of_a_new_source_are_known_in_calls_that_go_on(
    tmp_path: Path,
) -> None:
    customer(tmp_path, "7", "Ada Byron", ADA)
    async with open_call_centre(tmp_path) as centre:
        ana = await centre.sign_in("ana")
        call = await centre.ring("ana", caller=ADA)
        await ana.next("pop.opened")
        write_config(tmp_path, sources={"crm": crm()})
        done = await centre.service.reloader.reload("ada")
        assert done.outcome == "switched", done.problems
        shown = await ana.until(lambda x: x.get("call_id") == call and bool(names(x)))
        assert names(shown) == ["Ada Byron"]
