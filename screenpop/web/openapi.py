"""How does a program read this interface? As OpenAPI 3.1, made from the routes."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

import msgspec
from aiohttp import web

from screenpop.web.auth import COOKIE, CSRF_HEADER, UNSAFE
from screenpop.web.errors import FaultAnswer
from screenpop.web.site import Route, Site, Visit, answered

Node = dict[str, Any]  # JSON Schema has no type of its own
_REF = "#/components/schemas/{name}"
_MEDIA = {"text": "text/plain", "page": "text/html", "file": "*/*"}


async def show(site: Site, visit: Visit) -> web.StreamResponse:
    """`GET /v1/openapi.json`."""
    return answered(site.openapi)


def document(routes: Iterable[Route], version: str) -> Node:
    """The whole document; every route is in it."""
    routes = tuple(routes)
    structs = {s for route in routes for s in _structs(route)} | {FaultAnswer}
    refs, components = msgspec.json.schema_components(
        sorted(structs, key=lambda struct: struct.__name__), ref_template=_REF
    )
    del refs  # the names in `components` are those of the structs
    paths: dict[str, Node] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Screenpop", "version": version},
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "cookie": {"type": "apiKey", "in": "cookie", "name": COOKIE},
                "bearer": {"type": "http", "scheme": "bearer"},
            },
        },
    }


def _structs(route: Route) -> list[type[msgspec.Struct]]:
    answer = [] if isinstance(route.answer, str) else [route.answer]
    return answer + ([] if route.body is None else [route.body])


def _operation(route: Route) -> Node:
    operation: Node = {
        "summary": route.summary,
        "operationId": _operation_id(route),
        "description": _access(route),
        "parameters": _parameters(route),
        "security": [] if route.role is None else [{"cookie": []}, {"bearer": []}],
        "responses": _responses(route),
    }
    if route.body is not None:
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": _ref(route.body)}},
        }
    return operation


def _operation_id(route: Route) -> str:
    words = "".join(c if c.isalnum() else " " for c in route.path).split()
    return "_".join([route.method.lower(), *(words or ["desk"])])


def _access(route: Route) -> str:
    if route.role is None:
        return f"For {route.access}."
    return f"Needs the role `{route.role.value}` or more."


def _parameters(route: Route) -> list[Node]:
    text = {"type": "string"}
    found: list[Node] = [
        {"name": name, "in": "path", "required": True, "schema": text}
        for name in route.parameters
    ]
    found += [
        {
            "name": query.name, "in": "query", "required": query.required,
            "description": query.text, "schema": text,
        }
        for query in route.query
    ]  # fmt: skip
    if route.role is not None and route.method in UNSAFE:
        found.append(
            {
                "name": CSRF_HEADER, "in": "header", "required": False,
                "description": "Required with the cookie.", "schema": text,
            }
        )  # fmt: skip
    return found


def _responses(route: Route) -> Node:
    errors = set(route.errors) | {500}
    if route.role is not None:
        errors |= {401, 403}
    responses: Node = {str(route.status): _success(route)}
    for status in sorted(errors):
        responses[str(status)] = {
            "description": HTTPStatus(status).phrase,
            "content": {"application/json": {"schema": _ref(FaultAnswer)}},
        }
    return responses


def _success(route: Route) -> Node:
    success: Node = {"description": HTTPStatus(route.status).phrase}
    if not isinstance(route.answer, str):
        schema = _ref(route.answer)
        success["content"] = {"application/json": {"schema": schema}}
    elif route.answer == "object":
        success["content"] = {"application/json": {"schema": {"type": "object"}}}
    elif route.answer in _MEDIA and route.status != HTTPStatus.NO_CONTENT:
        success["content"] = {_MEDIA[route.answer]: {}}
    return success


def _ref(struct: type[msgspec.Struct]) -> Node:
    return {"$ref": _REF.format(name=struct.__name__)}
