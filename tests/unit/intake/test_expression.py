"""Expressions, values and conditions of the dialect language."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from screenpop.domain.call import LineId
from screenpop.domain.errors import ConfigError
from screenpop.intake.expression import ExpressionScope
from screenpop.intake.facts import Facts
from screenpop.intake.normal import LineContext
from screenpop.intake.request import Request
from screenpop.intake.times import Moment
from screenpop.intake.values import Compiler
from screenpop.intake.yaml_nodes import parse_yaml

ITEM = {
    "event": "Call.Ringing",
    "id": 9223372036854775807,
    "odd name": 1,
    "x-dash": {"y": "z"},
    "flag": True,
    "zero": 0,
    "nothing": None,
    "blank": "",
    "users": [
        {"id": "a", "role": "agent", "on": True},
        {"id": "b", "role": "user", "on": False},
        {"role": "agent"},
    ],
    "text": '{"deep": {"er": [1, 2]}}',
    "at": 1773655804,
}


def scope() -> ExpressionScope:
    request = Request(
        method="POST",
        path="/v1/telephony/x?key=k%20y&n=1&n=2",
        headers=(("X-Token", "t"), ("X-TOKEN", "second")),
        body=b"raw",
        received_us=0,
    )
    line = LineContext(line=LineId("x"), country="GB", zone=ZoneInfo("Europe/Kyiv"))
    facts = Facts(
        request=request,
        line=line,
        settings={"secret": ("s1", "s2")},
        public_url="https://pop.example.net/",
    )
    return ExpressionScope(ITEM, facts, parent={"p": 1}, index=4)


def value(text: str) -> object:
    """The value that a YAML text comes to."""
    return Compiler().value(parse_yaml(text, "t.yaml"))(scope())


def holds(text: str) -> bool:
    return Compiler().condition(parse_yaml(text, "t.yaml"))(scope())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("=plain text", "plain text"),
        ("'\"odd name\"'", 1),
        ("x-dash.y", "z"),
        ("x-dash.y.nothing.here", None),
        ("users.id", None),
        ("users[0].id", "a"),
        ("users[-1].role", "agent"),
        ("users[9].id", None),
        ("users[].id", ["a", "b"]),
        ("users[?role=='AGENT' && id!=null].id", ["a"]),
        ("users[?role=~'^us'].id | first", "b"),
        ("users[?on].id", ["a"]),
        ("blank || nothing || zero", 0),
        ("[blank, zero]", 0),
        ("(text | json).deep.er[1]", 2),
        ("$header.X-ToKeN", "t"),
        ("$query.key", "k y"),
        ("$query.n", ["1", "2"]),
        ("$parent.p", 1),
        ("$index", 4),
        ("$method", "POST"),
        ("$path", "/v1/telephony/x"),
        ("$url", "https://pop.example.net/v1/telephony/x?key=k%20y&n=1&n=2"),
        ("$body", "raw"),
        ("$setting.secret", "s1"),
        ("id | text", "9223372036854775807"),
        ("zero | id", None),
        ("event | lower | after('.')", "ringing"),
        ("event | before('.')", "Call"),
        ("event | split('.', 1)", "Ringing"),
        ("event | match('R(.)')", "i"),
        ("event | without('Call.')", "Ringing"),
        ("event | append('/', id)", "Call.Ringing/9223372036854775807"),
        ("event | append('/', nothing)", None),
        ("users[].id | join('+')", "a+b"),
        ("event | null_if('call.ringing')", None),
        ("nothing | default('d')", "d"),
        ("('020 7946 0187' | phone)", "+442079460187"),
        ("('sip:lena@x;a=b' | sip_user)", "lena"),
        ("('client:lena' | sip_user)", "lena"),
        ("at | epoch_s", Moment(1773655804_000_000, 0)),
        ("('2026-03-25 12:00:00' | local)", Moment(1774432800_000_000, 0)),
        ("('2026-03-25 12:00:00' | local('UTC'))", Moment(1774440000_000_000, 0)),
        ("at | epoch_s | plus('00:01:30')", Moment(1773655894_000_000, 0)),
        ("at | epoch_s | plus(nothing)", None),
        ("('00:02:03' | seconds)", 123),
        ("{when: {flag: true}, value: =yes, else: =no}", "yes"),
        ("{when: {flag: false}, value: =yes, else: =no}", "no"),
        ("{of: event, map: {call.ringing: r}}", "r"),
        ("{of: event, map: {other: r}, else: event}", "Call.Ringing"),
        ('{text: "{event}/{zero} {{x}}"}', "Call.Ringing/0 {x}"),
        ('{text: "{event}/{nothing}"}', None),
        ("{jmespath: \"users[?role=='agent'] | [0].id\"}", "a"),
        ("7", 7),
        ("null", None),
    ],
)
def test_a_value_comes_to(text: str, expected: object) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{event: call.ringing}", True),
        ("{event: [x, CALL.RINGING]}", True),
        ("{event: {not: [x, y]}}", True),
        ("{event: {starts: call.}}", True),
        ("{event: {matches: 'ring'}}", True),
        ("{event: {present: true, not: x}}", True),
        ("{nothing: null, blank: null, users: {present: true}}", True),
        ("{zero: null}", False),
        ("{zero: 0}", True),
        ("{zero: {below: 1}, at: {above: 1.0e9}}", True),
        ("{flag: true}", True),
        ("{flag: 'true'}", True),
        ('{"users[].id": b}', True),
        ("[{event: x}, {flag: true}]", True),
        ("{any: [{event: x}, {zero: 0}]}", True),
        ("{none: [{event: x}, {zero: 0}]}", False),
        ("{event: {differs_from: blank}}", True),
        ("{event: {differs_from: event}}", False),
    ],
)
def test_a_condition_holds_or_not(text: str, expected: bool) -> None:
    assert holds(text) is expected


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("a | epoch", "t.yaml:1:5: in `a | epoch`: `epoch` is not a valid filter."),
        ("a.", "t.yaml:1:3: in `a.`: a name was expected instead of `the end`."),
        ("a b", "t.yaml:1:3: in `a b`: `b` was not expected here."),
        ("$nobody.x", "t.yaml:1:1: in `$nobody.x`: `$nobody` is not known."),
        ("a[x]", "t.yaml:1:3: in `a[x]`: a whole number was expected, not `x`."),
        ("a[?b==]", "t.yaml:1:7: in `a[?b==]`: `]` starts no expression."),
        ("a | split('x')", "`split`: takes 2 argument(s), 1 given."),
        ("a | match('(')", "`(` is not a valid pattern"),
        ("a | local('Mars/X')", "`Mars/X` is not a valid time zone."),
        ("a~", "t.yaml:1:2: in `a~`: `~` cannot be read."),
        ("{whem: {}}", "t.yaml:1:1: needs one of when, of, text, jmespath."),
        ("{when: {}, value: 1, otherwise: 2}", "`otherwise` means nothing here"),
        ("{of: a}", "`map` is missing next to `of`."),
        ("{jmespath: 'a['}", "`a[` is not valid JMESPath"),
        ("{text: '{a | nope}'}", "t.yaml:1:14"),
    ],
)
def test_a_wrong_value_is_told_with_its_place(text: str, error: str) -> None:
    with pytest.raises(ConfigError) as refused:
        value(text)
    assert error in str(refused.value)


def test_an_expression_has_no_way_out_of_its_data() -> None:
    for text in ("users.__class__", "event.upper", "$header.__init__"):
        assert value(text) is None
