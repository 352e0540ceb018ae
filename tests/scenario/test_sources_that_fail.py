"""One source hangs, one answers 500, one answers garbage: the others do not notice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from call_centre import CallCentre, open_call_centre

CARDS = """key,name,phone,open
7,Ada Byron,020 7946 0958,1250.00
"""


@asynccontextmanager
async def department(answer: web.Response | None) -> AsyncIterator[str]:
    """A small HTTP source that answers so, or (None) not at all."""
    gone = asyncio.Event()

    async def handle(request: web.Request) -> web.StreamResponse:
        if answer is None:
            await gone.wait()
            return web.Response()
        return web.Response(
            status=answer.status, body=answer.body, content_type=answer.content_type
        )

    app = web.Application()
    app.router.add_get("/{tail:.*}", handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        gone.set()
        await runner.cleanup()


def source(url: str, label: str) -> dict[str, object]:
    return {
        "connector": "http_json",
        "base_url": url,
        "label": label,
        "timeout_ms": 700,
    }


def lookup(name: str, facet: str) -> dict[str, object]:
    return {
        "source": name,
        "facet": facet,
        "kind": "fields",
        "path": "/customer/{customer.key}",
        "fields": {"value": "value"},
    }


@pytest.fixture
async def call_centre(tmp_path: Path) -> AsyncIterator[CallCentre]:
    (tmp_path / "cards.csv").write_text(CARDS)
    failing = web.Response(status=500, text="<h1>Internal error</h1>")
    garbage = web.Response(body=b"\x00\xff not json", content_type="application/json")
    async with (
        department(None) as hangs,
        department(failing) as fails,
        department(garbage) as babbles,
        open_call_centre(
            tmp_path,
            sources={
                "cards": {
                    "connector": "csv_file",
                    "path": "cards.csv",
                    "numbers": ["phone"],
                },
                "hangs": source(hangs, "Warehouse"),
                "fails": source(fails, "Credit department"),
                "babbles": source(babbles, "Workshop"),
            },
            lookups={
                "who": {"source": "cards", "facet": "identity", "kind": "identity"},
                "balance": {
                    "source": "cards",
                    "facet": "balance",
                    "match": {"key": "customer.key"},
                    "fields": {"open": "open"},
                },
                "stock": lookup("hangs", "opportunities"),
                "terms": lookup("fails", "credit_terms"),
                "repairs": lookup("babbles", "tickets"),
            },
        ) as centre,
    ):
        yield centre


async def test_the_good_facet_is_there_while_the_hanging_one_is_still_pending(
    call_centre: CallCentre,
) -> None:
    ana = await call_centre.sign_in("ana")
    call = await call_centre.ring("ana")
    assert await ana.value(call, "balance", "open") == "1250.00"
    known = ana.known(call)
    assert known["opportunities"]["state"] == "pending"


async def test_the_card_says_what_is_wrong_with_which_source(
    call_centre: CallCentre,
) -> None:
    ana = await call_centre.sign_in("ana")
    call = await call_centre.ring("ana")
    await ana.value(call, "balance", "open")
    facets = await ana.card(call, "opportunities", "credit_terms", "tickets")
    told = {
        name: (facets[name]["state"], facets[name]["notes"][0]["message"])
        for name in ("opportunities", "credit_terms", "tickets")
    }
    assert told["opportunities"][0] == "timed_out"
    assert told["opportunities"][1] == "Warehouse did not answer within 0.7 s"
    assert told["credit_terms"][0] == "failed"
    assert told["credit_terms"][1] == "Credit department failed: it answered 500"
    assert told["tickets"][0] == "failed"
    assert told["tickets"][1] == "Workshop failed: its answer cannot be read"


async def test_readiness_names_the_source_that_is_left_alone(
    call_centre: CallCentre,
) -> None:
    ana = await call_centre.sign_in("ana")
    for i in range(5):
        call = await call_centre.ring("ana", caller="+442079460958")
        await ana.value(call, "balance", "open")
        await ana.card(call, "credit_terms")
        call_centre.service.lookups.sources.guards["fails"].cache.keep(("x", (i,)), ())
    answer = await call_centre.http.get(f"{call_centre.url}/readyz")
    problems = (await answer.json())["problems"]
    assert answer.status == 200
    assert any("Credit department" in str(problem) for problem in problems)
