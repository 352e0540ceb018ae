"""What does `explain` say of columns that no card knows?"""

from __future__ import annotations

import pytest

from screenpop.config.facets import BUILT_IN
from screenpop.domain.profile import Facet, Field, FieldState
from screenpop.lookup.explain import strangers

BALANCE = next(shape for shape in BUILT_IN if shape.name == "balance")


def facet(*names: str) -> Facet:
    value = Field(
        value="1",
        source="erp",
        fetched_at="1970-01-01T00:00:00Z",
        state=FieldState.FRESH,
    )
    return Facet(state=FieldState.FRESH, fields=dict.fromkeys(names, value))


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (("offen",), "Did you mean `open`?"),
        (("opn", "overdue"), "Did you mean `open`?"),
        (("Overdue_Since",), "Did you mean `overdue_since`?"),
        (("open", "overdue"), None),
        (("open", "opn"), None),
        (("warehouse",), None),
    ],
)
def test_a_column_like_one_that_is_missing_is_told(
    names: tuple[str, ...], said: str | None
) -> None:
    found = strangers(BALANCE, facet(*names))
    assert len(found) == (said is not None)
    assert all(str(said) in each for each in found)
