"""Parked is parked, queued is queued, and what names only a leg belongs to its call."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from screenpop.domain.call import CallEvent, LegId, LineId
from screenpop.domain.call_state import CallBook
from screenpop.intake.dialect import BoundDialect, load_dialect
from screenpop.intake.placing import LEGS_MAX, Legs
from screenpop.intake.request import Received, Request

Json = dict[str, Any]


def bound(name: str) -> BoundDialect:
    """Without proofs: sipgate's key is its own."""
    return replace(load_dialect(name), schemes=()).bind(
        line=LineId("main"),
        country="GB",
        settings={"allow_unauthenticated": True},
        public_url="https://pop.example.net",
    )


def received(
    line: BoundDialect, payload: Json, at_us: int = 1_773_655_804_000_000
) -> Received:
    return line.receive(
        Request(
            method="POST",
            path="/",
            headers=(("Content-Type", "application/json"),),
            body=json.dumps(payload).encode(),
            received_us=at_us,
        )
    )


def only(name: str, payload: Json) -> CallEvent:
    (event,) = received(bound(name), payload).events
    return event


def zoom(event: str, **more: object) -> Json:
    call = {
        "call_id": "z-1",
        "caller": {"phone_number": "+442079460958", "extension_type": "pstn"},
        "callee": {"extension_type": "user", "user_id": "u-1"},
        "date_time": "2026-03-19T14:00:03Z",
        **more,
    }
    return {"event": event, "payload": {"object": call}, "event_ts": 1773928803194}


def ringcentral(direction: str, code: str) -> Json:
    party = {"id": "p-1", "extensionId": "101", "direction": direction}
    party |= {"status": {"code": code}}  # type: ignore[dict-item]
    body = {"telephonySessionId": "s-1", "sequence": 3, "parties": [party]}
    return {"uuid": "e-1", "body": body}


def wazo(event: str, **more: object) -> Json:
    return {"event": event, "data": {"user_uuid": "u-1", **more}}


WHOLE = {"call_id": "1.2", "conversation_id": "1.0", "direction": "inbound"}
VALET = {"Event-Name": "CUSTOM", "Event-Subclass": "valet_parking::info"}
PARKED: list[tuple[str, Json, str, str, tuple[str, ...]]] = [
    ("zoom_phone", zoom("phone.callee_parked"), "parked", "z-1", ("u-1",)),
    ("zoom_phone", zoom("phone.callee_hold"), "held", "z-1", ("u-1",)),
    ("dialpad", {"state": "parked", "call_id": 7, "target": {"type": "user", "id": 5}},
     "parked", "7", ("5",)),
    ("dialpad", {"state": "hold", "call_id": 7, "target": {"type": "user", "id": 5}},
     "held", "7", ("5",)),
    ("ringcentral", ringcentral("Inbound", "Parked"), "parked", "s-1", ("101",)),
    ("ringcentral", ringcentral("Outbound", "Parked"), "parked", "s-1", ("101",)),
    ("ringcentral", ringcentral("Inbound", "Hold"), "held", "s-1", ("101",)),
    ("webex", {"resource": "telephony_calls", "actorId": "a-1",
               "data": {"eventType": "parked", "callId": "w-1"}},
     "parked", "w-1", ("a-1",)),
    ("webex", {"resource": "telephony_calls", "actorId": "a-2",
               "data": {"eventType": "retrieved", "callId": "w-1"}},
     "retrieved", "w-1", ("a-2",)),
    ("wazo", wazo("call_parked", **WHOLE), "parked", "1.0", ("u-1",)),
    ("wazo", wazo("call_unparked", **WHOLE), "retrieved", "1.0", ("u-1",)),
    ("freeswitch", {**VALET, "Action": "hold", "Unique-ID": "f-1"},
     "parked", "f-1", ()),
    ("freeswitch", {**VALET, "Action": "bridge", "Unique-ID": "f-2",
                    "Bridge-To-UUID": "f-1", "Caller-Caller-ID-Number": "1003"},
     "retrieved", "f-1", ("1003",)),
    ("generic", {"type": "parked", "call_id": "g-1", "agents": ["1"]},
     "parked", "g-1", ("1",)),
    ("generic", {"type": "retrieved", "call_id": "g-1", "agents": ["2"]},
     "retrieved", "g-1", ("2",)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "payload", "kind", "call_id", "agents"),
    PARKED,
    ids=[f"{name}-{kind}" for name, _, kind, _, _ in PARKED],
)
def test_parked_and_held_are_told_apart(
    name: str, payload: Json, kind: str, call_id: str, agents: tuple[str, ...]
) -> None:
    event = only(name, payload)
    assert (event.type, event.call_id, event.agents) == (kind, call_id, agents)


def test_a_call_that_could_not_be_parked_is_not_parked() -> None:
    payload = zoom("phone.callee_parked", park_failure_reason="No slot")
    (ignored,) = received(bound("zoom_phone"), payload).ignored
    assert "could not be parked: No slot" in ignored.why


