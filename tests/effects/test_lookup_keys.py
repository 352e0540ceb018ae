"""Keys under `lines`, `queues`, `dialled`, `lookups`, `facets` and `dispositions`."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from call_centre import SIGNING_SECRET, open_call_centre
from key_effects import (
    NUMBER,
    built,
    customers,
    explained,
    hello_of,
    loaded,
    ringing,
    shows_effect_of,
)

from screenpop.domain.errors import ConfigError
from screenpop.domain.profile import FieldState
from screenpop.intake.request import Request
from screenpop.intake.webhook import bind_lines

ADA = "7,Ada,020 7946 0958,Leeds"


def line(**keys: Any) -> dict[str, Any]:
    settings = {"signing_secret": SIGNING_SECRET}
    return {"main": {"dialect": "generic", "settings": settings, **keys}}


@shows_effect_of("lines.NAME.dialect", "lines.NAME.settings")
async def test_a_line_takes_what_its_dialect_and_settings_say(tmp_path: Path) -> None:
    async with open_call_centre(tmp_path, lines=line()) as centre:
        assert await centre.tell({"type": "arrived", "call_id": "1"}) == 200
    other = {"signing_secret": "another secret"}
    async with open_call_centre(tmp_path, lines=line(settings=other)) as centre:
        assert await centre.tell({"type": "arrived", "call_id": "1"}) == 401
    sipgate = {"main": {"dialect": "sipgate", "settings": {"bearer_token": "x" * 20}}}
    reached = {"public_url": "https://pop.example"}
    async with open_call_centre(tmp_path, lines=sipgate, server=reached) as centre:
        assert await centre.tell({"type": "arrived", "call_id": "1"}) == 401


@shows_effect_of("lines.NAME.label")
@pytest.mark.parametrize(("label", "shown"), [(None, "main"), ("Head office",) * 2])
async def test_pages_call_a_line_by_its_label(
    tmp_path: Path, label: str | None, shown: str
) -> None:
    async with open_call_centre(tmp_path, lines=line(label=label)) as centre:
        await centre.ring("ana", caller=NUMBER)
        (call,) = (await centre.get("sue", "/v1/live"))["calls"]
        assert (call["line"], call["line_label"]) == ("main", shown)


@shows_effect_of("lines.NAME.country")
@pytest.mark.parametrize(
    ("country", "number"), [("GB", NUMBER), ("DE", "+4920" + "79460958")]
)
async def test_national_numbers_are_read_by_the_lines_country(
    tmp_path: Path, country: str, number: str
) -> None:
    lines = line(country=country)
    async with open_call_centre(tmp_path, lines=lines) as centre:
        frame = await ringing(centre, caller="020 79460958", to=None)
        assert frame["caller"]["number"] == number


@shows_effect_of("lines.NAME.time_zone")
def test_times_without_an_offset_are_of_the_lines_zone(tmp_path: Path) -> None:
    def at_us(zone: str) -> int:
        settings = {"header_name": "X-Api-Key", "header_value": "a-long-secret-1"}
        lines = {
            "main": {"dialect": "cloudtalk", "time_zone": zone, "settings": settings}
        }
        told = {
            "event": "ringing_on_agent", "call_id": "77", "direction": "incoming",
            "external_number": "447700900142", "internal_number": "442079460155",
            "agent_email": "ana@shop.example", "at": "2026-03-10 15:00:00",
        }  # fmt: skip
        request = Request(
            method="POST",
            path="/",
            headers=(
                ("Content-Type", "application/json"),
                ("X-Api-Key", "a-long-secret-1"),
            ),
            body=json.dumps(told).encode(),
            received_us=1_773_151_202_000_000,
        )
        config = loaded(tmp_path, lines=lines).config
        [event] = bind_lines(config)["main"].receive(request).events
        return event.at_us

    hour_us = 3_600_000_000
    assert at_us("UTC") - at_us("Europe/Berlin") == hour_us


@shows_effect_of("queues.NAME.label", "dialled.NAME.label")
async def test_queues_and_dialled_numbers_are_shown_by_their_labels(
    tmp_path: Path,
) -> None:
    labels: dict[str, Any] = {
        "queues": {"q7": {"label": "Spare parts"}},
        "dialled": {"+442079460100": {"label": "Head office"}},
    }
    async with open_call_centre(tmp_path, **labels) as centre:
        frame = await ringing(centre, queue="q7")
        assert frame["queue_label"] == "Spare parts"
        assert frame["dialled"]["label"] == "Head office"


def lookups(folder: Path, **keys: Any) -> dict[str, Any]:
    """A source `crm` with Ada and a lookup `who` in it."""
    crm = customers(folder, ADA)
    who = {"source": "crm", "facet": "balance", **keys}
    return {"sources": {"crm": crm}, "lookups": {"who": who}}


@shows_effect_of("lookups.NAME.source", "lookups.NAME.facet")
async def test_a_lookup_fills_its_facet_from_its_source(tmp_path: Path) -> None:
    config = lookups(tmp_path, facet="credit_terms")
    config["sources"]["other"] = customers(
        tmp_path, "9,Eve,020 7946 0958,York", name="other.csv"
    )
    for source, city in (("crm", "Leeds"), ("other", "York")):
        config["lookups"]["who"]["source"] = source
        async with built(tmp_path, **config) as service:
            facets = (await explained(service)).profile.facets
            assert facets["credit_terms"].fields["city"].value == city
            assert facets["credit_terms"].fields["city"].source == source
            assert "city" not in facets.get(
                "balance", facets["credit_terms"]
            ).fields or ("balance" not in facets)


@shows_effect_of("lookups.NAME.kind")
async def test_a_lookups_rows_become_what_its_kind_says(tmp_path: Path) -> None:
    for kind in ("fields", "rows"):
        async with built(tmp_path, **lookups(tmp_path, kind=kind)) as service:
            facet = (await explained(service)).profile.facets["balance"]
            assert (len(facet.rows), "city" in facet.fields) == (
                (0, True) if kind == "fields" else (1, False)
            )
    config = lookups(tmp_path, kind="identity", facet="identity")
    config["sources"]["crm"].pop("contacts")
    async with built(tmp_path, **config) as service:
        candidates = (await explained(service)).profile.candidates
        assert [each.name for each in candidates] == ["Ada"]


@shows_effect_of("lookups.NAME.confidence", "lookups.NAME.why")
async def test_a_match_is_as_sure_as_said_for_the_reason_given(tmp_path: Path) -> None:
    config = lookups(
        tmp_path, kind="identity", facet="identity", confidence=0.4, why="it is so"
    )
    config["sources"]["crm"].pop("contacts")
    async with built(tmp_path, **config) as service:
        [candidate] = (await explained(service)).profile.candidates
        assert (candidate.confidence, candidate.why) == (0.4, "it is so")


def database(folder: Path, **keys: Any) -> dict[str, Any]:
    """A source `crm`, read into the index, and a lookup `who` that asks it live."""
    with closing(sqlite3.connect(folder / "crm.sqlite")) as crm:
        crm.executescript(
            "drop table if exists customer; create table customer (id, name, phone);"
            " insert into customer values (7, 'Ada', '020 7946 0958');"
        )
    query = "select id as key, name, phone from customer"
    ends = "replace(phone, ' ', '') like '%' || :suffix7"
    source = {
        "connector": "sql",
        "url": "sqlite:///crm.sqlite",
        "contacts": {"query": query},
    }
    who = {
        "source": "crm",
        "facet": "identity",
        "kind": "identity",
        "query": f"{query} where {ends}",
        **keys,
    }
    return {"sources": {"crm": source}, "lookups": {"who": who}}


def created(folder: Path, *rows: tuple[object, ...]) -> None:
    with closing(sqlite3.connect(folder / "crm.sqlite")) as crm:
        crm.executemany("insert into customer values (?, ?, ?)", rows)
        crm.commit()


@shows_effect_of("lookups.NAME.index_first")
@pytest.mark.parametrize("index_first", [True, False])
async def test_the_source_is_asked_live_where_the_index_knows_nobody(
    tmp_path: Path, index_first: bool
) -> None:
    config = database(tmp_path, index_first=index_first)
    async with built(tmp_path, **config) as service:
        known = await explained(service)
        assert [each.name for each in known.profile.candidates] == ["Ada"]
        asked = {answer.lookup for answer in known.answers}
        assert ("who" in asked) is not index_first
        created(tmp_path, (8, "Eve", "020 7946 0123"))  # a minute ago
        new = await service.explain("+442079460123")
        assert [each.name for each in new.profile.candidates] == ["Eve"]
        assert new.profile.chosen is not None


@shows_effect_of("lookups.NAME.check_numbers")
@pytest.mark.parametrize(("checks", "names"), [(True, ["Eve"]), (False, ["Eve", "Bo"])])
async def test_hits_with_other_numbers_are_left_out(
    tmp_path: Path, checks: bool, names: list[str]
) -> None:
    config = database(tmp_path, check_numbers=checks)
    async with built(tmp_path, **config) as service:
        await explained(service)
        created(
            tmp_path,
            (8, "Eve", "(020) 7946 0123"),
            (9, "Bo", "+49 89 9460123"),
        )
        new = await service.explain("+442079460123")
        assert [each.name for each in new.profile.candidates] == names
        assert bool(new.profile.chosen) is checks


@shows_effect_of("lookups.NAME.timeout_ms", "lookups.NAME.cache_s")
async def test_a_lookup_may_have_its_own_times(tmp_path: Path) -> None:
    config = lookups(tmp_path, timeout_ms=77, cache_s=33)
    async with built(tmp_path, **config) as service:
        asked: list[tuple[object, object]] = []
        guard = service.lookups.sources.guards["crm"]
        ask = guard.ask

        def listen(*args: Any, **more: Any) -> Any:
            asked.append((more["timeout_ms"], more["cache_s"]))
            return ask(*args, **more)

        guard.ask = listen  # type: ignore[method-assign]
        await explained(service)
        assert asked == [(77, 33)]


@shows_effect_of("lookups.NAME.customer_of")
@pytest.mark.parametrize("asked_about", ["crm", "other"])
async def test_a_lookup_is_asked_about_the_customers_named(
    tmp_path: Path, asked_about: str
) -> None:
    config = lookups(tmp_path, match={"key": "customer.key"}, customer_of=[asked_about])
    config["sources"]["other"] = customers(
        tmp_path, "9,Eve,020 7946 0000,York", name="other.csv"
    )
    async with built(tmp_path, **config) as service:
        facet = (await explained(service)).profile.facets["balance"]
        found = facet.state is FieldState.FRESH
        assert found is (asked_about == "crm")


SHAPED: dict[str, Any] = {
    "facets": {
        "balance": {
            "label": "What they owe",
            "fields": {
                "limit": {"label": "Limit", "type": "money", "currency": "NOK"},
            },
            "columns": {
                "due": {"label": "Due on", "type": "date"},
                "amount": {"label": "Amount", "type": "money", "currency": "SEK"},
            },
        },
        "fleet": {"label": "Fleet", "fields": {"vans": {"label": "Vans"}}},
    }
}


@shows_effect_of(
    "facets.NAME.label",
    "facets.NAME.fields.NAME.label",
    "facets.NAME.fields.NAME.type",
    "facets.NAME.fields.NAME.currency",
    "facets.NAME.columns.NAME.label",
    "facets.NAME.columns.NAME.type",
    "facets.NAME.columns.NAME.currency",
)
async def test_the_page_is_told_how_facets_look(tmp_path: Path) -> None:
    filled = {name: {"source": "crm", "facet": name} for name in ("balance", "fleet")}
    sources = {"crm": customers(tmp_path, ADA)}
    async with open_call_centre(
        tmp_path, sources=sources, lookups=filled, **SHAPED
    ) as centre:
        shapes = {each["name"]: each for each in (await hello_of(centre))["facets"]}
    balance = shapes["balance"]
    assert balance["label"] == "What they owe"
    columns = {each["name"]: each for each in balance["fields"] + balance["columns"]}
    look = ("label", "type", "currency")
    assert [columns["limit"][name] for name in look] == ["Limit", "money", "NOK"]
    assert [columns["amount"][name] for name in look] == ["Amount", "money", "SEK"]
    assert [columns["due"][name] for name in look[:2]] == ["Due on", "date"]
    assert shapes["fleet"]["label"] == "Fleet"
    assert [each["name"] for each in shapes["fleet"]["fields"]] == ["vans"]


@shows_effect_of(
    "facets.NAME.labels",
    "facets.NAME.fields.NAME.labels",
    "facets.NAME.columns.NAME.labels",
    "dispositions[].labels",
)
async def test_labels_are_told_in_each_language(tmp_path: Path) -> None:
    limit = {"label": "Limit", "labels": {"de": "Kreditlimit"}}
    vans = {"label": "Vans", "labels": {"pl": "Furgonetki"}}
    fleet = {"label": "Fleet", "labels": {"de": "Fuhrpark"}}
    choice = {"code": "won", "label": "Won", "labels": {"fr": "Gagné"}}
    async with open_call_centre(
        tmp_path,
        sources={"crm": customers(tmp_path, ADA)},
        lookups={"fleet": {"source": "crm", "facet": "fleet"}},
        facets={"fleet": {**fleet, "fields": {"vans": vans}, "columns": {"l": limit}}},
        dispositions=[choice],
    ) as centre:
        hello = await hello_of(centre)
    [shape] = [each for each in hello["facets"] if each["name"] == "fleet"]
    assert shape["labels"] == {"de": "Fuhrpark"}
    assert shape["fields"][0]["labels"] == {"pl": "Furgonetki"}
    assert shape["columns"][0]["labels"] == {"de": "Kreditlimit"}
    assert hello["dispositions"][0]["labels"] == {"fr": "Gagné"}


@shows_effect_of("dispositions[].code", "dispositions[].label")
async def test_agents_choose_among_the_dispositions(tmp_path: Path) -> None:
    choices = [{"code": "won", "label": "Won it"}]
    async with open_call_centre(tmp_path, dispositions=choices) as centre:
        [told] = (await hello_of(centre))["dispositions"]
        assert (told["code"], told["label"]) == ("won", "Won it")
        ana = await centre.sign_in("ana")
        call_id = await centre.ring("ana")
        await ana.next_pop()
        await ana.send("disposition", call_id=call_id, code="sold", id="d1")
        assert (await ana.next("error"))["reply_to"] == "d1"
        await ana.send("disposition", call_id=call_id, code="won", id="d2")
        assert (await ana.next("done"))["reply_to"] == "d2"


@shows_effect_of("dispositions[].note_required")
@pytest.mark.parametrize("required", [True, False])
async def test_a_disposition_may_need_a_note(tmp_path: Path, required: bool) -> None:
    choices = [{"code": "lost", "label": "Lost", "note_required": required}]
    async with open_call_centre(tmp_path, dispositions=choices) as centre:
        ana = await centre.sign_in("ana")
        call_id = await centre.ring("ana")
        await ana.next_pop()
        await ana.send("disposition", call_id=call_id, code="lost", id="d1")
        answer = await ana.next("done", "error")
        assert answer["frame"] == ("error" if required else "done")


def test_what_no_dialect_is_called_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="dialect"):
        loaded(tmp_path, lines=line(dialect="morse"))
