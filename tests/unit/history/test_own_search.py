"""A search finds one's own calls by what is on them, and reads a bounded part."""

from __future__ import annotations

from typing import Any

import pytest
from unit.history import history
from unit.history.test_own_calls import S, _written, asked, call, leg

from screenpop.domain.call import Direction, Release
from screenpop.history.archive import Archive
from screenpop.history.calls import Calls
from screenpop.history.engine import Database
from screenpop.history.own_calls import OwnCalls
from screenpop.history.own_search import PARTS, CallsWanted


def answered(call_id: str, at_s: int, **values: Any) -> Any:
    own = leg("ana", "1001", Release.ENDED, at_s=at_s, talk_s=10)
    return call(call_id, at_s, own, **{"caller": values.get("number"), **values})


async def kept(database: Database, states: list[Any], **more: Any) -> OwnCalls:
    await Archive(database).write(history.batch(calls=states, **more))
    return OwnCalls(Calls(database), database, searched_max=5)


async def ids(own: OwnCalls, **wanted: Any) -> list[object]:
    rows, _ = await own.page(asked(), None, CallsWanted(**wanted))
    return [row["call_id"] for row in rows]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("ada", ["ada"]),
        ("ADA byron", ["ada"]),
        ("ada müller", []),
        ("MÜLLER", ["müller"]),
        ("müll", ["müller"]),
        ("ЖУК", ["жук"]),
        ("7946 0958", ["ada"]),
        ("(020) 7946-0958", ["ada"]),
        ("+4930", ["müller"]),
        ("pump", ["müller"]),
        ("order 4711", ["жук"]),
        ("100%", ["жук"]),
        ("%", ["жук"]),
        ("_", []),
        ("secret", []),
        ("\0", ["жук", "müller", "ada"]),
        ("x' OR '1'='1", []),
    ],
)
async def test_words_are_found_in_names_numbers_and_own_notes(
    database: Database, words: str, found: list[str]
) -> None:
    states = [
        answered("ada", 100, caller_name="Ada Byron", number="+442079460958"),
        answered("müller", 200, caller_name="Jörg Müller", number="+4930123456"),
        answered("жук", 300, caller_name="Жук", number="+74951234567"),
    ]
    notes = [
        _written("müller", "ana", "wants a Pump"),
        _written("müller", "ben", "a secret"),
        _written("жук", "ana", "Order 4711, 100% late"),
    ]
    own = await kept(database, states, notes=notes)
    assert await ids(own, words=words) == found


async def test_the_parts_are_those_that_the_rows_name(database: Database) -> None:
    ended, elsewhere = Release.ENDED, Release.ANSWERED_ELSEWHERE
    out: dict[str, Any] = {"direction": Direction.OUTBOUND}
    states = [
        answered("answered", 100),
        call("missed", 200, leg("ana", "1001", ended, at_s=200, talk_s=None)),
        call("elsewhere", 300, leg("ana", "1001", elsewhere, at_s=300, talk_s=None)),
        call("vain", 400, leg("ana", "1001", ended, at_s=400, talk_s=None), **out),
        call("ringing", 500, leg("ana", "1001", None, at_s=500, talk_s=None)),
    ]
    own = await kept(database, states)
    rows, _ = await own.page(asked(), None)
    by_part = {row["part"]: [row["call_id"]] for row in rows}
    assert by_part.keys() == {*PARTS}
    assert {part: await ids(own, part=part) for part in PARTS} == by_part


async def test_choices_are_combined(database: Database) -> None:
    states = [
        answered("in", 100, queue="sales"),
        answered("out", 200, queue="sales", direction=Direction.OUTBOUND),
        answered("other", 300, queue="support"),
    ]
    own = await kept(
        database,
        states,
        notes=[_written("in", "ana", "note"), _written("out", "ben", "not hers")],
        dispositions=[_written("in", "ana", "sold"), _written("out", "ben", "sold")],
    )
    assert await ids(own, queue="sales") == ["out", "in"]
    assert await ids(own, queue="sales", direction="inbound") == ["in"]
    assert await ids(own, result="sold") == ["in"]
    assert await ids(own, noted=True) == ["in"]
    assert await ids(own, noted=False) == ["other", "out"]
    assert await own.queues(asked()) == [
        {"name": "sales", "label": "sales"}, {"name": "support", "label": "support"},
    ]  # fmt: skip


async def test_a_search_reads_a_bounded_part_and_goes_on_from_there(
    database: Database,
) -> None:
    names = {2: "Ada", 12: "Ada"}
    states = [
        answered(f"c-{n}", 100 * n, caller_name=names.get(n, "x")) for n in range(1, 13)
    ]
    own = await kept(database, states)
    pages, cursor = [], None
    for _ in range(3):
        rows, cursor = await own.page(asked(), cursor, CallsWanted(words="ada"))
        pages.append([row["call_id"] for row in rows])
    assert pages == [["c-12"], [], ["c-2"]]
    assert cursor is None
    rows, cursor = await own.page(asked(limit=1), None, CallsWanted(words="x"))
    assert ([row["call_id"] for row in rows], cursor is None) == (["c-11"], False)
    within = asked(from_us=1100 * S)
    assert await own.page(within, None, CallsWanted(words="nobody")) == ([], None)
