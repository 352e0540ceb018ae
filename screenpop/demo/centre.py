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
