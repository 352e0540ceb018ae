"""How do the wallboard's numbers become frames?"""

from __future__ import annotations

import msgspec

from screenpop.desk import frames
from screenpop.support.clock import iso_from_us
from screenpop.wallboard.agents import AgentStatus
from screenpop.wallboard.feed import DeltaData, FeedData, QueueRow, SnapshotData
from screenpop.wallboard.metrics import OWN


def encoded(data: FeedData, company: str) -> bytes:
    match data:
        case SnapshotData():
            return frames.encode(_snapshot(data, company))
        case DeltaData():
            return frames.encode(_delta(data))


def _snapshot(data: SnapshotData, company: str) -> frames.WallboardSnapshot:
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
        lines_without_queues=[*data.lines_without_queues],
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
    )


def _queue(row: QueueRow) -> frames.QueueCounters:
    oldest_us = row.oldest_waiting_us
    return frames.QueueCounters(
        queue=row.queue,
        label=row.label,
        # Frames carry numbers; the page shows a dash where nothing was counted. A
        # service level of nothing is left out: 0 would be the worst one.
        values={
            name: value or 0.0
            for name, value in row.values.items()
            if value is not None or not name.startswith(OWN)
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
    )


def stats_json(data: SnapshotData) -> dict[str, object]:
    """What `GET /v1/stats` answers: the snapshot with its formulas.

    An average of nothing is null there.
    """
    told: dict[str, object] = msgspec.to_builtins(_snapshot(data, ""))
    queues = [
        msgspec.to_builtins(_queue(row)) | {"values": dict(row.values)}
        for row in data.queues
    ]
    kept = {k: v for k, v in told.items() if k not in ("frame", "company")}
    return kept | {"queues": queues}
