"""What may stand under a `sql` source and its lookups?"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from screenpop.connector import LookupOptions, SourceOptions


class SqlContacts(BaseModel):
    """Where the number index reads all customers."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    query: str = Field(
        description="SELECT giving `key`, `name`, the numbers, and maybe `company`,"
        " `country` and further columns; without parameters."
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
        " PostgreSQL).",
    )
    contacts: SqlContacts | None = Field(
        None, description="Where the number index reads all customers."
    )


class SqlLookup(LookupOptions):
    query: str = Field(
        description="One SELECT. `:number`, `:customer.id`, `:ivr.account`,"
        " `:other_lookup.column` are bound parameters."
    )
    rows_max: int | None = Field(
        None, gt=0, description="Rows read at most; default and limit: the service's."
    )
