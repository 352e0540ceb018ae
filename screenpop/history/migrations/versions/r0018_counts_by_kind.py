"""Calls by day and month and how they ended, and who took them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

compatible = True

KEY = {
    "level": 10, "interval_us": None, "queue": 200, "line": 100, "dialled": 200,
    "outcome": 20, "customer": 10, "result": 100,
}  # fmt: skip
TABLES = {
    "kind_counts": (KEY, ("calls", "answered")),
    "kind_people": ({**KEY, "username": 200}, ("calls",)),
}


def upgrade() -> None:
    """The next start of an archiver fills them: nodes before do not write them."""
    for table, (key, amounts) in TABLES.items():
        columns = [
            sa.Column(
                name,
                sa.BigInteger() if length is None else sa.String(length=length),
                nullable=False,
            )
            for name, length in key.items()
        ]
        columns += [sa.Column(x, sa.BigInteger(), nullable=False) for x in amounts]
        op.create_table(
            table, *columns, sa.PrimaryKeyConstraint(*key), sqlite_with_rowid=False
        )
