"""What does the connector ask of a database, whichever it is?"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Protocol

from screenpop.connector import QueryColumns, Row, Scalar, ServerCertificate
from screenpop_connectors.sql.statement import Statement

BATCH_ROWS = 1000
"""Rows read at a time when contacts, orders or items are read."""


class Query(Protocol):
    """One statement made ready for one database."""

    async def rows(self, params: Mapping[str, Scalar], rows_max: int) -> Sequence[Row]:
        """The first rows; raises `Unavailable`."""
        ...

    async def described(self) -> QueryColumns | None:
        """Its columns, without running it; raises `Unavailable`."""
        ...

    def batches(
        self, params: Mapping[str, Scalar], timeout_s: float | None = None
    ) -> AsyncIterator[Sequence[Row]]:
        """All rows, `BATCH_ROWS` at a time; raises `Unavailable`.

        `timeout_s` for each batch, instead of that of the source's statements.
        """
        ...


class SqlDatabase(Protocol):
    @property
    def certificate(self) -> ServerCertificate | None:
        """That of the server, where it is checked."""
        ...

    def query(self, statement: Statement, *, label: str, rows_max: int) -> Query:
        """Prepare, without I/O. `label` names the query in error texts."""
        ...

    async def version(self) -> str | None:
        """A mark of the whole database that is cheap to get; None: there is none."""
        ...

    async def close(self) -> None: ...
