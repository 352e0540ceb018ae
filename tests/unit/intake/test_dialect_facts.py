"""Single facts about telephone systems that no recorded case shows."""

from __future__ import annotations

import json
from datetime import datetime
from urllib.parse import urlencode

import pytest
from msgspec.structs import replace

from screenpop.domain.errors import Unauthenticated, Unsigned
from screenpop.intake.cases import RecordedCase, bind_case, case_from, decode_case
from screenpop.intake.dialect import load_dialect

NOON = "2026-03-10T12:00:00Z"


def told(
    dialect: str, payload: object, *, form: bool = False, **settings: str
) -> dict[str, object]:
    """The one event that a request means, as `screenpop decode` prints it."""
    (entry,) = decode_case(load_dialect(dialect), case_of(payload, form, settings))
    events = entry["events"]
    assert isinstance(events, list)
    (event,) = events
    assert isinstance(event, dict)
    return event


def case_of(payload: object, form: bool, settings: dict[str, str]) -> RecordedCase:
    kind = "x-www-form-urlencoded" if form else "json"
    body = urlencode(payload) if form else json.dumps(payload)  # type: ignore[arg-type]
    request = {
        "headers": {"Content-Type": f"application/{kind}"},
        "body": body,
        "path": "/x",
        "sent_at": NOON,
    }
    return case_from({"requests": [request], "settings": settings}, "here")


def test_aircalls_wrap_up_is_the_agents_and_names_no_call() -> None:
    event = told(
        "aircall",
        {
            "resource": "user", "event": "user.wut_start", "timestamp": 1773651612,
            "data": {"id": 5, "email": "tom@shop.example"},
        },
    )  # fmt: skip
    assert (event["type"], event["state"]) == ("agent_state", "wrap_up")
    assert (event["call_id"], event["agents"]) == (None, ["tom@shop.example"])


@pytest.mark.parametrize("method", ["MONITOR", "DISCONNECT"])
def test_a_supervisor_who_listens_in_is_no_transfer(method: str) -> None:
    contact = {"eventType": "INITIATED", "contactId": "c2", "initialContactId": "c1"}
    told_of = {"detail": {**contact, "channel": "VOICE", "initiationMethod": method}}
    assert told("amazon_connect", told_of)["type"] == "ignored"


def test_a_transferred_contact_names_the_first_one() -> None:
    contact = {"eventType": "INITIATED", "contactId": "c2", "initialContactId": "c1"}
    event = told(
        "amazon_connect",
        {"detail": {**contact, "channel": "Voice", "initiationMethod": "TRANSFER"}},
    )
    assert (event["type"], event["call_id"]) == ("transferred", "c1")
    assert event["related_call_id"] == "c2"


def test_plivos_times_lie_in_two_zones_and_its_cause_is_the_networks() -> None:
    event = told(
        "plivo",
        {
            "Event": "Hangup", "CallStatus": "completed", "CallUUID": "c1",
            "HangupCause": "NORMAL_CLEARING", "HangupCauseName": "Normal Hangup",
            "SessionStart": "2026-03-10 08:30:00.123456",
            "EndTime": "2026-03-10 14:00:30", "From": "447700900142",
        },
        form=True,
        timezone="Asia/Kolkata",
    )  # fmt: skip
    assert (event["at"], event["cause"]) == ("2026-03-10T08:30:30Z", "NORMAL_CLEARING")
    assert event["from"] == "+447700900142"


def test_a_voicemail_of_zoom_is_flat_and_names_both_numbers() -> None:
    flat = {
        "call_id": "7", "caller_number": "+12025550143",
        "callee_number": "+13125550177", "date_time": "2026-03-10T14:00:00Z",
    }  # fmt: skip
    event = told(
        "zoom_phone", {"event": "phone.voicemail_received", "payload": {"object": flat}}
    )
    assert (event["from"], event["to"]) == ("+12025550143", "+13125550177")
    assert event["outcome"] == "voicemail"


