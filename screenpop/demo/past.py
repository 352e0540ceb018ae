"""Who called the demo company in the last days, and what came of it?

Written into the history before the service starts, so that the first caller is not
everybody's first: some called twice since yesterday, some promised a payment.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from screenpop.config.load import Loaded
from screenpop.demo.callers import showpiece
from screenpop.demo.centre import LOGINS, Login
from screenpop.demo.company import Company
from screenpop.demo.customers import DemoCustomer
from screenpop.demo.names import chance
from screenpop.domain.agent import UserId
from screenpop.domain.call import (
    AgentId,
    AgentLeg,
    Call,
    CallId,
    Direction,
    LegState,
    LineId,
    Outcome,
    Phase,
    Release,
)
from screenpop.domain.profile import CandidateRef
from screenpop.history.archive import Archive
from screenpop.history.batch import Batch, CallState, CustomerOfCall, Written
from screenpop.history.opening import open_database
from screenpop.node.parts import data_dir_of

CONSUMER = "demo"
MINUTE_US = 60_000_000
SOURCE = "erp"  # whose customers they are
CALLED_TWICE = 40
PROMISED = 40
PROMISED_DAYS_AGO = (8, 20)
_AGENTS = tuple(login for login in LOGINS if login.agent is not None)
_COMPLAINTS = (
    "Parcel arrived open, two items missing. Promised to check with the carrier.",
    "Wrong size delivered again, wants it exchanged this week.",
    "Invoice shows an item that was never delivered.",
)
_WAITS = "Asked for a call back today with an answer."
_PROMISE = "Says the transfer goes out this week."


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierTalk:
    """A call that was answered: `minutes_ago` from now."""

    customer: DemoCustomer
    minutes_ago: int
    login: Login
    code: str
    note: str


def talks(company: Company) -> Iterator[EarlierTalk]:
    """Repeatable: the same company gives the same talks."""
    rng = chance(company.seed, "past")
    first = showpiece(company)
    others = [c for c in company.customers if c.trade and c.numbers and c is not first]
    for customer in (first, *rng.sample(others, CALLED_TWICE)):
        yield _talk(customer, rng, (1300, 2700), "complaint", rng.choice(_COMPLAINTS))
        yield _talk(customer, rng, (60, 1200), "call_back", _WAITS)
    late = sorted(_without_a_payment(company) & {c.account for c in others})
    by_account = company.by_account()
    for account in rng.sample(late, min(PROMISED, len(late))):
        days = rng.randint(*PROMISED_DAYS_AGO)
        minutes = (days * 1440, days * 1440 + 300)
        yield _talk(by_account[account], rng, minutes, "payment_promised", _PROMISE)


def _talk(
    customer: DemoCustomer,
    rng: random.Random,
    minutes_ago: tuple[int, int],
    code: str,
    note: str,
) -> EarlierTalk:
    return EarlierTalk(
        customer=customer,
        minutes_ago=rng.randint(*minutes_ago),
        login=rng.choice(_AGENTS),
        code=code,
        note=note,
    )


def _without_a_payment(company: Company) -> set[str]:
    """Accounts that are overdue and paid nothing since any promise."""
    today = company.today.toordinal()
    since = today - PROMISED_DAYS_AGO[1] - 1
    paid = {
        invoice.account
        for invoice in company.invoices
        if any(payment.day >= since for payment in invoice.payments)
    }
    overdue = {
        account
        for account, invoices in company.open_invoices().items()
        if any(invoice.due < today for invoice in invoices)
    }
    return overdue - paid


async def write_past(loaded: Loaded, company: Company, line: str, now_us: int) -> None:
    """Raises `ConfigError`, `Unavailable`. Writing it again changes nothing."""
    database = await open_database(loaded, data_dir_of(loaded))
    try:
        await Archive(database).write(batch_of(company, line, now_us))
    finally:
        await database.close()


def batch_of(company: Company, line: str, now_us: int) -> Batch:
    batch = Batch(consumer=CONSUMER, at_us=now_us)
    for number, talk in enumerate(talks(company)):
        call = _call(talk, LineId(line), number, now_us)
        ref = CandidateRef(source=SOURCE, key=talk.customer.account)
        batch.calls.append(
            CallState(
                call=call,
                number=talk.customer.numbers[0],
                customer=CustomerOfCall(
                    key=call.key, ref=ref, name=talk.customer.name, by_agent=False
                ),
            )
        )
        batch.notes.append(_written(talk, call, talk.note))
        batch.dispositions.append(_written(talk, call, talk.code))
    return batch


def _written(talk: EarlierTalk, call: Call, text: str) -> Written:
    return Written(
        key=call.key,
        username=talk.login.username,
        agent=talk.login.agent,
        text=text,
        at_us=call.ended_us or call.arrived_us,
    )


def _call(talk: EarlierTalk, line: LineId, number: int, now_us: int) -> Call:
    arrived_us = now_us - talk.minutes_ago * MINUTE_US
    answered_us, ended_us = arrived_us + 9_000_000, arrived_us + 170_000_000
    leg = AgentLeg(
        agent=AgentId(talk.login.agent or ""),
        state=LegState.RELEASED,
        alerting_us=arrived_us + 1_000_000,
        answered_us=answered_us,
        released_us=ended_us,
        release=Release.ENDED,
        people=(UserId(talk.login.username),),
    )
    return Call(
        line=line,
        call_id=CallId(f"past-{number:04d}"),
        phase=Phase.ENDED,
        direction=Direction.INBOUND,
        caller=talk.customer.numbers[0],
        withheld=False,
        caller_name=None,
        dialled=None,
        queue="accounts" if talk.code == "payment_promised" else "support",
        arrived_us=arrived_us,
        last_event_us=ended_us,
        first_alerting_us=arrived_us + 1_000_000,
        answered_us=answered_us,
        ended_us=ended_us,
        outcome=Outcome.COMPLETED,
        legs=(leg,),
    )
