"""How full is everything, is the event loop on time, and when is garbage collected?"""

from __future__ import annotations

import asyncio
import gc
import itertools
import logging
import sys
from collections.abc import Awaitable, Callable, Iterable, Mapping

from screenpop.connector.expiry import key_days_left
from screenpop.journal.base import Journal
from screenpop.journal.leases import Lease
from screenpop.lookup.canaries import OUTCOMES
from screenpop.lookup.refreshing import gives_contacts
from screenpop.lookup.source_times import SourceTimes
from screenpop.lookup.sources import Sources
from screenpop.node.follow import Follower
from screenpop.node.lookups import Lookups
from screenpop.support.clock import Clock
from screenpop.support.metrics import Metrics

# -- When does Python look for garbage, and when must it not?
# A full collection walks every object of the process: with ten thousand browsers
# and a busy hour's calls it stops the event loop for hundreds of milliseconds, and
# every card with it. The young generations are small and cost a millisecond; the
# full one is never run by itself, but when nothing has happened for a moment.

EVERY_S = 0.1
SOURCES_SHOWN_EACH = 10  # looks


async def watch(
    metrics: Metrics,
    clock: Clock,
    follower: Follower,
    journal: Journal,
    lookups: Lookups,
    archives: Lease,
    times: SourceTimes,
) -> None:
    """Keep the gauges up to date, for ever; each turn measures the loop's delay."""
    shown: Sources | None = None
    for looks in itertools.count():
        due_s = clock.monotonic_s() + EVERY_S
        await asyncio.sleep(EVERY_S)
        metrics.loop_lag_s.observe(max(0.0, clock.monotonic_s() - due_s))
        metrics.live_calls.set(len(follower.book))
        health = journal.health
        metrics.journal_pending.set(health.pending)
        metrics.journal_spooled.set(health.spooled)
        metrics.journal_behind.set(health.behind)
        metrics.history_writer.set(archives.is_held)
        sources = lookups.sources
        if sources is not shown:
            _forget_sources(metrics, shown, sources)
            shown = sources
            for name, connector in sources.connectors.items():
                if gives_contacts(connector):
                    metrics.contacts.labels(name)
        if looks % SOURCES_SHOWN_EACH == 0:
            show_sources(metrics, sources)
            times.look()


def _forget_sources(metrics: Metrics, before: Sources | None, now: Sources) -> None:
    """A source that was removed would keep its last value for ever."""
    for name in before.guards.keys() - now.guards.keys() if before is not None else ():
        metrics.breaker_open.remove(name)
        metrics.values_lost.remove(name)
        metrics.key_days_left.remove(name)
        metrics.contacts.remove(name)
        _forget_canaries(metrics, name)


def show_sources(metrics: Metrics, sources: Sources) -> None:
    sizes = sources.index.sizes()
    for name in sources.connectors.keys() & sizes.keys():
        metrics.contacts.labels(name).set(sizes[name])
    for name, guard in sources.guards.items():
        metrics.breaker_open.labels(name).set(guard.breaker.is_open)
        metrics.values_lost.labels(name).set(len(sources.losses(name)))
        left = key_days_left(sources.expiries(name), sources.clock.now_us())
        if left is None:
            metrics.key_days_left.remove(name)
        else:
            metrics.key_days_left.labels(name).set(left)
        tried = sources.canaries.tried.get(name)
        if tried is None:
            _forget_canaries(metrics, name)
            continue
        outcomes = [each.outcome for each in tried.results]
        for outcome in OUTCOMES:
            metrics.canaries.labels(name, outcome).set(outcomes.count(outcome))
        metrics.canaries_tried_at.labels(name).set(tried.at_us / 1e6)


def _forget_canaries(metrics: Metrics, source: str) -> None:
    for outcome in OUTCOMES:
        metrics.canaries.remove(source, outcome)
    metrics.canaries_tried_at.remove(source)


def show_recalls(
    metrics: Metrics, waiting: Mapping[str, int], queues: Iterable[str]
) -> None:
    """`waiting` is by queue; what is in no configured queue is one number."""
    named = {queue: waiting.get(queue, 0) for queue in queues}
    elsewhere = sum(count for queue, count in waiting.items() if queue not in named)
    named["other"] = named.get("other", 0) + elsewhere
    for queue, count in named.items():
        metrics.recalls_waiting.labels(queue).set(count)


log = logging.getLogger(__name__)

THRESHOLDS = (20_000, 3, 1_000_000)
"""New objects before the youngest are looked through at the latest, how often before
the next are, and practically never for all (docs/decisions/garbage-collection.md)."""
YOUNG = 2_000
"""So many are looked through as soon as no one waits for a card."""
SWITCH_S = 0.0005
"""How long a thread that wants the interpreter waits for it at most. With Python's
own 5 ms an append by the thread waits for whole events to be worked off."""
QUIET_S = 2.0
COLLECTED_EVERY_S = 600.0  # not more often than this
AT_LATEST_S = 6 * 3600.0  # where it is never quiet


def spare_the_loop() -> None:
    """For a process that is the service's alone, once it is up.

    What is there now stays: it need not be looked through again.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
    sys.setswitchinterval(SWITCH_S)


def collect_young() -> None:
    """For when nothing is urgent: Python would look in the middle of something."""
    young, middle, _ = gc.get_count()
    if young >= YOUNG:
        gc.collect(1 if middle >= THRESHOLDS[1] else 0)


async def collect_when_quiet(
    newest: Callable[[], int],
    clock: Clock,
    *,
    collect: Callable[[], int] = gc.collect,
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Look for garbage when no entry came for `QUIET_S`; `newest` is its offset."""
    collected_s = clock.monotonic_s()
    while True:
        before = newest()
        await pause(QUIET_S)
        since_s = clock.monotonic_s() - collected_s
        quiet = newest() == before
        if (quiet and since_s >= COLLECTED_EVERY_S) or since_s >= AT_LATEST_S:
            began_s = clock.monotonic_s()
            found = collect()
            collected_s = clock.monotonic_s()
            took_ms = (collected_s - began_s) * 1000
            log.debug("%d objects of garbage, found in %.0f ms", found, took_ms)
