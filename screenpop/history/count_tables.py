"""Where do the counts of calls lie: what each call adds, and the sums?"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, Index, SmallInteger, String, Table, Text

from screenpop.history.columns import (
    LABEL_CHARS,
    NAME_CHARS,
    amounts,
    call_key,
    metadata,
)

call_counts = Table(
    "call_counts",
    metadata,
    *call_key(),
    Column("interval_us", BigInteger, primary_key=True, autoincrement=False),
    Column("queue", String(NAME_CHARS), primary_key=True),
    Column("dialled", String(NAME_CHARS), nullable=False),
    *amounts(SmallInteger),
    Index(
        "call_counts_by_interval",
        "interval_us", "line", "call_id", "occurrence", "queue",
    ),
    sqlite_with_rowid=False,
)  # fmt: skip
"""What a call adds to `interval_counts`: "" is a queue or number without a name."""

interval_counts = Table(
    "interval_counts",
    metadata,
    # The beginning of a quarter of an hour of UTC.
    Column("interval_us", BigInteger, primary_key=True, autoincrement=False),
    Column("queue", String(NAME_CHARS), primary_key=True),
    Column("line", String(LABEL_CHARS), primary_key=True),
    Column("dialled", String(NAME_CHARS), primary_key=True),
    *amounts(BigInteger),
    sqlite_with_rowid=False,
)

rolled_counts = Table(
    "rolled_counts",
    metadata,
    Column("level", String(10), primary_key=True),  # "hour" or "day"
    # Where the hour or day begins in the zone that `rolled.mark` names.
    Column("interval_us", BigInteger, primary_key=True, autoincrement=False),
    Column("queue", String(NAME_CHARS), primary_key=True),
    Column("line", String(LABEL_CHARS), primary_key=True),
    Column("dialled", String(NAME_CHARS), primary_key=True),
    *amounts(BigInteger),
    sqlite_with_rowid=False,
)
"""Sums of `interval_counts` by hour and by day."""

rules_of_counts = Table(
    "rules_of_counts",
    metadata,
    # What changed from then on was counted by these rules.
    Column("since_us", BigInteger, primary_key=True, autoincrement=False),
    Column("rules", Text, nullable=False),  # in words
)

team_call_counts = Table(
    "team_call_counts",
    metadata,
    *call_key(),
    Column("interval_us", BigInteger, primary_key=True, autoincrement=False),
    Column("team", String(NAME_CHARS), primary_key=True),
    Column("answered", SmallInteger, nullable=False),
    Column("handled", SmallInteger, nullable=False),
    Column("talk_us", BigInteger, nullable=False),
    Index(
        "team_call_counts_by_interval",
        "team", "interval_us", "line", "call_id", "occurrence",
    ),
    sqlite_with_rowid=False,
)  # fmt: skip
"""What a call adds to `team_counts`. No one of the team is named."""

team_counts = Table(
    "team_counts",
    metadata,
    # The beginning of a quarter of an hour of UTC.
    Column("interval_us", BigInteger, primary_key=True, autoincrement=False),
    Column("team", String(NAME_CHARS), primary_key=True),
    Column("answered", BigInteger, nullable=False),
    Column("handled", BigInteger, nullable=False),
    Column("talk_us", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

occupancy_counts = Table(
    "occupancy_counts",
    metadata,
    # The beginning of a quarter of an hour of UTC.
    Column("interval_us", BigInteger, primary_key=True, autoincrement=False),
    Column("team", String(NAME_CHARS), primary_key=True),  # empty: of no team
    Column("handle_us", BigInteger, nullable=False),
    Column("available_us", BigInteger, nullable=False),
    Column("people", BigInteger, nullable=False),  # whose time this is
    sqlite_with_rowid=False,
)
"""How long agents handled calls, and how long they waited for one."""

view_limits = Table(
    "view_limits",
    metadata,
    Column("name", String(LABEL_CHARS), primary_key=True),
    Column("value", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
"""What the views for BI tools have to keep to of the configuration."""

work_logs = Table(
    "work_logs",
    metadata,
    Column("username", String(NAME_CHARS), primary_key=True),
    # Time before `until_us` is in `occupancy_counts`, under this team.
    Column("team", String(NAME_CHARS), nullable=False),
    Column("until_us", BigInteger, nullable=False),
    Column("heard_us", BigInteger, nullable=False),  # the newest change
    Column("body", Text, nullable=False),
    Index("work_logs_by_until", "until_us"),
    sqlite_with_rowid=False,
)
"""The newest changes of each person, that a late one may still correct the sums."""


def _kind_key() -> list[Column[Any]]:
    return [
        Column("level", String(10), primary_key=True),  # "day" or "month"
        # Where the day or month begins in the zone that `rolled.mark` names.
        Column("interval_us", BigInteger, primary_key=True, autoincrement=False),
        Column("queue", String(NAME_CHARS), primary_key=True),
        Column("line", String(LABEL_CHARS), primary_key=True),
        Column("dialled", String(NAME_CHARS), primary_key=True),
        Column("outcome", String(20), primary_key=True),
        Column("customer", String(10), primary_key=True),
        Column("result", String(LABEL_CHARS), primary_key=True),
    ]


kind_counts = Table(
    "kind_counts",
    metadata,
    *_kind_key(),
    Column("calls", BigInteger, nullable=False),
    Column("answered", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
"""Calls from outside that are over, by the day of their arrival and how they ended."""

kind_people = Table(
    "kind_people",
    metadata,
    *_kind_key(),
    Column("username", String(NAME_CHARS), primary_key=True),
    Column("calls", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
"""Who took them: for the least size of a group alone. It goes when the calls go."""
