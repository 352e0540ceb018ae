from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from screenpop.domain.agent import Role
from screenpop.domain.errors import NotFound
from screenpop.web.errors import MethodNotAllowed
from screenpop.web.routes import ROUTES, Router

DOCS = Path(__file__).parents[3] / "docs"
ROLES = {None: -1} | {role: number for number, role in enumerate(Role)}


async def test_every_route_is_in_the_openapi_document(house: Any) -> None:
    document = (await house.ask("GET", "/v1/openapi.json")).json
    found = {
        (method.upper(), path)
        for path, methods in document["paths"].items()
        for method in methods
    }
    assert found == {(route.method, route.path) for route in ROUTES}


async def test_every_schema_that_is_named_is_there(house: Any) -> None:
    answer = await house.ask("GET", "/v1/openapi.json")
    named = set(re.findall(rb'"#/components/schemas/(\w+)"', answer.body))
    there = {name.encode() for name in answer.json["components"]["schemas"]}
    assert named
    assert named <= there


async def test_operation_ids_are_unique(house: Any) -> None:
    document = (await house.ask("GET", "/v1/openapi.json")).json
    ids = [
        operation["operationId"]
        for methods in document["paths"].values()
        for operation in methods.values()
    ]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("who", [None, "ana", "sue", "ada"])
async def test_the_table_of_roles_is_what_is_enforced(house: Any, who: Any) -> None:
    if who is not None:
        await house.sign_in(who)
    role = None if who is None else house.users.known[who].role
    for route in ROUTES:
        if route.role is None or route.method == "DELETE":
            continue
        path = route.path.replace("{call_id}", "c-ana")
        answer = await house.change(route.method, path)
        refused = answer.status in (401, 403)
        assert refused is (ROLES[role] < ROLES[route.role]), route.path


def test_every_route_is_documented() -> None:
    text = (DOCS / "http.md").read_text()
    for route in ROUTES:
        assert f"`{route.method} {route.path}`" in text, route.path


def test_no_route_is_documented_that_does_not_exist() -> None:
    text = (DOCS / "http.md").read_text()
    named = set(re.findall(r"^\| `([A-Z]+ /[^`]*)`", text, re.MULTILINE))
    assert named == {f"{route.method} {route.path}" for route in ROUTES}


def test_a_path_is_found_by_its_text_before_its_shape() -> None:
    route, values = Router().find("GET", "/wallboard")
    assert (route.path, values) == ("/wallboard", {})
    route, values = Router().find("GET", "/favicon.ico")
    assert (route.path, values) == ("/{file}", {"file": "favicon.ico"})


@pytest.mark.parametrize("path", ["/v1", "/v1/", "/v1/calls/", "*", "", "//"])
def test_unknown_paths_are_not_found(path: str) -> None:
    if path == "/v1":
        assert Router().find("GET", path)[0].path == "/{file}"
        return
    with pytest.raises(NotFound):
        Router().find("GET", path)


def test_a_wrong_method_names_the_right_ones() -> None:
    with pytest.raises(MethodNotAllowed) as error:
        Router().find("PATCH", "/v1/session")
    assert error.value.allowed == ("DELETE", "GET", "POST")
