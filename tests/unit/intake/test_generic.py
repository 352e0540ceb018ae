"""Our own webhook: what it takes, what it refuses, and in which words."""

from __future__ import annotations

import hashlib
import hmac
import json

import pytest

from screenpop.domain.call import EventType, LineId, Scope
from screenpop.domain.errors import BadInput, ConfigError, TooLarge, Unauthenticated
from screenpop.intake.dialect import BoundDialect, load_dialect
from screenpop.intake.request import Received, Request

NOW_US = 1_795_251_600_000_000
EVENT: dict[str, object] = {
    "type": "alerting",
    "call_id": "c-1",
    "from": "+442079460958",
    "to": "+442079460100",
    "direction": "inbound",
    "queue": "sales",
    "agents": ["1001"],
    "at": "2026-11-21T09:00:00.120Z",
    "cause": None,
    "attributes": {"account": "4711"},
}


def bound(**settings: object) -> BoundDialect:
    given = settings or {"token": "t0ken"}
    return load_dialect("generic").bind(line=LineId("main"), settings=given)


def post(body: object, line: BoundDialect | None = None, **headers: str) -> Received:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    given = headers or {"Authorization": "Bearer t0ken"}
    request = Request(
        method="POST",
        path="/v1/telephony/main",
        headers=tuple((name.replace("_", "-"), text) for name, text in given.items()),
        body=raw,
        received_us=NOW_US,
    )
    return (line or bound()).receive(request)


