"""Is a word in place of a number known, however systems write it?"""

from __future__ import annotations

import pytest

from screenpop.domain.phone import Presentation
from screenpop.support.number_text import not_shown


@pytest.mark.parametrize(
    "text",
    ["anonymous", "ANONYMOUS", "-blocked-", "Restricted", "CLIR", "Caller_ID_Blocked",
     "private-number", "Nummer unterdrückt", "Numéro masqué", "非通知", "No Caller ID",
     '"Withheld"', "(private)", "+266696687", "Caller ID withheld by user",
     "Anrufer anonym", "Private/Unknown",
     "appelant masqué", "WITHHELD_CLI"],
)  # fmt: skip
def test_withheld(text: str) -> None:
    assert not_shown(text) is Presentation.WITHHELD


@pytest.mark.parametrize(
    "text",
    ["", "unknown", "<unknown>", "unbekannt", "Inconnu", "asserted", "asserted-id",
     "N/A", "0000", "+000", "-", "???", "未知", "+8656696", "Anrufer unbekannt",
     "caller name unavailable"],
)  # fmt: skip
def test_unavailable(text: str) -> None:
    assert not_shown(text) is Presentation.UNAVAILABLE


@pytest.mark.parametrize(
    "text",
    ["+442079460958", "0", "12", "client:mara", "private 020 7946 0958", "x" * 500,
     "caller", "Ms Private", "number one"],
)  # fmt: skip
def test_anything_else_may_be_a_number(text: str) -> None:
    assert not_shown(text) is None
