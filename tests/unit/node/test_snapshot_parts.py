"""What changes after it was encoded is encoded again: each change marks its item."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from push_doubles import Floor

from screenpop.domain.agent import UserId
from screenpop.domain.call import AgentId, CallKey
from screenpop.journal.records import ActionRecord, AnswersRecord
from screenpop.node.snapshot_parts import SavedDesk

Act = Callable[[Floor, CallKey], object]


def action(name: str, **data: str) -> Act:
    def act(floor: Floor, key: CallKey) -> object:
        record = ActionRecord(
            action=name,
            action_id=name,
            at_us=floor.clock.now_us(),
            user="ana",
            agent=AgentId("1001"),
            line=key[0],
            call_id=key[1],
            occurrence=key[2],
            data=data,
        )
        return floor.desk.action(floor.offset + 1, record)

    return act


def answers(floor: Floor, key: CallKey) -> object:
    record = AnswersRecord(
        line=key[0],
        call_id=key[1],
        occurrence=key[2],
        round="r1",
        part=0,
        at_us=floor.clock.now_us(),
        pending=("balance",),
    )
    return floor.desk.answers(floor.offset + 1, record)


def acknowledged(floor: Floor, key: CallKey) -> object:
    floor.desk.acknowledged(floor.desk.pops[UserId("ana")][key])
    return None


def forgotten(floor: Floor, key: CallKey) -> object:
    return floor.desk.forget(floor.desk.cases[key].call, floor.offset + 1)


def pushed_out(floor: Floor, key: CallKey) -> object:
    """The desk keeps three pops a person."""
    for n in range(3):
        floor.tell("alerting", f"more-{n}", "1001")
    return None


@pytest.mark.parametrize(
    "act",
    [
        action("note", text="calls back"),
        action("disposition", code="sold"),
        answers,
        acknowledged,
        forgotten,
        pushed_out,
        lambda floor, key: floor.tell("answered", key[1], "1001"),
    ],
    ids=["note", "disposition", "answers", "receipt", "forgotten", "full", "event"],
)
async def test_every_change_of_a_card_marks_it(act: Any) -> None:
    floor = Floor()
    floor.tell("alerting", "c1", "1001")
    [key] = floor.desk.cases
    saved = SavedDesk(floor.desk)
    before = msgspec.msgpack.encode(saved.saved(key))
    floor.desk.touched.clear()
    act(floor, key)
    assert msgspec.msgpack.encode(saved.saved(key)) != before
    assert key in floor.desk.touched
