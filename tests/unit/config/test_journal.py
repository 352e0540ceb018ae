"""Is the journal's section read strictly, with its secret hidden?"""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from screenpop.config.journal import JournalOptions


def test_the_default_is_a_durable_file_of_one_node() -> None:
    options = JournalOptions()
    assert (options.engine, options.url) == ("sqlite", None)
    assert options.spool_entries_max > 0


def test_the_password_in_the_address_is_not_printed() -> None:
    options = JournalOptions.model_validate({"url": "redis://:s3cret@redis:6379"})
    assert "s3cret" not in repr(options)
    assert "s3cret" not in options.model_dump_json()


@pytest.mark.parametrize(
    "wrong",
    [
        {"engine": "kafka"},
        {"key_prefix": "a{b}"},
        {"node": "two words"},
        {"spool_entries_max": 1_000_001},  # a time apart has so many numbers
        {"spool_entries_max": -1},
        {"retention_h": 1},
        {"retries": 3},
    ],
)
def test_what_is_not_meant_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        JournalOptions.model_validate(wrong)
