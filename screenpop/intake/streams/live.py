"""What does a switch hold at this moment: channels, and the calls they make up?

Plain records of the fold in `switchboard`; nothing here decides anything.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from screenpop.domain.call import AgentId


@dataclass(frozen=True, slots=True)
class Stamp:
    """When something happened: by the switch's clock if it says so, and by ours."""

    received_us: int
    at_us: int | None = None

    @property
    def us(self) -> int:
        return self.received_us if self.at_us is None else self.at_us


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A channel as one event shows it. Empty texts stand for what is not told."""

    uid: str
    name: str
    linked: str = ""  # the uid of the channel that began the call, where it is told
    number: str = ""
    caller_name: str = ""
    dialled: str = ""  # the extension it is at
    up: bool = False
    being_called: bool = False  # made by the switch, towards a device
    presentation: str = ""  # of the number, as Asterisk spells it
    app: str = ""
    app_data: str = ""
    bridge: str = ""
    began_us: int | None = None

    @property
    def hidden(self) -> bool:
        return self.presentation.startswith(("prohib", "unavailable"))


@dataclass(slots=True)
class LiveLeg:
    """One agent's connection to one call, over one or more channels of theirs."""

    agent: AgentId
    id: str  # the uid of its first channel
    channels: set[str] = field(default_factory=set)
    talking: bool = False
    over: bool = False  # its end is told, or told by something greater


@dataclass(slots=True)
class Channel:
    """One party's or device's connection to the switch."""

    shown: Snapshot
    call: LiveCall | None = None
    leg: LiveLeg | None = None
    bridge: str = ""
    queue: str = ""  # waiting in
    since: int = 0  # the number of the event that brought it
    moved: int = 0  # the number of the last event that told of its bridge

    @property
    def uid(self) -> str:
        return self.shown.uid


@dataclass(slots=True)
class LiveCall:
    """One conversation while it goes on."""

    id: str
    began: Stamp
    root: str  # uid of the channel that began it
    direction: str = ""  # empty while an agent has not yet reached anybody
    customer: str = ""  # uid; empty in calls within the house
    originator: AgentId | None = None
    originated: bool = False  # the switch rang the originator's telephone first
    caller: str = ""
    caller_name: str = ""
    dialled: str = ""
    withheld: bool = False
    announced: bool = False
    leaving: bool = False  # the customer is hanging up
    answered: bool = False
    ended: bool = False
    parked: bool = False
    voicemail: bool = False
    queue: str = ""
    joins: dict[str, int] = field(default_factory=dict)
    legs: dict[AgentId, LiveLeg] = field(default_factory=dict)
    channels: set[str] = field(default_factory=set)
    related: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    last_us: int = 0