@pytest.mark.parametrize(
    ("name", "payload", "queue"),
    [
        ("cloudtalk", {"event": "started", "call_id": 1, "group": "Sales"}, "Sales"),
        ("cloudtalk", {"event": "started", "call_id": 1, "queue": "Sales"}, "Sales"),
        ("dialpad", {"state": "ringing", "call_id": 7,
                     "target": {"type": "call_center", "name": "Sales"}}, "Sales"),
        ("talkdesk", {"event": "inbound_call_reaches", "data": {
            "call_id": "t", "ring_group": "Sales"}}, "Sales"),
        ("talkdesk", {"event": "inbound_call_starts", "data": {
            "call_id": "t", "ring_group": "Sales"}}, "Sales"),
    ],
)  # fmt: skip
def test_a_call_of_a_group_is_queued(name: str, payload: Json, queue: str) -> None:
    event = only(name, payload)
    assert (event.type, event.queue) == ("queued", queue)


@pytest.mark.parametrize(
    ("name", "payload"),
    [
        ("cloudtalk", {"event": "call_started", "call_id": 1}),
        ("talkdesk", {"event": "inbound_call_reaches", "data": {"call_id": "t"}}),
    ],
)
def test_without_a_group_it_only_arrives(name: str, payload: Json) -> None:
    assert only(name, payload).type == "arrived"


def test_a_talkdesk_call_that_starts_at_an_agent_is_answered() -> None:
    data = {"call_id": "t", "ring_group": "Sales", "agent_email": "ana@shop.example"}
    event = only("talkdesk", {"event": "inbound_call_starts", "data": data})
    assert (event.type, event.agents) == ("answered", ("ana@shop.example",))


def test_a_dialpad_group_call_that_an_operator_had_was_not_unanswered() -> None:
    call = {"state": "hangup", "call_id": 7, "target": {"type": "call_center"}}
    assert only("dialpad", call).outcome == "unanswered"
    assert only("dialpad", {**call, "operator_call_id": 8}).outcome is None


def test_a_zoom_mailbox_names_whose_it_is() -> None:
    event = only("zoom_phone", zoom("phone.voicemail_received", callee_user_id="u-9"))
    assert (event.outcome, event.agents) == ("voicemail", ("u-9",))


@pytest.mark.parametrize("name", ["sipgate", "zammad_cti"])
def test_a_mailbox_that_answers_is_no_agent_talking(name: str) -> None:
    answered = "event=answer&callId=1&user=voicemail&direction=in&from=442079460958"
    request = Request(
        method="POST",
        path="/",
        headers=(("Content-Type", "application/x-www-form-urlencoded"),),
        body=answered.encode(),
        received_us=1_773_655_804_000_000,
    )
    (event,) = bound(name).receive(request).events
    assert (event.type, event.outcome, event.agents) == ("answered", "voicemail", ())


# -- wazo: some events name only the leg --------------------------------------------


def test_hold_and_resume_of_a_leg_belong_to_its_call() -> None:
    line, book = bound("wazo"), CallBook()
    story = [
        wazo("call_created", **WHOLE, status="Ringing", is_caller=False,
             peer_caller_id_number="02079460958"),
        wazo("call_answered", **WHOLE, answer_time="2026-03-10T14:00:09+0000"),
        wazo("call_held", call_id="1.2"),
    ]  # fmt: skip
    for number, payload in enumerate(story):
        for event in received(line, payload, 1_773_655_804_000_000 + number).events:
            book.apply(event)
    (call,) = book
    assert (call.call_id, [leg.state for leg in call.legs]) == ("1.0", ["held"])
    for event in received(line, wazo("call_resumed", call_id="1.2")).events:
        book.apply(event)
    assert [call.call_id for call in book] == ["1.0"]


def test_a_leg_of_which_nothing_is_known_makes_no_call() -> None:
    line = bound("wazo")
    result = received(line, wazo("call_held", call_id="9.9"))
    assert result.events == ()
    assert "names no call" in result.ignored[0].why


def test_a_leg_heard_of_before_the_start_is_known_by_the_book() -> None:
    book, line = CallBook(), bound("wazo")
    for event in received(bound("wazo"), wazo("call_answered", **WHOLE)).events:
        book.apply(event)
    line.legs.known = lambda leg: book.call_of_leg("main", leg)
    (event,) = received(line, wazo("call_held", call_id="1.2")).events
    assert event.call_id == "1.0"
    assert received(line, wazo("call_held", call_id="9.9")).events == ()
    assert book.call_of_leg("another", "1.2") is None


def test_legs_are_forgotten_the_oldest_first() -> None:
    legs, line = Legs(), bound("wazo")
    for number in range(LEGS_MAX + 5):
        whole = {"call_id": f"l{number}", "conversation_id": "c"}
        if number < 2 or number > LEGS_MAX:
            (event,) = received(line, wazo("call_held", **whole)).events
        else:
            event = msgspec.structs.replace(event, leg_id=LegId(f"l{number}"))
        legs.learn(event)
    assert len(legs) == LEGS_MAX
    assert legs.call_of("l0") is None
    assert legs.call_of(f"l{LEGS_MAX}") == "c"