def test_exotels_agent_is_a_number_like_any_other() -> None:
    event = told(
        "exotel",
        {
            "CallSid": "x", "Status": "busy", "DialWhomNumber": "09812345678",
            "CallFrom": "09876543210", "CurrentTime": "2026-03-10 19:30:00",
        },
        form=True,
        default_region="IN",
    )  # fmt: skip
    assert (event["type"], event["agents"]) == ("alerting", ["+919812345678"])
    assert event["at"] == "2026-03-10T14:00:00Z"


@pytest.mark.parametrize(
    "word", ["Restricted", "Anonymous", "Private", "Unavailable", "private"]
)
def test_a_number_that_bandwidth_may_not_show_is_not_shown(word: str) -> None:
    event = told(
        "bandwidth",
        {
            "eventType": "transferAnswer", "callId": "d", "parentCallId": "c",
            "from": "+12025550143", "to": "sip:lena@pbx.example",
            "transferCallerId": word,
        },
    )  # fmt: skip
    assert (event["from"], event["withheld"]) == (None, True)
    assert event["agents"] == ["lena"]


CALLBACK = {"status": "completed", "uuid": "u", "conversation_uuid": "CON-1"}


def vonage(payload: object, **headers: str) -> None:
    case = case_of(payload, False, {})
    secret = {"scheme": "vonage_jwt", "signature_secret": "s3cret"}
    line = bind_case(load_dialect("vonage"), RecordedCase(requests=(), secret=secret))
    (request,) = case.requests
    line.receive(
        type(request)(
            method="POST",
            path="/x",
            headers=tuple(headers.items()),
            body=request.body,
            received_us=request.received_us,
        )
    )


def test_an_unsigned_callback_of_vonage_is_asked_for_again() -> None:
    with pytest.raises(Unsigned, match="holds no token") as refused:
        vonage(CALLBACK)
    assert (refused.value.status, refused.value.code) == (503, "unsigned")


@pytest.mark.parametrize("payload", [{"status": "completed"}, [], "x"])
def test_what_is_no_callback_of_vonages_is_refused_for_good(payload: object) -> None:
    with pytest.raises(Unauthenticated) as refused:
        vonage(payload)
    assert refused.value.status == 401


def test_a_wrong_signature_of_vonage_is_refused_for_good() -> None:
    with pytest.raises(Unauthenticated) as refused:
        vonage(CALLBACK, Authorization="Bearer a.b.c")
    assert refused.value.status == 401


def three_cx_call(
    sent_at: str, payload: dict[str, str], number: str = "02079460958"
) -> str:
    case = case_of({"Number": number, **payload}, False, {"default_region": "GB"})
    line = bind_case(load_dialect("three_cx"), case)
    (request,) = case.requests
    moment = datetime.fromisoformat(sent_at)
    received_us = round(moment.timestamp() * 1_000_000)
    at_that_time = replace(request, received_us=received_us)
    (event,) = line.receive(at_that_time).events
    return event.call_id


def test_3cx_look_up_and_report_of_one_call_have_one_id() -> None:
    asked = three_cx_call("2026-03-10T14:05:02+00:00", {"CallDirection": "Inbound"})
    report = {"CallType": "Inbound", "DateTime": "2026-03-10 14:05:00"}
    told = {**report, "Duration": "00:09:30"}  # the end lies minutes later
    assert three_cx_call("2026-03-10T14:14:33+00:00", told) == asked


def test_3cx_calls_of_two_minutes_or_of_two_numbers_are_two() -> None:
    first = three_cx_call("2026-03-10T14:05:02+00:00", {})
    assert three_cx_call("2026-03-10T14:07:02+00:00", {}) != first
    assert three_cx_call("2026-03-10T14:05:02+00:00", {}, "02079460959") != first
    hidden = three_cx_call("2026-03-10T14:05:02+00:00", {}, "anonymous")
    assert three_cx_call("2026-03-10T14:05:03+00:00", {}, "anonymous") != hidden


def test_3cx_gives_no_id_so_half_a_minute_is_a_border_and_a_window() -> None:
    """What the dialect's facts warn of; nothing in the payload could tell better."""
    before = three_cx_call("2026-03-10T14:05:29+00:00", {})
    assert three_cx_call("2026-03-10T14:05:31+00:00", {}) != before
    assert three_cx_call("2026-03-10T14:04:40+00:00", {}) == before
