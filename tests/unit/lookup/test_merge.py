"""All answers together, value by value, with nothing smoothed over."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from pipeline_doubles import candidate

from screenpop.domain.profile import (
    Answer,
    CandidateRef,
    FieldState,
    LookupOutcome,
    Profile,
    Row,
    Scalar,
)
from screenpop.lookup.merge import Findings, LookupShape, Memo, grouped, merge, same
from screenpop.lookup.values import Type

SEVEN = CandidateRef(source="erp", key="7")


def shape(name: str, facet: str = "balance", **more: Any) -> LookupShape:
    return LookupShape(name=name, source=f"{name} source", facet=facet, **more)


def answer(
    name: str,
    *rows: Row,
    outcome: LookupOutcome = LookupOutcome.OK,
    subject: CandidateRef | None = None,
    message: str | None = None,
) -> Answer:
    return Answer(
        lookup=name,
        source=f"{name} source",
        facet="balance",
        outcome=outcome,
        rows=rows,
        subject=subject,
        fetched_us=1,
        message=message,
    )


def merged(
    answers: list[Answer],
    shapes: list[LookupShape],
    pending: frozenset[str] = frozenset(),
    chosen: CandidateRef | None = None,
    withheld: bool = False,
) -> Profile:
    return merge(
        Findings(
            answers={a.lookup: a for a in answers},
            pending=pending,
            candidates=(candidate("7", city="Leeds"),) if chosen else (),
            chosen=chosen,
            withheld=withheld,
        ),
        grouped(shapes),
    )


def test_each_value_knows_its_source() -> None:
    facet = merged([answer("erp", {"open": "5"})], [shape("erp")]).facets["balance"]
    assert facet.state is FieldState.FRESH
    assert (facet.fields["open"].value, facet.fields["open"].source) == (
        "5",
        "erp source",
    )


def test_a_conflict_is_shown_as_a_conflict() -> None:
    profile = merged(
        [answer("crm", {"open": "7"}), answer("erp", {"open": "5"})],
        [shape("erp"), shape("crm")],
    )
    field = profile.facets["balance"].fields["open"]
    assert field.value == "5"
    assert [(o.value, o.source) for o in field.others] == [("7", "crm source")]


def test_agreement_is_no_conflict() -> None:
    profile = merged(
        [answer("crm", {"open": "5.00"}), answer("erp", {"open": 5})],
        [shape("erp"), shape("crm")],
    )
    assert profile.facets["balance"].fields["open"].others == ()


def test_a_failed_lookup_leaves_the_others_values_and_a_note() -> None:
    failed = answer("crm", outcome=LookupOutcome.FAILED, message="CRM failed: 500")
    facet = merged(
        [answer("erp", {"open": "5"}), failed], [shape("erp"), shape("crm")]
    ).facets["balance"]
    assert facet.state is FieldState.FRESH
    assert [(n.state, n.message) for n in facet.notes] == [
        (FieldState.FRESH, None),
        (FieldState.FAILED, "CRM failed: 500"),
    ]


def test_a_pending_lookup_is_pending_until_it_answers() -> None:
    profile = merged([], [shape("erp")], pending=frozenset({"erp"}))
    assert profile.facets["balance"].state is FieldState.PENDING


def test_an_answer_about_another_customer_is_left_out() -> None:
    other = CandidateRef(source="erp", key="8")
    profile = merged(
        [answer("erp", {"open": "5"}, subject=other)],
        [shape("erp", needs_customer=True)],
        pending=frozenset({"erp"}),
        chosen=SEVEN,
    )
    assert profile.facets["balance"].fields == {}
    assert profile.facets["balance"].state is FieldState.PENDING


def test_a_lookup_that_cannot_know_the_customer_says_that_it_was_not_asked() -> None:
    other = replace(
        shape("ledger", needs_customer=True), customers_of=frozenset({"ledger"})
    )
    (note,) = merged([], [other], chosen=SEVEN).facets["balance"].notes
    assert note.message == "not asked: it knows customers of other sources"


def test_a_withheld_number_says_so_in_every_facet() -> None:
    facet = merged([], [shape("erp")], withheld=True).facets["balance"]
    assert facet.state is FieldState.WITHHELD
    assert facet.notes[0].message == "number withheld: not asked"


def test_rows_are_a_list_and_stale_ones_say_so() -> None:
    profile = merged(
        [answer("orders", {"no": 1}, {"no": 2}, outcome=LookupOutcome.STALE)],
        [shape("orders", "sales_history", as_rows=True)],
    )
    facet = profile.facets["sales_history"]
    assert facet.rows == ({"no": 1}, {"no": 2})
    assert (facet.state, facet.rows_state) == (FieldState.STALE, FieldState.STALE)


def test_the_chosen_customers_record_is_the_identity() -> None:
    fields = merged([], [], chosen=SEVEN).facets["identity"].fields
    assert {name: field.value for name, field in fields.items()} == {
        "name": "Customer 7",
        "id": "7",
        "city": "Leeds",
    }


def test_a_card_that_names_another_company_conflicts_with_the_record() -> None:
    profile = merged(
        [answer("cards", {"name": "Customer Seven"})],
        [shape("cards", "identity")],
        chosen=SEVEN,
    )
    name = profile.facets["identity"].fields["name"]
    assert name.value == "Customer 7"
    assert name.others[0].value == "Customer Seven"


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ("1250.00", 1250, True),
        (" Acme  Ltd ", "acme ltd", True),
        (True, 1, True),
        ("0815", "815", False),
        ("Infinity", "inf", False),
        (None, "", False),
        ("12", "12 EUR", False),
    ],
)
def test_the_same_said_differently(one: Scalar, other: Scalar, equal: bool) -> None:
    assert same(one, other) is equal


def test_a_facet_about_which_nothing_new_was_found_is_the_same_object() -> None:
    memo: Memo = {}
    groups = grouped([shape("erp"), shape("orders", "sales_history", as_rows=True)])
    told = {"erp": answer("erp", {"open": "5"})}
    first = merge(Findings(answers=told), groups, memo)
    more = {**told, "orders": answer("orders", {"no": 1})}
    second = merge(Findings(answers=more), groups, memo)
    assert second.facets["balance"] is first.facets["balance"]
    assert second.facets["sales_history"] != first.facets["sales_history"]


values = st.none() | st.text(max_size=5) | st.integers() | st.booleans()
rows = st.dictionaries(st.sampled_from("abc"), values, max_size=3)


@given(st.permutations([("x", {"a": 1}), ("y", {"a": 2}), ("z", {"b": 3})]), rows)
def test_the_order_of_arrival_does_not_matter(
    arrived: list[tuple[str, Row]], more: Row
) -> None:
    shapes = [shape(name) for name in "xyz"]
    answers = [answer(name, {**more, **row}) for name, row in arrived]
    by_name = sorted(answers, key=lambda a: a.lookup)
    assert merged(answers, shapes) == merged(by_name, shapes)


@given(rows, rows)
def test_no_value_is_lost(first: Row, second: Row) -> None:
    profile = merged(
        [answer("x", first), answer("y", second)], [shape("x"), shape("y")]
    )
    fields = profile.facets["balance"].fields
    for row in (first, second):
        for name, value in row.items():
            if value is not None:
                told = [fields[name].value, *(o.value for o in fields[name].others)]
                assert any(same(value, one) for one in told)


def test_a_customers_own_columns_are_read_by_their_types() -> None:
    ada = candidate("7", customer_since="0000-00-00", vip="J", city="Leeds")
    types = {"customer_since": Type("date"), "vip": Type("flag")}
    findings = Findings(answers={}, candidates=(ada,), chosen=ada.ref)
    fields = merge(findings, grouped((), types)).facets["identity"].fields
    shown = {name: one.value for name, one in fields.items() if name != "id"}
    assert shown == {"name": "Customer 7", "vip": True, "city": "Leeds"}


@pytest.mark.parametrize(
    ("needs", "said"),
    [
        (("customer.account", "customer.key"), ":customer.account has no value"),
        (("ivr.account",), ":ivr.account has no value"),
        (("number", "queue", "today"), ":number or :queue has no value"),
    ],
)
def test_a_lookup_that_was_not_asked_names_the_value_that_was_missing(
    needs: tuple[str, ...], said: str
) -> None:
    shape = LookupShape(name="terms", source="erp", facet="credit_terms", needs=needs)
    profile = merge(Findings(answers={}), grouped((shape,)))
    assert profile.facets["credit_terms"].notes[0].message == f"not asked: {said}"
