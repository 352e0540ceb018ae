"""Who is the person behind an agent id, and who may see a call?

Telephone systems name agents by extension, id, e-mail or SIP user; a person may
have several, and two people may share one: both see its calls then. A call is seen
by the people who were at the telephones that have a leg in it, by no one else. Who
they were is written into each event when it is taken in (`with_people`), so that a
person who moves to another extension keeps their calls, and the next one there
does not get them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from screenpop.domain.agent import GROUPS_ONLY, AgentPrivacy, Role, User, UserId
from screenpop.domain.call import AgentId, AgentLeg, Call, CallEvent, most_engaged


class Directory:
    """All people with a log-in; replaced as a whole when users change."""

    def __init__(self, users: Iterable[User] = (), privacy: AgentPrivacy = GROUPS_ONLY):
        self.privacy = privacy
        self.users: Mapping[UserId, User] = {}
        self._by_agent: dict[AgentId, tuple[UserId, ...]] = {}
        self.replace(users)

    def replace(self, users: Iterable[User]) -> None:
        self.users = {user.username: user for user in users if user.active}
        by_agent: dict[AgentId, tuple[UserId, ...]] = {}
        for name in sorted(self.users):
            for agent in self.users[name].agents:
                by_agent[agent] = (*by_agent.get(agent, ()), name)
        self._by_agent = by_agent

    def at(self, agent: AgentId) -> tuple[UserId, ...]:
        """Who is at that telephone now; two people may share it."""
        return self._by_agent.get(agent, ())

    def shared(self) -> dict[AgentId, tuple[UserId, ...]]:
        """The agent ids that more than one person has."""
        return {a: people for a, people in self._by_agent.items() if len(people) > 1}

    def with_people(self, event: CallEvent) -> CallEvent:
        """The event with the people who are at its telephones now."""
        if not event.agents:
            return event
        by_agent = self._by_agent
        people = {agent: by_agent.get(agent, ()) for agent in event.agents}
        return replace(event, people=people)

    def of_leg(self, leg: AgentLeg) -> tuple[UserId, ...]:
        """Whose leg it is: of those who were there then, or else are there now."""
        return self.at(leg.agent) if leg.people is None else leg.people

    def name(self, leg: AgentLeg) -> str:
        """Whom to name for a leg; the agent id when no person is known by it."""
        people = self.of_leg(leg)
        return " / ".join(self.name_of(user) for user in people) or str(leg.agent)

    def colleague(self, leg: AgentLeg, viewer: UserId) -> str | None:
        """Another agent in the viewer's call, by name where agents may see it."""
        if not self.privacy.names_live(Role.AGENT) or viewer in self.of_leg(leg):
            return None
        return self.name(leg)

    def audience(self, call: Call) -> dict[UserId, AgentLeg]:
        """Each person with a leg in the call, with their most engaged one."""
        mine: dict[UserId, AgentLeg] = {}
        for leg in call.legs:
            people = leg.people
            if people is None:
                people = self._by_agent.get(leg.agent, ())
            for user in people:
                if user in self.users:
                    before = mine.get(user)
                    mine[user] = most_engaged((before, leg)) if before else leg
        return mine

    def name_of(self, user: UserId) -> str:
        """How a person is named; the user name of one who is there no more."""
        known = self.users.get(user)
        return str(user) if known is None else known.name


def shared_telephone(agent: AgentId, people: Iterable[UserId]) -> str:
    """What to do about an agent id that more than one person has."""
    names = ", ".join(people)
    return (
        f"an agent id belongs to more than one person: {agent} to {names}. Each of its"
        " calls is shown to all of them. Give it to one:"
        f" screenpop users set NAME --agent {agent} --take"
    )


def principal(user: User) -> AgentId | None:
    """The agent id that stands for a person with several."""
    return min(user.agents, default=None)
