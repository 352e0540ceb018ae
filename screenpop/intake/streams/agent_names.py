"""Whose telephone is this channel or interface?

Asterisk names devices (`PJSIP/1001`) and channels (`PJSIP/1001-0000002a`); people
are agents. An interface belongs to an agent when it is a queue member, has an
alias, or fits the pattern; trunks never do.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from screenpop.domain.call import AgentId

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
