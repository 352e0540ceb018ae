"""What do the agents of a team do now, and how did their day go so far?"""

from __future__ import annotations

import msgspec


class TeamCounters(msgspec.Struct, frozen=True, kw_only=True):
    """`values` by counter name; without any the team is too small to be shown."""

    team: str
    label: str
    values: dict[str, float]
