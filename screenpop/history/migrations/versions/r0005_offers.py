"""What was offered in a call, and what became of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

compatible = True


def upgrade() -> None:
    op.create_table(
        "offers",
        sa.Column("line", sa.String(length=100), nullable=False),
        sa.Column("call_id", sa.String(length=300), nullable=False),
        sa.Column("occurrence", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("facet", sa.String(length=100), nullable=False),
        sa.Column("item", sa.String(length=300), nullable=False),
        sa.Column("basis", sa.String(length=100), nullable=False),
        sa.Column("model", sa.String(length=100), nullable=False),
        sa.Column("mark", sa.String(length=20), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("ordered_us", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("line", "call_id", "occurrence", "facet", "item"),
        sqlite_with_rowid=False,
    )
