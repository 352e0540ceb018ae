"""Which figures of agents may leave, where only groups may be seen?

Rows of single agents go only where their live state may be seen by name. How many
agents are free or busy, and how long they take for a call, are figures of agents' work:
they are shown for groups of `group_min` people at least. Smaller queues are merged
with each other, and with the next larger one until there are enough people, so that
the difference to the total is not a figure of fewer people.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import TypeVar

from screenpop.domain.agent import AgentPrivacy, Role
from screenpop.wallboard.agent_metrics import (
    AGENTS,
    OF_A_TEAM,
    TEAM_ANSWERED,
    TEAM_HANDLE_TIME,
    TEAM_OCCUPANCY,
)
from screenpop.wallboard.feed import FeedData, QueueRow, SnapshotData
from screenpop.wallboard.metrics import OCCUPANCY
from screenpop.wallboard.teams import TeamRow

PACE = "average_handle_time_s"
OF_AGENTS = (PACE, OCCUPANCY)
TOTAL = ""
_AGENTS = frozenset(each.name for each in AGENTS)

V = TypeVar("V", bound=float | None)


def merged_queues(
    people: Mapping[str, Collection[str]], group_min: int
) -> frozenset[str]:
    """The queues without a figure of their own; with `TOTAL` no group is large enough.

    `people` are those who were seen at work in each queue.
    """
    by_size = sorted(people, key=lambda queue: (len(people[queue]), queue))
    merged: set[str] = set()
    together: set[str] = set()
    for queue in by_size:
        if len(people[queue]) >= group_min and (
            not merged or len(together) >= group_min
        ):
            return frozenset(merged)
        merged.add(queue)
        together |= set(people[queue])
    everybody = set[str]().union(*people.values())
    return frozenset(merged if len(everybody) >= group_min else {*merged, TOTAL})


class GroupRule:
    """What a supervisor may see of the figures of queues."""

    def __init__(
        self,
        privacy: AgentPrivacy,
        people: Mapping[str, Collection[str]],
        agents: int,
        teams: Mapping[str, Collection[str]] | None = None,
    ):
        """`people` by queue, and by team; `agents` are all with a telephone here."""
        self.named = privacy.names_live(Role.SUPERVISOR)
        self._all = self.names_figures = privacy.names_past(Role.SUPERVISOR)
        self.people_min = privacy.people_min
        self._enough = agents >= privacy.group_min
        self._known = people.keys()
        self._merged = merged_queues(people, privacy.group_min)
        self._teams = (teams or {}).keys()
        self._merged_teams = merged_queues(teams or {}, privacy.group_min)

    def shows_pace(self, queues: Collection[str] = (TOTAL,)) -> bool:
        """May the handle time of these queues together be seen?

        Of a queue in which no one was seen at work it may not.
        """
        if self._all:
            return True
        if TOTAL in queues:
            return self._enough
        return all(q in self._known and q not in self._merged for q in queues)

    def shows_agents(self, queue: str = TOTAL) -> bool:
        """May it be seen how many agents are free or busy?"""
        if self.named or queue == TOTAL:
            return self.named or self._enough
        return queue in self._known and not {queue, TOTAL} & self._merged

    def values(self, queue: str, values: Mapping[str, V]) -> dict[str, V | None]:
        """The values of a queue without those that may not be seen: they are None."""
        hidden = set() if self.shows_pace((queue,)) else set(OF_AGENTS)
        if not self.shows_agents(queue):
            hidden |= _AGENTS
        return {k: None if k in hidden else value for k, value in values.items()}

    def board(self, data: FeedData) -> FeedData | None:
        """The board as all supervisors see it; None: nothing of it may be seen."""
        data = self._groups(data)
        if self.named:
            return data
        if isinstance(data, SnapshotData):
            return replace(data, agents=())
        others = (data.lines_without_queues, data.alerts, data.teams)
        if not data.queues and all(each is None for each in others):
            return None
        return replace(data, agents=(), gone_agents=(), gone_users=())

    def _groups(self, data: FeedData) -> FeedData:
        queues = tuple(map(self._row, data.queues))
        if isinstance(data, SnapshotData):
            return replace(
                data, queues=queues, teams=tuple(map(self._team, data.teams))
            )
        teams = None if data.teams is None else tuple(map(self._team, data.teams))
        return replace(data, queues=queues, teams=teams)

    def team_values(self, team: str, values: Mapping[str, V]) -> dict[str, V]:
        """What may be seen of a team: of one that is too small nothing."""
        is_known = team in self._teams  # else no one is in it
        is_group = is_known and not {team, TOTAL} & self._merged_teams
        shown = {*OF_A_TEAM} if is_group or self.named else set[str]()
        if is_group or self._all:
            shown |= {TEAM_ANSWERED, TEAM_HANDLE_TIME, TEAM_OCCUPANCY}
        return {name: value for name, value in values.items() if name in shown}

    def _team(self, row: TeamRow) -> TeamRow:
        return replace(row, values=self.team_values(row.team, row.values))

    def _row(self, row: QueueRow) -> QueueRow:
        return replace(row, values=self.values(row.queue, row.values))
