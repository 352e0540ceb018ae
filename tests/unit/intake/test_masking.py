from __future__ import annotations

import base64
import html
import json
from urllib.parse import quote, quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screenpop.domain.call import AgentId, CallEvent, CallId, EventType, LineId
from screenpop.intake.masking import Mask, number_hider, shape, without_numbers
from screenpop.intake.request import Request

AT_US = 1_773_156_602_000_000
SECRETS = st.text(min_size=4, max_size=40).filter(lambda text: text.strip() == text)
AROUND = st.text("{}[]:,&=? \"'\\ab0", max_size=12)
WAYS = (
    lambda s: s,
    lambda s: json.dumps({"deep": json.dumps({"x": s})}),
    lambda s: json.dumps({"x": s}, ensure_ascii=False),
    lambda s: json.dumps({"x": s}).replace("/", r"\/"),
    lambda s: urlencode({"x": s}),
    lambda s: urlencode({"x": json.dumps({"y": s})}),
    lambda s: "x=" + quote(s, safe="/").replace("%2F", "%2f"),
    lambda s: f"<x>{html.escape(s)}</x>",
    lambda s: base64.b64encode(s.encode()).decode(),
)


def written(secret: str) -> set[str]:
    """How a reader would recognise it."""
    return {
        secret,
        quote(secret, safe=""),
        quote_plus(secret),
        json.dumps(secret)[1:-1],
        base64.b64encode(secret.encode()).decode().rstrip("="),
    }


@given(SECRETS, st.sampled_from(WAYS), AROUND, AROUND)
def test_no_configured_secret_is_shown_however_it_is_written(
    secret: str, way: object, before: str, after: str
) -> None:
    assert callable(way)
    mask = Mask([secret])
    sent = f"{before}{way(secret)}{after}"
    shown = [
        mask.body(sent.encode()),
        mask.path(f"/v1/telephony/x?a={quote(sent)}"),
        mask.headers((("X-Thing", sent), ("Authorization", f"Bearer {sent}")))[0][1],
    ]
    for text in shown:
        assert not [form for form in written(secret) if form in text]


@given(st.text("abcdef/+&", min_size=6, max_size=30), st.integers(1, 30))
def test_of_a_secret_that_the_cut_divides_nothing_is_left(
    secret: str, length: int
) -> None:
    sent = f"[......] {secret[:length]}"
    shown = Mask([secret]).body(sent.encode(), cut=True)
    assert secret[:length] not in shown


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("Authorization", "Bearer s3cret-token", "Bearer ***(12)"),
        ("Authorization", "Basic dXNlcjpwYXNz", "Basic ***(12)"),
        ("authorization", "no-scheme", "***(9)"),
        ("Cookie", "a=b; session=xyz", "***(3); ***(11)"),
        ("X-Api-Key", "k", "***(1)"),
        ("X-Twilio-Signature", "kPqDBshGk+b8l8qD6ngrSz/4Ekc=", "***(28)"),
        ("X-Screenpop-Signature", f"t=177,v1={'ab' * 32}", "t=177,v1=***(64 hex)"),
        ("X-Hub-Signature", f"sha256={'0' * 64}", "sha256=***(64 hex)"),
        ("Verification-Token", "abcd==", "***(6)"),
        ("X-Gateway", "eyJhb.eyJzd.c2ln", "***(JWT, 16)"),
        ("X-Ours", "abc", "***(3)"),
        ("User-Agent", "TwilioProxy/1.1", "TwilioProxy/1.1"),
    ],
)
def test_of_a_header_that_proves_only_the_shape_is_left(
    name: str, value: str, shown: str
) -> None:
    assert Mask([], headers=["x-ours"]).headers(((name, value),)) == [(name, shown)]


def test_a_wrong_secret_is_masked_by_the_name_of_its_place() -> None:
    mask = Mask(["right"], parameters=["who"])
    assert mask.path("/x?token=wrong&who=me&call=7") == (
        "/x?token=***(5)&who=***(2)&call=7"
    )
    assert (
        mask.body(b'{"token": "wro\\"ng", "call": 7}') == '{"token": "***", "call": 7}'
    )
    assert mask.body(b'{"in": "{\\"api_key\\": \\"x\\"}"}') == (
        '{"in": "{\\"api_key\\": \\"***\\"}"}'
    )
    assert mask.body(b"token=wrong&call=7") == "token=***&call=7"
    assert mask.body(b"<a><password>x</password></a>") == (
        "<a><password>***</password></a>"
    )


