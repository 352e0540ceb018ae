"""Does the demo's history give the sales policy something to say?"""

from __future__ import annotations

from collections import Counter

from screenpop.demo.callers import showpiece
from screenpop.demo.company import Company
from screenpop.demo.past import batch_of, talks

NOW_US = 1_795_251_600_000_000


def test_the_first_caller_called_twice_since_the_day_before_yesterday(
    company: Company,
) -> None:
    first = showpiece(company)
    mine = [talk for talk in talks(company) if talk.customer is first]
    assert [talk.code for talk in mine] == ["complaint", "call_back"]
    assert all(talk.minutes_ago < 2 * 24 * 60 for talk in mine)


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
    batch = batch_of(company, "telephones", NOW_US)
    assert batch == batch_of(company, "telephones", NOW_US)
    assert max(Counter(x.call.key for x in batch.calls).values()) == 1
    assert len(batch.notes) == len(batch.dispositions) == len(batch.calls)
    for state in batch.calls:
        assert state.call.arrived_us < (state.call.answered_us or 0) < NOW_US


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
