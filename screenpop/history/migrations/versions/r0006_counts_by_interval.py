"""What calls add to each quarter of an hour, by call and in sums."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

compatible = False  # what an older node writes would not be counted

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
    op.create_table(
        "call_counts",
        sa.Column("line", sa.String(length=100), nullable=False),
        sa.Column("call_id", sa.String(length=300), nullable=False),
        sa.Column("occurrence", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("interval_us", sa.BigInteger(), nullable=False),
        sa.Column("queue", sa.String(length=200), nullable=False),
        sa.Column("dialled", sa.String(length=200), nullable=False),
        *_amounts(sa.SmallInteger()),
        sa.PrimaryKeyConstraint(
            "line", "call_id", "occurrence", "interval_us", "queue"
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "call_counts_by_interval",
        "call_counts",
        ["interval_us", "line", "call_id", "occurrence", "queue"],
    )
    op.create_table(
        "interval_counts",
        sa.Column("interval_us", sa.BigInteger(), nullable=False),
        sa.Column("queue", sa.String(length=200), nullable=False),
        sa.Column("line", sa.String(length=100), nullable=False),
        sa.Column("dialled", sa.String(length=200), nullable=False),
        *_amounts(sa.BigInteger()),
        sa.PrimaryKeyConstraint("interval_us", "queue", "line", "dialled"),
        sqlite_with_rowid=False,
    )


def _amounts(count: sa.SmallInteger | sa.BigInteger) -> list[sa.Column[int]]:
    return [
        sa.Column(
            name, sa.BigInteger() if name.endswith("_us") else count, nullable=False
        )
        for name in AMOUNTS
    ]
