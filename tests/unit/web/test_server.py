from __future__ import annotations

import asyncio
import logging
import socket
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from key_effects import shows_effect_of
from web_doubles import services

from screenpop.config.model import Limits, Server
from screenpop.domain.errors import ConfigError
from screenpop.intake.request import Request, Response
from screenpop.web.server import WebServer


async def test_a_port_that_is_taken_is_said_with_a_remedy(
    house: Any, tmp_path: Path
) -> None:
    server = Server(port=house.server.port)
    with pytest.raises(ConfigError, match=r"cannot listen on 127\.0\.0\.1.*free"):
        await WebServer(services(tmp_path / "other", server=server)).start()


@pytest.mark.parametrize("host", ["nowhere.invalid", "192.0.2.1"])
async def test_a_host_that_is_not_this_machine_is_said_with_a_remedy(
    tmp_path: Path, host: str
) -> None:
    server = Server(host=host, port=18999)
    with pytest.raises(ConfigError, match=r"Set server\.host to an address of this"):
        await WebServer(services(tmp_path / "other", server=server)).start()


async def test_a_request_under_way_is_finished_before_the_end(open_house: Any) -> None:
    begun, may_end = asyncio.Event(), asyncio.Event()

    class Slow:
        async def take(self, line: str, request: Request) -> Response:
            begun.set()
            await may_end.wait()
            return Response(status=202)

    house = await open_house(intake=Slow())
    answer = asyncio.gather(house.ask("POST", "/v1/telephony/main"))
    await begun.wait()
    stopping = asyncio.gather(house.server.stop())
    await asyncio.sleep(0)
    may_end.set()
    assert (await answer)[0].status == 202
    await stopping
    await house.server.stop()  # twice does no harm


async def test_more_connections_than_the_limit_are_turned_away(
    open_house: Any, caplog: pytest.LogCaptureFixture
) -> None:
    house = await open_house(limits=Limits(connections_max=1))
    _, first = await asyncio.open_connection("127.0.0.1", house.server.port)
    reader, second = await asyncio.open_connection("127.0.0.1", house.server.port)
    with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
        await reader.readexactly(1)
    for writer in (first, second):
        writer.close()
    await first.wait_closed()
    assert "limits.connections_max" in caplog.text


async def connected(house: Any, host: str) -> tuple[Any, Any]:
    return await asyncio.open_connection(
        "127.0.0.1", house.server.port, local_addr=(host, 0)
    )


