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
