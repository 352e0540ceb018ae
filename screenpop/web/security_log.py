"""Which events of security leave a line in the log, and in which words?

Logger `screenpop.security`, always with the client's whole address, and with the user
by the one spelling of the name. No password, token or whole number. What a stranger
can cause without end is one line a minute for each address, with the number of those
left out.
"""

from __future__ import annotations

import logging

from screenpop.domain.agent import folded_name
from screenpop.support.clock import Clock
from screenpop.support.seldom import Seldom
from screenpop.web.errors import shown
from screenpop.web.remote import place_of

log = logging.getLogger("screenpop.security")

EVERY_S = 60.0
USER_CHARS_MAX = 100


class SecurityLog:
    def __init__(self, clock: Clock):
        self._seldom = Seldom(clock, every_s=EVERY_S)

    def note(self, event: str, *, user: str | None, address: str, **more: str) -> None:
        """Something that a person did who has a log-in."""
        log.info(event, extra=_extra(user, address, more))

    def warn(self, event: str, *, user: str | None, address: str, **more: str) -> None:
        """Something refused; seldom enough, since it is counted and limited."""
        log.warning(event, extra=_extra(user, address, more))

    def warn_seldom(self, event: str, *, address: str, **more: str) -> None:
        """Something that anybody can cause as often as they like."""
        left_out = self._seldom.may(f"{event}\n{place_of(address)}")
        if left_out is not None:
            more |= {"left_out": str(left_out)} if left_out else {}
            log.warning(event, extra=_extra(None, address, more))


def _extra(user: str | None, address: str, more: dict[str, str]) -> dict[str, str]:
    named = {} if user is None else {"user": _printable(folded_name(user))}
    return {**named, "address": address or "unknown", **more}


def _printable(name: str) -> str:
    """As typed by a stranger: bounded, and on one line."""
    return name[:USER_CHARS_MAX] if name.isprintable() else shown(name, USER_CHARS_MAX)
