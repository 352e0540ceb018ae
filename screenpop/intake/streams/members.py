"""Which agents are at work, on a break, or away, by their places in the queues?

An agent may be a member of several queues. They are available when one of their
places can be rung, on a break when all that can be reached are paused, and offline
without a place or a reachable telephone. Only a change is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from screenpop.domain.agent import AgentState
from screenpop.domain.call import AgentId
from screenpop.intake.streams.live import Stamp, Teller

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


# -- Whose telephone is this channel or interface?
# Asterisk names devices (`PJSIP/1001`) and channels (`PJSIP/1001-0000002a`); people
# are agents. An interface belongs to an agent when it is a queue member, has an
# alias, or fits the pattern; trunks never do.

DEFAULT_PATTERN = r"(?:PJSIP|SIP|IAX2|SCCP|Agent|Local)/(\d{2,6})(?:[@/].*)?"
LEARNT_MAX = 20_000  # interfaces of queue members

_CHANNEL_TAIL = re.compile(r"-[0-9a-fA-F]{8,16}(?:;[12])?$")
_LOCAL_OPTIONS = re.compile(r"/[a-z]+$")


def interface_of(channel: str) -> str:
    """`PJSIP/1001-0000002a` is a channel of the interface `PJSIP/1001`."""
    return _CHANNEL_TAIL.sub("", channel)


def is_local(channel: str) -> bool:
    """A `Local/…` channel is no telephone but a way through the dialplan."""
    return channel.startswith("Local/")


def local_pair(channel: str) -> str:
    """What the two halves `…;1` and `…;2` of a Local channel have in common."""
    return channel[:-2] if channel[-2:] in (";1", ";2") else channel


class AgentNames:
    """Interfaces to agents, and what was learnt about them from the queues."""

    def __init__(
        self,
        pattern: str = DEFAULT_PATTERN,
        aliases: Mapping[str, str] | None = None,
        trunks: frozenset[str] = frozenset(),
    ):
        self._pattern = re.compile(pattern)
        self._aliases = dict(aliases or {})
        self._trunks = trunks
        self._known: dict[str, AgentId | None] = {}

    def of_channel(self, channel: str) -> AgentId | None:
        return self.of_interface(interface_of(channel))

    def of_interface(self, interface: str) -> AgentId | None:
        interface = _bare(interface)
        if interface not in self._known:
            self._remember(interface, self._read(interface))
        return self._known[interface]

    def member(self, interface: str) -> AgentId:
        """A queue's member is an agent whatever the interface is called."""
        interface = _bare(interface)
        agent = self.of_interface(interface) or _named_by(interface)
        self._known[interface] = agent
        return agent

    def _remember(self, interface: str, agent: AgentId | None) -> None:
        if len(self._known) >= LEARNT_MAX:
            self._known.pop(next(iter(self._known)))
        self._known[interface] = agent

    def _read(self, interface: str) -> AgentId | None:
        if interface in self._aliases:
            return AgentId(self._aliases[interface])
        if interface in self._trunks:
            return None
        found = self._pattern.fullmatch(interface)
        return AgentId(found[1]) if found is not None and found[1] else None


def _bare(interface: str) -> str:
    """`Local/1001@queue/n` without its options."""
    return _LOCAL_OPTIONS.sub("", interface) if is_local(interface) else interface


def _named_by(interface: str) -> AgentId:
    """`PJSIP/alice` is alice, `Local/1001@queue` is 1001."""
    name = interface.partition("/")[2] or interface
    return AgentId(name.partition("@")[0].partition("/")[0] or interface)
