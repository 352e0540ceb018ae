"""Which store belongs to this configuration file?

For verbs that need nothing of the service but its store; light to import.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from screenpop.history import migrate
from screenpop.history.engine import Database


def database_of(file: Path) -> Database:
    """The store that a file names, not open. Raises `ConfigError`."""
    from screenpop.config.load import load_config
    from screenpop.history.engine import sqlite_url
    from screenpop.support.log import protect

    loaded = load_config(file)
    protect(loaded.secrets)
    url = loaded.config.store.url
    if url is not None:
        return Database(url.get_secret_value())
    folder = loaded.folder / loaded.config.server.data_dir
    return Database(sqlite_url(folder / "store.sqlite"))


@asynccontextmanager
async def opened_store(file: Path) -> AsyncIterator[Database]:
    """The store with its schema of this version; raises as `migrate.ensure` does."""
    database = database_of(file)
    await database.open()
    try:
        await migrate.ensure(database, str(file))
        yield database
    finally:
        await database.close()
