"""Which calls popped in a range, and what came on their cards when?

Read in small steps, so that a live service goes on between them; the newest
`CALLS_MAX` at most. No one is named in what is returned.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from sqlalchemy import select, tuple_

from screenpop.domain.call import Direction
from screenpop.domain.popped import CardShown, FacetOnCard, FacetViews, PoppedCall
from screenpop.history import tables
from screenpop.history.archive import SHOWN_OF
from screenpop.history.batch import ShownAnswer
from screenpop.history.counts_asked import CountedCall, CountedPlace, CountsAsked
from screenpop.history.engine import Database
from screenpop.history.rows import fit_id
from screenpop.history.statement import of_wanted, wanted

CALLS_MAX = 20_000
CALLS_PER_STEP = 200

Key = tuple[str, str, int]

_calls, _legs, _receipts = tables.calls.c, tables.call_legs.c, tables.receipts.c
LEGS_OF = of_wanted(
    tables.call_legs,
    (
        _legs.agent,
        _legs.username,
        _legs.alerting_us,
        _legs.answered_us,
        _legs.released_us,
    ),
)
RECEIPTS_OF = of_wanted(
    tables.receipts,
    (_receipts.agent, _receipts.at_us, _receipts.ring_to_pop_ms, _receipts.painted_ms),
    (_receipts.at_us,),
)
_answers = msgspec.json.Decoder(list[ShownAnswer])


class PoppedCalls:
    """All raise `Unavailable`."""

    def __init__(self, database: Database):
        self._database = database

    async def read(self, asked: CountsAsked) -> tuple[list[PoppedCall], bool]:
        """Calls from outside that rang at an agent and are over, the newest first.

        True: there were more than `CALLS_MAX`.
        """
        found: list[PoppedCall] = []
        before: tuple[int, str, str, int] | None = None
        while len(found) < CALLS_MAX:
            rows = await self._page(asked, before)
            if not rows:
                return found, False
            before = tuple(rows[-1][:4])
            found += await self._calls_of(rows)
        return found[:CALLS_MAX], bool(await self._page(asked, before))

    async def behind(
        self,
        asked: CountsAsked,
        counts: Callable[[PoppedCall], bool],
        before: CountedPlace | None,
        limit: int,
    ) -> tuple[list[CountedCall], CountedPlace | None]:
        """The newest calls that count, and after which to go on; None: at the end.

        At most `CALLS_MAX` are looked at, so that a page may have fewer than there are.
        """
        found: list[CountedCall] = []
        after: tuple[int, str, str, int] | None = None
        if before is not None:
            call_id = fit_id(before.call_id)
            after = before.interval_us, before.line, call_id, before.occurrence
        for _ in range(CALLS_MAX // CALLS_PER_STEP):
            rows = await self._page(asked, after)
            if not rows:
                return found, None
            calls = await self._calls_of(rows)
            for row, call in zip(rows, calls, strict=True):
                if counts(call):
                    found.append(_counted(row))
                if len(found) == limit:
                    return found, _place(row)
            after = tuple(rows[-1][:4])
        return found, _place(rows[-1])

    async def _page(
        self, asked: CountsAsked, before: tuple[int, str, str, int] | None
    ) -> Sequence[Any]:
        place = (_calls.arrived_us, _calls.line, _calls.call_id, _calls.occurrence)
        query = (
            select(
                *place, _calls.dialled, _calls.ended_us, _calls.outcome, _calls.queue,
                _calls.number, _calls.customer_key, _calls.answered_us,
            )
            .where(
                _calls.arrived_us >= asked.from_us,
                _calls.arrived_us < asked.to_us,
                _calls.direction == Direction.INBOUND.value,
                _calls.ended_us.is_not(None),
                _calls.first_alerting_us.is_not(None),
                *asked.places(_calls),
            )
            .order_by(*(column.desc() for column in place))
            .limit(CALLS_PER_STEP)
        )  # fmt: skip
        if before is not None:
            query = query.where(tuple_(*place) < tuple_(*before))
        async with self._database.read() as connection:
            return (await connection.execute(query)).all()

    async def _calls_of(self, rows: Sequence[Any]) -> list[PoppedCall]:
        keys: list[Key] = [(row[1], row[2], row[3]) for row in rows]
        legs = _by_call(await self._database.fetch(LEGS_OF, wanted(keys)))
        receipts = _by_call(await self._database.fetch(RECEIPTS_OF, wanted(keys)))
        shown = _by_call(await self._database.fetch(SHOWN_OF, wanted(keys)))
        return await asyncio.to_thread(
            lambda: [
                _popped(row, legs[key], receipts[key], shown[key])
                for key, row in zip(keys, rows, strict=True)
            ]
        )


def _place(row: Any) -> CountedPlace:
    return CountedPlace(
        interval_us=row.arrived_us,
        line=row.line,
        call_id=row.call_id,
        occurrence=row.occurrence,
        queue=row.queue or "",
    )


def _counted(row: Any) -> CountedCall:
    return CountedCall(
        place=_place(row),
        dialled=row.dialled or "",
        arrived_us=row.arrived_us,
        answered_us=row.answered_us,
        ended_us=row.ended_us,
        outcome=row.outcome,
        amounts={},
    )


def _by_call(rows: Sequence[Sequence[Any]]) -> dict[Key, list[tuple[Any, ...]]]:
    found: dict[Key, list[tuple[Any, ...]]] = defaultdict(list)
    for line, call_id, occurrence, *values in rows:
        found[line, call_id, occurrence].append(tuple(values))
    return found


def _popped(
    row: Any,
    legs: Sequence[tuple[Any, ...]],
    receipts: Sequence[tuple[Any, ...]],
    shown: Sequence[tuple[Any, ...]],
) -> PoppedCall:
    *_, queue, number, customer, answered_us = row
    # a telephone shared by several people has a row for each, with the same times
    times = {agent: (rang, answered, left) for agent, _, rang, answered, left in legs}
    first = {agent: (at, pop, painted) for agent, at, pop, painted in receipts[::-1]}
    answers = [
        each for (body,) in shown for each in _answers.decode(body) if each.facet
    ]
    cards = []
    for agent, (rang_us, agent_answered_us, _) in times.items():
        delivered_us, pop_ms, painted_ms = first.get(agent, (None, None, None))
        cards.append(
            CardShown(
                rang_us=rang_us,
                answered_us=agent_answered_us,
                delivered_us=delivered_us,
                pop_ms=pop_ms,
                painted_ms=painted_ms,
                facets=tuple(
                    FacetOnCard(
                        facet=each.facet,
                        outcome=each.state,
                        shown_us=each.agents[agent],
                    )
                    for each in answers
                    if agent in each.agents
                ),
            )
        )
    handled = [
        left_us - begun_us
        for _, begun_us, left_us in times.values()
        if begun_us is not None and left_us is not None
    ]
    return PoppedCall(
        queue=queue or "",
        has_number=number is not None,
        is_matched=customer is not None,
        cards=tuple(cards),
        handle_us=sum(handled) if answered_us is not None and handled else None,
        views={x.facet: FacetViews(*x.views) for x in answers if x.views is not None},
        people=frozenset(user for _, user, _, at, _ in legs if user and at is not None),
    )
