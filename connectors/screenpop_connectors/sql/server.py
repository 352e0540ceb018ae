"""How is a database server asked, with SQLAlchemy's asynchronous engine?

Every lookup is one read-only transaction with one statement compiled once. With
PostgreSQL values travel as text both ways: `'4711'` fits an integer column as it
does in psql, and decimals arrive as exact text.
"""

from __future__ import annotations

from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import contextmanager
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from screenpop.connector import (
    Busy,
    ConfigError,
    Row,
    Scalar,
    TimedOut,
    Unavailable,
    as_scalar,
    told,
)
from screenpop_connectors.sql.database import BATCH_ROWS
from screenpop_connectors.sql.options import SqlSource
from screenpop_connectors.sql.statement import Statement, bind_name

RECYCLE_S = 1800
QUERY_CANCELLED = "57014"  # SQLSTATE
NOT_LET_IN = ("28", "3D", "53300", "57P")  # wrong log-in, database; full; going down
NO_SUCH_VALUE = frozenset({"22P02", "22003", "22007", "22008"})
_REMEDIES = {"postgres": "Write postgresql://…", "pgsql": "Write postgresql://…"}
INTEGERS = ("int2", "int4", "int8", "oid")
TEXTS = (
    "numeric", "money", "text", "varchar", "bpchar", "uuid", "date", "time", "timetz",
    "interval",
)  # fmt: skip
FLOATS = ("float4", "float8")
INSTANTS = ("timestamp", "timestamptz")


class ServerDatabase:
    def __init__(self, url: sa.URL, options: SqlSource):
        self.options = options
        self.engine = _engine(url, options)
        self._secrets = (url.password,) if url.password else ()

    def query(self, statement: Statement, *, label: str, rows_max: int) -> ServerQuery:
        return ServerQuery(self, statement, label, rows_max)

    async def version(self) -> str | None:
        return None

    async def close(self) -> None:
        await self.engine.dispose()

    @contextmanager
    def telling(self, label: str, params: Mapping[str, Scalar]) -> Iterator[None]:
        """Foreign errors become ours, without secrets or numbers."""
        try:
            yield
        except sa.exc.TimeoutError as error:
            raise Busy(
                f"all {self.options.connections_max} connections"
                " are busy. Raise connections_max, or make its queries faster.",
                brief="is busy with other lookups",
            ) from error
        except sa.exc.SQLAlchemyError as error:
            raise self._failed(error, label, params) from error
        except OSError as error:  # TimeoutError too: no connection in time
            raise Unavailable(
                "cannot connect to the database:"
                f" {told(error, secrets=self._secrets)}."
                " Is the database running, and may this machine reach it?",
                brief="cannot be reached",
            ) from error

    def _failed(
        self, error: sa.exc.SQLAlchemyError, label: str, params: Mapping[str, Scalar]
    ) -> Unavailable:
        cause = error.orig if isinstance(error, sa.exc.DBAPIError) else error
        if getattr(cause, "sqlstate", None) == QUERY_CANCELLED:
            limit_ms = self.options.statement_timeout_ms
            return TimedOut(
                f"{label} took longer than {limit_ms} ms and was ended by the"
                " database. Add an index, or raise statement_timeout_ms."
            )
        reason = str(cause).split(">: ", 1)[-1]  # SQLAlchemy puts a class name before
        if str(getattr(cause, "sqlstate", "")).startswith(NOT_LET_IN):
            return Unavailable(
                "cannot connect to the database:"
                f" {told(reason, params=params, secrets=self._secrets)}."
                " Check user, password and database in the url, and the server.",
                brief="cannot be reached",
            )
        return Unavailable(
            f"{label} failed: {told(reason, params=params, secrets=self._secrets)}."
            " Try the query as this user; correct it, or the user's rights."
        )


class ServerQuery:
    def __init__(
        self, database: ServerDatabase, statement: Statement, label: str, rows_max: int
    ):
        self._database = database
        self._label = label
        text = statement.written(
            parameter=lambda name: f" :{bind_name(name)} ", other=_escaped
        )
        self._all = sa.text(text)
        # Without a limit asyncpg would read all rows before the first is given out.
        # A cursor costs it two more journeys; elsewhere a cursor is the only way that
        # keeps the query's order.
        self._limited = database.engine.dialect.name == "postgresql"
        limited = f"select * from (\n{text}\n) as asked limit {rows_max:d}"  # noqa: S608
        self._first = sa.text(limited) if self._limited else self._all
        # A single statement is a transaction of its own, and the session makes each
        # read-only: one journey to the server instead of three.
        self._asked = (
            database.engine.execution_options(isolation_level="AUTOCOMMIT")
            if self._limited
            else database.engine
        )

    async def rows(self, params: Mapping[str, Scalar], rows_max: int) -> Sequence[Row]:
        bound = {bind_name(name): value for name, value in params.items()}
        with self._database.telling(self._label, params):
            try:
                return await self._rows(bound, rows_max)
            except sa.exc.DBAPIError as error:
                if _cannot_match(error, params):
                    return ()
                if not error.connection_invalidated:
                    raise
                # The server was restarted since: reading again harms nothing.
                return await self._rows(bound, rows_max)

    async def _rows(self, bound: dict[str, Scalar], rows_max: int) -> Sequence[Row]:
        async with self._asked.connect() as connection:
            if self._limited:
                result = await connection.execute(self._first, bound)
                return _as_rows(result.keys(), result.fetchmany(rows_max))
            async with connection.stream(self._first, bound) as streamed:
                return _as_rows(streamed.keys(), await streamed.fetchmany(rows_max))

    async def batches(self) -> AsyncIterator[Sequence[Row]]:
        with self._database.telling(self._label, {}):
            async with (
                self._database.engine.connect() as connection,
                connection.stream(self._all) as streamed,
            ):
                async for values in streamed.partitions(BATCH_ROWS):
                    yield _as_rows(streamed.keys(), values)


