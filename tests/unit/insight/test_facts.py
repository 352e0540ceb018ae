"""Is every fact computed as it is documented, and not known where it is not?"""

from __future__ import annotations

import pytest
from unit.insight.calls import (
    FAILED,
    NOT_ASKED,
    NOW_AT,
    PENDING,
    call,
    earlier,
    evidence,
    fields,
    note,
    rows,
)

from screenpop.config.facets import BUILT_IN
from screenpop.domain.call import Direction
from screenpop.domain.profile import Facet, Field, FieldState, OtherValue, Row, Scalar
from screenpop.insight import facts
from screenpop.insight.evidence import Fact, Status


def value(name: str, **facets: Facet) -> Scalar | Status:
    """The value of a fact; its status if it has none."""
    fact = facts.reader(name)(evidence(**facets))
    return fact.value if fact.status is Status.KNOWN else fact.status


CALLS = (
    earlier("2026-11-20T16:40:00Z", disposition="complaint"),
    earlier("2026-11-19T12:00:00Z", agent="Ben", outcome="abandoned", talk_s=None),
    earlier("2026-11-19T08:59:00Z", direction="outbound"),
    earlier("2026-11-15T09:00:00Z", disposition="call_back"),
    earlier("2026-10-25T09:00:00Z"),
    earlier("2026-10-01T09:00:00Z"),
)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("calls.last_2_days", 3),
        ("calls.last_7_days", 4),
        ("calls.last_30_days", 5),
        ("calls.last_at", "2026-11-20T16:40:00Z"),
        ("calls.last_agent", "Ana Lee"),
        ("calls.last_result", "complaint"),
        (
            "calls.recent",
            "20 Nov 16:40 Ana Lee, complaint; 19 Nov 12:00 Ben, abandoned;"
            " 19 Nov 08:59 Ana Lee, completed",
        ),
    ],
)
def test_earlier_calls_are_counted_and_named(name: str, expected: Scalar) -> None:
    assert value(name, interactions=rows(*CALLS)) == expected


def test_the_first_call_of_a_customer_is_one_call() -> None:
    assert value("calls.last_2_days", interactions=rows()) == 1
    outgoing = evidence(call(direction=Direction.OUTBOUND), interactions=rows())
    assert facts.reader("calls.last_2_days")(outgoing).value == 0
    assert value("calls.last_at", interactions=rows()) is Status.EMPTY


PROMISED = earlier("2026-11-10T10:00:00Z", disposition="payment_promised")


@pytest.mark.parametrize(
    ("balance", "expected"),
    [
        ({"overdue": "480.50", "last_payment_at": "2026-11-01"}, 11),
        ({"overdue": "480.50", "last_payment_at": "2026-11-10"}, Status.EMPTY),
        ({"overdue": "0.00", "last_payment_at": "2026-01-01"}, Status.EMPTY),
        ({"overdue": "480.50"}, 11),
        ({}, Status.UNKNOWN),
    ],
)
def test_a_promise_of_payment_is_open_until_money_came(
    balance: dict[str, Scalar], expected: Scalar | Status
) -> None:
    given = {"interactions": rows(PROMISED), "balance": fields(**balance)}
    assert value("promise.payment_days", **given) == expected


def test_a_promise_is_also_found_in_the_words_of_a_note() -> None:
    said = earlier("2026-11-20T10:00:00Z", note="Call-back tomorrow, she said")
    later = earlier("2026-11-20T15:00:00Z", talk_s=None)
    answered = earlier("2026-11-20T17:00:00Z", talk_s=12)
    assert value("promise.call_back_days", interactions=rows(later, said)) == 1
    assert value("promise.call_back_by", interactions=rows(later, said)) == "Ana Lee"
    kept = rows(answered, said)
    assert value("promise.call_back_days", interactions=kept) is Status.EMPTY


