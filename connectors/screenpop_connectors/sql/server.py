"""How is a database server asked, with SQLAlchemy's asynchronous engine?

Every lookup is one read-only transaction with one statement compiled once. Making a
connection and running a query fail apart: only the second can be the query's fault.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from screenpop.connector import (
    Busy,
    QueryColumns,
    Row,
    Scalar,
    TimedOut,
    Unavailable,
    told,
)
from screenpop.connector.keys import KEY_COLUMNS, is_typed_in, uncertain
from screenpop.support.postgres_url import shown_host
from screenpop_connectors.sql.database import BATCH_ROWS
from screenpop_connectors.sql.describing import (
    WITHOUT_LIMIT,
    of_cursor,
    of_postgresql,
    remedy_of_postgresql,
)
from screenpop_connectors.sql.engine import keeps_out, make_engine, remedy_for, sent
from screenpop_connectors.sql.mysql import (
    BACKENDS,
    OUT_OF_TIME,
    READING_S_MAX,
    cannot_hold,
    error_number,
    error_text,
    limits,
    remedy_of_mysql,
)
from screenpop_connectors.sql.options import SqlSource
from screenpop_connectors.sql.spelling import (
    Bound,
    SpelledQuery,
    bits,
    is_bit,
    key_shown,
    shown,
    whole,
)
from screenpop_connectors.sql.start_tls import certificate_of
from screenpop_connectors.sql.statement import Statement

log = logging.getLogger(__name__)

POOL_FIRST_S = 0.25  # a wait for a free connection says so before this does
QUERY_CANCELLED = "57014"  # SQLSTATE
OF_ANOTHER_TYPE = ("ora-01722", "conversion failed when converting", "22018")
NO_SUCH_VALUE = frozenset({"22P02", "22003", "22007", "22008"})


class ServerDatabase:
    def __init__(self, url: sa.URL, options: SqlSource, folder: Path):
        self.options = options
        self.engine = make_engine(url, options, folder)
        self.certificate = certificate_of(url, folder)
        self._host = shown_host(url)
        self._user = url.username
        self._secrets = (url.password,) if url.password else ()

    def query(self, statement: Statement, *, label: str, rows_max: int) -> ServerQuery:
        return ServerQuery(self, statement, label, rows_max)

    async def version(self) -> str | None:
        return None

    async def close(self) -> None:
        await self.engine.dispose()

    @asynccontextmanager
    async def connected(self, engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
        """A connection; whatever keeps one from being made is `Unavailable`."""
        limit_s = self.options.connect_timeout_ms / 1000
        try:
            async with asyncio.timeout(limit_s + POOL_FIRST_S):
                connection = await engine.connect().start()
        except sa.exc.TimeoutError as error:
            raise self._busy() from error
        except TimeoutError as error:
            raise self._unreachable(f"no connection within {limit_s:g} s") from error
        except Exception as error:
            log.debug("cannot connect", exc_info=error)
            raise self._unreachable(error) from error
        try:
            yield connection
        finally:
            await asyncio.shield(connection.close())  # given back when cancelled, too

    def _busy(self) -> Busy:
        return Busy(
            f"all {self.options.connections_max} connections"
            " are busy. Raise connections_max, or make its queries faster.",
            brief="is busy with other lookups",
        )

    def _unreachable(self, error: Exception | str) -> Unavailable:
        cause = error.orig if isinstance(error, sa.exc.DBAPIError) else error
        reason = told(_without_class(cause), secrets=self._secrets)
        return Unavailable(
            f"cannot connect to the database at {self._host}: {reason}."
            f" {remedy_for(cause)}",
            brief="cannot be reached",
        )

    def failed(
        self, error: Exception, label: str, params: Mapping[str, Scalar]
    ) -> Unavailable:
        """A foreign error as ours, without secrets or numbers."""
        cause = error.orig if isinstance(error, sa.exc.DBAPIError) else error
        out_of_time = error_number(cause) in OUT_OF_TIME
        if out_of_time or getattr(cause, "sqlstate", None) == QUERY_CANCELLED:
            key, limit_ms = "statement_timeout_ms", self.options.statement_timeout_ms
            if label == "orders.query" and self.options.orders is not None:
                key, limit_ms = "orders.timeout_ms", self.options.orders.timeout_ms
            return TimedOut(
                f"{label} took longer than {limit_ms} ms and was ended by the"
                f" database. Add an index, or raise {key}."
            )
        lost = isinstance(error, OSError | EOFError)
        if isinstance(error, sa.exc.DBAPIError):
            lost = error.connection_invalidated
        if lost or keeps_out(cause):
            return self._unreachable(error)
        reason = told(_without_class(cause), params=params, secrets=self._secrets)
        remedy = "Try the query as this user; correct it, or the user's rights."
        if "cannot decode type" in reason:
            remedy = "Cast that column to text in the query."
        known = remedy_of_postgresql(cause, self._user)
        known = known or remedy_of_mysql(cause, self._user)
        return Unavailable(f"{label} failed: {reason}. {known or remedy}")


def _without_class(cause: object) -> str:
    """SQLAlchemy puts the class of the driver's error before its text."""
    return error_text(cause) or str(cause).split(">: ", 1)[-1] or type(cause).__name__


