"""How must a rule be written?"""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from screenpop.config.policy import PolicyRule

RULE: dict[str, Any] = {"name": "a", "kind": "do", "when": {"today": None}, "say": "x"}


def test_a_text_may_be_a_list_of_alternatives() -> None:
    rule = PolicyRule(**{**RULE, "say": ["a", "b"], "because": "c"})
    assert rule.texts == (("say", ("a", "b")), ("because", ("c",)))
    assert PolicyRule(**RULE).texts == (("say", ("x",)), ("because", ()))


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "must"},
        {"name": "No Name"},
        {"say": ""},
        {"say": "x" * 301},
        {"priority": 101},
        {"until": "someday"},
        {"offers": {"all": True}},
        {"unless": {}},
    ],
)
def test_what_a_rule_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        PolicyRule(**{**RULE, **wrong})
