"""How full is everything now, and is the event loop on time?"""

from __future__ import annotations

import asyncio

from screenpop.journal.base import Journal
from screenpop.lookup.sources import Sources
from screenpop.node.follow import Follower
from screenpop.support.clock import Clock
from screenpop.support.metrics import Metrics

EVERY_S = 0.1


async def watch(
    metrics: Metrics,
    clock: Clock,
    follower: Follower,
    journal: Journal,
    sources: Sources,
) -> None:
    """Keep the gauges up to date, for ever; each turn measures the loop's delay."""
    breakers = {
        name: (guard.breaker, metrics.breaker_open.labels(name))
        for name, guard in sources.guards.items()
    }
    contacts = {
        name: metrics.contacts.labels(name)
        for name, connector in sources.connectors.items()
        if connector.contacts() is not None
    }
    while True:
        due_s = clock.monotonic_s() + EVERY_S
        await asyncio.sleep(EVERY_S)
        metrics.loop_lag_s.observe(max(0.0, clock.monotonic_s() - due_s))
        metrics.live_calls.set(len(follower.book))
        metrics.journal_pending.set(journal.health.pending)
        for name, count in sources.index.sizes().items():
            contacts[name].set(count)
        for breaker, gauge in breakers.values():
            gauge.set(breaker.is_open)
