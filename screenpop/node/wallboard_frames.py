"""How do the wallboard's numbers become frames?"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from screenpop.config.model import Configuration
from screenpop.desk import frames
from screenpop.domain.agent import AgentPrivacy
from screenpop.domain.alert import AlertSeen
from screenpop.domain.team import TeamCounters
from screenpop.node.labels import line_labels, subject_label
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


def encoded(data: FeedData, config: Configuration, rule: GroupRule) -> bytes | None:
    """The frame for all wallboards; None: it holds nothing that they may see."""
    shown = rule.board(data)
    match shown:
        case None:
            return None
        case SnapshotData():
            return frames.encode(_snapshot(shown, config, rule.named))
        case DeltaData():
            return frames.encode(_delta(shown, config))


def whole_board(feed: WallboardFeed, config: Configuration) -> bytes:
    """The frame for a wallboard that begins to watch."""
    rule = rule_of(feed, config.privacy.of_agents)
    frame = encoded(feed.snapshot(), config, rule)
    assert frame is not None
    return frame


def _snapshot(
    data: SnapshotData, config: Configuration, named: bool
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
        company=config.server.company,
        agents_named=named,
        lines_without_queues=_lines(data.lines_without_queues, config),
        alerts=[_alert(each, config) for each in data.alerts],
        teams=[*map(_team, data.teams)],
    )


def _delta(data: DeltaData, config: Configuration) -> frames.WallboardDelta:
    return frames.WallboardDelta(
        offset=data.offset,
        at=iso_from_us(data.at_us),
        queues=[_queue(row) for row in data.queues],
        agents=[_agent(row) for row in data.agents],
        gone_agents=[str(agent) for agent in data.gone_agents],
        gone_users=[str(user) for user in data.gone_users],
        lines_without_queues=None
        if data.lines_without_queues is None
        else _lines(data.lines_without_queues, config),
        alerts=None
        if data.alerts is None
        else [_alert(each, config) for each in data.alerts],
        teams=None if data.teams is None else [*map(_team, data.teams)],
    )


def _lines(names: Iterable[str], config: Configuration) -> list[str]:
    labels = line_labels(config)
    return [labels.get(name, name) for name in names]


def _alert(alert: Alert, config: Configuration) -> AlertSeen:
    return AlertSeen(
        id=alert.id,
        label=alert.label,
        subject=alert.subject,
        subject_label=subject_label(config, alert.subject),
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
        reason=row.reason or None,
    )


def stats_json(feed: WallboardFeed, config: Configuration) -> dict[str, object]:
    """What `GET /v1/stats` answers: the snapshot with its formulas.

    An average of nothing is null there, and what may not be seen of few agents.
    """
    rule = rule_of(feed, config.privacy.of_agents)
    shown = rule.board(feed.snapshot())
    assert isinstance(shown, SnapshotData)
    told: dict[str, object] = msgspec.to_builtins(_snapshot(shown, config, rule.named))
    queues = [
        msgspec.to_builtins(_queue(row)) | {"values": dict(row.values)}
        for row in shown.queues
    ]
    kept = {k: v for k, v in told.items() if k not in ("frame", "company")}
    return kept | {"queues": queues}
