"""How do calls become sums by quarter of an hour?

`call_counts` holds what each call adds, `interval_counts` the sums. A call that
changed takes back what it added and adds what it adds now, in the transaction that
writes the call: so the sums are a function of the set of calls, after a restart,
repeated, late and reordered events too. The one who writes reads what a call added
before the transaction; that no one else wrote meanwhile, the compared offset shows.

Calls that retention removed stay in the sums. Sums by hour and day follow those by
quarter: see `rolled`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from zoneinfo import ZoneInfo

from sqlalchemy import Insert, bindparam, func, insert, select

from screenpop.domain.call import Call
from screenpop.domain.call_counts import NAMES, CountingRules, counts_of, in_words
from screenpop.domain.local_time import QUARTER_US
from screenpop.history import tables
from screenpop.history.engine import Database, Put
from screenpop.history.rolled import UTC, rolled
from screenpop.history.rows import fit_name, named
from screenpop.history.statement import (
    StoredStatement,
    Values,
    adding,
    of_wanted,
    putting,
    wanted,
)
from screenpop.history.team_counted import sums_of as team_sums_of

INTERVAL_US = QUARTER_US
DAY_US = 24 * 3600 * 1_000_000
CALLS_PER_QUERY = 500
STEP_US = 7 * DAY_US  # summed by one statement: seconds, also of ten million calls

Cell = tuple[int, str, str]
"""(beginning of the quarter, queue, dialled number)."""
Cells = dict[Cell, list[int]]
"""The amounts of a call in the order of `NAMES`."""
StoredKey = tuple[str, str, int]

_PLACE = {name: place for place, name in enumerate(NAMES)}
_stored = tables.call_counts.c
_AMOUNTS = tuple(_stored[name] for name in NAMES)
COUNTS_OF = of_wanted(
    tables.call_counts, (_stored.interval_us, _stored.queue, _stored.dialled, *_AMOUNTS)
)
PUT_COUNTS = putting(tables.call_counts)
PUT_RULES = putting(tables.rules_of_counts)
ADD_COUNTS = adding(tables.interval_counts)
ADD_ROLLED = adding(tables.rolled_counts)
TAKE_BACK = StoredStatement(
    lambda _: (
        tables.call_counts.delete()
        .where(_stored.line == bindparam("of_line"))
        .where(_stored.call_id == bindparam("of_call"))
        .where(_stored.occurrence == bindparam("of_occurrence"))
    ),
    ("of_line", "of_call", "of_occurrence"),
)


def cells_of(call: Call, rules: CountingRules) -> Cells:
    """What a call adds to each quarter and queue."""
    cells: Cells = {}
    dialled = fit_name(call.dialled or "")
    for at_us, queue, name, amount in counts_of(call, rules):
        cell = at_us - at_us % INTERVAL_US, fit_name(queue), dialled
        amounts = cells.get(cell)
        if amounts is None:
            amounts = cells[cell] = [0] * len(NAMES)
        amounts[_PLACE[name]] += amount
    return cells


def cell_of(at_us: int, queue: str, dialled: str, name: str) -> Cells:
    """One of that name, alone."""
    amounts = [0] * len(NAMES)
    amounts[_PLACE[name]] = 1
    return {(at_us - at_us % INTERVAL_US, queue, dialled): amounts}


class CountedCalls:
    """What calls add, before and now. Raises `Unavailable`."""

    def __init__(self, database: Database, rules: CountingRules, zone: ZoneInfo = UTC):
        """`zone` is where days begin."""
        self._database = database
        self._rules = rules
        self._zone = zone

    async def puts(
        self, calls: Iterable[Call], outbound: Mapping[StoredKey, Cells] | None = None
    ) -> list[Put]:
        """What is to be written, with the calls, because they look like this now.

        `outbound` are the cells of calls to callers: see `called_back`.
        """
        latest = {named(call.key): cells_of(call, self._rules) for call in calls}
        latest.update(outbound or {})
        stored = await self._stored(list(latest))
        changes = _Changes()
        for key, cells in latest.items():
            changes.replace(key, stored.get(key, {}), cells)
        return changes.puts(self._zone)

    async def note_rules(self, now_us: int) -> None:
        """Write down since when these rules count, if they are not the latest."""
        rules, words = tables.rules_of_counts, in_words(self._rules)
        latest = select(rules.c.rules).order_by(rules.c.since_us.desc()).limit(1)
        async with self._database.read() as connection:
            if await connection.scalar(latest) == words:
                return
        await self._database.put([(PUT_RULES, [(now_us, words)])])

    async def _stored(self, keys: Sequence[StoredKey]) -> dict[StoredKey, Cells]:
        found: dict[StoredKey, Cells] = {}
        for start in range(0, len(keys), CALLS_PER_QUERY):
            some = keys[start : start + CALLS_PER_QUERY]
            for row in await self._database.fetch(COUNTS_OF, wanted(some)):
                line, call_id, occurrence, interval_us, queue, dialled = row[:6]
                cells = found.setdefault((line, call_id, occurrence), {})
                cells[interval_us, queue, dialled] = list(row[6:])
        return found


class _Changes:
    """Rows of calls to be replaced, and what that adds to the sums."""

    def __init__(self) -> None:
        self._gone: list[Values] = []
        self._rows: list[Values] = []
        self._sums: dict[tuple[int, str, str, str], list[int]] = {}

    def replace(self, key: StoredKey, before: Cells, now: Cells) -> None:
        if before == now:
            return
        if before:
            self._gone.append(key)
        for (interval_us, queue, dialled), amounts in now.items():
            self._rows.append((*key, interval_us, queue, dialled, *amounts))
        self._add(key[0], before, -1)
        self._add(key[0], now, 1)

    def puts(self, zone: ZoneInfo) -> list[Put]:
        sums = {place: some for place, some in self._sums.items() if any(some)}
        puts: list[tuple[StoredStatement, list[Values]]] = [
            (TAKE_BACK, self._gone),
            (PUT_COUNTS, self._rows),
            (ADD_COUNTS, [(*x, *some) for x, some in sorted(sums.items())]),
            (
                ADD_ROLLED,
                [(*x, *some) for x, some in sorted(rolled(sums, zone).items())],
            ),
        ]
        return [(statement, rows) for statement, rows in puts if rows]

    def _add(self, line: str, cells: Mapping[Cell, Sequence[int]], sign: int) -> None:
        for (interval_us, queue, dialled), amounts in cells.items():
            sums = self._sums.setdefault(
                (interval_us, queue, line, dialled), [0] * len(NAMES)
            )
            for place, amount in enumerate(amounts):
                sums[place] += sign * amount


def _sums_of(from_us: int, to_us: int) -> Insert:
    sums = tables.interval_counts
    keys = [_stored[column.name] for column in sums.primary_key]
    again = (
        select(*keys, *(func.sum(column) for column in _AMOUNTS))
        .where(_stored.interval_us >= from_us, _stored.interval_us < to_us)
        .group_by(*keys)
    )
    return insert(sums).from_select([column.name for column in sums.columns], again)


async def sum_again(database: Database, rules: CountingRules) -> None:
    """Make the sums of `interval_counts` of what is in `call_counts`, by these rules.

    Where retention removed calls, only from a day after the oldest call on: what is
    before has calls in it that are gone. Raises `Unavailable`.
    """
    sums = tables.interval_counts
    async with database.write() as connection:
        oldest_us = await connection.scalar(select(func.min(tables.calls.c.arrived_us)))
        first_us = await connection.scalar(select(func.min(sums.c.interval_us)))
        if oldest_us is None:
            return
        if first_us is None:
            first_us = await connection.scalar(select(func.min(_stored.interval_us)))
        if first_us is None:
            return
        whole = first_us + INTERVAL_US > oldest_us
        from_us = first_us if whole else oldest_us + DAY_US
        for table in (sums, tables.team_counts):
            later = table.c.interval_us >= from_us
            await connection.execute(table.delete().where(later))
        newest_us = await connection.scalar(select(func.max(_stored.interval_us)))
        for start_us in range(from_us, (newest_us or from_us) + 1, STEP_US):
            await connection.execute(_sums_of(start_us, start_us + STEP_US))
            await connection.execute(team_sums_of(start_us, start_us + STEP_US))
        kept, words = tables.rules_of_counts, in_words(rules)
        await connection.execute(kept.delete().where(kept.c.since_us >= from_us))
        await connection.execute(kept.insert().values(since_us=from_us, rules=words))