class ServerQuery:
    def __init__(
        self, database: ServerDatabase, statement: Statement, label: str, rows_max: int
    ):
        self._database = database
        self._label = label
        self._parameters = statement.parameters
        self._backend = database.engine.dialect.name
        self._asking = SpelledQuery(statement, self._backend, _escaped)
        self._limit = rows_max
        # Without a limit asyncpg would read all rows before the first is given out.
        # A cursor costs it two more journeys; elsewhere a cursor is the only way that
        # keeps the query's order.
        self._limited = self._backend == "postgresql"
        self._mysql = self._backend in BACKENDS
        self._texts: dict[str, sa.TextClause] = {}
        # A single statement is a transaction of its own, and the session makes each
        # read-only: one journey to the server instead of three.
        self._asked = (
            database.engine.execution_options(isolation_level="AUTOCOMMIT")
            if self._limited
            else database.engine
        )

    async def rows(self, params: Mapping[str, Scalar], rows_max: int) -> Sequence[Row]:
        rows = await self._found(params, rows_max)
        numbers = None if rows else self._asking.as_numbers(params)
        if numbers is not None and await self._found(numbers, 1):
            raise uncertain(self._label)
        return rows

    async def _found(
        self, params: Mapping[str, Scalar], rows_max: int
    ) -> Sequence[Row]:
        try:
            return await self._retried(params, rows_max)
        except Unavailable:
            raise
        except Exception as error:
            log.debug("%s failed", self._label, exc_info=error)
            if not _cannot_match(error, params):
                raise self._database.failed(error, self._label, params) from error
            return await self._as_other_types(error, params, rows_max)

    async def _retried(
        self, params: Mapping[str, Scalar], rows_max: int
    ) -> Sequence[Row]:
        try:
            return await self._rows(params, rows_max)
        except sa.exc.DBAPIError as error:
            if not error.connection_invalidated:
                raise
        # The server was restarted since: reading again harms nothing.
        return await self._rows(params, rows_max)

    async def _as_other_types(
        self, error: Exception, params: Mapping[str, Scalar], rows_max: int
    ) -> Sequence[Row]:
        """The database cannot read a value as the column's type.

        Callers type account numbers: `abc` for an integer finds nothing. A key that a
        source gave must be comparable: finding nothing would tell an agent that there
        is nothing.
        """
        wholes = {name: whole(value) for name, value in params.items()}
        if wholes != params:
            return await self._found(wholes, rows_max)
        unlike = [name for name in _misfits(error, params) if not is_typed_in(name)]
        if not unlike:
            return ()
        reason = told(_without_class(getattr(error, "orig", error)), params=params)
        raise Unavailable(
            f"{self._label} cannot compare :{unlike[0]} with a column of another type:"
            f" {reason}. Cast the column to text in the query, or ask with another"
            " column.",
            brief="keeps its customers under keys of another type",
            blames_source=False,
        ) from error

    async def _rows(self, params: Mapping[str, Scalar], rows_max: int) -> Sequence[Row]:
        text, bound = self._asking.asked(params)
        if self._limited:
            bound = {name: sent(value) for name, value in bound.items()}
        statement = self._statement(text)
        async with self._database.connected(self._asked) as connection:
            if self._limited:
                result = await connection.execute(statement, bound)
                return _as_rows(result.keys(), result.fetchmany(rows_max))
            if self._mysql:
                await self._set_limits(connection, rows_max)
            return await connection.run_sync(
                lambda sync: _first_rows(sync, statement, bound, rows_max)
            )

    async def _set_limits(
        self, connection: AsyncConnection, rows_max: int | None
    ) -> None:
        """For MySQL; `rows_max` None: a reading of all rows."""
        timeout_s = self._database.options.statement_timeout_ms / 1000
        if rows_max is None:
            timeout_s = READING_S_MAX
        dialect = self._database.engine.dialect
        text = limits(dialect, rows_max=rows_max, timeout_s=timeout_s)
        await connection.exec_driver_sql(text)

    async def described(self) -> QueryColumns | None:
        text, nothing = self._asking.asked(dict.fromkeys(self._parameters))
        try:
            if self._limited:
                return await self._prepared(self._statement(text))
            if self._backend in WITHOUT_LIMIT:
                return None
            without_rows = f"select * from (\n{text}\n) as described limit 0"  # noqa: S608
            async with self._database.connected(self._database.engine) as connection:
                result = await connection.execute(sa.text(without_rows), nothing)
                return of_cursor(result.cursor.description, self._backend)
        except Unavailable:
            raise
        except Exception as error:
            log.debug("%s cannot be prepared", self._label, exc_info=error)
            failed = self._database.failed(error, self._label, {})
            if isinstance(failed, TimedOut):  # nothing was run: no index would help
                failed = TimedOut(
                    f"{self._label} was not prepared within"
                    f" {self._database.options.statement_timeout_ms} ms. Does another"
                    " session hold a lock on one of its tables? Else raise"
                    " statement_timeout_ms."
                )
            raise failed from error

    async def _prepared(self, statement: sa.TextClause) -> QueryColumns:
        dialect = self._database.engine.dialect
        text = str(statement.compile(dialect=dialect))
        async with self._database.connected(self._database.engine) as connection:
            raw = (await connection.get_raw_connection()).driver_connection
            assert raw is not None
            return await of_postgresql(raw, text)

    def _statement(self, text: str) -> sa.TextClause:
        """Compiled once: SQLAlchemy keeps what it made of the same object."""
        made = self._texts.get(text)
        if made is None:
            limited = f"select * from (\n{text}\n) as asked limit {self._limit:d}"  # noqa: S608
            made = self._texts[text] = sa.text(limited if self._limited else text)
        return made

    async def batches(
        self, params: Mapping[str, Scalar], timeout_s: float | None = None
    ) -> AsyncIterator[Sequence[Row]]:
        text, bound = self._asking.asked(params)
        if self._limited:
            bound = {name: sent(value) for name, value in bound.items()}
        try:
            async with self._database.connected(self._database.engine) as connection:
                if self._limited and timeout_s is not None:
                    limit = f"set local statement_timeout = {timeout_s * 1000:.0f}"
                    await connection.exec_driver_sql(limit)
                if self._mysql:
                    await self._set_limits(connection, None)
                result = await connection.run_sync(
                    lambda sync: _streamed(sync, sa.text(text), bound)
                )
                try:
                    while rows := await connection.run_sync(
                        lambda _: _some(result, BATCH_ROWS)
                    ):
                        yield rows
                finally:
                    await connection.run_sync(lambda _: result.close())
        except (Unavailable, GeneratorExit, asyncio.CancelledError):
            raise
        except Exception as error:
            log.debug("%s failed", self._label, exc_info=error)
            raise self._database.failed(error, self._label, params) from error