def test_without_a_balance_a_promise_is_neither_kept_nor_broken() -> None:
    calls = rows(PROMISED)
    broken = {"interactions": calls, "balance": FAILED}
    assert value("promise.payment_days", **broken) is Status.UNKNOWN
    asked = {"interactions": calls, "balance": PENDING}
    assert value("promise.payment_days", **asked) is Status.PENDING


TICKETS = (
    {"ticket": "T1", "subject": "Squeaks", "status": "open", "opened_at": "2026-11-18"},
    {"ticket": "T2", "subject": "Older", "status": "New", "opened_at": "2026-11-01"},
    {"ticket": "T3", "subject": "Done", "status": "Closed", "opened_at": "2026-10-01"},
)


def test_open_tickets_are_counted_and_the_oldest_is_named() -> None:
    tickets = rows(*TICKETS)
    assert value("ticket.open", tickets=tickets) == 2
    assert value("ticket.oldest", tickets=tickets) == "Older"
    assert value("ticket.oldest_days", tickets=tickets) == 20
    assert value("ticket.open", tickets=rows()) == 0


ENTITLED: tuple[Row, ...] = (
    {"product": "Charger", "kind": "Warranty", "valid_until": "2026-12-01"},
    {"product": "Old", "kind": "Warranty", "valid_until": "2020-12-01"},
    {
        "kind": "Service contract", "level": "Gold", "active": True,
        "respond_by": "2026-11-21T10:40:00Z", "penalty": "250.00", "currency": "GBP",
    },
    {"kind": "Service contract", "active": False, "respond_by": "2026-11-21T01:00:00Z"},
)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("warranty.active", True),
        ("warranty.product", "Charger"),
        ("warranty.until", "2026-12-01"),
        ("warranty.days_left", 10),
        ("sla.respond_by", "2026-11-21T10:40:00Z"),
        ("sla.due_in_min", 100),
        ("sla.late_min", Status.EMPTY),
        ("sla.level", "Gold"),
        ("sla.penalty", "250.00"),
    ],
)
def test_warranty_and_deadlines_come_from_entitlements(
    name: str, expected: Scalar | Status
) -> None:
    assert value(name, entitlements=rows(*ENTITLED)) == expected


def test_a_warranty_that_ended_and_a_deadline_that_passed_are_said_to_be_so() -> None:
    ended = rows(ENTITLED[1], {"respond_by": "2026-11-21T08:30:00Z"})
    assert value("warranty.active", entitlements=ended) is False
    assert value("warranty.days_left", entitlements=ended) is Status.EMPTY
    assert value("sla.late_min", entitlements=ended) == 30
    assert value("sla.due_in_min", entitlements=ended) is Status.EMPTY
    assert value("warranty.active", entitlements=rows()) is False


@pytest.mark.parametrize(
    ("subject", "product"),
    [
        ("Shows error E7: charger", "Charger"),
        ("Loose: Old", Status.EMPTY),
        ("Squeaks", Status.EMPTY),
    ],
)
def test_a_ticket_is_under_warranty_if_the_product_that_it_names_is(
    subject: str, product: str | Status
) -> None:
    given = {
        "tickets": rows({"subject": subject, "status": "open"}),
        "entitlements": rows(*ENTITLED),
    }
    assert value("ticket.under_warranty", **given) == product
    closed = {**given, "tickets": rows({"subject": subject, "status": "closed"})}
    assert value("ticket.under_warranty", **closed) is Status.EMPTY
    unknown = {**given, "entitlements": FAILED}
    assert value("ticket.under_warranty", **unknown) is Status.UNKNOWN
    assert value("ticket.open", **unknown) == 1


def test_overdue_has_an_amount_and_days() -> None:
    late = fields(overdue="480.50", overdue_since="2026-11-01", currency="GBP")
    assert value("overdue.days", balance=late) == 20
    amount = facts.reader("overdue.amount")(evidence(balance=late))
    assert (amount.value, amount.currency) == ("480.50", "GBP")
    assert value("overdue.days", balance=fields(overdue="0.00")) == 0
    assert value("overdue.days", balance=fields(overdue="1.00")) is Status.EMPTY


