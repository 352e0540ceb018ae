"""Does the demo's history give the sales policy something to say?"""

from __future__ import annotations

from collections import Counter
from zoneinfo import ZoneInfo

from screenpop.demo.callers import showpiece
from screenpop.demo.company import Company
from screenpop.demo.past import Today, batch_of, offered, offers_batch, talks
from screenpop.domain.local_time import local, midnight_us
from screenpop.domain.offer import Mark

NOW_US = 1_795_251_600_000_000
ZONE = ZoneInfo("Europe/London")
TODAY = Today(local(NOW_US, ZONE).date(), ZONE, NOW_US)
MIDNIGHT_US = midnight_us(TODAY.date, ZONE)


def test_the_first_caller_called_twice_since_the_day_before_yesterday(
    company: Company,
) -> None:
    first = showpiece(company)
    mine = [talk for talk in talks(company) if talk.customer is first]
    assert [talk.code for talk in mine] == ["complaint", "call_back"]
    assert [talk.days_ago for talk in mine] == [1, 1]
    assert mine[0].minute < mine[1].minute


def test_who_promised_a_payment_is_overdue_and_paid_nothing_since(
    company: Company,
) -> None:
    promised = [t.customer.account for t in talks(company) if "promised" in t.code]
    open_by_account, today = company.open_invoices(), company.today.toordinal()
    assert len(promised) >= 20
    for account in promised:
        assert any(invoice.due < today for invoice in open_by_account[account])
        mine = [i for i in company.invoices if i.account == account]
        assert all(p.day < today - 20 for i in mine for p in i.payments)


def test_the_history_is_repeatable_and_each_call_was_answered(company: Company) -> None:
    batch = batch_of(company, "telephones", TODAY)
    assert batch == batch_of(company, "telephones", TODAY)
    assert max(Counter(x.call.key for x in batch.calls).values()) == 1
    assert len(batch.notes) == len(batch.dispositions) == len(batch.calls)
    for state in batch.calls:
        assert state.call.arrived_us < (state.call.answered_us or 0) < MIDNIGHT_US


def test_offers_of_the_last_weeks_are_marked_and_some_are_held_back(
    company: Company,
) -> None:
    batch = offers_batch(company, "telephones", TODAY)
    assert batch == offers_batch(company, "telephones", TODAY)
    marks = Counter(each.mark for each in batch.offers)
    assert set(marks) == set(Mark)
    assert 0.2 < marks[Mark.HELD_BACK] / marks.total() < 0.3
    settled_us = NOW_US - 15 * 86_400_000_000
    old = Counter(
        x.mark is Mark.HELD_BACK for x in batch.offers if x.at_us < settled_us
    )
    assert min(old[True], old[False]) > 100  # enough to compare
    assert all(x.at_us < NOW_US - 2 * 86_400_000_000 for x in batch.offers)
    known = {state.call.key for state in batch.calls}
    assert {x.key for x in batch.offers} == known


def test_nothing_is_offered_that_was_not_bought_before_and_no_service(
    company: Company,
) -> None:
    services = {
        s.product.sku for s in company.stock if s.product.category == "Services"
    }
    assert services
    today = company.today.toordinal()
    for earlier in offered(company):
        day = today - earlier.talk.days_ago
        bought = {
            line.sku
            for order in company.orders
            if order.account == earlier.talk.customer.account and order.day <= day
            for line in order.lines
        }
        likely = [o.item for o, _ in earlier.offers if o.facet == "recommendations"]
        along = [o.item for o, _ in earlier.offers if o.facet == "goes_with"]
        assert likely
        assert set(likely) <= bought
        assert not services & {*likely, *along}
        assert not set(likely) & set(along)


def test_entitlements_name_devices_that_were_bought_and_answers_that_are_due(
    company: Company,
) -> None:
    bought = {(o.account, line.sku) for o in company.orders for line in o.lines}
    warranties = [e for e in company.entitlements if e.kind == "WARRANTY"]
    contracts = [e for e in company.entitlements if e.kind == "SERVICE"]
    assert all((e.account, e.sku) in bought for e in warranties)
    waiting = {t.account for t in company.tickets if t.closed is None}
    assert {e.account for e in contracts} <= waiting
    assert len({e.respond_minute for e in contracts}) > 30
