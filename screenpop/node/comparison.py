"""Why does another tool show another figure or other calls, as JSON?

Reads the stored calls of a range and compares them: the one place that joins the store
with `wallboard.comparing` and `wallboard.list_differences`. Seconds of work: a service
lets `python -m screenpop.node.comparison` do it.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from screenpop.domain.call import Call, UserId
from screenpop.domain.call_counts import CountingRules
from screenpop.domain.errors import BadInput
from screenpop.history.engine import Database
from screenpop.history.refolded import RefoldedCalls, counted_calls
from screenpop.node.apart import answer_one, answered_apart
from screenpop.wallboard.comparing import Moved, OtherReading, readings
from screenpop.wallboard.comparison_asked import ComparisonAsked
from screenpop.wallboard.counting_ways import CountedRange, WayOfCounting
from screenpop.wallboard.list_differences import (
    NOT_ANSWERED,
    Difference,
    ListComparison,
    ListRules,
    compare_list,
    shift_in_words,
)
from screenpop.wallboard.listed_calls import listed_calls
from screenpop.wallboard.matching import TimeReading
from screenpop.wallboard.team_ways import team_way, team_ways

EARLIER_US = 4 * 3600 * 1_000_000  # a wait of a range may have begun before it

ANSWERED_WITHIN_S = 120.0

Answer = dict[str, object]


class ComparisonOrder(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked, where the calls are, and how this centre counts."""

    asked: ComparisonAsked
    store_url: str
    time_zone: str
    rules: CountingRules
    team_of: dict[str, str] = {}


async def compared_apart(order: ComparisonOrder) -> dict[str, Any]:
    """The answer; the process ends with this task. Raises `BadInput`, `Unavailable`."""
    return await answered_apart(
        "screenpop.node.comparison",
        order,
        what="the comparison",
        within_s=ANSWERED_WITHIN_S,
    )


async def answer_of(order: ComparisonOrder) -> Answer:
    """In a process of its own. Raises as `comparison_answer`."""
    database = Database(order.store_url)
    await database.open()
    try:
        zone = ZoneInfo(order.time_zone)
        team_of = {UserId(user): team for user, team in order.team_of.items()}
        return await comparison_answer(
            database, order.asked, order.rules, zone, team_of
        )
    finally:
        await database.close()


async def comparison_answer(
    database: Database,
    asked: ComparisonAsked,
    rules: CountingRules,
    zone: tzinfo,
    team_of: Mapping[UserId, str],
) -> Answer:
    """`readings` of the figure and `list` of differences.

    Of a team, a list is compared with the calls that its agents answered.

    Raises `BadInput` for what cannot be compared, and `Unavailable`.
    """
    if asked.figure is None and asked.calls_csv is None:
        raise BadInput(
            "neither a figure nor a list of calls is given.",
            code="bad_query",
            remedy="Give one of them, or both.",
        )
    rows = []
    if asked.calls_csv is not None:
        rows = listed_calls(asked.calls_csv, asked.file, asked.columns)
    own, *others = asked.ranges(zone)
    calls, without_events = await _calls(database, asked, asked.ranges(zone))
    answer: Answer = {
        "readings": [],
        "list": None,
        "calls_read": len(calls),
        "calls_without_events": without_events,
    }
    if asked.figure is not None:
        ways_of = None
        counting = WayOfCounting(rules=rules, range=own, queue=asked.queue)
        if asked.team is not None:
            ways_of = team_ways(team_of)
            counting = team_way(asked.team, team_of, rules, own)
        found = readings(calls, asked.figure, counting, others, ways_of=ways_of)
        answer["readings"] = [_reading(each, zone) for each in found]
    if asked.calls_csv is not None:
        as_listed = ListRules(
            range=own,
            zone=zone,
            short_abandon_s=rules.short_abandon_s,
            queue=asked.queue,
            without=NOT_ANSWERED if asked.team is not None else frozenset(),
        )
        listed = compare_list(
            calls,
            rows,
            as_listed,
            others,
            within_s=asked.within_s,
            examples=asked.examples,
        )
        answer["list"] = _list(listed, zone)
    return answer


async def _calls(
    database: Database, asked: ComparisonAsked, ranges: Sequence[CountedRange]
) -> RefoldedCalls:
    """Those of another queue are read only for a list: it may name another queue."""
    from_us, to_us = (
        min(each.from_us for each in ranges) - EARLIER_US,
        max(each.to_us for each in ranges),
    )
    team, within_us = asked.team, round(asked.within_s * 1_000_000)
    if asked.calls_csv is None:
        return await counted_calls(database, from_us, to_us, asked.queue, team=team)
    from_us, to_us = from_us - within_us, to_us + within_us
    return await counted_calls(database, from_us, to_us, team=team)


def _reading(reading: OtherReading, zone: tzinfo) -> Answer:
    return {
        "changes": list(reading.changes),
        "value": reading.value,
        "is_equal": reading.is_equal,
        "calls_that_differ": reading.moved_count,
        "calls": [_moved(each, zone) for each in reading.moved],
    }


def _moved(moved: Moved, zone: tzinfo) -> Answer:
    return {
        **_call(moved.call, zone),
        "own": moved.own,
        "other": moved.other,
        "own_times": moved.own_times,
        "other_times": moved.other_times,
    }


def _call(call: Call, zone: tzinfo) -> Answer:
    return {
        "line": call.line,
        "call_id": call.call_id,
        "occurrence": call.occurrence,
        "arrived": _local(call.arrived_us, zone),
        "queues": [
            {
                "queue": visit.queue,
                "left": visit.left,
                "after_s": None
                if visit.left_us is None
                else (visit.left_us - visit.entered_us) / 1e6,
            }
            for visit in call.visits
        ],
    }


def _list(found: ListComparison, zone: tzinfo) -> Answer:
    return {
        "rows": found.rows,
        "rows_outside": found.outside,
        "matched": found.matched,
        "matched_by_id": found.by_id,
        "times": _times(found.reading),
        "queues": dict(found.aliases),
        "differences": found.differences,
        "groups": [
            {
                "kind": group.kind,
                "rule": group.rule,
                "count": group.count,
                "some": [_difference(each, found.reading, zone) for each in group.some],
            }
            for group in found.groups
        ],
        "settings": [
            {"change": each.change, "explains": each.explains}
            for each in found.explanations
        ],
    }


def _times(reading: TimeReading) -> Mapping[str, object]:
    zone, shift_s = str(reading.zone), reading.shift_s
    clock = f", their clock shows {shift_in_words(shift_s)}" if shift_s else ""
    return {"zone": zone, "shift_s": shift_s, "words": f"read in {zone}{clock}"}


def _difference(each: Difference, reading: TimeReading, zone: tzinfo) -> Answer:
    row, stay = each.row, each.stay
    return {
        "row": None if row is None else row.line,
        "their_start": None if row is None else _local(reading.start_us(row), zone),
        "their_id": None if row is None else row.call_id,
        "their_queue": None if row is None else row.queue,
        "call": None if stay is None else _call(stay.call, zone),
        "start": None if stay is None else _local(stay.at_us, zone),
        "there": each.there,
        "here": each.here,
    }


def _local(at_us: int, zone: tzinfo) -> str:
    at = datetime.fromtimestamp(at_us / 1e6, zone)
    return at.isoformat(timespec="seconds")


if __name__ == "__main__":
    sys.exit(answer_one(ComparisonOrder, answer_of))
