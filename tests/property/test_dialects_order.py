"""A recorded case ends in the same calls in whatever order, and however often."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screenpop.domain.call import Call, CallEvent, EventType
from screenpop.domain.call_state import CallBook
from screenpop.domain.errors import BadInput
from screenpop.intake.cases import bind_case, read_case
from screenpop.intake.dialect import load_dialect

PAYLOADS = Path(__file__).parents[1] / "payloads"
CASES = sorted(
    path.relative_to(PAYLOADS)
    for path in PAYLOADS.glob("*/*.json")
    if path.stem not in ("tampered", "handshake")
)


@lru_cache(maxsize=128)
def events_of(path: Path) -> tuple[CallEvent, ...]:
    case = read_case(PAYLOADS / path)
    line = bind_case(load_dialect(path.parent.name), case)
    events: list[CallEvent] = []
    for request in case.requests:
        try:
            events.extend(line.receive(request).events)
        except BadInput:
            continue  # some cases end with a forged request
    return tuple(each for each in events if each.type is not EventType.AGENT_STATE)


def calls_after(events: list[CallEvent]) -> dict[str, Call]:
    book = CallBook()
    for event in events:
        book.apply(event)
    return {call.call_id: call for call in book}


@pytest.mark.parametrize("path", CASES, ids=str)
@given(data=st.data())
@settings(max_examples=20, deadline=None)
def test_order_and_repetition_do_not_matter(path: Path, data: st.DataObject) -> None:
    events = list(events_of(path))
    again = data.draw(st.lists(st.sampled_from(events), max_size=5))
    shuffled = data.draw(st.permutations([*events, *again]))
    assert calls_after(shuffled) == calls_after(events)
