"""How long agents handled calls and waited for one, by team; a view for BI tools."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

compatible = True

VIEW = (
    "CREATE VIEW bi_occupancy AS SELECT {interval_us} AS started_at, interval_us,"
    " CAST(SUM(handle_us) AS BIGINT) AS handle_us,"
    " CAST(SUM(available_us) AS BIGINT) AS available_us"
    " FROM occupancy_counts GROUP BY interval_us"
    " HAVING SUM(people) >= (SELECT value FROM view_limits WHERE name = 'people_min')"
)


def upgrade() -> None:
    """Nodes of the version before do not write them: what they archive is not in it."""
    big = sa.BigInteger()
    op.create_table(
        "occupancy_counts",
        sa.Column("interval_us", big, nullable=False),
        sa.Column("team", sa.String(length=200), nullable=False),
        sa.Column("handle_us", big, nullable=False),
        sa.Column("available_us", big, nullable=False),
        sa.Column("people", big, nullable=False),
        sa.PrimaryKeyConstraint("interval_us", "team"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "view_limits",
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("value", big, nullable=False),
        sa.PrimaryKeyConstraint("name"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "work_logs",
        sa.Column("username", sa.String(length=200), nullable=False),
        sa.Column("team", sa.String(length=200), nullable=False),
        sa.Column("until_us", big, nullable=False),
        sa.Column("heard_us", big, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("username"),
        sqlite_with_rowid=False,
    )
    op.create_index("work_logs_by_until", "work_logs", ["until_us"])
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    moment = (
        "(TIMESTAMPTZ 'epoch' + interval_us * INTERVAL '1 microsecond')"
        if is_postgresql
        else "strftime('%Y-%m-%dT%H:%M:%fZ', interval_us / 1000000.0, 'unixepoch')"
    )
    op.get_bind().exec_driver_sql(VIEW.format(interval_us=moment))
