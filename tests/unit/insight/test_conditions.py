"""Do conditions follow three-valued logic, whatever is missing?"""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.insight.calls import FAILED, NOT_ASKED, PENDING, evidence, fields, rows

from screenpop.config.facets import all_shapes
from screenpop.config.model import Configuration
from screenpop.domain.profile import Facet
from screenpop.insight.checks import Truth, all_of, any_of, negated
from screenpop.insight.conditions import ConditionReader
from screenpop.insight.rule_compiler import RuleNames

NAMES = RuleNames(all_shapes(Configuration()))
TRUTHS: tuple[Truth, ...] = (True, False, None)


def holds(when: dict[str, Any], **facets: Facet) -> Truth:
    reader = ConditionReader(NAMES)
    group = reader.group(when, ("when",))
    assert [str(mistake) for mistake in reader.mistakes] == []
    return group.holds(evidence(**facets))


def test_false_wins_over_unknown_in_all_and_true_in_any() -> None:
    expected = {
        (True, True): (True, True), (True, False): (False, True),
        (True, None): (None, True), (False, False): (False, False),
        (False, None): (False, None), (None, None): (None, None),
    }  # fmt: skip
    for one, other in product(TRUTHS, TRUTHS):
        both, either = expected.get((one, other)) or expected[other, one]
        assert all_of((one, other)) is both
        assert any_of((one, other)) is either
    assert [negated(truth) for truth in TRUTHS] == [False, True, None]
    assert (all_of(()), any_of(())) == (True, False)


@given(st.lists(st.sampled_from(TRUTHS)))
def test_what_is_decided_stays_so_whatever_the_unknown_turns_out_to_be(
    truths: list[Truth],
) -> None:
    for way in (all_of, any_of):
        decided = way(truths)
        if decided is not None:
            for guess in (True, False):
                known = [guess if truth is None else truth for truth in truths]
                assert way(known) is decided


TESTS: dict[str, Any] = {
    "balance.overdue": {"above": 0},
    "balance.credit_hold": True,
    "credit_terms.rating": {"not": "A"},
    "identity.segment": {"starts": "Tr"},
    "identity.city": {"matches": "."},
    "credit_terms.reviewed_at": {"below": "2026-01-01"},
    "balance.open_invoices": [1, 2],
    "tickets": {"status": "open"},
    "calls.last_2_days": {"above": 0},
    "balance.last_payment": {"present": True},
    "balance.last_payment_at": {"present": False},
    "balance.currency": None,
}


@pytest.mark.parametrize("facet", [None, FAILED, PENDING, NOT_ASKED])
@pytest.mark.parametrize("name", TESTS)
@pytest.mark.parametrize("how", ["plain", "any", "none"])
def test_what_is_not_known_makes_no_condition_true_or_false(
    name: str, facet: Facet | None, how: str
) -> None:
    shapes = all_shapes(Configuration())
    every = {} if facet is None else {shape.name: facet for shape in shapes}
    when = {name: TESTS[name]}
    assert holds(when if how == "plain" else {how: [when]}, **every) is None


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ({"above": 0}, None),
        ({"not": 5}, None),
        ([1, 2], None),
        ({"present": True}, False),
        ({"present": False}, True),
        (None, True),
        ([None, 5], True),
        ({"not": None}, False),
    ],
)
def test_an_empty_value_decides_only_whether_there_is_one(
    test: Any, expected: Truth
) -> None:
    assert holds({"balance.overdue": test}, balance=fields()) is expected


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ({"balance.overdue": {"above": 480}}, True),
        ({"balance.overdue": {"above": 480.5}}, False),
        ({"balance.overdue": {"above": 100, "below": 400}}, False),
        ({"balance.overdue": 480.5}, True),
        ({"balance.overdue": {"not": 480.5}}, False),
        ({"balance.overdue_since": {"below": "2026-09-02"}}, True),
        ({"balance.overdue_since": {"above": "2026-09-01"}}, False),
        ({"balance.credit_hold": False}, True),
        ({"balance.currency": ["eur", "gbp"]}, True),
        ({"balance.currency": {"starts": "G"}}, True),
        ({"any": [{"balance.open": 1}, {"balance.currency": "GBP"}]}, True),
        ({"none": [{"balance.currency": "GBP"}]}, False),
        ({"none": [{"balance.currency": "EUR"}]}, True),
        ({"balance.currency": "GBP", "balance.credit_hold": True}, False),
    ],
)
def test_a_known_value_is_compared_by_its_type(
    when: dict[str, Any], expected: Truth
) -> None:
    balance = fields(
        overdue="480.50", overdue_since="2026-09-01", currency="GBP", credit_hold=False
    )
    assert holds(when, balance=balance) is expected


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ({"status": "open", "priority": "high"}, True),
        ({"status": "closed", "priority": "high"}, False),
        ({"status": "closed", "assignee": "Ben"}, None),
        ({"status": "closed", "assignee": {"present": False}}, True),
    ],
)
def test_one_row_must_fit_all_tests_of_its_columns(
    test: dict[str, Any], expected: Truth
) -> None:
    tickets = rows(
        {"status": "open", "priority": "high"}, {"status": "closed", "priority": "low"}
    )
    assert holds({"tickets": test}, tickets=tickets) is expected
    assert holds({"tickets": test}, tickets=rows()) is False
