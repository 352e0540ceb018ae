"""How many bytes of a request's header has this connection sent?

The HTTP parser limits a line and the number of fields, which together allow a
megabyte before anything is known of the sender. This meter follows the framing of
RFC 9112 only so far that it knows which bytes are header: it skips bodies and keeps
at most one header. It decides nothing else; whatever it misreads, the parser refuses.
"""

from __future__ import annotations

import re
from enum import StrEnum

_END = {"head": b"\r\n\r\n", "chunk": b"\r\n", "trailer": b"\r\n"}
_FRAMING = re.compile(
    rb"\r\n(transfer-encoding|content-length|upgrade):(.*?)(?=\r\n)", re.DOTALL
)
_CHUNK_LINE_BYTES_MAX = 1024
_DIGITS_MAX = 18  # more cannot be a length


class HeadTooLarge(Exception):
    """More header bytes than the limit."""


class BehindHandshake(Exception):
    """Bytes behind a WebSocket handshake that is not answered yet (RFC 6455, 4.1)."""


class _HeadPart(StrEnum):
    HEAD = "head"
    CHUNK = "chunk"  # the line with a chunk's size
    TRAILER = "trailer"


class HeadMeter:
    """Fed with every byte of a connection, in order."""

    __slots__ = ("_bytes_max", "_reading", "_skip", "_text", "upgrading")

    def __init__(self, bytes_max: int):
        self._bytes_max = bytes_max
        self._reading = _HeadPart.HEAD
        self._text = bytearray()  # of the header or line that is not whole yet
        self._skip = 0  # bytes of a body still to come
        self.upgrading = False  # a WebSocket handshake is complete

    def feed(self, data: bytes) -> None:
        """Raises `HeadTooLarge`, `BehindHandshake`."""
        place, size = 0, len(data)
        while place < size:
            if self.upgrading:
                raise BehindHandshake
            if self._skip:
                step = min(self._skip, size - place)
                self._skip -= step
                place += step
            else:
                place = self._read(data, place)

    def _read(self, data: bytes, place: int) -> int:
        """Read on to the end of the header or line; returns the place behind it."""
        text, end = self._text, _END[self._reading]
        known, limit = len(text), self._bytes_max
        if self._reading is not _HeadPart.HEAD:
            limit = min(_CHUNK_LINE_BYTES_MAX, limit)
        room = limit - known
        text += data[place : place + room]
        found = text.find(end, max(0, known - len(end) + 1))
        if found < 0:
            if len(data) - place > room:
                raise HeadTooLarge
            return len(data)
        whole = bytes(text[: found + len(end)])
        text.clear()
        self._whole(whole)
        return place + len(whole) - known

    def _whole(self, text: bytes) -> None:
        match self._reading:
            case _HeadPart.HEAD:
                self._head(text.lower())
            case _HeadPart.CHUNK:
                size = _number(text.partition(b";")[0].strip(), base=16)
                self._skip = size + 2 if size else 0  # the chunk and its line end
                self._reading = _HeadPart.CHUNK if size else _HeadPart.TRAILER
            case _HeadPart.TRAILER:
                if text == b"\r\n":
                    self._reading = _HeadPart.HEAD

    def _head(self, head: bytes) -> None:
        framing: dict[bytes, bytes] = {}
        for name, value in _FRAMING.findall(head):
            framing.setdefault(name, value.strip())
        if b"transfer-encoding" in framing:
            self._reading = _HeadPart.CHUNK
        elif b"content-length" in framing:
            self._skip = _number(framing[b"content-length"], base=10)
        self.upgrading = b"websocket" in framing.get(b"upgrade", b"")


def _number(text: bytes, base: int) -> int:
    """0 for what is not a number: the parser refuses it."""
    try:
        return int(text, base) if len(text) <= _DIGITS_MAX else 0
    except ValueError:
        return 0