def _as_rows(
    names: Iterable[str], lines: Sequence[sa.Row[tuple[object, ...]]]
) -> list[Row]:
    columns = list(names)
    return [
        {name: as_scalar(value) for name, value in zip(columns, line, strict=True)}
        for line in lines
    ]


def _escaped(text: str) -> str:
    """So that SQLAlchemy sees no parameter where we saw none."""
    return text.replace(":", "\\:")


def _engine(url: sa.URL, options: SqlSource) -> AsyncEngine:
    """Raises `ConfigError` when no asynchronous driver is there for this URL."""
    name = url.get_backend_name()
    postgresql = name == "postgresql"
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+asyncpg")
    try:
        if not url.get_dialect().is_async:
            raise ConfigError(
                f"the url's driver {url.drivername} would block the service. Name an"
                " asynchronous one, e.g. postgresql+asyncpg, mysql+asyncmy,"
                " mssql+aioodbc, oracle+oracledb_async."
            )
        engine = create_async_engine(
            url,
            pool_size=options.connections_max,
            max_overflow=0,
            pool_timeout=options.connect_timeout_ms / 1000,
            pool_recycle=RECYCLE_S,
            connect_args=_postgresql_session(options) if postgresql else {},
        )
    except sa.exc.NoSuchModuleError as error:
        raise ConfigError(
            f"the url names {url.drivername}, which SQLAlchemy does not know."
            f" {_REMEDIES.get(url.drivername, 'Install its package, or correct it.')}"
        ) from error
    except ModuleNotFoundError as error:
        raise ConfigError(
            f"the driver of {url.drivername} is not installed: {told(error)}."
            f" Install it, e.g. pip install {error.name}."
        ) from error
    if postgresql:
        sa.event.listen(engine.sync_engine, "connect", _pass_text)
        return engine.execution_options(postgresql_readonly=True)
    return engine


def _postgresql_session(options: SqlSource) -> dict[str, object]:
    return {
        "timeout": options.connect_timeout_ms / 1000,
        "server_settings": {
            "application_name": "screenpop",
            "DateStyle": "ISO",
            "default_transaction_read_only": "on",
            "statement_timeout": str(options.statement_timeout_ms),
        },
    }


class _AsyncpgConnection(Protocol):
    async def set_type_codec(
        self,
        typename: str,
        *,
        schema: str,
        encoder: Callable[[Scalar], str],
        decoder: Callable[[str], Scalar],
        format: str,
    ) -> None: ...


class _SyncConnection(Protocol):
    def run_async(
        self, work: Callable[[_AsyncpgConnection], Awaitable[None]]
    ) -> None: ...


def _pass_text(connection: _SyncConnection, _record: ConnectionPoolEntry) -> None:
    """Values go as text both ways, as with psql; costs 0.15 ms a connection."""
    connection.run_async(_set_codecs)


async def _set_codecs(connection: _AsyncpgConnection) -> None:
    decoders: dict[str, Callable[[str], Scalar]] = dict.fromkeys(TEXTS, str)
    decoders |= dict.fromkeys(INTEGERS, int)
    decoders |= dict.fromkeys(FLOATS, float)
    decoders |= dict.fromkeys(INSTANTS, _iso_instant)
    decoders["bool"] = lambda text: text == "t"
    for name, decoder in decoders.items():
        await connection.set_type_codec(
            name, schema="pg_catalog", encoder=_sent, decoder=decoder, format="text"
        )


def _iso_instant(text: str) -> str:
    """PostgreSQL writes `2026-11-21 09:00:00.12+00`."""
    instant = text.replace(" ", "T", 1)
    short_offset = len(instant) > 19 and instant[-3] in "+-"
    return f"{instant}:00" if short_offset else instant


def _cannot_match(error: sa.exc.DBAPIError, params: Mapping[str, Scalar]) -> bool:
    """Is it a parameter's value that the database cannot read as the column's type?

    Callers type account numbers: `abc` for an integer finds nothing, and is no
    failure of the source.
    """
    if not all(map(_storable, params.values())):
        return True
    state, text = getattr(error.orig, "sqlstate", None), str(error.orig)
    return state in NO_SUCH_VALUE and any(str(v) in text for v in params.values())


def _storable(value: Scalar) -> bool:
    """No text in a database holds a NUL or half a surrogate pair."""
    text = str(value)
    return "\x00" not in text and text.encode(errors="replace").decode() == text


def _sent(value: Scalar) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
