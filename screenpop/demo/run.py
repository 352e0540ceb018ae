"""How does the demo run: company, credit department, service, telephones?"""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    asynccontextmanager,
    suppress,
)
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import aiohttp

from screenpop.demo.callers import Callers, opening
from screenpop.demo.calls import Exchange
from screenpop.demo.centre import CALLS_PER_MINUTE, LARKSPOKE, Habits
from screenpop.demo.company import Company, found_company
from screenpop.demo.credit import CreditDepartment, credit_records
from screenpop.demo.delivery import HttpPost, LineCredentials, Sender, Tally, deliveries
from screenpop.demo.folder import Account, Folder, let_in, opened_users
from screenpop.demo.names import chance
from screenpop.demo.past import write_past
from screenpop.domain.errors import ConfigError
from screenpop.history.offers import Offers
from screenpop.node.asking import load_checked
from screenpop.node.build import running
from screenpop.node.offer_orders import learn_orders
from screenpop.node.parts import data_dir_of
from screenpop.support.clock import SystemClock
from screenpop.support.tasks import TaskOwner

log = logging.getLogger(__name__)

LINE = "telephones"
OFFERS_WITHIN_S = 60.0  # the first model takes ten seconds on two free cores
VISITOR = LARKSPOKE.agents[0].agent

Serve = Callable[[Path, Sequence[Account]], AbstractAsyncContextManager[str]]
"""(configuration file, people to let in) -> the running service's base URL."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoOptions:
    folder: Path
    today: date
    port: int = 8080
    seed: int = 7
    pace: float = 1.0  # how many times as many calls as usual
    calls: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """The demo runs: what to tell the person who started it."""

    options: DemoOptions
    url: str
    credit_url: str
    port: int
    folder: Folder
    accounts: tuple[Account, ...]
    customers: int
    orders: int
    first_caller: str
    first_caller_name: str
    reused: bool  # the folder held this seed's data for today already
    tally: Tally = field(default_factory=Tally)


async def run_demo(
    options: DemoOptions,
    serve: Serve,
    *,
    tell: Callable[[Ready], None],
    stop: asyncio.Event,
) -> Tally:
    """Run until `stop`; returns what became of the telephone events."""
    company = await asyncio.to_thread(found_company, options.seed, options.today)
    folder = Folder(options.folder)
    reused = folder.holds(options.seed, options.today.isoformat())
    if not reused:
        await asyncio.to_thread(folder.write_company, company)
    async with AsyncExitStack() as stack:
        credit_url = await stack.enter_async_context(_credit(company, folder).serve())
        port = free_port(options.port)
        config = folder.write_config(port=port, credit_url=credit_url)
        accounts = folder.accounts()
        if not reused:
            now_us = SystemClock().now_us()
            await write_past(load_checked(config), company, LINE, now_us)
        url = await stack.enter_async_context(serve(config, accounts))
        first = opening(company, VISITOR, chance(options.seed, "opening"))[0].caller
        ready = Ready(
            options=options,
            url=url.rstrip("/"),
            credit_url=credit_url,
            port=port,
            folder=folder,
            accounts=accounts,
            customers=len(company.customers),
            orders=len(company.orders),
            first_caller=first.shown,
            first_caller_name=company.by_account()[first.customer or ""].name,
            reused=reused,
        )
        tell(ready)
        await _until_stopped(ready, company, stop)
        return ready.tally


async def _until_stopped(ready: Ready, company: Company, stop: asyncio.Event) -> None:
    owner = TaskOwner("demo")
    try:
        if ready.options.calls:
            owner.spawn(_telephones(ready, company), name="simulated telephones")
        await stop.wait()
    finally:
        await owner.close()


async def _telephones(ready: Ready, company: Company) -> None:
    """Calls without end."""
    options = ready.options
    exchange = Exchange(
        LARKSPOKE,
        Callers(company, chance(options.seed, "callers")),
        chance(options.seed, "calls"),
        habits=Habits(calls_per_minute=CALLS_PER_MINUTE * options.pace),
        opening=opening(company, VISITOR, chance(options.seed, "opening")),
        resting=frozenset({VISITOR}),
        prefix=f"demo{ready.folder.next_run()}",
    )
    async with aiohttp.ClientSession() as session:
        sender = Sender(
            post=HttpPost(session, f"{ready.url}/v1/telephony/{LINE}"),
            credentials=LineCredentials(secret=ready.folder.secret("signing_secret")),
            tally=ready.tally,
        )
        rng = chance(options.seed, "network")
        await sender.run(deliveries(exchange.events(), rng))


def _credit(company: Company, folder: Folder) -> CreditDepartment:
    return CreditDepartment(
        credit_records(company),
        folder.secret("credit_token"),
        rng=chance(company.seed, "latency"),
    )


TRIED_MAX = 50
HOST = "127.0.0.1"


def free_port(wanted: int, host: str = HOST) -> int:
    """The wanted port, else the next free one above it; 0 gives any.

    Raises `ConfigError` when none of the next ports can be had.
    """
    last = min(wanted + TRIED_MAX, 65_535) if wanted else 0
    for port in range(wanted, last + 1):
        if (bound := _try(host, port)) is not None:
            return bound
    raise ConfigError(
        f"none of the ports {wanted} to {last} on {host} can be listened on: they are"
        " in use or not allowed. Choose another with --port, or --port 0 for any."
    )


def _try(host: str, port: int) -> int | None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                return None
            raise
        return int(probe.getsockname()[1])


@asynccontextmanager
async def run_service(
    config: Path, accounts: Sequence[Account], *, offers_within_s: float = 0.0
) -> AsyncIterator[str]:
    """Serve that configuration; gives the base URL once it takes calls.

    The people are in the store before the service reads it. It waits at most
    `offers_within_s` until cards have offers, too, and `/insight` has the orders that
    followed the offers of the past.
    """
    loaded = load_checked(config)
    async with opened_users(loaded) as users:
        await let_in(users, accounts)
    async with running(loaded) as service:
        if offers_within_s:
            with suppress(TimeoutError):
                await asyncio.wait_for(service.insight.ready.wait(), offers_within_s)
                offers = Offers(service.past.database)
                await learn_orders(offers, data_dir_of(loaded), service.clock)
        yield service.url
