"""Whom does an administrator see of those who may log in?"""

from __future__ import annotations

from typing import Any

import pytest

from screenpop.domain.agent import GROUPS_ONLY, AgentPrivacy, Role
from screenpop.web import accounts


async def listed(house: Any) -> dict[str, Any]:
    await house.sign_in("ada")
    answer = await house.ask("GET", "/v1/users")
    assert answer.status == 200
    found: dict[str, Any] = answer.json
    return found


async def test_agents_are_counted_where_their_names_are_not_shown(
    open_house: Any,
) -> None:
    house = await open_house(privacy=GROUPS_ONLY)
    found = await listed(house)
    assert [each["username"] for each in found["users"]] == ["ada", "sue"]
    assert found["agents"] == {"active": 2, "disabled": 0}
    assert "ana" not in str(found)
    assert "1001" not in str(found)


@pytest.mark.parametrize("key", ["live", "past"])
async def test_agents_are_listed_with_role_and_telephones_and_the_look_is_kept(
    open_house: Any, key: str
) -> None:
    kept: list[tuple[str, str, str]] = []

    async def audit(who: str, what: str, which: str) -> None:
        kept.append((who, what, which))

    privacy = AgentPrivacy(**{key: Role.SUPERVISOR})  # type: ignore[arg-type]
    house = await open_house(privacy=privacy, audit=audit)
    found = await listed(house)
    assert [x["username"] for x in found["users"]] == ["ada", "ana", "ben", "sue"]
    ana = found["users"][1]
    assert (ana["role"], ana["agents"], ana["active"]) == ("agent", ["1001"], True)
    assert (found["count"], found["agents"]) == (4, None)
    assert ("ada", "agents.seen", "users") in kept


async def test_the_list_is_bounded(
    open_house: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accounts, "USERS_MAX", 1)
    found = await listed(await open_house(privacy=GROUPS_ONLY))
    assert (found["count"], len(found["users"])) == (2, 1)


@pytest.mark.parametrize(("who", "status"), [(None, 401), ("ana", 403), ("sue", 403)])
async def test_the_list_is_for_administrators(
    house: Any, who: str | None, status: int
) -> None:
    if who is not None:
        await house.sign_in(who)
    assert (await house.ask("GET", "/v1/users")).status == status
