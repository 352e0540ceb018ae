"""Keys of `http_json`: each changes what is sent or how an answer is read."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import BasicAuth, web
from key_effects import built, shows_effect_of
from one_source import Handler, Keys, Source, opened, serving, silent

from screenpop.connector import ContactRecord, Unavailable
from screenpop.support.tasks import TaskOwner


@asynccontextmanager
async def asking(
    folder: Path, handler: Handler, source: Keys, lookup: Keys
) -> AsyncIterator[Source]:
    async with serving(handler) as url:
        keys = {"connector": "http_json", "base_url": url, **source}
        async with opened(folder, keys, {"path": "/a", **lookup}) as crm:
            yield crm


async def echo(request: web.Request) -> web.Response:
    """What arrived, as the service sees it."""
    auth = request.headers.get("Authorization", "")
    basic = BasicAuth.decode(auth) if auth.startswith("Basic") else None
    return web.json_response(
        {
            "method": request.method,
            "path": request.path_qs,
            "bearer": auth if auth.startswith("Bearer") else None,
            "basic": f"{basic.login}:{basic.password}" if basic else None,
            "key": request.headers.get("X-Key"),
            "house": request.headers.get("X-House"),
            "body": (await request.text()) or None,
            "type": request.content_type,
        }
    )


@shows_effect_of(
    "http_json: sources.NAME.auth.bearer",
    "http_json: sources.NAME.auth.username",
    "http_json: sources.NAME.auth.password",
    "http_json: sources.NAME.auth.header",
    "http_json: sources.NAME.auth.value",
    "http_json: sources.NAME.headers",
)
@pytest.mark.parametrize(
    ("source", "name", "value"),
    [
        ({"auth": {"bearer": "tok-1"}}, "bearer", "Bearer tok-1"),
        ({"auth": {"username": "u", "password": "p-1"}}, "basic", "u:p-1"),
        ({"auth": {"header": "X-Key", "value": "k-1"}}, "key", "k-1"),
        ({"headers": {"X-House": "h-1"}}, "house", "h-1"),
        ({}, "bearer", None),
    ],
)
async def test_credentials_and_headers_are_sent(
    tmp_path: Path, source: Keys, name: str, value: str | None
) -> None:
    async with asking(tmp_path, echo, source, {}) as crm:
        [row] = await crm.ask()
        assert row[name] == value


@shows_effect_of(
    "http_json: sources.NAME.base_url",
    "http_json: lookups.NAME.path",
    "http_json: lookups.NAME.method",
    "http_json: lookups.NAME.headers",
    "http_json: lookups.NAME.body",
    "http_json: lookups.NAME.form",
)
@pytest.mark.parametrize(
    ("lookup", "name", "value"),
    [
        ({"path": "/b?n={number}"}, "path", "/b?n=%2B44"),
        ({"method": "POST", "body": {}}, "method", "POST"),
        ({"headers": {"X-House": "{number}"}}, "house", "+44"),
        ({"method": "POST", "body": {"n": "{number}"}}, "body", '{"n":"+44"}'),
        ({"method": "POST", "form": {"n": "{number}"}}, "body", "n=%2B44"),
    ],
)
async def test_a_request_is_made_as_written(
    tmp_path: Path, lookup: Keys, name: str, value: str
) -> None:
    async with asking(tmp_path, echo, {}, lookup) as crm:
        [row] = await crm.ask(number="+44")
        assert str(row[name]).replace(" ", "") == value


def answering(answer: object, status: int = 200) -> Handler:
    async def handle(_: web.Request) -> web.Response:
        return web.json_response(answer, status=status)

    return handle


NESTED = {"data": [{"who": {"name": "Ada"}, "id": 7}], "fault": {"text": "no luck"}}


@shows_effect_of("http_json: lookups.NAME.select", "http_json: lookups.NAME.fields")
async def test_rows_and_fields_are_taken_from_where_they_lie(tmp_path: Path) -> None:
    lookup = {"select": "data", "fields": {"name": "who.name"}}
    async with asking(tmp_path, answering(NESTED), {}, lookup) as crm:
        assert await crm.ask() == [{"name": "Ada"}]


@shows_effect_of("http_json: lookups.NAME.empty_on")
async def test_a_status_may_mean_nothing_there(tmp_path: Path) -> None:
    handler = answering({}, status=410)
    async with asking(tmp_path, handler, {}, {"empty_on": [410]}) as crm:
        assert await crm.ask() == []
    async with asking(tmp_path, handler, {}, {}) as crm:
        with pytest.raises(Unavailable, match="410"):
            await crm.ask()


@shows_effect_of("http_json: sources.NAME.error", "http_json: lookups.NAME.error")
@pytest.mark.parametrize(
    ("source", "lookup", "fails"),
    [
        ({"error": "fault.text"}, {"select": "data"}, True),
        ({}, {"select": "data", "error": "fault.text"}, True),
        ({"error": "fault.text"}, {"select": "data", "error": "other"}, False),
        ({}, {"select": "data"}, False),
    ],
)
async def test_an_answer_may_hold_an_error(
    tmp_path: Path, source: Keys, lookup: Keys, fails: bool
) -> None:
    async with asking(tmp_path, answering(NESTED), source, lookup) as crm:
        if fails:
            with pytest.raises(Unavailable, match="no luck"):
                await crm.ask()
        else:
            assert len(await crm.ask()) == 1


@shows_effect_of("http_json: sources.NAME.response_bytes_max")
async def test_an_answer_too_large_is_refused_until_the_key_is_raised(
    tmp_path: Path,
) -> None:
    handler = answering([{"text": "x" * 5_000}])
    async with asking(tmp_path, handler, {"response_bytes_max": 2_000}, {}) as crm:
        with pytest.raises(Unavailable, match="2000 bytes"):
            await crm.ask()
    async with asking(tmp_path, handler, {"response_bytes_max": 20_000}, {}) as crm:
        assert len(await crm.ask()) == 1


@shows_effect_of("http_json: sources.NAME.redirects_max")
@pytest.mark.parametrize(("limit", "follows"), [(0, False), (1, True)])
async def test_so_many_redirects_are_followed(
    tmp_path: Path, limit: int, follows: bool
) -> None:
    async def move(request: web.Request) -> web.Response:
        if request.path == "/a":
            raise web.HTTPFound("/b")
        return web.json_response({"found": True})

    async with asking(tmp_path, move, {"redirects_max": limit}, {}) as crm:
        if follows:
            assert await crm.ask() == [{"found": True}]
        else:
            with pytest.raises(Unavailable, match="redirects"):
                await crm.ask()


@shows_effect_of("http_json: sources.NAME.total_timeout_ms")
async def test_an_answer_that_does_not_come_is_given_up(tmp_path: Path) -> None:
    async with silent() as port:
        source = {
            "connector": "http_json",
            "base_url": f"http://127.0.0.1:{port}",
            "total_timeout_ms": 50,
        }
        async with opened(tmp_path, source, {"path": "/a"}) as crm:
            with pytest.raises(Unavailable, match="50 ms"):
                async with asyncio.timeout(5):
                    await crm.ask()


@shows_effect_of("http_json: sources.NAME.connections_max")
@pytest.mark.parametrize("limit", [1, 3])
async def test_so_many_requests_are_under_way(tmp_path: Path, limit: int) -> None:
    under_way, free, full = 0, asyncio.Event(), asyncio.Event()

    async def wait(_: web.Request) -> web.Response:
        nonlocal under_way
        under_way += 1
        if under_way == limit:
            full.set()
        await free.wait()
        return web.json_response({})

    tasks = TaskOwner("test")
    async with asking(tmp_path, wait, {"connections_max": limit}, {}) as crm:
        asked = [tasks.spawn(crm.ask(), name=f"{n}") for n in range(4)]
        async with asyncio.timeout(10):
            await full.wait()
            await asyncio.wait(asked, timeout=0.1)
            assert under_way == limit
            free.set()
            await asyncio.gather(*asked)


PEOPLE = [{"id": n, "who": f"n{n}", "phones": f"+4420794609{n:02}"} for n in range(7)]
FIELDS = {"key": "id", "name": "who", "phone": "phones"}


async def paged(request: web.Request) -> web.Response:
    """Seven people, two a page, by `page`, by `offset` or by a link."""
    size, query = 2, request.query
    start = int(query.get("offset", query.get("page", 0))) * (
        1 if "offset" in query else size
    )
    answer: Keys = {"people": PEOPLE[start : start + size]}
    if start + size < len(PEOPLE):
        answer["next"] = f"/people?offset={start + size}"
    return web.json_response(answer)


async def people(folder: Path, **contacts: Any) -> list[ContactRecord]:
    keys = {"path": "/people", "select": "people", "fields": FIELDS, **contacts}
    async with serving(paged) as url:
        source = {"connector": "http_json", "base_url": url, "contacts": keys}
        async with opened(folder, source) as crm:
            return await crm.people()


@shows_effect_of(
    "http_json: sources.NAME.contacts.path",
    "http_json: sources.NAME.contacts.select",
    "http_json: sources.NAME.contacts.fields",
    "http_json: sources.NAME.contacts.numbers",
    "http_json: sources.NAME.contacts.next",
    "http_json: sources.NAME.contacts.pages_max",
    "http_json: sources.NAME.contacts.contacts_max",
)
async def test_contacts_are_read_page_by_page(tmp_path: Path) -> None:
    assert len(await people(tmp_path)) == 2
    assert [each.key for each in await people(tmp_path, next="next")] == [
        str(n) for n in range(7)
    ]
    assert len(await people(tmp_path, next="next", pages_max=2)) == 4
    assert len(await people(tmp_path, next="next", contacts_max=3)) == 3
    fields = {"key": "id", "name": "phones", "reached": "phones"}
    [first, _] = await people(tmp_path, fields=fields, numbers=["reached"])
    assert (first.name, first.numbers) == ("+442079460900", ("+442079460900",))


@shows_effect_of(
    "http_json: sources.NAME.contacts.page_param",
    "http_json: sources.NAME.contacts.page_start",
    "http_json: sources.NAME.contacts.page_step",
)
async def test_pages_are_counted_as_said(tmp_path: Path) -> None:
    by_page = {"page_param": "page", "page_start": 0}
    assert len(await people(tmp_path, **by_page)) == 7
    assert len(await people(tmp_path, **by_page | {"page_start": 2})) == 3
    by_offset = {"page_param": "offset", "page_start": 0, "page_step": 2}
    assert [each.key for each in await people(tmp_path, **by_offset)] == [
        str(n) for n in range(7)
    ]


@shows_effect_of("http_json: sources.NAME.contacts.since")
@pytest.mark.parametrize(("since", "count"), [(0, 7), (5, 2)])
async def test_all_contacts_are_those_since_then(
    tmp_path: Path, since: int, count: int
) -> None:
    async def changed(request: web.Request) -> web.Response:
        first = int(request.query["from"])
        return web.json_response([each for each in PEOPLE if each["id"] >= first])  # type: ignore[operator]

    contacts = {
        "path": "/people?from={since}",
        "fields": FIELDS | {"changed": "id"},
        "since": since,
    }
    async with serving(changed) as url:
        source = {"connector": "http_json", "base_url": url, "contacts": contacts}
        async with opened(tmp_path, source) as crm:
            assert len(await crm.people()) == count
            batches = crm.connector.contacts_from(6)
            assert batches is not None
            given = [(len(each.contacts), each.since) async for each in batches]
            assert given == [(1, None), (0, 6)]


async def test_a_source_without_its_certificates_is_unusable(tmp_path: Path) -> None:
    crm = {"connector": "http_json", "base_url": "https://h", "ca_file": "nowhere.pem"}
    async with built(tmp_path, sources={"crm": crm}) as service:
        sources = service.lookups.sources
        await sources.open()
        assert "nowhere.pem" in sources.unusable["crm"]


@shows_effect_of("http_json: sources.NAME.connect_timeout_ms")
async def test_a_host_that_does_not_take_connections_is_given_up(
    tmp_path: Path,
) -> None:
    with socket.socket() as full:  # its queue is full: no connection is ever made
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = full.getsockname()[1]
        waiting = []
        for _ in range(4):
            one = socket.socket()
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))
            waiting.append(one)
        source = {
            "connector": "http_json",
            "base_url": f"http://127.0.0.1:{port}",
            "connect_timeout_ms": 60,
            "total_timeout_ms": 20_000,
        }
        async with opened(tmp_path, source, {"path": "/a"}) as crm:
            with pytest.raises(Unavailable):
                async with asyncio.timeout(5):
                    await crm.ask()
        for one in waiting:
            one.close()
