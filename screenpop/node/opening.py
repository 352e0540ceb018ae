"""How are the folder, the journal and the store of a node opened?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from screenpop.config.load import Loaded
from screenpop.domain.errors import ConfigError
from screenpop.history.opening import Past, open_past
from screenpop.journal.base import Journal
from screenpop.journal.sealing import PLAIN
from screenpop.node.parts import INDEX_FOLDER, data_dir_of, journal_of
from screenpop.node.person_keys import NodeKeys, keys_of, refuse_without_keys
from screenpop.support.clock import Clock
from screenpop.support.private import private_file, private_folder
from screenpop.web.auth import FILE_NAME

T = TypeVar("T")


async def opened(
    journal: Journal | None, loaded: Loaded, clock: Clock
) -> tuple[Journal, Past, NodeKeys | None]:
    """Journal, store and keys; nothing is left open when one refuses."""
    keys = keys_of(loaded) if journal is None else None
    codec = PLAIN if keys is None else keys.codec
    journal = journal or journal_of(loaded, clock, codec)
    if loaded.config.journal.engine == "redis":  # its spool is read when it opens
        past = await _opened_past(loaded, clock, keys)
        await _or_close(journal.open(), past.close)
    else:  # its lock keeps a second process from the store
        await journal.open()
        past = await _or_close(_opened_past(loaded, clock, keys), journal.close)
    return journal, past, keys


async def _opened_past(loaded: Loaded, clock: Clock, keys: NodeKeys | None) -> Past:
    past = await open_past(loaded, data_dir_of(loaded), clock)
    if keys is not None:
        await _or_close(keys.begin(past.database, clock), past.close)
    elif loaded.config.journal.engine == "redis":
        await _or_close(refuse_without_keys(past.database), past.close)
    return past


async def _or_close(opening: Awaitable[T], close: Callable[[], Awaitable[None]]) -> T:
    try:
        return await opening
    except BaseException:
        await close()
        raise


def make_folder(folder: Path, loaded: Loaded) -> None:
    """For the service's user alone, unless it holds the configuration, too."""
    try:
        own = not (folder / loaded.file.name).exists()
        private_folder(folder, tighten=own)
        kept = (*folder.glob("*"), *folder.glob(f"{INDEX_FOLDER}/*")) if own else ()
        for part in kept:
            if part.name != FILE_NAME:  # a key that others could read is refused
                private_file(part)
    except OSError as error:
        raise ConfigError(
            f"server.data_dir: cannot create the folder {folder}: {error.strerror}."
            " Let the service's user create it, or name another folder."
        ) from error
