"""What an agent wrote for the next agent of a call."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

compatible = True


def upgrade() -> None:
    big = sa.BigInteger()
    op.create_table(
        "handovers",
        sa.Column("line", sa.String(length=100), nullable=False),
        sa.Column("call_id", sa.String(length=300), nullable=False),
        sa.Column("occurrence", big, nullable=False, server_default="0"),
        sa.Column("username", sa.String(length=200), nullable=False),
        sa.Column("agent", sa.String(length=200), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at_us", big, nullable=False),
        sa.PrimaryKeyConstraint("line", "call_id", "occurrence", "username"),
        sqlite_with_rowid=False,
    )
