"""In which state is an agent, and who may do what?"""

from __future__ import annotations

import logging
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from screenpop.domain.call import AgentId
from screenpop.domain.call import UserId as UserId

log = logging.getLogger(__name__)


def folded_name(text: str) -> str:
    """The one spelling of a user name, by which people are found and counted."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return unicodedata.normalize("NFKC", folded).strip()


class AgentState(StrEnum):
    OFFLINE = "offline"
    AVAILABLE = "available"
    BREAK = "break"
    WRAP_UP = "wrap_up"


def agent_state(said: str | None) -> AgentState | None:
    """What a telephone system says of an agent; None and a line if it is unknown."""
    try:
        return AgentState(said or "")
    except ValueError:
        log.info("an agent state is not known and left out: %r", said)
        return None


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


# -- Which calls, and which notes of them, may a person read?
# One rule for the list, the single call, the desk and programs:
#
# - Supervisors and admins read every call and every note.
# - An agent reads a call whose leg was theirs: they were at the telephone that rang or
#   talked then. Who has the extension today does not matter.
# - An agent reads their own notes and results, and those of colleagues in calls in
#   which they talked themselves. Who was only rung reads none of a colleague's.

Only = UserId | None
"""Whose calls may be read: this person's; None for everybody's."""


def visible_to(user: User) -> Only:
    return None if user.role.includes(Role.SUPERVISOR) else user.username


def may_read_call(only: Only, people: Collection[str]) -> bool:
    """`people` were at the telephones that had a leg in the call."""
    return only is None or only in people


def may_read_note(only: Only, author: str, talked: Collection[str]) -> bool:
    """`talked` are the people who talked in the call; for results as well."""
    return only is None or author == only or only in talked


# -- Who may see by name what single agents do, and did?

GROUP_MIN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentPrivacy:
    """The least role that sees names; None: no one. Everybody sees their own.

    `live` is the state of now (free, on a call, wrap-up), `past` what was: two
    permissions, since only the first is needed to work. A group of fewer than
    `group_min` agents has no figures of its own.
    """

    live: Role | None = None
    past: Role | None = None
    group_min: int = GROUP_MIN

    def names_live(self, viewer: Role) -> bool:
        return self.live is not None and viewer.includes(self.live)

    def names_past(self, viewer: Role) -> bool:
        return self.past is not None and viewer.includes(self.past)

    @property
    def people_min(self) -> int:
        """Whose sums supervisors may see, where it is known whose time is in them."""
        return 0 if self.names_past(Role.SUPERVISOR) else self.group_min


GROUPS_ONLY = AgentPrivacy()


def role_of(only: Only) -> Role:
    """The least role of who asks with this limit."""
    return Role.SUPERVISOR if only is None else Role.AGENT
