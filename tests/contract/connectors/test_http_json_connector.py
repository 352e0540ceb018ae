"""What does `http_json` send, and what does it do with odd answers?"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from screenpop.connector import (
    ConfigError,
    ConnectorContext,
    Row,
    Scalar,
    TimedOut,
    Unavailable,
)
from screenpop_connectors.http_json import HttpJsonConnector
from screenpop_connectors.http_json.options import HttpLookup, HttpSource

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Serve = Callable[[Handler], Awaitable[str]]
Open = Callable[..., Awaitable[HttpJsonConnector]]


def made(**keys: object) -> HttpJsonConnector:
    options = HttpSource.model_validate(keys)
    return HttpJsonConnector(options, ConnectorContext(source="crm", folder=Path()))


@pytest.fixture
async def opened() -> AsyncIterator[Open]:
    connectors: list[HttpJsonConnector] = []

    async def start(**keys: object) -> HttpJsonConnector:
        connectors.append(made(**keys))
        await connectors[-1].open()
        return connectors[-1]

    yield start
    for connector in connectors:
        await connector.close()


async def ask(
    crm: HttpJsonConnector, keys: dict[str, Any], **params: Scalar
) -> list[Row]:
    options = HttpLookup.model_validate(keys)
    return list(await crm.lookup("asked", options).fetch(params))


def answering(
    body: str | bytes, status: int = 200, kind: str = "application/json", **more: str
) -> Handler:
    async def handle(_: web.Request) -> web.Response:
        data = body.encode() if isinstance(body, str) else body
        return web.Response(body=data, status=status, content_type=kind, headers=more)

    return handle


async def refused(opened: Open, url: str, **keys: object) -> str:
    crm = await opened(base_url=url, **keys)
    with pytest.raises(Unavailable) as caught:
        await ask(crm, {"path": "/a?n={number}"}, number="+442079460958")
    return str(caught.value)


@pytest.mark.parametrize(
    ("body", "status", "kind", "said"),
    [
        (
            "<h1>Sorry</h1>\n" + "x" * 999,
            500,
            "text/html",
            "answered 500 (text/html): ",
        ),
        ("<html>log in</html>", 200, "text/html", "200 (text/html)"),
        ("{]", 200, "application/json", "answered 200 (application/json), no JSON: {]"),
        ('{"a": 1}', 401, "application/json", "Check the credentials under auth."),
        ('{"a": 1}', 403, "application/json", "the rights of their user."),
        ('{"a": 1}', 429, "application/json", "lower concurrency"),
        (b"\xff\xfe\xfd garbage \x00", 200, "image/png", "200 (image/png)"),
    ],
)
async def test_what_is_no_json_answer_is_told_in_a_sentence(
    serve: Serve, opened: Open, body: str | bytes, status: int, kind: str, said: str
) -> None:
    text = await refused(opened, await serve(answering(body, status, kind)))
    assert said in text
    assert len(text) < 300
    assert "\n" not in text


async def test_neither_the_secret_nor_the_number_is_in_an_error(
    serve: Serve, opened: Open
) -> None:
    async def echo(request: web.Request) -> web.Response:
        told = f"{request.headers['Authorization']} {request.query['n']}"
        return web.Response(text=told, status=500)

    url = await serve(echo)
    text = await refused(opened, url, auth={"bearer": "t0psecret"})
    assert "Bearer *** :number" in text
    basic = {"username": "reader", "password": "t0psecret"}
    text = await refused(opened, url, auth=basic)
    assert "Basic *** :number" in text
    assert "?n=" not in text


async def test_credentials_and_headers_are_sent(serve: Serve, opened: Open) -> None:
    async def show(request: web.Request) -> web.Response:
        return web.json_response(
            {n: request.headers.get(n) for n in ("X-Key", "X-Who")}
        )

    crm = await opened(
        base_url=await serve(show), auth={"header": "X-Key", "value": "k"}
    )
    rows = await ask(crm, {"headers": {"X-Who": "{number}"}}, number="+44")
    assert rows == [{"X-Key": "k", "X-Who": "+44"}]
    assert await ask(crm, {"headers": {"X-Who": "{number}"}}, number="a\nb") == []


async def test_a_body_is_sent_with_the_values_types(serve: Serve, opened: Open) -> None:
    async def show(request: web.Request) -> web.Response:
        return web.json_response({"sent": await request.text(), "as": request.method})

    crm = await opened(base_url=await serve(show))
    keys = {"method": "POST", "body": {"id": "{customer.id}", "all": ["{number}"]}}
    params: dict[str, Scalar] = {"customer.id": 7, "number": '"'}
    (row,) = await ask(crm, keys, **params)
    assert json.loads(str(row["sent"])) == {"id": 7, "all": ['"']}
    (row,) = await ask(
        crm, {"method": "POST", "form": {"n": "{number}"}}, number="&a=1"
    )
    assert row == {"sent": "n=%26a%3D1", "as": "POST"}


async def test_the_url_arrives_as_it_was_encoded(serve: Serve, opened: Open) -> None:
    async def show(request: web.Request) -> web.Response:
        return web.json_response({"path": request.raw_path})

    crm = await opened(base_url=await serve(show) + "/api/")
    rows = await ask(crm, {"path": "/c/{number}?d={number}"}, number="a/b ü%2e")
    encoded = "a%2Fb%20%C3%BC%252e"
    assert rows == [{"path": f"/api/c/{encoded}?d={encoded}"}]


async def test_a_redirect_on_the_same_host_is_followed_a_few_times(
    serve: Serve, opened: Open
) -> None:
    async def move(request: web.Request) -> web.Response:
        if request.path == "/here":
            return web.json_response({"found": True})
        target = "/here" if request.path == "/a" else "/for/ever"
        raise web.HTTPFound(target)

    crm = await opened(base_url=await serve(move))
    assert await ask(crm, {"path": "/a"}) == [{"found": True}]
    with pytest.raises(Unavailable, match="redirects more than 3 times"):
        await ask(crm, {"path": "/for/ever"})
    with pytest.raises(Unavailable, match="redirects a POST"):
        await ask(crm, {"path": "/a", "method": "POST", "body": {}})


async def test_no_redirect_leaves_the_host(serve: Serve, opened: Open) -> None:
    asked = []

    async def elsewhere(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.json_response({})

    other = await serve(elsewhere)
    for target in (other, "http://169.254.169.254/latest", "file:///etc/passwd", "//x"):
        url = await serve(answering("", 302, Location=target))
        text = await refused(opened, url)
        assert "another host is never followed" in text
    assert not asked


async def test_an_error_inside_an_answer_counts(serve: Serve, opened: Open) -> None:
    url = await serve(answering('{"error": {"message": "no session"}, "result": 1}'))
    crm = await opened(base_url=url, error="error.message")
    with pytest.raises(Unavailable, match="answered: no session"):
        await ask(crm, {"path": "/rpc"})
    assert await ask(crm, {"select": "result", "error": "fault"}) == [{"value": 1}]


async def test_a_status_may_mean_nothing_there(serve: Serve, opened: Open) -> None:
    crm = await opened(base_url=await serve(answering("gone", 410, "text/plain")))
    assert await ask(crm, {"empty_on": [404, 410]}) == []
    with pytest.raises(Unavailable, match="410"):
        await ask(crm, {})


async def test_an_answer_too_large_is_refused_even_when_packed(
    serve: Serve, opened: Open
) -> None:
    async def bomb(_: web.Request) -> web.Response:
        response = web.Response(body=b" " * 5_000_000, content_type="application/json")
        response.enable_compression()
        return response

    text = await refused(opened, await serve(bomb), response_bytes_max=100_000)
    assert "answers more than 100000 bytes" in text


async def test_a_service_that_hangs_is_given_up(serve: Serve, opened: Open) -> None:
    asked = asyncio.Event()

    async def hang(_: web.Request) -> web.Response:
        asked.set()
        await asyncio.Event().wait()
        return web.Response()

    crm = await opened(base_url=await serve(hang), total_timeout_ms=300)
    with pytest.raises(TimedOut, match="total 300 ms"):
        await ask(crm, {})
    assert asked.is_set()


async def test_rows_beyond_the_limit_are_cut_off_and_said(
    serve: Serve, opened: Open, caplog: pytest.LogCaptureFixture
) -> None:
    crm = await opened(base_url=await serve(answering(json.dumps(list(range(500))))))
    assert len(await ask(crm, {})) == 200
    assert "lookup asked found 500 rows" in caplog.text


PEOPLE = [{"id": n, "who": f"n{n}", "phones": f"+4420794609{n:02}"} for n in range(7)]
FIELDS = {"key": "id", "name": "who", "phone": "phones"}


async def contacts(opened: Open, url: str, **keys: object) -> list[str]:
    options = {"path": "/people", "fields": FIELDS, **keys}
    found = (await opened(base_url=url, contacts=options)).contacts()
    assert found is not None
    return [contact.key async for contact in found]


async def test_contacts_follow_the_links_to_next_pages(
    serve: Serve, opened: Open
) -> None:
    async def page(request: web.Request) -> web.Response:
        start = int(request.query.get("$skiptoken", 0))
        answer: dict[str, Any] = {"value": PEOPLE[start : start + 3]}
        if start + 3 < len(PEOPLE):
            answer["@odata.nextLink"] = f"people?$skiptoken={start + 3}"
        return web.json_response(answer)

    url = await serve(page)
    keys = {"select": "value", "next": '"@odata.nextLink"'}
    assert await contacts(opened, url, **keys) == [str(n) for n in range(7)]
    assert len(await contacts(opened, url, **keys, pages_max=2)) == 6
    assert len(await contacts(opened, url, **keys, contacts_max=4)) == 4


async def test_contacts_count_pages_or_offsets(serve: Serve, opened: Open) -> None:
    async def page(request: web.Request) -> web.Response:
        start = int(request.query["offset"])
        return web.json_response(PEOPLE[start : start + 2])

    keys = {"page_param": "offset", "page_start": 0, "page_step": 2}
    assert len(await contacts(opened, await serve(page), **keys)) == 7


async def test_a_service_that_ignores_the_page_is_not_read_for_ever(
    serve: Serve, opened: Open
) -> None:
    url = await serve(answering(json.dumps(PEOPLE)))
    assert len(await contacts(opened, url, page_param="page")) == 7


async def test_a_next_page_on_another_host_is_not_followed(
    serve: Serve, opened: Open
) -> None:
    answer = {"value": PEOPLE, "next": "http://169.254.169.254/"}
    url = await serve(answering(json.dumps(answer)))
    with pytest.raises(Unavailable, match="next page on another host"):
        await contacts(opened, url, select="value", next="next")


@pytest.mark.parametrize(
    "keys",
    [
        {"base_url": "ftp://host"},
        {"base_url": "http://user:pw@host/"},
        {"base_url": "http://{number}.example.net"},
        {"base_url": "http://host/?a=1"},
        {"base_url": "http://host", "auth": {"bearer": "a", "username": "b"}},
        {"base_url": "http://host", "auth": {}},
        {"base_url": "http://host", "contacts": {"path": "/", "fields": {"a": "b"}}},
    ],
)
def test_wrong_keys_of_a_source_are_refused(keys: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        made(**keys)


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"path": "@evil.example.net/"}, "path must start with /"),
        ({"path": ".evil.example.net/"}, "path must start with /"),
        ({"path": ":8080/"}, "path must start with /"),
        ({"path": "/a", "select": "["}, "select: not a JMESPath"),
    ],
)
def test_wrong_keys_of_a_lookup_are_errors_of_the_configuration(
    keys: dict[str, Any], said: str
) -> None:
    crm = made(base_url="http://host.example.net")
    with pytest.raises(ConfigError, match=said):
        crm.lookup("asked", HttpLookup.model_validate(keys))


def test_a_secret_with_a_line_end_is_refused_without_showing_it() -> None:
    with pytest.raises(ConfigError, match="line end") as caught:
        made(base_url="http://host", auth={"bearer": "t0psecret\n"})
    assert "t0psecret" not in str(caught.value)


async def test_https_on_a_port_without_tls_is_named_as_the_cause(
    serve: Serve, opened: Open
) -> None:
    url = await serve(answering("{}"))
    said = await refused(opened, url.replace("http://", "https://"))
    assert "no TLS connection can be made" in said
    assert "Write http:// in base_url" in said


@pytest.mark.parametrize(
    ("scheme", "reply", "remedy"),
    [
        ("https", b"", "Write http:// in base_url"),
        ("https", b"HTTP/1.1 400 Bad Request\r\n\r\n", "Write http:// in base_url"),
        ("http", b"", "Write https:// in base_url"),
        ("http", b"\x15\x03\x03\x00\x02\x02\x50", "Write https:// in base_url"),
    ],
)
async def test_a_port_that_speaks_the_other_of_http_and_https_is_said(
    opened: Open, scheme: str, reply: bytes, remedy: str
) -> None:
    async def other(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        writer.write(reply)
        writer.close()

    server = await asyncio.start_server(other, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        said = await refused(opened, f"{scheme}://127.0.0.1:{port}")
    assert remedy in said


async def test_a_port_where_nothing_listens_is_not_a_matter_of_tls(
    opened: Open,
) -> None:
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    for scheme in ("http", "https"):
        said = await refused(opened, f"{scheme}://127.0.0.1:{port}")
        assert "Is the service running" in said
        assert "TLS" not in said


@pytest.mark.parametrize("port", ["99999", "0", "65536"])
def test_a_port_that_cannot_be_is_refused(port: str) -> None:
    with pytest.raises(ValueError, match="a port from 1 to 65535"):
        made(base_url=f"http://127.0.0.1:{port}")
    made(base_url="http://127.0.0.1:65535/api")
