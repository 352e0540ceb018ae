"""What an agent types is a value: it has no meaning in SQL, LDAP or an address."""

from __future__ import annotations

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screenpop.connector.searching import (
    LIKE_SIGNS_OF_SQL_SERVER,
    ldap_escaped,
    like_escaped,
    search_parameters,
)


@given(
    text=st.text(
        st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=12
    )
)
def test_a_pattern_finds_what_was_typed_and_nothing_else(text: str) -> None:
    names = [text, f"a{text}b", "%", "_", "!", "[x]", "100%", "ab"]
    given_ = search_parameters(text)
    with sqlite3.connect(":memory:") as base:
        base.execute("pragma case_sensitive_like = on")
        for kind, fits in (("contains", str.__contains__), ("begins", str.startswith)):
            for name in names:
                ((found,),) = base.execute(
                    "select ? like ? escape '!'", (name, given_[f"search.{kind}"])
                ).fetchall()
                assert bool(found) == fits(name, text), (kind, name)
    base.close()


def test_sql_server_has_one_more_sign() -> None:
    assert like_escaped("[a]", LIKE_SIGNS_OF_SQL_SERVER) == "![a]"
    assert like_escaped("[a]") == "[a]"


@pytest.mark.parametrize(
    ("text", "escaped"),
    [("*", "\\2a"), ("a)(b", "a\\29\\28b"), ("\\", "\\5c"), ("Ada", "Ada")],
)
def test_a_filter_of_ldap_is_not_changed_by_what_was_typed(
    text: str, escaped: str
) -> None:
    assert ldap_escaped(text) == escaped
