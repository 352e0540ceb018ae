"""Transferred and called back in the counts; counts by team."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

compatible = True

COUNTS = ("call_counts", "interval_counts", "rolled_counts")
ADDED = ("transferred", "called_back")
AMOUNTS = (
    "offered", "answered", "abandoned", "short_abandoned", "moved", "diverted",
    "callbacks", "direct", "direct_answered", "missed", "direct_short_abandoned",
    "calls", "calls_answered", "calls_abandoned", "calls_short_abandoned", "handled",
    "answered_wait_us", "abandoned_wait_us", "calls_answered_wait_us",
    "direct_answered_wait_us", "talk_us", "hold_us",
    "sl_offered", "sl_answered", "sl_abandoned", "sl_short_abandoned", "sl_flow_outs",
    "sl_answered_within", "sl_abandoned_within", "sl_callbacks_within",
)  # fmt: skip
INTERVALS = (
    "VIEW bi_queue_intervals AS SELECT {interval_us} AS started_at,"
    " interval_us, queue, line, dialled, {amounts} FROM interval_counts"
)


def upgrade() -> None:
    """Nodes of the version before write 0 of the new amounts."""
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for table in COUNTS:
        whole = sa.SmallInteger() if table == "call_counts" else sa.BigInteger()
        for name in ADDED:
            column = sa.Column(name, whole, nullable=False, server_default="0")
            op.add_column(table, column)
    _team_tables()
    moment = (
        "(TIMESTAMPTZ 'epoch' + interval_us * INTERVAL '1 microsecond')"
        if is_postgresql
        else "strftime('%Y-%m-%dT%H:%M:%fZ', interval_us / 1000000.0, 'unixepoch')"
    )
    view = INTERVALS.format(interval_us=moment, amounts=", ".join(AMOUNTS + ADDED))
    connection = op.get_bind()
    if not is_postgresql:
        connection.exec_driver_sql("DROP VIEW bi_queue_intervals")
    # In PostgreSQL who was granted the view keeps it.
    create = "CREATE OR REPLACE" if is_postgresql else "CREATE"
    connection.exec_driver_sql(f"{create} {view}")


def _team_tables() -> None:
    big = sa.BigInteger()
    op.create_table(
        "team_call_counts",
        sa.Column("line", sa.String(length=100), nullable=False),
        sa.Column("call_id", sa.String(length=300), nullable=False),
        sa.Column("occurrence", big, nullable=False, server_default="0"),
        sa.Column("interval_us", big, nullable=False),
        sa.Column("team", sa.String(length=200), nullable=False),
        sa.Column("answered", sa.SmallInteger(), nullable=False),
        sa.Column("handled", sa.SmallInteger(), nullable=False),
        sa.Column("talk_us", big, nullable=False),
        sa.PrimaryKeyConstraint("line", "call_id", "occurrence", "interval_us", "team"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "team_call_counts_by_interval",
        "team_call_counts",
        ["team", "interval_us", "line", "call_id", "occurrence"],
    )
    op.create_table(
        "team_counts",
        sa.Column("interval_us", big, nullable=False),
        sa.Column("team", sa.String(length=200), nullable=False),
        sa.Column("answered", big, nullable=False),
        sa.Column("handled", big, nullable=False),
        sa.Column("talk_us", big, nullable=False),
        sa.PrimaryKeyConstraint("interval_us", "team"),
        sqlite_with_rowid=False,
    )
