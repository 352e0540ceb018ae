"""Who may log in, with which role and in which team? For administrators.

Agents are named only where the configuration lets supervisors see names of agents;
else they are counted (docs/agents.md). `user_changes` changes them.
"""

from __future__ import annotations

import msgspec
from aiohttp import web

from screenpop.domain.agent import Role, User
from screenpop.web.site import Site, Visit, answered

USERS_MAX = 2_000


class UserSeen(msgspec.Struct, frozen=True, kw_only=True):
    """`agents` are their ids in telephone systems; `active` false: may not log in."""

    username: str
    name: str
    role: str
    team: str | None
    agents: list[str]
    locale: str | None
    active: bool


class AgentsCounted(msgspec.Struct, frozen=True, kw_only=True):
    active: int
    disabled: int


class UsersSeen(msgspec.Struct, frozen=True, kw_only=True):
    """By user name; the first `USERS_MAX` of `count`.

    `agents`: how many agents are not listed; null where they are.
    """

    count: int
    users: list[UserSeen]
    agents: AgentsCounted | None


async def show(site: Site, visit: Visit) -> web.StreamResponse:
    """`GET /v1/users`; a look at agents' names is written to the audit."""
    everybody = sorted(site.services.users.all(), key=lambda user: user.username)
    privacy, role = site.services.privacy, visit.user.role
    named = privacy.names_live(role) or privacy.names_past(role)
    listed, agents = everybody, None
    if named:
        await site.looks.live(visit.user, "users")
        await site.looks.past(visit.user, "users")
    else:
        listed = [user for user in everybody if not _is_agent(user)]
        active = [user.active for user in everybody if _is_agent(user)]
        agents = AgentsCounted(active=sum(active), disabled=len(active) - sum(active))
    return answered(
        UsersSeen(
            count=len(listed),
            users=[_seen(site, user) for user in listed[:USERS_MAX]],
            agents=agents,
        )
    )


def _is_agent(user: User) -> bool:
    """By role, or by a telephone: calls can be theirs."""
    return user.role is Role.AGENT or bool(user.agents)


def _seen(site: Site, user: User) -> UserSeen:
    teams = site.services.board.teams
    team = teams.of(user.username)
    return UserSeen(
        username=user.username,
        name=user.name,
        role=user.role.value,
        team=None if team is None else teams.labels.get(team, team),
        agents=sorted(user.agents),
        locale=user.locale,
        active=user.active,
    )
