"""Which scheduled reports were sent, so that each is sent once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

compatible = True


def upgrade() -> None:
    op.create_table(
        "report_runs",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("due", sa.String(length=10), nullable=False),
        sa.Column("mail_id", sa.String(length=32), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("tried_us", sa.BigInteger(), nullable=False),
        sa.Column("filed_us", sa.BigInteger(), nullable=True),
        sa.Column("mailed_us", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.PrimaryKeyConstraint("name", "due"),
        sqlite_with_rowid=False,
    )
