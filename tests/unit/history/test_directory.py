"""Does the cache know every user, and when somebody else changed one?"""

from __future__ import annotations

import pytest

from screenpop.domain.call import AgentId
from screenpop.history.engine import Database
from screenpop.history.passwords import Passwords
from screenpop.history.sessions import UsersCache
from screenpop.history.users import Users
from screenpop.support.clock import FakeClock


@pytest.fixture
def users(database: Database, clock: FakeClock, passwords: Passwords) -> Users:
    return Users(database, clock, passwords)


async def test_users_are_found_by_name_and_by_agent(users: Users) -> None:
    ana = await users.create("ana", password=None, agents=["1001", "x"])
    ben = await users.create("ben", password=None, agents=["y"])
    cache = UsersCache(users)
    await cache.reload()
    assert cache.get("ana") == cache.get(" ANA") == ana
    assert cache.get("carl") is None
    assert cache.get("") is None
    assert cache.at(AgentId("1001")) == ("ana",)
    assert cache.at(AgentId("x")) == ("ana",)
    assert cache.at(AgentId("2")) == ()
    assert cache.all() == (ana, ben)
    assert len(cache) == 2


async def test_refresh_reads_again_only_after_a_change(users: Users) -> None:
    await users.create("ana", password=None)
    cache = UsersCache(users)
    assert await cache.refresh()
    assert not await cache.refresh()
    changed = await users.change("ana", name="Ana M.")
    assert await cache.refresh()
    assert cache.get("ana") == changed
