"""Which facts of a call may rules use, and where does each come from?

A rule sees fields of the profile (`balance.overdue`) and the facts of `FACTS`, which
are computed here from several values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Literal, NamedTuple

from screenpop.config.model import ColumnType
from screenpop.domain.phone import Presentation
from screenpop.domain.profile import Row
from screenpop.insight.earlier_calls import calls, promises
from screenpop.insight.evidence import (
    EMPTY,
    PENDING,
    UNKNOWN,
    CallEvidence,
    Fact,
    Facts,
    Status,
    known,
    number,
)

FactType = ColumnType | Literal["duration"]
"""A duration is in minutes."""
NO_ROW: Row = {}


class FactDefinition(NamedTuple):
    """A fact as docs/policy.md lists it. `origin`: the values it is computed from."""

    name: str
    label: str
    type: FactType
    unit: str
    origin: str


def _defined(group: str, origin: str, *facts: str) -> Iterator[FactDefinition]:
    """`name|label|type|unit` of each fact of a group."""
    for text in facts:
        name, label, kind, unit = text.split("|")
        yield FactDefinition(f"{group}.{name}", label, kind, unit, origin)  # type: ignore[arg-type]


FACTS: tuple[FactDefinition, ...] = (
    FactDefinition("today", "Today", "date", "", "the call's time, `server.time_zone`"),
    *_defined(
        "call",
        "the call",
        "direction|Direction|text|`inbound`, `outbound`, `internal`",
        "queue|Queue|text|name of the queue",
        "line|Line|text|name of the line",
        "dialled|Dialled number|text|E.164",
        "country|Country of the number|text|ISO 3166-1",
        "withheld|Number withheld|flag|",
    ),
    *_defined(
        "calls",
        "rows of `interactions`; this call counts",
        "last_2_days|Calls in 2 days|integer|inbound calls in 48 h",
        "last_7_days|Calls in 7 days|integer|inbound calls in 7 × 24 h",
        "last_30_days|Calls in 30 days|integer|inbound calls in 30 × 24 h",
    ),
    *_defined(
        "calls",
        "rows of `interactions`, without this call",
        "last_at|Last call|datetime|",
        "last_agent|Last talked to|text|name of the agent",
        "last_result|Last result|text|code of the disposition",
        "recent|Recent calls|text|when, with whom, result; 3 calls of 7 days at most",
    ),
    *_defined(
        "promise",
        "disposition or note of an `interactions` row (`facts.payment_promised`); kept"
        " once `balance` has a payment of that day or later, or nothing overdue",
        "payment_at|Payment promised on|date|",
        "payment_by|Promised to|text|name of the agent",
        "payment_days|Days since|integer|days",
    ),
    *_defined(
        "promise",
        "disposition or note of an `interactions` row (`facts.call_back`); kept once a"
        " later call was answered",
        "call_back_at|Call back promised on|date|",
        "call_back_by|Promised by|text|name of the agent",
        "call_back_days|Days since|integer|days",
    ),
    *_defined(
        "ticket",
        "rows of `tickets` whose `status` is not in `facts.closed_ticket`",
        "open|Open tickets|integer|tickets",
        "oldest|Oldest open ticket|text|subject",
        "oldest_at|Opened on|date|",
        "oldest_days|Days open|integer|days",
    ),
    *_defined(
        "ticket",
        "the open ticket whose `subject` (or `product`) names the product of a warranty"
        " that lasts, in `entitlements`",
        "under_warranty|Under warranty|text|product",
        "warranty_until|Warranty until|date|",
        "warranty_subject|Open ticket|text|subject",
    ),
    *_defined(
        "warranty",
        "the row of `entitlements` with a word of `facts.warranty` in `kind` that ends"
        " last",
        "active|Under warranty|flag|",
        "product|Product under warranty|text|",
        "until|Warranty until|date|",
        "days_left|Days of warranty left|integer|days, while it lasts",
    ),
    *_defined(
        "sla",
        "the row of `entitlements` with the earliest `respond_by`; inactive ones do not"
        " count",
        "respond_by|Response due|datetime|",
        "due_in_min|Response due in|duration|minutes, until it is due",
        "late_min|Response late by|duration|minutes, once it was due",
        "level|Service level|text|",
        "penalty|Penalty|money|currency of the row",
    ),
    *_defined(
        "overdue",
        "`balance.overdue`, `balance.overdue_since`",
        "amount|Overdue|money|currency of the balance",
        "days|Days overdue|integer|days; 0 when nothing is overdue",
    ),
    *_defined(
        "credit",
        "`balance.credit_hold`, `credit_terms.blocked`: on hold where one says so, also"
        " where sources disagree",
        "hold|Credit hold|flag|",
    ),
    *_defined(
        "credit",
        "`credit_terms.used` / `credit_terms.limit`",
        "used_share|Share of the limit used|percent|%",
    ),
    *_defined(
        "due_again",
        "the row of `recommendations` with `usual_days` and `last_bought` that is"
        " latest",
        "product|Due again|text|",
        "usual_days|Usual interval (days)|integer|days",
        "last_at|Last bought|date|",
        "days_late|Days late|integer|days after the usual interval, 1 or more",
    ),
)  # fmt: skip
DEFINITIONS: Mapping[str, FactDefinition] = {each.name: each for each in FACTS}
FACETS_OF: Mapping[str, tuple[str, ...]] = {
    "ticket": ("tickets",),
    "warranty": ("entitlements",),
    "sla": ("entitlements",),
    "overdue": ("balance",),
    "credit": ("balance", "credit_terms"),
    "due_again": ("recommendations",),
}
"""Facets of which at least one must be filled for a group to have values."""


def reader(name: str) -> Callable[[CallEvidence], Fact]:
    """What reads a fact of `FACTS`, or `ivr.NAME`; a group is computed once a call."""
    group, _, key = name.partition(".")
    make = _MAKERS[group]

    def read(evidence: CallEvidence) -> Fact:
        made = evidence.groups.get(group)
        if made is None:
            made = evidence.groups[group] = make(evidence)
        return made if isinstance(made, Fact) else made.get(key, EMPTY)

    return read


def _today(evidence: CallEvidence) -> Facts:
    return {"": known(evidence.today, EMPTY)}


def _call(evidence: CallEvidence) -> Facts:
    call, ani = evidence.call, evidence.ani
    return {
        "direction": known(call.direction.value, EMPTY),
        "queue": known(call.queue, EMPTY),
        "line": known(call.line, EMPTY),
        "dialled": known(evidence.dnis.number, EMPTY),
        "country": known(ani.country, EMPTY),
        "withheld": known(ani.presentation is Presentation.WITHHELD, EMPTY),
    }


def _ivr(evidence: CallEvidence) -> Facts:
    return {n: known(value, EMPTY) for n, value in evidence.call.attributes.items()}


def _tickets(evidence: CallEvidence) -> Facts:
    rows, basis = evidence.rows("tickets")
    if basis.status not in (Status.KNOWN, Status.EMPTY):
        return basis
    closed = {word.casefold() for word in evidence.reading.words.closed_ticket}
    is_open = [x for x in rows if str(x.get("status") or "").casefold() not in closed]
    dated = [
        (day, row) for row in is_open if (day := evidence.day(row.get("opened_at")))
    ]
    day, oldest = min(dated, key=lambda pair: pair[0], default=(None, NO_ROW))
    return {
        **_covered(evidence, is_open),
        "open": known(len(is_open), basis),
        "oldest": known(oldest.get("subject") or oldest.get("ticket"), basis),
        "oldest_at": known(day, basis),
        "oldest_days": known((evidence.today - day).days if day else None, basis),
    }


def _covered(evidence: CallEvidence, tickets: list[Row]) -> dict[str, Fact]:
    """The first open ticket that is about a product under warranty."""
    names = ("under_warranty", "warranty_until", "warranty_subject")
    warranties, basis = _warranties(evidence)
    if basis.status not in (Status.KNOWN, Status.EMPTY):
        return dict.fromkeys(names, basis)
    for ticket in tickets:
        named = (ticket.get(column) or "" for column in ("product", "subject"))
        about = "\n".join(map(str, named)).casefold()
        for until, row in warranties:
            product = str(row.get("product") or "")
            if product and product.casefold() in about and _lasts(evidence, until, row):
                values = (product, until, ticket.get("subject"))
                facts = (known(value, basis) for value in values)
                return dict(zip(names, facts, strict=True))
    return dict.fromkeys(names, EMPTY)


def _warranties(evidence: CallEvidence) -> tuple[list[tuple[date, Row]], Fact]:
    rows, basis = evidence.rows("entitlements")
    words = [word.casefold() for word in evidence.reading.words.warranty]
    found = [
        (until, row)
        for row in rows
        if any(word in str(row.get("kind") or "").casefold() for word in words)
        and (until := evidence.day(row.get("valid_until"))) is not None
    ]
    return found, basis


def _lasts(evidence: CallEvidence, until: date, row: Row) -> bool:
    return until >= evidence.today and row.get("active") is not False


def _warranty(evidence: CallEvidence) -> Facts:
    mine, basis = _warranties(evidence)
    if basis.status not in (Status.KNOWN, Status.EMPTY):
        return basis
    if not mine:
        return {"active": known(False, basis)}
    until, row = max(mine, key=lambda pair: pair[0])
    active = _lasts(evidence, until, row)
    left = (until - evidence.today).days if active else None
    return {
        "active": known(active, basis),
        "product": known(row.get("product"), basis),
        "until": known(until, basis),
        "days_left": known(left, basis),
    }


def _sla(evidence: CallEvidence) -> Facts:
    rows, basis = evidence.rows("entitlements")
    if basis.status not in (Status.KNOWN, Status.EMPTY):
        return basis
    due = [
        (at, row)
        for row in rows
        if row.get("active") is not False
        and (at := evidence.moment(row.get("respond_by"))) is not None
    ]
    if not due:
        return {}
    at, row = min(due, key=lambda pair: pair[0])
    minutes = int((at - evidence.now).total_seconds() // 60)
    currency = row.get("currency")
    return {
        "respond_by": known(row.get("respond_by"), basis),
        "due_in_min": known(minutes if minutes >= 0 else None, basis),
        "late_min": known(-minutes if minutes < 0 else None, basis),
        "level": known(row.get("level"), basis),
        "penalty": known(row.get("penalty"), basis, str(currency or "") or None),
    }


def _overdue(evidence: CallEvidence) -> Facts:
    amount = evidence.field("balance", "overdue")
    if amount.status is not Status.KNOWN:
        return {"amount": amount, "days": amount}
    cents = number(amount.value)
    if cents is None or cents <= 0:
        return {"amount": amount, "days": known(0, amount)}
    since = evidence.field("balance", "overdue_since")
    day = evidence.day(since.value)
    if day is None:
        return {"amount": amount, "days": since if since.value is None else UNKNOWN}
    return {"amount": amount, "days": known((evidence.today - day).days, since)}


HOLD_FIELDS = (("balance", "credit_hold"), ("credit_terms", "blocked"))


def _credit(evidence: CallEvidence) -> Facts:
    return {"hold": _hold(evidence), "used_share": _used_share(evidence)}


def _hold(evidence: CallEvidence) -> Fact:
    """True where one source says so; false only where all answered and none does."""
    facets = evidence.profile.facets
    asked = [(f, n) for f, n in HOLD_FIELDS if f in facets]
    found = [evidence.field(*each) for each in asked]
    if any(fact.status is Status.PENDING for fact in found):
        return PENDING
    for (facet, name), fact in zip(asked, found, strict=True):
        if fact.status is Status.KNOWN:
            others = facets[facet].fields[name].others
            if fact.value is True or any(other.value is True for other in others):
                return known(True, fact)
    if not found or any(fact.status is Status.UNKNOWN for fact in found):
        return UNKNOWN
    return next((fact for fact in found if fact.status is Status.KNOWN), EMPTY)


def _used_share(evidence: CallEvidence) -> Fact:
    used, limit = (evidence.field("credit_terms", x) for x in ("used", "limit"))
    for fact in (used, limit):
        if fact.status is not Status.KNOWN:
            return fact
    part, whole = number(used.value), number(limit.value)
    if part is None or whole is None:
        return UNKNOWN
    return known(int(100 * part / whole), used) if whole > 0 else EMPTY


def _due_again(evidence: CallEvidence) -> Facts:
    rows, basis = evidence.rows("recommendations")
    if basis.status not in (Status.KNOWN, Status.EMPTY):
        return basis
    late = [
        ((evidence.today - day).days - int(usual), row)
        for row in rows
        if (day := evidence.day(row.get("last_bought"))) is not None
        and (usual := number(row.get("usual_days"))) is not None
    ]
    days, row = max(late, key=lambda pair: pair[0], default=(0, NO_ROW))
    if days < 1:
        return {}
    return {
        "product": known(row.get("product"), basis),
        "usual_days": known(row.get("usual_days"), basis),
        "last_at": known(row.get("last_bought"), basis),
        "days_late": known(days, basis),
    }


_MAKERS: Mapping[str, Callable[[CallEvidence], Facts]] = {
    "today": _today,
    "call": _call,
    "ivr": _ivr,
    "calls": calls,
    "promise": promises,
    "ticket": _tickets,
    "warranty": _warranty,
    "sla": _sla,
    "overdue": _overdue,
    "credit": _credit,
    "due_again": _due_again,
}
