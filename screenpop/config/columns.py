"""Does a query return what its card, and the lookups after it, expect?

Compares what a source says of a query's columns with the columns that a facet declares.
A problem keeps the lookup from working as it is configured; a warning does not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from screenpop.config.dataflow import CUSTOMER, RESERVED
from screenpop.config.facets import ColumnShape, columns_of, kind_of
from screenpop.config.model import ColumnType, Configuration
from screenpop.config.problems import did_you_mean, listed, split_text
from screenpop.config.sources import Kind, LookupSettings
from screenpop.connector import (
    QueryColumns,
    Reading,
    ValueKind,
    lacking_for_contacts,
    lacking_for_items,
    lacking_for_orders,
)
from screenpop.connector.orders import CHANGED
from screenpop.connector.records import CONTACT_COLUMNS, holds_numbers

CUSTOMER_COLUMNS = frozenset({"key", "source", "name", "company"})
"""What `:customer.…` always may be, whatever the columns are."""

_NUMERIC = frozenset[ValueKind]({"integer", "number"})
_DAYS = frozenset[ValueKind]({"date", "datetime"})
_FITTING: Mapping[ColumnType, frozenset[ValueKind]] = {
    "money": _NUMERIC,
    "number": _NUMERIC,
    "integer": _NUMERIC,
    "percent": _NUMERIC,
    "date": _DAYS,
    "datetime": _DAYS,
    "flag": frozenset({"flag", "integer", "number", "text"}),
}
_READABLE = frozenset[ValueKind](
    {"text", "integer", "number", "date", "datetime", "flag"}
)
_CASTS: Mapping[ColumnType, str] = {
    "money": "cast({} as numeric(12, 2))",
    "number": "cast({} as numeric)",
    "percent": "cast({} as numeric)",
    "integer": "cast({} as integer)",
    "date": "cast({} as date)",
    "datetime": "cast({} as timestamp)",
}
_OF_READINGS: Mapping[Reading, tuple[ColumnShape, ...]] = {
    "contacts": tuple(
        ColumnShape(name=name, label=name) for name in ("key", "name", "company")
    ),
    "orders": (
        *(ColumnShape(name=n, label=n) for n in ("customer", "order", "item")),
        ColumnShape(name="date", label="date", type="date"),
        ColumnShape(name="quantity", label="quantity", type="number"),
        ColumnShape(name="amount", label="amount", type="money"),
        ColumnShape(name="price", label="price", type="money"),
        ColumnShape(name="currency", label="currency"),
    ),
    "items": (
        *(ColumnShape(name=n, label=n) for n in ("key", "name", "category")),
        ColumnShape(name="price", label="price", type="money"),
        ColumnShape(name="currency", label="currency"),
        ColumnShape(name="stock", label="stock", type="number"),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Something to correct; `word` is the name in the query that it is about."""

    sentence: str
    remedy: str
    word: str = ""
    is_problem: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """`missing` and `extra` are for information: a card leaves the ones out, and shows
    the others under their own names."""

    missing: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    remarks: tuple[Remark, ...] = ()


def compared_lookup(
    lookup: LookupSettings, config: Configuration, given: QueryColumns
) -> Comparison:
    """A lookup's columns and those of its facet."""
    if lookup.facet is None:  # it only feeds others: any columns are right
        return Comparison(remarks=tuple(_twice(given)))
    known = columns_of(lookup, config)
    kind = kind_of(lookup, config)
    names = [name for name in dict.fromkeys(given.names) if not name.startswith("_")]
    missing = [shape.name for shape in known if shape.name not in names]
    extra = [name for name in names if name not in {shape.name for shape in known}]
    if kind == "identity":
        extra = [n for n in extra if n != "id" and not holds_numbers(n)]
    remarks = [
        *_twice(given),
        *_without_key(kind, names),
        *(_misspelt(extra, missing, lookup.facet) if known else ()),
        *_unlike(given, known, "Values that cannot be read are shown unchanged."),
        *_without_currency(known, names),
    ]
    return Comparison(
        missing=tuple(missing), extra=tuple(extra), remarks=tuple(remarks)
    )


def compared_reading(
    reading: Reading,
    given: QueryColumns,
    numbers: Sequence[str] = (),
    *,
    of_changes: bool = False,
) -> Comparison:
    """The columns of `contacts`, `orders` or `items`, whose case does not matter.

    `of_changes`: it asks for `:since`, so it must return `changed`.
    """
    lacking: Mapping[Reading, Callable[[], str | None]] = {
        "contacts": lambda: lacking_for_contacts(given.names, numbers),
        "orders": lambda: lacking_for_orders(given.names),
        "items": lambda: lacking_for_items(given.names),
    }
    known = _OF_READINGS[reading]
    folded = [name.lower() for name in given.names]
    missing = [shape.name for shape in known if shape.name not in folded]
    otherwise = "Rows with a value that cannot be read are left out."
    remarks = [*_twice(given), *_unlike(given, known, otherwise)]
    if (said := lacking[reading]()) is not None:
        sentence, remedy = split_text(said)
        remarks.append(Remark(sentence=sentence, remedy=remedy, is_problem=True))
    if of_changes and CHANGED not in folded:
        remarks.append(
            Remark(
                sentence=f"asks for what changed and returns no `{CHANGED}`",
                remedy=f"Name the column that is compared with `since` `{CHANGED}`.",
                is_problem=True,
            )
        )
    return Comparison(missing=tuple(missing), remarks=tuple(remarks))


