"""Administrators add users, give passwords and take log-ins away, over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from call_centre import CallCentre, open_call_centre


@pytest.fixture
async def centre(tmp_path: Path) -> AsyncIterator[CallCentre]:
    async with open_call_centre(tmp_path) as centre:
        yield centre


async def logged_in(centre: CallCentre, username: str, password: str) -> int:
    body = {"username": username, "password": password}
    headers = {"Origin": centre.url}
    url = f"{centre.url}/v1/session"
    async with centre.http.post(url, json=body, headers=headers) as answer:
        return answer.status


async def audited(centre: CallCentre, count: int) -> list[tuple[str, str, str]]:
    entries = await centre.service.past.audit.recent(count)
    assert "password" not in "".join(each.detail for each in entries)
    return [(each.username, each.action, each.object) for each in entries]


async def test_a_new_user_logs_in_with_the_password_of_the_answer(
    centre: CallCentre,
) -> None:
    status, given = await centre.post(
        "ada", "/v1/users", username="Eve", name="Eve Moss", agents=["1099"]
    )
    assert (status, given["username"]) == (200, "eve")
    assert given["password_until"] > "2020"
    assert await logged_in(centre, "eve", given["password"]) == 200
    assert ("ada", "user.create", "eve") in await audited(centre, 3)
    status, refused = await centre.post("ada", "/v1/users", username="eve")
    assert (status, refused["error"]["code"]) == (400, "username_taken")
    status, refused = await centre.post(
        "ada", "/v1/users", username="finn", agents=["1099"]
    )
    assert (status, refused["error"]["code"]) == (400, "agent_taken")


async def test_whose_an_agent_id_is_stays_unsaid_where_agents_have_no_names(
    tmp_path: Path,
) -> None:
    nobody = {"live_state_for": "none", "agent_figures_for": "none"}
    async with open_call_centre(tmp_path, privacy=nobody) as centre:
        status, refused = await centre.post(
            "ada", "/v1/users", username="finn", agents=["1001"]
        )
        assert (status, refused["error"]["code"]) == (400, "agent_taken")
        assert "ana" not in str(refused).casefold()


async def test_another_password_ends_sessions_and_the_old_one(
    centre: CallCentre,
) -> None:
    _, first = await centre.post("ada", "/v1/users", username="eve")
    status, then = await centre.post("ada", "/v1/users/eve/password")
    assert status == 200
    assert then["password"] != first["password"]
    assert await logged_in(centre, "eve", first["password"]) == 401
    assert await logged_in(centre, "eve", then["password"]) == 200
    assert ("ada", "user.password", "eve") in await audited(centre, 3)
    status, _ = await centre.post("ada", "/v1/users/nobody/password")
    assert status == 404


async def test_who_is_inactive_is_out_at_once_and_may_come_back(
    centre: CallCentre,
) -> None:
    assert await centre.status("ana", "/v1/me") == 200
    status, changed = await centre.post("ada", "/v1/users/ana", active=False)
    assert (status, changed) == (200, {"username": "ana", "active": False})
    assert await centre.status("ana", "/v1/me") == 401
    assert ("ada", "user.change", "ana") in await audited(centre, 3)
    status, changed = await centre.post("ada", "/v1/users/ana", active=True)
    assert changed["active"] is True


async def test_the_last_administrator_stays(centre: CallCentre) -> None:
    status, refused = await centre.post("ada", "/v1/users/ada", active=False)
    assert (status, refused["error"]["code"]) == (400, "last_admin")
    assert await centre.status("ada", "/v1/users") == 200
    await centre.post("ada", "/v1/users", username="eve", role="admin")
    status, _ = await centre.post("ada", "/v1/users/ada", active=False)
    assert status == 200


@pytest.mark.parametrize("who", ["ana", "sue"])
async def test_nobody_else_changes_users(centre: CallCentre, who: str) -> None:
    changes: dict[str, dict[str, Any]] = {
        "/v1/users": {"username": "eve", "role": "admin"},
        "/v1/users/ben": {"active": False},
        "/v1/users/ada/password": {},
    }
    for path, body in changes.items():
        status, _ = await centre.post(who, path, **body)
        assert status == 403
    assert await centre.service.past.people.users.get("eve") is None


async def test_a_page_of_another_site_changes_nothing(centre: CallCentre) -> None:
    cookie = {"Cookie": await centre.cookie_of("ada")}
    url = f"{centre.url}/v1/users/ana"
    for headers in ({"Origin": "https://evil.example.net"}, {"Origin": centre.url}):
        async with centre.http.post(
            url, json={"active": False}, headers={**cookie, **headers}
        ) as answer:
            assert answer.status == 403
