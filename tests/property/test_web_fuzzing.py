"""No input over HTTP or WebSocket gives a 5xx, a traceback or a lost neighbour."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st
from web_doubles import EchoHub, FakeIntake, services

from screenpop.config.model import Limits, Server
from screenpop.web.routes import ROUTES
from screenpop.web.server import WebServer

TOKENS = st.text("abcdefgh-._~!'*", min_size=1, max_size=12)
METHODS = st.sampled_from(
    ["GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE", "FOO"]
)
KNOWN = sorted({route.path.replace("{", "").replace("}", "") for route in ROUTES})
VISIBLE = "".join(chr(c) for c in range(0x21, 0x7F))
PATHS = st.one_of(
    st.sampled_from(KNOWN),
    st.text(VISIBLE, max_size=60).map(lambda text: f"/{text}"),
    st.builds(lambda a, b: f"{a}?{b}", st.sampled_from(KNOWN), st.text(VISIBLE)),
    st.binary(max_size=20).map(
        lambda raw: "/v1/calls/" + "".join(f"%{byte:02x}" for byte in raw)
    ),
)
NAMES = st.sampled_from(
    ["Authorization", "Cookie", "Origin", "Sec-Fetch-Site", "X-Screenpop-CSRF",
     "Accept", "Accept-Encoding", "Content-Type", "X-Forwarded-For", "Upgrade",
     "Connection", "Sec-WebSocket-Key", "Sec-WebSocket-Version", "Host",
     "Sec-WebSocket-Protocol", "Content-Encoding", "Expect", "X-Anything"],
)  # fmt: skip
VALUES = st.one_of(
    st.binary(max_size=40).map(lambda raw: raw.translate(None, b"\r\n\x00")),
    st.sampled_from(
        [b"Bearer secret", b"Bearer token-of-ana", b"Bearer token-of-sue", b"websocket",
         b"Upgrade", b"13", b"screenpop.v1", b"application/json", b"text/html", b"gzip",
         b"screenpop_session=v1.a.b", b"100-continue", b"dGhlIHNhbXBsZSBub25jZQ=="]
    ),
)  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
BODIES = st.one_of(
    st.binary(max_size=200),
    JSON.map(lambda value: json.dumps(value).encode()),
    st.fixed_dictionaries({"username": JSON, "password": JSON}).map(
        lambda value: json.dumps(value).encode()
    ),
)


@asynccontextmanager
async def running(hub: EchoHub, intake: FakeIntake) -> AsyncIterator[int]:
    with TemporaryDirectory() as folder:
        server = WebServer(
            services(
                Path(folder), hub=hub, intake=intake,
                server=Server(port=0, body_read_s=0.05),
                limits=Limits(body_bytes_max=300, client_frame_bytes_max=200),
            )
        )  # fmt: skip
        await server.start()
        try:
            yield server.port
        finally:
            await server.stop()


async def exchanged(
    port: int,
    data: bytes,
    *,
    has_body: bool = True,
    patience_s: float = 10,
    then: bytes = b"",
) -> bytes:
    """One answer; nothing when the other side closes. `then` is sent after it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(data)
        answer = await asyncio.wait_for(one_answer(reader, has_body), patience_s)
        if then:
            writer.write(then)
            with suppress(TimeoutError):
                await asyncio.wait_for(reader.read(), 0.05)
    except (asyncio.IncompleteReadError, ConnectionError):
        answer = b""
    finally:
        writer.transport.abort()
    return answer


async def briefly(port: int, data: bytes) -> bytes:
    """The same where the other side may well wait for more."""
    try:
        return await exchanged(port, data, patience_s=0.05)
    except TimeoutError:
        return b""


async def one_answer(reader: asyncio.StreamReader, has_body: bool) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    if head.startswith(b"HTTP/1.1 100"):
        return await one_answer(reader, has_body)
    length = re.search(rb"Content-Length: (\d+)", head)
    if not has_body or length is None:
        return head
    return head + await reader.readexactly(int(length[1]))


NEIGHBOUR = (
    b"POST /v1/telephony/main HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer secret\r\n"
    b"Content-Length: 9\r\nConnection: close\r\n\r\nneighbour"
)


def no_defect(answer: bytes) -> None:
    status = answer[9:12]
    assert not answer or status.isdigit(), answer
    # 503: the pages are not built here, and it says so
    assert not status.startswith(b"5") or b"scripts/build-ui" in answer, answer
    assert b"Traceback" not in answer
    assert b'File "' not in answer


@settings(max_examples=200, deadline=None)
@given(
    requests=st.lists(
        st.tuples(
            METHODS | TOKENS, PATHS, st.lists(st.tuples(NAMES, VALUES), max_size=6),
            BODIES,
        ),
        min_size=1, max_size=8,
    )
)  # fmt: skip
def test_no_request_finds_a_defect(requests: list) -> None:  # type: ignore[type-arg]
    async def run() -> None:
        intake = FakeIntake()
        async with running(EchoHub(), intake) as port:
            for method, path, headers, body in requests:
                lines = [f"{method} {path} HTTP/1.1".encode(), b"Host: 127.0.0.1"]
                lines += [name.encode() + b": " + value for name, value in headers]
                lines.append(b"Content-Length: " + str(len(body)).encode())
                data = b"\r\n".join(lines) + b"\r\n\r\n" + body
                is_head = method == "HEAD"
                no_defect(await exchanged(port, data, has_body=not is_head))
            assert (await exchanged(port, NEIGHBOUR)).startswith(b"HTTP/1.1 202")
            assert intake.requests[-1].body == b"neighbour"

    asyncio.run(run())


@settings(max_examples=60, deadline=None)
@given(chunks=st.lists(st.binary(max_size=300), min_size=1, max_size=4))
def test_no_bytes_at_all_find_a_defect(chunks: list[bytes]) -> None:
    async def run() -> None:
        intake = FakeIntake()
        async with running(EchoHub(), intake) as port:
            for chunk in chunks:
                no_defect(await briefly(port, chunk))
            assert b"\r\n\r\n" in await exchanged(port, b"GET /livez HTTP/1.1\r\n\r\n")

    asyncio.run(run())


HANDSHAKE = (
    b"GET /v1/agent HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n"
    b"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    b"Sec-WebSocket-Protocol: screenpop.v1\r\n"
    b"Authorization: Bearer token-of-ana\r\n\r\n"
)


@settings(max_examples=100, deadline=None)
@given(frames=st.lists(st.binary(max_size=120), max_size=8))
def test_no_frames_find_a_defect(frames: list[bytes]) -> None:
    async def run() -> None:
        intake, hub = FakeIntake(), EchoHub()
        async with running(hub, intake) as port:
            answer = await exchanged(port, HANDSHAKE, then=b"".join(frames))
            assert answer.startswith(b"HTTP/1.1 101")
            assert len(hub.served) == 1
            assert (await exchanged(port, NEIGHBOUR)).startswith(b"HTTP/1.1 202")

    asyncio.run(run())