def signed(body: bytes, secret: str, at_s: int = NOW_US // 1_000_000) -> dict[str, str]:
    mac = hmac.new(secret.encode(), f"{at_s}.".encode() + body, hashlib.sha256)
    return {"X_Screenpop_Signature": f"t={at_s},v1={mac.hexdigest()}"}


def test_the_event_of_the_contract_is_taken_whole() -> None:
    received = post(EVENT)
    (event,) = received.events
    assert (event.type, event.scope) == (EventType.ALERTING, Scope.CALL)
    assert (event.line, event.call_id, event.queue) == ("main", "c-1", "sales")
    assert (event.caller, event.dialled) == ("+442079460958", "+442079460100")
    assert event.agents == ("1001",)
    assert (event.at_us, event.at_given) == (1_795_251_600_120_000, True)
    assert (event.received_us, event.attributes) == (NOW_US, {"account": "4711"})
    assert json.loads(received.response.body) == {"accepted": 1}


def test_the_same_content_has_the_same_id_whenever_it_arrives() -> None:
    first, second = post(EVENT).events[0], post([EVENT]).events[0]
    assert first.event_id == second.event_id
    other = post({**EVENT, "agents": ["1002"]}).events[0]
    assert other.event_id != first.event_id


def test_the_senders_own_event_id_is_kept() -> None:
    assert post({**EVENT, "event_id": "e-9"}).events[0].event_id == "e-9"


def test_two_events_with_one_id_in_a_request_are_told_apart() -> None:
    events = post([{**EVENT, "event_id": "e"}, {**EVENT, "event_id": "f"}]).events
    assert [event.event_id for event in events] == ["e", "f"]


def test_without_a_time_the_time_of_receipt_counts_and_is_marked() -> None:
    event = post({"type": "ended", "call_id": "c-1"}).events[0]
    assert (event.at_us, event.at_given) == (NOW_US, False)


@pytest.mark.parametrize("caller", ["anonymous", "Restricted", "+266696687"])
def test_a_withheld_number_is_not_kept(caller: str) -> None:
    event = post({**EVENT, "from": caller, "caller_name": "Ann"}).events[0]
    assert (event.caller, event.withheld, event.caller_name) == (None, True, None)


def test_withheld_hides_a_number_that_the_payload_holds() -> None:
    event = post({**EVENT, "withheld": True}).events[0]
    assert (event.caller, event.withheld) == (None, True)


def test_an_unknown_number_is_no_withheld_one() -> None:
    event = post({**EVENT, "from": "unknown"}).events[0]
    assert (event.caller, event.withheld) == (None, False)


def test_an_agents_state_comes_as_attribute_or_as_key() -> None:
    state = {"type": "agent_state", "agents": ["1001"]}
    by_attribute = post({**state, "attributes": {"state": "break"}}).events[0]
    by_key = post({**state, "state": "break"}).events[0]
    assert by_attribute.agent_state == by_key.agent_state == "break"


def test_a_wrong_item_does_not_lose_its_neighbours() -> None:
    received = post([EVENT, {**EVENT, "agents": 7}, 5, {**EVENT, "call_id": "c-2"}])
    assert [event.call_id for event in received.events] == ["c-1", "c-2"]
    answer = json.loads(received.response.body)
    assert answer["accepted"] == 2
    assert answer["rejected"] == [
        {
            "index": 1,
            "error": '[1].agents: must be a list of text, is 7. Send ["1001"].',
        },
        {"index": 2, "error": "[2]: must be an event, is 5."},
    ]


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"type": None}, "type: must be one of arrived, queued, alerting,"),
        ({"type": " "}, "type: must be one of"),
        ({"type": 7}, "type: must be one of"),
        ({"call_id": None}, "call_id: must be text that names the call, is missing"),
        ({"call_id": " "}, 'call_id: must be text that names the call, is " ".'),
        ({"call_id": "x" * 600}, "call_id: must have at most 512 characters"),
        ({"scope": "line"}, 'scope: must be call or leg, is "line".'),
        ({"direction": "in"}, "direction: must be inbound, outbound or internal"),
        ({"from": 44}, "from: must be text or null, is 44."),
        ({"at": "yesterday"}, 'at: must be a time with its offset (RFC 3339)'),
        ({"at": "2026-11-21T09:00:00"}, 'at: must be a time with its offset'),
        ({"at": 10**400}, "at: must be a time with its offset"),
        ({"agents": ["a", 2]}, "agents: must be a list of text, is a list."),
        ({"agents": ["a"] * 201}, "agents: must name at most 200, names 201."),
        ({"attributes": {"a": {}}}, "attributes.a: must be text, is an object."),
        ({"attributes": []}, "attributes: must be a flat object of text, is an empty"),
        ({"sequence": -1}, "sequence: must be a whole number that is not negative"),
        ({"outcome": "great"}, "outcome: must be unanswered, voicemail or callback"),
        ({"withheld": "yes"}, 'withheld: must be true or false, is "yes".'),
    ],
)  # fmt: skip
def test_a_wrong_key_is_named_with_what_was_found(
    change: dict[str, object], error: str
) -> None:
    with pytest.raises(BadInput) as refused:
        post({**EVENT, **change})
    assert str(refused.value).startswith(error)
    assert type(refused.value) is BadInput


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"null", b"{", b"\xff\xfe", b"[" * 100_000, b"7", b"NaN",
     b'{"type": 1e999}', b'"\\ud800"'],
)  # fmt: skip
def test_a_body_that_is_no_event_is_refused_in_words(body: bytes) -> None:
    with pytest.raises(BadInput, match="body"):
        post(body)


def test_what_means_nothing_is_ignored_and_told() -> None:
    received = post({**EVENT, "colour": "red"})
    assert received.events
    assert received.ignored[0].why == "the key `colour` means nothing here"


def test_a_type_that_is_unknown_is_ignored_explained_and_answered_2xx() -> None:
    received = post({**EVENT, "type": "recording_saved"})
    why = 'the type "recording_saved" means nothing here. Known: arrived, queued,'
    assert received.events == ()
    (ignored,) = received.ignored
    assert ignored.whole
    assert ignored.why.startswith(why)
    assert received.response.status == 200
    answer = json.loads(received.response.body)
    assert answer == {"accepted": 0, "ignored": [{"index": 0, "why": ignored.why}]}


def test_unknown_types_wrong_items_and_events_share_a_list() -> None:
    received = post([{"type": "beep"}, {"type": "held"}, EVENT])
    answer = json.loads(received.response.body)
    assert [event.type for event in received.events] == [EventType.ALERTING]
    assert answer["accepted"] == 1
    assert [each["index"] for each in answer["ignored"]] == [0]
    assert [each["index"] for each in answer["rejected"]] == [1]


