"""Who called the demo company in the last days, and what came of it?

Written into the history before the service starts, so that the first caller is not
everybody's first: some called twice since yesterday, some promised a payment. Weeks
of calls in which goods were offered give `/insight` something to count.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from screenpop.config.load import Loaded
from screenpop.demo.callers import showpiece
from screenpop.demo.catalogue import PRODUCTS
from screenpop.demo.centre import LOGINS, Login
from screenpop.demo.company import Company, Order
from screenpop.demo.customers import DemoCustomer
from screenpop.demo.names import chance
from screenpop.demo.past_weeks import DIALLED, OF_WEEKDAY, events_of, weeks_batch
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
    QueueVisit,
    Release,
)
from screenpop.domain.local_time import local, midnight_us
from screenpop.domain.offer import POLICY, Mark, Offer
from screenpop.domain.profile import CandidateRef
from screenpop.history.archive import Archive
from screenpop.history.batch import (
    Batch,
    CallState,
    CustomerOfCall,
    MarkedOffer,
    Written,
)
from screenpop.history.opening import open_database
from screenpop.node.parts import data_dir_of

CONSUMER = "demo"
MINUTE_US = 60_000_000
SOURCE = "erp"  # whose customers they are
CALLED_TWICE = 8
PROMISED = 40
PROMISED_DAYS_AGO = (8, 20)
MORNING, AFTERNOON = (9 * 60, 12 * 60), (13 * 60, 17 * 60)  # minutes of a day
_AGENTS = tuple(login for login in LOGINS if login.agent is not None)
_COMPLAINTS = (
    "Parcel arrived open, two items missing. Promised to check with the carrier.",
    "Wrong size delivered again, wants it exchanged this week.",
    "Invoice shows an item that was never delivered.",
)
_QUEUES = {
    "payment_promised": "accounts", "order_taken": "sales", "question_answered": "sales"
}  # fmt: skip
_WAITS = "Asked for a call back today with an answer."
_PROMISE = "Says the transfer goes out this week."


OFFERED_DAYS_AGO = (3, 27)  # the service looks for orders of offers of 28 days
OFFERED_PER_DAY = 16  # calls
OFFERS_EACH = 3  # of each list
HELD_BACK_SHARE = 0.25  # of the calls
ORDERS_BEFORE = 4  # of a customer, before anything is offered
RULE, RULE_SHARE = "due_again", 0.3  # of the demo's policy, and how often it applied
ORDER_DAYS = 14
TAKEN_SHARE = 0.6  # of what is ordered afterwards
_OTHER_MARKS = {
    Mark.SHOWN: 45, Mark.OFFERED: 20, Mark.DECLINED: 22, Mark.UNSUITABLE: 7,
    Mark.TAKEN: 6,
}  # fmt: skip
_SERVICES = frozenset(p.sku for p in PRODUCTS if p.category == "Services")


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierTalk:
    """A call that was answered on that day before today, so many minutes after its
    midnight: the wallboard of today counts none of them."""

    customer: DemoCustomer
    days_ago: int
    minute: int
    login: Login
    code: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierOffers:
    """What stood on the card in a talk, and how it was marked."""

    talk: EarlierTalk
    offers: tuple[tuple[Offer, Mark], ...]


def talks(company: Company) -> Iterator[EarlierTalk]:
    """Repeatable: the same company gives the same talks."""
    rng = chance(company.seed, "past")
    first = showpiece(company)
    others = [c for c in company.customers if c.trade and c.numbers and c is not first]
    for customer in (first, *rng.sample(others, CALLED_TWICE)):
        yield _talk(customer, rng, 1, MORNING, "complaint", rng.choice(_COMPLAINTS))
        yield _talk(customer, rng, 1, AFTERNOON, "call_back", _WAITS)
    late = sorted(_without_a_payment(company) & {c.account for c in others})
    by_account = company.by_account()
    for account in rng.sample(late, min(PROMISED, len(late))):
        days = rng.randint(*PROMISED_DAYS_AGO)
        customer = by_account[account]
        yield _talk(customer, rng, days, MORNING, "payment_promised", _PROMISE)


def _talk(
    customer: DemoCustomer,
    rng: random.Random,
    days_ago: int,
    minutes: tuple[int, int],
    code: str,
    note: str,
) -> EarlierTalk:
    return EarlierTalk(
        customer=customer,
        days_ago=days_ago,
        minute=rng.randint(*minutes),
        login=rng.choice(_AGENTS),
        code=code,
        note=note,
    )


def offered(company: Company) -> Iterator[EarlierOffers]:
    """Repeatable. Whether it was ordered is not made up: the orders say it."""
    rng, today = chance(company.seed, "past offers"), company.today.toordinal()
    orders: defaultdict[str, list[Order]] = defaultdict(list)
    for order in company.orders:
        orders[order.account].append(order)
    together = _together(company, today - OFFERED_DAYS_AGO[1])
    others = {talk.customer.account for talk in talks(company)}
    regulars = [
        customer
        for customer in company.customers
        if customer.numbers and customer.account not in others
        if len(_until(orders[customer.account], today - OFFERED_DAYS_AGO[1]))
        >= ORDERS_BEFORE
        and customer.habits.lapsed_days_ago is None
    ]
    for days_ago in range(OFFERED_DAYS_AGO[0], OFFERED_DAYS_AGO[1] + 1):
        for customer in rng.sample(regulars, min(OFFERED_PER_DAY, len(regulars))):
            mine = orders[customer.account]
            before = _until(mine, today - days_ago)
            later = {
                line.sku
                for order in mine[len(before) :]
                if order.day <= today - days_ago + ORDER_DAYS
                for line in order.lines
            }
            yield _offers(customer, days_ago, _on_card(before, together), later, rng)


def _offers(
    customer: DemoCustomer,
    days_ago: int,
    on_card: Sequence[Offer],
    later: set[str],
    rng: random.Random,
) -> EarlierOffers:
    if rng.random() < HELD_BACK_SHARE:
        marked = tuple((offer, Mark.HELD_BACK) for offer in on_card)
    else:
        marked = tuple((x, _mark(x.item in later, rng)) for x in on_card)
        if rng.random() < RULE_SHARE:
            rule = Offer(POLICY, RULE, POLICY, POLICY)
            marked = (*marked, (rule, _mark(bool(later), rng)))
    is_taken = Mark.TAKEN in {mark for _, mark in marked}
    code = "order_taken" if is_taken else "question_answered"
    part = rng.choice((MORNING, AFTERNOON))
    talk = _talk(customer, rng, days_ago, part, code, "")
    return EarlierOffers(talk=talk, offers=marked)


def _mark(is_ordered: bool, rng: random.Random) -> Mark:
    if is_ordered and rng.random() < TAKEN_SHARE:
        return Mark.TAKEN
    return rng.choices([*_OTHER_MARKS], [*_OTHER_MARKS.values()])[0]


def _until(orders: Sequence[Order], day: int) -> Sequence[Order]:
    """Those up to the day; they are in order of time."""
    return [order for order in orders if order.day <= day]


def _together(company: Company, day: int) -> Mapping[str, Counter[str]]:
    """Of each article, how often others were in the same order, up to the day."""
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for order in _until(company.orders, day):
        goods = {line.sku for line in order.lines} - _SERVICES
        for sku in goods:
            found[sku].update(goods - {sku})
    return found


def _on_card(
    before: Sequence[Order], together: Mapping[str, Counter[str]]
) -> tuple[Offer, ...]:
    """As the engine's simplest rankings order them: by count, then by key."""
    own = Counter(sku for o in before for sku in {x.sku for x in o.lines} - _SERVICES)
    likely = _first(own)
    last = {line.sku for line in before[-1].lines}
    along = Counter[str]()
    for sku in sorted(last):
        along.update(together.get(sku, {}))
    for sku in (*likely, *last):
        del along[sku]
    return (
        *(Offer("recommendations", x, "bought_often", "personal top") for x in likely),
        *(
            Offer("goes_with", x, "same_orders", "items of the same basket")
            for x in _first(along)
        ),
    )


