"""A line's dialect: reading its file, binding, handshakes, answers, identities."""

from __future__ import annotations

import json

import pytest

from screenpop.domain.call import EventType, LineId, Scope
from screenpop.domain.errors import BadInput, ConfigError, TooLarge, Unauthenticated
from screenpop.domain.profile import Candidate, CandidateRef, Profile
from screenpop.intake.dialect import (
    BoundDialect,
    dialect_from_text,
    dialect_names,
    load_dialect,
)
from screenpop.intake.request import Received, Request

NOW_US = 1_773_151_200_000_000
OPEN = {"allow_unauthenticated": True}
ADA = CandidateRef(source="crm", key="7")
KNOWN = Profile(
    candidates=(
        Candidate(
            ref=ADA,
            name='Ada "A" Byron',
            company="Engines & Co",
            confidence=1,
            why="number",
            fields={"email": "ada@engines.example", "vip": True},
        ),
    ),
    chosen=ADA,
)


def bound(name: str, **keys: object) -> BoundDialect:
    given = {"settings": OPEN, "public_url": "https://pop.example.net", **keys}
    return load_dialect(name).bind(line=LineId("main"), **given)  # type: ignore[arg-type]


def made(text: str, **keys: object) -> BoundDialect:
    dialect = dialect_from_text(f"dialect: mine\ntitle: Mine\n{text}", "mine.yaml")
    return dialect.bind(line=LineId("main"), settings=OPEN, **keys)  # type: ignore[arg-type]


def request(
    body: object = b"", path: str = "/x", method: str = "POST", at_us: int = NOW_US,
    **headers: str,
) -> Request:  # fmt: skip
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = tuple((name.replace("_", "-"), text) for name, text in headers.items())
    return Request(method=method, path=path, headers=named, body=raw, received_us=at_us)


def answer_of(received: Received, profile: Profile | None) -> str:
    assert received.profile_answer is not None
    return received.profile_answer.render(profile).body.decode()


# -- the file --------------------------------------------------------------------


@pytest.mark.parametrize("name", dialect_names())
def test_a_built_in_dialect_tells_what_an_operator_must_know(name: str) -> None:
    dialect = load_dialect(name)
    assert dialect.name == name
    assert dialect.facts
    assert all(setting.help for setting in dialect.settings.values())
    assert all(scheme.not_covered for scheme in dialect.schemes)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("events: []\nevents: []", "mine.yaml:4:1: `events` is a duplicate key."),
        ("evnts: []", "mine.yaml:3:1: `evnts` means nothing here. Known: answers,"),
        ("facts: [a]", "mine.yaml:1:1: `events` is missing."),
        ("events: [{when: {a: b}}]", "mine.yaml:3:10: `type` is missing."),
        ("events: [{type: rang}]", "mine.yaml:3:17: must be one of arrived, queued"),
        ("evnts: []", "Did you mean `events`?"),
        ("events: [{type: ansered}]", "Did you mean `answered`?"),
        ("events: [{type: held, at: when | isoo}]", "Did you mean `iso`?"),
        (
            "events: [{type: held, direction: =inbund}]",
            "mine.yaml:3:34: `inbund` is not a valid direction.",
        ),
        (
            "events: [{type: ended, outcome: {of: why, map: {NOANS: unaswered}}}]",
            "`unaswered` is not a valid outcome. Known: callback, unanswered,"
            " voicemail. Did you mean `unanswered`?",
        ),
        (
            "events: [{type: ended, outcome: [{when: {a: 1}, value: =voicmail}]}]",
            "`voicmail` is not a valid outcome.",
        ),
        (
            "events: [{type: agent_state, agents: a, state: {of: s, map: {x: busy}}}]",
            "`busy` is not a valid state. Known: available, break, offline, wrap_up.",
        ),
        ("events: [{type: ended, scope: room}]", "must be one of call, leg; is `room`"),
        (
            "fields: {form: a}\nevents: []",
            "mine.yaml:3:16: `form` is not a valid field.",
        ),
        ("events: {a: b}", "mine.yaml:3:9: must be a list"),
        ("events: [{type: ended, from: a | fone}]", "mine.yaml:3:34: in `a | fone`:"),
        ("authenticate: [{scheme: hmca}]\nevents: []", "must be one of basic, bearer"),
        (
            "authenticate: [{scheme: bearer, secret: tok}]\nevents: []",
            "mine.yaml:3:15: the scheme bearer wants the setting `tok`",
        ),
        ("decode: {body: yaml}\nevents: []", "must be one of auto, json, form"),
        ("answers: [{ask: {number: a}}]\nevents: []", "`known` is missing."),
        ("events: [", "mine.yaml:4:1: is not valid YAML here"),
    ],
)
def test_a_wrong_dialect_is_told_with_file_line_and_column(
    text: str, error: str
) -> None:
    with pytest.raises(ConfigError) as refused:
        made(f"{text}\n")
    assert error in str(refused.value)


