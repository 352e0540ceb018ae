"""Who may log in to a service that is made for trying: its users, put in the store.

The store is opened beside the service; both keep the rules of `screenpop.history`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager

from screenpop.config.load import Loaded
from screenpop.demo.folder import Account
from screenpop.domain.agent import Role, User
from screenpop.history.opening import open_database
from screenpop.history.users import Users
from screenpop.node.parts import data_dir_of


@asynccontextmanager
async def opened_users(loaded: Loaded) -> AsyncIterator[Users]:
    """The users of that configuration's store; raises `Unavailable`, `ConfigError`."""
    database = await open_database(loaded, data_dir_of(loaded))
    try:
        yield Users(database)
    finally:
        await database.close()


async def let_in(users: Users, accounts: Sequence[Account]) -> None:
    """Everybody of the demo can log in with the password printed."""
    for account in accounts:
        login = account.login
        if await users.get(login.username) is None:
            await users.create(
                login.username,
                password=account.password,
                name=login.name,
                role=Role(login.role),
                agents=[login.agent] if login.agent else [],
                by="demo",
            )
        elif await users.verify(login.username, account.password) is None:
            await users.set_password(login.username, account.password, by="demo")


async def simulated(users: Users, agents: Iterable[str]) -> list[User]:
    """One user without a password for each simulated agent, active."""
    found = []
    for agent in agents:
        user = await users.get(agent)
        if user is None:
            user = await users.create(agent, password=None, agents=[agent], by="demo")
        elif not user.active:
            user = await users.change(agent, active=True, by="demo")
        found.append(user)
    return found


async def send_home(users: Users, who: Iterable[User]) -> None:
    """Simulated agents may not connect any more; their calls stay in the history."""
    for user in who:
        await users.change(user.username, active=False, by="demo")