def _first_rows(
    connection: sa.Connection,
    statement: sa.TextClause,
    bound: Mapping[str, Bound],
    rows_max: int,
) -> Sequence[Row]:
    result = _streamed(connection, statement, bound)
    try:
        return _some(result, rows_max)
    finally:
        result.close()


def _streamed(
    connection: sa.Connection, statement: sa.TextClause, bound: Mapping[str, Bound]
) -> sa.CursorResult[Any]:
    """Rows as they are taken, not all at once."""
    streaming = connection.execution_options(stream_results=True)
    return streaming.execute(statement, dict(bound))


def _some(result: sa.CursorResult[Any], rows_max: int) -> Sequence[Row]:
    """The next rows, each value by the type that the database declares."""
    columns, lengths = list(result.keys()), _bit_lengths(result)
    lines: Sequence[Sequence[object]] = result.fetchmany(rows_max)
    if lengths:
        lines = [
            tuple(
                bits(value, lengths[at]) if at in lengths else value
                for at, value in enumerate(line)
            )
            for line in lines
        ]
    return _as_rows(columns, lines)


def _bit_lengths(result: sa.CursorResult[Any]) -> dict[int, int]:
    """Which columns are MySQL's BIT, and of how many bits?"""
    if result.context.dialect.name not in BACKENDS or not result.cursor:
        return {}
    described = enumerate(result.cursor.description or ())
    return {at: int(column[3] or 1) for at, column in described if is_bit(column[1])}


def _as_rows(names: Iterable[str], lines: Iterable[Sequence[object]]) -> list[Row]:
    columns = list(names)
    readers = [key_shown if c.lower() in KEY_COLUMNS else shown for c in columns]
    if key_shown not in readers:
        return [
            {name: shown(value) for name, value in zip(columns, line, strict=True)}
            for line in lines
        ]
    return [
        {
            name: read(value)
            for name, read, value in zip(columns, readers, line, strict=True)
        }
        for line in lines
    ]


def _escaped(text: str) -> str:
    """So that SQLAlchemy sees no parameter where we saw none."""
    return text.replace(":", "\\:")


def _cannot_match(error: Exception, params: Mapping[str, Scalar]) -> bool:
    """Is it a parameter's value that the database cannot read as the column's type?"""
    if not all(map(_storable, params.values())):
        return True
    cause = getattr(error, "orig", error)
    if _is_of_a_type(cause):
        return bool(params)
    if cannot_hold(cause):
        return not all(str(value).isascii() for value in params.values())
    state = getattr(cause, "sqlstate", None)
    return state in NO_SUCH_VALUE and bool(_misfits(error, params))


def _misfits(error: Exception, params: Mapping[str, Scalar]) -> list[str]:
    """The parameters whose value the error names; all where it names none."""
    cause = getattr(error, "orig", error)
    text = str(cause)
    named = [n for n, v in params.items() if str(v) in text or sent(v) in text]
    return named or (list(params) if _is_of_a_type(cause) else [])


def _is_of_a_type(cause: object) -> bool:
    """Oracle and SQL Server do not name the value that fits no column's type."""
    return any(text in str(cause).lower() for text in OF_ANOTHER_TYPE)


def _storable(value: Scalar) -> bool:
    """No text in a database holds a NUL or half a surrogate pair."""
    text = str(value)
    return "\x00" not in text and text.encode(errors="replace").decode() == text
