"""Which calls did one person have, and how many? For that person alone.

What others did in these calls is left out: who answered instead, their notes and
results. There is no comparison: a figure is a plain count or sum.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from screenpop.domain.call import Direction, LegState, Release
from screenpop.domain.profile import Json
from screenpop.history import tables
from screenpop.history.calls import (
    Calls,
    PagePlace,
    PastCall,
    PastLeg,
    SearchedCalls,
)
from screenpop.history.engine import Database
from screenpop.history.own_search import (
    CALLS_SEARCHED_MAX,
    EVERY_CALL,
    MISSED,
    CallsWanted,
)
from screenpop.history.own_sections import CALL, RecordsAsked
from screenpop.history.past_calls import cursor_of, place_in, shown_caller
from screenpop.support.clock import iso_from_us

RESULTS_MAX = 100

_legs = tables.call_legs.c
_calls = tables.calls.c


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnFigures:
    """Calls of a range. See `web.me` for the formulas."""

    rang: int
    answered: int
    missed: int
    elsewhere: int
    made: int
    reached: int
    talk_us: int
    notes: int
    results: Mapping[str, int]  # by code, most first


class OwnCalls:
    """All methods raise `Unavailable`."""

    def __init__(
        self,
        calls: Calls,
        database: Database,
        *,
        queue_labels: Mapping[str, str] | None = None,
        result_labels: Mapping[str, str] | None = None,
        home_country: str | None = None,
        searched_max: int = CALLS_SEARCHED_MAX,
    ):
        self._searched_max = searched_max
        self.result_labels = result_labels or {}
        self._calls = calls
        self._database = database
        self._queue_labels = queue_labels or {}
        self._home = home_country

    async def page(
        self,
        asked: RecordsAsked,
        before: str | None,
        wanted: CallsWanted = EVERY_CALL,
    ) -> tuple[Sequence[Json], str | None]:
        """The newest calls, and the cursor of the next page. Raises `BadInput`.

        A search may end before the page is full; then the cursor is where it ended.
        """
        if before is not None:
            place: PagePlace | None = place_in(before)
        elif asked.to_us is not None:
            place = PagePlace(arrived_us=asked.to_us, line="", call_id="")
        else:
            place = None
        user, last = asked.user.username, None
        if conditions := wanted.conditions(asked):
            among = SearchedCalls(
                limit=asked.limit,
                calls_max=self._searched_max,
                before=place,
                from_us=asked.from_us,
            )
            found, last = await self._calls.searched(user, conditions, among)
        else:
            found = await self._calls.recent(user, place, asked.limit, asked.from_us)
            last = found[-1].place if len(found) == asked.limit else None
        rows = [self._row(call, asked) for call in found]
        return rows, None if last is None else cursor_of(last)

    async def queues(self, asked: RecordsAsked) -> Sequence[Json]:
        """Of one's calls of the range, at most `asked.limit`; with their labels."""
        of_call = and_(*(_legs[name] == _calls[name] for name in CALL))
        query = (
            select(_calls.queue)
            .select_from(tables.call_legs.join(tables.calls, of_call))
            .where(*_own_legs(asked), _calls.queue.is_not(None))
            .distinct()
            .order_by(_calls.queue)
            .limit(asked.limit)
        )
        async with self._database.read() as connection:
            names = (await connection.execute(query)).scalars().all()
        labels = self._queue_labels
        return [{"name": name, "label": labels.get(name, name)} for name in names]

    async def figures(self, asked: RecordsAsked) -> OwnFigures:
        async with self._database.read() as connection:
            row = (await connection.execute(_counting(asked))).mappings().one()
            return OwnFigures(
                **{name: int(value or 0) for name, value in row.items()},
                notes=await _notes(connection, asked),
                results=await _results(connection, asked),
            )

    def _row(self, call: PastCall, asked: RecordsAsked) -> Json:
        legs = [leg for leg in call.legs if leg.username in asked.spellings]
        notes = [x.text for x in call.notes if x.username in asked.spellings]
        codes = [x.code for x in call.dispositions if x.username in asked.spellings]
        caller = shown_caller(call, self._home)
        return {
            **{name: getattr(call, name) for name in CALL},
            "direction": call.direction,
            "arrived_at": iso_from_us(call.arrived_us),
            "caller": caller["display"],
            "number": caller["number"],
            "name": call.customer_name or call.caller_name,
            "queue": call.queue,
            "queue_label": self._queue_labels.get(call.queue or ""),
            "dialled": call.dialled,
            "telephone": ", ".join(dict.fromkeys(leg.agent for leg in legs)),
            "part": _part(call.direction, legs),
            "rang_at": _first(leg.alerting_us for leg in legs),
            "answered_at": _first(leg.answered_us for leg in legs),
            "released_at": _last(legs),
            "talk_s": _talk_s(legs),
            "outcome": call.outcome,
            "result": codes[-1] if codes else None,
            "result_label": self.result_labels.get(codes[-1]) if codes else None,
            "note": notes[-1] if notes else "",
        }


