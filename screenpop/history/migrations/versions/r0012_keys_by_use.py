"""Keys of persons by when they were last used, so that old ones are found."""

from __future__ import annotations

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

compatible = True
concurrent = True  # outside a transaction: it may be half done, and is begun again

NAME = "person_keys_by_use"


def upgrade() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    if postgresql:  # an index that was not finished is there, and of no use
        op.drop_index(NAME, if_exists=True, postgresql_concurrently=True)
    op.create_index(NAME, "person_keys", ["at_us"], postgresql_concurrently=postgresql)
