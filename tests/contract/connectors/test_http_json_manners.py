"""How `http_json` treats a service: pace, tries, keys, bodies, odd answers."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import virtual_time
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from key_effects import loaded, shows_effect_of
from one_source import serving
from virtual_time import LoopClock

from screenpop.config.check import check
from screenpop.connector import (
    Busy,
    ConfigError,
    ConnectorContext,
    FeedReading,
    Row,
    Scalar,
    Unavailable,
)
from screenpop.connector.deadline import DUE_S, time_left_s
from screenpop.connector.registry import Registry
from screenpop.lookup.source_states import problems_of
from screenpop.lookup.sources import make_sources
from screenpop.support.clock import FakeClock, SystemClock
from screenpop.support.tasks import spawn
from screenpop_connectors.http_json import HttpJsonConnector
from screenpop_connectors.http_json.answer import compiled, parsed
from screenpop_connectors.http_json.body_place import with_value
from screenpop_connectors.http_json.options import HttpLookup, HttpPace, HttpSource
from screenpop_connectors.http_json.pace import Pace

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Keys = dict[str, Any]
Opened = Callable[..., Awaitable[HttpJsonConnector]]


@pytest.fixture
async def opened() -> AsyncIterator[Opened]:
    connectors: list[HttpJsonConnector] = []

    async def start(**keys: object) -> HttpJsonConnector:
        options = HttpSource.model_validate(keys)
        context = ConnectorContext(source="crm", folder=Path(), clock=FakeClock())
        connectors.append(HttpJsonConnector(options, context))
        await connectors[-1].open()
        return connectors[-1]

    yield start
    for connector in connectors:
        await connector.close()


async def ask(crm: HttpJsonConnector, keys: Keys, **params: Scalar) -> list[Row]:
    options = HttpLookup.model_validate(keys)
    return list(await crm.lookup("asked", options).fetch(params))


async def echo(request: web.Request) -> web.Response:
    sent = await request.text()
    return web.json_response(
        {
            "path": request.raw_path,
            "key": request.headers.get("X-Key"),
            "body": json.loads(sent) if sent else None,
        }
    )


# -- keys in the query and in bodies


@shows_effect_of("http_json: sources.NAME.auth.query")
async def test_a_key_may_stand_in_the_query_and_in_no_error(opened: Opened) -> None:
    async with serving(echo) as url:
        crm = await opened(base_url=url, auth={"query": "api key", "value": "k&y 1"})
        (row,) = await ask(crm, {"path": "/a?n={number}"}, number="+1 2")
        assert row["path"] == "/a?n=%2B1%202&api%20key=k%26y%201"
        assert (await ask(crm, {"path": "/b"}))[0]["path"] == "/b?api%20key=k%26y%201"

    async def tells(request: web.Request) -> web.Response:
        return web.Response(text=f"{request.raw_path} {request.query}", status=500)

    async with serving(tells) as url:
        crm = await opened(base_url=url, auth={"query": "k", "value": "k&y 1"})
        with pytest.raises(Unavailable) as caught:
            await ask(crm, {"path": "/a"})
        assert "k&y 1" not in str(caught.value)
        assert "k%26y" not in str(caught.value)


@shows_effect_of("http_json: sources.NAME.secrets")
async def test_a_secret_may_stand_in_a_body_and_in_no_error(opened: Opened) -> None:
    lookup = {
        "path": "/rpc",
        "method": "POST",
        "body": {"params": ["db", 2, "{secret.key}", "{number}"]},
        "headers": {"X-Key": "k {secret.key}"},
    }
    async with serving(echo) as url:
        crm = await opened(base_url=url, secrets={"key": "s3cr3t"})
        made = crm.lookup("asked", HttpLookup.model_validate(lookup))
        assert made.needs == {"number"}
        answer = await crm.client.answer(made._request({"number": "+44"}))
        assert answer.value == {
            "path": "/rpc",
            "key": "k s3cr3t",
            "body": {"params": ["db", 2, "s3cr3t", "+44"]},
        }
        with pytest.raises(ConfigError, match="no secret `kee`"):
            crm.lookup("x", HttpLookup.model_validate({"path": "/{secret.kee}"}))

    async def tells(request: web.Request) -> web.Response:
        return web.Response(text=f"got {await request.text()}", status=500)

    async with serving(tells) as url:
        crm = await opened(base_url=url, secrets={"key": "s3cr3t"})
        with pytest.raises(Unavailable, match=r"\*\*\*") as caught:
            await ask(crm, lookup, number="+442079460958")
        assert "s3cr3t" not in str(caught.value)


# -- trying again


class Flapping:
    """Fails so many times, then answers."""

    def __init__(self, failures: int, status: int = 503, **headers: str):
        self.failures, self.status, self.headers = failures, status, headers
        self.asked = 0

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.asked += 1
        if self.asked > self.failures:
            return web.json_response({"found": True})
        if self.status == 0:
            assert request.transport is not None
            request.transport.close()
        return web.Response(status=self.status or 500, headers=self.headers)


POST: Keys = {"path": "/a", "method": "POST", "body": {}}


@shows_effect_of("http_json: sources.NAME.retries_max", "http_json: lookups.NAME.safe")
@pytest.mark.parametrize(
    ("status", "lookup", "tries"),
    [
        (502, {"path": "/a"}, 2),
        (503, {"path": "/a"}, 2),
        (504, {"path": "/a"}, 2),
        (503, {**POST, "safe": True}, 2),
        (503, POST, 1),  # it may have been carried out
        (500, {"path": "/a"}, 1),
        (429, {"path": "/a"}, 1),
        (401, {"path": "/a"}, 1),
    ],
)
async def test_only_what_is_safe_and_may_pass_is_tried_again(
    opened: Opened, status: int, lookup: Keys, tries: int
) -> None:
    service = Flapping(9, status)
    async with serving(service.handle) as url:
        crm = await opened(base_url=url)
        with pytest.raises(Unavailable):
            await ask(crm, lookup)
        assert service.asked == tries
        once = await opened(base_url=url, retries_max=0)
        with pytest.raises(Unavailable):
            await ask(once, lookup)
        assert service.asked == tries + 1


async def test_the_second_try_answers(opened: Opened) -> None:
    service = Flapping(1, 503)
    async with serving(service.handle) as url:
        assert await ask(await opened(base_url=url), {"path": "/a"}) == [
            {"found": True}
        ]


async def test_a_post_on_a_lost_connection_is_not_sent_twice(opened: Opened) -> None:
    service = Flapping(9, 0)
    async with serving(service.handle) as url:
        with pytest.raises(Unavailable, match="POST"):
            await ask(await opened(base_url=url), POST)
    assert service.asked == 1


@pytest.mark.parametrize("status", [429, 503])
async def test_a_service_that_asks_to_wait_is_not_tried_again(
    opened: Opened, status: int
) -> None:
    service = Flapping(9, status, **{"Retry-After": "7"})
    async with serving(service.handle) as url:
        with pytest.raises(Unavailable) as caught:
            await ask(await opened(base_url=url), {"path": "/a"})
    assert (service.asked, caught.value.retry_after_s) == (1, 7)


async def test_no_try_begins_that_cannot_end_before_the_deadline(
    opened: Opened,
) -> None:
    service = Flapping(9)
    async with serving(service.handle) as url:
        crm = await opened(base_url=url)
        DUE_S.set(asyncio.get_running_loop().time() + 0.05)
        assert time_left_s() < 0.1
        with pytest.raises(Unavailable):
            await ask(crm, {"path": "/a"})
    assert service.asked == 1


# -- pace


@shows_effect_of(
    "http_json: sources.NAME.pace.requests", "http_json: sources.NAME.pace.per_s"
)
def test_no_more_requests_go_out_in_a_time_than_the_service_allows() -> None:
    async def story() -> None:
        clock = LoopClock()
        pace = Pace(HttpPace(requests=4, per_s=1, wait_max_s=60), clock)
        sent: list[float] = []
        for _ in range(13):
            await pace.turn(reading=False)
            sent.append(clock.monotonic_s())
        for first, fifth in zip(sent, sent[4:], strict=False):
            assert fifth - first >= 1
        assert sent[-1] - sent[0] < 3.1

    virtual_time.run(story())


@shows_effect_of("http_json: sources.NAME.pace.wait_max_s")
def test_a_lookup_whose_turn_is_too_late_takes_none() -> None:
    async def story() -> None:
        pace = Pace(HttpPace(requests=1, per_s=10, wait_max_s=5), LoopClock())
        await pace.turn(reading=False)
        for _ in range(3):
            with pytest.raises(Busy, match="pace of 1 requests in 10 s"):
                await pace.turn(reading=False)
        await asyncio.sleep(6)
        await pace.turn(reading=False)  # in time now, and the refused took no turn
        DUE_S.set(asyncio.get_running_loop().time() + 3)
        await asyncio.sleep(6)
        with pytest.raises(Busy):
            await pace.turn(reading=False)

    virtual_time.run(story())


def test_a_reading_leaves_half_to_the_lookups() -> None:
    async def story() -> None:
        clock = LoopClock()
        pace = Pace(HttpPace(requests=4, per_s=1), clock)
        began_s = clock.monotonic_s()
        for _ in range(2):
            await pace.turn(reading=True)
        reading = spawn(pace.turn(reading=True), name="reading")
        await asyncio.sleep(0)
        for _ in range(2):
            await pace.turn(reading=False)
        assert clock.monotonic_s() == began_s  # no lookup waited
        assert not reading.done()
        await reading
        assert clock.monotonic_s() - began_s >= 1

    virtual_time.run(story())


# -- bodies for contacts


class People:
    """Seven people, two a page, asked by a body."""

    def __init__(self) -> None:
        self.bodies: list[Any] = []
        self.keys: list[str | None] = []

    async def handle(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.bodies.append(body)
        self.keys.append(request.headers.get("X-Key"))
        start = int(body["variables"].get("after") or 0)
        people = [
            {"id": n, "name": f"n{n}", "phone": f"+4420794609{n:02}"}
            for n in range(7)[start : start + 2]
        ]
        more = {"hasNextPage": start + 2 < 7, "endCursor": str(start + 2)}
        return web.json_response({"data": {"people": people, "pageInfo": more}})


GRAPHQL: Keys = {
    "path": "/graphql",
    "method": "POST",
    "headers": {"X-Key": "{secret.key}"},
    "body": {"query": "{{ people }}", "variables": {"size": 2, "after": None}},
    "select": "data.people",
    "fields": {"key": "id", "name": "name", "phone": "phone"},
}


@pytest.mark.parametrize("reading", ["orders", "items"])
@shows_effect_of(
    "http_json: sources.NAME.orders.method",
    "http_json: sources.NAME.orders.headers",
    "http_json: sources.NAME.orders.body",
    "http_json: sources.NAME.items.method",
    "http_json: sources.NAME.items.headers",
    "http_json: sources.NAME.items.body",
)
async def test_orders_and_items_are_asked_by_a_body(
    opened: Opened, reading: str
) -> None:
    names = {"customer": "id", "order": "id", "date": "name", "item": "name"}
    fields = {"orders": names, "items": {"key": "id", "name": "name"}}[reading]
    service = People()
    async with serving(service.handle) as url:
        listing = {**GRAPHQL, "fields": fields}
        crm = await opened(base_url=url, secrets={"key": "k-1"}, **{reading: listing})
        counted = FeedReading()
        found = crm.orders(None, counted) if reading == "orders" else crm.items(counted)
        assert found is not None
        assert [len(batch.rows) async for batch in found] == [2]
    assert service.bodies == [
        {"query": "{ people }", "variables": GRAPHQL["body"]["variables"]}
    ]
    assert service.keys == ["k-1"]


@shows_effect_of(
    "http_json: sources.NAME.contacts.method",
    "http_json: sources.NAME.contacts.headers",
    "http_json: sources.NAME.contacts.body",
)
@pytest.mark.parametrize(
    "paging",
    [
        {
            "next": "data.pageInfo | (hasNextPage && endCursor)",
            "next_param": "body.variables.after",
        },
        {"page_param": "body.variables.after", "page_start": 0, "page_step": 2},
    ],
)
async def test_contacts_are_asked_by_a_body(opened: Opened, paging: Keys) -> None:
    service = People()
    async with serving(service.handle) as url:
        crm = await opened(
            base_url=url, secrets={"key": "k-1"}, contacts={**GRAPHQL, **paging}
        )
        found = crm.contacts()
        assert found is not None
        assert [each.key async for each in found] == [str(n) for n in range(7)]
    assert {body["query"] for body in service.bodies} == {"{ people }"}
    assert {body["variables"]["size"] for body in service.bodies} == {2}
    assert set(service.keys) == {"k-1"}


async def test_a_page_may_stand_inside_of_a_path(opened: Opened) -> None:
    asked: list[str] = []

    async def handle(request: web.Request) -> web.Response:
        asked.append(request.query["query"])
        start = int(asked[-1].split()[-1]) - 1
        people = [{"Id": n, "Name": "n", "Phone": "1234567"} for n in range(5)]
        return web.json_response(people[start : start + 2])

    contacts = {
        "path": "/query?query=select * from Customer startposition {page}",
        "fields": {"key": "Id", "name": "Name", "phone": "Phone"},
        "page_step": 2,
    }
    async with serving(handle) as url:
        crm = await opened(base_url=url, contacts=contacts)
        found = crm.contacts()
        assert found is not None
        assert len([each async for each in found]) == 5
    assert [text.split()[-1] for text in asked] == ["1", "3", "5", "7"]


@pytest.mark.parametrize(
    ("contacts", "said"),
    [
        ({**GRAPHQL, "method": "GET"}, "a GET has no body"),
        ({**GRAPHQL, "page_param": "body.vars.after"}, "no place in the body"),
        ({**GRAPHQL, "body": None, "page_param": "body.after"}, "needs a body"),
        ({**GRAPHQL, "next": "a", "next_param": "body.query.x"}, "inside of a value"),
    ],
)
def test_a_place_that_is_not_there_is_a_problem(contacts: Keys, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        HttpSource.model_validate({"base_url": "http://h", "contacts": contacts})


def test_a_value_is_put_in_its_place_and_nothing_else_changes() -> None:
    body: Keys = {"params": [["a"], 0, {"x": 1}], "other": 1}
    changed = with_value(body, "params.1", 50)
    assert changed == {"params": [["a"], 50, {"x": 1}], "other": 1}
    assert with_value(body, "params.2.y", "z") == {
        "params": [["a"], 0, {"x": 1, "y": "z"}],
        "other": 1,
    }
    assert body == {"params": [["a"], 0, {"x": 1}], "other": 1}
    for place in ("params.7", "params.x", "none.x", "other.x"):
        with pytest.raises(LookupError):
            with_value(body, place, 1)


# -- what services answer


ADA = {"name": "Jörg Müller", "open": 12.50}


def answering(body: bytes, **headers: str) -> Handler:
    async def handle(_: web.Request) -> web.Response:
        return web.Response(body=body, headers=headers)

    return handle


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (json.dumps(ADA).encode(), {}),
        (b"\xef\xbb\xbf" + json.dumps(ADA).encode(), {}),
        (gzip.compress(json.dumps(ADA).encode(), mtime=0), {}),
        (
            gzip.compress(json.dumps(ADA).encode(), mtime=0),
            {"Content-Encoding": "gzip", "Content-Type": "application/json"},
        ),
        (json.dumps(ADA).encode("utf-16"), {}),
        (json.dumps(ADA, ensure_ascii=False).encode("latin-1"), {}),
        (
            json.dumps(ADA, ensure_ascii=False).encode("iso8859-15"),
            {"Content-Type": "application/json; charset=iso-8859-15"},
        ),
        (
            json.dumps(ADA, ensure_ascii=False).encode(),
            {"Content-Type": "application/json; charset=no-such-charset"},
        ),
    ],
)
async def test_an_answer_is_read_however_it_is_packed_and_encoded(
    opened: Opened, body: bytes, headers: dict[str, str]
) -> None:
    async with serving(answering(body, **headers)) as url:
        crm = await opened(base_url=url)
        assert await ask(crm, {"path": "/"}) == [
            {"name": "Jörg Müller", "open": "12.5"}
        ]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<!DOCTYPE html><title>Sign in</title>", "a log-in page, no JSON"),
        (b"\n<html><body>Welcome to nginx!</body></html>", "this is not the service's"),
        (b"<?xml version='1.0'?><a/>", "XML, no JSON"),
        (b"\x1f\x8b\x08 cut off", "no JSON"),
        (gzip.compress(b" " * 400_000, mtime=0), "no JSON"),
        (b"PK\x03\x04", "no JSON"),
        (b"{\xff", "no JSON"),
    ],
)
async def test_what_is_not_json_is_named(
    opened: Opened, body: bytes, said: str
) -> None:
    async with serving(answering(body)) as url:
        crm = await opened(base_url=url, response_bytes_max=100_000)
        with pytest.raises(Unavailable) as caught:
            await ask(crm, {"path": "/"})
    assert said in str(caught.value)
    assert len(str(caught.value)) < 400


@given(st.binary(max_size=200), st.sampled_from([None, "latin-1", "utf-8", "x"]))
def test_no_answer_breaks_the_reader(body: bytes, charset: str | None) -> None:
    with contextlib.suppress(ValueError):
        parsed(body, charset)


# -- functions of expressions

ANSWER = parsed(
    b"""{"parts": ["+1", "(626)", null, "", "847-1294"], "cents": 1250, "neg": -5,
    "money": [{"a": 0.10}, {"a": 0.20}, {"a": null}, {"a": "1000000000000.03"}],
    "odd": [1, "x"], "ms": 1763596800123, "s": 1763596800, "text_ms": "1763596800000",
    "none": null, "no": false}"""
)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("words(parts)", "+1 (626) 847-1294"),
        ("words([none, none])", None),
        ("words(none)", None),
        ("numbers(parts[3:])", "847-1294"),
        ("numbers(['1', '2'])", "1 ; 2"),
        ("total(money[].a)", "1000000000000.33"),
        ("total(odd)", None),
        ("total(none)", None),
        ("minor_units(cents, 'eur')", "12.50"),
        ("minor_units(cents, 'JPY')", "1250"),
        ("minor_units(cents, 'kwd')", "1.250"),
        ("minor_units(neg, 'usd')", "-0.05"),
        ("minor_units(none, 'usd')", None),
        ("minor_units(cents, none)", "12.50"),
        ("epoch(ms)", "2025-11-20T00:00:00Z"),
        ("epoch(s)", "2025-11-20T00:00:00Z"),
        ("epoch(text_ms)", "2025-11-20T00:00:00Z"),
        ("epoch(none)", None),
        ("epoch(no)", None),
        ("epoch(`0`)", None),
        ("epoch(`99999999999999999`)", None),
    ],
)
def test_functions_put_right_what_services_write(
    expression: str, value: str | None
) -> None:
    found = compiled(expression, key="fields.x").search(ANSWER)
    assert getattr(found, "text", found) == value


def test_a_function_that_does_not_exist_is_a_problem_of_the_configuration() -> None:
    with pytest.raises(ConfigError, match=r"no function word\(\).*mean words\(\)\?"):
        compiled("data[?word(x)].a", key="select")


# -- keys that end


@shows_effect_of("http_json: sources.NAME.auth.expires")
@pytest.mark.parametrize(
    ("expires", "said"),
    [
        ("2026-11-20", "the key under auth has expired"),
        ("2026-11-21", "the key under auth expires today"),
        ("2026-11-22", "the key under auth expires tomorrow"),
        ("2026-12-01", "the key under auth expires in 10 days"),
        ("2026-12-31", None),
    ],
)
async def test_a_key_that_ends_soon_is_said(
    opened: Opened, expires: str, said: str | None
) -> None:
    auth = {"bearer": "k", "expires": expires}
    crm = await opened(base_url="http://h", auth=auth)
    (expiry,) = crm.expiring()
    assert expiry.warning(FakeClock().now_us()) == said


@pytest.mark.parametrize(("days", "count"), [(3, 1), (60, 0)])
async def test_readyz_and_check_config_say_that_a_key_ends(
    tmp_path: Path, days: int, count: int
) -> None:
    clock = SystemClock()
    last = datetime.fromtimestamp(clock.now_us() / 1e6, UTC) + timedelta(days=days)
    crm = {
        "connector": "http_json",
        "base_url": "http://h",
        "auth": {"bearer": "k", "expires": last.date().isoformat()},
    }
    found = loaded(tmp_path, sources={"crm": crm})
    problems = [x for x in check(found) if "the key under auth expires" in x.sentence]
    assert [(x.key, x.stops) for x in problems] == [("sources.crm", False)] * count
    sources = make_sources(found.config, tmp_path, Registry().find, clock)
    said = [x for x in problems_of(sources) if "the key under auth" in x.message]
    assert [(x.part, x.fatal) for x in said] == [("source crm", False)] * count
