from __future__ import annotations

from collections.abc import Iterable

from screenpop.config.dataflow import LookupNeeds, cycle, findings, upstream, waterfall
from screenpop.config.sources import Kind


def ask(name: str, *needs: str, kind: Kind = "rows") -> LookupNeeds:
    return LookupNeeds(name=name, kind=kind, needs=frozenset(needs))


def said(*lookups: LookupNeeds, contacts: bool = False) -> list[str]:
    declared = frozenset(lookup.name for lookup in lookups)
    found = findings(lookups, declared=declared, contacts=contacts)
    return [f"{f.lookup}: {f.sentence}. {f.remedy}" for f in found]


def steps(lookups: Iterable[LookupNeeds]) -> tuple[tuple[str, ...], ...]:
    return waterfall(upstream({lookup.name: lookup for lookup in lookups}))


WHO = ask("who", "number", kind="identity")


def test_parameters_of_the_call_are_always_there() -> None:
    assert said(ask("a", "number", "today", "suffix8", "ivr.account")) == []


def test_a_misspelt_parameter_is_corrected() -> None:
    assert said(ask("a", "nummber")) == [
        "a: asks for `:nummber`, which no call has. Did you mean `number`?"
    ]


def test_a_misspelt_lookup_is_corrected() -> None:
    assert said(WHO, ask("orders", "customer.id"), ask("parts", "ordrs.id")) == [
        "parts: asks for `:ordrs.id`, but there is no lookup `ordrs`."
        " Did you mean `orders`?"
    ]


def test_a_customer_must_be_found_by_something() -> None:
    needy = ask("money", "customer.id")
    assert said(needy) == [
        "money: asks for `:customer.id`, but nothing finds a customer. Add a lookup"
        " with `facet: identity`, or `contacts` to a source."
    ]
    assert said(needy, WHO) == []
    assert said(needy, contacts=True) == []


def test_a_circle_is_told_with_its_members_in_order() -> None:
    circle = [ask("a", "c.x"), ask("b", "a.x"), ask("c", "b.x"), ask("d", "a.x")]
    assert said(*circle) == [
        "a: waits for itself: a -> c -> b -> a."
        " Let one of them take only parameters of the call, e.g. `:number`."
    ]


def test_a_circle_is_found_from_below_it() -> None:
    lookups = {x.name: x for x in [ask("d", "a.x"), ask("a", "b.x"), ask("b", "a.x")]}
    assert cycle(upstream(lookups)) == ("a", "b", "a")


def test_a_circle_through_the_customer_is_found() -> None:
    who = ask("who", "account.id", kind="identity")
    assert said(who, ask("account", "customer.id")) == [
        "who: waits for itself: who -> account -> who."
        " Let one of them take only parameters of the call, e.g. `:number`."
    ]


def test_who_finds_the_customer_cannot_ask_for_it() -> None:
    assert said(ask("who", "customer.id", kind="identity")) == [
        "who: finds the customer, so it cannot ask for `:customer.…`."
        " Take parameters of the call, e.g. `:number` or `:ivr.account`."
    ]


def test_a_lookup_cannot_ask_for_its_own_answer() -> None:
    assert said(ask("a", "a.x"))[0].startswith("a: asks for its own answer `:a.x`")


def test_candidates_are_asked_for_as_customer() -> None:
    assert said(WHO, ask("a", "who.id")) == [
        "a: asks for `:who.id`, but `who` finds candidates, not an answer."
        " Write `:customer.id`: a column of the candidate chosen."
    ]


def test_a_lookup_that_is_written_but_unusable_makes_no_further_noise() -> None:
    found = findings(
        [ask("a", "broken.id", "customer.id")],
        declared=frozenset({"a", "broken"}),
        contacts=False,
    )
    assert found == []


def test_the_waterfall_starts_each_lookup_as_soon_as_possible() -> None:
    lookups = [
        ask("orders", "customer.id"),
        ask("parts", "orders.id"),
        ask("weather", "country"),
        WHO,
    ]
    assert steps(lookups) == (("weather", "who"), ("orders",), ("parts",))


def test_a_chain_of_thousands_is_no_trouble() -> None:
    chain = [ask("l0", "number")] + [ask(f"l{n}", f"l{n - 1}.x") for n in range(1, 900)]
    assert said(*chain) == []
    assert len(steps(chain)) == 900
