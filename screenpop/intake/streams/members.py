"""Which agents are at work, on a break, or away, by their places in the queues?

An agent may be a member of several queues. They are available when one of their
places can be rung, on a break when all that can be reached are paused, and offline
without a place or a reachable telephone. Only a change is told.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from screenpop.domain.agent import AgentState
from screenpop.domain.call import AgentId
from screenpop.intake.streams.agent_names import AgentNames
from screenpop.intake.streams.live import Stamp
from screenpop.intake.streams.telling import Teller

MEMBERS_MAX = 50_000
TELEPHONES_MAX = 20  # of one agent


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One agent's place in one queue."""

    queue: str
    interface: str
    reachable: bool = True
    paused: bool = False
    reason: str = ""


class Members:
    """All places in all queues of one switch.

    `by_telephone`: the switch does not tell who logs in to queues. Then an agent
    without a known place is available while the telephone is registered.
    """

    def __init__(
        self, names: AgentNames, teller: Teller, *, by_telephone: bool = False
    ):
        self.names = names
        self._teller = teller
        self._places: dict[AgentId, dict[tuple[str, str], Member]] = {}
        self._by_telephone = by_telephone
        self._telephones: dict[AgentId, set[str]] = {}  # that can be reached
        self._unreachable: set[str] = set()
        self._told: dict[AgentId, tuple[AgentState, str]] = {}

    def places(self) -> list[tuple[str, str]]:
        """Queue and interface of each known place."""
        return [place for places in self._places.values() for place in places]

    def changed(self, member: Member, stamp: Stamp) -> None:
        agent = self._put(member)
        if agent is not None:
            self._tell(agent, stamp)

    def removed(self, member: Member, stamp: Stamp) -> None:
        agent = self.names.member(member.interface)
        self._places.get(agent, {}).pop((member.queue, member.interface), None)
        self._tell(agent, stamp)

    def reaches(self, interface: str, reachable: bool, stamp: Stamp) -> None:
        """A telephone comes or goes; where places are told, only of members."""
        self._unreachable.discard(interface)
        if not reachable and len(self._unreachable) < MEMBERS_MAX:
            self._unreachable.add(interface)
        agent = self.names.of_interface(interface)
        if agent is None:
            return
        if self._by_telephone:
            self._register(agent, interface, reachable)
        if agent in self._places or agent in self._telephones:
            self._tell(agent, stamp)

    def _register(self, agent: AgentId, interface: str, reachable: bool) -> None:
        if agent not in self._telephones and len(self._telephones) >= MEMBERS_MAX:
            return
        telephones = self._telephones.setdefault(agent, set())
        if not reachable:
            telephones.discard(interface)
        elif len(telephones) < TELEPHONES_MAX:
            telephones.add(interface)

    def replace(self, members: Iterable[Member], stamp: Stamp) -> None:
        """After a gap: these are all there are."""
        known = set(self._places) | set(self._told)
        self._places = {}
        for member in members:
            self._put(member)
        for agent in sorted(known | set(self._places)):
            self._tell(agent, stamp)

    def _rings(self, member: Member) -> bool:
        return member.reachable and member.interface not in self._unreachable

    def _put(self, member: Member) -> AgentId | None:
        if not member.queue or not member.interface:
            return None
        agent = self.names.member(member.interface)
        if agent not in self._places and len(self._places) >= MEMBERS_MAX:
            return None
        places = self._places.setdefault(agent, {})
        places[member.queue, member.interface] = member
        return agent

    def _tell(self, agent: AgentId, stamp: Stamp) -> None:
        places = [m for m in self._places.get(agent, {}).values() if self._rings(m)]
        paused = [m for m in places if m.paused]
        registered = agent not in self._places and bool(self._telephones.get(agent))
        if not places:
            state = AgentState.AVAILABLE if registered else AgentState.OFFLINE
            now = (state, "")
        elif len(paused) == len(places):
            now = (AgentState.BREAK, next((m.reason for m in paused if m.reason), ""))
        else:
            now = (AgentState.AVAILABLE, "")
        if self._told.get(agent) != now:
            self._told[agent] = now
            self._teller.tell_agent(agent, now[0].value, now[1] or None, stamp)
