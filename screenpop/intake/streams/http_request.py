"""How is a small HTTP request made, with what Python has?

For the ARI, whose lists are fetched beside its WebSocket. HTTP/1.0 on purpose: the
answer ends with the connection and is never chunked.
"""

from __future__ import annotations

import asyncio
from base64 import b64encode

from screenpop.intake.streams.base import StreamLimits, StreamLost
from screenpop.intake.streams.conversation import Address, Wire

ANSWER_BYTES_MAX = 33_554_432


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
            f"{method} {path} HTTP/1.0\r\nHost: {address}\r\n"
            f"Authorization: {authorization}\r\nAccept: application/json\r\n"
            "Content-Length: 0\r\n\r\n"
        )
        await wire.write(head.encode())
        async with asyncio.timeout(limits.answer_s):
            return _answer(await _whole(wire))
    except TimeoutError as error:
        raise StreamLost(f"{address}{path}: no answer in time") from error
    finally:
        await wire.close()


async def _whole(wire: Wire) -> bytes:
    answer = bytearray()
    while len(answer) < ANSWER_BYTES_MAX:
        piece = await wire.read_to_end()
        if not piece:
            return bytes(answer)
        answer += piece
    raise StreamLost(f"{wire.address}: an answer has over {ANSWER_BYTES_MAX} bytes")


def _answer(data: bytes) -> tuple[int, bytes]:
    head, _, body = data.partition(b"\r\n\r\n")
    parts = head.split(b"\r\n", 1)[0].split(b" ")
    if len(parts) < 2 or not parts[1].isdigit():
        raise StreamLost("the answer is no HTTP")
    return int(parts[1]), body
