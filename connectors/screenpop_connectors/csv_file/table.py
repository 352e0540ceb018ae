"""What stands in the file, and which rows have this number or this value?"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from screenpop.connector import Row, Unavailable
from screenpop.connector.records import NUMBER_COLUMNS
from screenpop.domain.phone import E164
from screenpop.support.countries import country_beside
from screenpop.support.number_fields import read_field
from screenpop.support.spellings import subscriber

ROWS_BETWEEN_PAUSES = 20


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
    number_columns: tuple[str, ...] = ()
    country_column: str | None = None
    by_number: Mapping[E164, Sequence[Row]] = field(default_factory=dict)
    _by_column: dict[str, dict[str, list[Row]]] = field(default_factory=dict)

    def matching(self, wanted: Mapping[str, str]) -> Sequence[Row]:
        """Rows whose columns have these values; raises `Unavailable`: no such column.

        Values are compared as text without regard to case and outer blanks.
        """
        (column, value), *others = wanted.items()
        found: Sequence[Row] = self._index(column).get(_folded(value), ())
        for column, value in others:
            name = self.column(column)
            found = [row for row in found if _folded(row[name]) == _folded(value)]
        return found

    def with_number(self, number: str) -> Sequence[Row]:
        """Rows that hold this E.164 number, in whichever spelling."""
        return self.by_number.get(E164(subscriber(number)), ())

    def column(self, name: str) -> str:
        """The column as the file writes it; case does not matter."""
        for column in self.columns:
            if column.casefold() == name.casefold():
                return column
        raise Unavailable(
            f"the file has no column {name}. It has {', '.join(self.columns[:30])}."
        )

    def need_numbers(self) -> None:
        """Raises `Unavailable` when no column holds numbers: nobody would be found."""
        if not self.number_columns:
            raise Unavailable(
                "the file has no column of numbers: none whose name begins with"
                " phone or number. List them under `numbers`. It has"
                f" {', '.join(self.columns[:30])}."
            )

    def _index(self, name: str) -> Mapping[str, Sequence[Row]]:
        column = self.column(name)
        if column not in self._by_column:
            index: dict[str, list[Row]] = {}
            for row in self.rows:
                if row[column] is not None:
                    index.setdefault(_folded(row[column]), []).append(row)
            self._by_column[column] = index
        return self._by_column[column]


def table_of(
    columns: Sequence[str], rows: Sequence[Row], numbers: NumberColumns
) -> Table:
    """Index the rows by their numbers; takes long for a long file: use a thread."""
    table = Table(tuple(columns), rows)
    table.number_columns = _number_columns(table, numbers)
    table.country_column = _country_column(table, numbers)
    index: dict[E164, list[Row]] = {}
    for place, row in enumerate(rows):
        if place % ROWS_BETWEEN_PAUSES == 0:
            time.sleep(0)  # lets the event loop's thread run at once
        country = _country(row, table.country_column, numbers.country)
        for number in _numbers(row, table.number_columns, country):
            index.setdefault(number, []).append(row)
    table.by_number = index
    return table


def _numbers(row: Row, columns: Sequence[str], country: str | None) -> Sequence[E164]:
    """Each subscriber once, however often and in which spelling the row has them."""
    fields = (read_field(str(row[c]), country=country) for c in columns if row[c])
    return tuple(
        dict.fromkeys(E164(subscriber(sure)) for field in fields for sure in field.sure)
    )


def _number_columns(table: Table, numbers: NumberColumns) -> tuple[str, ...]:
    if numbers.listed:
        return tuple(table.column(name) for name in numbers.listed)
    return tuple(c for c in table.columns if c.lower().startswith(NUMBER_COLUMNS))


def _country_column(table: Table, numbers: NumberColumns) -> str | None:
    if numbers.country_column is not None:
        return table.column(numbers.country_column)
    return next((c for c in table.columns if c.casefold() == "country"), None)


def _country(row: Row, column: str | None, otherwise: str | None) -> str | None:
    told = row[column] if column is not None else None
    return country_beside(None if told is None else str(told), otherwise)[0]


def _folded(value: object) -> str:
    return str(value).strip().casefold()
