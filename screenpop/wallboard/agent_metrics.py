"""What does each number of agents mean? Each says its formula in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

WRAP_UP = "agents_wrap_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricDefinition:
    """A number of the wallboard with its formula in words."""

    name: str
    label: str
    formula: str
    unit: Literal["calls", "seconds", "agents", "ratio"] = "calls"


AGENTS = (
    MetricDefinition(
        name="agents_available",
        label="Available",
        formula="Agents available at an open desk, or by their telephone system, and"
        " not on the telephone now. Total and teams.",
        unit="agents",
    ),
    MetricDefinition(
        name="agents_on_call",
        label="On a call",
        formula="Agents who are Ringing, Talking or have a Caller on hold now, whatever"
        " their state. Total only.",
        unit="agents",
    ),
    MetricDefinition(
        name=WRAP_UP,
        label="Wrap-up",
        formula="Agents in wrap-up and not on the telephone now; of a queue, those"
        " whose last call was one of it.",
        unit="agents",
    ),
    MetricDefinition(
        name="agents_break",
        label="Break",
        formula="Agents on break and not on the telephone now. Total and teams.",
        unit="agents",
    ),
    MetricDefinition(
        name="agents_no_desk",
        label="No desk",
        formula="Agents who named a state at a desk, have had none open for"
        " server.desk_grace_s and are not on the telephone now. Total and teams.",
        unit="agents",
    ),
)

TEAM_ANSWERED, TEAM_OCCUPANCY = "team_answered", "team_occupancy"
TEAM_HANDLE_TIME = "team_average_handle_time_s"

TEAMS = (
    MetricDefinition(
        name="team_alerting",
        label="Ringing",
        formula="Agents of the team whose telephone rings now, and who do not talk.",
        unit="agents",
    ),
    MetricDefinition(
        name="team_talking",
        label="Talking",
        formula="Agents of the team who talk with a caller now.",
        unit="agents",
    ),
    MetricDefinition(
        name="team_held",
        label="Caller on hold",
        formula="Agents of the team who have a caller on hold now, and do not talk.",
        unit="agents",
    ),
    MetricDefinition(
        name=TEAM_ANSWERED,
        label="Answered by agents",
        formula="How many times an agent of the team answered an inbound call today, of"
        " whichever queue.",
    ),
    MetricDefinition(
        name=TEAM_HANDLE_TIME,
        label="Handle time of agents",
        formula="(Sum of talk + hold of these answers) ÷ these answers, once the"
        " agent's part is over. Wrap-up is not in it.",
        unit="seconds",
    ),
    MetricDefinition(
        name=TEAM_OCCUPANCY,
        label="Occupancy of agents",
        formula="As Occupancy, of the agents of the team.",
        unit="ratio",
    ),
)
"""Numbers of a team next to those of `AGENTS`."""

OF_A_TEAM = (
    *(each.name for each in AGENTS if each.name != "agents_on_call"),
    "team_alerting", "team_talking", "team_held",
)  # fmt: skip
