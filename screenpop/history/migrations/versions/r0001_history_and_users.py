"""History, answers shown, notes, contacts, users, tokens, audit."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

compatible = True

IN_ORDER = {"sqlite_with_rowid": False}
OVER = sa.text("ended_us IS NOT NULL")


def upgrade() -> None:
    _calls()
    _events()
    _written()
    _people()
    _service()


def _calls() -> None:
    op.create_table(
        "calls",
        sa.Column("line", sa.String(length=100), nullable=False),
        sa.Column("call_id", sa.String(length=300), nullable=False),
        sa.Column("phase", sa.String(length=20), nullable=False),
        sa.Column("direction", sa.String(length=20), nullable=False),
        sa.Column("number", sa.String(length=32), nullable=True),
        sa.Column("caller", sa.String(length=200), nullable=True),
        sa.Column("withheld", sa.Boolean(), nullable=False),
        sa.Column("caller_name", sa.String(length=200), nullable=True),
        sa.Column("dialled", sa.String(length=200), nullable=True),
        sa.Column("queue", sa.String(length=200), nullable=True),
        sa.Column("arrived_us", sa.BigInteger(), nullable=False),
        sa.Column("queued_us", sa.BigInteger(), nullable=True),
        sa.Column("first_alerting_us", sa.BigInteger(), nullable=True),
        sa.Column("answered_us", sa.BigInteger(), nullable=True),
        sa.Column("ended_us", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("cause", sa.String(length=200), nullable=True),
        sa.Column("customer_source", sa.String(length=100), nullable=True),
        sa.Column("customer_key", sa.String(length=300), nullable=True),
        sa.Column("customer_name", sa.String(length=200), nullable=True),
        sa.Column("chosen_by_agent", sa.Boolean(), nullable=False),
        sa.Column("attributes", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("line", "call_id"),
        **IN_ORDER,
    )
    op.create_index(
        "calls_by_customer",
        "calls",
        ["customer_source", "customer_key", "arrived_us"],
        unique=False,
        sqlite_where=OVER,
        postgresql_where=OVER,
    )
    op.create_index(
        "calls_by_number",
        "calls",
        ["number", "arrived_us"],
        unique=False,
        sqlite_where=OVER,
        postgresql_where=OVER,
    )
    op.create_index("calls_by_time", "calls", ["arrived_us"], unique=False)
    op.create_table(
        "call_legs",
        sa.Column("line", sa.String(length=100), nullable=False),
        sa.Column("call_id", sa.String(length=300), nullable=False),
        sa.Column("agent", sa.String(length=200), nullable=False),
        sa.Column("arrived_us", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("alerting_us", sa.BigInteger(), nullable=True),
        sa.Column("answered_us", sa.BigInteger(), nullable=True),
        sa.Column("released_us", sa.BigInteger(), nullable=True),
        sa.Column("release", sa.String(length=30), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("line", "call_id", "agent"),
        **IN_ORDER,
    )
    op.create_index(
        "call_legs_by_agent", "call_legs", ["agent", "arrived_us"], unique=False
    )
    op.create_table(
        "call_visits",
        sa.Column("line", sa.String(length=100), nullable=False),
        sa.Column("call_id", sa.String(length=300), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("queue", sa.String(length=200), nullable=False),
        sa.Column("entered_us", sa.BigInteger(), nullable=False),
        sa.Column("left_us", sa.BigInteger(), nullable=True),
        sa.Column("left", sa.String(length=20), nullable=True),
        sa.PrimaryKeyConstraint("line", "call_id", "place"),
        **IN_ORDER,
    )
    op.create_index(
        "call_visits_by_queue", "call_visits", ["queue", "entered_us"], unique=False
    )


def _events() -> None:
    op.create_table(
        "call_events",
        sa.Column("line", sa.String(length=100), nullable=False),
        sa.Column("call_id", sa.String(length=300), nullable=False),
        sa.Column("event_id", sa.String(length=300), nullable=False),
        sa.Column("type", sa.String(length=20), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("received_us", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("line", "call_id", "event_id"),
        **IN_ORDER,
    )
    op.create_table(
        "answers_shown",
        sa.Column("line", sa.String(length=100), nullable=False),
        sa.Column("call_id", sa.String(length=300), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("line", "call_id"),
        **IN_ORDER,
    )
    op.create_table(
        "receipts",
        sa.Column("line", sa.String(length=100), nullable=False),
        sa.Column("call_id", sa.String(length=300), nullable=False),
        sa.Column("action_id", sa.String(length=300), nullable=False),
        sa.Column("username", sa.String(length=200), nullable=False),
        sa.Column("agent", sa.String(length=200), nullable=True),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("ring_to_pop_ms", sa.Float(), nullable=True),
        sa.Column("painted_ms", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("line", "call_id", "action_id"),
        **IN_ORDER,
    )


def _written() -> None:
    op.create_table(
        "notes",
        sa.Column("line", sa.String(length=100), nullable=False),
        sa.Column("call_id", sa.String(length=300), nullable=False),
        sa.Column("username", sa.String(length=200), nullable=False),
        sa.Column("agent", sa.String(length=200), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("line", "call_id", "username"),
        **IN_ORDER,
    )
    op.create_table(
        "dispositions",
        sa.Column("line", sa.String(length=100), nullable=False),
        sa.Column("call_id", sa.String(length=300), nullable=False),
        sa.Column("username", sa.String(length=200), nullable=False),
        sa.Column("agent", sa.String(length=200), nullable=True),
        sa.Column("code", sa.String(length=100), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("line", "call_id", "username"),
        **IN_ORDER,
    )
    op.create_table(
        "contacts",
        sa.Column("key", sa.String(length=300), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("company", sa.String(length=200), nullable=False),
        sa.Column("account", sa.String(length=200), nullable=False),
        sa.Column("number", sa.String(length=32), nullable=True),
        sa.Column("named_by", sa.String(length=200), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "number_links",
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("source", sa.String(length=100), nullable=False),
        sa.Column("key", sa.String(length=300), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("chosen_by", sa.String(length=200), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("number", "source", "key"),
    )
    op.create_index("number_links_by_time", "number_links", ["at_us"], unique=False)


def _people() -> None:
    op.create_table(
        "users",
        sa.Column("username", sa.String(length=100), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("agents", sa.Text(), nullable=False),
        sa.Column("locale", sa.String(length=35), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("token_epoch", sa.Integer(), nullable=False),
        sa.Column("password_hash", sa.String(length=300), nullable=True),
        sa.Column("created_us", sa.BigInteger(), nullable=False),
        sa.Column("updated_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("username"),
    )
    op.create_table(
        "api_tokens",
        sa.Column("token_id", sa.String(length=32), nullable=False),
        sa.Column("username", sa.String(length=100), nullable=False),
        sa.Column("label", sa.String(length=100), nullable=False),
        sa.Column("secret_sha256", sa.String(length=64), nullable=False),
        sa.Column("created_us", sa.BigInteger(), nullable=False),
        sa.Column("revoked_us", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("token_id"),
        sa.UniqueConstraint("secret_sha256"),
    )
    op.create_index("api_tokens_by_user", "api_tokens", ["username"], unique=False)


def _service() -> None:
    op.create_table(
        "audit",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("username", sa.String(length=100), nullable=False),
        sa.Column("action", sa.String(length=100), nullable=False),
        sa.Column("object", sa.String(length=200), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("audit_by_time", "audit", ["at_us"], unique=False)
    op.create_table(
        "consumers",
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
