"""Do rules put the right lines on the card, and take forbidden offers off it?"""

from __future__ import annotations

import timeit
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.insight.calls import (
    ANI,
    DNIS,
    FAILED,
    NOW_US,
    PENDING,
    applied,
    call,
    configured,
    earlier,
    fields,
    lines,
    note,
    policy,
    rows,
)

from screenpop.domain.profile import Facet, FieldState, PolicyValue, Profile
from screenpop.insight.policy import policy_of, rules_of

HOLD = {
    "name": "hold",
    "kind": "avoid",
    "when": {"credit.hold": True},
    "say": "No offers: the account is on hold",
    "offers": {"everything": True},
}
OFFERS = rows(
    {"product": "Chain", "sku": "CHN-1", "category": "Chains"},
    {"product": "Lamp", "sku": "LGT-1", "category": "Lights"},
)


def rule(kind: str, priority: int = 50, **more: Any) -> dict[str, Any]:
    usual = {"when": {"call.direction": "inbound"}, "say": f"{kind} {priority}"}
    return {"kind": kind, "priority": priority, **usual, **more}


def said(*rules: dict[str, Any], **facets: Facet) -> list[str]:
    return [line.say for line in lines(policy(*rules), **facets)]


def test_lines_stand_by_kind_then_priority_then_as_written() -> None:
    one, other = rule("do", say="first"), rule("do", say="second")
    assert said(rule("offer"), one, rule("warn"), other) == [
        "warn 50",
        "first",
        "second",
    ]
    assert said(rule("do", 10), rule("do", 90), rule("avoid", 1)) == [
        "avoid 1", "do 90", "do 10",
    ]  # fmt: skip


def test_the_next_step_is_among_the_three_lines_whatever_comes_first() -> None:
    loud = [rule("warn", at) for at in (1, 2, 3, 4)]
    assert said(*loud, rule("do", 5)) == ["warn 4", "warn 3", "do 5"]


def test_a_line_says_its_values_as_people_write_them() -> None:
    texts: dict[str, Any] = {
        "say": "Ask for {overdue.amount} of {{INV}}, {overdue.days} days late",
        "because": "Due since {balance.overdue_since}; {credit.used_share} of the limit"
        " used, hold: {credit.hold}",
    }
    [line] = lines(
        policy(rule("do", when={"overdue.amount": {"above": 0}}, **texts)),
        balance=fields(
            overdue="1480.50", overdue_since="2026-11-01", currency="GBP",
            credit_hold=False,
        ),
        credit_terms=fields(used="10", limit="20"),
    )  # fmt: skip
    assert line.say == "Ask for £1,480.50 of {INV}, 20 days late"
    assert line.because == "Due since 1 Nov 2026; 50% of the limit used, hold: no"
    assert line.values[0] == PolicyValue(
        name="overdue.amount",
        label="Overdue",
        value="£1,480.50",
        source="ERP",
        fetched_at="2026-11-21T09:00:00Z",
    )
    assert [value.name for value in line.values] == [
        "overdue.amount", "overdue.days", "balance.overdue_since",
        "credit.used_share", "credit.hold",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("respond_by", "words"),
    [
        ("2026-11-21T10:40:00Z", "today 10:40, 1 h 40 min"),
        ("2026-11-22T09:00:00Z", "tomorrow 09:00, 1 d"),
        ("2026-11-24T11:05:00Z", "24 Nov 2026 11:05, 3 d 2 h"),
        ("2026-11-21T09:05:00Z", "today 09:05, 5 min"),
    ],
)
def test_times_and_durations_are_short(respond_by: str, words: str) -> None:
    text = "{sla.respond_by}, {sla.due_in_min}"
    rules = rule("warn", when={"sla.due_in_min": {"above": 0}}, say=text)
    assert said(rules, entitlements=rows({"respond_by": respond_by})) == [words]


def test_of_several_texts_the_first_whose_values_are_known_is_said() -> None:
    texts = ["On hold: {credit_terms.reason}", "On hold"]
    rules = rule("warn", when={"credit.hold": True}, say=texts, because=texts[:1])
    assert said(rules, credit_terms=fields(blocked=True)) == ["On hold"]
    with_reason = fields(blocked=True, reason="Late")
    assert said(rules, credit_terms=with_reason) == ["On hold: Late"]
    [line] = lines(policy(rules), credit_terms=fields(blocked=True))
    assert line.because == ""


def test_a_rule_whose_text_cannot_be_filled_is_silent() -> None:
    rules = rule("warn", say="Pays in {credit_terms.payment_days} days")
    assert said(rules, credit_terms=fields()) == []
    assert said(rules, credit_terms=fields(payment_days=30)) == ["Pays in 30 days"]


