"""Which columns does a query return, and of which kinds, without running it?

For `check-config --connect`. A connector says what its source knows of a query that is
prepared and not run: names, and what each column can hold.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

ValueKind: TypeAlias = Literal[
    "text", "integer", "number", "date", "datetime", "flag", "binary"
]
Reading: TypeAlias = Literal["contacts", "orders", "items"]
"""What a source can be read for without a call."""

READINGS: tuple[Reading, ...] = ("contacts", "orders", "items")


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenColumn:
    """A column as the source describes it.

    `kinds` is what its values can be; empty: the source does not know. `type` is the
    source's own word for it, for people: `varchar`.
    """

    name: str
    kinds: frozenset[ValueKind] = frozenset()
    type: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryColumns:
    """What a query returns; two columns with one name are both listed.

    `how` says in a few words where this is known from: `prepared, not run`.
    """

    columns: tuple[GivenColumn, ...]
    how: str

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @classmethod
    def of_names(cls, names: Iterable[str], how: str) -> QueryColumns:
        """Columns whose kinds are not known."""
        return cls(columns=tuple(GivenColumn(name=name) for name in names), how=how)
