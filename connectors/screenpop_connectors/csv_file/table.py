"""What stands in the file, and which rows have this number or this value?"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeAlias

from screenpop.connector import OddItems, Row, Scalar, Unavailable
from screenpop.connector.keys import number_of, number_texts, uuid_of, uuid_texts
from screenpop.connector.reading import UNKNOWN_COUNTRY
from screenpop.connector.records import holds_numbers
from screenpop.domain.phone import E164
from screenpop.support.countries import country_beside
from screenpop.support.number_fields import NO_COUNTRY, FieldReading, read_field
from screenpop.support.spellings import subscriber
from screenpop_connectors.csv_file.names import encoding_hint, names_shown
from screenpop_connectors.csv_file.reader import Content

ROWS_BETWEEN_PAUSES = 20

Comparable: TypeAlias = str | Decimal
"""A cell's text in one case, or the number that it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberColumns:
    """Where a row's numbers stand and how they are read."""

    listed: tuple[str, ...] = ()
    country: str | None = None
    country_column: str | None = None


@dataclass(slots=True)
class Table:
    """A file's rows in memory, found by number or by a column's value."""

    columns: tuple[str, ...]
    rows: Sequence[Row]
    places: Sequence[int] = ()  # of the rows, as the file counts them
    number_columns: tuple[str, ...] = ()
    country_column: str | None = None
    by_number: Mapping[E164, Sequence[Row]] = field(default_factory=dict)
    odd: OddItems = field(default_factory=OddItems)
    left_out: int = 0  # rows that could not be read at all
    _by_column: dict[str, dict[Comparable, list[int]]] = field(default_factory=dict)

    def matching(self, wanted: Mapping[str, Scalar]) -> Sequence[Row]:
        """Rows whose columns have these values; raises `Unavailable`: no such column.

        Values are compared as text without regard to case and outer blanks, and by
        value where one of the two is a number.
        """
        (column, value), *others = wanted.items()
        index = self._index(column)
        same = [index[kept] for kept in _spellings(value) if kept in index]
        at = (
            same[0]
            if len(same) == 1
            else sorted(place for few in same for place in few)
        )
        found = [self.rows[place] for place in at]
        for column, value in others:
            name, kept = self.column(column), frozenset(_spellings(value))
            found = [r for r in found if r[name] is not None and _kept(r[name]) in kept]
        return found

    def containing(self, columns: Sequence[str], text: str) -> Sequence[Row]:
        """Rows that have the text in one of these columns, whatever its case."""
        names, part = [self.column(column) for column in columns], text.casefold()
        return [
            row
            for row in self.rows
            if any(part in str(row[name] or "").casefold() for name in names)
        ]

    def with_number(self, number: str) -> Sequence[Row]:
        """Rows that hold this E.164 number, in whichever spelling."""
        return self.by_number.get(E164(subscriber(number)), ())

    def column(self, name: str) -> str:
        """The column as the file writes it; case does not matter."""
        wanted = " ".join(name.split()).casefold()
        for column in self.columns:
            if column.casefold() == wanted:
                return column
        raise Unavailable(
            f"the file has no column {name}. It has {names_shown(self.columns)}."
            f"{encoding_hint(self.columns)}"
        )

    def need_numbers(self) -> None:
        """Raises `Unavailable` when no column holds numbers: nobody would be found."""
        if not self.number_columns:
            raise Unavailable(
                "the file has no column of numbers: none whose name begins with"
                " phone or number. List them under `numbers`. It has"
                f" {names_shown(self.columns)}.{encoding_hint(self.columns)}"
            )

    def _index(self, name: str) -> Mapping[Comparable, Sequence[int]]:
        column = self.column(name)
        if column not in self._by_column:
            index: dict[Comparable, list[int]] = {}
            for place, row in enumerate(self.rows):
                if (value := row[column]) is not None:
                    index.setdefault(_kept(value), []).append(place)
            self._by_column[column] = index
        return self._by_column[column]


def table_of(
    content: Content, numbers: NumberColumns, odd: OddItems | None = None
) -> Table:
    """Index the rows by their numbers; takes long for a long file: use a thread.

    `odd` is told what of numbers and countries cannot be read, by row and column.
    """
    table = Table(
        content.columns,
        content.rows,
        content.places,
        odd=content.odd,
        left_out=content.left_out,
    )
    table.number_columns = _number_columns(table, numbers)
    table.country_column = _country_column(table, numbers)
    index: dict[E164, list[Row]] = {}
    for at, (place, row) in enumerate(zip(table.places, table.rows, strict=True)):
        if at % ROWS_BETWEEN_PAUSES == 0:
            time.sleep(0)  # lets the event loop's thread run at once
        fields = _fields(table, row, numbers.country)
        if odd is not None:
            _name_odd(odd, f"row {place}", table, row, fields)
        for number in _subscribers(fields.values()):
            index.setdefault(number, []).append(row)
    table.by_number = index
    return table


def _fields(
    table: Table, row: Row, otherwise: str | None
) -> Mapping[str, FieldReading]:
    """The row's columns of numbers, read as people of its country write them."""
    country, _ = country_beside(_country(row, table.country_column), otherwise)
    return {
        column: read_field(str(row[column]), country=country)
        for column in table.number_columns
        if row[column] is not None
    }


def _subscribers(fields: Iterable[FieldReading]) -> Sequence[E164]:
    """Each subscriber once, however often and in which spelling the row has them."""
    return tuple(
        dict.fromkeys(E164(subscriber(sure)) for field in fields for sure in field.sure)
    )


def _name_odd(
    odd: OddItems,
    place: str,
    table: Table,
    row: Row,
    fields: Mapping[str, FieldReading],
) -> None:
    _, unknown = country_beside(_country(row, table.country_column), None)
    if unknown is not None:
        odd.add(place, table.country_column, UNKNOWN_COUNTRY, unknown)
    for column, field_ in fields.items():
        if field_.odd is not None and (unknown is None or field_.odd != NO_COUNTRY):
            odd.add(place, column, field_.odd, str(row[column]))


def _number_columns(table: Table, numbers: NumberColumns) -> tuple[str, ...]:
    if numbers.listed:
        return tuple(table.column(name) for name in numbers.listed)
    return tuple(column for column in table.columns if holds_numbers(column))


def _country_column(table: Table, numbers: NumberColumns) -> str | None:
    if numbers.country_column is not None:
        return table.column(numbers.country_column)
    return next((c for c in table.columns if c.casefold() == "country"), None)


def _country(row: Row, column: str | None) -> str | None:
    told = row[column] if column is not None else None
    return None if told is None else str(told)


def _folded(value: object) -> str:
    return str(value).strip().casefold()


def _kept(value: Scalar) -> Comparable:
    """A cell as its column's index has it: a number is no text."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return _folded(value)
    return Decimal(str(value))


def _spellings(value: Scalar) -> tuple[Comparable, ...]:
    """The cells that are the same key as this value; no two are equal."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return (Decimal(str(value)), *number_texts(value))
    text = _folded(value)
    number = number_of(text)
    if number is not None:
        return text, number
    uuid = uuid_of(text)
    same = () if uuid is None else uuid_texts(uuid)
    return tuple(dict.fromkeys((text, *map(_folded, same))))
