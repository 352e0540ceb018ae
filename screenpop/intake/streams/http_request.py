"""How is a small HTTP request made, with what Python has?

For the ARI, whose lists are fetched next to its WebSocket. The end of an answer is
known by its length or its last chunk, never by the end of the connection: a switch
keeps connections open (Asterisk for 15 s), whatever it was asked.
"""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Mapping

from screenpop.intake.streams.base import StreamLimits, StreamLost
from screenpop.intake.streams.conversations import Address, Wire

ANSWER_BYTES_MAX = 33_554_432
HEAD_BYTES_MAX = 65_536  # status line and headers, and the trailers of chunks
CHUNK_LINE_BYTES_MAX = 1024
INTERIM_ANSWERS_MAX = 5  # `100 Continue` and the like, before the real answer
_WITHOUT_BODY = frozenset({204, 304})


def basic(username: str, password: str) -> str:
    return "Basic " + b64encode(f"{username}:{password}".encode()).decode()


async def request(
    address: Address,
    method: str,
    path: str,
    authorization: str,
    limits: StreamLimits,
) -> tuple[int, bytes]:
    """Status and body. Raises `StreamLost`."""
    wire = await Wire.open(address, limits)
    try:
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: {address}\r\n"
            f"Authorization: {authorization}\r\nAccept: application/json\r\n"
            "Connection: close\r\nContent-Length: 0\r\n\r\n"
        )
        await wire.write(head.encode())
        async with asyncio.timeout(limits.answer_s):
            return await _HttpAnswer(wire).read()
    except TimeoutError as error:
        raise StreamLost(f"{address}{path}: no answer in time") from error
    finally:
        await wire.close()


class _HttpAnswer:
    """One HTTP/1.x answer, read to its own end (RFC 9112, section 6.3)."""

    def __init__(self, wire: Wire):
        self._wire = wire
        self._rest = bytearray()

    async def read(self) -> tuple[int, bytes]:
        for _ in range(INTERIM_ANSWERS_MAX):
            status, headers = _head(await self._until(b"\r\n\r\n", HEAD_BYTES_MAX))
            if not 100 <= status < 200:
                return status, await self._body(status, headers)
        raise StreamLost(f"{self._wire.address}: only interim answers came")

    async def _body(self, status: int, headers: Mapping[str, str]) -> bytes:
        if status in _WITHOUT_BODY:
            return b""
        coding = headers.get("transfer-encoding", "").lower()
        if coding == "chunked":
            return await self._chunks()
        if coding:
            raise StreamLost(f"{self._wire.address}: cannot read `{coding}`")
        length = headers.get("content-length")
        if length is None:
            return await self._to_the_end()
        if not (length.isascii() and length.isdigit()):
            raise StreamLost(f"{self._wire.address}: the length of an answer is wrong")
        return await self._exactly(int(length[:12]))

    async def _chunks(self) -> bytes:
        body = bytearray()
        while True:
            line = await self._until(b"\r\n", CHUNK_LINE_BYTES_MAX)
            size = _hex(line.partition(b";")[0].strip())
            if size is None:
                raise StreamLost(f"{self._wire.address}: a chunk has no length")
            if size == 0:
                break
            self._check(len(body) + size)
            body += await self._exactly(size)
            if await self._until(b"\r\n", 2):
                raise StreamLost(f"{self._wire.address}: a chunk does not end")
        while await self._until(b"\r\n", HEAD_BYTES_MAX):
            continue  # trailers
        return bytes(body)

    async def _until(self, mark: bytes, bytes_max: int) -> bytes:
        """What comes before the next `mark`, which is taken too."""
        while (end := self._rest.find(mark)) < 0:
            if len(self._rest) > bytes_max:
                raise StreamLost(f"{self._wire.address}: the answer is not HTTP")
            await self._more()
        found = bytes(self._rest[:end])
        del self._rest[: end + len(mark)]
        return found

    async def _exactly(self, size: int) -> bytes:
        self._check(size)
        while len(self._rest) < size:
            await self._more()
        found = bytes(self._rest[:size])
        del self._rest[:size]
        return found

    async def _to_the_end(self) -> bytes:
        """Without a length the answer ends with the connection, as in HTTP/1.0."""
        while piece := await self._wire.read_to_end():
            self._rest += piece
            self._check(len(self._rest))
        return bytes(self._rest)

    async def _more(self) -> None:
        piece = await self._wire.read_to_end()
        if not piece:
            raise StreamLost(f"{self._wire.address}: an answer breaks off")
        self._rest += piece

    def _check(self, size: int) -> None:
        if size > ANSWER_BYTES_MAX:
            raise StreamLost(
                f"{self._wire.address}: an answer has over {ANSWER_BYTES_MAX} bytes"
            )


def _head(data: bytes) -> tuple[int, dict[str, str]]:
    first, *lines = data.decode("latin-1").split("\r\n")
    version, _, rest = first.partition(" ")
    status = rest[:3]
    if not version.startswith("HTTP/1.") or not (status.isascii() and status.isdigit()):
        raise StreamLost("the answer is not HTTP")
    pairs = (line.partition(":") for line in lines)
    return int(status), {name.lower().strip(): text.strip() for name, _, text in pairs}


def _hex(text: bytes) -> int | None:
    try:
        return int(text, 16) if text and len(text) <= 8 and text.isalnum() else None
    except ValueError:
        return None