def _part(direction: str, legs: Sequence[PastLeg]) -> str:
    """What the person did in the call, of all their telephones."""
    if any(leg.answered_us for leg in legs):
        return "answered"
    if any(leg.state != LegState.RELEASED.value for leg in legs):
        return "goes_on"
    releases = {leg.release for leg in legs}
    if direction != Direction.INBOUND.value:
        return "not_reached"
    if releases & {*MISSED}:
        return "missed"
    return min(str(release) for release in releases) if releases else "missed"


def _first(moments: Any) -> str | None:
    known = [moment for moment in moments if moment]
    return iso_from_us(min(known)) if known else None


def _last(legs: Sequence[PastLeg]) -> str | None:
    moments = [leg.released_us for leg in legs]
    known = [moment for moment in moments if moment]
    return iso_from_us(max(known)) if known and len(known) == len(legs) else None


def _talk_s(legs: Sequence[PastLeg]) -> int | None:
    """From answer to release, holds included; None while or where there was none."""
    talks = [
        max(0, leg.released_us - leg.answered_us)
        for leg in legs
        if leg.answered_us and leg.released_us
    ]
    return round(sum(talks) / 1e6) if talks else None


def _own_legs(asked: RecordsAsked) -> list[ColumnElement[bool]]:
    return [asked.is_me(_legs.username), *asked.within(_legs.arrived_us)]


def _counting(asked: RecordsAsked) -> Select[Any]:
    """Sums over the person's calls, each once, whatever telephones it rang at."""
    answered = _legs.answered_us.is_not(None)
    talked = and_(answered, _legs.released_us > _legs.answered_us)
    of_call = and_(*(_legs[name] == _calls[name] for name in CALL))

    def any_leg(condition: ColumnElement[bool], name: str) -> ColumnElement[Any]:
        return func.max(case((condition, 1), else_=0)).label(name)

    each = (
        select(
            _calls.direction,
            any_leg(answered, "answered"),
            any_leg(_legs.release.in_(MISSED), "missed"),
            any_leg(_legs.release == Release.ANSWERED_ELSEWHERE.value, "elsewhere"),
            func.sum(
                case((talked, _legs.released_us - _legs.answered_us), else_=0)
            ).label("talk_us"),
        )
        .select_from(tables.call_legs.join(tables.calls, of_call))
        .where(*_own_legs(asked))
        .group_by(*(_legs[name] for name in CALL), _calls.direction)
        .subquery()
        .c
    )
    rang = each.direction == Direction.INBOUND.value
    made = each.direction == Direction.OUTBOUND.value
    not_answered = and_(rang, each.answered == 0)

    def calls(condition: ColumnElement[bool], name: str) -> ColumnElement[Any]:
        return func.sum(case((condition, 1), else_=0)).label(name)

    return select(
        calls(rang, "rang"),
        calls(and_(rang, each.answered == 1), "answered"),
        calls(and_(not_answered, each.missed == 1), "missed"),
        calls(and_(not_answered, each.missed == 0, each.elsewhere == 1), "elsewhere"),
        calls(made, "made"),
        calls(and_(made, each.answered == 1), "reached"),
        func.sum(each.talk_us).label("talk_us"),
    )


def _of_own_calls(asked: RecordsAsked, written: Any) -> Any:
    """What the person wrote about calls of the range, each once."""
    names = [_legs[name] for name in CALL]
    mine = select(*names).where(*_own_legs(asked)).distinct().subquery()
    same = and_(*(written.c[name] == mine.c[name] for name in CALL))
    return written.join(mine, same)


async def _notes(connection: AsyncConnection, asked: RecordsAsked) -> int:
    notes = tables.notes
    query = select(func.count()).select_from(_of_own_calls(asked, notes))
    theirs = (asked.is_me(notes.c.username), notes.c.text != "")
    return await connection.scalar(query.where(*theirs)) or 0


async def _results(
    connection: AsyncConnection, asked: RecordsAsked
) -> Mapping[str, int]:
    codes = tables.dispositions
    number = func.count()
    query = (
        select(codes.c.code, number)
        .select_from(_of_own_calls(asked, codes))
        .where(asked.is_me(codes.c.username), codes.c.code != "")
        .group_by(codes.c.code)
        .order_by(number.desc(), codes.c.code)
        .limit(RESULTS_MAX)
    )
    found = (await connection.execute(query)).all()
    return {row[0]: row[1] for row in found}
