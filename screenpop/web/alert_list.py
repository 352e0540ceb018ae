"""Which alerts are open and which were; who has seen them?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from screenpop.domain.agent import User
from screenpop.domain.alert import AlertDoing
from screenpop.domain.errors import NotFound
from screenpop.domain.profile import Json
from screenpop.journal.base import Journal
from screenpop.support.clock import Clock, iso_from_us
from screenpop.wallboard.alerts import Alert, AlertBoard, record_of


@dataclass(frozen=True, kw_only=True)
class Alerts:
    """Alerts as the web asks for them."""

    board: AlertBoard
    journal: Journal
    clock: Clock
    label: Callable[[str], str]  # of a subject

    def listed(self, state: str, limit: int) -> Json:
        shown = []
        if state != "closed":
            shown += self.board.open()
        if state != "open":
            shown += self.board.closed(limit)
        return {
            "at": iso_from_us(self.clock.now_us()),
            "alerts": [self.seen(alert) for alert in shown[:limit]],
            "open": len(self.board.open()),
            "watched": len(self.board.rules),
        }

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
        return {
            "id": alert.id,
            "name": alert.name,
            "label": alert.label,
            "subject": alert.subject,
            "subject_label": self.label(alert.subject),
            "number": alert.number,
            "level": alert.level,
            "value": alert.value,
            "opened_at": iso_from_us(alert.opened_us),
            "raised_at": _maybe(alert.raised_us),
            "closed_at": _maybe(alert.closed_us),
            "value_closed": alert.value_closed,
            "acknowledged_by": alert.acknowledged_by or None,
            "acknowledged_at": _maybe(alert.acknowledged_us),
        }


def _maybe(at_us: int) -> str | None:
    return iso_from_us(at_us) if at_us else None
