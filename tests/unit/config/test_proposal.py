from __future__ import annotations

import pytest

from screenpop.config.proposal import (
    Link,
    TableSeen,
    card_query,
    people_tables,
    proposed,
)

CLIENTS = TableSeen(
    name="clients", columns=("id", "first_name", "last_name", "mobile"), key=("id",)
)
STAFF = TableSeen(name="staff", columns=("id", "name", "phone"), key=("id",))
BILLS = TableSeen(
    name="invoices",
    columns=("no", "client", "invoice_date", "due_date"),
    key=("no",),
    links=(Link(column="client", table="clients", other="id"),),
)


def test_customers_are_preferred_to_staff_and_a_table_without_numbers_is_none() -> None:
    nameless = TableSeen(name="customers", columns=("id", "phone"), key=("id",))
    assert people_tables([STAFF, CLIENTS, BILLS, nameless]) == ["clients", "staff"]


def test_a_column_type_refers_to_no_table_that_ends_so() -> None:
    party = TableSeen(name="party_party", columns=("id", "name"), key=("id",))
    kinds = TableSeen(name="account_account_type", columns=("id", "name"), key=("id",))
    numbers = TableSeen(
        name="party_contact_mechanism",
        columns=("id", "party", "type", "value"),
        key=("id",),
        kinds=("email", "phone"),
    )
    assert people_tables([kinds, numbers, party]) == ["party_party"]


def test_a_name_is_put_together_in_the_words_of_the_database() -> None:
    told = proposed(CLIENTS, [CLIENTS, BILLS], "mysql")
    assert "concat(coalesce(p.first_name, ''), ' '" in told.contacts
    assert "p.id as `key`" in told.contacts
    told = proposed(CLIENTS, [CLIENTS, BILLS], "postgresql")
    assert "|| ' ' ||" in told.contacts
    facet, query = told.lookups["last_orders"]
    assert facet == "sales_history"
    assert "o.invoice_date as date" in query
    assert "where o.client = :customer.key order by o.invoice_date desc" in query


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("select a from b where c = '$EXTEN';", "select a from b where c = :number"),
        ("select a from b where c = {number}", "select a from b where c = :number"),
        (
            "select a from b where c = '{{ number }}'",
            "select a from b where c = :number",
        ),
        ("select a from b where c = ?", "select a from b where c = :number"),
        ("select a where c like '%$NUMBER'", "select a where c like '%' || :suffix8"),
        ("select a from b", None),
        ("select 'why?' from b", None),
    ],
)
def test_a_placeholder_becomes_a_bound_parameter(text: str, query: str | None) -> None:
    assert card_query(text, "sqlite") == query
