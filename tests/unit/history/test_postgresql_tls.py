"""Is the connection to PostgreSQL encrypted, and does it check whom it speaks to?"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import text
from unit.history.postgres_server import binary, postgres
from unit.journal.test_redis_topologies import certificates

from screenpop.domain.errors import Unavailable
from screenpop.history import postgres_dump
from screenpop.history.engine import Database

__all__ = ["certificates"]


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    database = Database(url)
    await database.open()
    try:
        yield database
    finally:
        await database.close()


async def test_postgresql_is_reached_with_tls_and_only_with_the_right_certificate(
    certificates: Path, tmp_path: Path
) -> None:
    if binary("initdb") is None and not os.environ.get("CI"):
        pytest.skip("no PostgreSQL on this machine: install postgresql")
    ca = certificates / "ca.pem"
    with postgres(certificates) as url:
        safe = f"{url}?sslmode=verify-full&sslrootcert={ca}"
        async with opened(safe) as database, database.read() as connection:
            query = text("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
            assert (await connection.execute(query)).scalar() is True
            postgres_dump.dump(database.url, tmp_path / "dump")  # pg_dump, too
        for wrong, why in (
            ("?sslmode=disable", "no encryption"),
            ("?sslmode=verify-full", "CERTIFICATE_VERIFY_FAILED"),
        ):
            with pytest.raises(Unavailable, match=why):
                async with opened(url + wrong):
                    pass
