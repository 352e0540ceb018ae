"""What does the API of past calls do with what a client made up?"""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from screenpop.domain.agent import UserId
from screenpop.domain.call import AgentId
from screenpop.domain.errors import BadInput
from screenpop.history.calls import NoteWritten, PagePlace
from screenpop.history.earlier import EarlierCall, WrittenNote
from screenpop.history.past_calls import _own_or_last, cursor_of, earlier_row, place_in


def cursor(**parts: Any) -> str:
    place = {"arrived_us": 1, "line": "main", "call_id": "c-1"} | parts
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode()


@pytest.mark.parametrize(
    "forged",
    [
        cursor(arrived_us=2**63), cursor(arrived_us=-(2**63) - 1),
        cursor(arrived_us=10**30), cursor(arrived_us="1"), cursor(arrived_us=1.5),
        cursor(line=None), cursor(call_id="\0"), cursor(line="\ud83d"),
        "no base64!", "", "e30=", cursor()[:-4],
    ],
)  # fmt: skip
def test_a_forged_cursor_is_the_clients_fault(forged: str) -> None:
    """A number beyond 2**63 was a 500 and a traceback."""
    with pytest.raises(BadInput) as refused:
        place_in(forged)
    assert refused.value.code == "bad_cursor"


@pytest.mark.parametrize("call_id", ["c-1", "é" * 300, "x/y?z", "🙂"])
def test_our_own_cursors_are_read(call_id: str) -> None:
    place = PagePlace(arrived_us=2**62, line="main", call_id=call_id)
    assert place_in(cursor_of(place)) == place


def earlier(*notes: tuple[str, str]) -> EarlierCall:
    written = tuple(
        WrittenNote(at_us, username, None, text)
        for at_us, (username, text) in enumerate(notes)
    )
    return EarlierCall(
        arrived_us=1, direction="inbound", queue=None, outcome="completed",
        answered_us=2, ended_us=3, agent=AgentId("1001"), username="ana",
        notes=written, disposition=None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("notes", "told"),
    [
        ([], None),
        ([("ana", "pays Monday")], "pays Monday"),
        ([("ben", "wants a quote")], "Ben: wants a quote"),
        ([("ana", "pays Monday"), ("ben", "done")], "Ana: pays Monday · Ben: done"),
    ],
)
def test_nobodys_note_of_an_earlier_call_hides_anothers(
    notes: list[tuple[str, str]], told: str | None
) -> None:
    """After a transfer the second agent's words stood under the first one's name."""
    row = earlier_row(earlier(*notes), lambda username, _: (username or "").title())
    assert (row["agent"], row["note"]) == ("Ana", told)


def test_in_a_list_of_ones_own_calls_stands_ones_own_note() -> None:
    ana, ben = (
        NoteWritten(username=name, agent=None, text=name, at_us=at_us)
        for at_us, name in enumerate(("ana", "ben"))
    )
    assert _own_or_last([ana, ben], UserId("ana")) == ana
    assert _own_or_last([ana, ben], UserId("cleo")) == ben
    assert _own_or_last([ana, ben], None) == ben
