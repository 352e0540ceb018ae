"""In which state is an agent, and who may do what?"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from screenpop.domain.call import AgentId
from screenpop.domain.call import UserId as UserId


def folded_name(text: str) -> str:
    """The one spelling of a user name, by which people are found and counted."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return unicodedata.normalize("NFKC", folded).strip()


class AgentState(StrEnum):
    OFFLINE = "offline"
    AVAILABLE = "available"
    BREAK = "break"
    WRAP_UP = "wrap_up"


SaidBy = Literal["desk", "telephone"]
"""Who named a state: the person at a desk, or the telephone system for them."""


class Role(StrEnum):
    """Each role may do what the roles before it may."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"

    def includes(self, other: Role) -> bool:
        order = list(Role)
        return order.index(self) >= order.index(other)


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person who may log in; `agents` are their names in telephone systems."""

    username: UserId
    name: str
    role: Role
    agents: frozenset[AgentId] = frozenset()
    locale: str | None = None
    active: bool = True
    token_epoch: int = 0  # raised to end all sessions of this user
