"""One person's calls and figures, with nothing of who else was in these calls."""

from __future__ import annotations

import json
from typing import Any

import pytest
from msgspec.structs import replace
from unit.history import history

from screenpop.domain.agent import Role, User, UserId
from screenpop.domain.call import AgentId, AgentLeg, Direction, LegState, Phase, Release
from screenpop.domain.errors import BadInput
from screenpop.history.archive import Archive
from screenpop.history.batch import CallState, Written
from screenpop.history.calls import Calls
from screenpop.history.engine import Database
from screenpop.history.own_calls import OwnCalls, OwnFigures
from screenpop.history.own_sections import RecordsAsked

ANA = User(username=UserId("ana"), name="Ana", role=Role.AGENT)
CAT = User(username=UserId("cat"), name="Cat", role=Role.SUPERVISOR)
S = 1_000_000


def leg(
    user: str, agent: str, release: Release | None, *, at_s: int, talk_s: int | None
) -> AgentLeg:
    """It rang for two seconds and was answered, or rang for five."""
    answered_us = None if talk_s is None else (at_s + 2) * S
    end_s = at_s + 5 if talk_s is None else at_s + 2 + talk_s
    return AgentLeg(
        agent=AgentId(agent),
        state=LegState.ALERTING if release is None else LegState.RELEASED,
        people=(UserId(user),),
        alerting_us=at_s * S,
        answered_us=answered_us,
        released_us=None if release is None else end_s * S,
        release=release,
    )


def call(call_id: str, at_s: int, *legs: AgentLeg, **values: Any) -> CallState:
    return history.state(
        call_id, arrived_us=at_s * S, legs=legs, phase=Phase.ENDED, **values
    )


@pytest.fixture
async def own(database: Database) -> OwnCalls:
    """Answered, missed, gave up, elsewhere, made, in vain, ringing; one of Ben's."""
    ended, elsewhere = Release.ENDED, Release.ANSWERED_ELSEWHERE
    out: dict[str, Any] = {"direction": Direction.OUTBOUND}
    states = [
        call(
            "answered", 100,
            leg("ana", "1001", ended, at_s=100, talk_s=60),
            leg("ana", "1009", elsewhere, at_s=100, talk_s=None),
            leg("ben", "1002", elsewhere, at_s=100, talk_s=None),
        ),
        call(
            "missed", 200,
            leg("ana", "1001", Release.UNANSWERED, at_s=200, talk_s=None),
            leg("ben", "1002", ended, at_s=205, talk_s=600),
        ),
        call("gave-up", 300, leg("ana", "1001", ended, at_s=300, talk_s=None)),
        call(
            "elsewhere", 400,
            leg("ana", "1001", elsewhere, at_s=400, talk_s=None),
            leg("ben", "1002", ended, at_s=400, talk_s=600),
        ),
        call("made", 500, leg("ana", "1001", ended, at_s=500, talk_s=30), **out),
        call("in-vain", 600, leg("ana", "1001", ended, at_s=600, talk_s=None), **out),
        call("ringing", 700, leg("ana", "1001", None, at_s=700, talk_s=None)),
        call("bens", 800, leg("ben", "1002", ended, at_s=800, talk_s=900)),
    ]  # fmt: skip
    names = ("ana", "ben")
    await Archive(database).write(
        history.batch(
            calls=states,
            notes=[_written("answered", x, f"note of {x}") for x in names],
            dispositions=[
                _written("answered", "ana", "sold"),
                _written("answered", "ben", "lost"),
                _written("made", "ana", "sold"),
                _written("gave-up", "ana", ""),
            ],
        )
    )
    labels = {"sales": "Sales, all"}
    return OwnCalls(
        Calls(database), database, queue_labels=labels, result_labels={"sold": "Sold"}
    )


def _written(call_id: str, username: str, text: str) -> Written:
    return replace(history.written(text, username=username), key=history.key(call_id))


def asked(user: User = ANA, **more: Any) -> RecordsAsked:
    return RecordsAsked(user=user, **{"limit": 100, **more})


async def test_each_call_says_what_the_person_did_in_it(own: OwnCalls) -> None:
    rows, cursor = await own.page(asked(), None)
    assert cursor is None
    assert {row["call_id"]: row["part"] for row in rows} == {
        "ringing": "goes_on", "in-vain": "not_reached", "made": "answered",
        "elsewhere": "answered_elsewhere", "gave-up": "missed", "missed": "missed",
        "answered": "answered",
    }  # fmt: skip
    first = rows[-1]
    assert (first["talk_s"], first["telephone"]) == (60, "1001, 1009")
    assert (first["note"], first["result"]) == ("note of ana", "sold")
    assert (first["queue_label"], first["result_label"]) == ("Sales, all", "Sold")
    assert first["released_at"] == "1970-01-01T00:02:42Z"
    assert rows[0]["released_at"] is None
    text = json.dumps(rows)
    assert "ben" not in text
    assert "1002" not in text
    assert "lost" not in text


async def test_who_was_at_no_telephone_has_no_calls_whatever_their_role(
    own: OwnCalls,
) -> None:
    assert await own.page(asked(CAT), None) == ([], None)
    assert (await own.figures(asked(CAT))).rang == 0


async def test_pages_of_a_range_follow_each_other(own: OwnCalls) -> None:
    seen: list[object] = []
    cursor: str | None = None
    within = asked(limit=2, from_us=200 * S, to_us=600 * S)
    for _ in range(5):
        rows, cursor = await own.page(within, cursor)
        seen += [row["call_id"] for row in rows]
        if cursor is None:
            break
    assert seen == ["made", "elsewhere", "gave-up", "missed"]
    with pytest.raises(BadInput):
        await own.page(within, "x")


async def test_figures_count_each_call_once_and_the_persons_own_talk(
    own: OwnCalls,
) -> None:
    assert await own.figures(asked()) == OwnFigures(
        rang=5, answered=1, missed=2, elsewhere=1, made=2, reached=1,
        talk_us=90 * S, notes=1, results={"sold": 2},
    )  # fmt: skip
    early = await own.figures(asked(from_us=100 * S, to_us=300 * S))
    assert (early.rang, early.answered, early.missed, early.made) == (2, 1, 1, 0)
    assert (early.talk_us, early.results) == (60 * S, {"sold": 1})


async def test_without_a_call_all_figures_are_nought(own: OwnCalls) -> None:
    none = await own.figures(asked(from_us=10_000 * S))
    assert none == OwnFigures(
        rang=0, answered=0, missed=0, elsewhere=0, made=0, reached=0, talk_us=0,
        notes=0, results={},
    )  # fmt: skip
