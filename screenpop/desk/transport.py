"""What must a browser's connection be able to do?"""

from __future__ import annotations

from typing import Protocol


class Transport(Protocol):
    """One WebSocket. Writing never waits: the kernel and one bounded buffer take it."""

    def write(self, *frames: bytes) -> None:
        """Text frames, in one piece; does nothing when the browser is gone."""
        ...

    def buffered_bytes(self) -> int:
        """What was written and has not left yet."""
        ...

    async def receive(self) -> str | bytes | None:
        """The next message; None when the connection is over."""
        ...

    def say_goodbye(self, code: int, reason: str) -> None:
        """Close with this code, at once; later calls do nothing."""
        ...
