"""With which code does a WebSocket end, and what should the browser do then?

Codes from 4000 are ours (RFC 6455 section 7.4.2); the last two digits follow the
HTTP status that means the same. docs/frames.md lists them.
"""

from __future__ import annotations

from typing import NamedTuple


class CloseFrame(NamedTuple):
    code: int
    reason: str  # at most 123 bytes travel


NORMAL = CloseFrame(1000, "goodbye")
RESTART = CloseFrame(1012, "the service restarts: connect again")
TOO_BIG = CloseFrame(1009, "message too big")
DEFECT = CloseFrame(1011, "defect in the service: connect again")
BAD_FRAMES = CloseFrame(4400, "too many frames that cannot be read")
LOGGED_OUT = CloseFrame(4401, "log in again")
FORBIDDEN = CloseFrame(4403, "not for this role")
SLOW = CloseFrame(4408, "too slow: connect again and resume")
REPLACED = CloseFrame(4409, "too many tabs of one user: a newer one took over")
FLOOD = CloseFrame(4429, "too many frames a second")
