"""Alerts that opened and closed, and who acknowledged them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

compatible = True


def upgrade() -> None:
    op.create_table(
        "alert_changes",
        sa.Column("change_id", sa.String(length=300), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("username", sa.String(length=200), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("change_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("alert_changes_by_time", "alert_changes", ["at_us"])
