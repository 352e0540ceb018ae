"""What is in the number index: which numbers are shared, unreadable, in two sources?

Counted in SQLite, in the order of its index, so that ten million numbers take seconds
and little memory. Numbers are shortened (`shortened_text`); customers are named by
their keys. For a thread, or a command.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from itertools import combinations
from pathlib import Path
from typing import Literal

import msgspec

from screenpop.connector.reading import ODD_KEPT_MAX, shortened_text
from screenpop.domain.errors import Unavailable
from screenpop.lookup.kept_reading import restored
from screenpop.lookup.number_file import about, problem_of
from screenpop.lookup.number_shelf import (
    ENDS_WITH,
    EXACTLY,
    HAS_EXTENSION,
    HEAD_OF,
    ODD,
    OTHERWISE,
    company_of,
    key_of,
    odd_items,
)
from screenpop.support.clock import iso_from_us

SHARED_SHOWN = 20
KEYS_SHOWN = 5

Sharing = Literal["main number", "company", "several"]


class SharedNumber(msgspec.Struct, frozen=True, kw_only=True):
    """A number of several customers. `main number`: extensions follow it.

    `company`: all of them belong to one company; else a household, or a mistake.
    """

    number: str
    customers: int
    of: Sharing
    keys: tuple[str, ...]


class NumberCounts(msgspec.Struct, frozen=True, kw_only=True):
    """`exact` and `probable` are numbers, `main_numbers` those that end in `-0`.

    `by_last_digits`: old numbers that no plan knows, found by their end only.
    """

    exact: int = 0
    probable: int = 0
    main_numbers: int = 0
    by_last_digits: int = 0
    shared: int = 0
    shared_main: int = 0
    most_shared: tuple[SharedNumber, ...] = ()


class SourceNumbers(msgspec.Struct, frozen=True, kw_only=True):
    """One source's part of the index; `unreadable` by reason, `examples` of them."""

    source: str
    contacts: int
    whole: bool
    read_at: str | None
    full_at: str | None
    changed_since: str | None
    rows: int | None
    left_out: dict[str, int]
    numbers: NumberCounts
    unreadable: dict[str, int]
    examples: tuple[str, ...]


class Collision(msgspec.Struct, frozen=True, kw_only=True):
    """Numbers that customers of two sources have."""

    sources: tuple[str, str]
    numbers: int
    examples: tuple[SharedNumber, ...]


class IndexReport(msgspec.Struct, frozen=True, kw_only=True):
    """`problems` says which sources have no usable file, and why."""

    sources: tuple[SourceNumbers, ...]
    collisions: tuple[Collision, ...]
    problems: dict[str, str]


def _bounds(mark: str) -> tuple[str, str]:
    return mark, chr(ord(mark) + 1)


_ODD_COUNTS = (
    """SELECT substr("key", 2, instr("key", char(9)) - 2), count(*) FROM numbers"""
    """ WHERE "key" >= ? AND "key" < ? GROUP BY 1"""
)
_ODD_FIRST = (
    'SELECT "key", body FROM numbers JOIN contacts ON id = contact'
    ' WHERE "key" >= ? AND "key" < ? ORDER BY contact LIMIT ?'
)
_COUNT = 'SELECT count(*) FROM {0}numbers WHERE "key" >= ? AND "key" < ?'
_SHARED = """
WITH several AS MATERIALIZED (
    SELECT "key" FROM numbers WHERE "key" >= ? AND "key" < ?
    GROUP BY "key" HAVING count(*) > 1
), shared AS (
    SELECT several."key" AS number, count(DISTINCT who) AS customers
    FROM several JOIN numbers ON numbers."key" = several."key"
    JOIN contacts ON contacts.id = numbers.contact
    GROUP BY several."key" HAVING count(DISTINCT who) > 1
)
SELECT number, customers, EXISTS (
    SELECT 1 FROM numbers WHERE "key" = ? || substr(number, 2, length(number) - 2)
) OR EXISTS (
    SELECT 1 FROM numbers WHERE "key" = ? || substr(number, 2)
) AS of_main FROM shared
"""


def counted(connection: sqlite3.Connection) -> NumberCounts:
    """Count one file; `connection` may have a transaction under way."""

    def count(mark: str) -> int:
        found = connection.execute(_COUNT.format(""), _bounds(mark)).fetchone()
        return int(found[0])

    given = (*_bounds(EXACTLY), HEAD_OF, HAS_EXTENSION)
    distinct = (
        'SELECT count(*) FROM (SELECT DISTINCT "key" FROM numbers'
        ' WHERE "key" >= ? AND "key" < ?)'
    )
    exact = connection.execute(distinct, _bounds(EXACTLY)).fetchone()[0]
    ends = 'substr("key", -9, 1) = ?'  # each is filed by eight digits and by seven
    last = connection.execute(
        f"{_COUNT.format('')} AND {ends}", (*_bounds(ENDS_WITH), ENDS_WITH)
    ).fetchone()[0]
    shared, shared_main = connection.execute(
        f"SELECT count(*), coalesce(sum(of_main), 0) FROM ({_SHARED})",  # noqa: S608
        given,
    ).fetchone()
    most = connection.execute(
        f"{_SHARED} ORDER BY customers DESC, number LIMIT {SHARED_SHOWN}", given
    ).fetchall()
    return NumberCounts(
        exact=exact,
        probable=count(OTHERWISE),
        main_numbers=count(HEAD_OF),
        by_last_digits=last,
        shared=shared,
        shared_main=shared_main,
        most_shared=tuple(_named(connection, *each) for each in most),
    )


