"""What do the agents of a team do now, and what did their calls add to its counts?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from screenpop.domain.call import AgentLeg, Call, Direction, UserId, most_engaged


class TeamCounters(msgspec.Struct, frozen=True, kw_only=True):
    """`values` by counter name; without any the team is too small to be shown."""

    team: str
    label: str
    values: dict[str, float]


class TeamCount(NamedTuple):
    """What one answer of an agent adds to their team's counts.

    `handled` is 1 once the agent's part is over; `talk_us` is their talk with hold.
    """

    at_us: int  # of the answer
    team: str
    answered: int
    handled: int
    talk_us: int


def team_counts_of(call: Call, team_of: Mapping[UserId, str]) -> list[TeamCount]:
    """One for each person with a team who answered this inbound call."""
    if call.direction is not Direction.INBOUND or not team_of:
        return []
    legs: dict[UserId, AgentLeg] = {}
    for leg in call.legs:
        for user in leg.people or ():
            known = legs.get(user)
            legs[user] = leg if known is None else most_engaged((known, leg))
    found: list[TeamCount] = []
    for user, leg in legs.items():
        team = team_of.get(user)
        if team is None or leg.answered_us is None:
            continue
        is_over = leg.released_us is not None
        talk_us = max(0, (leg.released_us or leg.answered_us) - leg.answered_us)
        found.append(TeamCount(leg.answered_us, team, 1, int(is_over), talk_us))
    return found