def test_the_row_that_a_condition_found_can_be_named() -> None:
    rules = rule(
        "warn",
        when={"tickets": {"priority": "high"}},
        say="Ticket {tickets.ticket}: {tickets.subject}",
    )
    tickets = rows(
        {"ticket": "T1", "subject": "low one", "priority": "low"},
        {"ticket": "T2", "subject": "Brake fails", "priority": "high"},
    )
    [line] = lines(policy(rules), tickets=tickets)
    assert line.say == "Ticket T2: Brake fails"
    assert [(x.name, x.value) for x in line.values] == [
        ("tickets.priority", "high"),
        ("tickets.ticket", "T2"),
        ("tickets.subject", "Brake fails"),
    ]


def test_a_rule_is_silent_while_one_of_its_values_is_asked() -> None:
    either = [{"call.queue": "sales"}, {"credit.hold": True}]
    rules = rule("warn", when={"any": either}, say="x")
    assert said(rules, credit_terms=PENDING) == []
    assert said(rules, credit_terms=FAILED) == ["x"]
    assert said(rule("do", because="{overdue.days}"), balance=PENDING) == []


@given(st.permutations(["balance", "credit_terms", "tickets", "interactions"]))
def test_no_line_leaves_again_while_answers_land(order: list[str]) -> None:
    """Once said, a line changes neither its words nor its place among the said ones."""
    answers = {
        "balance": fields(overdue="480.50", overdue_since="2026-11-01"),
        "credit_terms": fields(blocked=True, used="10", limit="9"),
        "tickets": rows({"ticket": "T", "status": "open", "opened_at": "2026-11-01"}),
        "interactions": rows(earlier("2026-11-20T09:00:00Z")),
    }
    rules = policy(
        rule("avoid", when={"credit.hold": True}, offers={"everything": True}),
        rule("do", when={"overdue.days": {"above": 5}}, say="{overdue.days}"),
        rule("warn", when={"any": [{"ticket.open": 1}, {"calls.last_2_days": 9}]}),
    )
    facets: dict[str, Facet] = dict.fromkeys(answers, PENDING)
    before: list[str] = []
    for name in order:
        facets[name] = answers[name]
        now = [line.say for line in lines(rules, **facets)]
        assert [say for say in now if say in before] == before
        before = now
    assert len(before) == 3


def test_a_rule_ends_after_its_last_day() -> None:
    assert said(rule("do", until="2026-11-21")) == ["do 50"]
    assert said(rule("do", until="2026-11-20")) == []


def test_a_hold_removes_all_offers_and_says_why() -> None:
    rules = policy(HOLD, rule("offer"))
    on_hold = applied(rules, credit_terms=fields(blocked=True), recommendations=OFFERS)
    assert [line.kind for line in on_hold.policy] == ["avoid"]
    facet = on_hold.facets["recommendations"]
    assert (facet.rows, facet.state) == ((), FieldState.EMPTY)
    assert facet.notes[-1].message == "Not offered: No offers: the account is on hold"
    free = applied(rules, credit_terms=fields(blocked=False), recommendations=OFFERS)
    assert free.facets["recommendations"] == OFFERS
    assert [line.kind for line in free.policy] == ["offer"]


def test_offers_wait_until_it_is_known_whether_they_are_forbidden() -> None:
    asked = applied(policy(HOLD), credit_terms=PENDING, recommendations=OFFERS)
    facet = asked.facets["recommendations"]
    assert (facet.rows, facet.state) == ((), FieldState.PENDING)
    failed = applied(policy(HOLD), credit_terms=FAILED, recommendations=OFFERS)
    assert failed.facets["recommendations"] == OFFERS


@pytest.mark.parametrize(
    ("offers", "left"),
    [
        ({"categories": ["lights"]}, ["Chain"]),
        ({"items": ["chn-1"]}, ["Lamp"]),
        ({"items": ["CHN-1"], "categories": ["Lights"]}, []),
        ({"items": ["other"]}, ["Chain", "Lamp"]),
    ],
)
def test_single_items_and_categories_are_removed(
    offers: dict[str, list[str]], left: list[str]
) -> None:
    found = applied(
        policy(rule("avoid", offers=offers)), recommendations=OFFERS
    ).facets["recommendations"]
    assert [row["product"] for row in found.rows] == left
    assert len(found.notes) == (1 if len(left) == 2 else 2)


def test_an_offer_about_what_is_forbidden_is_not_said() -> None:
    forbidden = rule("avoid", offers={"categories": ["Lights"]})
    lights = rule("offer", 60, offers={"categories": ["lights"]})
    chains = rule("offer", 40, offers={"categories": ["Chains"]})
    assert said(forbidden, lights, chains) == ["avoid 50", "offer 40"]


def test_a_profile_without_lines_is_the_same_object() -> None:
    profile = Profile(facets={"recommendations": OFFERS})
    silent = policy(rule("warn", when={"call.queue": "support"}))
    assert silent.applied(profile, call(), ANI, DNIS, NOW_US) is profile


