"""Which messages stand in the bytes of an Asterisk manager connection?

The Asterisk Manager Interface sends messages of `Name: value` lines, ended by an
empty line; the first line of a connection is a banner. `AmiParser` takes bytes cut
anywhere; `action` writes what we send. Neither knows what the messages mean.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping

from screenpop.intake.encodings import BY_BYTES

Message = dict[str, str | list[str]]

MESSAGE_BYTES_MAX = 1_048_576
BANNER = b"Asterisk Call Manager/"
_END = b"\r\n\r\n"


class AmiBroken(Exception):
    """These bytes are no manager connection."""


class AmiParser:
    """Bytes in, messages out; a header that repeats within a message is a list."""

    def __init__(self) -> None:
        self._rest = bytearray()
        self.banner: str | None = None
        self._begun = False

    def feed(self, data: bytes) -> list[Message]:
        """Raises `AmiBroken` when a message is longer than `MESSAGE_BYTES_MAX`."""
        self._rest += data
        if not self._begun and not self._skip_banner():
            return []
        return list(self._messages())

    def _skip_banner(self) -> bool:
        """The banner is one line without an empty one behind it."""
        head = bytes(self._rest[: len(BANNER)])
        if not BANNER.startswith(head) and not head.startswith(BANNER):
            self._begun = True
            return True
        end = self._rest.find(b"\r\n")
        if end < 0:
            if len(self._rest) > MESSAGE_BYTES_MAX:
                raise AmiBroken("the banner does not end.")
            return False
        self.banner = self._rest[:end].decode("utf-8", "replace")
        del self._rest[: end + 2]
        self._begun = True
        return True

    def _messages(self) -> Iterator[Message]:
        start = 0
        rest = self._rest
        while (end := rest.find(_END, start)) >= 0:
            message = _read(bytes(rest[start:end]).decode("utf-8", BY_BYTES))
            start = end + len(_END)
            if message:
                yield message
        del rest[:start]
        if len(rest) > MESSAGE_BYTES_MAX:
            raise AmiBroken(f"a message has more than {MESSAGE_BYTES_MAX} bytes.")


def _read(text: str) -> Message:
    message: Message = {}
    for line in text.split("\r\n"):
        name, colon, value = line.partition(":")
        if not colon:
            continue
        value = value[1:] if value.startswith(" ") else value
        before = message.get(name)
        if before is None:
            message[name] = value
        elif isinstance(before, list):
            before.append(value)
        else:
            message[name] = [before, value]
    return message


def text_of(message: Mapping[str, str | list[str]], name: str) -> str:
    """One header's text; the first of several, empty when there is none."""
    value = message.get(name, "")
    return value if isinstance(value, str) else value[0]


def action(name: str, **headers: str) -> bytes:
    """One request. Line ends in values cannot smuggle in another."""
    lines = [f"Action: {name}", *(f"{k}: {v}" for k, v in headers.items())]
    plain = (line.replace("\r", " ").replace("\n", " ") for line in lines)
    return ("\r\n".join(plain) + "\r\n\r\n").encode()


def challenge_key(challenge: str, secret: str) -> str:
    """What proves the secret without sending it (`AuthType: MD5`)."""
    return hashlib.md5(f"{challenge}{secret}".encode()).hexdigest()  # noqa: S324