def test_a_dialect_that_does_not_exist_is_told_with_those_that_do() -> None:
    with pytest.raises(ConfigError, match=r"no dialect `avaya`\. Built in: air"):
        load_dialect("avaya")
    with pytest.raises(ConfigError, match="cannot be read"):
        load_dialect("nowhere.yaml")


def test_yaml_words_that_are_no_text_elsewhere_are_text_here() -> None:
    line = made(
        "events: [{when: {state: on}, type: alerting, call_id: id, cause: =no}]\n"
    )
    (event,) = line.receive(request({"state": "ON", "id": 1})).events
    assert (event.call_id, event.cause) == ("1", "no")


# -- rules -----------------------------------------------------------------------


def test_a_group_shares_condition_and_fields_and_falls_through() -> None:
    line = made(
        """
fields: {call_id: id}
events:
  - when: {kind: leg}
    scope: leg
    agents: who
    events:
      - {when: {what: ring}, type: alerting}
  - {type: ended, cause: what}
"""
    )
    ring = line.receive(request({"kind": "leg", "what": "ring", "id": 1, "who": "a"}))
    assert (ring.events[0].scope, ring.events[0].agents) == (Scope.LEG, ("a",))
    other = line.receive(request({"kind": "leg", "what": "x", "id": 1, "who": "a"}))
    assert (other.events[0].type, other.events[0].agents) == (EventType.ENDED, ())


def test_each_element_and_also_give_several_events_with_ids_of_their_own() -> None:
    line = made(
        """
decode: {each: calls}
fields: {call_id: id, event_id: $parent.uid}
events:
  - {type: alerting, each: people, also: true, call_id: $parent.id, agents: name}
  - {type: queued}
"""
    )
    body = {"uid": "u", "calls": [{"id": 1, "people": [{"name": "a"}, {"name": "b"}]}]}
    events = line.receive(request(body)).events
    assert [(e.type, e.call_id, e.agents) for e in events] == [
        ("alerting", "1", ("a",)),
        ("alerting", "1", ("b",)),
        ("queued", "1", ()),
    ]
    assert len({event.event_id for event in events}) == 3


def test_what_fits_no_rule_is_ignored_with_its_name_and_answered_2xx() -> None:
    line = made("kind: event\nevents: [{when: {event: a}, type: ended, call_id: id}]\n")
    received = line.receive(request({"event": "b"}))
    assert received.response.status == 200
    assert received.ignored[0].why == "`b` fits no rule of the dialect mine"
    nameless = line.receive(request({"event": "a"}))
    assert nameless.ignored[0].why == "it would be `ended` but names no call"


def test_too_many_items_are_refused() -> None:
    line = made('decode: {each: "@"}\nevents: [{type: ended}]\n', events_max=3)
    assert len(line.receive(request([{}] * 3)).events) == 3
    with pytest.raises(TooLarge, match="holds 4 events"):
        line.receive(request([{}] * 4))
    assert line.receive(request([])).ignored[0].why == "it holds no event"


