"""What may stand under a `csv_file` source and its lookups?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from screenpop.connector import (
    ItemsOptions,
    LookupOptions,
    OrdersOptions,
    SourceOptions,
)
from screenpop.connector.named_files import FOLLOWED


class CsvContacts(BaseModel):
    """Which columns the number index reads; all others become fields."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str = Field(description="Column that identifies a customer.")
    name: str = Field(
        description="Column with the name, or columns in braces, e.g."
        ' `"{First Name} {Last Name}"`.'
    )
    company: str | None = Field(None, description="Column with the company.")


class CsvOrders(OrdersOptions):
    """Which columns hold the order lines that recommendations are made from."""

    customer: str = Field(description="Column with the customer's key.")
    order: str = Field(description="Column with the order's number.")
    date: str = Field(description="Column with the order's date or moment.")
    item: str = Field(description="Column with the item's key.")
    quantity: str | None = Field(None, description="Column; without it each line is 1.")
    amount: str | None = Field(None, description="Column with the line's amount.")
    price: str | None = Field(
        None, description="Column with the price of one, where there is no amount."
    )
    currency: str | None = Field(None, description="Column with the currency.")
    line: str | None = Field(
        None, description="Column that identifies a line within its order."
    )
    opt_out: str | None = Field(
        None, description="Column that says yes where a customer must not be profiled."
    )


class CsvItems(ItemsOptions):
    """Which columns hold the items that can be ordered."""

    key: str = Field(description="Column that identifies an item.")
    name: str | None = Field(None, description="Column with its name.")
    category: str | None = Field(None, description="Column with its category.")
    price: str | None = Field(None, description="Column with its price.")
    currency: str | None = Field(None, description="Column with the price's currency.")
    stock: str | None = Field(None, description="Column with how many are there.")
    active: str | None = Field(
        None, description="Column that says no where an item is not sold any more."
    )


class CsvSource(SourceOptions):
    path: Annotated[Path, FOLLOWED] = Field(
        description="A CSV or .xlsx file; relative to this file's folder."
    )
    sheet: str | None = Field(
        None, description="XLSX: the sheet; default: the first visible one."
    )
    encoding: str | None = Field(
        None,
        description="Default: by the file's byte order mark, else UTF-8, else cp1252.",
    )
    delimiter: str | None = Field(
        None,
        min_length=1,
        max_length=1,
        description="Default: the one of comma, semicolon, tab and bar that the first"
        " line has most.",
    )
    numbers: tuple[str, ...] = Field(
        (),
        description="Columns that hold numbers; default: all whose name starts with"
        " `phone` or `number`.",
    )
    country: str | None = Field(
        None,
        pattern=r"^[A-Z]{2}$",
        description="How national numbers are read where the row has no country.",
    )
    country_column: str | None = Field(
        None,
        description="Column with each row's country, a code or a name;"
        " default: one called `country`.",
    )
    contacts: CsvContacts | None = Field(
        None, description="Which columns the number index reads."
    )
    orders: CsvOrders | None = Field(
        None,
        description="The order lines that recommendations are made from. CSV is read"
        " in parts here, whatever `rows_max` and `bytes_max` are.",
    )
    items: CsvItems | None = Field(None, description="The items that can be ordered.")
    rows_max: int = Field(
        200_000, gt=0, description="A file with more rows is refused."
    )
    bytes_max: int = Field(
        67_108_864, gt=0, description="A larger file (XLSX: unpacked) is refused."
    )
    poll_s: float = Field(
        1, ge=0, description="The file's date is looked at once in this time, on use."
    )
    reload_wait_ms: int = Field(
        500,
        ge=0,
        description="A lookup waits this long for a changed file to be read; then the"
        " earlier content answers.",
    )


class CsvLookup(LookupOptions):
    match: dict[str, str] | None = Field(
        None,
        description="Column and the parameter it must equal, e.g."
        " `{account: customer.account}`; default: the numbers match `number`.",
    )
    contains: tuple[str, ...] = Field(
        (),
        description="Instead of `match`, for a source's `search`: the columns in which"
        " `:search.text` is looked for, as a part, without regard to case.",
    )
    fields: dict[str, str] | None = Field(
        None, description="Field and the column it comes from; default: all columns."
    )
