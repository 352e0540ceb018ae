"""What do the earlier calls of a caller say: how many, with whom, what was promised?"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from screenpop.domain.call import Direction
from screenpop.domain.profile import Row
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

CALLS_NAMED_MAX = 3


class _Earlier(NamedTuple):
    """An earlier call, newest first in a list."""

    at: datetime
    row: Row


def _earlier(evidence: CallEvidence) -> tuple[list[_Earlier], Fact]:
    rows, basis = evidence.rows("interactions")
    found = ((evidence.moment(row.get("at")), row) for row in rows)
    calls = [_Earlier(at, row) for at, row in found if at is not None]
    return sorted(calls, key=lambda call: call.at, reverse=True), basis


def calls(evidence: CallEvidence) -> Facts:
    earlier, basis = _earlier(evidence)
    if basis.status not in (Status.KNOWN, Status.EMPTY):
        return basis
    last = earlier[0].row if earlier else {}
    this = evidence.call.direction is Direction.INBOUND
    inbound = [call.at for call in earlier if call.row.get("direction") == "inbound"]
    counts = {
        f"last_{days}_days": known(_within(evidence, inbound, days) + this, basis)
        for days in (2, 7, 30)
    }
    return {
        **counts,
        "last_at": known(last.get("at"), basis),
        "last_agent": known(last.get("agent"), basis),
        "last_result": known(last.get("disposition"), basis),
        "recent": known(_recent(evidence, earlier), basis),
    }


def _within(evidence: CallEvidence, times: list[datetime], days: int) -> int:
    since = evidence.now - timedelta(days=days)
    return sum(at > since for at in times)


def _recent(evidence: CallEvidence, calls: list[_Earlier]) -> str:
    """`20 Nov 16:40 Ana Lee, complaint; 19 Nov 09:05 Ben, call back`."""
    since, said = evidence.now - timedelta(days=7), list[str]()
    for call in calls[:CALLS_NAMED_MAX]:
        if call.at > since:
            at = call.at.astimezone(evidence.reading.zone)
            code = str(call.row.get("disposition") or "")
            result = evidence.reading.results.get(code, code).lower()
            unanswered = None if result else call.row.get("outcome")
            who = ", ".join(
                str(x) for x in (call.row.get("agent"), result, unanswered) if x
            )
            said.append(f"{at.day} {at:%b %H:%M} {who}".rstrip())
    return "; ".join(said)


def promises(evidence: CallEvidence) -> Facts:
    earlier, basis = _earlier(evidence)
    if basis.status not in (Status.KNOWN, Status.EMPTY):
        return basis
    words = evidence.reading.words
    payment = _promised(evidence, earlier, words.payment_promised)
    call_back = _promised(evidence, earlier, words.call_back)
    return {
        **_promise_facts("payment", evidence, payment, _paid(evidence, payment), basis),
        **_promise_facts(
            "call_back", evidence, call_back, _called_back(earlier, call_back), basis
        ),
    }


def _promised(
    evidence: CallEvidence, calls: list[_Earlier], words: tuple[str, ...]
) -> _Earlier | None:
    """The newest call whose result or note has one of the words."""
    wanted = [_plain(word) for word in words]
    for call in calls:
        code = str(call.row.get("disposition") or "")
        label = evidence.reading.results.get(code, "")
        written = _plain(f"{code}\n{label}\n{call.row.get('note') or ''}")
        if any(word in written for word in wanted):
            return call
    return None


def _plain(text: str) -> str:
    return text.casefold().replace("_", " ").replace("-", " ")


def _paid(evidence: CallEvidence, promise: _Earlier | None) -> Fact:
    """Was the promise of a payment kept? Known, with true or false, or not known."""
    overdue = evidence.field("balance", "overdue")
    if promise is None or overdue.status is not Status.KNOWN:
        return PENDING if overdue.status is Status.PENDING else UNKNOWN
    amount = number(overdue.value)
    if amount is not None and amount <= 0:
        return known(True, overdue)
    last = evidence.field("balance", "last_payment_at")
    if last.status in (Status.PENDING, Status.UNKNOWN):
        return last
    paid = evidence.day(last.value)
    since = promise.at.astimezone(evidence.reading.zone).date()
    return known(paid is not None and paid >= since, overdue)


def _called_back(calls: list[_Earlier], promise: _Earlier | None) -> Fact:
    later = calls[: calls.index(promise)] if promise is not None else []
    return known(any(c.row.get("talk_s") is not None for c in later), EMPTY)


def _promise_facts(
    kind: str, evidence: CallEvidence, promise: _Earlier | None, kept: Fact, basis: Fact
) -> dict[str, Fact]:
    names = [f"{kind}_{part}" for part in ("at", "by", "days")]
    if promise is None:
        return dict.fromkeys(names, EMPTY)
    if kept.status in (Status.PENDING, Status.UNKNOWN):
        return dict.fromkeys(names, kept)
    if kept.value is True:
        return dict.fromkeys(names, EMPTY)
    day = promise.at.astimezone(evidence.reading.zone).date()
    values = (day, promise.row.get("agent"), (evidence.today - day).days)
    return {
        name: known(value, basis) for name, value in zip(names, values, strict=True)
    }
