"""Who works in the demo company's call centre, and which queues are there?"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    name: str
    label: str
    dialled: str  # E.164 of the number callers dial for it


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """An extension and the queues whose calls ring there."""

    agent: str
    name: str
    queues: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """A person who may open the pages; `agent` is None without a telephone."""

    username: str
    name: str
    role: str  # "agent", "supervisor", "admin"
    agent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Centre:
    """`queues` are in no particular order, the first agent is the visitor's."""

    queues: tuple[Queue, ...]
    agents: tuple[Agent, ...]
    ring_group_max: int = 4

    def queue(self, name: str) -> Queue:
        return next(queue for queue in self.queues if queue.name == name)

    def group(self, queue: str) -> tuple[Agent, ...]:
        return tuple(agent for agent in self.agents if queue in agent.queues)


LARKSPOKE = Centre(
    queues=(
        Queue(name="sales", label="Sales", dialled="+442079460100"),
        Queue(name="support", label="Support", dialled="+442079460200"),
        Queue(name="accounts", label="Accounts", dialled="+442079460300"),
    ),
    agents=(
        Agent(agent="1001", name="Ana Sorley", queues=("sales", "accounts")),
        Agent(agent="1002", name="Ben Achterberg", queues=("sales", "support")),
        Agent(agent="1003", name="Chidi Okonjo", queues=("sales",)),
        Agent(agent="1004", name="Dilek Aydın", queues=("support",)),
        Agent(agent="1005", name="Elin Frost", queues=("support", "accounts")),
        Agent(agent="1006", name="Farid Benali", queues=("accounts", "sales")),
    ),
)
OWN_NUMBERS = frozenset(queue.dialled for queue in LARKSPOKE.queues)

LOGINS: tuple[Login, ...] = (
    *(
        Login(
            username=agent.name.split()[0].lower(),
            name=agent.name,
            role="agent",
            agent=agent.agent,
        )
        for agent in LARKSPOKE.agents
    ),
    Login(username="grace", name="Grace Holloway", role="supervisor"),
    Login(username="admin", name="Ines Caldwell", role="admin"),
)


def big_centre(agents: int, queues: tuple[str, ...], dialled: str) -> Centre:
    """`agents` extensions shared out among the queues of any configuration."""
    return Centre(
        queues=tuple(Queue(name=q, label=q, dialled=dialled) for q in queues),
        agents=tuple(
            Agent(
                agent=f"sim{at:05d}",
                name=f"Simulated {at}",
                queues=(queues[at % len(queues)],),
            )
            for at in range(agents)
        ),
    )


CALLS_PER_MINUTE = 2.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """How people in this centre behave; seconds."""

    calls_per_minute: float = CALLS_PER_MINUTE
    day_s: float = 1800  # a business day's ups and downs pass in this time
    patience_s: float = 70  # mean, until a waiting caller gives up
    pickup_s: tuple[float, float] = (4, 13)
    ring_timeout_s: float = 16
    slow_pickup_share: float = 0.08  # nobody takes it within the time-out
    talk_s: tuple[float, float] = (20, 110)
    visitor_pickup_s: tuple[float, float] = (9, 14)  # time to look while it rings
    visitor_talk_s: tuple[float, float] = (50, 80)
    wrap_up_s: tuple[float, float] = (6, 20)
    hold_share: float = 0.22
    blind_share: float = 0.08
    attended_share: float = 0.06
    call_back_share: float = 0.5
    call_back_s: tuple[float, float] = (30, 150)
    break_every_s: float = 240  # mean, per idle agent
    break_s: tuple[float, float] = (40, 120)
    live_max: int = 500  # more callers at once hear the engaged tone


DEMAND_PEAK = 1.5
_DEMAND = (0.6, 1.0, 1.4, 1.5, 1.1, 0.8, 0.9, 1.3, 1.2, 0.9)
"""Callers of each tenth of a business day, 1 being the average."""


def demand(days: float) -> float:
    """The day's curve, from nine to five and on to the next; never below 0.6."""
    place = days % 1 * len(_DEMAND)
    before = int(place)
    after = (before + 1) % len(_DEMAND)
    share = place - before
    return _DEMAND[before] * (1 - share) + _DEMAND[after] * share
