"""How is the engine of a database server made, and what keeps us out of one?

With PostgreSQL values travel as text both ways: `'4711'` fits an integer column as it
does in psql, and decimals arrive as exact text.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Awaitable, Callable
from difflib import get_close_matches
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from screenpop.connector import ConfigError, Scalar, Unloadable, told
from screenpop.connector.keys import Exact, number_texts
from screenpop.support.postgres_url import ENCODE, is_unknown_host, translated
from screenpop_connectors.sql.drivers import remedy_for_driver, with_driver
from screenpop_connectors.sql.mysql import BACKENDS, error_number, only_read
from screenpop_connectors.sql.options import SqlSource
from screenpop_connectors.sql.spelling import Bound, Flag, shown, whole

RECYCLE_S = 1800
NOT_LET_IN = ("28", "3D", "53300", "57P")  # wrong log-in, database; full; going down
MYSQL_LOG_IN = frozenset({1044, 1045, 1049, 1130, 1698, 1862, 3118})
MYSQL_NO_SERVER = frozenset({1040, 1203, 2002, 2003, 2005, 2006, 2013, 2055})
_LOG_IN = ("ora-01017", "ora-28000", "dpy-4001", "login failed", "access denied",
           "28000", "password")  # fmt: skip
_NO_SERVER = (
    "ora-12", "dpy-6", "dpy-4011", "can't connect", "connection refused", "08001",
    "hyt00", "hyt01", "lost connection", "server has gone away", "timed out",
)  # fmt: skip
_NO_DRIVER = ("im002", "can't open lib", "data source name not found", "dpi-1047")

_MYSQL_TLS = "Write ssl_ca=/path/to/ca.pem, and ssl_check_hostname=true."
_MYSQL_WORDS = frozenset({"ssl", "sslmode", "usessl", "tls", "requiressl", "sslaccept"})

INTEGERS = ("int2", "int4", "int8", "oid")
TEXTS = (
    "money", "text", "varchar", "bpchar", "date", "time", "timetz",
    "interval", "json", "jsonb", "xml", "inet", "cidr",
)  # fmt: skip
FLOATS = ("float4", "float8")
INSTANTS = ("timestamp", "timestamptz")


def make_engine(url: sa.URL, options: SqlSource, folder: Path) -> AsyncEngine:
    """Raises `ConfigError` for a URL that cannot be used, `Unloadable` for a driver."""
    postgresql = url.get_backend_name() == "postgresql"
    try:
        url = with_driver(url)
        if not url.get_dialect().is_async:
            raise ConfigError(
                f"url: the driver {url.drivername} would block the service."
                f" {remedy_for_driver(url)}"
            )
        if postgresql and url.get_driver_name() == "asyncpg":
            url, arguments = _for_asyncpg(url, options, folder)
        else:
            arguments = {}
        engine = create_async_engine(
            url,
            pool_size=options.connections_max,
            max_overflow=0,
            pool_timeout=options.connect_timeout_ms / 1000,
            pool_recycle=RECYCLE_S,
            connect_args=arguments,
        )
        if not postgresql:
            _check_words(engine, url)
    except sa.exc.NoSuchModuleError as error:
        raise ConfigError(
            f"url: SQLAlchemy does not know {url.drivername}. {remedy_for_driver(url)}"
        ) from error
    except ConfigError:
        raise
    except ModuleNotFoundError as error:
        raise Unloadable(
            f"url: the driver of {url.drivername} is not installed: {told(error)}."
            f" {remedy_for_driver(url)}"
        ) from error
    except Exception as error:
        secrets = (url.password,) if url.password else ()
        raise Unloadable(
            f"url: the driver of {url.drivername} cannot be loaded:"
            f" {told(error, secrets=secrets)}. Install what it needs; the other sources"
            " still work."
        ) from error
    if postgresql:
        sa.event.listen(engine.sync_engine, "connect", _pass_text)
        return engine.execution_options(postgresql_readonly=True)
    if url.get_backend_name() in BACKENDS:
        only_read(engine.sync_engine)
    return engine


def _for_asyncpg(
    url: sa.URL, options: SqlSource, folder: Path
) -> tuple[sa.URL, dict[str, object]]:
    found = translated(url.query, folder)
    settings = {
        "application_name": "screenpop",
        **found.settings,
        "DateStyle": "ISO",
        "IntervalStyle": "postgres",
        "default_transaction_read_only": "on",
        "statement_timeout": str(options.statement_timeout_ms),
    }
    arguments: dict[str, object] = {
        "timeout": options.connect_timeout_ms / 1000,
        **found.connect,
        "server_settings": settings,
    }
    return url.set(query=found.query, **found.parts), arguments  # type: ignore[arg-type]


def _check_words(engine: AsyncEngine, url: sa.URL) -> None:
    """Does the driver know what stands behind the `?`, as far as one can ask it?"""
    mysql = url.get_backend_name() in BACKENDS
    for word in url.query:
        if mysql and word.lower().replace("-", "").replace("_", "") in _MYSQL_WORDS:
            raise ConfigError(f"url: ?{word} is not an option of MySQL. {_MYSQL_TLS}")
    known = _arguments_of(url.get_driver_name())
    if known is None:
        return
    _, given = engine.dialect.create_connect_args(url)
    for word in given:
        if word not in known:
            near = get_close_matches(word, known, n=1)
            remedy = f"Did you mean {near[0]}?" if near else "Remove it."
            raise ConfigError(
                f"url: ?{word} is not an option of {url.drivername}. {remedy}"
            )


def _arguments_of(driver: str) -> frozenset[str] | None:
    """The arguments of its `connect`; None when it takes any."""
    try:
        module = importlib.import_module(driver)
        parameters = inspect.signature(module.connect).parameters.values()
    except (ImportError, AttributeError, TypeError, ValueError):
        return None
    if any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters):
        return None
    return frozenset(p.name for p in parameters)


def keeps_out(cause: object) -> bool:
    """Is it no query's fault, but that the server lets nobody in or is away?"""
    state = str(getattr(cause, "sqlstate", None) or "")
    if state.startswith(("08", *NOT_LET_IN)):
        return True
    return error_number(cause) in MYSQL_LOG_IN | MYSQL_NO_SERVER


