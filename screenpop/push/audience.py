"""Who is the person behind an agent id, and who may see a call?

Telephone systems name agents by extension, id, e-mail or SIP user; a person may
have several. A call is seen by the people whose agent ids have a leg in it, by
nobody else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from screenpop.domain.agent import User, UserId
from screenpop.domain.call import AgentId, AgentLeg, Call


class Directory:
    """All people with a log-in; replaced as a whole when users change."""

    def __init__(self, users: Iterable[User] = ()):
        self.users: Mapping[UserId, User] = {}
        self._by_agent: dict[AgentId, User] = {}
        self.replace(users)

    def replace(self, users: Iterable[User]) -> None:
        self.users = {user.username: user for user in users if user.active}
        self._by_agent = {
            agent: user for user in self.users.values() for agent in user.agents
        }

    def behind(self, agent: AgentId) -> User | None:
        return self._by_agent.get(agent)

    def name(self, agent: AgentId) -> str:
        """A display name; the agent id itself when nobody is known by it."""
        user = self._by_agent.get(agent)
        return user.name if user is not None else str(agent)

    def audience(self, call: Call) -> dict[UserId, AgentLeg]:
        """Each person with a leg in the call, with their most engaged one."""
        seen: dict[UserId, AgentLeg] = {}
        for leg in call.legs:
            user = self._by_agent.get(leg.agent)
            if user is None or user.username in seen:
                continue
            mine = leg if len(user.agents) == 1 else call.leg_of(user.agents)
            seen[user.username] = mine or leg
        return seen


def people(users: Iterable[User]) -> Iterator[tuple[AgentId, AgentId, str]]:
    """(agent id, principal agent id, display name) of everybody with a telephone."""
    for user in users:
        first = principal(user)
        if user.active and first is not None:
            for agent in user.agents:
                yield agent, first, user.name


def principal(user: User) -> AgentId | None:
    """The agent id that stands for a person with several."""
    return min(user.agents, default=None)
