"""What came in at a line, what was made of it, and what is answered?"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from screenpop.domain.call import CallEvent
from screenpop.domain.profile import Profile


def origin_form(target: str) -> str:
    """`POST http://host/path?a=b` asks for `/path?a=b` (RFC 9112, section 3.2.2)."""
    scheme, mark, rest = target.partition("://")
    if not mark or scheme.lower() not in ("http", "https"):
        return target
    at = min((at for at in map(rest.find, "/?#") if at >= 0), default=len(rest))
    path = rest[at:]
    return path if path.startswith("/") else f"/{path}"


class Request(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One HTTP request as it arrived, byte for byte.

    `path` holds the raw query string too: several systems sign it. `remote` is
    the sender's address after trusted proxies; `received_us` the time of receipt.
    """

    method: str
    path: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    remote: str | None = None
    received_us: int

    def header(self, name: str) -> str | None:
        """The first header of that name, compared without case."""
        wanted = name.lower()
        for key, value in self.headers:
            if key.lower() == wanted:
                return value
        return None


class Response(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What goes back to the telephone system."""

    status: int = 200
    headers: Mapping[str, str] = {}
    body: bytes = b""


class Ignored(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A part of a request that became no event, and why, in words.

    `whole` is False for a part of an item that became an event all the same.
    """

    why: str
    item: int = 0
    whole: bool = True


class HowTold(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """How the payload said what an event holds; for people who read a decoding."""

    item: int = 0  # which of the request's items it comes from
    at_digits: int = 6  # of the fraction of its seconds: 0, 3 or 6
    call_id_given: bool = True  # False: no id in the payload, ours is made up
    nothing: tuple[str, ...] = ()  # declared fields without a value, when asked for


class ProfileAnswer(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The sender wants to know who is calling, within a budget.

    `number` is what to look up (None: it cannot be, answer `render(None)`).
    `render` turns what is known after `budget_ms` into the response.
    """

    number: str | None
    budget_ms: int
    render: Callable[[Profile | None], Response]


class Received(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Everything that one request meant. `told` runs beside `events`."""

    events: tuple[CallEvent, ...] = ()
    told: tuple[HowTold, ...] = ()
    ignored: tuple[Ignored, ...] = ()
    response: Response = Response()
    handshake: bool = False
    profile_answer: ProfileAnswer | None = None