def test_the_challenge_of_a_handshake_is_no_secret() -> None:
    body = b'{"payload": {"plainToken": "qgg8vlvZRS6UYooatFL8Aw"}}'
    assert Mask(["x-secret"]).body(body) == body.decode()


def test_the_shape_of_base64_shows_none_of_it() -> None:
    assert shape("YWJjZA==") == "***(8)"


# -- numbers that were withheld -------------------------------------------------------


def event(**more: object) -> CallEvent:
    given = {
        "type": EventType.ALERTING, "line": LineId("x"), "call_id": CallId("c-1"),
        "event_id": "e", "at_us": AT_US, "received_us": AT_US, "withheld": True,
        "dialled": "+442079460100", "agents": (AgentId("+442079460111"),),
    }  # fmt: skip
    return CallEvent(**{**given, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        '"from": "+442079460958"',
        "From=%2B442079460958&x=1",
        "a=020+7946+0958",
        "sip:442079460958@example.net",
        "(020) 7946-0958",
        r'"from": "\u002b442079460958"',
        "x=%7B%22n%22%3A%22%2B442079460958%22%7D",
        "x=%257B%252B442079460958",
    ],
)
def test_a_withheld_number_goes_however_it_is_written(text: str) -> None:
    hidden = number_hider([event()], AT_US)(text.replace("+7946+", " 7946 "))
    digits = "".join(each for each in hidden if each.isdigit())
    assert "79460958" not in digits


@pytest.mark.parametrize(
    "text",
    [
        '"to": "+442079460100"',
        '"to": "020 7946 0100"',
        '"agent": "+442079460111"',
        '"at": 1773156602, "ms": 1773156602123',
        "2026-03-10T15:30:02Z 2026-03-10 15:30:02",
        "call_start=2026-03-25+12%3A00%3A00",
        "CallSid=CA18c0f7a2d9e84b6f93d1a7c5e20b6f84",
        "From=%2B266696687",  # spells ANONYMOUS: it is why the number is withheld
        "1731237000.1234567",
    ],
)
def test_what_is_no_withheld_number_stays(text: str) -> None:
    shown = event(call_id=CallId("1731237000.1234567"))
    assert number_hider([shown], AT_US)(text) == text


def test_json_stays_json_where_a_number_stood_without_quotes() -> None:
    body = b'{"from": 442079460958, "all": [442079460958, 1]}'
    request = Request(method="POST", path="/", body=body, received_us=AT_US)
    kept = without_numbers(request, [event()])
    assert json.loads(kept.body) == {"from": 0, "all": [0, 1]}


def test_a_withheld_number_goes_from_the_inside_of_a_token_too() -> None:
    def part(content: object) -> str:
        data = json.dumps(content).encode()
        return base64.urlsafe_b64encode(data).decode().rstrip("=")

    claims = {"from": "+442079460958", "state": "ringing"}
    token = f"{part({'alg': 'HS256'})}.{part(claims)}.c2ln"
    request = Request(method="POST", path="/", body=token.encode(), received_us=AT_US)
    kept = without_numbers(request, [event()]).body.decode()
    payload = kept.split(".")[1]
    decoded = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert decoded == {"from": "+***", "state": "ringing"}


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ('{"token": "never ends', '{"token": "***'),
        ('{"TOKEN" : "a\\\\"b", "c": 2}', '{"TOKEN" : "***", "c": 2}'),
        ('{"token":"a","secret":"b"}', '{"token":"***","secret":"***"}'),
        ('{"token": 5}', '{"token": 5}'),
        ('{"x": "token", "y": "z"}', '{"x": "token", "y": "z"}'),
    ],
)
def test_a_proof_in_json_is_masked_to_its_end_or_to_the_end_of_all(
    body: str, shown: str
) -> None:
    assert Mask([]).body(body.encode()) == shown


def test_a_proof_of_a_thousand_schemes_is_described_all_the_same() -> None:
    """It ended in a RecursionError, and the admin page with it."""
    assert shape("token " * 1300 + "x") == "token " * 1300 + "***(1)"
