"""How many agents of each team do what, and how did its day go so far?"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from screenpop.domain.agent import UserId
from screenpop.domain.workday import Worked, WorkSums
from screenpop.wallboard.agent_metrics import (
    OF_A_TEAM,
    TEAM_ANSWERED,
    TEAM_HANDLE_TIME,
    TEAM_OCCUPANCY,
)
from screenpop.wallboard.agent_rows import AgentStatus
from screenpop.wallboard.metrics import average_s

NO_TEAM = " "
"""Stands for those without a team where groups are merged; no team has this name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamRow:
    """The numbers of one team by counter name."""

    team: str
    label: str
    values: Mapping[str, float | None]


class Teams:
    """Counts and sums by team, kept up to date row by row."""

    def __init__(
        self,
        labels: Mapping[str, str] | None = None,
        team_of: Mapping[UserId, str] | None = None,
    ):
        self.labels = labels or {}
        self._team_of = team_of or {}
        self._people: dict[str, set[UserId]] = {}
        self._counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._work: defaultdict[str, WorkSums] = defaultdict(WorkSums)

    @property
    def people(self) -> Mapping[str, Collection[UserId]]:
        """Those with a log-in and a telephone, by team; `NO_TEAM` are the others."""
        return self._people

    def of(self, user: UserId) -> str | None:
        return self._team_of.get(user)

    def know(self, users: Iterable[UserId]) -> None:
        """These are all people."""
        self._people = {}
        for user in users:
            team = self._team_of.get(user, NO_TEAM)
            self._people.setdefault(team, set()).add(user)

    def begin_day(self) -> None:
        """What they work is added again."""
        self._work.clear()

    def count(self, row: AgentStatus, team: str, counted_as: str, sign: int) -> None:
        counts = self._counts[team]
        counts[counted_as] += sign
        counts[f"team_{row.telephone}"] += sign

    def add(self, user: UserId, worked: Worked, sign: int) -> None:
        team = self.of(user)
        if team is not None:
            self._work[team].add(worked, sign)

    def rows(self, now_us: int) -> tuple[TeamRow, ...]:
        """In the order of the configuration."""
        return tuple(
            TeamRow(team=team, label=label, values=self._values(team, now_us))
            for team, label in self.labels.items()
        )

    def _values(self, team: str, now_us: int) -> dict[str, float | None]:
        counts, work = self._counts[team], self._work[team]
        return {
            **{name: counts[name] for name in OF_A_TEAM},
            TEAM_ANSWERED: work.answered,
            TEAM_HANDLE_TIME: average_s(work.talk_us, work.handled),
            TEAM_OCCUPANCY: work.occupancy(now_us),
        }