async def lives(reader: Any, writer: Any) -> bool:
    writer.write(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
    try:
        return bool(await reader.readuntil(b"}"))
    except (ConnectionError, asyncio.IncompleteReadError):
        return False


async def test_one_address_cannot_hold_all_connections(
    open_house: Any, caplog: pytest.LogCaptureFixture
) -> None:
    house = await open_house(limits=Limits(connections_max=6))
    mine = [await connected(house, "127.0.0.1") for _ in range(6)]
    assert [await lives(*one) for one in mine] == [True] * 3 + [False] * 3
    other = await connected(house, "127.0.0.2")
    assert await lives(*other)
    assert caplog.text.count("limits.connections_per_address_max") == 1
    mine[0][1].close()
    await mine[0][1].wait_closed()
    while house.server.listener.open > 3:
        await asyncio.sleep(0)
    again = await connected(house, "127.0.0.1")
    assert await lives(*again)
    for _, writer in [*mine, other, again]:
        writer.close()


async def test_a_trusted_proxy_speaks_for_many_and_is_not_limited(
    open_house: Any,
) -> None:
    house = await open_house(
        limits=Limits(connections_max=6, connections_per_address_max=1),
        server=Server(port=0, trusted_proxies=("127.0.0.3/32",)),
    )
    proxy = [await connected(house, "127.0.0.3") for _ in range(3)]
    assert [await lives(*one) for one in proxy] == [True] * 3
    for _, writer in proxy:
        writer.close()


async def test_a_header_is_bounded_as_a_whole_before_anything_is_known(
    house: Any,
) -> None:
    fields = b"".join(b"X-%d: %s\r\n" % (n, b"y" * 4000) for n in range(100))
    answer = await house.raw(b"GET /livez HTTP/1.1\r\n" + fields)
    assert answer.startswith(b"HTTP/1.1 431 ")
    assert b'"code":"header_too_large"' in answer


@shows_effect_of("limits.header_bytes_max")
async def test_the_limit_of_a_header_can_be_raised(open_house: Any) -> None:
    house = await open_house(limits=Limits(header_bytes_max=40_000))
    headers = {f"X-{n}": "y" * 4000 for n in range(8)}
    assert (await house.ask("GET", "/livez", headers=headers)).status == 200
    assert (await house.ask("POST", "/v1/session", headers=headers)).status != 431


async def test_a_client_that_asks_on_and_never_reads_fills_no_memory(
    house: Any,
) -> None:
    """One connection got 46 MB into the write buffer before."""
    loop = asyncio.get_running_loop()
    with socket.create_connection(("127.0.0.1", house.server.port)) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.setblocking(False)
        one = b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"
        sent = 0
        with suppress(TimeoutError):
            while sent < 8_000_000:
                async with asyncio.timeout(1):
                    await loop.sock_sendall(client, one * 500)
                sent += len(one) * 500
        (connection,) = house.server.listener.connections
        assert connection.transport.get_write_buffer_size() < 200_000
        assert sent < 8_000_000


@pytest.mark.parametrize(
    "junk",
    [b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", b"GET\r\n\r\n",
     b"nonsense / HTTP/9.9\r\n\r\n",
     b"GET / HTTP/1.1\r\nbad header\r\n\r\n",
     b"GET /" + b"x" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
     b"GET / HTTP/1.1\r\nX: " + b"y" * 9000 + b"\r\n\r\n",
     b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 200 + b"\r\n",
     b"POST / HTTP/1.1\r\nContent-Length: 1\r\n"
     b"Transfer-Encoding: chunked\r\n\r\n0\r\n"],
)  # fmt: skip
async def test_what_is_not_http_gets_the_one_error_shape(
    house: Any, junk: bytes
) -> None:
    answer = await house.raw(junk)
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith((b"HTTP/1.1 400", b"HTTP/1.0 400"))
    assert body.startswith(b'{"error":{"code":"bad_http"')


async def test_every_answer_has_its_own_request_id(house: Any) -> None:
    ids = {
        (await house.ask("GET", path)).headers["X-Request-Id"]
        for path in ("/livez", "/nothing", "/v1/calls", "/")
    }
    assert len(ids) == 4


async def test_a_defect_is_no_traceback_for_the_client(
    open_house: Any, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken() -> dict[str, object]:
        raise RuntimeError("the secret recipe")

    house = await open_house(stats=broken)
    await house.sign_in("sue")
    answer = await house.ask("GET", "/v1/stats")
    assert (answer.status, answer.json["error"]["code"]) == (500, "internal")
    assert b"recipe" not in answer.body
    assert "the secret recipe" in caplog.text
    assert answer.json["error"]["request_id"] in caplog.text


async def test_the_access_log_names_no_number(
    house: Any, caplog: pytest.LogCaptureFixture
) -> None:
    await house.sign_in("ana")
    with caplog.at_level(logging.INFO, "screenpop.access"):
        await house.ask("GET", "/v1/lookup?number=%2B442079460958")
        await house.ask("GET", "/v1/calls/call-of-442079460958")
    assert "GET /v1/lookup 200" in caplog.text
    assert "/v1/calls/{call_id}" in caplog.text
    assert "2079460958" not in caplog.text


async def test_under_https_browsers_are_told_to_stay_there(open_house: Any) -> None:
    server = Server(port=0, public_url="https://pop.test")
    house = await open_house(server=server)
    answer = await house.ask("GET", "/livez")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


async def test_a_preflight_of_another_site_gets_no_permission(house: Any) -> None:
    headers = {"Origin": "https://evil.test", "Access-Control-Request-Method": "POST"}
    answer = await house.ask("OPTIONS", "/v1/session", headers=headers)
    assert answer.status == 405
    assert not [name for name in answer.headers if "Allow-Origin" in name]
