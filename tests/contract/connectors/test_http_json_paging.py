"""Services as they are: where pages end, when to wait, where they move."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import virtual_time
from aiohttp import web
from key_effects import shows_effect_of
from virtual_time import LoopClock
from yarl import URL

from screenpop.connector import ConnectorContext, OddItems, Unavailable
from screenpop_connectors.http_json import HttpJsonConnector
from screenpop_connectors.http_json.answer import AnswerReading
from screenpop_connectors.http_json.options import HttpLookup, HttpSource
from screenpop_connectors.http_json.same_host import followed

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
PEOPLE = [
    {"id": f"P-{n}", "name": f"Person {n}", "phone": f"020 7946 07{n:02}"}
    for n in range(30)
]
SIZE = 10
FIELDS = {"key": "id", "name": "name", "phone": "phone"}
BY_PAGE = {"page_param": "page"}
JOINED = "join('', ['/people?after=', paging.next.after])"
BY_CURSOR = {"next": "paging.next.after", "next_param": "after"}


@asynccontextmanager
async def connected(handler: Handler, **contacts: Any) -> Any:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    keys = {"path": "/people", "select": "results", "fields": FIELDS, **contacts}
    options = HttpSource.model_validate(
        {"base_url": f"http://{host}:{port}", "contacts": keys}
    )
    clock = LoopClock()
    context = ConnectorContext(source="crm", folder=Path(), clock=clock)
    crm = HttpJsonConnector(options, context)
    await crm.open()
    try:
        yield crm
    finally:
        await crm.close()
        await runner.cleanup()


async def read(handler: Handler, **contacts: Any) -> list[str]:
    async with connected(handler, **contacts) as crm:
        found = crm.contacts()
        assert found is not None
        return [contact.key async for contact in found]


def some(start: int) -> list[dict[str, str]]:
    return PEOPLE[start : start + SIZE]


ALL = [person["id"] for person in PEOPLE]


@pytest.mark.parametrize(
    "end",
    [
        lambda: web.json_response({"detail": "no such page"}, status=404),
        lambda: web.json_response({"error": "page out of range"}, status=400),
        lambda: web.Response(status=410),
        lambda: web.Response(status=416, text="no such range"),
        lambda: web.Response(status=204),
        lambda: web.Response(status=205),
        lambda: web.Response(status=200),
        lambda: web.Response(text=" \n", content_type="application/json"),
        lambda: web.Response(text="null", content_type="application/json"),
        lambda: web.json_response({"results": []}),
        lambda: web.json_response({}),
        lambda: web.json_response({"results": some(20)}),  # the last page once more
    ],
)
async def test_counted_pages_end_where_the_service_has_no_more(
    end: Callable[[], web.StreamResponse],
) -> None:
    async def page(request: web.Request) -> web.StreamResponse:
        rows = some((int(request.query["page"]) - 1) * SIZE)
        return web.json_response({"results": rows}) if rows else end()

    assert await read(page, **BY_PAGE) == ALL


@pytest.mark.parametrize("status", [400, 404, 500])
async def test_a_first_page_that_is_not_there_is_an_error(status: int) -> None:
    async def page(request: web.Request) -> web.StreamResponse:
        return web.json_response({}, status=status)

    with pytest.raises(Unavailable, match=str(status)):
        await read(page, **BY_PAGE, retries_max=0)


def cursors(last: Mapping[str, object]) -> Handler:
    async def page(request: web.Request) -> web.StreamResponse:
        start = int(request.query.get("after", "0"))
        answer: dict[str, object] = {"results": some(start)}
        more = start + SIZE < len(PEOPLE)
        after = str(start + SIZE)
        answer |= {"paging": {"next": {"after": after}}} if more else last
        return web.json_response(answer)

    return page


@pytest.mark.parametrize(
    "last",
    [
        {},
        {"paging": None},
        {"paging": {}},
        {"paging": {"next": {"after": None}}},
        {"paging": {"next": {"after": ""}}},
        {"paging": {"next": {"after": False}}},
    ],
)
@pytest.mark.parametrize(
    "keys",
    [
        BY_CURSOR,
        {"next": f"paging.next.after && {JOINED}"},
    ],
)
async def test_cursors_end_where_there_is_none(
    last: Mapping[str, object], keys: Mapping[str, str]
) -> None:
    assert await read(cursors(last), **keys) == ALL


@pytest.mark.parametrize("last", [{}, {"paging": None}, {"paging": {"next": {}}}])
async def test_an_expression_that_finds_nothing_to_join_ends_the_reading(
    last: Mapping[str, object],
) -> None:
    assert await read(cursors(last), next=JOINED) == ALL


@shows_effect_of("http_json: sources.NAME.contacts.next_param")
async def test_a_number_may_be_a_cursor() -> None:
    async def page(request: web.Request) -> web.StreamResponse:
        start = int(request.query.get("after", "0"))
        more = start + SIZE < len(PEOPLE)
        following = start + SIZE if more else None
        return web.json_response({"results": some(start), "next": following})

    assert await read(page, next="next", next_param="after") == ALL


async def test_a_cursor_without_the_parameter_that_takes_it_is_said() -> None:
    with pytest.raises(Unavailable, match=r"contacts\.next_param"):
        await read(cursors({}), next="paging.next.after")


@pytest.mark.parametrize("next_", ["to_number(results)", "length(total)"])
async def test_an_expression_that_does_not_fit_is_said(next_: str) -> None:
    async def page(request: web.Request) -> web.StreamResponse:
        return web.json_response({"results": some(0), "total": 3})

    if next_ == "to_number(results)":  # null: there is no next page
        assert len(await read(page, next=next_)) == SIZE
        return
    with pytest.raises(Unavailable, match=r"contacts\.next does not fit"):
        await read(page, next=next_)


@pytest.mark.parametrize(
    "form", ["{base}/people?after={after}", "/people?after={after}", "?after={after}"]
)
async def test_a_link_header_names_the_next_page(form: str) -> None:
    async def page(request: web.Request) -> web.StreamResponse:
        start = int(request.query.get("after", "0"))
        base = f"http://{request.host}"
        link = form.format(base=base, after=start + SIZE)
        headers = {"Link": f'<{base}/people>; rel="first", <{link}>; rel="next"'}
        more = start + SIZE < len(PEOPLE)
        return web.json_response(
            {"results": some(start)}, headers=headers if more else {}
        )

    assert await read(page) == ALL


async def test_links_that_go_round_in_a_circle_end_the_reading() -> None:
    async def page(request: web.Request) -> web.StreamResponse:
        at = int(request.query.get("p", "0"))
        rows = some(at * SIZE)
        return web.json_response({"results": rows, "next": f"?p={(at + 1) % 3}"})

    assert set(await read(page, next="next")) == set(ALL)


@pytest.mark.parametrize(
    ("answer", "select"),
    [
        ({"d": some(0)}, "data"),
        ({"d": {"results": some(0)}}, "data.results"),
        ({"d": some(0)}, "data[?id]"),
        (some(0), "data"),
    ],
)
async def test_a_list_that_is_not_where_select_looks_is_an_error(
    answer: object, select: str
) -> None:
    async def page(request: web.Request) -> web.StreamResponse:
        return web.json_response(answer)

    with pytest.raises(Unavailable, match=r"contacts\.select \(data.*Correct contacts"):
        await read(page, select=select)


@pytest.mark.parametrize(
    "answer",
    [{}, [], None, {"results": []}, {"results": None}, {"results": None, "total": 0}],
)
async def test_a_service_without_customers_is_no_error(answer: object) -> None:
    async def page(request: web.Request) -> web.StreamResponse:
        return web.json_response(answer)

    assert await read(page) == []


@pytest.mark.parametrize(
    ("paging", "said"),
    [
        ({"page_param": "seite"}, "is the same as the page before"),
        ({"next": "cursor", "next_param": "nach"}, "is the same as the page before"),
        ({"next": "self"}, "names itself"),
    ],
)
async def test_a_service_that_gives_its_first_page_again_is_said(
    paging: dict[str, str], said: str
) -> None:
    async def page(request: web.Request) -> web.StreamResponse:
        again = {"results": some(0), "cursor": "c1", "self": "/people"}
        return web.json_response(again)

    async with connected(page, **paging) as crm:
        found = crm.contacts()
        assert [contact.key async for contact in found] == ALL[:SIZE]
        (sentence,) = crm.reading.odd.said()
    assert said in sentence


class Limited:
    """Three pages; says how often it wants to be asked."""

    def __init__(self, after: str, *, status: int = 429, refusals: int = 2):
        self.after = after
        self.status = status
        self.refusals = refusals
        self.asked: list[int] = []

    async def handle(self, request: web.Request) -> web.StreamResponse:
        page = int(request.query["page"])
        self.asked.append(page)
        if page == 2 and self.refusals:
            self.refusals -= 1
            headers = {"Retry-After": self.after} if self.after else {}
            return web.Response(status=self.status, headers=headers)
        return web.json_response({"results": some((page - 1) * SIZE)})


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("after", "waits_s"), [("7", 14), ("0.5", 1), ("0", 0.2), ("", 3)]
)
def test_the_reading_goes_on_at_the_page_when_the_service_asks_to_wait(
    status: int, after: str, waits_s: float
) -> None:
    async def story() -> None:
        crm, clock = Limited(after, status=status), LoopClock()
        assert await read(crm.handle, **BY_PAGE) == ALL
        assert crm.asked == [1, 2, 2, 2, 3, 4]
        assert waits_s <= clock.monotonic_s() < waits_s + 1

    virtual_time.run(story())


def test_a_date_is_read_by_the_clock_of_who_sent_it() -> None:
    async def story() -> None:
        crm, clock = Limited("Sat, 01 Jan 2000 00:00:30 GMT", refusals=1), LoopClock()

        async def old(request: web.Request) -> web.StreamResponse:
            response = await crm.handle(request)
            response.headers["Date"] = "Sat, 01 Jan 2000 00:00:00 GMT"
            return response

        assert await read(old, **BY_PAGE) == ALL
        assert 30 <= clock.monotonic_s() < 31

    virtual_time.run(story())


@shows_effect_of(
    "http_json: sources.NAME.contacts.retries_max",
    "http_json: sources.NAME.contacts.retry_after_max_s",
)
def test_waiting_has_limits() -> None:
    async def story() -> None:
        long = Limited("7200")
        with pytest.raises(Unavailable, match="429") as caught:
            await read(long.handle, **BY_PAGE, retry_after_max_s=60)
        assert caught.value.retry_after_s == 7200
        assert long.asked == [1, 2]
        endless = Limited("1", refusals=99)
        with pytest.raises(Unavailable, match="429"):
            await read(endless.handle, **BY_PAGE, retries_max=3)
        assert endless.asked == [1, 2, 2, 2, 2]

    virtual_time.run(story())


@shows_effect_of("http_json: sources.NAME.contacts.pace_ms")
def test_pages_are_asked_for_at_the_pace_that_is_set() -> None:
    async def story() -> None:
        clock = LoopClock()
        assert await read(cursors({}), **BY_CURSOR, pace_ms=2000) == ALL
        assert 4 <= clock.monotonic_s() < 5

    virtual_time.run(story())


async def test_a_lookup_hands_on_how_long_to_wait() -> None:
    async def busy(request: web.Request) -> web.StreamResponse:
        return web.Response(status=429, headers={"Retry-After": "30"})

    async with connected(busy) as crm:
        lookup = crm.lookup("terms", HttpLookup.model_validate({"path": "/a"}))
        with pytest.raises(Unavailable) as caught:
            await lookup.fetch({})
    assert caught.value.retry_after_s == 30
    assert caught.value.brief == "asked to be asked less"


@pytest.mark.parametrize(
    "answer",
    [
        lambda: web.Response(status=204),
        lambda: web.Response(status=205),
        lambda: web.Response(status=200),
        lambda: web.Response(status=200, text="", content_type="text/html"),
        lambda: web.Response(text="\ufeff \n", content_type="application/json"),
        lambda: web.Response(text="null", content_type="application/json"),
        lambda: web.json_response([]),
        lambda: web.json_response({}),
        lambda: web.Response(status=404),
    ],
)
async def test_no_content_is_an_empty_answer(
    answer: Callable[[], web.StreamResponse],
) -> None:
    async def nothing(request: web.Request) -> web.StreamResponse:
        return answer()

    async with connected(nothing) as crm:
        lookup = crm.lookup("terms", HttpLookup.model_validate({"path": "/a"}))
        assert list(await lookup.fetch({})) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("http://crm/a", "http://crm/b", "http://crm/b"),
        ("http://crm/a", "http://CRM:80/b", "http://crm/b"),
        ("http://crm/a", "http://crm./b", "http://crm./b"),
        ("http://crm/a", "https://crm/b", "https://crm/b"),
        ("http://crm:8080/a", "https://crm/b", "https://crm/b"),
        ("http://crm:8080/a", "https://crm:8443/b", "https://crm:8443/b"),
        ("https://crm/a", "http://crm/b?p=2", "https://crm/b?p=2"),
        ("https://crm:8443/a", "http://crm/b", "https://crm:8443/b"),
        ("https://crm:8443/a", "http://crm:8443/b", "https://crm:8443/b"),
        ("https://crm/a", "https://user:pw@crm/b", "https://crm/b"),
        ("https://crm/a", "https://crm:443/b", "https://crm/b"),
        ("https://crm/a", "https://other/b", None),
        ("https://crm/a", "https://crm.evil.example/b", None),
        ("https://crm/a", "https://crm:8443/b", None),
        ("http://crm/a", "http://crm:8080/b", None),
        ("http://crm/a", "https://crm:9443/b", None),
        ("https://crm/a", "http://crm:8080/b", None),
        ("https://crm/a", "ftp://crm/b", None),
        ("https://crm/a", "file:///etc/passwd", None),
    ],
)
def test_the_same_host_is_followed_and_never_in_clear(
    old: str, new: str, expected: str | None
) -> None:
    found = followed(URL(old), URL(new))
    assert (None if found is None else str(found)) == expected


async def test_one_odd_row_costs_no_other_customer() -> None:
    people = [
        {"id": 1, "first": "Ada", "last": "Alda", "phone": "1"},
        {"id": 2, "first": "Ben", "last": None, "phone": "2"},
        {"id": 3, "first": "Cleo", "last": ["Cole"], "phone": "3"},
        {"id": 4, "first": "Dora", "last": "Dunn \ud83d", "phone": "4"},
    ]
    reading = AnswerReading(None, {"key": "id", "name": "join(' ', [first, last])"})
    odd = OddItems()
    answer = json.loads(json.dumps(people))
    rows = reading.rows(answer, lambda row, name, why: odd.add(f"row {row}", name, why))
    assert [row["name"] for row in rows] == ["Ada Alda", None, None, "Dora Dunn \ufffd"]
    assert [item.place for item in odd.first] == ["row 3"]


async def test_keys_that_are_numbers_stay_numbers_in_a_body() -> None:
    bodies: list[object] = []

    async def rpc(request: web.Request) -> web.StreamResponse:
        if request.method == "POST":
            bodies.append(await request.json())
            return web.json_response({"open": 1})
        person = {"id": 41, "name": "Ada", "phone": "020 7946 0958"}
        return web.json_response({"results": [person]})

    async with connected(rpc) as crm:
        (ada,) = [contact async for contact in crm.contacts()]
        assert (ada.key, ada.key_as_read) == ("41", 41)
        keys = {"method": "POST", "path": "/rpc", "body": {"id": "{customer.key}"}}
        lookup = crm.lookup("open", HttpLookup.model_validate(keys))
        await lookup.fetch({"customer.key": ada.key_as_read})
        await lookup.fetch({"customer.key": "0041"})
    assert bodies == [{"id": 41}, {"id": "0041"}]


def test_next_param_without_next_is_refused() -> None:
    contacts = {"path": "/", "fields": FIELDS, "next_param": "after"}
    with pytest.raises(ValueError, match="next_param needs next"):
        HttpSource.model_validate({"base_url": "http://crm", "contacts": contacts})


async def test_half_a_surrogate_pair_in_an_answer_costs_only_itself() -> None:
    async def cut(request: web.Request) -> web.StreamResponse:
        text = '{"results": [{"id": "7\\ud83d", "name": "Ada \\ud83d", "phone": "1"}]}'
        return web.Response(text=text, content_type="application/json")

    async with connected(cut) as crm:
        lookup = crm.lookup("who", HttpLookup.model_validate({"select": "results"}))
        (row,) = await lookup.fetch({})
        assert row == {"id": "7\ufffd", "name": "Ada \ufffd", "phone": "1"}
        (ada,) = [contact async for contact in crm.contacts()]
        assert (ada.key, ada.name) == ("7\ufffd", "Ada \ufffd")
