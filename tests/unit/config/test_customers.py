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
