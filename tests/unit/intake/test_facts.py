"""Forms and queries are read as the standard library reads them."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screenpop.domain.errors import BadInput
from screenpop.intake.facts import FORM_FIELDS_MAX, fields_of, pairs_of, unescape_in

TEXTS = st.one_of(
    st.text(alphabet="ab=&+%2C3Dé;\x00 ", max_size=40), st.text(max_size=40)
)


@given(text=TEXTS)
def test_a_form_is_read_as_the_standard_library_reads_it(text: str) -> None:
    expected = parse_qsl(text, keep_blank_values=True, errors="replace")
    assert pairs_of(text, "form") == expected


def test_a_form_with_too_many_fields_is_refused_in_words() -> None:
    assert len(pairs_of("a&" * (FORM_FIELDS_MAX - 1) + "a", "form")) == FORM_FIELDS_MAX
    with pytest.raises(BadInput, match="has 2001 fields, at most 2000 are read"):
        pairs_of("&" * FORM_FIELDS_MAX, "form")


def test_a_repeated_name_and_one_with_brackets_hold_lists() -> None:
    pairs = pairs_of("a=1&b%5B%5D=x&a=2&c=&d", "query")
    assert fields_of(pairs) == {"a": ["1", "2"], "b": ["x"], "c": "", "d": ""}


@given(text=TEXTS)
def test_lenient_reading_changes_only_what_is_not_utf_8(text: str) -> None:
    expected = pairs_of(text, "form")
    lenient = pairs_of(text, "form", unescape_in(None))
    if "\ufffd" not in repr(expected):
        assert lenient == expected
    assert len(lenient) == len(expected)
