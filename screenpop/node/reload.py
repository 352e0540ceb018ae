"""When is another configuration taken, by whom, and why was one refused?

A file that changed (it is looked at every `server.reload_every_s`), SIGHUP and the
request of an administrator lead to the same steps, one reload at a time:

    read and check all keys -> compare with what runs -> reach the changed sources and
    prepare their queries -> make and open the parts -> switch in one step

Whatever fails before the switch leaves the running configuration as it was.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from screenpop.config.differences import (
    SHOWN_MAX,
    ChangedKey,
    changed_keys,
    unchanged_sources,
)
from screenpop.config.facets import shapes
from screenpop.config.load import Loaded, examine
from screenpop.config.model import Configuration
from screenpop.config.problems import ConfigProblems, Problem, counted
from screenpop.config.reloads import (
    ConfigurationSeen,
    KeySeen,
    Outcome,
    ReloadSeen,
    seen,
)
from screenpop.domain.errors import ConfigError, ScreenpopError, Unavailable
from screenpop.lookup.sources import FindConnector
from screenpop.node import switching
from screenpop.node.asking import checked_whole
from screenpop.node.connecting import connected
from screenpop.node.named_files import NamedFiles, Owner
from screenpop.node.worker import as_worker
from screenpop.support.clock import Clock, iso_from_us
from screenpop.support.file_stamps import FileStamps, stamps
from screenpop.support.log import NodeProblem
from screenpop.support.tasks import TaskOwner

if TYPE_CHECKING:
    from screenpop.node.node import Service

log = logging.getLogger(__name__)

FILE, SIGNAL = "file", "signal"
UNWRITTEN_MAX = 100  # audit entries that the store did not take yet


class ReloadRefused(Exception):
    """The configuration that runs stays."""

    def __init__(self, problems: Sequence[Problem]):
        super().__init__(counted(problems))
        self.problems = problems


class Reloader:
    """Of one node; the service sets `service` to itself."""

    service: Service

    def __init__(self, loaded: Loaded, find: FindConnector | None, clock: Clock):
        self._find = find
        self._clock = clock
        self._path = loaded.file
        self._known: FileStamps = loaded.files
        self._named = NamedFiles(loaded, find)
        self._loaded_us = clock.now_us()
        self._last: ReloadSeen | None = None
        self._turn = asyncio.Lock()
        self._tasks = TaskOwner("reload")
        self._unwritten: list[tuple[str, str, str, str]] = []

    # -- For the web, /readyz and the signal

    def seen(self) -> ConfigurationSeen:
        loaded = self.service.loaded
        return ConfigurationSeen(
            file=str(self._path),
            files=[str(path) for path in {**self._known, **self._named.watched}],
            loaded_at=iso_from_us(self._loaded_us),
            can_reload=bool(loaded.files),
            watched_every_s=loaded.config.server.reload_every_s,
            last=self._last,
        )

    def problem(self) -> NodeProblem | None:
        last = self._last
        if last is None or last.outcome != "refused":
            return None
        why = f"{last.problems[0].key}: {last.problems[0].sentence}"
        message = (
            f"the changed file is refused, that of {iso_from_us(self._loaded_us)} goes"
            f" on: {why}"
        )
        return NodeProblem(part="configuration", message=message, fatal=False)

    def reload_soon(self, by: str) -> None:
        self._tasks.spawn(self._reload_logged(by), name="reload the configuration")

    async def run(self) -> None:
        """Look at the files for ever, and reload when they changed and rest."""
        self.service.metrics.config_loaded_at.set(self._loaded_us / 1e6)
        every_s = self.service.loaded.config.server.reload_every_s
        if not every_s or not self._known:
            await asyncio.Event().wait()
        changing: FileStamps | None = None
        while True:
            await asyncio.sleep(every_s)
            await self._write_audit()
            known = {**self._known, **self._named.watched}
            now = await asyncio.to_thread(stamps, known)
            if now == known:
                changing = None
            elif now != changing:
                changing = now  # an editor may not have written all of it
            else:
                await self._reload_logged(FILE)

    async def close(self) -> None:
        await self._tasks.close()

    async def _reload_logged(self, by: str) -> None:
        try:
            await self.reload(by)
        except ScreenpopError as error:
            log.error("the configuration cannot be reloaded: %s", error)

    # -- One reload

    async def reload(self, by: str, *, dry_run: bool = False) -> ReloadSeen:
        """Take the file as it is now; with `dry_run` only say what would be done.

        Raises `ConfigError` for a service whose configuration is not in a file.
        """
        if not self.service.loaded.files:
            raise ConfigError(
                "the configuration is not in a file. Start the service with --config."
            )
        async with self._turn:
            return await self._reload(by, dry_run)

    async def _reload(self, by: str, dry_run: bool) -> ReloadSeen:
        began_s, it = self._clock.monotonic_s(), self.service
        changed: list[ChangedKey] = []
        opened: Sequence[str] = ()
        problems: Sequence[Problem] = ()
        warnings: Sequence[Problem] = ()
        outcome: Outcome = "acceptable" if dry_run else "switched"
        try:
            loaded, warnings = await self._read(dry_run)
            files = await asyncio.to_thread(
                self._named.changed, loaded, followed=by != FILE
            )
            changed = changed_keys(it.loaded.config, loaded.config)
            changed += [x for x in files.values() if x not in changed]
            if not changed:
                outcome = "unchanged"
            else:
                _refuse_restarts(loaded, changed)
                opened = _fresh(it.loaded.config, loaded.config, files)
                await self._probe(loaded, [*opened, *_items(it.loaded, loaded)])
                await self._take(loaded, files, dry_run)
        except ReloadRefused as error:
            outcome, problems = "refused", error.problems
        done = ReloadSeen(
            at=iso_from_us(self._clock.now_us()),
            by=by,
            outcome=outcome,
            changed=[
                KeySeen(key=x.key, what=x.what, restart=x.restart)
                for x in changed[:SHOWN_MAX]
            ],
            changed_count=len(changed),
            sources=opened,
            problems=[*map(seen, problems)],
            warnings=[*map(seen, warnings)],
            ms=round((self._clock.monotonic_s() - began_s) * 1000, 1),
        )
        if not dry_run:
            await self._note(done)
        return done

    async def _read(self, dry_run: bool) -> tuple[Loaded, list[Problem]]:
        """In a thread; raises `ReloadRefused`. Returns also what does not stop."""
        examined = await asyncio.to_thread(examine, self._path)
        files = examined.loaded.files if examined.loaded is not None else {}
        if not dry_run:
            self._known = files or stamps(self._known)
            await asyncio.to_thread(self._named.looked_at, examined.loaded)
        checked = await asyncio.to_thread(checked_whole, examined, self._find)
        loaded = examined.loaded
        stops = [problem for problem in checked.problems if problem.stops]
        if loaded is None or stops:
            raise ReloadRefused(stops or checked.problems)
        if (worker := self.service.loaded.worker) is not None:
            loaded = as_worker(loaded, worker)
        return loaded, [x for x in checked.problems if not x.stops]

    async def _probe(self, loaded: Loaded, names: Collection[str]) -> None:
        """Reach the sources that are asked otherwise, and prepare their queries."""
        if not names:
            return
        checks = await connected(loaded, loaded.secrets, find=self._find, only=names)
        found = [check.problem for check in checks if check.problem is not None]
        found += [
            x for check in checks for query in check.queries for x in query.problems
        ]
        if found:
            raise ReloadRefused(found)

    async def _take(
        self, loaded: Loaded, files: Collection[Owner], dry_run: bool
    ) -> None:
        it = self.service
        try:
            parts = await asyncio.to_thread(
                switching.made, it, loaded, self._find, files
            )
        except ConfigError as error:
            raise ReloadRefused([loaded.told((), error)]) from error
        if dry_run:
            return
        if whys := await switching.open_sources(parts):
            raise ReloadRefused(
                [loaded.problem(("sources", n), why) for n, why in whys.items()]
            )
        is_other_page = _page(it.loaded.config) != _page(loaded.config)
        privacy = it.loaded.config.privacy
        kept = _kept(it.loaded.config, loaded.config, files)
        old = switching.switch(it, parts)
        await asyncio.to_thread(self._named.taken, loaded, kept)
        self._loaded_us = self._clock.now_us()
        await switching.begin_sources(it, parts)
        self._tasks.spawn(switching.retire(it, old), name="retire the old sources")
        if is_other_page:
            await switching.greet_again(it)
        if privacy.of_agents != loaded.config.privacy.of_agents:
            await switching.bring_desks(it)
        if privacy.seen_by != loaded.config.privacy.seen_by:
            self._tasks.spawn(it.past.note_privacy(), name="note who sees agents")
        try:
            await it.read_users_again()
        except Unavailable as error:
            log.warning("the users are read later: %s", error)

    # -- What is logged, counted and kept of it

    async def _note(self, done: ReloadSeen) -> None:
        metrics, refused = self.service.metrics, done.outcome == "refused"
        self._last = done
        metrics.config_reloads.labels(done.outcome).inc()
        metrics.config_refused.set(refused)
        metrics.config_loaded_at.set(self._loaded_us / 1e6)
        keys = _listed(done)
        if done.outcome == "unchanged":
            log.info("configuration: nothing differs in %s (%s)", self._path, done.by)
        elif refused:
            for problem in done.problems:
                place = f"{problem.file}:{problem.line}:{problem.column}"
                words = (place, problem.key, problem.sentence, problem.remedy)
                log.error("configuration refused: %s: %s: %s. %s", *words)
        else:
            log.info(
                "configuration switched in %.0f ms (%s): %s", done.ms, done.by, keys
            )
        if done.outcome != "unchanged":
            action = f"configuration {done.outcome}"
            entry = (done.by, action, self._path.name, keys)
            self._unwritten = [*self._unwritten, entry][-UNWRITTEN_MAX:]
            await self._write_audit()

    async def _write_audit(self) -> None:
        """What the store does not take now is written when it is back."""
        while self._unwritten:
            try:
                await self.service.past.audit.write(*self._unwritten[0])
            except Unavailable as error:
                log.debug("audit: %s", error)
                return
            self._unwritten.pop(0)


def _refuse_restarts(loaded: Loaded, changed: Sequence[ChangedKey]) -> None:
    found = [
        loaded.problem(
            each.path,
            f"needs a restart: {each.restart}",
            "Restart the service to change it, or put it back to take the rest.",
        )
        for each in changed
        if each.restart is not None
    ]
    if found:
        raise ReloadRefused(ConfigProblems(found).problems)


def _fresh(
    old: Configuration, new: Configuration, files: Collection[Owner]
) -> list[str]:
    stays = _kept(old, new, files)
    return [
        name
        for name, source in new.sources.items()
        if source.enabled and ("sources", name) not in stays
    ]


def _items(old: Loaded, new: Loaded) -> list[str]:
    """The source that is asked otherwise for stock and price."""
    before, now = (each.config.insight.item_lookup for each in (old, new))
    return [] if now is None or now == before else [now.source]


def _kept(
    old: Configuration, new: Configuration, files: Collection[Owner]
) -> set[Owner]:
    """Sources and lines that go on as they are."""
    sources = {("sources", name) for name in unchanged_sources(old, new)}
    lines = {("lines", n) for n, line in new.lines.items() if old.lines.get(n) == line}
    return (sources | lines) - {*files}


def _page(config: Configuration) -> object:
    """What a page gets when it begins."""
    return (
        shapes(config), config.dispositions, bool(config.policy), config.click_to_call,
        config.desk, {name: x.result for name, x in config.queues.items()},
    )  # fmt: skip


def _listed(done: ReloadSeen) -> str:
    """The keys, without values."""
    if not done.changed:
        return ", ".join(dict.fromkeys(x.key or "the file" for x in done.problems))
    more = done.changed_count - len(done.changed)
    keys = ", ".join(f"{x.key} {x.what}" for x in done.changed)
    return f"{keys} and {more} more" if more else keys
