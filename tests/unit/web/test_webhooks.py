from __future__ import annotations

import asyncio
from typing import Any

import pytest

from screenpop.config.model import Limits, Server
from screenpop.domain.errors import Overloaded, Unavailable
from screenpop.intake.request import Request, Response

RIGHT = {"Authorization": "Bearer secret"}
PATH = "/v1/telephony/main"


async def test_a_request_reaches_the_intake_byte_for_byte(house: Any) -> None:
    path = f"{PATH}?a=%2B1&b=x%20y&a=2"
    body = b'{"type" : "alerting"}\n'
    reader, writer = await asyncio.open_connection("127.0.0.1", house.server.port)
    writer.write(
        f"POST {path} HTTP/1.1\r\nHost: pop.test\r\nAuthorization: Bearer secret\r\n"
        f"X-Twice: 1\r\nX-Twice: 2\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        + body
    )
    head = await reader.readuntil(b"\r\n\r\n")
    writer.close()
    await writer.wait_closed()
    (request,) = house.intake.requests
    assert head.startswith(b"HTTP/1.1 202 Accepted\r\n")
    assert (request.method, request.path, request.body) == ("POST", path, body)
    assert [v for k, v in request.headers if k == "X-Twice"] == ["1", "2"]
    assert request.remote == "127.0.0.1"
    assert request.received_us == house.clock.now_us()


