"""The language of dialects: epochs, pairs, lists of one, Standard Webhooks, notes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from screenpop.cli import decode, dialects
from screenpop.domain.call import CallEvent, LineId
from screenpop.domain.errors import ConfigError, Unauthenticated
from screenpop.intake.cases import case_from, decode_case
from screenpop.intake.dialect import Dialect, dialect_from_text, load_dialect
from screenpop.intake.request import Request
from screenpop.intake.streams.registry import stream_dialects
from screenpop.intake.yaml_nodes import STREAMS, SYNONYMS, meant

AT_S = 1_773_655_804
RECEIVED_US = AT_S * 1_000_000


def dialect(fields: str = "", rest: str = "", events: str = "") -> Dialect:
    return dialect_from_text(
        "dialect: made\ntitle: Made\n"
        "settings: {key: {type: secret, help: x}, other: {type: secret, help: x}}\n"
        "authenticate: [{scheme: query_secret, secret: key, parameter: key}]\n"
        f"{rest}\nfields:\n  call_id: id\n{fields}\n"
        f"events: {events or '[{type: arrived}]'}\n"
    )


def events_of(
    made: Dialect, payload: object, kind: str = "application/json"
) -> tuple[CallEvent, ...]:
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    bound = made.bind(
        line=LineId("main"), country="GB", settings={"allow_unauthenticated": True}
    )
    request = Request(
        method="POST",
        path="/",
        headers=(("Content-Type", kind),),
        body=body,
        received_us=RECEIVED_US,
    )
    return bound.receive(request).events


# -- times and numbers -----------------------------------------------------------


@pytest.mark.parametrize(
    ("expression", "value", "us"),
    [
        ("t | epoch_ns", AT_S * 10**9 + 123_456_789, 123_456),
        ("t | epoch_ns", f"{AT_S}123456789", 123_456),
        ("t | gregorian_s", AT_S + 62_167_219_200, 0),
        ("t | gregorian_s", str(AT_S + 62_167_219_200), 0),
        ("t | filetime", (AT_S + 11_644_473_600) * 10**7 + 5_000_000, 500_000),
        ("t | dotnet_ticks", (AT_S + 62_135_596_800) * 10**7, 0),
        ("t | ntp_s", AT_S + 2_208_988_800, 0),
        ("t | ntp_s", AT_S + 2_208_988_800 + 0.25, 250_000),
        ("t | plus('-62167219200') | epoch_s", AT_S + 62_167_219_200, 0),
        ("t | minus(62167219200) | epoch_s", str(AT_S + 62_167_219_200), 0),
        ("t | times(60) | epoch_s", AT_S / 60, 0),
        ("t | divided_by(1000) | epoch_s", AT_S * 1000 + 250, 250_000),
        ("t | minus(25569) | times(86400) | epoch_s", str(AT_S / 86400 + 25569), None),
        ("t | epoch_s | plus('00:01:00')", AT_S - 60, 0),
        ("t | epoch_s | plus('-60')", AT_S + 60, 0),
        ("t | epoch_s | minus('00:01:00')", AT_S + 60, 0),
        ("t | epoch_s | minus(d)", AT_S + 7, 0),
        ("t | epoch_s", "1.773655804E9", 0),
    ],
)
def test_times_in_other_epochs_and_units(
    expression: str, value: object, us: int | None
) -> None:
    made = dialect(f'  at: "{expression}"')
    (event,) = events_of(made, {"id": "1", "t": value, "d": 7})
    assert event.at_given
    if us is None:  # a text of a fraction of a day, as spreadsheets count
        assert abs(event.at_us - RECEIVED_US) < 1000
    else:
        assert event.at_us == RECEIVED_US + us


@pytest.mark.parametrize(
    ("expression", "value", "result"),
    [
        ("n | plus(1)", "9007199254740993", "9007199254740994"),
        ("n | times(2)", 1.5, "3"),
        ("n | divided_by(4)", 10, "2.5"),
        ("n | divided_by(0)", 10, None),
        ("n | minus(m)", 10, None),
        ("n | plus(1)", "ten", None),
        ("n | plus(1)", True, None),
        ("n | plus(1)", "1e999999999", None),
        ("n | plus(1)", "9" * 50, None),
        ("n | epoch_ns", "x", None),
    ],
)
def test_arithmetic_is_exact_and_never_fails(
    expression: str, value: object, result: str | None
) -> None:
    (event,) = events_of(dialect(f'  cause: "{expression}"'), {"id": "1", "n": value})
    assert event.cause == result


# -- lists ------------------------------------------------------------------------


PARTIES = "decode: {each: r.parties.party}"
RULES = "[{type: alerting, call_id: $parent.r.id, agents: agent}]"


@pytest.mark.parametrize("count", [0, 1, 2])
def test_one_element_of_xml_is_a_list_of_one(count: int) -> None:
    parties = "".join(f"<party><agent>10{n}</agent></party>" for n in range(count))
    body = f"<r><id>7</id><parties>{parties}</parties></r>".encode()
    events = events_of(dialect(rest=PARTIES, events=RULES), body, "text/xml")
    assert [event.agents for event in events] == [(f"10{n}",) for n in range(count)]


@pytest.mark.parametrize("count", [1, 2])
def test_one_text_element_of_xml_is_a_list_of_one(count: int) -> None:
    agents = "".join(f"<agent>10{n}</agent>" for n in range(count))
    made = dialect(
        rest="decode: {each: r.agent}",
        events='[{type: alerting, call_id: $parent.r.id, agents: "@"}]',
    )
    events = events_of(made, f"<r><id>7</id>{agents}</r>".encode(), "text/xml")
    assert [event.agents for event in events] == [(f"10{n}",) for n in range(count)]


@pytest.mark.parametrize("single", [True, False])
def test_elements_selections_and_rules_take_a_single_mapping_too(single: bool) -> None:
    leg = {"state": "ringing", "agent": "1001"}
    made = dialect(
        "  queue: legs[0].agent\n  cause: legs[?state=='ringing'].agent | first\n"
        "  caller_name: legs[-1].agent\n  agents: legs[].agent"
    )
    (event,) = events_of(made, {"id": "1", "legs": leg if single else [leg]})
    assert (event.queue, event.cause, event.caller_name) == ("1001",) * 3
    assert event.agents == ("1001",)
    rule = "[{type: alerting, each: legs, call_id: $parent.id, agents: agent}]"
    each = dialect(events=rule)
    (event,) = events_of(each, {"id": "1", "legs": leg if single else [leg]})
    assert (event.call_id, event.agents) == ("1", ("1001",))


VARIABLES = [{"name": "ACCOUNT", "value": "4711"}, {"name": "PIN", "value": 12},
             {"name": "ACCOUNT", "value": "later"}, {"value": "x"}, "odd"]  # fmt: skip


def test_pairs_of_names_and_values_become_attributes() -> None:
    made = dialect("  attributes: {\"*\": \"vars | pairs('name', 'value')\"}")
    (event,) = events_of(made, {"id": "1", "vars": VARIABLES})
    assert event.attributes == {"ACCOUNT": "4711", "PIN": "12"}
    (event,) = events_of(made, {"id": "1", "vars": VARIABLES[0]})
    assert event.attributes == {"ACCOUNT": "4711"}


def test_one_of_the_pairs_can_be_named() -> None:
    made = dialect("  cause: \"(vars | pairs('name', 'value')).ACCOUNT\"")
    assert events_of(made, {"id": "1", "vars": VARIABLES})[0].cause == "4711"


# -- Standard Webhooks ---------------------------------------------------------------

KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SCHEME = "[{scheme: standard_webhooks, secret: key}]"


def signed(
    key: bytes,
    *,
    at_s: int = AT_S,
    prefix: str = "webhook",
    more: str = "",
    body: bytes,
) -> Request:
    message = f"msg_1.{at_s}.".encode() + body
    code = base64.b64encode(hmac.digest(key, message, "sha256")).decode()
    headers = (
        (f"{prefix}-id", "msg_1"),
        (f"{prefix}-timestamp", str(at_s)),
        (f"{prefix}-signature", f"{more}v1,{code}"),
        ("content-type", "application/json"),
    )
    return Request(
        method="POST", path="/", headers=headers, body=body, received_us=RECEIVED_US
    )


def standard(scheme: str = SCHEME) -> Dialect:
    return dialect_from_text(
        "dialect: made\ntitle: Made\nsettings: {key: {type: secret, help: x}}\n"
        f"authenticate: {scheme}\nevents: [{{type: arrived, call_id: id}}]\n"
    )


BODY = b'{"id": "1"}'
RAW = base64.b64decode(KEY.removeprefix("whsec_"))


@pytest.mark.parametrize(
    ("keys", "request_"),
    [
        (KEY, signed(RAW, body=BODY)),
        (KEY, signed(RAW, body=BODY, prefix="svix")),
        (KEY, signed(RAW, body=BODY, more="v1,bm9uZXN1Y2g= v1a,xyz v2,abc ")),
        (KEY, signed(RAW, body=BODY, at_s=AT_S - 299)),
        ([KEY, "whsec_b2xkIGtleQ=="], signed(b"old key", body=BODY)),
        (["whsec_b2xkIGtleQ"], signed(b"old key", body=BODY)),
        ("plain text key", signed(b"plain text key", body=BODY)),
        (KEY.removeprefix("whsec_"), signed(RAW, body=BODY)),
    ],
)
def test_a_standard_webhook_is_genuine(keys: object, request_: Request) -> None:
    bound = standard().bind(line=LineId("main"), settings={"key": keys})
    (event,) = bound.receive(request_).events
    assert event.call_id == "1"


def test_the_documented_example_fits() -> None:
    body = b'{"test": 2432232314}'
    headers = (
        ("svix-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
        ("svix-timestamp", "1614265330"),
        ("svix-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
    )
    bound = standard().bind(line=LineId("main"), settings={"key": KEY})
    bound.receive(
        Request(
            method="POST",
            path="/",
            headers=headers,
            body=body,
            received_us=1_614_265_330_000_000,
        )
    )


@pytest.mark.parametrize(
    ("keys", "request_", "why"),
    [
        (KEY, signed(RAW, body=BODY, at_s=AT_S - 301), "301 s away"),
        (KEY, signed(RAW, body=BODY, at_s=AT_S + 301), "301 s away"),
        (KEY, signed(b"another", body=BODY), "does not fit"),
        (KEY, signed(KEY.encode(), body=BODY), "does not fit"),
        ("whsec_???", signed(RAW, body=BODY), "key cannot be read"),
        (KEY, signed(RAW, body=BODY, prefix="other"), "no signature"),
    ],
)
def test_a_standard_webhook_is_refused(keys: str, request_: Request, why: str) -> None:
    bound = standard().bind(line=LineId("main"), settings={"key": keys})
    with pytest.raises(Unauthenticated, match=why):
        bound.receive(request_)
    other = hashlib.sha256(BODY).hexdigest().encode()
    changed = Request(
        method="POST",
        path="/",
        headers=signed(RAW, body=BODY).headers,
        body=other,
        received_us=RECEIVED_US,
    )
    with pytest.raises(Unauthenticated):
        bound.receive(changed)


def test_headers_of_another_name_and_another_window_can_be_said() -> None:
    scheme = "[{scheme: standard_webhooks, secret: key, header: quo, tolerance_s: 10}]"
    bound = standard(scheme).bind(line=LineId("main"), settings={"key": KEY})
    bound.receive(signed(RAW, body=BODY, prefix="quo"))
    with pytest.raises(Unauthenticated, match="11 s away"):
        bound.receive(signed(RAW, body=BODY, prefix="quo", at_s=AT_S - 11))


def test_two_schemes_of_one_kind_are_told_apart() -> None:
    scheme = (
        "[{scheme: hmac, secret: key, header: x-old, over: '{body}'},"
        " {scheme: hmac, secret: key, header: x-new, over: '{body}'}]"
    )
    bound = standard(scheme).bind(line=LineId("main"), settings={"key": "k"})
    with pytest.raises(Unauthenticated) as caught:
        bound.receive(
            Request(
                method="POST",
                path="/",
                headers=(("X-New", "00"),),
                body=BODY,
                received_us=RECEIVED_US,
            )
        )
    text = str(caught.value)
    assert "hmac (setting `key`, `x-old`): it carries no signature" in text
    assert "hmac (setting `key`, `x-new`): its signature does not fit" in text


# -- what the tools say ---------------------------------------------------------


def run(*words: str) -> tuple[int, str]:
    app = typer.Typer()
    decode.register(app)
    dialects.register(app)
    result = CliRunner().invoke(app, list(words))
    return result.exit_code, result.output


def notes_of(made: Dialect, payload: object) -> object:
    case = case_from({"requests": [{"body": payload}]}, "case")
    return decode_case(made, case)[0].get("notes")


def test_decode_names_declared_fields_that_came_to_nothing() -> None:
    made = dialect(
        "  at: ts | plus('x') | epoch_s\n  queue: group.name\n  agents: null\n"
        "  outcome: why\n  attributes: {account: acc, pin: pin}",
    )
    notes = notes_of(made, {"id": "1", "ts": 5, "why": "x", "acc": "7"})
    assert notes == [
        "the event: came to nothing: at (ts | plus('x') | epoch_s),"
        " queue (group.name), outcome (why), attributes.pin (pin)"
    ]
    full = {"id": "1", "group": {"name": "q"}, "acc": "1"}
    assert notes_of(dialect("  queue: group.name"), full) is None


def test_decode_says_that_each_found_nothing() -> None:
    made = dialect(rest="decode: {each: parties}")
    assert "`decode.each` found nothing" in str(notes_of(made, {"id": "1"}))
    rule = dialect(events="[{type: alerting, each: legs, agents: agent}]")
    assert "`each` of the rule for `alerting` found nothing" in str(
        notes_of(rule, {"id": "1"})
    )


def test_decode_prints_the_notes(tmp_path: Path) -> None:
    body = {"type": "arrived", "call_id": "1", "colour": "red"}
    case = {"requests": [{"body": body}]}
    file = tmp_path / "case.json"
    file.write_text(json.dumps(case))
    _, output = run("decode", "generic", str(file))
    assert "note: " in output
    assert "colour" in output


@pytest.mark.parametrize(
    ("word", "other"),
    {"ringing": "alerting", "hangup": "ended", "ring": "alerting", "hold": "held",
     "connected": "answered", "alertin": "alerting", "park": "parked"}.items(),
)  # fmt: skip
def test_a_word_of_other_systems_is_understood(word: str, other: str) -> None:
    with pytest.raises(ConfigError, match=f"Did you mean `{other}`"):
        dialect(events=f"[{{type: {word}}}]")


def test_every_synonym_leads_somewhere() -> None:
    for word, other in SYNONYMS.items():
        assert meant(word, [other]) == f" Did you mean `{other}`?"


@pytest.mark.parametrize(
    ("name", "suggested"),
    {
        "generik": "generic",
        "asterisk_arri": "asterisk_ari",
        "zoomphone": "zoom_phone",
    }.items(),
)
def test_an_unknown_dialect_suggests_one_and_lists_streams(
    name: str, suggested: str
) -> None:
    with pytest.raises(ConfigError, match=f"Did you mean `{suggested}`") as caught:
        load_dialect(name)
    assert "Streams: asterisk_ami, asterisk_ari, freeswitch_esl" in str(caught.value)


def test_the_streams_that_are_suggested_are_those_there_are() -> None:
    assert [each.name for each in stream_dialects()] == list(STREAMS)


TESTED: Mapping[str, tuple[str, int]] = {
    "": ("nothing was tested", 1),
    "tests: [{requests: [{body: {id: '1'}}], expect: [{type: arrived}]}]": (
        "0 do not",
        0,
    ),
    "tests: []": ("nothing was tested", 1),
}


@pytest.mark.parametrize("tests", TESTED)
def test_a_dialect_without_tests_does_not_pass_them(tests: str, tmp_path: Path) -> None:
    text, code = TESTED[tests]
    file = tmp_path / "made.yaml"
    file.write_text(
        "dialect: made\ntitle: Made\nsettings: {key: {type: secret, help: x}}\n"
        f"authenticate: {SCHEME}\nevents: [{{type: arrived, call_id: id}}]\n{tests}\n"
    )
    found, output = run("dialects", str(file), "--test")
    assert (text in output, found) == (True, code)
