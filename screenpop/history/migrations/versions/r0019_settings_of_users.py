"""How each user likes the pages: sound, type size, keys, theme."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

compatible = True


def upgrade() -> None:
    op.add_column("users", sa.Column("settings", sa.Text(), nullable=True))
