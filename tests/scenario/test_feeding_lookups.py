"""Lookups that only feed others: what they find is on no card and in no record."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiohttp import web
from key_effects import built, customers, explained, loaded, shows_effect_of
from one_source import serving

from screenpop.config.check import check
from screenpop.domain.errors import ConfigError
from screenpop.domain.profile import FieldState
from screenpop.lookup.explain import Explanation

SECRET = "session-7f3a"


class Erp:
    """Gives a ticket to an account number, and the balance to the ticket."""

    def __init__(self, status: int = 200):
        self.status = status
        self.asked: list[str] = []

    async def handle(self, request: web.Request) -> web.Response:
        self.asked.append(request.path_qs)
        if request.path == "/ticket":
            return web.json_response({"ticket": SECRET}, status=self.status)
        assert request.query["ticket"] == SECRET
        return web.json_response({"open": "12.50", "currency": "EUR"})


def chain(url: str) -> dict[str, Any]:
    return {
        "erp": {"connector": "http_json", "base_url": url, "label": "ERP"},
    }


LOOKUPS = {
    "step": {"source": "erp", "path": "/ticket?of={customer.key}"},
    "balance": {
        "source": "erp",
        "facet": "balance",
        "path": "/open?ticket={step.ticket}",
    },
}


@asynccontextmanager
async def asked(folder: Path, erp: Erp) -> AsyncIterator[Explanation]:
    async with serving(erp.handle) as url:
        crm = customers(folder, "41,Ada,020 7946 0958,London")
        sources = {"crm": crm, **chain(url)}
        async with built(folder, sources=sources, lookups=LOOKUPS) as service:
            yield await explained(service)


@shows_effect_of("lookups.NAME.facet")
async def test_a_step_feeds_the_next_and_is_shown_nowhere(tmp_path: Path) -> None:
    erp = Erp()
    async with asked(tmp_path, erp) as told:
        assert told.profile.facets["balance"].fields["open"].value == "12.50"
        of_erp = [x for x in told.answers if x.source == "erp"]
        assert [(x.lookup, x.outcome.value) for x in of_erp] == [
            ("step", "ok"),
            ("balance", "ok"),
        ]
        assert "" not in told.profile.facets
        everything = msgspec.json.encode((told.profile, told.answers)).decode()
        assert "12.50" in everything
        assert SECRET not in everything
    assert erp.asked == ["/ticket?of=41", f"/open?ticket={SECRET}"]


async def test_a_step_that_fails_is_the_reason_on_the_card(tmp_path: Path) -> None:
    async with asked(tmp_path, Erp(status=500)) as told:
        card = told.profile.facets["balance"]
        assert card.state is FieldState.FAILED
        (note,) = card.notes
        assert note.message == "ERP failed: it answered 500"


def test_a_lookup_without_facet_that_feeds_no_other_is_a_problem(
    tmp_path: Path,
) -> None:
    alone = {"step": LOOKUPS["step"]}
    with pytest.raises(ConfigError, match="names no facet, and no lookup asks") as told:
        loaded(tmp_path, sources=chain("http://h"), lookups=alone)
    assert "use `:step.COLUMN`" in str(told.value)


def test_an_identity_lookup_needs_its_facet(tmp_path: Path) -> None:
    finds = {"who": {"source": "erp", "kind": "identity", "path": "/{number}"}}
    with pytest.raises(ConfigError, match="Write `facet: identity`"):
        loaded(tmp_path, sources=chain("http://h"), lookups=finds)


def test_a_chain_is_no_problem(tmp_path: Path) -> None:
    crm = customers(tmp_path, "41,Ada,020 7946 0958,London")
    sources = {"crm": crm, **chain("http://h")}
    assert not check(loaded(tmp_path, sources=sources, lookups=LOOKUPS))
