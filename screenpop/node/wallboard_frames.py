"""How do the wallboard's numbers become frames?"""

from __future__ import annotations

import msgspec

from screenpop.config.model import Configuration
from screenpop.desk import frames
from screenpop.domain.agent import AgentPrivacy
from screenpop.domain.alert import AlertSeen
from screenpop.domain.team import TeamCounters
from screenpop.support.clock import iso_from_us
from screenpop.wallboard.agent_metrics import AGENTS
from screenpop.wallboard.agent_rows import AgentStatus
from screenpop.wallboard.alerts import Alert
from screenpop.wallboard.feed import (
    DeltaData,
    FeedData,
    QueueRow,
    SnapshotData,
    WallboardFeed,
)
from screenpop.wallboard.groups import PACE, GroupRule
from screenpop.wallboard.metrics import OCCUPANCY, OWN
from screenpop.wallboard.teams import TeamRow

LEFT_OUT = (OWN, PACE, OCCUPANCY, *(each.name for each in AGENTS))


def rule_of(feed: WallboardFeed, privacy: AgentPrivacy) -> GroupRule:
    """What supervisors may see of agents now."""
    agents = feed.agents
    return GroupRule(
        privacy, feed.recalls.serving(), agents.people, agents.teams.people
    )


def encoded(data: FeedData, company: str, rule: GroupRule) -> bytes | None:
    """The frame for all wallboards; None: it holds nothing that they may see."""
    shown = rule.board(data)
    match shown:
        case None:
            return None
        case SnapshotData():
            return frames.encode(_snapshot(shown, company, rule.named))
        case DeltaData():
            return frames.encode(_delta(shown))


def whole_board(feed: WallboardFeed, config: Configuration) -> bytes:
    """The frame for a wallboard that begins to watch."""
    rule = rule_of(feed, config.privacy.of_agents)
    frame = encoded(feed.snapshot(), config.server.company, rule)
    assert frame is not None
    return frame


def _snapshot(
    data: SnapshotData, company: str, named: bool
) -> frames.WallboardSnapshot:
    return frames.WallboardSnapshot(
        offset=data.offset,
        at=iso_from_us(data.at_us),
        day=data.day,
        time_zone=data.time_zone,
        counters=[
            frames.CounterDef(
                name=x.name, label=x.label, formula=x.formula, unit=x.unit
            )
            for x in data.counters
        ],
        queues=[_queue(row) for row in data.queues],
        agents=[_agent(row) for row in data.agents],
        company=company,
        agents_named=named,
        lines_without_queues=[*data.lines_without_queues],
        alerts=[*map(_alert, data.alerts)],
        teams=[*map(_team, data.teams)],
    )


def _delta(data: DeltaData) -> frames.WallboardDelta:
    return frames.WallboardDelta(
        offset=data.offset,
        at=iso_from_us(data.at_us),
        queues=[_queue(row) for row in data.queues],
        agents=[_agent(row) for row in data.agents],
        gone_agents=[str(agent) for agent in data.gone_agents],
        gone_users=[str(user) for user in data.gone_users],
        lines_without_queues=None
        if data.lines_without_queues is None
        else [*data.lines_without_queues],
        alerts=None if data.alerts is None else [*map(_alert, data.alerts)],
        teams=None if data.teams is None else [*map(_team, data.teams)],
    )


def _alert(alert: Alert) -> AlertSeen:
    return AlertSeen(
        id=alert.id,
        label=alert.label,
        subject=alert.subject,
        number=alert.number,
        level=alert.level,
        value=alert.value,
        opened_at=iso_from_us(alert.opened_us),
        acknowledged_by=alert.acknowledged_by or None,
    )


def _team(row: TeamRow) -> TeamCounters:
    values = {name: value for name, value in row.values.items() if value is not None}
    return TeamCounters(team=row.team, label=row.label, values=values)


def _queue(row: QueueRow) -> frames.QueueCounters:
    oldest_us = row.oldest_waiting_us
    return frames.QueueCounters(
        queue=row.queue,
        label=row.label,
        # Frames carry numbers; the page shows a dash where nothing was counted. A
        # service level of nothing, and what may not be seen of few agents, is left out.
        values={
            name: value or 0.0
            for name, value in row.values.items()
            if value is not None or not name.startswith(LEFT_OUT)
        },
        oldest_waiting_at=None if oldest_us is None else iso_from_us(oldest_us),
    )


def _agent(row: AgentStatus) -> frames.AgentRow:
    return frames.AgentRow(
        agent=row.agent,
        name=row.name,
        state=row.state.value,
        telephone=row.telephone,
        since=iso_from_us(row.since_us) if row.since_us else "",
        queue=row.queue,
        user=row.user,
        desk=row.desk,
        team=row.team,
    )


def stats_json(data: SnapshotData, rule: GroupRule) -> dict[str, object]:
    """What `GET /v1/stats` answers: the snapshot with its formulas.

    An average of nothing is null there, and what may not be seen of few agents.
    """
    shown = rule.board(data)
    assert isinstance(shown, SnapshotData)
    told: dict[str, object] = msgspec.to_builtins(_snapshot(shown, "", rule.named))
    queues = [
        msgspec.to_builtins(_queue(row)) | {"values": dict(row.values)}
        for row in shown.queues
    ]
    kept = {k: v for k, v in told.items() if k not in ("frame", "company")}
    return kept | {"queues": queues}
