from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screenpop.domain.call_counts import NAMES
from screenpop.domain.errors import BadInput
from screenpop.domain.service_level import ServiceLevelRules, VariantName
from screenpop.wallboard.past import (
    AGENT_TIMES,
    amounts_behind,
    amounts_of,
    of_the_past,
    past_values,
    why_counted,
)

RULES = ServiceLevelRules()


def test_every_number_of_the_past_has_amounts_behind_it() -> None:
    defined = [each.name for each in of_the_past(RULES)]
    assert set(defined) == past_values({}, RULES).keys()
    for name in defined:
        assert set(amounts_behind(name, RULES)) <= set(NAMES)


@given(
    sums=st.fixed_dictionaries(
        {name: st.integers(0, 1000) for name in (*NAMES, *AGENT_TIMES)}
    ),
    variant=st.sampled_from(get_args(VariantName)),
    flags=st.tuples(st.booleans(), st.booleans(), st.booleans()),
)
def test_a_number_needs_no_more_than_its_own_amounts(
    sums: dict[str, int], variant: VariantName, flags: tuple[bool, bool, bool]
) -> None:
    abandons, short, flow_outs = flags
    rules = ServiceLevelRules(
        variant=variant,
        count_abandons=abandons,
        count_short_abandons=short,
        count_flow_outs=flow_outs,
    )
    for name, value in past_values(sums, rules).items():
        if name == "service_level" and variant == "in_queue_now":
            continue
        some = {each: sums[each] for each in amounts_of(name, rules)}
        assert past_values(some, rules)[name] == value, name


def test_no_formula_of_the_past_speaks_of_today() -> None:
    assert not [x for x in of_the_past(RULES) if "today" in x.formula]


def test_who_waits_now_has_no_past() -> None:
    now = ServiceLevelRules(variant="in_queue_now")
    assert past_values({"sl_offered": 3}, now)["service_level"] is None
    with pytest.raises(BadInput, match="'service_level' is not a number of the past"):
        amounts_behind("service_level", now)


def test_why_a_call_counts_is_said_in_words() -> None:
    assert why_counted("sales", {"offered": 2, "sl_answered_within": 1}) == (
        "Counts in sales as offered (2 times), answered within the target."
    )
    assert why_counted("", {"missed": 1}) == "Counts without a queue name as missed."
