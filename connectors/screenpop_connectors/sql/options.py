"""What may stand under a `sql` source and its lookups?"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from screenpop.connector import (
    ItemsOptions,
    LookupOptions,
    OrdersOptions,
    Since,
    SourceOptions,
)


class SqlContacts(BaseModel):
    """Where the number index reads all customers."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    query: str = Field(
        description="SELECT giving `key`, `name`, the numbers, and maybe `company`,"
        " `country` and further columns. With `changed >= :since` and `order by"
        " changed` only what changed is read."
    )
    since: Since | None = Field(
        None,
        description="What `:since` is when all contacts are read, e.g. `2020-01-01`, or"
        " `0` where `changed` is a number.",
    )
    numbers: tuple[str, ...] = Field(
        (),
        description="The columns that hold numbers; default: all whose name starts"
        " with `phone` or `number`.",
    )
    version: str | None = Field(
        None,
        description="SELECT of one value that changes when the contacts do, e.g."
        " `select max(changed) from customer`; default: a SQLite file's date.",
    )
    contacts_max: int = Field(
        1_000_000, gt=0, description="Rows read at most; more are left out, and said."
    )


class SqlOrders(OrdersOptions):
    """Where the order lines are read that recommendations are made from."""

    query: str = Field(
        description="SELECT giving `customer`, `order`, `date`, `item`, and maybe"
        " `quantity`, `amount` or `price` of one, `currency`, `line` and `opt_out`."
        " With `changed >= :since` and `order by changed` only what changed is read."
    )
    since: Since | None = Field(
        None,
        description="What `:since` is when all orders are read, e.g. `2020-01-01`, or"
        " `0` where `changed` is a number.",
    )
    version: str | None = Field(
        None,
        description="SELECT of one value that changes when the orders do; default: a"
        " SQLite file's date.",
    )
    timeout_ms: int = Field(
        300_000,
        gt=0,
        description="The database ends the reading when a batch takes longer than this"
        " (SQLite, PostgreSQL).",
    )


class SqlItems(ItemsOptions):
    """Where the items are read that can be ordered."""

    query: str = Field(
        description="SELECT giving `key`, and maybe `name`, `category`, `price`,"
        " `currency`, `stock` and `active`; without parameters."
    )


class SqlSource(SourceOptions):
    url: SecretStr = Field(
        description="SQLAlchemy URL: `sqlite:///crm.sqlite` (relative to this file),"
        " `postgresql://reader:${CRM_PASSWORD}@host/database`."
        " In a password, percent-encode @ : / ? # and % (%40 for @)."
    )
    connections_max: int = Field(
        4, gt=0, le=100, description="Connections kept open at most."
    )
    connect_timeout_ms: int = Field(
        3000, gt=0, description="Given up when no connection is made in this time."
    )
    statement_timeout_ms: int = Field(
        5000,
        gt=0,
        description="The database itself ends a statement after this time (SQLite,"
        " PostgreSQL, MariaDB, MySQL).",
    )
    contacts: SqlContacts | None = Field(
        None, description="Where the number index reads all customers."
    )
    orders: SqlOrders | None = Field(
        None, description="The order lines that recommendations are made from."
    )
    items: SqlItems | None = Field(None, description="The items that can be ordered.")


class SqlLookup(LookupOptions):
    query: str = Field(
        description="One SELECT. `:number`, `:customer.id`, `:ivr.account`,"
        " `:other_lookup.column` are bound parameters."
    )
    rows_max: int | None = Field(
        None, gt=0, description="Rows read at most; default and limit: the service's."
    )
