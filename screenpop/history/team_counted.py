"""How do calls become sums by team and quarter of an hour?

`team_call_counts` holds what each call adds, `team_counts` the sums, in the transaction
that writes the call, as `counted` does by queue. A person's team is that of the
configuration when the call is written; no one is named here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Insert, bindparam, func, insert, select

from screenpop.domain.call import Call, UserId
from screenpop.domain.local_time import QUARTER_US
from screenpop.domain.team import team_counts_of
from screenpop.history.count_tables import team_call_counts, team_counts
from screenpop.history.engine import Database, Put
from screenpop.history.rows import fit, named
from screenpop.history.statement import (
    StoredStatement,
    Values,
    adding,
    of_wanted,
    putting,
    wanted,
)

CALLS_PER_QUERY = 500

Cells = dict[tuple[int, str], tuple[int, int, int]]
"""(beginning of the quarter, team): answered, handled, talk with hold in µs."""

_stored = team_call_counts.c
_AMOUNTS = (_stored.answered, _stored.handled, _stored.talk_us)
COUNTS_OF = of_wanted(team_call_counts, (_stored.interval_us, _stored.team, *_AMOUNTS))
PUT_COUNTS = putting(team_call_counts)
ADD_COUNTS = adding(team_counts)
TAKE_BACK = StoredStatement(
    lambda _: (
        team_call_counts.delete()
        .where(_stored.line == bindparam("of_line"))
        .where(_stored.call_id == bindparam("of_call"))
        .where(_stored.occurrence == bindparam("of_occurrence"))
    ),
    ("of_line", "of_call", "of_occurrence"),
)


def cells_of(call: Call, team_of: Mapping[UserId, str]) -> Cells:
    """What a call adds to each quarter and team."""
    cells: Cells = {}
    for at_us, team, *amounts in team_counts_of(call, team_of):
        place = at_us - at_us % QUARTER_US, fit(team)
        before = cells.get(place, (0, 0, 0))
        answered, handled, talk_us = (
            a + b for a, b in zip(before, amounts, strict=True)
        )
        cells[place] = answered, handled, talk_us
    return cells


class TeamCounted:
    """What calls add to teams, before and now. Raises `Unavailable`."""

    def __init__(self, database: Database, team_of: Mapping[UserId, str]):
        self._database = database
        self._team_of = team_of

    async def puts(self, calls: Iterable[Call], *, new_only: bool = False) -> list[Put]:
        """What is to be written, with the calls, because they look like this now.

        With `new_only` calls that were counted stay in the teams of that time.
        """
        if not self._team_of:
            return []
        latest = {named(call.key): cells_of(call, self._team_of) for call in calls}
        stored = await self._stored(list(latest))
        gone: list[Values] = []
        rows: list[Values] = []
        sums: dict[tuple[int, str], list[int]] = {}
        for key, now in latest.items():
            before = stored.get(key, {})
            if before == now or (new_only and before):
                continue
            if before:
                gone.append(key)
            rows += [(*key, *place, *amounts) for place, amounts in now.items()]
            for cells, sign in ((before, -1), (now, 1)):
                for place, amounts in cells.items():
                    into = sums.setdefault(place, [0, 0, 0])
                    for n, amount in enumerate(amounts):
                        into[n] += sign * amount
        added: list[Values] = [
            (*place, *some) for place, some in sorted(sums.items()) if any(some)
        ]
        puts = [(TAKE_BACK, gone), (PUT_COUNTS, rows), (ADD_COUNTS, added)]
        return [(statement, some) for statement, some in puts if some]

    async def _stored(
        self, keys: Sequence[tuple[str, str, int]]
    ) -> dict[tuple[str, str, int], Cells]:
        found: dict[tuple[str, str, int], Cells] = {}
        for start in range(0, len(keys), CALLS_PER_QUERY):
            some = keys[start : start + CALLS_PER_QUERY]
            for row in await self._database.fetch(COUNTS_OF, wanted(some)):
                line, call_id, occurrence, interval_us, team, *amounts = row
                answered, handled, talk_us = amounts
                cells = found.setdefault((line, call_id, occurrence), {})
                cells[interval_us, team] = answered, handled, talk_us
        return found


def sums_of(from_us: int, to_us: int) -> Insert:
    """The sums again, of what is in `team_call_counts`."""
    keys = (_stored.interval_us, _stored.team)
    again = (
        select(*keys, *(func.sum(column) for column in _AMOUNTS))
        .where(_stored.interval_us >= from_us, _stored.interval_us < to_us)
        .group_by(*keys)
    )
    return insert(team_counts).from_select(
        [column.name for column in team_counts.columns], again
    )
