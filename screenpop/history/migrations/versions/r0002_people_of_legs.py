"""Each leg keeps who was at the telephone then, not only which telephone it was."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

compatible = False  # legs have another key

TRACES = """
INSERT INTO traces_of_people (line, call_id, agent, username)
SELECT line, call_id, agent, username FROM receipts WHERE agent IS NOT NULL
UNION SELECT line, call_id, agent, username FROM notes WHERE agent IS NOT NULL
UNION SELECT line, call_id, agent, username FROM dispositions
WHERE agent IS NOT NULL
"""
WITH_TRACE = """
INSERT INTO call_legs (line, call_id, agent, username, arrived_us, state,
  alerting_us, answered_us, released_us, release, attempt)
SELECT l.line, l.call_id, l.agent, t.username, l.arrived_us, l.state,
  l.alerting_us, l.answered_us, l.released_us, l.release, l.attempt
FROM call_legs_before l JOIN traces_of_people t
  ON t.line = l.line AND t.call_id = l.call_id AND t.agent = l.agent
"""
WITHOUT_TRACE = """
INSERT INTO call_legs (line, call_id, agent, username, arrived_us, state,
  alerting_us, answered_us, released_us, release, attempt)
SELECT l.line, l.call_id, l.agent, COALESCE(n.username, ''), l.arrived_us, l.state,
  l.alerting_us, l.answered_us, l.released_us, l.release, l.attempt
FROM call_legs_before l LEFT JOIN people_of_now n ON n.agent = l.agent
WHERE NOT EXISTS (SELECT 1 FROM traces_of_people t
  WHERE t.line = l.line AND t.call_id = l.call_id AND t.agent = l.agent)
"""


def upgrade() -> None:
    """Who left a trace in the call from that telephone was there; else who is now.

    Traces are receipts of cards, notes and results. A telephone of nobody stays so.
    """
    op.rename_table("call_legs", "call_legs_before")
    op.drop_index("call_legs_by_agent", table_name="call_legs_before")
    _new_table()
    _people_of_now()
    _traces()
    op.execute(WITH_TRACE)
    op.execute(WITHOUT_TRACE)
    for name in ("traces_of_people", "people_of_now", "call_legs_before"):
        op.drop_table(name)
    op.create_index(
        "call_legs_by_user",
        "call_legs",
        ["username", "arrived_us", "line", "call_id"],
        unique=False,
    )


def _traces() -> None:
    op.create_table(
        "traces_of_people",
        sa.Column("line", sa.String(length=100), nullable=False),
        sa.Column("call_id", sa.String(length=300), nullable=False),
        sa.Column("agent", sa.String(length=200), nullable=False),
        sa.Column("username", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("line", "call_id", "agent", "username"),
    )
    op.execute(TRACES)


def _new_table() -> None:
    op.create_table(
        "call_legs",
        sa.Column("line", sa.String(length=100), nullable=False),
        sa.Column("call_id", sa.String(length=300), nullable=False),
        sa.Column("agent", sa.String(length=200), nullable=False),
        sa.Column("username", sa.String(length=200), nullable=False),
        sa.Column("arrived_us", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("alerting_us", sa.BigInteger(), nullable=True),
        sa.Column("answered_us", sa.BigInteger(), nullable=True),
        sa.Column("released_us", sa.BigInteger(), nullable=True),
        sa.Column("release", sa.String(length=30), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "line", "call_id", "agent", "username", name="call_legs_of_people"
        ),
        sqlite_with_rowid=False,
    )


def _people_of_now() -> None:
    """Who has which extension as the store knows it now."""
    connection = op.get_bind()
    now = op.create_table(
        "people_of_now",
        sa.Column("agent", sa.String(length=200), nullable=False),
        sa.Column("username", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("agent", "username"),
    )
    users = connection.execute(sa.text("SELECT username, agents FROM users"))
    rows = [
        {"agent": agent, "username": username}
        for username, agents in users
        for agent in sorted(set(json.loads(agents)))
    ]
    if rows:
        op.bulk_insert(now, rows)