def test_xml_is_read_and_its_entities_are_not() -> None:
    line = made("events: [{type: ended, call_id: a.b.@id, cause: a.c}]\n")
    received = line.receive(request(b'<a><b id="7"/><c>x &amp; y</c></a>'))
    assert (received.events[0].call_id, received.events[0].cause) == ("7", "x & y")
    bomb = b'<!DOCTYPE a [<!ENTITY e "eee">]><a><b id="7"/><c>&e;</c></a>'
    with pytest.raises(BadInput, match="declares a document type"):
        line.receive(request(bomb))


def test_a_national_number_is_read_by_the_plan_of_the_dialled_one() -> None:
    line = made(
        "events: [{type: arrived, call_id: id, from: f, to: t}]\n", country="DE"
    )
    event = line.receive(
        request({"id": 1, "f": "07700 900188", "t": "+442079460100"})
    ).events[0]
    assert event.caller == "+447700900188"
    event = line.receive(request({"id": 1, "f": "022147110815", "t": "101"})).events[0]
    assert (event.caller, event.dialled) == ("+4922147110815", "101")


def test_a_stream_is_understood_by_the_same_rules() -> None:
    event = {"Event-Name": "CHANNEL_CREATE", "Unique-ID": "u", "Core-UUID": "c",
             "Event-Sequence": "7", "Caller-Caller-ID-Number": "0000000000",
             "Event-Date-Timestamp": "1773997200000100"}  # fmt: skip
    received = bound("freeswitch").understand(event, received_us=NOW_US)
    (arrived,) = received.events
    assert (arrived.call_id, arrived.caller, arrived.sequence) == ("u", None, 7)
    assert (arrived.at_us, arrived.event_id) == (1773997200000100, "c/7")


# -- identity --------------------------------------------------------------------


def test_3cx_look_up_and_report_of_one_call_have_one_made_up_id() -> None:
    line = bound("three_cx", country="GB", time_zone="Europe/London")
    ring = line.receive(
        request(path="/x?Number=07700900188&CallDirection=Inbound", method="GET")
    )
    report = {
        "CallType": "Inbound", "Number": "07700900188", "AgentEmail": "m@x.example",
        "Duration": "00:04:31", "DateTime": "2026-03-10 13:59:58",
    }  # fmt: skip
    end = line.receive(request(report, at_us=NOW_US + 280_000_000))
    later = line.receive(request({**report, "DateTime": "2026-03-10 14:20:00"}))
    assert ring.events[0].call_id == end.events[0].call_id
    assert later.events[0].call_id != end.events[0].call_id
    assert not ring.told[0].call_id_given


def test_two_callers_without_a_number_never_become_one_call() -> None:
    line = bound("three_cx")
    ids = {
        line.receive(request(path="/x?Number=anonymous", method="GET", at_us=at_us))
        .events[0]
        .call_id
        for at_us in (NOW_US, NOW_US + 1_000_000)
    }
    assert len(ids) == 2


# -- handshakes, proof, answers ----------------------------------------------------


def test_an_unsigned_handshake_comes_before_the_proof_and_nothing_else_does() -> None:
    line = bound("zadarma", settings={"api_secret": "s"})
    echo = line.receive(request(path="/x?zd_echo=%3Cb%3E", method="GET"))
    assert (echo.handshake, echo.response.body) == (True, b"<b>")
    with pytest.raises(Unauthenticated):
        line.receive(request(path="/x", method="GET"))
    with pytest.raises(Unauthenticated):
        line.receive(request(b"event=NOTIFY_START", path="/x?zd_echo=1"))


def test_ringcentrals_echo_cannot_smuggle_a_header() -> None:
    line = bound("ringcentral", settings={"verification_token": "t"})
    received = line.receive(request(Validation_Token="a\r\nSet-Cookie: x"))
    assert received.response.headers["Validation-Token"] == "aSet-Cookie: x"
    with pytest.raises(Unauthenticated):
        line.receive(request({"body": {}}, Validation_Token="wrong"))


def test_zooms_challenge_needs_the_signature_too() -> None:
    line = bound("zoom_phone", settings={"secret_token": "s"})
    with pytest.raises(Unauthenticated):
        line.receive(request({"event": "endpoint.url_validation"}))