def _first(counts: Counter[str]) -> list[str]:
    return sorted(counts, key=lambda sku: (-counts[sku], sku))[:OFFERS_EACH]


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
        zone = ZoneInfo(loaded.config.server.time_zone)
        today = Today(local(now_us, zone).date(), zone, now_us)
        await Archive(database).write(batch_of(company, line, today))
        await Archive(database).write(offers_batch(company, line, today))
        await Archive(database).write(weeks_batch(company.seed, line, now_us, zone))
    finally:
        await database.close()


class Today(NamedTuple):
    """The day on which the demo begins."""

    date: date
    zone: ZoneInfo
    now_us: int


def batch_of(company: Company, line: str, today: Today) -> Batch:
    batch = Batch(consumer=CONSUMER, at_us=today.now_us)
    for number, talk in enumerate(talks(company)):
        call = _call(talk, LineId(line), f"past-{number:04d}", today)
        batch.calls.append(_state(talk, call))
        batch.events += events_of(call)
        batch.notes.append(_written(talk, call, talk.note))
        batch.dispositions.append(_written(talk, call, talk.code))
    return batch


def offers_batch(company: Company, line: str, today: Today) -> Batch:
    """The calls in which goods were offered."""
    batch = Batch(consumer=CONSUMER, at_us=today.now_us)
    for number, earlier in enumerate(offered(company)):
        talk = earlier.talk
        call = _call(talk, LineId(line), f"offers-{number:04d}", today)
        batch.calls.append(_state(talk, call))
        batch.events += events_of(call)
        batch.dispositions.append(_written(talk, call, talk.code))
        at_us = call.ended_us or call.arrived_us
        batch.offers += [
            MarkedOffer(key=call.key, offer=offer, mark=mark, at_us=at_us)
            for offer, mark in earlier.offers
        ]
    return batch


