"""Whose key a lookup may ask with: `screenpop/config/prepare.py`."""

from __future__ import annotations

from pathlib import Path

from screenpop.config.check import check
from screenpop.config.load import examine_text

HEAD = """
sources:
  crm:
    connector: csv_file
    path: crm.csv
    contacts: {key: id, name: name}
  erp: {connector: sql, url: "sqlite:///erp.sqlite"}
lookups:
  balance:
    source: erp
    facet: balance
    query: select open from account where id = :customer.key
"""
BY_ACCOUNT = """
  typed:
    source: hotel
    facet: identity
    query: select id as key, name from guest where id = :ivr.account
"""
HOTEL = HEAD.replace(
    "lookups:", '  hotel: {connector: sql, url: "sqlite:///h.sqlite"}\nlookups:'
)


def said(text: str) -> list[str]:
    examined = examine_text(text, Path("screenpop.yaml"), environ={})
    assert examined.loaded is not None
    assert not examined.problems
    return [str(problem) for problem in check(examined.loaded)]


def test_with_one_source_of_customers_every_key_is_clear() -> None:
    assert said(HEAD) == []


def test_a_key_that_may_be_of_two_sources_is_a_problem_with_its_remedy() -> None:
    [problem] = said(HOTEL + BY_ACCOUNT)
    assert problem == (
        "screenpop.yaml:10:3: lookups.balance: asks for `:customer.key`, but `crm` and"
        " `hotel` bring customers, each with keys of its own. Say whose keys these"
        " are: `customer_of: [crm]`, or several that share them."
    )


def test_saying_whose_keys_they_are_makes_it_clear() -> None:
    text = (HOTEL + BY_ACCOUNT).replace(
        "    facet: balance", "    facet: balance\n    customer_of: [crm]"
    )
    assert said(text) == []


def test_a_source_that_brings_no_customers_is_told() -> None:
    text = HEAD.replace(
        "    facet: balance", "    facet: balance\n    customer_of: [erp]"
    )
    [problem] = said(text)
    assert "lookups.balance.customer_of[0]: source `erp` brings no customers" in problem


def test_a_source_that_brings_customers_is_asked_about_its_own() -> None:
    own = """
  rooms:
    source: hotel
    facet: tickets
    query: select room as ticket from stay where guest = :customer.key
"""
    text = (HOTEL + BY_ACCOUNT + own).replace(
        ":customer.key\n", ":customer.account\n", 1
    )
    assert said(text) == []


def test_a_lookup_that_takes_the_source_too_tells_them_apart_itself() -> None:
    text = (HOTEL + BY_ACCOUNT).replace(
        "= :customer.key", "= :customer.key and of = :customer.source"
    )
    assert said(text) == []


SHOP = """
sources:
  crm:
    connector: csv_file
    path: crm.csv
    contacts: {key: id, name: name}
  shop:
    connector: csv_file
    path: shop.csv
    orders: {customer: who, order: no, date: at, item: sku}
"""
TILL = """
  till:
    connector: csv_file
    path: till.csv
    orders: {customer: who, order: no, date: at, item: sku}
"""


def test_orders_of_one_source_and_customers_of_one_are_clear() -> None:
    assert said(SHOP) == []


def test_two_sources_of_orders_may_mix_customers_and_that_is_said() -> None:
    [problem] = said(SHOP + TILL)
    assert problem == (
        "screenpop.yaml:15:5: sources.till.orders: `shop` and `till` give orders, and"
        " customers with the same key are one customer here: their orders, offers and"
        " outlook would be mixed. Where the keys are the same customers, name the"
        " sources of customers that have them: `insight.customers_of`. Else make the"
        " keys differ in the query, e.g. `'shop-' || customer as customer`."
    )


def test_it_keeps_no_service_from_running() -> None:
    examined = examine_text(SHOP + TILL, Path("screenpop.yaml"), environ={})
    assert examined.loaded is not None
    assert [problem.stops for problem in check(examined.loaded)] == [False]


def test_saying_whose_keys_the_orders_name_makes_it_clear() -> None:
    assert said(SHOP + TILL + "insight: {customers_of: [crm]}\n") == []
    [problem] = said(SHOP + TILL + "insight: {customers_of: [cmr]}\n")
    assert "insight.customers_of[0]: source `cmr` brings no customers" in problem


def test_a_source_that_is_switched_off_mixes_nothing() -> None:
    assert said(SHOP + TILL.replace("till.csv", "till.csv\n    enabled: false")) == []


def test_customers_of_two_sources_must_not_get_the_offers_of_each_other() -> None:
    hotel = (
        SHOP
        + """
  hotel:
    connector: csv_file
    path: hotel.csv
    contacts: {key: id, name: name}
"""
    )
    [problem] = said(hotel)
    assert problem == (
        "screenpop.yaml:10:5: sources.shop.orders: `crm` and `hotel` bring customers,"
        " and a customer of each would get the offers of the customer with the same"
        " key in the orders. Say whose keys the orders name, e.g."
        " `insight: {customers_of: [crm]}`."
    )
    assert said(hotel + "insight: {customers_of: [crm, hotel]}\n") == []


ITEM_LOOKUP = """
insight:
  item_lookup:
    source: stock
    query: select stock, price from item where sku = :item.key
"""
STOCK = SHOP + '  stock: {connector: sql, url: "sqlite:///stock.sqlite"}\n'


def test_stock_and_price_may_be_asked_by_the_key_of_an_item() -> None:
    assert said(STOCK + ITEM_LOOKUP) == []


def test_an_item_lookup_asks_a_source_that_is_there_with_the_key_alone() -> None:
    [problem] = said(SHOP + ITEM_LOOKUP)
    assert "insight.item_lookup.source: there is no source `stock`" in problem
    [problem] = said(STOCK + ITEM_LOOKUP.replace(":item.key", ":customer.key"))
    assert problem == (
        "screenpop.yaml:14:3: insight.item_lookup: takes `:customer.key`, but only"
        " `:item.key` has a value here. Find one item by its key, e.g. `where sku ="
        " :item.key`."
    )
    problems = said(STOCK + ITEM_LOOKUP.replace("query:", "querry:"))
    assert all("insight.item_lookup" in problem for problem in problems)
    assert any("Did you mean `query`?" in problem for problem in problems)
