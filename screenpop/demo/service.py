"""How does the demo start the real service, and let its people in?"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, cast

from screenpop.demo.folder import Account


@asynccontextmanager
async def run_service(config: Path, accounts: Sequence[Account]) -> AsyncIterator[str]:
    """Serve that configuration; gives the base URL once it takes calls."""
    service_class = cast(Any, import_module("screenpop.app").Service)
    async with service_class.start(config) as service:
        for account in accounts:
            login = account.login
            await service.ensure_user(
                login.username,
                password=account.password,
                name=login.name,
                role=login.role,
                agents=[login.agent] if login.agent else [],
            )
        yield str(service.url)
