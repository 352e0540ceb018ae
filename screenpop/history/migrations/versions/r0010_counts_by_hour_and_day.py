"""Sums of counts by hour and day, next to those by quarter of an hour."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

compatible = True

AMOUNTS = (
    "offered", "answered", "abandoned", "short_abandoned", "moved", "diverted",
    "callbacks", "direct", "direct_answered", "missed", "direct_short_abandoned",
    "calls", "calls_answered", "calls_abandoned", "calls_short_abandoned", "handled",
    "answered_wait_us", "abandoned_wait_us", "calls_answered_wait_us",
    "direct_answered_wait_us", "talk_us", "hold_us",
    "sl_offered", "sl_answered", "sl_abandoned", "sl_short_abandoned", "sl_flow_outs",
    "sl_answered_within", "sl_abandoned_within", "sl_callbacks_within",
)  # fmt: skip


def upgrade() -> None:
    """Empty: the node that writes the history fills it when it starts."""
    op.create_table(
        "rolled_counts",
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.Column("interval_us", sa.BigInteger(), nullable=False),
        sa.Column("queue", sa.String(length=200), nullable=False),
        sa.Column("line", sa.String(length=100), nullable=False),
        sa.Column("dialled", sa.String(length=200), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in AMOUNTS),
        sa.PrimaryKeyConstraint("level", "interval_us", "queue", "line", "dialled"),
        sqlite_with_rowid=False,
    )