def _named(
    connection: sqlite3.Connection, number: str, customers: int, of_main: int
) -> SharedNumber:
    bodies = _bodies(connection, "", number)
    companies = {company_of(body) for body in bodies}
    one_company = len(companies) == 1 and companies != {None}
    of: Sharing = "company" if one_company else "several"
    return SharedNumber(
        number=shortened_text(number[1:]),
        customers=customers,
        of="main number" if of_main else of,
        keys=tuple(dict.fromkeys(map(key_of, bodies)))[:KEYS_SHOWN],
    )


def _bodies(
    connection: sqlite3.Connection, schema: str, number: str
) -> Sequence[bytes]:
    statement = (
        f"SELECT body FROM {schema}numbers JOIN {schema}contacts ON id = contact"  # noqa: S608
        ' WHERE "key" = ? ORDER BY contact LIMIT ?'
    )
    rows = connection.execute(statement, (number, 2 * KEYS_SHOWN))
    return [body for (body,) in rows]


# -- of all sources, from their files


def report_of(files: Mapping[str, Path]) -> IndexReport:
    """Read the files of these sources; the service may be running."""
    sources, problems = list[SourceNumbers](), dict[str, str]()
    for name, path in files.items():
        try:
            with closing(_opened(path)) as connection:
                sources.append(_source(name, connection))
        except Unavailable as error:
            problems[name] = str(error)
        except sqlite3.Error as error:
            problems[name] = f"{path.name} cannot be read: {error}"
    usable = {name: path for name, path in files.items() if name not in problems}
    return IndexReport(
        sources=tuple(sources),
        collisions=tuple(_collisions(usable)),
        problems=problems,
    )


def _opened(path: Path) -> sqlite3.Connection:
    """A connection that can only read. Raises `Unavailable`."""
    if not path.is_file():
        raise Unavailable(
            "its contacts were not read yet. Start the service, and let it read them."
        )
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
    if (problem := problem_of(connection)) is not None:
        connection.close()
        raise Unavailable(
            f"{path.name} {problem}. The service makes it again at its next start."
        )
    return connection


def kept_counts(text: str | None) -> NumberCounts | None:
    """As of the last reading of everything; None: none was counted."""
    try:
        return msgspec.json.decode(text or "", type=NumberCounts)
    except (msgspec.DecodeError, msgspec.ValidationError):
        return None


def _source(name: str, connection: sqlite3.Connection) -> SourceNumbers:
    known = about(connection)
    reading = restored(known.reading)
    odd = odd_items(*odd_in(connection))
    return SourceNumbers(
        source=name,
        contacts=known.contacts,
        whole=known.whole,
        read_at=iso_from_us(known.read_us) if known.read_us else None,
        full_at=iso_from_us(known.full_us) if known.full_us else None,
        changed_since=None if known.since is None else str(known.since),
        rows=None if reading is None else reading.rows,
        left_out={} if reading is None else dict(reading.left_out),
        numbers=counted(connection),
        unreadable=dict(odd.counts.most_common()),
        examples=odd.said(),
    )


def _collisions(files: Mapping[str, Path]) -> Iterator[Collision]:
    for one, other in combinations(files, 2):
        with closing(_opened(files[one])) as connection:
            uri = f"{files[other].resolve().as_uri()}?mode=ro"
            connection.execute("ATTACH ? AS other", (uri,))
            yield from _between(connection, one, other)


def _between(
    connection: sqlite3.Connection, one: str, other: str
) -> Iterator[Collision]:
    sizes = [
        connection.execute(_COUNT.format(schema), _bounds(EXACTLY)).fetchone()[0]
        for schema in ("main.", "other.")
    ]
    few, many = ("main", "other") if sizes[0] <= sizes[1] else ("other", "main")
    both = (
        f'SELECT DISTINCT "key" FROM {few}.numbers AS few'  # noqa: S608
        ' WHERE "key" >= ? AND "key" < ? AND EXISTS'
        f' (SELECT 1 FROM {many}.numbers AS many WHERE many."key" = few."key")'
    )
    bounds = _bounds(EXACTLY)
    counting = f"SELECT count(*) FROM ({both})"  # noqa: S608
    (count,) = connection.execute(counting, bounds).fetchone()
    if not count:
        return
    examples = connection.execute(f"{both} LIMIT {KEYS_SHOWN}", bounds).fetchall()
    yield Collision(
        sources=(one, other),
        numbers=count,
        examples=tuple(_in_both(connection, x, one, other) for (x,) in examples),
    )


def _in_both(
    connection: sqlite3.Connection, number: str, one: str, other: str
) -> SharedNumber:
    keys = [
        f"{source}:{key_of(body)}"
        for source, schema in ((one, "main."), (other, "other."))
        for body in _bodies(connection, schema, number)[:KEYS_SHOWN]
    ]
    return SharedNumber(
        number=shortened_text(number[1:]),
        customers=len(keys),
        of="several",
        keys=tuple(dict.fromkeys(keys)),
    )


def odd_in(
    connection: sqlite3.Connection,
) -> tuple[dict[str, int], list[tuple[str, bytes]]]:
    """What could not be read: how many by reason, and the first with their contacts."""
    counts = dict(connection.execute(_ODD_COUNTS, _bounds(ODD)).fetchall())
    first = connection.execute(_ODD_FIRST, (*_bounds(ODD), ODD_KEPT_MAX))
    return counts, first.fetchall()
