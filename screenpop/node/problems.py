"""What keeps a node from doing its work well?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from screenpop.domain.directory import shared_telephone
from screenpop.intake.lines import clock_problems
from screenpop.lookup.source_states import problems_of
from screenpop.support.log import NodeProblem

if TYPE_CHECKING:
    from screenpop.node.node import Service

NO_USERS = (
    "no users: no one can log in. Check `store.url`, restore the backup, or add users"
    " with `screenpop users add`."
)


def problems_of_node(it: Service) -> Iterator[NodeProblem]:
    """For `/readyz`."""
    yield from _of_journal(it)
    yield from _of_store(it)
    yield from problems_of(it.lookups.sources)
    yield from it.orders.problems()
    yield from it.insight.problems()
    yield from _of_alerts(it)
    for message in it.reporting.troubles():
        yield NodeProblem(part="reports", message=message, fatal=False)
    for each in it.shared.items():
        message = shared_telephone(*each)
        yield NodeProblem(part="users", message=message, fatal=False)
    yield from it.streams.problems()
    yield from it.other_workers
    if (refused := it.reloader.problem()) is not None:
        yield refused
    clocks = it.follower.placing.occurrences.clocks
    yield from clock_problems(it.loaded.config.lines, clocks)
    for down in it.tasks.watch.down():
        part = f"task {down.task}"
        yield NodeProblem(part=part, message=down.why, fatal=down.fatal)


def _of_journal(it: Service) -> Iterator[NodeProblem]:
    health = it.journal.health
    if it.reading is not None:
        yield NodeProblem(part="journal", message=it.reading)
    if health.trouble is not None:
        yield NodeProblem(part="journal", message=health.trouble)
    for message in (it.follower.failures.trouble(), health.notice):
        if message is not None:
            yield NodeProblem(part="journal", message=message, fatal=False)


def _of_alerts(it: Service) -> Iterator[NodeProblem]:
    message = it.alerting.notices.trouble()
    if message is not None:
        yield NodeProblem(part="alerts", message=message, fatal=False)


def _of_store(it: Service) -> Iterator[NodeProblem]:
    troubles = (
        None if it.past.people.cache.all() else NO_USERS,
        it.past.trouble,
        it.past.damage,
        it.past.database.moved(),
        it.archiver.trouble,
        None if it.keys is None else it.keys.trouble,
    )
    for message in troubles:
        if message is not None:
            yield NodeProblem(part="store", message=message, fatal=False)
