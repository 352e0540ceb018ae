"""A source that is slow, dead, flapping or odd: the table of docs/sources.md."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from crm_desk import ADA, TERMS, Keys, card, desk, seen

PAGE = (Path(__file__).parents[2] / "docs" / "sources.md").read_text()


@dataclass(kw_only=True)
class Case:
    """`answer` is given for the terms; True: none at all."""

    answer: Callable[[], web.Response] | bool
    state: str
    sentence: str
    value: object = None
    source: Keys = field(default_factory=dict)
    lookup: Keys = field(default_factory=dict)
    asked: int = 1  # so many times until the answer is looked at


def text(body: str | bytes, status: int = 200, **headers: str) -> web.Response:
    raw = body if isinstance(body, bytes) else body.encode()
    return web.Response(body=raw, status=status, headers=headers)


LATIN = json.dumps({"limit": 5, "reason": "Müller"}, ensure_ascii=False)
CASES: dict[str, Case] = {
    "does not answer in time": Case(
        answer=True, state="timed_out", sentence="CRM did not answer within 0.1 s",
        lookup={"timeout_ms": 100},
    ),
    "answers 500": Case(
        answer=lambda: text("<h1>Sorry", 500), state="failed",
        sentence="CRM failed: it answered 500",
    ),
    "answers 500 five times": Case(
        answer=lambda: text("{}", 500), state="failed",
        sentence="CRM keeps failing; next try in 10 s", asked=6,
        source={"cache_s": 0},
    ),
    "answers 503 once, then well": Case(
        answer=lambda: text("{}", 503), state="fresh", sentence="", value=5,
    ),
    "asks to wait (429, `Retry-After: 30`)": Case(
        answer=lambda: text("{}", 429, **{"Retry-After": "30"}), state="failed",
        sentence="CRM asked to be asked less",
    ),
    "refuses the key (401)": Case(
        answer=lambda: text("{}", 401), state="failed",
        sentence="CRM failed: it answered 401",
    ),
    "answers a log-in page with status 200": Case(
        answer=lambda: text("<html>Please log in"), state="failed",
        sentence="CRM failed: its answer cannot be read",
    ),
    "answers more than `response_bytes_max`": Case(
        answer=lambda: text(json.dumps({"x": "y" * 5000})), state="failed",
        sentence="CRM failed: its answer is too large",
        source={"response_bytes_max": 2000},
    ),
    "answers 404 or an empty list": Case(
        answer=lambda: text("", 404), state="empty", sentence="",
    ),
    "gives a text where an amount is expected": Case(
        answer=lambda: text('{"limit": "on request"}'), state="fresh", sentence="",
        value="on request",
    ),
    "writes Latin-1 instead of UTF-8": Case(
        answer=lambda: text(LATIN.encode("latin-1")), state="fresh", sentence="",
        value=5,
    ),
    "may not be asked more often (`pace`)": Case(
        answer=lambda: text('{"limit": 5}'), state="failed",
        sentence="CRM may not be asked more often; try again shortly", asked=2,
        source={"pace": {"requests": 2, "per_s": 60, "wait_max_s": 0}, "cache_s": 0,
                "stale_s": 0},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
async def test_what_the_agent_sees_of_a_source_that(tmp_path: Path, name: str) -> None:
    case, count = CASES[name], 0

    async def answer(request: web.Request) -> web.StreamResponse:
        nonlocal count
        if request.path == "/all":
            return web.json_response([ADA])
        count += 1
        if case.answer is True:
            await asyncio.Event().wait()
        if "once" in name and count > 1:
            return text('{"limit": 5}')
        assert callable(case.answer)
        return case.answer()

    terms: dict[str, Any] = {**TERMS, **case.lookup}
    async with desk(tmp_path, answer, source=case.source, terms=terms) as service:
        told = await seen(service)
        for _ in range(case.asked - 1):
            told = await service.explain("+442079460958")
        state, sentence = card(told, "credit_terms")
        assert (state.value, sentence or "") == (case.state, case.sentence)
        shown = told.profile.facets["credit_terms"].fields.get("limit")
        assert (shown.value if shown else None) == case.value
        breaker = service.lookups.sources.guards["crm"].breaker
        assert breaker.is_open == ("keeps failing" in case.sentence)


def test_the_table_of_the_page_is_that_of_the_tests() -> None:
    found = re.search(r"<!-- seen -->\n(.*?)<!-- end seen -->", PAGE, re.S)
    assert found is not None
    states = {"failed": "failed", "timed_out": "timed out", "fresh": "shown",
              "empty": "nothing there"}  # fmt: skip
    rows = [f"| {n} | {states[c.state]} | {c.sentence} |" for n, c in CASES.items()]
    head = ["| a source that … | card | sentence on it |", "| --- | --- | --- |"]
    assert found[1].strip() == "\n".join([*head, *rows])
