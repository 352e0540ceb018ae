"""Are a query's columns compared with what its card, and other lookups, expect?"""

from __future__ import annotations

from pathlib import Path

import pytest

from screenpop.config.columns import (
    Comparison,
    compared_lookup,
    compared_reading,
    customer_columns,
    unmet_needs,
)
from screenpop.config.load import from_text
from screenpop.config.model import Configuration
from screenpop.connector import GivenColumn, QueryColumns, Reading, ValueKind

CONFIG = """\
version: 1
sources:
  erp: {connector: sql, url: "sqlite:///a"}
facets:
  own: {label: Own, fields: {total: {label: T, type: money, currency: EUR}}}
  free: {label: Free}
lookups:
  who: {source: erp, facet: identity, query: x}
  owed: {source: erp, facet: balance, query: x}
  sold: {source: erp, facet: sales_history, query: x}
  own: {source: erp, facet: own, query: x}
  free: {source: erp, facet: free, query: x}
"""


@pytest.fixture
def config(tmp_path: Path) -> Configuration:
    return from_text(CONFIG, folder=tmp_path).config


def given(*columns: str) -> QueryColumns:
    """`total:text` is a column that is text."""
    found = []
    for column in columns:
        name, _, kind = column.partition(":")
        kinds: frozenset[ValueKind] = frozenset({kind}) if kind else frozenset()  # type: ignore[arg-type]
        found.append(GivenColumn(name=name, kinds=kinds))
    return QueryColumns(columns=tuple(found), how="told")


def compared(config: Configuration, lookup: str, *columns: str) -> Comparison:
    return compared_lookup(config.lookups[lookup], config, given(*columns))


def said(comparison: Comparison) -> list[str]:
    return [
        f"{'problem' if x.is_problem else 'warning'}: {x.sentence}. {x.remedy}"
        for x in comparison.remarks
    ]


def test_columns_as_the_facet_has_them_leave_nothing_to_say(
    config: Configuration,
) -> None:
    found = compared(
        config, "sold", "order", "date:date", "total:number", "currency:text"
    )
    assert said(found) == []
    assert (found.missing, found.extra) == (("items", "status"), ())


def test_a_column_of_another_name_comes_with_the_nearest_one(
    config: Configuration,
) -> None:
    found = compared(config, "sold", "order", "Date", "colour")
    assert said(found) == [
        "warning: returns `Date`, which the facet sales_history does not know."
        " Did you mean `date`? Else it is shown under its own name."
    ]
    assert found.extra == ("Date", "colour")
    assert [x.word for x in found.remarks] == ["Date"]


def test_text_where_an_amount_or_a_date_is_expected_is_a_warning(
    config: Configuration,
) -> None:
    found = compared(
        config, "owed", "open:text", "overdue_since:text", "credit_hold:text",
        "open_invoices:integer", "currency:text",
    )  # fmt: skip
    assert said(found) == [
        "warning: returns `open` as text, where money is expected. Convert it, e.g."
        " `cast(… as numeric(12, 2)) as open`. Values that cannot be read are shown"
        " unchanged.",
        "warning: returns `overdue_since` as text, where date is expected. Convert it,"
        " e.g. `cast(… as date) as overdue_since`. Values that cannot be read are shown"
        " unchanged.",
    ]


def test_binary_data_is_never_fit_to_be_shown(config: Configuration) -> None:
    found = compared(config, "sold", "order:binary")
    assert [x.sentence for x in found.remarks] == [
        "returns `order` as binary, where text is expected"
    ]
    assert found.remarks[0].remedy.startswith("Leave the column out")


def test_a_kind_that_is_not_known_is_not_doubted(config: Configuration) -> None:
    assert said(compared(config, "owed", "open", "overdue_since", "currency")) == []


def test_money_needs_a_currency_from_the_query_or_the_facet(
    config: Configuration,
) -> None:
    found = compared(config, "owed", "open:number", "overdue:number")
    assert said(found) == [
        "warning: returns `open` and `overdue` without a currency. Add the column, e.g."
        " `'EUR' as currency`, or set `currency` of these columns under `facets`."
    ]
    assert said(compared(config, "own", "total:number")) == []


