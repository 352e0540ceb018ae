"""Who is this user, answered from memory for every request and frame?"""

from __future__ import annotations

from typing import Protocol

from screenpop.domain.agent import User, UserId
from screenpop.domain.call import AgentId
from screenpop.domain.errors import BadInput
from screenpop.history.users import Users, username_of


class UsersCache:
    """All users in memory. `refresh` reads them again when any has changed."""

    def __init__(self, users: Users):
        self._users = users
        self._stamp: tuple[int, int] | None = None
        self._by_name: dict[str, User] = {}
        self._by_agent: dict[AgentId, tuple[UserId, ...]] = {}

    def __len__(self) -> int:
        return len(self._by_name)

    def get(self, username: str) -> User | None:
        try:
            return self._by_name.get(username) or self._by_name.get(
                username_of(username)
            )
        except BadInput:
            return None

    def at(self, agent: AgentId) -> tuple[UserId, ...]:
        """The people who are that agent in the telephone system now."""
        return self._by_agent.get(agent, ())

    def all(self) -> tuple[User, ...]:
        return tuple(self._by_name.values())

    async def reload(self) -> None:
        """Raises `Unavailable`; what was known stays then."""
        stamp = await self._users.stamp()
        everybody = await self._users.list_all()
        self._stamp = stamp
        self._by_name = {user.username: user for user in everybody}
        by_agent: dict[AgentId, tuple[UserId, ...]] = {}
        for user in everybody:
            for agent in user.agents if user.active else ():
                by_agent[agent] = (*by_agent.get(agent, ()), user.username)
        self._by_agent = by_agent

    async def refresh(self) -> bool:
        """Reload if another process changed users; True when it did."""
        if await self._users.stamp() == self._stamp:
            return False
        await self.reload()
        return True


class FindsUsers(Protocol):
    """What tokens need of the cache."""

    def get(self, username: str) -> User | None: ...
