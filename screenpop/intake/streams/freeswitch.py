"""Which messages stand in the bytes of a FreeSWITCH event socket?

The event socket sends blocks of `Name: value` lines, ended by an empty line, with a
body of `Content-Length` bytes. `EslParser` takes bytes cut anywhere; `event_of`
reads an event's body. Neither knows what the events mean.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from screenpop.intake.bodies import read_json
from screenpop.intake.encodings import BY_BYTES

HEAD_BYTES_MAX = 65_536
BODY_BYTES_MAX = 16_777_216
Event = Mapping[str, str]


class EslBroken(Exception):
    """These bytes are no event socket."""


@dataclass(frozen=True, slots=True)
class EslMessage:
    """One block: what it is, and its body."""

    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def kind(self) -> str:
        return self.headers.get("Content-Type", "")

    @property
    def reply(self) -> str:
        return self.headers.get("Reply-Text", "")


class EslParser:
    """Bytes in, messages out."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def feed(self, data: bytes) -> list[EslMessage]:
        """Raises `EslBroken` when a message is beyond its limits."""
        self._rest += data
        return list(self._messages())

    def _messages(self) -> Iterator[EslMessage]:
        start, rest = 0, self._rest
        while (end := rest.find(b"\n\n", start)) >= 0:
            headers = _headers(bytes(rest[start:end]).decode("utf-8", BY_BYTES))
            size = _size(headers.get("Content-Length", "0"))
            after = end + 2 + size
            if after > len(rest):
                break
            start = after
            if headers:
                yield EslMessage(headers, bytes(rest[end + 2 : after]))
        del rest[:start]
        if len(rest) > HEAD_BYTES_MAX and rest.find(b"\n\n") < 0:
            raise EslBroken(f"a message's head has more than {HEAD_BYTES_MAX} bytes.")


def _headers(text: str) -> dict[str, str]:
    pairs = (line.partition(":") for line in text.split("\n"))
    return {name: value.strip() for name, colon, value in pairs if colon}


def _size(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or int(text[:12]) > BODY_BYTES_MAX:
        raise EslBroken(f"`Content-Length: {text[:20]}` cannot be.")
    return int(text)


def event_of(message: EslMessage) -> Event:
    """The headers of a `text/event-json` or `text/event-plain`; else nothing.

    Raises `BadInput` or `ValueError` when the body is not what its type says.
    """
    if message.kind == "text/event-json":
        body = read_json(message.body, "the event")
        if not isinstance(body, dict):
            raise ValueError("the event is not a JSON object")
        return {k: v for k, v in body.items() if isinstance(v, str)}
    if message.kind == "text/event-plain":
        text = message.body.decode("utf-8", BY_BYTES).partition("\n\n")[0]
        return {name: unquote(value) for name, value in _headers(text).items()}
    return {}


def command(text: str) -> bytes:
    """One request. A line end in it cannot smuggle in another."""
    return (text.replace("\r", " ").replace("\n", " ") + "\n\n").encode()
