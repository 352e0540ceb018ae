"""What may be said of a source and a lookup, beyond what its connector takes."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from screenpop.config.sources import LookupSettings, Source


def test_further_keys_belong_to_the_connector() -> None:
    source = Source.model_validate({"connector": "sql", "url": "sqlite:///a"})
    assert source.own == {"url": "sqlite:///a"}
    lookup = LookupSettings.model_validate(
        {"source": "erp", "facet": "balance", "query": "select 1"}
    )
    assert lookup.own == {"query": "select 1"}


@pytest.mark.parametrize("at", ["3:00", "24:00", "03:60", "noon", "03:00:00"])
def test_a_time_of_the_day_is_hours_and_minutes(at: str) -> None:
    with pytest.raises(ValidationError, match="contacts_full_at"):
        Source(connector="sql", contacts_full_at=at)
    assert Source(connector="sql", contacts_full_at="23:59").contacts_full_at == "23:59"