def test_a_signed_url_needs_the_public_url_to_be_known() -> None:
    with pytest.raises(ConfigError, match=r"^server.public_url: is missing"):
        bound("twilio", settings={"auth_token": "x"}, public_url=None)


ANSWERS_URL = """
events: [{when: {a: b}, type: ignored, why: x}]
answers: [{xml: '<Next url="{$url}"/>'}]
"""
ANSWERS_LET = """
let: {here: $url, next: $here}
events: [{when: {a: b}, type: ignored, why: x}]
answers: [{json: {next: "{$next}"}}]
"""


@pytest.mark.parametrize("text", [ANSWERS_URL, ANSWERS_LET])
def test_an_answer_that_holds_the_url_needs_the_public_url_to_be_known(
    text: str,
) -> None:
    with pytest.raises(ConfigError, match=r"^server.public_url: is missing; lines.ma"):
        made(text)
    made(text, public_url="https://pop.example.net")
    made(text.replace("$url", "$method"))


def test_addresses_must_be_allowed_besides_the_secret() -> None:
    line = bound("wazo", settings={"query_name": "key", "query_value": "s",
                                   "allowed_networks": "192.0.2.0/24"})  # fmt: skip
    inside = Request(
        method="POST", path="/x?key=s", body=b"{}", remote="192.0.2.7", received_us=1
    )
    assert line.receive(inside).ignored
    for path, remote in (("/x?key=s", "198.51.100.1"), ("/x", "192.0.2.7")):
        with pytest.raises(Unauthenticated):
            line.receive(
                Request(
                    method="POST", path=path, body=b"{}", remote=remote, received_us=1
                )
            )
    with pytest.raises(ConfigError, match="`nowhere` is not a valid network"):
        bound("wazo", settings={**OPEN, "allowed_networks": "nowhere"})


def test_the_answer_may_be_the_profile() -> None:
    look_up = request(path="/x?Number=%2B442079460958", method="GET")
    received = bound("three_cx").receive(look_up)
    assert received.profile_answer is not None
    assert received.profile_answer.number == "+442079460958"
    (contact,) = json.loads(answer_of(received, KNOWN))
    assert (contact["firstname"], contact["lastname"]) == ('Ada "A"', "Byron")
    assert contact["company"] == "Engines & Co"
    assert answer_of(received, None) == answer_of(received, Profile()) == "[]"


def test_several_candidates_without_a_choice_are_not_one_customer() -> None:
    other = Candidate(
        ref=CandidateRef(source="crm", key="8"), name="Bo", confidence=1, why="number"
    )
    unsure = Profile(candidates=(*KNOWN.candidates, other))
    look_up = request(path="/x?Number=%2B442079460958", method="GET")
    assert answer_of(bound("three_cx").receive(look_up), unsure) == "[]"


def test_a_withheld_number_is_not_looked_up_for_an_answer() -> None:
    look_up = request(path="/x?Number=anonymous", method="GET")
    received = bound("three_cx").receive(look_up)
    assert received.profile_answer is not None
    assert received.profile_answer.number is None


def test_xml_answers_escape_what_came_from_outside() -> None:
    line = made(
        'events: [{type: ignored}]\nanswers: [{xml: \'<R a="{name}" b="{$url}"/>\'}]\n',
        public_url="https://p.example",
    )
    received = line.receive(request({"name": '"><x>&'}, path="/x?a=1&b=2"))
    assert received.response.body == (
        b'<R a="&quot;&gt;&lt;x&gt;&amp;" b="https://p.example/x?a=1&amp;b=2"/>'
    )


def test_zadarma_shows_the_callers_name_on_the_telephone() -> None:
    form = b"event=NOTIFY_START&pbx_call_id=1&caller_id=%2B442079460958&called_did=1"
    received = bound("zadarma").receive(request(form))
    assert json.loads(answer_of(received, KNOWN)) == {"caller_name": 'Ada "A" Byron'}
