"""Keys under `policy` and `facts`: each changes what stands on the card."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from key_effects import built, customers, explained, shows_effect_of
from unit.insight.calls import earlier, fields, lines, policy, rows

from screenpop.domain.profile import Facet, Profile

ADA = "7,Ada,020 7946 0958,Leeds"
PRODUCTS = "key,product,sku,category,phone\n7,Lamp,L-1,Lights,020 7946 0958\n"


def config(folder: Path, *rules: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Ada of Leeds, who is offered a lamp."""
    (folder / "offers.csv").write_text(PRODUCTS)
    offers = {"connector": "csv_file", "path": "offers.csv", "numbers": ["phone"]}
    fields = {"product": "product", "sku": "sku", "category": "category"}
    lookup = {"source": "offers", "facet": "recommendations", "fields": fields}
    return {
        "sources": {
            "crm": customers(folder, ADA),
            "offers": {**offers, "country": "GB"},
        },
        "lookups": {"offers": lookup},
        "policy": list(rules),
        **more,
    }


def rule(**changes: Any) -> dict[str, Any]:
    usual = {"name": "a", "kind": "do", "when": {"call.direction": "inbound"}}
    return {**usual, "say": "Say hello", **changes}


async def profile(folder: Path, *rules: dict[str, Any], **more: Any) -> Profile:
    async with built(folder, **config(folder, *rules, **more)) as service:
        return (await explained(service)).profile


@shows_effect_of("policy[].name", "policy[].kind", "policy[].say", "policy[].because")
async def test_a_rule_puts_its_line_on_the_card(tmp_path: Path) -> None:
    [line] = (await profile(tmp_path, rule(because="Line {call.line}"))).policy
    assert (line.rule, line.kind, line.say) == ("a", "do", "Say hello")
    assert line.because == "Line main"


@shows_effect_of("policy[].when", "policy[].priority", "policy[].until")
async def test_a_rule_applies_when_and_as_long_as_it_says(tmp_path: Path) -> None:
    found = await profile(
        tmp_path,
        rule(name="low", priority=1),
        rule(name="high", priority=2),
        rule(name="other", when={"call.direction": "outbound"}),
        rule(name="over", until="2020-01-01"),
    )
    assert [line.rule for line in found.policy] == ["high", "low"]


@shows_effect_of(
    "policy[].offers.everything",
    "policy[].offers.categories",
    "policy[].offers.items",
)
@pytest.mark.parametrize(
    ("offers", "left"),
    [
        ({"everything": True}, 0),
        ({"categories": ["Lights"]}, 0),
        ({"items": ["L-1"]}, 0),
        ({"items": ["X-1"], "categories": ["Chains"]}, 1),
    ],
)
async def test_an_avoid_removes_the_offers_that_it_is_about(
    tmp_path: Path, offers: dict[str, Any], left: int
) -> None:
    found = await profile(tmp_path, rule(kind="avoid", offers=offers))
    assert len(found.facets["recommendations"].rows) == left


@shows_effect_of(
    "facts.payment_promised", "facts.call_back", "facts.closed_ticket", "facts.warranty"
)
@pytest.mark.parametrize(
    ("key", "name", "facets"),
    [
        (
            "payment_promised",
            "promise.payment_days",
            {
                "interactions": rows(
                    earlier("2026-11-20T09:00:00Z", note="zahlt bald")
                ),
                "balance": fields(overdue="5", last_payment_at="2026-01-01"),
            },
        ),
        (
            "call_back",
            "promise.call_back_days",
            {"interactions": rows(earlier("2026-11-20T09:00:00Z", note="zahlt bald"))},
        ),
        ("closed_ticket", "ticket.open", {"tickets": rows({"status": "zahlt bald"})}),
        (
            "warranty",
            "warranty.days_left",
            {
                "entitlements": rows(
                    {"kind": "zahlt bald", "valid_until": "2026-11-22"}
                ),
            },
        ),
    ],
)
def test_facts_are_found_by_the_words_of_the_company(
    key: str, name: str, facets: dict[str, Facet]
) -> None:
    wanted = {"kind": "do", "when": {name: 1}, "say": "x"}
    usual = lines(policy(wanted), **facets)
    own = lines(policy(wanted, facts={key: ["Zahlt bald"]}), **facets)
    expected = ([1], []) if key == "closed_ticket" else ([], [1])
    assert ([1 for _ in usual], [1 for _ in own]) == expected
