"""Alembic's entry: runs the migrations on the connection it is handed.

Called by `screenpop.history.migrate` only; there is no alembic.ini.
"""

from __future__ import annotations

from alembic import context

from screenpop.history.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transaction_per_migration=False,
)
context.run_migrations()
