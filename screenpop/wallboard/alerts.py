"""Which alerts are open, which were, and who has seen them?

A fold of the journal. Every node looks at the numbers and journals what is due under
the alert's own name, its subject and how many it has had: so each opens once and closes
once, at all nodes, after a restart and under repetition.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import cast

import msgspec
from msgspec.structs import replace

from screenpop.domain.alert import (
    ALERT,
    AlertDoing,
    AlertLevel,
    AlertRule,
    Watched,
    look,
)
from screenpop.journal.records import ActionRecord

CLOSED_MAX = 1_000  # the newest are kept
TEXT_MAX = 200
UNWATCHED = "it is no longer watched"
Subject = tuple[str, str]
"""A rule's name and what it watches: "" is the whole centre."""
Measured = Mapping[Subject, float | None]


class Alert(msgspec.Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    name: str
    subject: str
    count: int
    number: str
    level: AlertLevel
    value: float | None
    opened_us: int
    raised_us: int = 0
    closed_us: int = 0
    value_closed: float | None = None
    label: str = ""
    acknowledged_by: str = ""
    acknowledged_us: int = 0
    closed_why: str = ""  # where not because the number was well again

    @property
    def id(self) -> str:
        return f"{self.name}/{self.count}/{self.subject}"


class AlertBoard:
    """Pure but for its own memory."""

    def __init__(self, rules: Sequence[AlertRule] = (), closed_max: int = CLOSED_MAX):
        self.rules = {rule.name: rule for rule in rules}
        self._closed_max = closed_max
        self._open: dict[Subject, Alert] = {}
        self._closed: OrderedDict[str, Alert] = OrderedDict()
        self._counts: dict[Subject, int] = {}
        self._watched: dict[Subject, Watched] = {}
        self.changed = False  # since this was set to False

    # -- the fold

    def act(self, record: ActionRecord) -> None:
        """What cannot be read, or is known, changes nothing."""
        try:
            alert, do = _read(record)
        except (KeyError, ValueError):
            return
        of = (alert.name, alert.subject)
        known = self._open.get(of)
        if do is AlertDoing.OPEN:
            if alert.count > self._counts.get(of, 0):
                if known is not None:  # its end was never journalled
                    self._close(known, alert.opened_us, None)
                self._counts[of] = alert.count
                self._put(of, alert)
        elif known is not None and known.count == alert.count:
            self._change(known, alert, do, record)
        elif do is AlertDoing.ACKNOWLEDGE and (late := self._closed.get(alert.id)):
            self._closed[alert.id] = _seen_by(late, record)
            self.changed = True

    def _change(
        self, known: Alert, alert: Alert, do: AlertDoing, record: ActionRecord
    ) -> None:
        of = (known.name, known.subject)
        if do is AlertDoing.CLOSE:
            ended = replace(known, closed_why=alert.closed_why)
            self._close(ended, record.at_us, alert.value)
        elif do is AlertDoing.RAISE and known.level != "critical":
            raised = replace(known, level="critical", value=alert.value)
            self._put(of, replace(raised, raised_us=record.at_us))
        elif do is AlertDoing.ACKNOWLEDGE:
            self._put(of, _seen_by(known, record))

    def _put(self, of: Subject, alert: Alert) -> None:
        self._open[of] = alert
        self.changed = True

    def _close(self, alert: Alert, at_us: int, value: float | None) -> None:
        of = (alert.name, alert.subject)
        self._open.pop(of, None)
        self._watched.pop(of, None)
        self._closed[alert.id] = replace(alert, closed_us=at_us, value_closed=value)
        while len(self._closed) > self._closed_max:
            self._closed.popitem(last=False)
        self.changed = True

    def saved(self, some: int) -> list[list[Alert]]:
        """For a snapshot, `some` at a time: the closed ones first."""
        alerts = [*self._closed.values(), *self._open.values()]
        return [alerts[n : n + some] for n in range(0, len(alerts), some)]

    def restore(self, alerts: Iterable[Alert]) -> None:
        for alert in alerts:
            of = (alert.name, alert.subject)
            self._counts[of] = max(self._counts.get(of, 0), alert.count)
            if alert.closed_us:
                self._closed[alert.id] = alert
            else:
                self._open[of] = alert

    # -- questions

    def open(self) -> list[Alert]:
        """The critical ones first, then the oldest."""
        found = self._open.values()
        return sorted(found, key=lambda x: (x.level == "warning", x.opened_us, x.id))

    def closed(self, limit: int) -> list[Alert]:
        """The newest first."""
        return [*reversed(self._closed.values())][:limit]

    def known_since_us(self) -> int:
        """When the oldest that is kept closed, once older ones were dropped; else 0."""
        if len(self._closed) < self._closed_max:
            return 0
        return next(iter(self._closed.values())).closed_us

    def find(self, alert_id: str) -> Alert | None:
        found = (x for x in self._open.values() if x.id == alert_id)
        return next(found, None) or self._closed.get(alert_id)

    def due(
        self,
        measured: Measured,
        now_us: int,
        *,
        at_us: int | None = None,
        why_unwatched: Callable[[Alert], str | None] = lambda alert: UNWATCHED,
    ) -> list[ActionRecord]:
        """What to journal after a look at all numbers, `at_us` by the clock.

        An alert that this node does not measure closes for the reason that
        `why_unwatched` gives; with None another node watches it.
        """
        records, at_us = [], now_us if at_us is None else at_us
        for of, value in measured.items():
            rule, known = self.rules[of[0]], self._open.get(of)
            level = None if known is None else known.level
            before = self._watched.get(of, Watched())
            self._watched[of], do, at = look(rule, before, level, value, now_us)
            if do is not None:
                count = self._counts.get(of, 0) + (known is None)
                told = known.level if known and do is AlertDoing.CLOSE else at
                records.append(record_of(of, count, do, rule, told, value, at_us))
        for of, known in self._open.items():
            if of not in measured and (why := why_unwatched(known)) is not None:
                close = (AlertDoing.CLOSE, known, known.level, None)
                records.append(record_of(of, known.count, *close, at_us, why=why))
        return records


def record_of(
    of: Subject,
    count: int,
    do: AlertDoing,
    watched: AlertRule | Alert,
    level: str | None,
    value: float | None,
    now_us: int,
    user: str = "",
    why: str = "",
) -> ActionRecord:
    """The same change has the same identity at every node."""
    name, subject = of
    data = {"do": do.value, "name": name, "subject": subject, "count": str(count)}
    data |= {"number": watched.number, "label": watched.label, "level": level or ""}
    if value is not None:
        data["value"] = repr(float(value))
    if why:
        data["why"] = why
    by = f"/{user}" if user else ""
    return ActionRecord(
        action=ALERT,
        action_id=f"alert/{name}/{count}/{do.value}{by}/{subject}",
        at_us=now_us,
        user=user,
        data=data,
    )


def _read(record: ActionRecord) -> tuple[Alert, AlertDoing]:
    data, level = record.data, record.data["level"]
    if level not in ("warning", "critical"):
        raise ValueError(level)
    value = data.get("value")
    alert = Alert(
        name=data["name"][:TEXT_MAX],
        subject=data["subject"][:TEXT_MAX],
        count=int(data["count"]),
        number=data["number"][:TEXT_MAX],
        label=data["label"][:TEXT_MAX],
        level=cast("AlertLevel", level),
        value=None if value is None else float(value),
        opened_us=record.at_us,
        closed_why=data.get("why", "")[:TEXT_MAX],
    )
    return alert, AlertDoing(data["do"])


def _seen_by(alert: Alert, record: ActionRecord) -> Alert:
    """The first who acknowledged it stays."""
    if alert.acknowledged_by:
        return alert
    return replace(alert, acknowledged_by=record.user, acknowledged_us=record.at_us)