def _state(talk: EarlierTalk, call: Call) -> CallState:
    ref = CandidateRef(source=SOURCE, key=talk.customer.account)
    of = CustomerOfCall(key=call.key, ref=ref, name=talk.customer.name, by_agent=False)
    return CallState(call=call, number=talk.customer.numbers[0], customer=of)


def _written(talk: EarlierTalk, call: Call, text: str) -> Written:
    return Written(
        key=call.key,
        username=talk.login.username,
        agent=talk.login.agent,
        text=text,
        at_us=call.ended_us or call.arrived_us,
    )


def _call(talk: EarlierTalk, line: LineId, call_id: str, today: Today) -> Call:
    day = today.date - timedelta(days=talk.days_ago)
    while not OF_WEEKDAY[day.weekday()]:  # closed
        day -= timedelta(days=1)
    arrived_us = midnight_us(day, today.zone) + talk.minute * MINUTE_US
    answered_us, ended_us = arrived_us + 9_000_000, arrived_us + 170_000_000
    queue = _QUEUES.get(talk.code, "support")
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
        call_id=CallId(call_id),
        phase=Phase.ENDED,
        direction=Direction.INBOUND,
        caller=talk.customer.numbers[0],
        withheld=False,
        caller_name=None,
        dialled=DIALLED[queue],
        queue=queue,
        visits=(
            QueueVisit(
                queue=queue,
                entered_us=arrived_us,
                left="answered",
                left_us=answered_us,
            ),
        ),
        arrived_us=arrived_us,
        last_event_us=ended_us,
        first_alerting_us=arrived_us + 1_000_000,
        answered_us=answered_us,
        ended_us=ended_us,
        outcome=Outcome.COMPLETED,
        legs=(leg,),
    )
