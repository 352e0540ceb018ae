"""A call id that is used again is another call: `occurrence` joins every key."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

compatible = False  # every table has another key

OF_CALLS = {
    "calls": (),
    "call_legs": ("agent", "username"),
    "call_visits": ("place",),
    "call_events": ("event_id",),
    "answers_shown": (),
    "receipts": ("action_id",),
    "notes": ("username",),
    "dispositions": ("username",),
}


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table, rest in OF_CALLS.items():
        if sqlite:
            _rewrite(table)
        else:
            _alter(table, ("line", "call_id", "occurrence", *rest))


def _alter(table: str, key: tuple[str, ...]) -> None:
    zero = sa.Column("occurrence", sa.BigInteger(), nullable=False, server_default="0")
    op.add_column(table, zero)
    before = sa.inspect(op.get_bind()).get_pk_constraint(table)["name"]
    op.drop_constraint(str(before), table, type_="primary")
    op.create_primary_key(f"{table}_pkey", table, list(key))


def _rewrite(table: str) -> None:
    """SQLite cannot change a primary key: the rows move to a new table."""
    bind = op.get_bind()
    stored = sa.text("SELECT type, sql FROM sqlite_master WHERE tbl_name = :table")
    written = [(kind, sql) for kind, sql in bind.execute(stored, {"table": table})]
    (before,) = [sql for kind, sql in written if kind == "table"]
    columns = [x["name"] for x in sa.inspect(bind).get_columns(table)]
    after = before.replace(table, f"{table}_new", 1).replace(
        "PRIMARY KEY (line, call_id", "PRIMARY KEY (line, call_id, occurrence"
    )
    head, comma, tail = after.partition("call_id VARCHAR(300) NOT NULL,")
    op.execute(f"{head}{comma} occurrence BIGINT DEFAULT 0 NOT NULL,{tail}")
    names = ", ".join(f'"{name}"' for name in columns)
    op.execute(f"INSERT INTO {table}_new ({names}) SELECT {names} FROM {table}")  # noqa: S608
    op.execute(f"DROP TABLE {table}")
    op.execute(f"ALTER TABLE {table}_new RENAME TO {table}")
    for kind, sql in written:
        if kind == "index" and sql is not None:
            op.execute(sql)