def test_a_list_of_unknown_types_is_answered_2xx_and_of_wrong_items_is_not() -> None:
    assert post([{"type": "beep"}, {"type": "held"}]).response.status == 200
    with pytest.raises(BadInput, match="call_id: must be text"):
        post([{"type": "held"}])


def test_too_many_events_and_too_large_a_body_are_refused() -> None:
    with pytest.raises(TooLarge, match="holds 501 events"):
        post([EVENT] * 501)
    with pytest.raises(TooLarge, match="at most 262144 are taken"):
        post(b" " * 262_145)


def test_a_wrong_token_is_refused() -> None:
    for header in ("Bearer wrong", "Basic t0ken", "t0ken", "Bearer"):
        with pytest.raises(Unauthenticated, match="authentication failed"):
            post(EVENT, Authorization=header)
    with pytest.raises(Unauthenticated):
        post(EVENT, X_Nothing="at all")


def test_a_signature_covers_the_body_and_the_time() -> None:
    line = bound(signing_secret="s3cret")
    raw = json.dumps(EVENT).encode()
    assert post(raw, line, **signed(raw, "s3cret")).events
    with pytest.raises(Unauthenticated, match="does not fit"):
        post(raw + b" ", line, **signed(raw, "s3cret"))
    with pytest.raises(Unauthenticated, match="301 s away"):
        post(raw, line, **signed(raw, "s3cret", NOW_US // 1_000_000 - 301))
    assert post(raw, line, **signed(raw, "s3cret", NOW_US // 1_000_000 + 299)).events


def test_both_secrets_are_current_while_one_is_rotated() -> None:
    line = bound(signing_secret=["old", "new"], token=["a", "b"])
    raw = json.dumps(EVENT).encode()
    for secret in ("old", "new"):
        assert post(raw, line, **signed(raw, secret)).events
    for token in ("a", "b"):
        assert post(raw, line, Authorization=f"Bearer {token}").events


def test_a_line_without_a_secret_is_a_configuration_error() -> None:
    with pytest.raises(ConfigError, match=r"lines\.main\.settings: no secret"):
        bound(username="x")
    assert post(EVENT, bound(allow_unauthenticated=True), X_A="b").events


def test_every_wrong_setting_is_told_at_once() -> None:
    with pytest.raises(ConfigError) as refused:
        load_dialect("generic").bind(
            line=LineId("main"),
            country="XX",
            time_zone="Mars/Olympus",
            settings={"tokn": "x", "allow_unauthenticated": "perhaps"},
        )
    told = str(refused.value)
    assert "time_zone: `Mars/Olympus` is not a valid time zone" in told
    assert "country: `XX` is not a valid country code" in told
    assert "settings.tokn: generic knows no such setting" in told
    assert "settings.allow_unauthenticated: must be true or false" in told


@pytest.mark.parametrize("word", ["Geheimrufnummer", "no-cli-here", "client:mara"])
def test_a_word_that_is_not_known_is_said_and_not_withheld(word: str) -> None:
    received = post({**EVENT, "from": word})
    (event,) = received.events
    assert (event.caller, event.withheld) == (word, False)
    (remark,) = received.ignored
    assert f"the caller `{word}` is not a number" in remark.why
    assert not remark.whole


@pytest.mark.parametrize(
    "word", ["anonymous", "-blocked-", "CLIR", "Nummer unterdrückt", "unbekannt"]
)
def test_a_known_word_in_place_of_the_number_is_neither_shown_nor_said(
    word: str,
) -> None:
    received = post({**EVENT, "from": word})
    assert [event.caller for event in received.events] == [None]
    assert received.ignored == ()


@pytest.mark.parametrize(
    "text",
    [
        "tel:02079460391;phone-context=+44",
        "sip:02079460391;phone-context=+44@ims.example;user=phone",
    ],
)
def test_a_number_says_itself_whose_national_number_it_is(text: str) -> None:
    german = load_dialect("generic")
    line = german.bind(line=LineId("main"), country="DE", settings={"token": "t0ken"})
    (event,) = post({**EVENT, "from": text}, line).events
    assert event.caller == "+442079460391"
