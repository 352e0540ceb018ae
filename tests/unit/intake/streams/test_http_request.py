"""An answer ends where HTTP says it ends, and never grows without a limit."""

from __future__ import annotations

import asyncio

import pytest

from screenpop.intake.streams import http_request
from screenpop.intake.streams.base import StreamLimits, StreamLost
from screenpop.intake.streams.conversations import Address
from screenpop.intake.streams.http_request import request

LIMITS = StreamLimits(answer_s=5)


async def answered(
    *pieces: bytes, closes: bool = False, limits: StreamLimits = LIMITS
) -> tuple[tuple[int, bytes], bytes]:
    """What is made of these bytes by a server that keeps the connection open."""
    asked, done = bytearray(), asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.extend(await reader.readuntil(b"\r\n\r\n"))
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0)
        if not closes:
            await done.wait()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    address = Address(host="127.0.0.1", port=port)
    try:
        answer = await request(address, "GET", "/ari/channels", "Basic x", limits)
        return answer, bytes(asked)
    finally:
        done.set()
        server.close()


ANSWERS = {
    "by length": (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]",),
    "byte by byte": tuple(
        bytes([b]) for b in b"HTTP/1.1 200 OK\r\ncontent-length:2\r\n\r\n[]"
    ),
    "chunks": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"1\r\n[\r\n1;a=b\r\n]\r\n0\r\nX: y\r\n\r\n",
    ),
    "after an interim answer": (
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]",
    ),
}


@pytest.mark.parametrize("name", ANSWERS)
async def test_an_answer_ends_by_itself_though_the_connection_stays(name: str) -> None:
    answer, asked = await answered(*ANSWERS[name])
    assert answer == (200, b"[]")
    assert asked.startswith(b"GET /ari/channels HTTP/1.1\r\nHost: 127.0.0.1:")
    assert b"\r\nConnection: close\r\n" in asked


async def test_no_content_has_no_body_to_wait_for() -> None:
    answer, _ = await answered(b"HTTP/1.1 204 No Content\r\nServer: Asterisk\r\n\r\n")
    assert answer == (204, b"")


async def test_without_a_length_it_ends_with_the_connection() -> None:
    answer, _ = await answered(b"HTTP/1.0 200 OK\r\n\r\n[]", closes=True)
    assert answer == (200, b"[]")


@pytest.mark.parametrize(
    "data",
    [
        b"SSH-2.0-x\r\n\r\n",
        b"HTTP/1.1 2x0 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n[]",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n[]",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n[x",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffff\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"a" * http_request.HEAD_BYTES_MAX,
        b"HTTP/1.1 100 Continue\r\n\r\n" * 6,
        b"",
    ],
)
async def test_what_is_not_an_answer_is_a_lost_stream(data: bytes) -> None:
    with pytest.raises(StreamLost):
        await answered(data, closes=True)


async def test_silence_is_not_waited_for_for_ever() -> None:
    with pytest.raises(StreamLost, match=r"not answer|no answer in time"):
        await answered(b"HTTP/1.1 200 OK\r\n", limits=StreamLimits(answer_s=0.05))
