from __future__ import annotations

from pathlib import Path

from screenpop.config.facets import BUILT_IN, all_shapes, kind_of, shapes
from screenpop.config.load import from_text
from screenpop.config.model import Configuration
from screenpop.config.sources import LookupSettings

TEXT = """
sources:
  erp: {connector: sql}
  off: {connector: sql, enabled: false}
lookups:
  deals: {source: erp, facet: opportunities}
  money: {source: erp, facet: balance}
  gone: {source: off, facet: tickets}
  bikes: {source: erp, facet: bicycles}
  size: {source: erp, facet: size}
facets:
  balance:
    label: Account
    fields:
      open: {label: To pay, type: money, currency: EUR}
      dunning: {label: Reminders, type: integer}
  bicycles:
    label: Bicycles
    columns: {frame: {label: Frame number}}
  size:
    label: Size
    fields: {inches: {label: Inches, type: integer}}
"""


def config() -> Configuration:
    return from_text(TEXT, folder=Path()).config


def test_the_card_has_what_enabled_lookups_fill_in_its_own_order() -> None:
    names = [shape.name for shape in shapes(config())]
    assert names == [
        "identity", "balance", "opportunities", "interactions", "bicycles", "size",
    ]  # fmt: skip


def test_a_built_in_facet_is_relabelled_and_gets_further_fields() -> None:
    balance = next(s for s in shapes(config()) if s.name == "balance")
    by_name = {field.name: field for field in balance.fields}
    assert balance.label == "Account"
    assert by_name["open"].label == "To pay"
    assert by_name["open"].currency == "EUR"
    assert by_name["overdue"].type == "money"
    assert list(by_name)[-1] == "dunning"


def test_what_rows_mean_follows_from_the_facet_unless_the_lookup_says() -> None:
    kinds = {name: kind_of(lk, config()) for name, lk in config().lookups.items()}
    assert kinds["money"] == "fields"
    assert kinds["deals"] == "rows"
    assert kinds["bikes"] == "rows"
    assert kinds["size"] == "fields"
    said = LookupSettings(source="erp", facet="balance", kind="rows")
    assert kind_of(said, config()) == "rows"
    who = LookupSettings(source="erp", facet="identity")
    assert kind_of(who, config()) == "identity"


def test_columns_of_a_facet_have_different_names_and_all_have_labels() -> None:
    for shape in all_shapes(Configuration()):
        for columns in (shape.fields, shape.columns):
            names = [column.name for column in columns]
            assert len(names) == len(set(names))
            assert all(column.label for column in columns)
        assert shape.fields or shape.columns


def test_money_always_has_a_currency_beside_it() -> None:
    for shape in BUILT_IN:
        for columns in (shape.fields, shape.columns):
            if any(column.type == "money" for column in columns):
                assert "currency" in {column.name for column in columns}