def _twice(given: QueryColumns) -> Iterator[Remark]:
    for name, times in Counter(given.names).items():
        if times > 1:
            yield Remark(
                sentence=f"returns `{name}` {times} times; only the last one is used",
                remedy="Give each column a name of its own with `as`.",
                word=name,
            )


def _without_key(kind: Kind, names: Collection[str]) -> Iterator[Remark]:
    if kind == "identity" and "key" not in names and "id" not in names:
        near = _nearest("key", names)
        yield Remark(
            sentence=f"returns no `key`, only {_shown(names)}: it finds no customer",
            remedy="Name what identifies a customer `key`"
            + (f", e.g. `{near} as key`." if near else "."),
            is_problem=True,
        )


def _misspelt(
    extra: Sequence[str], missing: Sequence[str], facet: str
) -> Iterator[Remark]:
    for name in extra:
        if near := _nearest(name, missing):
            yield Remark(
                sentence=f"returns `{name}`, which the facet {facet} does not know",
                remedy=f"Did you mean `{near}`? Else it is shown under its own name.",
                word=name,
            )


def _unlike(
    given: QueryColumns, known: Sequence[ColumnShape], otherwise: str
) -> Iterator[Remark]:
    types = {shape.name: shape.type for shape in known}
    for column in given.columns:
        type_ = types.get(column.name, "text")
        if column.kinds and not column.kinds & _FITTING.get(type_, _READABLE):
            name = column.name
            cast = _CASTS.get(type_, "cast({} as varchar(200))").format("…")
            remedy = f"Convert it, e.g. `{cast} as {name}`. {otherwise}"
            if "binary" in column.kinds:
                remedy = "Leave the column out, or return a text instead."
            said = column.type or listed(sorted(column.kinds), "or")
            yield Remark(
                sentence=f"returns `{name}` as {said}, where {type_} is expected",
                remedy=remedy,
                word=name,
            )


def _without_currency(
    known: Sequence[ColumnShape], names: Collection[str]
) -> Iterator[Remark]:
    if "currency" in names:
        return
    money = [
        f"`{x.name}`"
        for x in known
        if x.type == "money" and x.currency is None and x.name in names
    ]
    if money:
        yield Remark(
            sentence=f"returns {listed(money)} without a currency",
            remedy="Add the column, e.g. `'EUR' as currency`, or set `currency` of"
            " these columns under `facets`.",
            word=money[0].strip("`"),
        )


def unmet_needs(
    needs: Collection[str],
    of_lookups: Mapping[str, QueryColumns | None],
    of_customers: Sequence[Collection[str] | None],
) -> Iterator[Remark]:
    """Parameters that no step gives: columns that another query does not return.

    `of_customers`: for each source that brings the customers asked about the columns
    that `:customer.…` can be; None where they are not known.
    """
    for need in sorted(needs):
        head, dot, column = need.partition(".")
        given = of_lookups.get(head)
        if dot and head not in RESERVED and given and column not in given.names:
            yield Remark(
                sentence=f"asks for `:{need}`, but `{head}` returns no `{column}`:"
                " it is never asked",
                remedy=did_you_mean(column, given.names, noun="columns"),
                word=need,
                is_problem=True,
            )
        if head == CUSTOMER and column not in CUSTOMER_COLUMNS and of_customers:
            known = [names for names in of_customers if names is not None]
            if len(known) < len(of_customers) or any(column in x for x in known):
                continue
            names = CUSTOMER_COLUMNS.union(*known)
            yield Remark(
                sentence=f"asks for `:{need}`, but no customer has `{column}`: it is"
                " never asked",
                remedy=did_you_mean(column, names, noun="columns"),
                word=need,
                is_problem=True,
            )


def customer_columns(
    given: QueryColumns, numbers: Sequence[str] = ()
) -> frozenset[str]:
    """What `:customer.…` can be of contacts: numbers are kept in the index alone."""
    listed_ = {name.lower() for name in numbers}
    return frozenset(
        name
        for name in given.names
        if name.lower() not in CONTACT_COLUMNS
        and not (name.lower() in listed_ if numbers else holds_numbers(name))
    )


def _nearest(word: str, names: Collection[str]) -> str:
    near = get_close_matches(word.lower(), names, n=1)
    return near[0] if near else ""


def _shown(names: Collection[str]) -> str:
    return listed([f"`{name}`" for name in names]) or "nothing"
