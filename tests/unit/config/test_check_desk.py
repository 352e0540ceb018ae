"""Do the buttons of the desk name what exists?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from key_effects import loaded

from screenpop.config.problems import ConfigProblems

BUTTON = {"label": "CRM", "url": "sap:c/{customer.key}?m={attributes.menu}"}


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"url": "fax:{number}"}, "has the scheme `fax`, which is not allowed"),
        ({"url": "https://crm.example/{balance.opne}"}, "no value `balance.opne`"),
        ({"lines": ["mian"]}, "there is no line `mian`"),
        ({"facet": "balnce"}, "there is no facet `balnce`"),
    ],
)
def test_a_button_that_could_not_work_is_a_problem(
    tmp_path: Path, change: dict[str, Any], problem: str
) -> None:
    desk = {"schemes": ["sap"], "buttons": [BUTTON | change]}
    with pytest.raises(ConfigProblems) as raised:
        loaded(tmp_path, desk=desk)
    assert problem in str(raised.value)


@pytest.mark.parametrize(
    ("names", "problem"),
    [
        (["balnce"], "there is no facet `balnce`. Did you mean `balance`"),
        (["notes", "notes"], "`notes` is a duplicate in this layout"),
        (["identity"], "`identity` is always at the top of a card"),
    ],
)
def test_a_layout_names_each_facet_that_exists_once(
    tmp_path: Path, names: list[str], problem: str
) -> None:
    layout = {"facets": [{"facet": name} for name in names]}
    with pytest.raises(ConfigProblems) as raised:
        loaded(tmp_path, desk={"layouts": [layout]})
    assert problem in str(raised.value)
    assert "layouts[0].facets" in str(raised.value)


def test_a_required_result_that_nobody_could_give_is_a_problem(tmp_path: Path) -> None:
    queues = {"sales": {"label": "Sales", "result": "required"}}
    with pytest.raises(ConfigProblems) as raised:
        loaded(tmp_path, queues=queues, dispositions=[])
    assert "queues.sales.result: a result is required" in str(raised.value)


def test_a_reason_of_a_break_has_a_name_of_its_own(tmp_path: Path) -> None:
    reasons = [{"name": "lunch", "label": label} for label in ("Lunch", "Dinner")]
    with pytest.raises(ConfigProblems) as raised:
        loaded(tmp_path, desk={"break_reasons": reasons})
    assert "desk.break_reasons: `lunch` is a duplicate" in str(raised.value)


@pytest.mark.parametrize(
    ("snippets", "problem"),
    [
        ([{"name": "a b", "text": "x"}], "must be one word of at most 30"),
        ([{"name": "a", "text": "x"}, {"name": "A", "text": "y"}], "is a duplicate"),
        ([{"name": "a", "text": "{customer.nmae}"}], "no value `customer.nmae`"),
        ([{"name": "a", "text": "{note}"}], "{note} is not one of caret, number"),
        ([{"name": "a", "text": "{caret} {caret}"}], "has {caret} more than once"),
        ([{"name": "a", "text": "{customer.name"}], "a brace without its partner"),
        ([{"name": "a", "text": "x" * 1_001}], "snippets[0].text"),
        ([{"name": "a", "text": "x" * 51}], "has 51 characters, more than a note"),
        ([{"name": f"a{n}", "text": "x"} for n in range(101)], "desk.snippets"),
    ],
)
def test_a_snippet_that_could_not_work_is_a_problem(
    tmp_path: Path, snippets: list[dict[str, str]], problem: str
) -> None:
    with pytest.raises(ConfigProblems) as raised:
        loaded(tmp_path, desk={"snippets": snippets}, limits={"note_chars_max": 50})
    assert problem in str(raised.value)