@pytest.mark.parametrize(
    ("target", "path"),
    [
        (f"http://pop.test{PATH}?a=1", f"{PATH}?a=1"),
        (f"HTTPS://pop.test:8443{PATH}", PATH),
        (f"{PATH}/", f"{PATH}/"),
        (f"{PATH}/?a=1", f"{PATH}/?a=1"),
        (f"http://pop.test{PATH}/", f"{PATH}/"),
    ],
)
async def test_a_whole_url_and_a_slash_at_the_end_reach_the_line(
    house: Any, target: str, path: str
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", house.server.port)
    writer.write(
        f"POST {target} HTTP/1.1\r\nHost: pop.test\r\nAuthorization: Bearer secret\r\n"
        "Content-Length: 2\r\n\r\n{}".encode()
    )
    head = await reader.readuntil(b"\r\n\r\n")
    writer.close()
    await writer.wait_closed()
    assert head.startswith(b"HTTP/1.1 202 Accepted\r\n")
    assert house.intake.requests[0].path == path


@pytest.mark.parametrize(
    "target", ["/livez", "http://pop.test/livez", "http://pop.test/v1/openapi.json"]
)
async def test_other_paths_are_found_in_these_forms_too(
    house: Any, target: str
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", house.server.port)
    writer.write(f"GET {target} HTTP/1.1\r\nHost: pop.test\r\n\r\n".encode())
    head = await reader.readuntil(b"\r\n\r\n")
    writer.close()
    await writer.wait_closed()
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")


@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
async def test_providers_may_shake_hands_without_a_body(
    house: Any, method: str
) -> None:
    answer = await house.ask(method, f"{PATH}?challenge=1", headers=RIGHT)
    assert answer.status == 202
    assert house.intake.requests[0].method == method


async def test_the_intakes_answer_is_sent_whole(open_house: Any) -> None:
    class Answering:
        async def take(self, line: str, request: Request) -> Response:
            headers = {"Content-Type": "text/xml", "WebHook-Allowed-Origin": "x"}
            return Response(status=200, headers=headers, body=b"<Response/>")

    house = await open_house(intake=Answering())
    for version in ("1.1", "1.0"):
        answer = await house.raw(
            f"POST {PATH} HTTP/{version}\r\nHost: x\r\nConnection: close\r\n"
            "Content-Length: 0\r\n\r\n".encode()
        )
        head, _, body = answer.partition(b"\r\n\r\n")
        assert body == b"<Response/>"
        assert b"200 OK" in head
        assert b"WebHook-Allowed-Origin: x" in head
        assert b"Content-Length: 11" in head
    kept = await house.ask("POST", PATH)
    assert (kept.body, kept.headers["Content-Type"]) == (b"<Response/>", "text/xml")
    assert kept.headers["Server"] == "Screenpop"


async def test_a_header_that_would_split_the_answer_is_not_sent(
    open_house: Any,
) -> None:
    class Answering:
        async def take(self, line: str, request: Request) -> Response:
            return Response(headers={"X-Echo": "a\r\nSet-Cookie: b"})

    house = await open_house(intake=Answering())
    answer = await house.ask("POST", PATH)
    assert answer.status == 500
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    ("error", "status"),
    [(Overloaded("full", retry_after_s=2), 503), (Unavailable("away"), 503),
     (RuntimeError("a defect"), 500)],
)  # fmt: skip
async def test_what_is_not_durable_is_never_acknowledged(
    open_house: Any, error: Exception, status: int
) -> None:
    class Answering:
        async def take(self, line: str, request: Request) -> Response:
            raise error

    house = await open_house(intake=Answering())
    answer = await house.ask("POST", PATH)
    assert answer.status == status
    assert "defect" not in answer.json["error"]["message"]
    assert answer.headers["X-Request-Id"] == answer.json["error"]["request_id"]


async def test_wrong_credentials_and_unknown_lines_are_told(house: Any) -> None:
    assert (await house.ask("POST", PATH)).status == 401
    unknown = await house.ask("POST", "/v1/telephony/other", headers=RIGHT)
    assert (unknown.status, unknown.json["error"]["code"]) == (404, "unknown_line")
    method = await house.ask("PUT", PATH, headers=RIGHT)
    assert (method.status, method.headers["Allow"]) == (405, "GET, OPTIONS, POST")
    assert (await house.ask("HEAD", PATH, headers=RIGHT)).status == 405


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_body_beyond_the_limit_is_refused(
    open_house: Any, chunked: bool
) -> None:
    house = await open_house(limits=Limits(body_bytes_max=1000))

    async def parts() -> Any:
        for _ in range(11):
            yield b"x" * 100

    body = parts() if chunked else b"x" * 1100
    answer = await house.ask("POST", PATH, data=body, headers=RIGHT)
    assert (answer.status, answer.json["error"]["code"]) == (413, "too_large")
    exactly = await house.ask("POST", PATH, data=b"x" * 1000, headers=RIGHT)
    assert exactly.status == 202


async def test_a_huge_announced_body_is_refused_before_it_is_sent(house: Any) -> None:
    answer = await house.raw(
        b"POST /v1/telephony/main HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n"
        b"Expect: 100-continue\r\n\r\n"
    )
    assert answer.startswith(b"HTTP/1.1 413")


async def test_a_sender_may_ask_before_sending(house: Any) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", house.server.port)
    writer.write(
        b"POST /v1/telephony/main HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n"
        b"Authorization: Bearer secret\r\nExpect: 100-continue\r\n\r\n"
    )
    assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
    writer.write(b"{}")
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 202")
    writer.close()
    await writer.wait_closed()
    assert house.intake.requests[0].body == b"{}"


async def test_a_body_that_trickles_in_is_given_up(open_house: Any) -> None:
    house = await open_house(server=Server(port=0, body_read_s=0.01))
    answer = await house.raw(
        b"POST /v1/telephony/main HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nx"
    )
    assert answer.startswith(b"HTTP/1.1 408")
    assert b'"too_slow"' in answer


async def test_a_header_that_trickles_in_is_given_up(open_house: Any) -> None:
    house = await open_house(server=Server(port=0, keepalive_s=0.01))
    assert await house.raw(b"POST /v1/telephony/main HTTP/1.1\r\nHost:") == b""


async def test_a_compressed_body_is_refused(house: Any) -> None:
    headers = RIGHT | {"Content-Encoding": "gzip"}
    answer = await house.ask("POST", PATH, data=b"x", headers=headers)
    assert answer.status == 415


async def test_a_sender_that_goes_away_leaves_nothing_behind(house: Any) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", house.server.port)
    writer.write(
        b"POST /v1/telephony/main HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n"
    )
    await writer.drain()
    writer.transport.abort()
    sentinel = await house.ask("POST", PATH, headers=RIGHT)
    assert sentinel.status == 202
    assert len(house.intake.requests) == 1


async def test_behind_a_proxy_the_senders_address_is_known(open_house: Any) -> None:
    server = Server(port=0, trusted_proxies=("127.0.0.0/8",))
    house = await open_house(server=server)
    headers = RIGHT | {"X-Forwarded-For": "203.0.113.9, 198.51.100.7"}
    await house.ask("POST", PATH, headers=headers)
    assert house.intake.requests[0].remote == "198.51.100.7"


async def test_requests_in_a_row_on_one_connection_are_answered_in_order(
    house: Any,
) -> None:
    one = (
        b"POST /v1/telephony/main HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer secret"
        b"\r\nContent-Length: 1\r\n\r\n"
    )
    last = one.replace(b"Host: x", b"Host: x\r\nConnection: close")
    answer = await house.raw(one + b"1" + one + b"2" + last + b"3")
    assert answer.count(b"HTTP/1.1 202 Accepted") == 3
    assert [request.body for request in house.intake.requests] == [b"1", b"2", b"3"]