def test_a_name_given_twice_is_said(config: Configuration) -> None:
    found = compared(config, "sold", "order", "order")
    assert said(found) == [
        "warning: returns `order` 2 times; only the last one is used. Give each column"
        " a name of its own with `as`."
    ]


def test_an_identity_lookup_needs_a_key(config: Configuration) -> None:
    found = compared(config, "who", "Key", "name", "phone_private")
    assert said(found)[0] == (
        "problem: returns no `key`, only `Key`, `name` and `phone_private`: it finds no"
        " customer. Name what identifies a customer `key`, e.g. `Key as key`."
    )
    assert not any(x.is_problem for x in compared(config, "who", "id").remarks)


def test_a_facet_without_declared_columns_expects_none(config: Configuration) -> None:
    found = compared(config, "free", "anything:text")
    assert (said(found), found.extra) == ([], ("anything",))


@pytest.mark.parametrize(
    ("reading", "columns", "sentence"),
    [
        ("contacts", ["id", "phone"], "gives no `key`, only id, phone"),
        ("contacts", ["KEY", "name"], "gives no number, only KEY, name"),
        ("orders", ["order", "date"], "gives no `customer`, `item`, only order, date"),
        ("items", ["name"], "gives no `key`, only name"),
    ],
)
def test_a_reading_lacks_what_it_cannot_do_without(
    reading: Reading, columns: list[str], sentence: str
) -> None:
    found = compared_reading(reading, given(*columns))
    assert [(x.sentence, x.is_problem) for x in found.remarks] == [(sentence, True)]


def test_numbers_that_are_listed_must_be_there() -> None:
    found = compared_reading("contacts", given("key", "name", "phone"), ("mobile",))
    assert [x.sentence for x in found.remarks] == [
        "gives no `mobile`, only key, name, phone"
    ]


def test_a_reading_of_changes_needs_what_is_compared() -> None:
    columns = given("key", "phone", "Changed")
    assert compared_reading("contacts", columns, of_changes=True).remarks == ()
    found = compared_reading("contacts", given("key", "phone"), of_changes=True)
    assert [(x.sentence, x.is_problem) for x in found.remarks] == [
        ("asks for what changed and returns no `changed`", True)
    ]


def test_rows_of_orders_with_a_date_that_cannot_be_read_are_left_out() -> None:
    columns = given("customer", "order", "date:text", "item")
    assert said(compared_reading("orders", columns)) == [
        "warning: returns `date` as text, where date is expected. Convert it, e.g."
        " `cast(… as date) as date`. Rows with a value that cannot be read are left"
        " out."
    ]


def test_a_parameter_that_no_step_gives_is_a_problem() -> None:
    remarks = unmet_needs(
        {"number", "ivr.pin", "who.total", "off.x", "customer.key", "customer.accont"},
        {"who": given("totl"), "off": None},
        [{"account"}, {"city"}],
    )
    assert [(x.sentence, x.remedy) for x in remarks] == [
        (
            "asks for `:customer.accont`, but no customer has `accont`: it is never"
            " asked",
            "Did you mean `account`?",
        ),
        (
            "asks for `:who.total`, but `who` returns no `total`: it is never asked",
            "Did you mean `totl`?",
        ),
    ]


def test_what_one_source_may_bring_is_not_doubted() -> None:
    need = {"customer.account"}
    assert list(unmet_needs(need, {}, [{"account"}, {"city"}])) == []
    assert list(unmet_needs(need, {}, [None, {"city"}])) == []
    assert list(unmet_needs(need, {}, [])) == []


def test_numbers_of_contacts_are_no_columns_of_a_customer() -> None:
    contacts = given("KEY", "name", "phone", "mobile", "city")
    assert customer_columns(contacts) == {"mobile", "city"}
    assert customer_columns(contacts, ("Mobile",)) == {"phone", "city"}
