"""What would a number bring, without a running service?

For `explain`: sources are opened, their customers are looked through once, the
lookups run, and everything is closed again. Choices that agents made are known if
the store is there; nothing is written.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from screenpop.config.check import Checked, verdict
from screenpop.config.facets import gives_orders
from screenpop.config.load import Examined, Loaded, examine
from screenpop.config.model import LineSettings
from screenpop.config.problems import ConfigProblems, Problem
from screenpop.domain.errors import ConfigError, Unavailable
from screenpop.insight.adviser import Adviser
from screenpop.insight.policy import rules_of
from screenpop.intake.webhook import check_line as check_one
from screenpop.lookup.explain import Explanation, call_from, explain, line_or_first
from screenpop.lookup.live_items import live_items
from screenpop.lookup.number_index import file_name
from screenpop.lookup.own_source import SOURCE, own_lookups
from screenpop.lookup.read_only_file import borrowed
from screenpop.lookup.refreshing import configured_by, gives_contacts
from screenpop.lookup.sources import FindConnector, reason_of
from screenpop.node.lookups import Lookups, make_lookups
from screenpop.node.parts import (
    INDEX_FOLDER,
    data_dir_of,
    make_adviser,
    newest_folder,
    offers_of,
)
from screenpop.support import log as logs
from screenpop.support.clock import SystemClock, iso_from_us
from screenpop.support.metrics import Metrics
from screenpop.support.tasks import TaskOwner

if TYPE_CHECKING:
    from screenpop.history.opening import Past

log = logging.getLogger(__name__)

CONTACTS_WITHIN_S = 20.0
ENDING_S = 10.0  # to file what was read by then


async def explained(
    loaded: Loaded,
    number: str,
    *,
    candidate: str | None = None,
    line: str = "",
    dialled: str | None = None,
    attributes: dict[str, str] | None = None,
    reads_customers: bool = False,
) -> Explanation:
    """Raises `ConfigError`, and `NotFound` for a candidate or line there is not.

    Customers are those of the service's number index where it has all of a source,
    as this configuration reads them, unless `reads_customers`.
    """
    line = line_or_first(line, loaded.config.lines)
    clock = SystemClock()
    tasks = TaskOwner("explain")
    past, without = await _past(loaded, clock)
    own = dict(
        own_lookups(past.earlier, clock, tasks, past.may_have_called)
        if past is not None
        else {}
    )
    adviser = await _adviser(loaded, clock)
    own |= offers_of(adviser, loaded.config, clock, tasks)
    lookups = make_lookups(loaded, clock, lambda record: None, Metrics(), own)
    adviser.live = live_items(loaded.config, lookups.sources)
    try:
        await lookups.sources.open()
        if past is not None:
            for known in await past.remembered():
                lookups.calls.remember(*known)
        call = call_from(number, at_us=clock.now_us(), line=line, dialled=dialled)
        ani = lookups.calls.parties(call).ani
        index = {} if reads_customers else _borrowed(lookups, data_dir_of(loaded))
        unread = await _read_index(lookups, ani.number or ani.possible, index)
        told = await explain(
            number,
            lookups=lookups.calls,
            tools=lookups.tools,
            line=line,
            dialled=dialled,
            attributes=attributes,
            candidate=candidate,
        )
        judged = lookups.judged(told)
        return replace(judged, unread=unread | without, from_index=index)
    finally:
        await lookups.sources.close()
        await tasks.close()
        if past is not None:
            await past.close()


async def _adviser(loaded: Loaded, clock: SystemClock) -> Adviser:
    """With the newest model, if there is one; nothing is held back."""
    adviser = make_adviser(loaded.config, clock)
    if gives_orders(loaded.config):
        from screenpop.insight.offering import newest_offering  # numpy and scipy

        folder, most = data_dir_of(loaded), loaded.config.insight.offers_max
        try:
            adviser.offering = await asyncio.to_thread(newest_offering, folder, most)
        except Unavailable as error:
            log.warning("no offers: %s", error)
    return adviser


async def _past(
    loaded: Loaded, clock: SystemClock
) -> tuple[Past | None, dict[str, str]]:
    """The store if there is one, or why it cannot be read; asking makes none."""
    folder = data_dir_of(loaded)
    if loaded.config.store.url is None and not _is_file(folder):
        return None, {}
    from screenpop.history.opening import open_past  # SQLAlchemy: half a second

    try:
        return await open_past(loaded, folder, clock, upgrading=False), {}
    except (ConfigError, Unavailable) as error:
        return None, {SOURCE: str(error)}


def _is_file(folder: Path) -> bool:
    return (folder / "store.sqlite").is_file()


def _borrowed(lookups: Lookups, data_dir: Path) -> dict[str, str]:
    """Answer from the service's index where it can; when each source was read."""
    sources, folder = lookups.sources, newest_folder(data_dir, INDEX_FOLDER)
    known: dict[str, str] = {}
    for rank, (name, connector) in enumerate(sources.connectors.items()):
        if not gives_contacts(connector):
            continue
        made_by = sources.index.made_by(configured_by(connector))
        if (file := borrowed(folder / file_name(name), made_by)) is not None:
            sources.index.borrow(name, rank, file)
            known[name] = iso_from_us(file.about.read_us)
    return known


async def _read_index(
    lookups: Lookups, number: str | None, known: Collection[str]
) -> dict[str, str]:
    """Look the customers of all sources but the known through for one number.

    One that is down costs only itself; returns which, and why.
    """
    sources, unread = lookups.sources, dict[str, str]()

    async def read(name: str, number: str) -> None:
        try:
            async with asyncio.timeout(CONTACTS_WITHIN_S + ENDING_S):
                await sources.read_contacts(
                    name, only=number, within_s=CONTACTS_WITHIN_S
                )
        except TimeoutError:
            seconds = f"{CONTACTS_WITHIN_S:g} s"
            unread[name] = f"its customers did not begin to come within {seconds}"
        except Exception as error:
            log.debug("source %s: its customers", name, exc_info=error)
            unread[name] = reason_of(error)

    if number is not None:
        usable = sources.connectors.keys() - sources.unusable.keys() - set(known)
        await asyncio.gather(*(read(name, number) for name in usable))
    return unread | {name: sources.unread[name] for name in sources.unusable}


# -- Is this configuration fit to run, its dialects included?
# The one way from a file to what a verb may run with; light to import, because
# every verb takes it.


def checked_whole(examined: Examined, find: FindConnector | None = None) -> Checked:
    """All problems, also those that only a line's dialect can see.

    What must never be logged is known to the log from here on.
    """
    loaded = examined.loaded
    public_url = loaded.config.server.public_url if loaded else None

    def check_line(name: str, line: LineSettings) -> None:
        check_one(name, line, public_url)

    if loaded is not None:
        logs.protect(loaded.secrets)
    checked = verdict(
        examined, find=find, check_line=check_line, check_policy=_policy_problems
    )
    logs.protect(checked.secrets)
    return checked


def _policy_problems(loaded: Loaded) -> list[Problem]:
    _, mistakes = rules_of(loaded.config)
    return [loaded.problem(x.path, x.sentence, x.remedy) for x in mistakes]


def load_checked(path: Path, find: FindConnector | None = None) -> Loaded:
    """A file fit to run; raises `ConfigProblems` with everything that is wrong.

    A source that cannot be loaded here does not stop the others: it is logged and
    reported by the parts that would use it.
    """
    examined = examine(path)
    checked = checked_whole(examined, find)
    if examined.loaded is None or any(x.stops for x in checked.problems):
        raise ConfigProblems(checked.problems)
    return examined.loaded