def test_each_rule_says_why_it_applied_or_did_not() -> None:
    rules = policy(
        HOLD,
        rule("do", when={"overdue.amount": {"above": 100}}, say="Ask"),
        rule("warn", when={"sla.due_in_min": {"below": 120}}),
        rule("offer", until="2026-01-01"),
    )
    profile = Profile(
        facets={
            "balance": fields(overdue="90.00", currency="GBP", credit_hold=True),
            "entitlements": FAILED,
            "credit_terms": fields(blocked=True),
        }
    )
    verdicts = rules.explained(profile, call(), ANI, DNIS, NOW_US)
    found = {x.rule: (x.fired, x.shown, x.why) for x in verdicts}
    assert found["hold"][:2] == (True, True)
    assert found["hold"][2][0] == "credit.hold is yes (ERP), wanted true: holds"
    assert found["rule_1"] == (
        False,
        False,
        ("overdue.amount is £90 (ERP), wanted above 100: does not hold",),
    )
    assert found["rule_2"] == (
        None,
        False,
        ("sla.due_in_min is not known, wanted below 120: not decided",),
    )
    assert found["rule_3"][2][0] == "ended on 2026-01-01"


MISTAKES: list[tuple[dict[str, Any], str, str]] = [
    ({"when": {"balance.overdu": 1}}, "balance.overdu", "Did you mean `balance.ov"),
    ({"when": {"overdue.amount": "lots"}}, "when.overdue.amount", "of type money"),
    ({"when": {"overdue.amount": {"above": "x"}}}, "above", "needs a number"),
    ({"when": {"credit.hold": {"above": 1}}}, "above", "is of type flag"),
    ({"when": {"call.country": "Germany"}}, "call.country", "is never `Germany`"),
    ({"when": {"call.country": {"not": ["DE", "UK"]}}}, "not", "is never `UK`"),
    ({"when": {"call.direction": "inbund"}}, "direction", "Did you mean `inbound`?"),
    ({"when": {"calls.last_result": "solved!"}}, "last_result", "is never `solved!`"),
    ({"when": {"credit.hold": 1}}, "when.credit.hold", "E.g. `credit.hold: true`"),
    ({"when": {"overdue.amount": {"over": 1}}}, "over", "Did you mean `above`?"),
    ({"when": {"overdue.amount": {"starts": "x"}}}, "starts", "needs text"),
    ({"when": {"identity.city": {"matches": "("}}}, "matches", "not a valid pattern"),
    ({"when": {"today": {"above": "soon"}}}, "above", "{below: 2026-12-31}"),
    ({"when": {"tickets.status": "open"}}, "tickets.status", "`tickets: {status: T"),
    ({"when": {"tickets": {"state": "open"}}}, "tickets.state", "`status`"),
    ({"when": {"tickets": "open"}}, "when.tickets", "needs columns"),
    ({"when": {"any": {"today": None}}}, "when.any", "list of conditions"),
    ({"when": {}}, "when", "has no condition"),
    ({"say": "Pay {overdue.amout}"}, "say", "Did you mean `overdue.amount`?"),
    ({"because": "{tickets.subject}"}, "because", "column of rows"),
    ({"offers": {"everything": True}}, "offers", "means nothing for the kind `do`"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "key", "words"), MISTAKES)
def test_a_mistake_names_its_key_and_a_remedy(
    changes: dict[str, Any], key: str, words: str
) -> None:
    usual = {"name": "wrong", "kind": "do", "when": {"today": None}, "say": "x"}
    _, mistakes = rules_of(configured(usual | changes))
    assert len(mistakes) == 1
    assert mistakes[0].path[:2] == ("policy", 0)
    assert ".".join(map(str, mistakes[0].path)).endswith(key)
    assert words in str(mistakes[0])


def test_a_name_that_no_lookup_fills_and_a_double_name_are_mistakes() -> None:
    wrong = {"name": "a", "kind": "do", "when": {"sla.level": "Gold"}, "say": "x"}
    config = configured(wrong, {**wrong, "when": {"today": None}}, lookups={})
    _, (double, unfilled) = rules_of(config)
    assert double.path == ("policy", 1, "name")
    assert "no lookup fills `entitlements`" in str(unfilled)


def test_a_line_in_a_rule_is_one_of_the_configuration() -> None:
    lines = {"main": {"dialect": "generic"}}
    known, misspelt = (
        {"name": line.lower(), "kind": "do", "when": {"call.line": line}, "say": "x"}
        for line in ("Main", "mian")
    )
    _, (mistake,) = rules_of(configured(known, misspelt, lines=lines))
    assert mistake.path == ("policy", 1, "when", "call.line")
    assert mistake.remedy == "Did you mean `main`?"


def test_without_rules_there_is_no_policy() -> None:
    assert policy_of(configured()) is None


def test_ten_rules_cost_few_microseconds() -> None:
    """Generous: the machine of a test is shared. Alone it takes about 60 µs."""
    each = [
        rule("do", at, when={"overdue.days": {"above": at}, "calls.last_2_days": at})
        for at in range(10)
    ]
    rules = policy(*each)
    facets = {
        "balance": fields(note(), overdue="9", overdue_since="2026-11-01"),
        "interactions": rows(*(earlier("2026-11-20T09:00:00Z") for _ in range(10))),
    }
    once_s = min(timeit.repeat(lambda: applied(rules, **facets), number=20, repeat=5))
    assert once_s / 20 < 0.003
