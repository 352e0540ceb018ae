"""Since when calls are counted by which rules."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

compatible = True


def upgrade() -> None:
    op.create_table(
        "rules_of_counts",
        sa.Column("since_us", sa.BigInteger(), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("since_us"),
    )
