"""A service with one HTTP source, as an agent's desk sees it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import web
from key_effects import built
from one_source import serving

from screenpop.domain.profile import FieldState
from screenpop.lookup.explain import Explanation
from screenpop.node.node import Service

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]
Keys = dict[str, Any]
CALLER = "+442079460958"
FIELDS = {"key": "id", "name": "name", "phone": "phone"}
ADA = {"id": "A", "name": "Ada Byron", "phone": "020 7946 0958"}


@asynccontextmanager
async def desk(
    folder: Path, answer: Answer, contacts: Keys | None = None, **lookups: Keys
) -> AsyncIterator[Service]:
    """A service with one HTTP source; `contacts` default to a list under /all."""
    async with serving(answer) as url:
        crm: Keys = {"connector": "http_json", "base_url": url, "label": "CRM"}
        crm |= lookups.pop("source", {})
        crm["contacts"] = {"path": "/all", "fields": FIELDS, **(contacts or {})}
        written = {name: {"source": "crm", **keys} for name, keys in lookups.items()}
        async with built(folder, sources={"crm": crm}, lookups=written) as service:
            await service.lookups.sources.open()
            yield service


async def seen(service: Service, number: str = CALLER) -> Explanation:
    await service.lookups.sources.read_contacts("crm")
    return await service.explain(number)


def keys(told: Explanation) -> list[str]:
    return [candidate.ref.key for candidate in told.profile.candidates]


def card(told: Explanation, facet: str) -> tuple[FieldState, str | None]:
    """The state of a card, and the sentence on it."""
    found = told.profile.facets[facet]
    return found.state, found.notes[0].message


def giving(*people: Mapping[str, object], **paths: object) -> Answer:
    """The people at /all; at other paths what is given, or its response."""

    async def answer(request: web.Request) -> web.StreamResponse:
        if request.path == "/all":
            return web.json_response(list(people))
        found = paths[request.path.strip("/").partition("/")[0]]
        return found(request) if callable(found) else web.json_response(found)

    return answer


TERMS: Keys = {"facet": "credit_terms", "path": "/terms/{customer.key}"}