@pytest.mark.parametrize(
    ("balance", "terms", "expected"),
    [
        (fields(credit_hold=False), fields(blocked=True), True),
        (fields(credit_hold=False), fields(blocked=False), False),
        (fields(credit_hold=True), FAILED, True),
        (fields(credit_hold=False), FAILED, Status.UNKNOWN),
        (fields(credit_hold=True), PENDING, Status.PENDING),
        (fields(), fields(), Status.EMPTY),
        (NOT_ASKED, NOT_ASKED, Status.UNKNOWN),
    ],
)
def test_one_source_that_says_hold_is_enough(
    balance: Facet, terms: Facet, expected: Scalar | Status
) -> None:
    assert value("credit.hold", balance=balance, credit_terms=terms) == expected


def test_a_source_that_disagrees_about_a_hold_is_heard() -> None:
    other = OtherValue(value=True, source="credit", fetched_at=NOW_AT)
    field = Field(
        value=False,
        source="erp",
        fetched_at=NOW_AT,
        state=FieldState.FRESH,
        others=(other,),
    )
    facet = Facet(
        state=FieldState.FRESH, fields={"credit_hold": field}, notes=(note(),)
    )
    assert value("credit.hold", balance=facet) is True


def test_the_used_share_of_the_limit_is_a_percentage() -> None:
    assert (
        value("credit.used_share", credit_terms=fields(used="4200", limit=5000)) == 84
    )
    none = fields(used="10", limit="0")
    assert value("credit.used_share", credit_terms=none) is Status.EMPTY


def test_the_item_that_is_latest_is_due_again() -> None:
    offers = rows(
        {"product": "Chain", "usual_days": 30, "last_bought": "2026-10-01"},
        {"product": "Tube", "usual_days": 10, "last_bought": "2026-11-12"},
        {"product": "New one"},
    )
    assert value("due_again.product", recommendations=offers) == "Chain"
    assert value("due_again.days_late", recommendations=offers) == 21
    soon = rows({"product": "Tube", "usual_days": 10, "last_bought": "2026-11-12"})
    assert value("due_again.product", recommendations=soon) is Status.EMPTY


def test_the_call_itself_is_always_known() -> None:
    given = evidence(call(attributes={"account": "4711"}))
    found = {name: facts.reader(name)(given).value for name in (
        "call.queue", "call.direction", "call.dialled", "call.country",
        "call.withheld", "call.line", "ivr.account", "today",
    )}  # fmt: skip
    assert found == {
        "call.queue": "sales", "call.direction": "inbound",
        "call.dialled": "+442079460100", "call.country": "GB", "call.withheld": False,
        "call.line": "main", "ivr.account": "4711", "today": "2026-11-21",
    }  # fmt: skip
    assert facts.reader("ivr.other")(given).status is Status.EMPTY


COMPUTED = [x.name for x in facts.FACTS if not x.name.startswith(("call.", "today"))]


@pytest.mark.parametrize("name", COMPUTED)
@pytest.mark.parametrize(
    ("facet", "status"),
    [
        (None, Status.UNKNOWN),
        (FAILED, Status.UNKNOWN),
        (NOT_ASKED, Status.UNKNOWN),
        (PENDING, Status.PENDING),
    ],
)
def test_a_fact_is_as_little_known_as_what_it_rests_on(
    name: str, facet: Facet | None, status: Status
) -> None:
    every = {} if facet is None else {shape.name: facet for shape in BUILT_IN}
    assert facts.reader(name)(evidence(**every)).status is status


def test_a_facet_is_pending_while_one_of_its_lookups_is() -> None:
    half = fields(note(), note(FieldState.PENDING), overdue="480.50")
    assert value("overdue.amount", balance=half) is Status.PENDING
    broken = fields(note(), note(FieldState.FAILED), overdue="480.50")
    assert value("overdue.amount", balance=broken) == "480.50"
    assert evidence(balance=broken).field("balance", "open") == Fact(Status.UNKNOWN)
