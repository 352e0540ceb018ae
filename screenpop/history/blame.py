"""Is the database away, is one row to blame, or the statement itself?

    AWAY       it does not answer, or not now: wait and try again
    ROW        it refuses these values whenever they come: leave the row out
    STATEMENT  it refuses what we ask, whatever the values: a defect, or another
               program changed the tables

Whatever is in no list is AWAY: an unknown error of a driver must end no loop. SQLSTATE
classes: PostgreSQL's documentation, appendix A.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from enum import Enum

from sqlalchemy.exc import DataError as SqlDataError
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout


class Blame(Enum):
    AWAY = "away"
    ROW = "row"
    STATEMENT = "statement"


ROW_CLASSES = ("22", "23")  # data exception, integrity constraint violation
STATEMENT_CLASSES = ("42", "0A", "26", "34", "3F")
AWAY_ALL_THE_SAME = ("42501",)  # rights that were taken away, and will be given again
LOST_CLASSES = ("08", "57P", "25006")
"""The connection is of no use any more. 25006: the server became a read-only standby,
and a new connection may reach the one that took over."""

_REMEDIES = {
    "28": "Check user and password in store.url, and the server's pg_hba.conf.",
    "3D000": "Create that database, or correct store.url.",
    "42501": "Give the user of store.url the rights on Screenpop's tables.",
    "53100": "Free space on the database's disk.",
    "53300": "End other programs' connections, or raise max_connections.",
    "57P03": "Wait: the database starts or stops.",
    "25006": "Let store.url name the server that can be written to.",
    "40": "It is tried again.",
}

_ROW_ERRORS = (IntegrityError, SqlDataError, sqlite3.IntegrityError, sqlite3.DataError)
_SQLITE_STATEMENT = "SQLITE_ERROR"  # no such table or column, a syntax error


def is_of_database(error: BaseException) -> bool:
    """Does it come from the database or its driver, or is it Python's own?"""
    return isinstance(
        error, (DBAPIError, PoolTimeout, sqlite3.Error, OSError, EOFError)
    ) or type(error).__module__.startswith("asyncpg")


def blame(error: BaseException) -> Blame:
    """Of an error for which `is_of_database`."""
    if (state := sqlstate(error)) is not None:
        return _by_state(state)
    if any(_is_unfit_value(cause) for cause in _causes(error)):
        return Blame.ROW
    if isinstance(error, _ROW_ERRORS):
        return Blame.ROW
    if any(_sqlite_name(cause) == _SQLITE_STATEMENT for cause in _causes(error)):
        return Blame.STATEMENT
    return Blame.AWAY


def blames_statement(error: BaseException) -> bool:
    """Would the database refuse every row in the same way?"""
    return is_of_database(error) and blame(error) is Blame.STATEMENT


def sqlstate(error: BaseException) -> str | None:
    """The five characters by which PostgreSQL names an error."""
    for cause in _causes(error):
        state = getattr(cause, "sqlstate", None)
        if isinstance(state, str) and len(state) == 5:
            return state
    return None


def is_lost(error: BaseException) -> bool:
    """Must the connection be given up, although it may still answer?"""
    return (sqlstate(error) or "").startswith(LOST_CLASSES)


def remedy_of(error: BaseException) -> str | None:
    state = sqlstate(error) or ""
    return next((t for code, t in _REMEDIES.items() if state.startswith(code)), None)


def _by_state(state: str) -> Blame:
    if state.startswith(ROW_CLASSES):
        return Blame.ROW
    if state.startswith(STATEMENT_CLASSES) and state not in AWAY_ALL_THE_SAME:
        return Blame.STATEMENT
    return Blame.AWAY


def _is_unfit_value(error: BaseException) -> bool:
    """A value that the driver cannot even send."""
    if type(error).__module__.startswith("asyncpg"):
        return type(error).__name__ == "DataError"
    return isinstance(error, sqlite3.ProgrammingError) and "binding" in str(error)


def _sqlite_name(error: BaseException) -> str:
    name: str = getattr(error, "sqlite_errorname", "")
    return name


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error, what SQLAlchemy wrapped, and what the driver wrapped."""
    seen: set[int] = set()
    todo: list[object] = [error]
    while todo:
        found = todo.pop(0)
        if isinstance(found, BaseException) and id(found) not in seen:
            seen.add(id(found))
            yield found
            todo += [getattr(found, "orig", None), found.__cause__]
