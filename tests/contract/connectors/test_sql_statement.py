"""Which parameters does a query ask for, and does it only read?"""

import re

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from screenpop.connector import ConfigError
from screenpop_connectors.sql.server import _escaped
from screenpop_connectors.sql.statement import Statement, bind_name, parse


def needs(query: str, dialect: str = "sqlite") -> set[str]:
    return set(parse(query, dialect=dialect).parameters)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (
            "select :number, :customer.id, :ivr.account",
            "number customer.id ivr.account",
        ),
        ("select ':number', \"a:number\", `:number`", ""),
        ("select 'it''s :number' || :digits", "digits"),
        ("select 1 -- :queue's\n, :digits", "digits"),
        ("select 1 /* :queue's\n */, :digits", "digits"),
        ("select :number::text, x::date", "number"),
        ("select * from [a :number] where b=:digits", "digits"),
        ("SELECT(:number)", "number"),
        ("(select :number) union (select 2)", "number"),
        ("with x as (select :digits as d) select * from x", "digits"),
        ("values (:number)", "number"),
        ("select t.number, '12:30'", ""),
        ("select replace(a, 'b', :number) from c", "number"),
        ('select "update", t."into" from t where a = :number;\n -- end', "number"),
    ],
)
def test_parameters_are_found_outside_of_texts_and_comments(
    query: str, expected: str
) -> None:
    assert needs(query) == set(expected.split())


@pytest.mark.parametrize(
    ("query", "dialect", "expected"),
    [
        (r"select E'it\'s :number', :digits", "postgresql", {"digits"}),
        ("select $$:number$$, $a$ $$ :number $a$, :digits", "postgresql", {"digits"}),
        ("select a[1:2], :digits", "postgresql", {"digits"}),
        (r"select 'it\'s :number', :digits", "mysql", {"digits"}),
        (r"select 'c:\', :digits", "sqlite", {"digits"}),
    ],
)
def test_each_database_quotes_its_own_way(
    query: str, dialect: str, expected: set[str]
) -> None:
    assert needs(query, dialect) == expected


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("delete from customer", "starts with delete"),
        ("-- select\nupdate a set b=1", "starts with update"),
        ("pragma writable_schema=1", "starts with pragma"),
        ("", "starts with nothing"),
        ("select 1; drop table a", "more than one statement"),
        ("select 1;;", "more than one statement"),
        ("with x as (delete from a returning *) select * from x", "word DELETE"),
        ("select * into b from a", "word INTO"),
        ("select * from a for update", "word UPDATE"),
        ("select set_config('x', 'off', false)", "word SET_CONFIG"),
        ("select 'a", "line 1 opens '"),
        ('select 1\n, "a', 'line 2 opens "'),
        ("select /* 1", r"opens /\*"),
        ("select :numbr", "Did you mean number"),
        ("select :a.b.c -- x\n where ; 1", "more than one"),
        ("select a from b -- note where c = :number", "write it under `|`"),
    ],
)
def test_anything_but_one_select_is_refused_with_a_reason(
    query: str, said: str
) -> None:
    with pytest.raises(ConfigError, match=re.compile(said, re.IGNORECASE)):
        parse(query, dialect="sqlite")


def test_a_written_statement_is_the_query_with_other_parameters() -> None:
    statement = parse("select ':x', :customer.id ;", dialect="sqlite")
    text = statement.written(parameter=lambda name: f"<{bind_name(name)}>")
    assert text == "select ':x', <customer__id> "


DIALECT = sa.make_url("postgresql+asyncpg://").get_dialect()()
PIECES = st.sampled_from(
    [
        "a",
        " ",
        "::",
        ":",
        "'b:c'",
        r"'\:d'",
        r"\\:",
        ":=",
        "1",
        '"e::f"',
        ",",
        "%",
        "$1",
    ]
)


@given(st.lists(PIECES, max_size=12))
def test_sqlalchemy_leaves_all_but_our_parameters_as_they_were(
    pieces: list[str],
) -> None:
    text = "".join(pieces)
    escaped = sa.text(f"{_escaped(text)} :number {_escaped(text)}")
    compiled = escaped.compile(dialect=DIALECT)
    assert str(compiled) == f"{text} $1 {text}"
    assert list(compiled.params) == ["number"]


@given(st.text(alphabet="select :number'\"`/*-;()[]$\n\\", max_size=60))
def test_a_query_is_read_or_refused_and_never_changed(text: str) -> None:
    try:
        statement: Statement = parse(f"select {text}", dialect="postgresql")
    except ConfigError:
        return
    written = statement.written(parameter=lambda name: f":{name}")
    assert f"select {text}".startswith(written)
