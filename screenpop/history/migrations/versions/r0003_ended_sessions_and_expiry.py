"""Sessions that ended before their time; tokens and first passwords that expire."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

compatible = True


def upgrade() -> None:
    op.create_table(
        "ended_sessions",
        sa.Column("session", sa.String(length=64), nullable=False),
        sa.Column("expires_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("session"),
    )
    op.add_column("api_tokens", sa.Column("expires_us", sa.BigInteger(), nullable=True))
    op.add_column(
        "users", sa.Column("password_until_us", sa.BigInteger(), nullable=True)
    )
