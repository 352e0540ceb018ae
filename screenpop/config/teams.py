"""Who works together in which team?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from screenpop.domain.agent import UserId, folded_name

TEAMS_MAX = 200


class TeamSettings(BaseModel):
    """A team of the wallboard."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    label: str = Field(min_length=1, max_length=100, description="The words on screen.")
    members: tuple[str, ...] = Field(
        (),
        max_length=5_000,
        description="User names of its agents. Each is in one team at most.",
    )


def _one_team_each(teams: dict[str, TeamSettings]) -> dict[str, TeamSettings]:
    team_of: dict[str, str] = {}
    for name, team in teams.items():
        for member in team.members:
            other = team_of.setdefault(folded_name(member), name)
            if other != name:
                raise ValueError(
                    f"{member!r} is in {other} and in {name}: an agent is in one team"
                )
    return teams


TeamName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
TeamsByName = Annotated[
    dict[TeamName, TeamSettings],
    Field(max_length=TEAMS_MAX),
    AfterValidator(_one_team_each),
]


def members(teams: Mapping[str, TeamSettings]) -> dict[UserId, str]:
    """The team of each user who has one."""
    return {
        UserId(folded_name(member)): name
        for name, team in teams.items()
        for member in team.members
    }
