"""Canary callers that cannot be tried, or expect what cannot come, are refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from key_effects import NUMBER, customers, loaded

from screenpop.config.check import check
from screenpop.domain.errors import ConfigError


@pytest.mark.parametrize(
    ("canaries", "said"),
    [
        ({"numbers": ["020 7946 0958"]}, "must be a telephone number in E.164"),
        ({"numbers": []}, "numbers"),
        ({"numbers": [NUMBER], "at": "6:30"}, "must be a time of the day"),
        ({"numbers": [NUMBER], "expect": ["open"]}, "must be a facet, a dot and"),
        ({"numbers": [NUMBER], "expect": ["balance.open"]}, "no lookup for the facet"),
    ],
)
def test_what_cannot_be_tried_is_refused_with_its_place(
    tmp_path: Path, canaries: dict[str, Any], said: str
) -> None:
    crm = customers(tmp_path, "7,Ada,020 7946 0958,Leeds") | {"canaries": canaries}
    with pytest.raises(ConfigError, match=said) as caught:
        loaded(tmp_path, sources={"crm": crm})
    assert "sources.crm.canaries" in str(caught.value)


def test_a_source_that_knows_callers_may_be_expected_to_name_them(
    tmp_path: Path,
) -> None:
    canaries = {"numbers": [NUMBER], "expect": ["identity.name"]}
    crm = customers(tmp_path, "7,Ada,020 7946 0958,Leeds") | {"canaries": canaries}
    assert check(loaded(tmp_path, sources={"crm": crm})) == []


def test_a_lookup_that_cannot_be_read_is_the_only_problem(tmp_path: Path) -> None:
    canaries = {"numbers": [NUMBER], "expect": ["balance.open"]}
    crm = customers(tmp_path, "7,Ada,020 7946 0958,Leeds") | {"canaries": canaries}
    owed = {"source": "crm", "facet": "balance", "timeout_ms": "soon"}
    with pytest.raises(ConfigError) as caught:
        loaded(tmp_path, sources={"crm": crm}, lookups={"owed": owed})
    assert "lookups.owed.timeout_ms" in str(caught.value)
    assert "canaries" not in str(caught.value)
