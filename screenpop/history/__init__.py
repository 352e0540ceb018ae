"""History, notes, users: SQLAlchemy tables and repositories."""
