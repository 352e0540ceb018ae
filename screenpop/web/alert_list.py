"""Which alerts are open and which were; who has seen them?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from screenpop.domain.agent import User
from screenpop.domain.alert import AlertDoing
from screenpop.domain.errors import BadInput, NotFound
from screenpop.domain.profile import Json
from screenpop.journal.base import Journal
from screenpop.journal.records import ActionRecord
from screenpop.support.clock import Clock, iso_from_us
from screenpop.wallboard.alerts import CLOSED_MAX, Alert, AlertBoard, record_of
from screenpop.wallboard.watched import watched_numbers

_NUMBERS = watched_numbers()
PAGES_MAX = 10  # of the store that one answer reads
CURSOR_DIGITS = 18
OlderAlerts = Callable[[tuple[int, str], int], Awaitable[Sequence[ActionRecord]]]
"""All changes of the newest alerts that closed before: see `history.alerts`."""


async def none_older(before: tuple[int, str], limit: int) -> Sequence[ActionRecord]:
    return ()


@dataclass(frozen=True, kw_only=True)
class AlertsAsked:
    """Which alerts: those that were open at some moment from `from_us` to `to_us`."""

    state: str = "all"
    name: str | None = None  # of the rule
    from_us: int | None = None
    to_us: int | None = None

    def has(self, alert: Alert) -> bool:
        began = self.to_us is None or alert.opened_us < self.to_us
        ended_us = alert.closed_us
        lasted = self.from_us is None or not ended_us or ended_us >= self.from_us
        return began and lasted and self.name in (None, alert.name)


@dataclass(frozen=True, kw_only=True)
class Alerts:
    """Alerts as the web asks for them."""

    board: AlertBoard
    journal: Journal
    clock: Clock
    label: Callable[[str], str]  # of a subject
    older: OlderAlerts = none_older

    def listed(self, asked: AlertsAsked, limit: int) -> dict[str, Any]:
        """The open ones first; `known_since` is null while no closed one was lost."""
        found = [alert for alert in self._in(asked.state) if asked.has(alert)]
        return {
            "at": iso_from_us(self.clock.now_us()),
            "alerts": [self.seen(alert) for alert in found[:limit]],
            "found": len(found),
            "known_since": _maybe(self.board.known_since_us()),
            "rules": self._rules(),
            "before": self._cursor(asked, found, limit),
            "open": len(self.board.open()),
            "watched": len(self.board.rules),
        }

    def _cursor(
        self, asked: AlertsAsked, found: Sequence[Alert], limit: int
    ) -> str | None:
        """Where older ones go on: here, or in the store."""
        if asked.state == "open" or not (closed := self.board.closed(CLOSED_MAX)):
            return None
        if len(found) > limit:
            last = found[limit - 1]
            return cursor_of(last) if last.closed_us else None
        dropped_us = self.board.known_since_us()
        is_later = asked.from_us is not None and asked.from_us >= dropped_us
        return None if not dropped_us or is_later else cursor_of(closed[-1])

    async def page(
        self, asked: AlertsAsked, before: tuple[int, str], limit: int
    ) -> dict[str, Any]:
        """Alerts that closed before that, of the store. Raises `Unavailable`."""
        found: list[Alert] = []
        cursor: tuple[int, str] | None = before
        for _ in range(PAGES_MAX):
            if cursor is None or len(found) >= limit:
                break
            closed = await self._older(cursor, limit)
            found += [alert for alert in closed if asked.has(alert)]
            cursor = _place(closed[-1]) if len(closed) == limit else None
            if cursor is not None and asked.from_us is not None:
                cursor = cursor if cursor[0] >= asked.from_us else None
        return {
            "at": iso_from_us(self.clock.now_us()),
            "alerts": [self.seen(alert) for alert in found],
            "before": None if cursor is None else "~".join(map(str, cursor)),
        }

    async def _older(self, before: tuple[int, str], limit: int) -> list[Alert]:
        board = AlertBoard(closed_max=10 * limit)
        for record in await self.older(before, limit):
            board.act(record)
        closed = [x for x in board.closed(10 * limit) if _place(x) < before]
        return sorted(closed, key=_place, reverse=True)[:limit]

    def _in(self, state: str) -> list[Alert]:
        is_open = [] if state == "closed" else self.board.open()
        return is_open + ([] if state == "open" else self.board.closed(CLOSED_MAX))

    def _rules(self) -> list[Json]:
        """Those that watch, and those whose alerts are still known."""
        known = {x.name: x.label for x in reversed(self._in("all"))}
        known |= {rule.name: rule.label for rule in self.board.rules.values()}
        return [{"name": name, "label": label} for name, label in sorted(known.items())]

    async def acknowledge(self, alert_id: str, user: User) -> Json:
        """Raises `NotFound`, and what the journal raises."""
        alert = self.board.find(alert_id)
        if alert is None:
            raise NotFound(
                "no alert has this id.",
                code="unknown_alert",
                remedy="Read GET /v1/alerts again: only the newest are kept.",
            )
        of, seen = (alert.name, alert.subject), AlertDoing.ACKNOWLEDGE
        what = (alert.count, seen, alert, alert.level, None)
        record = record_of(of, *what, self.clock.now_us(), user.username)
        await self.journal.append([record])
        self.board.act(record)
        return self.seen(self.board.find(alert_id) or alert)

    def seen(self, alert: Alert) -> Json:
        number = _NUMBERS.get(alert.number)
        return {
            "id": alert.id,
            "name": alert.name,
            "label": alert.label,
            "subject": alert.subject,
            "subject_label": self.label(alert.subject),
            "number": alert.number,
            "number_label": number.label if number else alert.number,
            "unit": number.unit if number else None,
            "level": alert.level,
            "value": alert.value,
            "opened_at": iso_from_us(alert.opened_us),
            "raised_at": _maybe(alert.raised_us),
            "closed_at": _maybe(alert.closed_us),
            "value_closed": alert.value_closed,
            "closed_why": alert.closed_why or None,
            "acknowledged_by": alert.acknowledged_by or None,
            "acknowledged_at": _maybe(alert.acknowledged_us),
        }


def _place(alert: Alert) -> tuple[int, str]:
    """When it closed, and the name of that change in the journal."""
    change_id = f"alert/{alert.name}/{alert.count}/close/{alert.subject}"
    return alert.closed_us, change_id


def cursor_of(alert: Alert) -> str:
    return "~".join(map(str, _place(alert)))


def place_of(cursor: str) -> tuple[int, str]:
    """Raises `BadInput`."""
    at, tilde, change_id = cursor.partition("~")
    if not (tilde and at.isascii() and at.isdigit() and len(at) < CURSOR_DIGITS):
        raise BadInput(
            "before: is not a valid cursor.",
            code="bad_cursor",
            remedy="Leave it out for the first page.",
        )
    return int(at), change_id


def _maybe(at_us: int) -> str | None:
    return iso_from_us(at_us) if at_us else None
