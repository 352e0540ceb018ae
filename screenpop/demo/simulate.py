"""Do realistic calls against a running service all reach their agents?"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import aiohttp

from screenpop.config.load import Loaded
from screenpop.config.model import LineSettings
from screenpop.demo.browsers import Browsers, Meter, Report, Seat
from screenpop.demo.callers import DemoCaller, as_sent
from screenpop.demo.calls import Exchange
from screenpop.demo.centre import Centre, Habits, big_centre
from screenpop.demo.delivery import (
    Delivery,
    Disorder,
    HttpPost,
    LineCredentials,
    Sender,
    deliveries,
)
from screenpop.demo.folder import opened_users, send_home, simulated
from screenpop.demo.names import chance
from screenpop.demo.numbers import BLOCKS
from screenpop.domain.errors import ConfigError
from screenpop.web.auth import Signer, cookie_name, key_file, session_key

SESSION_S = 6 * 3600
SETTLE_S = 5.0  # for the last cards to arrive
DISORDER = Disorder(repeated_share=0.01, late_share=0)
"""Some events twice; none late, so that each ring must be shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulateOptions:
    line: str | None = None  # default: the only one, or the only generic one
    url: str | None = None  # default: as the configuration says
    rate: float = 1.0  # calls a second
    agents: int = 0  # desks watched; 0: calls only
    minutes: float = 1.0
    seed: int = 7
    numbers: tuple[str, ...] = ()  # who calls; default: fictional numbers


def brisk(rate: float) -> Habits:
    """Short conversations, so that few agents take many calls."""
    return Habits(
        calls_per_minute=rate * 60,
        day_s=120,
        patience_s=20,
        pickup_s=(1, 3),
        ring_timeout_s=6,
        talk_s=(2, 6),
        wrap_up_s=(0.5, 1.5),
        call_back_s=(3, 12),
        break_every_s=120,
        break_s=(3, 8),
        live_max=20_000,
    )


async def simulate(
    loaded: Loaded, options: SimulateOptions, *, tell: Callable[[str], None]
) -> Report:
    """Post calls for that time and watch the desks; ends by itself."""
    name, line = chosen_line(loaded, options.line)
    credentials = credentials_of(name, line)
    queues = tuple(loaded.config.queues) or ("sales",)
    dialled = next(iter(loaded.config.dialled), "+442079460100")
    centre = big_centre(max(options.agents, 1), queues, dialled)
    url = (options.url or _url(loaded)).rstrip("/")
    meter = Meter()
    async with _desks(loaded, centre, url, options.agents, meter, tell) as watched:
        tell(f"Calling line {name} at {url}: {options.rate:g} calls a second …")
        sender = await _call(
            f"{url}/v1/telephony/{name}", credentials, centre, options, meter, watched
        )
    tally = sender.tally
    return meter.report(
        refused=tally.refused, given_up=tally.given_up, retried=tally.retried
    )


def chosen_line(loaded: Loaded, wanted: str | None) -> tuple[str, LineSettings]:
    """The line to call on; raises `ConfigError` when that is not clear."""
    lines = loaded.config.lines
    generic = {name: line for name, line in lines.items() if line.dialect == "generic"}
    if wanted is not None and wanted in generic:
        return wanted, generic[wanted]
    if wanted is None and len(generic) == 1:
        return next(iter(generic.items()))
    known = ", ".join(generic) or "none"
    raise ConfigError(
        f"{loaded.file}: lines: cannot choose the line to call on"
        f" (asked for: {wanted or 'any'}; with dialect generic: {known})."
        " Name one with --line."
    )


def credentials_of(name: str, line: LineSettings) -> LineCredentials:
    secret, token = (line.settings.get(key) for key in ("signing_secret", "token"))
    first = secret[0] if isinstance(secret, list) and secret else secret
    if first:
        return LineCredentials(secret=str(first))
    if token:
        return LineCredentials(
            token=str(token[0] if isinstance(token, list) else token)
        )
    raise ConfigError(
        f"lines.{name}.settings: neither signing_secret nor token is set, so events"
        " cannot be sent. Set one of them."
    )


def _url(loaded: Loaded) -> str:
    server = loaded.config.server
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(server.host, server.host)  # noqa: S104
    return f"http://{host}:{server.port}"


@asynccontextmanager
async def _desks(
    loaded: Loaded,
    centre: Centre,
    url: str,
    count: int,
    meter: Meter,
    tell: Callable[[str], None],
) -> AsyncIterator[frozenset[str]]:
    """Users and browsers of the simulated agents, for the time of the simulation."""
    if not count:
        yield frozenset()
        return
    names = [agent.agent for agent in centre.agents]
    tell(f"Opening the desks of {count:,} simulated agents …")
    async with opened_users(loaded) as users:
        people = await simulated(users, names)
        signer = Signer(await asyncio.to_thread(session_key, key_file(loaded)))
        until_s = round(time.time()) + SESSION_S
        cookie = cookie_name(loaded.config.server, loaded.config.security)
        seats = [
            Seat(agent=name, cookie=f"{cookie}={signer.issue(user, until_s)[0]}")
            for name, user in zip(names, people, strict=True)
        ]
        browsers = Browsers(url, seats, meter)
        try:
            await browsers.open()
            yield frozenset(names)
            await _settle(meter, browsers)
        finally:
            await browsers.close()
            await send_home(users, people)


async def _call(
    url: str,
    credentials: LineCredentials,
    centre: Centre,
    options: SimulateOptions,
    meter: Meter,
    watched: frozenset[str],
) -> Sender:
    rng = chance(options.seed, "simulate")
    exchange = Exchange(
        centre,
        strangers(options.numbers, centre, options.seed),
        rng,
        habits=brisk(options.rate),
        prefix=f"sim{time.time_ns() // 1_000_000:x}",
    )
    async with aiohttp.ClientSession() as session:
        sender = Sender(
            post=HttpPost(session, url),
            credentials=credentials,
            before_post=lambda delivery: _note(delivery, meter, watched),
        )
        events = exchange.events(options.minutes * 60)
        await sender.run(deliveries(events, rng, DISORDER))
    return sender


def _note(delivery: Delivery, meter: Meter, watched: frozenset[str]) -> None:
    body = delivery.event.body
    if delivery.again or "call_id" not in body:
        return
    call_id, agents = str(body["call_id"]), body.get("agents")
    meter.called(call_id)
    if body["type"] == "alerting" and isinstance(agents, list):
        now_s = time.monotonic()
        for agent in watched.intersection(agents):
            meter.rang(call_id, agent, now_s)


async def _settle(meter: Meter, browsers: Browsers) -> None:
    """Give the last cards time to arrive."""
    with suppress(TimeoutError):
        async with asyncio.timeout(SETTLE_S):
            while meter.missing:
                browsers.news.clear()
                await browsers.news.wait()


def strangers(
    numbers: Sequence[str], centre: Centre, seed: int
) -> Iterator[DemoCaller]:
    """Callers from the numbers given, else from fictional ones; some withheld."""
    rng = chance(seed, "strangers")
    while True:
        queue = rng.choice(centre.queues).name
        if rng.random() < 0.05:
            yield DemoCaller(kind="withheld", shown="anonymous", queue=queue)
            continue
        number = rng.choice(numbers) if numbers else _fictional(rng)
        yield DemoCaller(kind="unknown", shown=as_sent(number, rng), queue=queue)


def _fictional(rng: random.Random) -> str:
    country = rng.choice(list(BLOCKS))
    block = rng.choice(BLOCKS[country])
    return block.number(country, block.first + rng.randrange(block.count)).e164