def remedy_for(cause: object) -> str:
    """What to do when there is no connection."""
    text, state = str(cause).lower(), str(getattr(cause, "sqlstate", None) or "")
    if any(word in text for word in _NO_DRIVER):
        return "Install the database's own driver that the url names."
    if is_unknown_host(cause):
        return f"Check the host in the url. {ENCODE}"
    if isinstance(cause, TypeError):
        return "Check the options behind the ? in the url."
    if error_number(cause) in MYSQL_NO_SERVER or any(
        word in text for word in _NO_SERVER
    ):
        return "Is the database running, and may this machine reach it?"
    if state.startswith(NOT_LET_IN) or error_number(cause) in MYSQL_LOG_IN:
        return "Check user, password and database in the url, and the server."
    if any(word in text for word in _LOG_IN):
        return "Check user, password and database in the url, and the server."
    return "Is the database running, and may this machine reach it?"


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
    decoders["numeric"] = Exact
    decoders["uuid"] = decoders["varbit"] = str
    decoders |= dict.fromkeys(INTEGERS, int)
    decoders |= dict.fromkeys(FLOATS, float)
    decoders |= dict.fromkeys(INSTANTS, _iso_instant)
    decoders["bool"] = lambda text: text == "t"
    decoders["bit"] = _bits
    decoders["bytea"] = _of_bytea
    encoders: dict[str, Callable[[Scalar], str]] = dict.fromkeys(INTEGERS, _as_whole)
    encoders |= dict.fromkeys(("bool", "bit", "varbit"), _as_whole)
    encoders |= dict.fromkeys(("numeric", *FLOATS), _as_number)
    encoders |= {"bytea": _as_bytea, "uuid": _as_uuid}
    for name, decoder in decoders.items():
        encoder = encoders.get(name, str)
        await connection.set_type_codec(
            name, schema="pg_catalog", encoder=encoder, decoder=decoder, format="text"
        )


def sent(value: Bound) -> str:
    """How a value goes to PostgreSQL: as in psql."""
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    if isinstance(value, bool):
        return Flag(str(value).lower())
    if isinstance(value, int | float):
        return number_texts(value)[0]
    return value if isinstance(value, str) else str(value)


def _as_number(value: Scalar) -> str:
    return value.digit if isinstance(value, Flag) else str(value)


def _as_whole(value: Scalar) -> str:
    """No failed query for `41.00`: as an integer it is 41."""
    return str(whole(_as_number(value)))


def _as_uuid(value: Scalar) -> str:
    return str(value).removeprefix("\\x")  # sixteen bytes, by another database


def _bits(text: str) -> Scalar:
    """BIT(1) is true or false; longer ones are shown as they are."""
    return text == "1" if len(text) == 1 else text


def _as_bytea(text: Scalar) -> str:
    plain = str(text)
    return plain if plain.startswith("\\x") else f"\\x{plain.encode().hex()}"


def _of_bytea(text: str) -> Scalar:
    """The text that the bytes hold, else a short literal."""
    return shown(bytes.fromhex(text.removeprefix("\\x")))


def _iso_instant(text: str) -> str:
    """PostgreSQL writes `2026-11-21 09:00:00.12+00`."""
    instant = text.replace(" ", "T", 1)
    short_offset = len(instant) > 19 and instant[-3] in "+-"
    return f"{instant}:00" if short_offset else instant
