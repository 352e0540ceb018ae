"""A PostgreSQL of this machine with the people of a call centre, for several nodes."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from call_centre import AGENTS, PASSWORD
from unit.history.postgres_server import binary, postgres

from screenpop.domain.agent import Role
from screenpop.history.engine import Database
from screenpop.history.migrate import upgrade
from screenpop.history.users import Users


@asynccontextmanager
async def shared_store() -> AsyncIterator[str]:
    """Its address. Where there is no PostgreSQL the test is skipped; in CI it fails."""
    if binary("initdb") is None and not os.environ.get("CI"):
        pytest.skip("no PostgreSQL on this machine: install postgresql")
    with postgres() as url:
        database = Database(url)
        await database.open()
        await upgrade(database)
        users = Users(database)
        for name, agent in AGENTS.items():
            await users.create(name, password=PASSWORD, name=name, agents=[agent])
        for name, role in (("sue", Role.SUPERVISOR), ("ada", Role.ADMIN)):
            await users.create(name, password=PASSWORD, name=name, role=role)
        await database.close()
        yield url
