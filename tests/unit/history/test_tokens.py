"""Does a program's token stand for its user, until it is revoked?"""

from __future__ import annotations

import pytest
from sqlalchemy import select

from screenpop.domain.errors import BadInput, NotFound
from screenpop.history.engine import Database
from screenpop.history.passwords import Passwords
from screenpop.history.sessions import UsersCache
from screenpop.history.tables import api_tokens
from screenpop.history.tokens import TOKENS_PER_USER_MAX, Tokens
from screenpop.history.users import Users
from screenpop.support.clock import FakeClock


@pytest.fixture
async def users(database: Database, clock: FakeClock, passwords: Passwords) -> Users:
    users = Users(database, clock, passwords)
    await users.create("reports", password=None)
    return users


@pytest.fixture
async def people(users: Users) -> UsersCache:
    cache = UsersCache(users)
    await cache.reload()
    return cache


@pytest.fixture
def tokens(database: Database, clock: FakeClock) -> Tokens:
    return Tokens(database, clock)


async def test_a_secret_stands_for_its_user(tokens: Tokens, people: UsersCache) -> None:
    token, secret = await tokens.create("Reports", "nightly export")
    assert tokens.find(secret, people) == (people.get("reports"), token.token_id)
    assert tokens.find(secret + "x", people) is None
    assert tokens.find("", people) is None
    assert await tokens.list_all() == [token]
    assert await tokens.list_all("reports") == [token]


async def test_another_process_knows_it_after_a_reload(
    tokens: Tokens, people: UsersCache, database: Database
) -> None:
    token, secret = await tokens.create("reports", "export")
    other = Tokens(database)
    assert other.find(secret, people) is None
    await other.reload()
    assert other.find(secret, people) == (people.get("reports"), token.token_id)


async def test_the_secret_itself_is_not_stored(
    tokens: Tokens, people: UsersCache, database: Database
) -> None:
    _, secret = await tokens.create("reports", "export")
    async with database.read() as connection:
        (row,) = (await connection.execute(select(api_tokens))).all()
    assert all(secret not in str(value) for value in row)


async def test_a_revoked_token_stands_for_nobody(
    tokens: Tokens, people: UsersCache, database: Database, clock: FakeClock
) -> None:
    token, secret = await tokens.create("reports", "export")
    await tokens.revoke(token.token_id)
    assert tokens.find(secret, people) is None
    await tokens.reload()
    assert tokens.find(secret, people) is None
    (listed,) = await tokens.list_all()
    assert listed.revoked_us == clock.now_us()
    clock.advance(5)
    await tokens.revoke(token.token_id)
    assert await tokens.list_all() == [listed]
    with pytest.raises(NotFound):
        await tokens.revoke("no such token")


async def test_a_token_ends_by_itself_when_it_was_made_so(
    tokens: Tokens, people: UsersCache, clock: FakeClock
) -> None:
    token, secret = await tokens.create(
        "reports", "export", expires_us=clock.now_us() + 60_000_000
    )
    assert tokens.lives(token.token_id)
    await tokens.reload()
    clock.advance(59)
    assert tokens.find(secret, people) is not None
    clock.advance(1)
    assert tokens.find(secret, people) is None
    assert not tokens.lives(token.token_id)


async def test_a_token_of_an_inactive_user_stands_for_nobody(
    tokens: Tokens, users: Users, people: UsersCache
) -> None:
    _, secret = await tokens.create("reports", "export")
    await users.change("reports", active=False)
    await people.refresh()
    assert tokens.find(secret, people) is None


async def test_tokens_need_a_user_a_label_and_room(
    tokens: Tokens, people: UsersCache
) -> None:
    with pytest.raises(NotFound):
        await tokens.create("nobody", "export")
    with pytest.raises(BadInput, match="label"):
        await tokens.create("reports", "")
    for number in range(TOKENS_PER_USER_MAX):
        await tokens.create("reports", f"program {number}")
    with pytest.raises(BadInput, match="at most 50"):
        await tokens.create("reports", "one more")


async def test_other_processes_see_that_a_token_came_or_went(
    tokens: Tokens, users: Users
) -> None:
    stamps = {await users.stamp()}
    token, _ = await tokens.create("reports", "export")
    stamps.add(await users.stamp())
    await tokens.revoke(token.token_id)
    stamps.add(await users.stamp())
    assert len(stamps) == 3
