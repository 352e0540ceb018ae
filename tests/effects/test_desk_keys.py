"""Keys under `desk`: what a page is given for its cards."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from key_effects import loaded, shows_effect_of

from screenpop.desk.frames import Hello
from screenpop.desk.render import greeter
from screenpop.domain.agent import Role, User, UserId
from screenpop.node.parts import rules
from screenpop.support.clock import FakeClock

ANA = User(username=UserId("ana"), name="Ana", role=Role.AGENT)
BUTTON = {
    "label": "CRM",
    "labels": {"de": "Kunde"},
    "url": "sap:c/{customer.key}?o={balance.open}&m={attributes.menu}",
    "lines": ["main"],
    "queues": ["sales"],
    "facet": "balance",
}
SNIPPET = {
    "name": "late",
    "text": "{customer.name}, {call.number}: {caret} ({agent.name}, {balance.open})",
    "queues": ["sales"],
}


def hello(folder: Path, **desk: Any) -> Hello:
    return greeted(folder, desk=desk)


def greeted(folder: Path, **written: Any) -> Hello:
    config = loaded(folder, **written).config
    return greeter(config, FakeClock(), "")(ANA, 0)


@shows_effect_of(
    "desk.schemes",
    "desk.buttons",
    "desk.buttons[].label",
    "desk.buttons[].labels",
    "desk.buttons[].url",
    "desk.buttons[].lines",
    "desk.buttons[].queues",
    "desk.buttons[].facet",
)
def test_a_page_gets_the_buttons_as_they_are_written(tmp_path: Path) -> None:
    assert hello(tmp_path).buttons == []
    (made,) = hello(tmp_path, schemes=["sap"], buttons=[BUTTON]).buttons
    assert {name: getattr(made, name) for name in BUTTON} == BUTTON


@shows_effect_of(
    "desk.snippets",
    "desk.snippets[].name",
    "desk.snippets[].text",
    "desk.snippets[].label",
    "desk.snippets[].labels",
    "desk.snippets[].queues",
)
def test_a_page_gets_the_snippets_as_they_are_written(tmp_path: Path) -> None:
    assert hello(tmp_path).snippets == []
    written = SNIPPET | {"label": "Late", "labels": {"de": "Zu spät"}}
    plain = {"name": "x", "text": "y"}
    named, short = hello(tmp_path, snippets=[written, plain]).snippets
    assert {name: getattr(named, name) for name in written} == written
    assert (short.label, short.queues) == ("x", [])


@shows_effect_of(
    "desk.layouts",
    "desk.layouts[].queues",
    "desk.layouts[].roles",
    "desk.layouts[].facets",
    "desk.layouts[].facets[].facet",
    "desk.layouts[].facets[].size",
)
def test_a_page_gets_the_layouts_in_their_order(tmp_path: Path) -> None:
    assert hello(tmp_path).layouts == []
    placed = [{"facet": "tickets", "size": "wide"}, {"facet": "balance"}]
    written = {"queues": ["support"], "roles": ["agent"], "facets": placed}
    (made,) = hello(tmp_path, layouts=[written]).layouts
    assert list(made.facets.items()) == [("tickets", "wide"), ("balance", "small")]
    assert (made.queues, made.roles) == (["support"], ["agent"])


@shows_effect_of(
    "desk.break_reasons",
    "desk.break_reasons[].name",
    "desk.break_reasons[].label",
    "desk.break_reasons[].labels",
)
def test_a_page_and_a_refusal_know_the_reasons_of_a_break(tmp_path: Path) -> None:
    assert hello(tmp_path).break_reasons == []
    written = {"name": "lunch", "label": "Lunch", "labels": {"de": "Mittag"}}
    desk = {"break_reasons": [written]}
    (made,) = hello(tmp_path, **desk).break_reasons
    assert {name: getattr(made, name) for name in written} == written
    assert rules(loaded(tmp_path, desk=desk).config).break_reasons == ["lunch"]


@shows_effect_of("queues.NAME.labels", "lines.NAME.labels", "dialled.NAME.labels")
def test_a_page_knows_how_places_are_called_in_other_languages(tmp_path: Path) -> None:
    def labelled(label: str, text: str) -> dict[str, Any]:
        return {"label": label, "labels": {"de": text}}

    number = "+442079460100"
    main = labelled("Exchange", "Anlage") | {"settings": {"token": "x" * 32}}
    made = greeted(
        tmp_path,
        queues={"sales": labelled("Sales", "Verkauf"), "a": {"label": "A"}},
        lines={"main": main},
        dialled={number: labelled("Hotline", "Servicenummer")},
    )
    assert made.labels == {
        "Sales": {"de": "Verkauf"},
        "Exchange": {"de": "Anlage"},
        "Hotline": {"de": "Servicenummer"},
    }


@shows_effect_of("queues.NAME.result")
def test_a_page_knows_the_queues_whose_calls_need_a_result(tmp_path: Path) -> None:
    sales, support = ({"label": name} for name in ("Sales", "Support"))
    queues = {"sales": sales | {"result": "required"}, "support": support}
    results = [{"code": "sold", "label": "Sold"}]
    made = greeted(tmp_path, queues=queues, dispositions=results)
    assert made.results_required == ["sales"]
