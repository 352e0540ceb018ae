"""How is personal data kept, and who sees by name what single agents do?"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from screenpop.domain.agent import GROUP_MIN, AgentPrivacy, Role

LeastRole = Literal["none", "supervisor", "agent"]
_SEEN_BY = {
    "none": "no one",
    "supervisor": "supervisors",
    "agent": "supervisors and agents",
}


class Privacy(BaseModel):
    """Personal data at rest (docs/security.md) and of agents (docs/agents.md)."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    encrypt: bool = Field(
        True,
        description="Numbers, names, answers and notes in the journal, the spool and"
        " saved states are encrypted, with a key for each caller: erasing a caller"
        " destroys it. With `journal.engine: redis` it needs `key_file`.",
    )
    key_file: Path | None = Field(
        None,
        description="32 random bytes that wrap the keys of callers, relative to this"
        " file; made when it is not there. All nodes need the same. Default with"
        " `sqlite`: `personal.key` in `server.data_dir`.",
    )
    live_state_for: LeastRole = Field(
        "none",
        description="Who sees by name what agents do now (free, on a call, wrap-up):"
        " `none`, `supervisor`, or `agent` (both). Each start with it, and each look"
        " of a supervisor, is in the audit.",
    )
    agent_figures_for: LeastRole = Field(
        "none",
        description="Who sees the names of other agents in past calls, notes and the"
        " recall list: `none`, `supervisor`, or `agent` (both). Each start with it,"
        " and each look of a supervisor, is in the audit.",
    )
    group_min: int = Field(
        GROUP_MIN,
        ge=1,
        description="Figures of agents' work are shown for so many agents at least:"
        " smaller queues and teams are merged.",
    )

    @property
    def of_agents(self) -> AgentPrivacy:
        return AgentPrivacy(
            live=_role(self.live_state_for),
            past=_role(self.agent_figures_for),
            group_min=self.group_min,
        )

    @property
    def seen_by(self) -> dict[str, LeastRole]:
        """The keys that let names of agents leave, with their values."""
        return {
            "live_state_for": self.live_state_for,
            "agent_figures_for": self.agent_figures_for,
        }

    def in_words(self) -> tuple[str, ...]:
        """What is on, as a works council reads it."""
        groups = f"queues with fewer than {self.group_min} agents are merged"
        return (
            f"what single agents do now is seen by {_SEEN_BY[self.live_state_for]}",
            f"what single agents did is seen by {_SEEN_BY[self.agent_figures_for]}",
            f"figures of groups: {groups}",
        )


def _role(least: LeastRole) -> Role | None:
    return None if least == "none" else Role(least)
