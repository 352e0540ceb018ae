"""What would agents have seen under another configuration? Over calls of the past.

The sources of both configurations are asked now, about the same callers, so that
only the configurations differ. Sources that both ask alike are opened once, and each
question to them is asked once. Nothing is pushed, journalled or written; customers
are read into files of this run.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

from screenpop.config.differences import unchanged_sources
from screenpop.config.load import Loaded
from screenpop.domain.errors import Unavailable
from screenpop.domain.phone import shortened
from screenpop.history.engine import Database
from screenpop.history.replayed_calls import ReplayedCall
from screenpop.lookup.calls import CallLookups
from screenpop.lookup.explain import Explanation, explain
from screenpop.lookup.kept_sources import KeptSources
from screenpop.lookup.number_index import NumberIndex
from screenpop.lookup.profile_differences import Differences, seen
from screenpop.lookup.refreshing import gives_contacts
from screenpop.lookup.sources import FindConnector, reason_of
from screenpop.node.lookups import Lookups, make_lookups
from screenpop.node.parts import numbering_plans
from screenpop.support.clock import SystemClock
from screenpop.support.log import Redactor
from screenpop.support.metrics import Metrics

AT_ONCE = 16  # calls
IVR = "ivr."  # before the name of an attribute in a lookup's parameters
Step = Callable[[str, int, int], None]
"""What is done, how far, of how many (0: not known)."""


@dataclass(frozen=True, kw_only=True)
class ReplayOrder:
    """`calls_per_s`: so many callers are looked up in a second, by both."""

    old: Loaded
    new: Loaded
    calls: Sequence[ReplayedCall]
    calls_per_s: float = 50.0
    examples_max: int = 5
    shows_numbers: bool = False
    find: FindConnector | None = None


@dataclass(kw_only=True)
class Replayed:
    """`failed`: lookups that failed, by configuration and lookup; `unread`: why."""

    differences: Differences
    callers: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    unread: dict[str, str] = field(default_factory=dict)


async def replay(order: ReplayOrder, step: Step = lambda *how_far: None) -> Replayed:
    """Look each different call up under both; raises `ConfigError`."""
    done = Replayed(differences=Differences(order.examples_max))
    async with _opened(order, done, step) as (old, new):
        wanted = {*old.tools.plan.wanted, *new.tools.plan.wanted}
        alike = Counter(_without_others(call, wanted) for call in order.calls)
        done.callers = len(alike)
        comparing = _Comparing(order, old, new, done)
        places = asyncio.Semaphore(AT_ONCE)
        loop = asyncio.get_running_loop()
        due_s = loop.time()
        async with asyncio.TaskGroup() as group:
            for number, (call, calls) in enumerate(alike.items(), 1):
                await places.acquire()
                task = group.create_task(comparing.one(call, calls))
                task.add_done_callback(lambda _: places.release())
                step("callers", number, len(alike))
                due_s = max(due_s, loop.time() - 1) + 1 / order.calls_per_s
                await asyncio.sleep(max(0.0, due_s - loop.time()))
    return done


def _without_others(call: ReplayedCall, wanted: Collection[str]) -> ReplayedCall:
    """With the attributes that a lookup takes: others make no caller another one."""
    kept = tuple(x for x in call.attributes if f"{IVR}{x[0]}" in wanted)
    return replace(call, attributes=kept)


class _Comparing:
    def __init__(self, order: ReplayOrder, old: Lookups, new: Lookups, done: Replayed):
        self._order = order
        self._old, self._new = old, new
        self._done = done
        self._mask = Redactor(order.old.secrets | order.new.secrets)

    async def one(self, call: ReplayedCall, calls: int) -> None:
        """One after the other: what both ask alike is asked once."""
        old = await self._told(self._old, call, "old")
        new = await self._told(self._new, call, "new")
        number = call.caller or "withheld"
        shows = self._order.shows_numbers
        self._done.differences.add(
            old,
            new,
            calls=calls,
            number=number if shows else shortened(number),
            call=call.call_id,
        )

    async def _told(
        self, lookups: Lookups, call: ReplayedCall, side: str
    ) -> dict[str, str]:
        told = lookups.judged(await _explained(lookups, call))
        for answer in told.answers:
            if answer.outcome.value in ("failed", "timed_out"):
                self._done.failed[f"{side}: {answer.lookup}"] += 1
        shown = seen(told.profile, told.policy)
        if self._order.shows_numbers:
            return shown
        return {name: self._mask(text) for name, text in shown.items()}


async def _explained(lookups: Lookups, call: ReplayedCall) -> Explanation:
    return await explain(
        call.caller or "",
        lookups=lookups.calls,
        tools=lookups.tools,
        line=call.line,
        dialled=call.dialled,
        attributes=dict(call.attributes),
    )


@asynccontextmanager
async def _opened(
    order: ReplayOrder, done: Replayed, step: Step
) -> AsyncIterator[tuple[Lookups, Lookups]]:
    clock, metrics = SystemClock(), Metrics()
    old = make_lookups(order.old, clock, lambda record: None, metrics, find=order.find)
    names = unchanged_sources(order.old.config, order.new.config)
    kept = KeptSources(sources=old.sources, names=names & old.sources.guards.keys())
    new = make_lookups(
        order.new,
        clock,
        lambda record: None,
        metrics,
        find=order.find,
        spare=old.tools.spare,
        kept=kept,
    )
    fresh = [name for name in new.sources.connectors if name not in kept.names]
    own = _own_index(order, old, new, kept)
    try:
        await old.sources.open()
        for name in fresh:
            await _or_noted(done, f"new: {name}", new.sources.connectors[name].open())
        await _read(old, old.sources.connectors, "old", done, step)
        read = new.sources.connectors if own is not None else ()
        await _read(new, read, "new", done, step)
        yield old, new
    finally:
        await new.sources.let_go(fresh)
        await old.sources.close()
        if own is not None:
            await asyncio.to_thread(own.close)


def _own_index(
    order: ReplayOrder, old: Lookups, new: Lookups, kept: KeptSources
) -> NumberIndex | None:
    """One for the new configuration where its customers may be others.

    None: both know the same customers.
    """
    both = (old.sources.connectors, new.sources.connectors)
    changed = [x for each in both for n, x in each.items() if n not in kept.names]
    country = order.new.config.server.country
    same_country = order.old.config.server.country == country
    if same_country and not any(map(gives_contacts, changed)):
        return None
    index = new.sources.index = NumberIndex(country)
    new.calls = CallLookups(
        new.tools,
        index,
        numbering_plans(order.new.config),
        ZoneInfo(order.new.config.server.time_zone),
    )
    return index


async def _read(
    lookups: Lookups, names: Iterable[str], side: str, done: Replayed, step: Step
) -> None:
    """All customers, so that each caller is found as the service finds them."""
    for name in names:
        if name in lookups.sources.unusable:
            done.unread[f"{side}: {name}"] = lookups.sources.unusable[name]
            continue
        step(f"customers of {name} ({side})", 0, 0)
        await _or_noted(done, f"{side}: {name}", lookups.sources.read_contacts(name))


async def _or_noted(done: Replayed, name: str, work: object) -> None:
    try:
        await work  # type: ignore[misc]
    except Unavailable as error:
        done.unread[name] = reason_of(error)


def database_of(loaded: Loaded) -> Database:
    """The store of a service; raises `ConfigError`."""
    from screenpop.history.engine import sqlite_url
    from screenpop.node.parts import data_dir_of

    url = loaded.config.store.url
    if url is not None:
        return Database(url.get_secret_value())
    return Database(sqlite_url(data_dir_of(loaded) / "store.sqlite"))
