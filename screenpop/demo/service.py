"""How does the demo start the real service, and let its people in?"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from screenpop.demo.folder import Account
from screenpop.demo.people import let_in, opened_users
from screenpop.node.checking import load_checked
from screenpop.node.starting import running


@asynccontextmanager
async def run_service(config: Path, accounts: Sequence[Account]) -> AsyncIterator[str]:
    """Serve that configuration; gives the base URL once it takes calls.

    The people are in the store before the service reads it.
    """
    loaded = load_checked(config)
    async with opened_users(loaded) as users:
        await let_in(users, accounts)
    async with running(loaded) as service:
        yield service.url
