"""What does one of several processes on one machine keep for itself?

`screenpop serve --workers N` starts N nodes with one configuration. Each gets a name,
a folder and a port of its own; the session key and the models are common to all.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from screenpop.config.load import Loaded
from screenpop.config.problems import ConfigProblems, Problem
from screenpop.insight.training import FOLDER as INSIGHT_FOLDER
from screenpop.journal.base import START
from screenpop.journal.sqlite_reader import SqliteReader
from screenpop.node.parts import SPOOL_FILE, WORKER_FOLDER, data_dir_of, node_name
from screenpop.support.private import private_folder
from screenpop.web.auth import key_file, session_key

WORKERS_MAX = 64
PORTS = 65_535


def as_worker(loaded: Loaded, number: int) -> Loaded:
    """The configuration of the worker of that number, from 1."""
    config = loaded.config
    folder = config.server.data_dir / WORKER_FOLDER.format(number)
    journal = {"node": f"{node_name(config)}-{number}"}
    security = {"session_key_file": key_file(loaded)}
    own = {
        "server": config.server.model_copy(update={"data_dir": folder}),
        "journal": config.journal.model_copy(update=journal),
        "security": config.security.model_copy(update=security),
    }
    return replace(loaded, config=config.model_copy(update=own), worker=number)


def own_port(loaded: Loaded) -> int | None:
    """Where this worker alone listens; None: it is not one of several."""
    if loaded.worker is None:
        return None
    server = loaded.config.server
    return (server.worker_port or server.port + 1) + loaded.worker - 1


def check_workers(loaded: Loaded, count: int) -> None:
    """Raises `ConfigProblems` where this configuration cannot have so many workers."""
    if found := [*_problems(loaded, count)]:
        raise ConfigProblems(found)


def _problems(loaded: Loaded, count: int) -> Iterator[Problem]:
    config = loaded.config
    if config.journal.engine != "redis":
        yield loaded.problem(
            ("journal", "engine"),
            f"is {config.journal.engine}, which one process at a time can use;"
            f" --workers {count} needs a journal that several share",
            "Set `engine: redis` and `url`, or leave --workers out.",
        )
    url = config.store.url
    if url is None or url.get_secret_value().startswith("sqlite"):
        yield loaded.problem(
            ("store", "url"),
            f"is a SQLite file, which one process at a time can use;"
            f" --workers {count} needs a store that several share",
            "Set a postgresql+asyncpg:// URL, or leave --workers out.",
        )
    server = config.server
    if server.port == 0:
        text = f"is 0, so --workers {count} would listen on {count} different ports"
        yield loaded.problem(("server", "port"), text, "Name a port, e.g. 8080.")
        return
    first = server.worker_port or server.port + 1
    last = first + count - 1
    if last > PORTS or first <= server.port <= last:
        remedy = f"Set it so that {count} ports from it on are free, e.g. 9081."
        text = f"gives the workers the ports {first} to {last}"
        text += (
            f", of which {server.port} is server.port"
            if last <= PORTS
            else f"; the highest is {PORTS}"
        )
        yield loaded.problem(("server", "worker_port"), text, remedy)


def prepare_workers(loaded: Loaded, count: int) -> None:
    """Make what all workers share, and look that nothing is left behind.

    Raises `ConfigError`, `Unavailable`.
    """
    folder = data_dir_of(loaded)
    private_folder(folder, tighten=not (folder / loaded.file.name).exists())
    session_key(key_file(loaded))
    (folder / INSIGHT_FOLDER).mkdir(exist_ok=True)
    _refuse_stranded(loaded, folder, count)
    for number in range(1, count + 1):
        _share_models(folder, folder / WORKER_FOLDER.format(number))


def _share_models(folder: Path, own: Path) -> None:
    """One training serves all workers."""
    private_folder(own)
    link = own / INSIGHT_FOLDER
    if not os.path.lexists(link):
        link.symlink_to(Path("..") / INSIGHT_FOLDER, target_is_directory=True)


def _refuse_stranded(loaded: Loaded, folder: Path, count: int) -> None:
    """Events that Redis did not take wait for the process that spooled them."""
    if (waiting := _waiting(folder / SPOOL_FILE)) > 0:
        remedy = "Run `screenpop serve` without --workers until Redis has them."
        raise ConfigProblems([_stranded(loaded, SPOOL_FILE, waiting, remedy)])
    for spool in spools_in(folder):
        number = spool.parent.name.rpartition("-")[2]
        if not number.isdigit() or int(number) <= count:
            continue
        if (waiting := _waiting(spool)) > 0:
            name = f"{spool.parent.name}/{SPOOL_FILE}"
            remedy = f"Run with --workers {number} until Redis has them."
            raise ConfigProblems([_stranded(loaded, name, waiting, remedy)])


def spools_in(folder: Path) -> list[Path]:
    """The spools of all workers that there ever were."""
    return sorted(folder.glob(f"{WORKER_FOLDER.format('*')}/{SPOOL_FILE}"))


def _stranded(loaded: Loaded, name: str, waiting: int, remedy: str) -> Problem:
    text = f"holds {name} with at least {waiting} entries that Redis did not take yet"
    return loaded.problem(("server", "data_dir"), text, remedy)


def _waiting(spool: Path) -> int:
    return asyncio.run(_entries_in(spool)) if spool.exists() else 0


async def _entries_in(spool: Path) -> int:
    reader = SqliteReader(spool)
    await reader.open()
    try:
        return len(await reader.read(START))
    finally:
        await reader.close()
